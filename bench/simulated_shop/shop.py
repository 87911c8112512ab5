"""The simulated shop: its catalogue, its past, who comes in a week, and what they do with the slates they are shown."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from simulated_shop.browsing import Answer, browse
from simulated_shop.chance import Ints, address
from simulated_shop.goods import make_goods
from simulated_shop.homes import Home
from simulated_shop.people import Visit, make_people, visits_of_week
from simulated_shop.shift import Changes, turns
from simulated_shop.shopping import comes_to_buy, discover, looked_around, planned, uneven

START = datetime(2025, 1, 6, tzinfo=UTC)
"""A Monday, the first moment of week 0."""
COLUMNS = (
    "user_id",
    "item_id",
    "timestamp",
    "event_type",
    "quantity",
    "price",
    "order_id",
    "session_id",
    "channel",
    "recommendation_id",
)
FIGURES = ("visits", "purchases_from_slates", "revenue_from_slates", "revenue", "new_categories")

_GOODS, _PEOPLE, _TURNS, _CHANGES, _TASTES, _WEEK, _VISIT = range(1, 8)
_POPULAR_WEEKS = 4

Row = tuple[Any, ...]


class SimulatedShop:
    """A shop of made-up people and goods. Week 0 is the first that a policy sees; the history's weeks are below 0.

    Args:
        seed: any whole number; all that happens follows from it.
        n_households: how many shop here.
        weeks_of_history: how long the shop has been open before week 0.
        shift_week: when taste turns and many goods come and go; None for never.
        history_slate: length of the most-popular list that visitors were shown in the history; 0 for none.
    """

    def __init__(
        self,
        seed: int,
        n_households: int = 2000,
        weeks_of_history: int = 26,
        shift_week: int | None = 8,
        history_slate: int = 10,
    ) -> None:
        self.seed, self.weeks_of_history, self.shift_week = seed, weeks_of_history, shift_week
        self.goods = make_goods(self._rng(_GOODS), shift_week)
        self.people = make_people(self._rng(_PEOPLE), n_households)
        ending, beginning = turns(self._rng(_TURNS), self.people.lives)
        self._changes = Changes(address(seed, _CHANGES), self.people.stage, ending, beginning, shift_week)
        tastes = address(seed, _TASTES)
        self._homes = [Home.first(tastes, one, self.people, -weeks_of_history) for one in range(n_households)]
        self._figures: dict[int, np.ndarray[Any, np.dtype[np.float64]]] = {}
        self._history = self._lived_history(history_slate)
        self._at_start = [home.copy() for home in self._homes]
        self.reset_to_start()

    def catalog(self, week: int = 0) -> pd.DataFrame:
        """The catalogue in a week: whatever was launched so far; what was delisted since is not sellable."""
        return self.goods.frame(week, pd.Timestamp(START))

    def launched(self, week: int) -> list[str]:
        """Ids of the items that are new in a week."""
        return self.goods.changed(self.goods.launched, week)

    def delisted(self, week: int) -> list[str]:
        """Ids of the items that a week is the first without."""
        return self.goods.changed(self.goods.delisted, week)

    def history(self) -> pd.DataFrame:
        """Events before week 0 by visit; impressions of one recommendation_id stand in the order they were shown."""
        return self._history.copy(deep=False)

    def visits(self, week: int) -> list[Visit]:
        """Who comes in a week, by time: the same whatever anybody is shown."""
        return visits_of_week(self._rng(_WEEK, week), self.people, week, START)

    def respond(self, visit: Visit, slate: Sequence[str], recommendation_id: str | None) -> list[dict[str, Any]]:
        """What happens at a visit, as events by time; the household is changed by it.

        Every item of the slate is an impression, read or not. What follows from the slate carries its
        recommendation_id; what was bought anyway carries none.

        Args:
            slate: item ids, the first on top; may be empty.

        Raises:
            ValueError: an item the shop never had or does not have yet, one twice, a slate without an id, or a visit
                before one that the household already made.
        """
        return [dict(zip(COLUMNS, row, strict=True)) for row in self._respond(visit, slate, recommendation_id)]

    def foresee(self, visit: Visit) -> Home:
        """The household as it comes in at a visit, a copy. This is hidden from a shop: for references and tests."""
        home = self._homes[visit.household].copy()
        self._pass_time(home, visit)
        return home

    def reset_to_start(self) -> None:
        """Everybody is again as at the beginning of week 0, and nothing is counted."""
        self._homes = [home.copy() for home in self._at_start]
        self._figures = {}

    def figures(self) -> pd.DataFrame:
        """What was counted since the start, a row a week.

        Columns: visits; purchases_from_slates (order lines); revenue_from_slates and revenue (currency);
        new_categories, the mean number of categories a household bought of for the first time.
        """
        weeks = sorted(self._figures)
        found = pd.DataFrame([self._figures[week] for week in weeks], columns=list(FIGURES), index=weeks)
        found.index.name = "week"
        found["new_categories"] /= len(self.people)
        return found

    def _rng(self, *purpose: int) -> np.random.Generator:
        return np.random.default_rng(address(self.seed, *purpose))

    def _address(self, visit: Visit) -> int:
        return address(self.seed, _VISIT, visit.household, visit.week, visit.ordinal)

    def _pass_time(self, home: Home, visit: Visit) -> None:
        day = (visit.moment - START) / timedelta(days=1)
        home.live_until(visit.week, day, uneven(self._address(visit)), self._changes, self.people)
        home.ordinal = visit.ordinal

    def _respond(self, visit: Visit, slate: Sequence[str], recommendation_id: str | None) -> list[Row]:
        home, at = self._homes[visit.household], self._address(visit)
        items = self._items(slate, visit.week)
        if len(items) and recommendation_id is None:
            raise ValueError("a slate needs a recommendation_id, which its events carry")
        if (visit.week, visit.ordinal) <= (home.week, home.ordinal):
            raise ValueError(f"{visit.user_id} has been here since {visit.moment}; visits come by time")
        self._pass_time(home, visit)
        is_shopping = comes_to_buy(at)
        session = Session(self, visit, home)
        session.read(browse(self.goods, self.people, home, items, at, is_shopping), recommendation_id)
        if is_shopping:
            discover(home, at)
        shop_for = planned if is_shopping else looked_around
        for line in shop_for(self.goods, self.people, home, at):
            session.look_at(line.looked_at)
            if line.packs:
                session.put_into_cart(line.item, line.packs, None)
        session.check_out()
        counted = self._figures.setdefault(visit.week, np.zeros(len(FIGURES)))
        counted += (1, *session.counted)
        return session.rows

    def _items(self, slate: Sequence[str], week: int) -> Ints:
        numbers = self.goods.numbers
        if len(set(slate)) < len(slate):
            raise ValueError("an item is on the slate twice")
        lacking = [one for one in slate if one not in numbers or self.goods.launched[numbers[one]] > week]
        if lacking:
            raise ValueError(f"the shop has no item {lacking[0]} in week {week}")
        return np.array([numbers[one] for one in slate], dtype=np.int64)

    def _lived_history(self, length: int) -> pd.DataFrame:
        """Live through the weeks before the start, each with the list of what sold most in the weeks before it."""
        frames: list[pd.DataFrame] = []
        sold: list[Counter[str]] = []
        for week in range(-self.weeks_of_history, 0):
            slate = self._most_sold(sold[-_POPULAR_WEEKS:], week)[:length]
            rows = []
            for visit in self.visits(week):
                rows += self._respond(visit, slate, f"popular-{session_id(visit)}" if slate else None)
            sold.append(Counter(row[1] for row in rows if row[3] == "purchase"))
            frames.append(_frame(rows))
        return pd.concat(frames, ignore_index=True) if frames else _frame([])

    def _most_sold(self, sold: Iterable[Counter[str]], week: int) -> list[str]:
        total: Counter[str] = sum(sold, Counter())
        on_sale = self.goods.on_sale(np.arange(len(self.goods.ids)), week)
        by_sales = sorted(total.items(), key=lambda one: (-one[1], one[0]))
        return [item for item, _ in by_sales if on_sale[self.goods.numbers[item]]]


class Session:
    """One visit's events as they come, and what they add to the figures after `visits`."""

    def __init__(self, shop: SimulatedShop, visit: Visit, home: Home) -> None:
        self._shop, self._visit, self._home = shop, visit, home
        self._cart: list[tuple[int, int, str | None]] = []
        self._id, self._seconds = session_id(visit), 0
        self.rows: list[Row] = []
        self.counted = [0.0] * (len(FIGURES) - 1)

    def read(self, answers: Sequence[Answer], recommendation_id: str | None) -> None:
        """A slate is shown and read."""
        for answer in answers:
            self._write(answer.item, "impression", recommendation_id)
        for answer in answers:
            self._seconds += 2 * answer.is_noticed
            if answer.is_dismissed:
                self._write(answer.item, "dismiss", recommendation_id)
            if answer.is_clicked:
                self._write(answer.item, "click", recommendation_id)
                self._seconds += 15
            if answer.is_bought:
                self.put_into_cart(answer.item, 1, recommendation_id)
            elif answer.is_carted:
                self._write(answer.item, "cart", recommendation_id, 1)

    def look_at(self, items: Iterable[int]) -> None:
        """Items are viewed one after the other."""
        for item in items:
            self._seconds += 12
            self._write(item, "view", None)

    def put_into_cart(self, item: int, packs: int, recommendation_id: str | None) -> None:
        """An item that will be paid for; at home it counts as there from now on."""
        self._write(item, "cart", recommendation_id, packs)
        self._seconds += 5
        self._cart.append((item, packs, recommendation_id))
        is_new = self._home.bring(item, packs, self._shop.goods, self._shop.people)
        paid = packs * float(self._shop.goods.price[item])
        is_from_slate = recommendation_id is not None
        for place, amount in enumerate((is_from_slate, is_from_slate * paid, paid, is_new)):
            self.counted[place] += amount

    def check_out(self) -> None:
        """Pay for the cart, if anything is in it."""
        self._seconds += 40
        for item, packs, recommendation_id in self._cart:
            self._write(item, "purchase", recommendation_id, packs)

    def _write(self, item: int, event_type: str, recommendation_id: str | None, packs: int | None = None) -> None:
        goods, is_paid = self._shop.goods, event_type == "purchase"
        self.rows.append(
            (
                self._visit.user_id,
                goods.ids[item],
                self._visit.moment + timedelta(seconds=self._seconds),
                event_type,
                packs,
                float(goods.price[item]) if is_paid else None,
                f"o-{self._id}" if is_paid else None,
                self._id,
                "web",
                recommendation_id,
            )
        )


def session_id(visit: Visit) -> str:
    """The id of a visit's session."""
    return f"{visit.user_id}-w{visit.week}-{visit.ordinal}"


def _frame(rows: Sequence[Row]) -> pd.DataFrame:
    columns = zip(*rows, strict=True) if rows else ((),) * len(COLUMNS)
    frame = pd.DataFrame(dict(zip(COLUMNS, map(list, columns), strict=True)))
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    return frame.astype({"quantity": "float64", "price": "float64"})
