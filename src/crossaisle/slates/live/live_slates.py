"""Slates of one person at once: the long-term interest and what they did lately, through the neighbours of both."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.focus import Focus
from crossaisle.data.moments import FOREVER
from crossaisle.data.queries import Queries, from_histories
from crossaisle.errors import UsageError
from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import Bools, Floats, Numbers
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.live.catalogue import LiveCatalogue
from crossaisle.slates.live.companions import Companions
from crossaisle.slates.live.interest import Interest
from crossaisle.slates.live.live_slate import LiveSlate, Ranked, unranked
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.past.histories import Histories
from crossaisle.slates.live.past.past import Past
from crossaisle.slates.live.person import Person, Recent
from crossaisle.slates.live.reasons import LiveReasons
from crossaisle.slates.live.retrieval.causes import causes_of
from crossaisle.slates.live.retrieval.choosing import MORE, Choosing
from crossaisle.slates.live.retrieval.gate import Gate
from crossaisle.slates.live.retrieval.gathering import Scratch
from crossaisle.slates.live.retrieval.popular import Popular
from crossaisle.slates.live.retrieval.retrieval import Retrieval
from crossaisle.slates.live.standing import Standing
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.slate import Reason
from crossaisle.words import Language


@dataclass(frozen=True)
class Asked:
    """Who asks for how much. wanted: number of the category that is asked for, None for other kinds of focus."""

    person: Person
    wanted: int | None
    k: int
    moment: int
    n_items: int

    @cached_property
    def _queries(self) -> Queries:
        bought = np.repeat(self.person.bought, self.person.times)
        return from_histories(bought, np.array([0, len(bought)]), self.n_items, self.moment)

    def queries(self) -> Queries:
        """What the person bought before the cut, as the knobs of slates read it; made when first asked for."""
        return self._queries


@dataclass(frozen=True)
class LiveSlates:
    """What the service of one model holds; for one thread. A new model is a new object.

    Args:
        histories: what users bought before the model's cut. standing: lists made beforehand, where there are any.
        catalogue: what may be shown to anybody, changed in place. gate: what one person may be shown.
        interest: reads recent events. retrieval: candidates. choosing: picks. popular: what fills up.
        words: reasons in words.
        category: int32 (n_items,), −1 for none. categories: their ids.
    """

    options: LiveOptions
    histories: Histories
    standing: Standing | None
    catalogue: LiveCatalogue
    gate: Gate
    interest: Interest
    retrieval: Retrieval
    choosing: Choosing
    popular: Popular
    words: LiveReasons
    category: Numbers
    categories: Ids

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        neighbours: Neighbours,
        options: LiveOptions | None = None,
        slate_options: SlateOptions | None = None,
        standing: Standing | None = None,
        stock: Stock | None = None,
        past: Past | None = None,
        lift: Floats | None = None,
    ) -> "LiveSlates":
        """Read what is needed of the model's dataset; the dataset itself is not kept.

        Args:
            past: of the dataset, where it was counted before; that takes most of the time.
            lift: float32 (n_items,), natural log of how much more people answer an item than its scores let expect.

        Raises:
            UsageError: the neighbours or lists are of another shop, or a rule names what the shop does not have.
        """
        options, knobs = options or LiveOptions(), slate_options or SlateOptions()
        past = past or Past.of(dataset)
        n_users = len(past.histories) if standing is None else len(standing.rows)
        if neighbours.n_items != dataset.n_items or n_users != dataset.n_users:
            raise UsageError(
                f"neighbours of {neighbours.n_items:,} items and lists of {n_users:,} users for a dataset of "
                f"{dataset.n_items:,} and {dataset.n_users:,}",
                remedy="Hand over the dataset that the model was fitted on.",
            )
        boost = None if lift is None else np.exp(options.lift * lift).astype(np.float32)
        near = neighbours.first(options.neighbours)
        category, n_categories = dataset.catalogue.category, dataset.n_categories
        until = dataset.span()[1] if dataset.until == FOREVER else dataset.until
        catalogue = LiveCatalogue.of(dataset, until, knobs, stock)
        scratch = Scratch(dataset.n_items, n_categories)
        gate = Gate(catalogue, category, n_categories, knobs.repeats, scratch)
        usual = np.float32(options.rest) * past.rest, past.absence
        rest, absence = (np.where(np.isnan(days), np.float32(options.rest_days), days) for days in usual)
        return cls(
            options,
            past.histories,
            standing,
            catalogue,
            gate,
            Interest(options, category, rest, absence, until),
            Retrieval(near, near.units(), category, gate, scratch, options.history, boost),
            Choosing.of(dataset, knobs, options.candidates),
            Popular.of(past.buyers, category, n_categories),
            LiveReasons.of(dataset, past.buyers, scratch, until, options.history),
            category,
            dataset.index.categories,
        )

    def recent(self) -> Recent:
        """An empty list of recent events, as long as the options say."""
        return Recent(self.options.recent)

    def slate(self, person: Person, focus: Focus, k: int, moment: int) -> LiveSlate:
        """Up to `k` items for a person at `moment`, microseconds since 1970; full wherever enough may be shown.

        It begins with the lists made beforehand, or with the neighbours of what was bought; recent events move that.

        Raises:
            UsageError: k is below one, or the focus cannot be had in this shop.
        """
        asked = Asked(person, self._wanted(focus, k), k, moment, len(self.category))
        session = self.interest.session(person.recent, person.interests, moment)
        self.catalogue.at(moment)
        retrieval = self.retrieval
        history, lately = retrieval.history(person), retrieval.lately(session)
        listed = self.standing.of(person.user, focus.kind) if self.standing is not None else None
        with self.gate.open(person, session, focus, asked.wanted):
            ranked = retrieval.ranked(history, listed, lately, session)
            picks = self._chosen(asked, ranked, is_settled=listed is not None and lately is None)
            if listed is not None and len(picks.items) < k:
                picks = self._more(asked, picks, retrieval.ranked(history, None, None, session))
            n_said = len(picks.items)
            if n_said < k:
                picks = self._filled(asked, picks)
        causes = causes_of(picks, history, lately, session.kinds, retrieval.scratch)
        return LiveSlate(picks.items, picks.scores, *causes, len(picks.items) - n_said)

    def reasons(
        self, person: Person, slate: LiveSlate, moment: int, language: Language = "en"
    ) -> list[tuple[Reason, ...]]:
        """Up to two reasons for each pick of a slate that was made for the person, strongest first."""
        return self.words.of_picks(person, slate, self.catalogue.n_eligible, moment, language)

    def similar(self, item: int, k: int, moment: int) -> LiveSlate:
        """See Companions.similar."""
        return self._companions.similar(item, k, moment)

    def complements(self, items: Numbers, k: int, moment: int) -> LiveSlate:
        """See Companions.complements."""
        return self._companions.complements(items, k, moment)

    def complete(self, items: Numbers, k: int, moment: int) -> LiveSlate:
        """See Companions.complete."""
        return self._companions.complete(items, k, moment)

    @cached_property
    def _companions(self) -> Companions:
        return Companions(self.retrieval, self.choosing, self.popular)

    def _wanted(self, focus: Focus, k: int) -> int | None:
        """The number of the category that the focus asks for, None for other kinds."""
        if k < 1:
            raise UsageError(f"k={k}", remedy="Ask for at least one item.")
        if focus.kind == "new-categories" and not len(self.categories):
            raise UsageError(
                "no item has a category, so none can be of a new one",
                "focus new-categories",
                "Load categories or titles with the catalogue and train, or choose the focus explore.",
            )
        if focus.kind != "category":
            return None
        number = self.categories.number(focus.category or "")
        if number < 0:
            raise UsageError(
                f'the shop has no category "{focus.category}"',
                remedy="Write the category as it stands in the catalogue.",
            )
        return number

    def _chosen(self, asked: "Asked", ranked: Ranked, is_settled: bool) -> Ranked:
        """The picks among what was ranked. is_settled: the knobs have put it in order already."""
        ranked = self._affordable(asked, ranked)
        queries = None if is_settled else asked.queries
        return ranked.at(self.choosing.chosen(ranked.items, ranked.scores, ranked.items[:0], asked.k, queries))

    def _more(self, asked: "Asked", picks: Ranked, ranked: Ranked) -> Ranked:
        """The picks, and below them those among what was ranked beside."""
        ranked = self._affordable(asked, ranked.at(np.flatnonzero(~np.isin(ranked.items, picks.items))))
        n = asked.k - len(picks.items)
        places = self.choosing.chosen(ranked.items, ranked.scores, picks.items, n, asked.queries)
        return picks.beside(ranked.at(places).below(float(picks.scores.min(initial=1))))

    def _affordable(self, asked: "Asked", ranked: Ranked) -> Ranked:
        """What is near the prices that the person pays, where the knobs keep out what is not."""
        passes = self.choosing.passes(ranked.items, asked.queries)
        return ranked if passes is None else ranked.at(np.flatnonzero(passes))

    def _filled(self, asked: "Asked", picks: Ranked) -> Ranked:
        """The picks, and after them what most people bought."""

        def passes(items: Numbers) -> Bools:
            is_near = self.choosing.passes(items, asked.queries)
            return self.gate(items) if is_near is None else self.gate(items) & is_near

        self.gate.shut(picks.items)
        n = asked.k - len(picks.items)
        width = n if self.choosing.limits.is_free else n + self.options.candidates
        while True:
            found = self.popular.first(width, passes, asked.wanted)
            falling = np.arange(len(found), 0, -1, dtype=np.float32)
            places = self.choosing.chosen(found, falling, picks.items, n, None)
            if len(places) == n or len(found) < width:
                return picks.beside(unranked(found[places]))
            width *= MORE
