"""Moments as people type them: in the zone they name, else in the shop's."""

from datetime import UTC, date, datetime

import pytest

from crossaisle.data.moments import DAY, FOREVER, as_datetime, as_text, moment, seconds, span
from crossaisle.errors import UsageError

HOUR = DAY // 24


@pytest.mark.parametrize(
    ("when", "zone", "expected"),
    [
        ("1970-01-02", "UTC", DAY),
        ("1970-01-02", "Asia/Shanghai", DAY - 8 * HOUR),
        ("1970-01-02T00:00+00:00", "Asia/Shanghai", DAY),
        ("1970-01-01T09:30", "UTC", 9 * HOUR + HOUR // 2),
        (date(1970, 1, 2), "UTC", DAY),
        (datetime(1970, 1, 2, tzinfo=UTC), "Asia/Shanghai", DAY),
        (7, "Asia/Shanghai", 7),
    ],
)
def test_a_moment_is_in_its_own_zone_or_that_of_the_shop(when: str | date | int, zone: str, expected: int) -> None:
    assert moment(when, zone) == expected


def test_a_day_of_summer_time_begins_an_hour_earlier() -> None:
    assert moment("2024-07-01", "Europe/London") == moment("2024-06-30T23:00")


@pytest.mark.parametrize("typed", ["tomorrow", "2017-13-01", ""])
def test_what_is_no_date_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UsageError, match="2017-11-01"):
        moment(typed)


def test_spans_and_texts() -> None:
    assert (span("2w"), span("36h"), span(3)) == (14 * DAY, 36 * HOUR, 3 * DAY)
    for typed in ("0d", "soon", "-3d"):
        with pytest.raises(UsageError, match="60d"):
            span(typed)
    assert (as_text(DAY), as_text(DAY + HOUR)) == ("1970-01-02", "1970-01-02T01:00:00+00:00")
    assert as_datetime(FOREVER).year == 9999


def test_durations() -> None:
    assert [seconds(typed) for typed in ("90s", "30m", " 2h ")] == [90.0, 1800.0, 7200.0]
    for typed in ("", "m", "0m", "-3m", "30", "3d", "1.5h", "²m"):
        with pytest.raises(UsageError, match="30m"):
            seconds(typed)
