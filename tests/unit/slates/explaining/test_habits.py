import numpy as np

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


def test_nobody_has_no_habits() -> None:
    habits = Habits.of(shop().queries(np.array([-1])), np.arange(8, dtype=np.int32), 8)
    assert habits.find(np.array([0]), np.array([3]))[0].tolist() == [0]
