import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.slates.explaining.habits import Habits

from ..shop import ANN, BOB, CAT, A, C, E, G, shop


def test_how_often_and_when_last_an_item_was_bought() -> None:
    """Ann bought a on days 1 and 3, c on day 3; Bob e on day 2; Cat only looked at g."""
    queries = shop().queries(np.array([ANN, BOB, CAT]))
    habits = Habits.of(queries, np.arange(8, dtype=np.int32), 8)
    rows, items = np.array([0, 0, 0, 1, 2, 1]), np.array([A, C, E, E, G, -1])
    times, last = habits.find(rows, items)
    assert times.tolist() == [2, 1, 0, 1, 0, 0]
    assert (last // DAY).tolist() == [3, 3, 0, 2, 0, 0]


def test_two_items_of_a_category_bought_at_one_moment_are_one_visit_to_it() -> None:
    """Apples and pears on day 3, apples again on day 4: twice from fruit, category 1."""
    events = [("ann", "c", 3 * DAY, "purchase"), ("ann", "d", 3 * DAY, "purchase"), ("ann", "c", 4 * DAY, "purchase")]
    dataset = shop(events)
    fruit = dataset.index.categories.number("FRUIT")
    habits = Habits.of(dataset.queries(np.array([0])), dataset.catalogue.category, dataset.n_categories)
    times, last = habits.find(np.array([0]), np.array([fruit]))
    assert (times.tolist(), last.tolist()) == ([2], [4 * DAY])


def test_how_often_and_when_last_something_was_searched_for() -> None:
    """On days 1 and 4 for tea, on day 3 for soap; what was bought is no search."""
    events = {
        "user_id": ["ann"] * 4,
        "item_id": pa.array([None, None, None, "a"], pa.string()),
        "timestamp": pa.array([1 * DAY, 3 * DAY, 4 * DAY, 5 * DAY], pa.timestamp("us", "UTC")),
        "event_type": ["search"] * 3 + ["purchase"],
        "query": pa.array(["tea", "soap", "tea", None], pa.string()),
    }
    dataset = Dataset.from_tables(pa.table(events), pa.table({"item_id": ["a"]}))
    queries = dataset.queries(np.array([0]))
    texts = queries.searches.to_pylist()
    times, last = Habits.of_searches(queries).find(np.zeros(2), np.array([texts.index("tea"), texts.index("soap")]))
    assert (times.tolist(), (last // DAY).tolist()) == ([2, 1], [4, 3])


def test_nobody_has_no_habits() -> None:
    habits = Habits.of(shop().queries(np.array([-1])), np.arange(8, dtype=np.int32), 8)
    assert habits.find(np.array([0]), np.array([3]))[0].tolist() == [0]
