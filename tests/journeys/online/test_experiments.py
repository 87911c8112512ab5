"""An experiment from start to verdict, by call and by command, through real processes."""

import json
from pathlib import Path

import httpx

from ..program import run
from ..service import serving

USERS = [f"u{number:03}" for number in range(60)]


def test_an_experiment_is_started_served_read_and_stopped(ready_workspace: Path, tmp_path: Path) -> None:
    with serving(ready_workspace, tmp_path / "shop", workers=2) as service:
        client = service.client()
        asked = {
            "experiment_id": "personal-or-not",
            "arms": {"popular": {"model": "none", "focus": "all"}, "personal": {"focus": "all"}},
            "weights": [1, 1],
            "purpose": "what personal slates are worth",
            "planned_units": 60,
        }
        assert client.post("/v1/experiments", json=asked).status_code == 200
        assert client.post("/v1/experiments", json=asked).status_code == 422
        wrong = {**asked, "experiment_id": "no-such-model", "arms": {"a": {}, "b": {"model": 99}}}
        assert "there is no model 99" in client.post("/v1/experiments", json=wrong).json()["detail"]

        def fallbacks(one: httpx.Client) -> dict[str, bool]:
            return {
                user: one.get(f"/v1/users/{user}/recommendations", params={"k": 3}).json()["fallback"] for user in USERS
            }

        found = [fallbacks(one) for one in service.workers(2).values()]
        while not any(found[0].values()) or found[0] != found[1]:  # until both workers know of it
            found = [fallbacks(one) for one in service.workers(2).values()]
        n_popular = sum(found[0].values())
        assert abs(n_popular - 30) < 5 * (60 * 0.25) ** 0.5

        told = json.loads(run("experiments", "list", "--json", "-w", str(service.folder)))
        assert [one["experiment_id"] for one in told] == ["personal-or-not"]
        assert told[0]["stopped_at"] is None
        reading = client.get("/v1/experiments/personal-or-not").json()
        while sum(arm["n"] for arm in reading["arms"]) < len(USERS):
            reading = client.get("/v1/experiments/personal-or-not").json()
        assert {arm["name"]: arm["n"] for arm in reading["arms"]} == {"popular": n_popular, "personal": 60 - n_popular}
        assert (reading["verdict"], reading["ratio"]["is_alarm"]) == ("too_few", False)
        shown = run("experiments", "read", "personal-or-not", "-w", str(service.folder))
        assert "personal" in shown

        assert client.post("/v1/experiments/personal-or-not/stop").status_code == 200
        assert client.post("/v1/experiments/personal-or-not/stop").status_code == 422
        assert client.get("/v1/experiments/never").status_code == 404
        while any(fallbacks(client).values()):
            pass


def test_a_command_starts_and_stops_one_and_says_what_is_wrong(ready_workspace: Path, tmp_path: Path) -> None:
    with serving(ready_workspace, tmp_path / "shop") as service:
        place = ("-w", str(service.folder))
        arms = ("--arm", "control=weight:2", "--arm", "explore=focus:explore,weight:1")
        started = json.loads(run("experiments", "start", "e-1", *arms, "--share", "0.5", "--json", *place))
        assert started["weights"] == [2.0, 1.0]
        assert started["arms"]["explore"] == {"model": "live", "focus": "explore"}
        stopped = json.loads(run("experiments", "stop", "e-1", "--json", *place))
        assert stopped["stopped_at"] is not None
