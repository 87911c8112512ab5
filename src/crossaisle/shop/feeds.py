"""Feeds of the published model: what serving needs of it is made beforehand, then read."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.moments import DAY, as_datetime, span
from crossaisle.data.training import Progress, silent
from crossaisle.features.feature import within
from crossaisle.loop.feedback.taught import Taught
from crossaisle.loop.prepared import PREPARED
from crossaisle.models.neighbours import Neighbours
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import AnyArray
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.exploring import Evidence, Exploring, pool_of
from crossaisle.scenarios.feeds.feed import Feed, Seen
from crossaisle.scenarios.feeds.memory import Memory
from crossaisle.scenarios.feeds.ordering import Ordering
from crossaisle.scenarios.feeds.searching import Searching
from crossaisle.settings.online import ExplorationSettings
from crossaisle.shop.shop import Shop
from crossaisle.slates.fallback import MostBought
from crossaisle.slates.live.live_slates import LiveSlates
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.live.person import LASTING
from crossaisle.slates.live.standing import Standing, make_standing
from crossaisle.stores.arrays_folder import read_arrays, write_arrays
from crossaisle.stores.database.slate_log import SlateLog

REMEMBERED = 90 * DAY
"""How far before the model's cut lasting events are looked at: what rests or was turned down."""


def prepare(shop: Shop, version: int, progress: Progress = silent) -> None:
    """Make what serving needs of a published model, beside it, unless it is there."""
    folder = shop.registry.path(version) / PREPARED
    if not read_arrays(folder):
        live = shop.model(version)
        write_arrays(folder, prepared(shop, live.fitted, shop.dataset(live.until, live.artifact), progress))


def prepared(shop: Shop, fitted: Fitted, dataset: Dataset, progress: Progress) -> dict[str, AnyArray]:
    """What serving needs of a model: neighbours of items, and lists of the users who were there last.

    Args:
        dataset: what happened before the model's cut, with its numbers.
    """
    options = shop.settings.serving.live
    progress("prepare", 0)
    neighbours = fitted.neighbours(options.neighbours) or Neighbours.none(dataset.n_items)
    standing = make_standing(shop.path(fitted, dataset), dataset.end, options, progress)
    progress("prepare", 1)
    return {
        **{f"neighbours/{name}": one for name, one in neighbours.state().items()},
        **{f"standing/{name}": one for name, one in standing.state().items()},
    }


@dataclass(frozen=True)
class Pools:
    """Where the pools are kept that the exploring place draws from, and the moment of now, microseconds since 1970."""

    kept: SlateLog
    now: int


def feed_of(shop: Shop, people: Acquaintance, version: int | None, pools: Pools | None = None) -> Feed | None:
    """A feed of a published model, with what happened since as far as the lake knows; None for a shop without events.

    A shop without a model shows what most people bought. Without `pools` nothing is tried out.

    Raises:
        ArtifactError: the model's files were altered.
    """
    if version is None:
        return _without_model(shop, people, pools)
    live = shop.model(version)
    dataset = shop.dataset(live.until, live.artifact)
    made = read_arrays(shop.registry.path(version) / PREPARED)
    standing, taught = None, None
    if made:
        neighbours = Neighbours.restore(within(made, "neighbours"))
        lists = Standing.restore(within(made, "standing"))
        standing = lists if len(lists.rows) == dataset.n_users else None
        told = within(made, "taught")
        taught = Taught.restore(told) if told else None
    else:
        neighbours = live.fitted.neighbours(shop.settings.serving.live.neighbours) or Neighbours.none(dataset.n_items)
    return _feed(shop, people, dataset, (neighbours, standing, taught), version, pools)


def _without_model(shop: Shop, people: Acquaintance, pools: Pools | None) -> Feed | None:
    if not shop.lake.counts().get("events"):
        return None
    dataset = shop.dataset()
    return _feed(shop, people, dataset, (Neighbours.none(dataset.n_items), None, None), 0, pools)


def _feed(
    shop: Shop,
    people: Acquaintance,
    dataset: Dataset,
    made: tuple[Neighbours, Standing | None, Taught | None],
    version: int,
    pools: Pools | None,
) -> Feed:
    """made: neighbours, lists of users, and what was learnt from slates."""
    settings = shop.settings
    neighbours, standing, taught = made
    options = shop.slate_options
    live, stock = settings.serving.live, shop.stock(dataset)
    ordering = _ordering(taught, dataset, live) if taught and not options.is_reranked else None
    lift = taught.rates.lift if taught and ordering is None else None
    slates = LiveSlates.of(dataset, neighbours, live, options, standing, stock, lift=lift)
    searching = Searching.of(dataset.catalogue.titles(), MostBought.of(dataset).buyers)
    exploring = _exploring(settings.exploration, slates, dataset, taught, pools) if pools else None
    default, until = settings.privacy.personalisation, dataset.until
    feed = Feed(slates, dataset.index, searching, people, default, version, until, exploring, ordering)
    for some in _since(shop, until):
        feed.observe(some)
    return feed


def _ordering(taught: Taught, dataset: Dataset, live: LiveOptions) -> Ordering | None:
    """The order that answers taught; None where they taught none, or it is not wanted."""
    if taught.appeal is None or live.lift == 0:
        return None
    appeal, past = taught.appeal
    if past.n_users != dataset.n_users:  # somebody was forgotten, and only one of both knows it yet
        return None
    memory = Memory(past, dataset.catalogue.category, dataset.n_categories)
    return Ordering(appeal, memory, live.candidates, live.lift)


def _exploring(
    options: ExplorationSettings, slates: LiveSlates, dataset: Dataset, taught: Taught | None, pools: Pools
) -> Exploring | None:
    """The place that tries items out, with a pool of its own; None where none is asked for or nothing can be tried."""
    if options.rank is None:
        return None
    known = Evidence(taught.clicks, taught.rates.exposure) if taught else Evidence.none(dataset.n_items)
    launched = dataset.catalogue.launched
    pool = pool_of(slates, launched, known, pools.now, span(options.new), options.pool, options.floor)
    if not len(pool.items):
        return None
    ids = dataset.index.items.at(pool.items).to_pylist()
    return Exploring(options.rank, pool, pools.kept.keep_pool(ids, pool.chances.tolist(), pools.now))


def _since(shop: Shop, until: int) -> Iterator[list[Seen]]:
    """Events of the lake that a feed has to know beside the histories."""
    rows = shop.lake.events(since=max(0, until - REMEMBERED))
    lasting = [EVENT_TYPES[one] for one in LASTING]
    is_later = rows.timestamp >= ibis.literal(as_datetime(until), type="timestamp('UTC')")
    rows = rows.filter(is_later | rows.event_type.isin(lasting))
    chosen = rows.select("user_id", "item_id", "event_type", "timestamp", "query")
    for batch in chosen.to_pyarrow_batches(chunk_size=100_000):
        times = batch.column("timestamp").cast(pa.int64()).to_pylist()
        columns = [batch.column(name).to_pylist() for name in ("user_id", "item_id", "event_type")]
        queries = batch.column("query").to_pylist()
        yield [Seen(*one) for one in zip(*columns, times, queries, strict=True)]
