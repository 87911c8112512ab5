"""Fusion: a wide and deep ranker and boosted trees over candidates of other recommenders, learnt on earlier windows.

At every earlier cut the parts are fitted on what lay before it, and what was bought in the window after it teaches how
their candidates are best put in order. Where the later of these windows say that this does not carry, the parts' ranks
alone decide.
"""

from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field, InstanceOf

from crossaisle.data.dataset import Dataset, Index
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.data.split import Split
from crossaisle.data.training import Training
from crossaisle.errors import UsageError
from crossaisle.features.feature import within
from crossaisle.features.text_encoders.embedded import Embedded
from crossaisle.features.text_encoders.remembered import Remembered
from crossaisle.models.neighbours import Neighbours
from crossaisle.models.part import from_values, part
from crossaisle.models.ranking.context import Context
from crossaisle.models.ranking.explaining import contributions
from crossaisle.models.ranking.judge import Judge, TreeOptions
from crossaisle.models.ranking.learning import N_CHECKED, Lesson, School, cuts
from crossaisle.models.ranking.panel import Panel, pool_of
from crossaisle.models.ranking.pool import KINDS
from crossaisle.models.recommender import Contributions, Fitted, Recommender, State
from crossaisle.models.shelf import name_of, recommender
from crossaisle.numerics.arrays import Floats, Numbers

PARTS: dict[str, dict[str, Any]] = {
    "ease": {},
    "graph-filter": {},
    "als": {},
    "category-popularity": {},
    "mlp": {"epochs": 3, "batch_size": 16, "users_per_epoch": 5000},
}


@dataclass(frozen=True)
class FittedFusion(Fitted):
    """panel: the parts and what else is known. judges: one a kind of item."""

    panel: Panel
    judges: tuple[Judge, ...]

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.panel.pool.category)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        wanted = np.arange(self.n_items, dtype=np.int32) if items is None else items
        columns = self.panel.pool.places[wanted]
        scores = np.full((len(queries), len(wanted)), -np.inf, dtype=np.float32)
        for rows in self.panel.batches(len(queries)):
            judged = self.panel.judged(queries[rows], self.judges)
            scores[rows] = np.where(columns >= 0, judged[:, np.maximum(columns, 0)], -np.inf)
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        return contributions(self.panel, self.judges, queries, candidates, n_causes)

    def neighbours(self, n: int) -> Neighbours | None:
        """What the parts say of all pairs of items, joined."""
        told = [one.neighbours(n) for one in self.panel.proposers.values()]
        found = [one for one in told if one is not None]
        return Neighbours.joined(found, n) if found else None

    def without(self, users: Numbers) -> "FittedFusion":
        """See Fitted.without: nobody is compared with these users from now on."""
        return replace(self, panel=self.panel.without(users))

    def state(self) -> State:
        state = self.panel.state()
        for kind, judge in enumerate(self.judges):
            state |= {f"judges/{kind}/{name}": array for name, array in judge.state().items()}
        return state

    @classmethod
    def restore(cls, state: State) -> "FittedFusion":
        judges = tuple(Judge.restore(within(state, f"judges/{kind}")) for kind in KINDS)
        return cls(Panel.restore(state), judges)


def default_parts() -> tuple[Recommender, ...]:
    """The recommenders that a Fusion joins unless told otherwise; the perceptron learns more shortly than alone."""
    return tuple(from_values(recommender(name), options) for name, options in PARTS.items())


def _parts(given: Any) -> Any:
    """Parts themselves, or names of them as people write them: `ease, als`."""
    names = [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else given
    try:
        found = tuple(recommender(one)() if isinstance(one, str) else one for one in names)
        kinds = [name_of(one) for one in found if isinstance(one, Recommender)]
    except UsageError as error:
        raise ValueError(str(error)) from None
    if len(set(kinds)) < len(kinds):
        raise ValueError("a recommender stands there twice; each can be a part once")
    if found and not any(one.fitted.proposes for one in found if isinstance(one, Recommender)):
        raise ValueError("none of these finds candidates; name one that does, such as ease, besides")
    return found


Parts = Annotated[tuple[InstanceOf[Recommender], ...], BeforeValidator(_parts)]


@part
class Fusion(Recommender):
    """Listwise rankers and LambdaRank over the best candidates of `parts` and what else is known of the pair.

    Without an earlier window that teaches, the parts' ranks are blended in equal shares.
    """

    fitted: ClassVar[type[Fitted]] = FittedFusion

    parts: Annotated[
        Parts,
        Field(min_length=1, description="the recommenders that are fused", json_schema_extra={"search": False}),
    ] = Field(default_factory=default_parts)
    horizon: Annotated[int, Field(ge=1, le=365, description="days of a window that is learnt from")] = 60
    windows: Annotated[
        int, Field(ge=0, le=24, description="windows learnt from, half a horizon apart, the last half as long")
    ] = 8
    min_purchases: Annotated[int, Field(ge=1, le=1000, description="purchases that make an item a candidate")] = 5
    rounds: Annotated[int, Field(ge=1, le=2000, description="rounds of boosting")] = 80
    leaves: Annotated[int, Field(ge=2, le=255, description="leaves of a tree")] = 15
    learning_rate: Annotated[float, Field(gt=0, le=1, description="shrinkage of each round")] = 0.08

    def fit(self, training: Training) -> FittedFusion:
        """Fit the parts at every earlier cut, learn to judge, and fit them once more on everything."""
        training = replace(training, encoder=training.encoder or Remembered(Embedded()))
        length = self.horizon * DAY
        options = TreeOptions(self.rounds, self.leaves, self.learning_rate)
        school = School(sum(one.fitted.proposes for one in self.parts), options, length, training.seed)
        every = cuts(training.dataset, length, self.windows)
        checked = [cut for cut in every if cut + length <= training.dataset.end][-N_CHECKED:]
        lessons: list[Lesson] = []
        for place, cut in enumerate(every):
            training.progress("windows", place / len(every))
            split, half = (Split.window(training.dataset, cut, one) for one in (length, length // 2))
            if split is not None:
                before = school.rankers(lessons, until=cut) if cut in checked else None
                panel = self._panel(split.train, training, length)
                lesson = school.lesson(panel, split, half, before)
                if lesson:
                    lessons.append(lesson)
        training.progress("windows", 1)
        judges = school.judges(lessons)
        is_learnt = any(judge.is_learnt for judge in judges)
        return FittedFusion(self._panel(training.dataset, training, length, is_learnt), judges)

    def fold_in(self, fitted: FittedFusion, known: Index, training: Training) -> FittedFusion | None:
        """The parts fitted on everything, and judged as before: of a fit that is the last part alone.

        None where the parts are others now, so that nobody has learnt to judge them.
        """
        training = replace(training, encoder=training.encoder or Remembered(Embedded()))
        is_learnt = any(judge.is_learnt for judge in fitted.judges)
        panel = self._panel(training.dataset, training, self.horizon * DAY, is_learnt)
        return FittedFusion(panel, fitted.judges) if panel.names == fitted.panel.names else None

    def _panel(self, dataset: Dataset, training: Training, length: int, is_learnt: bool = True) -> Panel:
        """The parts fitted on a past, networks for as many epochs as their options say."""
        own = Training(dataset, training.seed, encoder=training.encoder)
        asked = [one for one in self.parts if is_learnt or one.fitted.proposes]
        parts = {name_of(one): one.fit(own) for one in asked}
        context = Context.fit(dataset, length, training.seed) if is_learnt else None
        return Panel(parts, pool_of(dataset, self.min_purchases), context)
