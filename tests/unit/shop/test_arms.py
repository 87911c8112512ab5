"""Arms: who is in which, and what it asks for."""

from crossaisle.shop.arms import Arms
from crossaisle.stores.database.experiments import Arm, Experiment, Run

HALVES = Experiment(
    experiment_id="halves", arms={"control": Arm(), "other": Arm(model=3, focus="all")}, weights=(1.0, 1.0)
)
ALL = Experiment(
    experiment_id="all", arms={"a": Arm(model="none"), "b": Arm(model="none", focus="explore")}, weights=(1.0, 1.0)
)
USERS = [f"u{number}" for number in range(2000)]


def test_people_stay_in_their_arm_and_are_exposed_once() -> None:
    arms = Arms([Run(HALVES, 0)])
    first = {user: arms.of(user, 5) for user in USERS}
    again = {user: arms.of(user, 9) for user in USERS}
    assert {user: arm for user, (arm, _) in first.items()} == {user: arm for user, (arm, _) in again.items()}
    exposed = [one for _, some in first.values() for one in some]
    assert len(exposed) == len(USERS)
    assert {one[0] for one in exposed} == {"halves"}
    assert {one[3] for one in exposed} == {5}
    assert not [one for _, some in again.values() for one in some]
    n_other = sum(arm.model == 3 for arm, _ in first.values())
    assert abs(n_other - 1000) < 5 * (2000 * 0.25) ** 0.5


def test_the_older_experiment_has_what_two_want() -> None:
    arms = Arms([Run(HALVES, 0), Run(ALL, 1)])
    for user in USERS[:200]:
        alone, _ = Arms([Run(HALVES, 0)]).of(user, 0)
        both, exposed = arms.of(user, 0)
        assert both.model == (3 if alone.model == 3 else "none")
        assert both.focus == ("all" if alone.focus else both.focus)
        assert [one[0] for one in exposed] == ["halves", "all"]


def test_versions_are_those_that_an_arm_asks_for() -> None:
    assert Arms([Run(HALVES, 0), Run(ALL, 1)]).versions == {3}
    assert Arms().of("u1", 0) == (Arm(), [])
