"""Flag accounts that behave like programs, resellers and accidental views, and weigh events by trust and age.

Nothing is taken out: a flag changes `events.weight` alone, which training reads. Known categories, the filter
of what was bought and the truth of an evaluation keep every purchase.
"""

from dataclasses import dataclass as plain_dataclass
from dataclasses import replace
from typing import Annotated

import numpy as np
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.dataset import Dataset, Events
from crossaisle.data.event_types import EVENT_TYPES, VIEW
from crossaisle.data.moments import DAY, FOREVER, SECOND
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Longs

HOUR = 3600 * SECOND
ACTS = ("purchase", "cart", "view", "search", "click", "wishlist", "remove_from_cart")
"""What a person does one at a time; ratings and reviews are given in lists, impressions by the shop."""

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Denoising:
    """Thresholds and weights. The defaults spare a grocer's households and most buyers of a wholesaler."""

    program_acts_per_hour: Annotated[int, Field(ge=1, description="acts in one clock hour, of a program")] = 240
    program_items_per_hour: Annotated[int, Field(ge=1, description="different items in that hour")] = 100
    program_hours_per_day: Annotated[
        int,
        Field(ge=1, le=24, description="different hours with an act in one day (UTC), of what never sleeps"),
    ] = 22
    program_share: Annotated[Share, Field(description="share of an account's acts in such hours or days")] = 0.5
    program_weight: Annotated[Share, Field(description="weight of a program's events")] = 0.0
    reseller_quantile: Annotated[Share, Field(description="quantile over buyers that resellers exceed")] = 0.9
    reseller_times: Annotated[float, Field(ge=1, description="how many times they exceed it")] = 10.0
    reseller_weight: Annotated[Share, Field(description="weight of a reseller's events; 1 only flags")] = 1.0
    view_seconds: Annotated[
        float, Field(ge=0, description="a shorter view with nothing like it after it is accidental; 0 is off")
    ] = 3.0
    view_weight: Annotated[Share, Field(description="weight of an accidental view")] = 0.0
    session_minutes: Annotated[
        float, Field(gt=0, description="pause that ends a session where events carry none, minutes")
    ] = 30.0
    half_life_days: Annotated[
        float | None, Field(gt=0, description="age at which an event counts half, days; none is off")
    ] = None


@plain_dataclass(frozen=True)
class Flags:
    """What denoising found.

    Args:
        is_program, is_reseller: bool (n_users,).
        is_accidental: bool (n_events,), views alone.
        thresholds: name → the limit used; a rule that the data cannot answer has no entry.
    """

    is_program: Bools
    is_reseller: Bools
    is_accidental: Bools
    thresholds: dict[str, float]

    def counts(self) -> dict[str, int]:
        """How many accounts and events each rule flagged."""
        return {
            "programs": int(self.is_program.sum()),
            "resellers": int(self.is_reseller.sum()),
            "accidental_views": int(self.is_accidental.sum()),
        }


DEFAULT = Denoising()


def denoise(dataset: Dataset, options: Denoising = DEFAULT) -> tuple[Dataset, Flags]:
    """The dataset with `events.weight` set, and why; the same events in the same order."""
    flags = find_flags(dataset, options)
    weighed = replace(dataset.events, weight=_weights(dataset, flags, options))
    return replace(dataset, events=weighed), flags


def find_flags(dataset: Dataset, options: Denoising = DEFAULT) -> Flags:
    """Judge every account and view by its own events; weights are neither read nor changed."""
    thresholds: dict[str, float] = {}
    return Flags(
        is_program=_programs(dataset, options, thresholds),
        is_reseller=_resellers(dataset, options, thresholds),
        is_accidental=_accidental_views(dataset, options, thresholds),
        thresholds=thresholds,
    )


def _weights(dataset: Dataset, flags: Flags, options: Denoising) -> Floats:
    events = dataset.events
    weight = np.ones(len(events))
    weight[flags.is_program[events.user]] *= options.program_weight
    weight[flags.is_reseller[events.user]] *= options.reseller_weight
    weight[flags.is_accidental] *= options.view_weight
    if options.half_life_days is not None:
        now = dataset.span()[1] if dataset.until == FOREVER else dataset.until
        weight *= np.exp2(-(now - events.time) / (options.half_life_days * DAY))
    return weight.astype(np.float32)


def _programs(dataset: Dataset, options: Denoising, thresholds: dict[str, float]) -> Bools:
    """Accounts with most of their acts in hours too busy and broad for a person, or in days without sleep."""
    events = dataset.events.at(np.isin(dataset.events.type, [EVENT_TYPES.index(name) for name in ACTS]))
    if not _has_time_of_day(events.time):
        return np.zeros(dataset.n_users, dtype=np.bool_)
    thresholds["program_acts_per_hour"] = options.program_acts_per_hour
    thresholds["program_items_per_hour"] = options.program_items_per_hour
    thresholds["program_hours_per_day"] = options.program_hours_per_day
    hours, hour = np.unique(_joined(events.user, events.time // HOUR), return_inverse=True)
    acts = _distinct_per(hour, _acts(events), len(hours))
    items = _distinct_per(hour, np.where(events.item < 0, dataset.n_items, events.item), len(hours))
    is_busy = (acts >= options.program_acts_per_hour) & (items >= options.program_items_per_hour)
    first = np.unique(hour, return_index=True)[1]
    user = events.user[first]
    _, day = np.unique(_joined(user, events.time[first] // DAY), return_inverse=True)
    is_sleepless = (np.bincount(day) >= options.program_hours_per_day)[day]
    all_acts = np.bincount(user, weights=acts, minlength=dataset.n_users)
    odd_acts = np.bincount(user, weights=acts * (is_busy | is_sleepless), minlength=dataset.n_users)
    return np.asarray((odd_acts > 0) & (odd_acts >= options.program_share * all_acts))


def _has_time_of_day(times: Longs) -> bool:
    """Dates alone fall on one time of day in UTC, on two with summer time: hours then mean nothing."""
    return len(np.unique(times % DAY)) > 2


def _acts(events: Events) -> Longs:
    """int64 (n_events,): lines of one order are one act, as is what happened at one moment without order."""
    return np.where(events.order >= 0, -1 - events.order.astype(np.int64), events.time)


def _resellers(dataset: Dataset, options: Denoising, thresholds: dict[str, float]) -> Bools:
    """Buyers whose units per line or whose spend exceed a quantile over all buyers many times."""
    purchases = dataset.events.at(dataset.is_purchase)
    lines = np.bincount(purchases.user, minlength=dataset.n_users)
    buys = lines > 0
    if not buys.any():
        return buys
    units = np.where(np.isnan(purchases.quantity), 1.0, purchases.quantity)
    units_per_line = np.bincount(purchases.user, weights=units, minlength=dataset.n_users) / np.maximum(lines, 1)
    spend = np.bincount(purchases.user, weights=purchases.spend(), minlength=dataset.n_users)
    flagged = np.zeros(dataset.n_users, dtype=np.bool_)
    for name, amounts in (("reseller_units_per_line", units_per_line), ("reseller_spend", spend)):
        limit = float(np.quantile(amounts[buys], options.reseller_quantile)) * options.reseller_times
        if limit > 0:
            thresholds[name] = limit
            flagged |= buys & (amounts > limit)
    return flagged


def _accidental_views(dataset: Dataset, options: Denoising, thresholds: dict[str, float]) -> Bools:
    """Views left within seconds, with no later event of the session on the item or its category.

    The last view of a session has no known length and is never judged, nor is any view where times are
    coarser than the limit.
    """
    events = dataset.events
    limit = options.view_seconds * SECOND
    is_view = events.type == VIEW
    if limit == 0 or not is_view.any() or _resolution(events.time) > limit:
        return np.zeros(len(events), dtype=np.bool_)
    thresholds["view_seconds"] = options.view_seconds
    session = _sessions(events, options)
    order = np.lexsort((events.time, session))
    seconds = _until_next(session[order], events.time[order])
    category = np.where(events.item >= 0, dataset.catalogue.category[events.item], -1)
    is_last = _is_last_of(session, events.item, events.time) & _is_last_of(session, category, events.time)
    flagged = np.zeros(len(events), dtype=np.bool_)
    flagged[order] = seconds < limit
    return np.asarray(flagged & is_view & is_last)


def _resolution(times: Longs) -> int:
    """The greatest step that all times are multiples of, microseconds; 0 where all are the same."""
    return int(np.gcd.reduce(times - times[0]))


def _sessions(events: Events, options: Denoising) -> Longs:
    """int64 (n_events,): the given session, else a run of a user's events without a long pause."""
    pause = np.diff(events.time, prepend=events.time[:1]) > options.session_minutes * 60 * SECOND
    other = np.diff(events.user, prepend=events.user[:1]) != 0
    runs = np.cumsum(pause | other)
    n_given = int(events.session.max(initial=-1)) + 1
    return _joined(events.user, np.where(events.session >= 0, events.session, n_given + runs))


def _until_next(session: Longs, times: Longs) -> Doubles:
    """float64 (n_events,): microseconds to the next event of the session, infinite for its last."""
    wait = np.full(len(times), np.inf)
    same = session[1:] == session[:-1]
    wait[:-1][same] = (times[1:] - times[:-1])[same]
    return wait


def _is_last_of(session: Longs, subject: AnyArray, times: Longs) -> Bools:
    """Whether no later event of the session has the same subject; an unknown one (−1) never returns."""
    order = np.lexsort((times, subject, session))
    again = (session[order][1:] == session[order][:-1]) & (subject[order][1:] == subject[order][:-1])
    last = np.ones(len(times), dtype=np.bool_)
    last[order[:-1]] = ~(again & (subject[order][1:] >= 0))
    return last


def _joined(first: AnyArray, second: AnyArray) -> Longs:
    """int64 (n,): one number for each pair, equal for equal pairs."""
    low = int(second.min(initial=0))
    width = int(second.max(initial=0)) - low + 1
    return np.asarray(first.astype(np.int64) * width + (second - low))


def _distinct_per(group: AnyArray, values: AnyArray, n_groups: int) -> Longs:
    """int64 (n_groups,): how many different values each group holds."""
    _, code = np.unique(values, return_inverse=True)
    pairs = np.unique(_joined(group, code))
    return np.bincount(pairs // max(1, int(code.max(initial=0)) + 1), minlength=n_groups)
