"""Denoising on small shops whose flags follow from the rules by hand."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from crossaisle.data.dataset import Dataset
from crossaisle.data.denoising import Denoising, denoise, find_flags
from crossaisle.data.moments import DAY, SECOND

MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
Row = tuple[str, str, int, str]


def shop(rows: list[Row], catalog: dict[str, str] | None = None, **columns: Sequence[object]) -> Dataset:
    users, items, times, types = zip(*rows, strict=True)
    events = pa.table(
        {
            "user_id": users,
            "item_id": items,
            "timestamp": pa.array(times, pa.timestamp("us", "UTC")),
            "event_type": types,
            **columns,
        }
    )
    names = catalog or {item: item for item in set(items)}
    table = pa.table({"item_id": list(names), "category": list(names.values())})
    return Dataset.from_tables(events, table)


def people() -> list[Row]:
    """Two people at three times of day."""
    return [
        ("ann", "i1", 9 * HOUR, "view"),
        ("bob", "i2", 12 * HOUR, "view"),
        ("bob", "i1", 15 * HOUR, "view"),
    ]


def test_account_viewing_an_item_every_ten_seconds_for_an_hour_is_a_program() -> None:
    """360 acts on 360 items in one hour reach 240 and 100; the people have one act an hour."""
    crawler: list[Row] = [("bot", f"i{n}", n * 10 * SECOND, "view") for n in range(360)]
    dataset = shop(people() + crawler)
    weighed, flags = denoise(dataset)
    bot = dataset.index.users.number("bot")
    assert np.flatnonzero(flags.is_program).tolist() == [bot]
    assert (weighed.events.weight[dataset.events.user == bot] == 0).all()
    assert (weighed.events.weight[dataset.events.user != bot] == 1).all()
    assert flags.counts()["programs"] == 1


def test_account_reloading_one_item_is_not_broad_enough_for_a_program() -> None:
    reloader: list[Row] = [("fan", "i1", n * 10 * SECOND, "view") for n in range(360)]
    assert not find_flags(shop(people() + reloader)).is_program.any()


def test_large_order_is_one_act_however_many_lines_it_has() -> None:
    rows: list[Row] = [("ann", f"i{n}", 10 * HOUR + n, "purchase") for n in range(500)]
    dataset = shop(rows + people(), order_id=["o1"] * 500 + [None] * 3)
    assert not find_flags(dataset).is_program.any()


def test_account_active_in_every_hour_of_its_days_is_a_program() -> None:
    """24 hours with an act in each of two days reach 22; ann with 12 hours a day does not."""
    awake: list[Row] = [("bot", "i1", n * HOUR, "view") for n in range(48)]
    ann: list[Row] = [("ann", "i1", n * 2 * HOUR, "view") for n in range(24)]
    dataset = shop(awake + ann)
    assert dataset.index.users.at(np.flatnonzero(find_flags(dataset).is_program)).to_pylist() == ["bot"]


def test_one_busy_hour_among_many_calm_ones_makes_no_program() -> None:
    """360 acts in the busy hour of 360 + 400 acts are less than half."""
    busy: list[Row] = [("ann", f"i{n}", n * 10 * SECOND, "view") for n in range(360)]
    calm: list[Row] = [("ann", "i1", (n + 1) * DAY, "view") for n in range(400)]
    assert not find_flags(shop(busy + calm)).is_program.any()


def test_dates_without_a_time_of_day_flag_no_program() -> None:
    rows: list[Row] = [("ann", f"i{n}", DAY, "view") for n in range(500)]
    flags = find_flags(shop(rows))
    assert not flags.is_program.any()
    assert "program_acts_per_hour" not in flags.thresholds


def test_buyer_of_ten_times_the_units_of_nearly_all_is_a_reseller() -> None:
    """19 buyers of 1 unit, one of 50: the 0.9 quantile is 1, so more than 10 a line is a reseller's."""
    rows: list[Row] = [(f"u{n:02}", "i1", n * HOUR, "purchase") for n in range(20)]
    dataset = shop(rows, quantity=[1.0] * 19 + [50.0])
    weighed, flags = denoise(dataset)
    assert np.flatnonzero(flags.is_reseller).tolist() == [19]
    assert flags.thresholds["reseller_units_per_line"] == 10
    assert "reseller_spend" not in flags.thresholds
    assert (weighed.events.weight == 1).all()
    lighter, _ = denoise(dataset, Denoising(reseller_weight=0.25))
    assert lighter.events.weight.tolist() == [1.0] * 19 + [0.25]


def test_spend_alone_can_tell_a_reseller() -> None:
    """The 0.9 quantile of spend is 2, so 21 lies above 20; units per line are 1 for all."""
    rows: list[Row] = [(f"u{n:02}", "i1", n * HOUR, "purchase") for n in range(20)]
    dataset = shop(rows, price=[2.0] * 19 + [21.0])
    assert np.flatnonzero(find_flags(dataset).is_reseller).tolist() == [19]


CATALOG = {"tea": "drinks", "juice": "drinks", "soap": "care"}


def test_short_view_with_nothing_like_it_after_it_is_accidental() -> None:
    """soap is left after 1 s and neither it nor care comes again; tea is followed by juice of its category;
    the last juice has no known length."""
    rows: list[Row] = [
        ("ann", "tea", 0, "view"),
        ("ann", "soap", 1 * SECOND, "view"),
        ("ann", "juice", 2 * SECOND, "view"),
    ]
    dataset = shop(rows, CATALOG)
    weighed, flags = denoise(dataset)
    assert flags.is_accidental.tolist() == [False, True, False]
    assert weighed.events.weight.tolist() == [1, 0, 1]


def test_long_view_is_not_accidental() -> None:
    rows: list[Row] = [("ann", "soap", 0, "view"), ("ann", "tea", 3 * SECOND, "view")]
    assert not find_flags(shop(rows, CATALOG)).is_accidental.any()


def test_view_followed_by_its_purchase_is_not_accidental() -> None:
    rows: list[Row] = [
        ("ann", "soap", 0, "view"),
        ("ann", "tea", 1 * SECOND, "view"),
        ("ann", "soap", 9 * MINUTE, "purchase"),
    ]
    assert find_flags(shop(rows, CATALOG)).is_accidental.tolist() == [False, False, False]


def test_return_to_the_category_in_another_session_does_not_save_a_view() -> None:
    """The two soaps lie an hour apart, more than a pause of 30 minutes; the given sessions say the same."""
    rows: list[Row] = [
        ("ann", "soap", 0, "view"),
        ("ann", "tea", 1 * SECOND, "view"),
        ("ann", "soap", HOUR, "view"),
    ]
    assert find_flags(shop(rows, CATALOG)).is_accidental.tolist() == [True, False, False]
    given = shop(rows, CATALOG, session_id=["s1", "s1", "s2"])
    assert find_flags(given).is_accidental.tolist() == [True, False, False]
    one = shop(rows, CATALOG, session_id=["s1", "s1", "s1"])
    assert find_flags(one).is_accidental.tolist() == [False, False, False]


def test_views_of_an_item_without_category_are_told_apart_by_item() -> None:
    rows: list[Row] = [
        ("ann", "x", 0, "view"),
        ("ann", "y", 1 * SECOND, "view"),
        ("ann", "x", 2 * SECOND, "view"),
        ("ann", "z", 9 * SECOND, "view"),
    ]
    times = pa.array([row[2] for row in rows], pa.timestamp("us", "UTC"))
    events = pa.table(
        {
            "user_id": ["ann"] * 4,
            "item_id": [row[1] for row in rows],
            "timestamp": times,
            "event_type": ["view"] * 4,
        }
    )
    assert find_flags(Dataset.from_tables(events)).is_accidental.tolist() == [False, True, False, False]


def test_times_in_whole_minutes_cannot_tell_accidental_views() -> None:
    rows: list[Row] = [
        ("ann", "soap", 0, "view"),
        ("ann", "tea", 0, "view"),
        ("ann", "tea", 5 * MINUTE, "view"),
    ]
    flags = find_flags(shop(rows, CATALOG))
    assert not flags.is_accidental.any()
    assert "view_seconds" not in flags.thresholds


def test_weight_halves_with_each_half_life() -> None:
    """Before the last event lie 20, 10 and 0 days; a half-life of 10 days leaves 1/4, 1/2 and 1."""
    rows: list[Row] = [("ann", "tea", 0, "purchase"), ("ann", "soap", 10 * DAY, "purchase")]
    dataset = shop([*rows, ("ann", "tea", 20 * DAY, "purchase")], CATALOG)
    weighed, _ = denoise(dataset, Denoising(half_life_days=10.0))
    assert weighed.events.weight.tolist() == [0.25, 0.5, 1.0]


def test_denoising_takes_nothing_out_and_is_the_same_twice() -> None:
    crawler: list[Row] = [("bot", f"i{n}", n * 10 * SECOND, "view") for n in range(360)]
    dataset = shop(people() + crawler)
    once, _ = denoise(dataset)
    twice, _ = denoise(once)
    for field in fields(dataset.events):
        if field.name != "weight":
            np.testing.assert_array_equal(getattr(once.events, field.name), getattr(dataset.events, field.name))
    np.testing.assert_array_equal(twice.events.weight, once.events.weight)


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(ValidationError):
        Denoising(program_weight=2.0)
    with pytest.raises(ValidationError):
        Denoising(half_life_days=0.0)
