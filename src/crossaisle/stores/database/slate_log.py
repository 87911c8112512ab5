"""The slates that were shown, so that what people did with them can teach; written in passing, in portions.

A slate is no event: losing the last few of them in a crash loses no fact about a customer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from crossaisle.errors import StorageError
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.event_log import CHUNK
from crossaisle.stores.database.inserting import insert_new
from crossaisle.stores.database.schema import pools, slates

PLACE = (slates.c.made_at, slates.c.recommendation_id)
"""The order of slates; many may be of one moment."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A slate as it was answered.

    Args:
        items: ids and scores in the order of ranks.
        explored_rank: the place, from 1, whose item was drawn; propensity: with what chance; pool: among which.
        lifts: what each score was multiplied by because of earlier answers to the item; empty for 1.
    """

    recommendation_id: str
    user_id: str
    made_at: int
    model_version: int
    focus: str
    items: Sequence[tuple[str, float]]
    explored_rank: int | None = None
    propensity: float | None = None
    pool: int | None = None
    lifts: Sequence[float] = ()


class SlateLog:
    """Slates and the pools that their exploring place drew from."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def write(self, shown: Sequence[Shown]) -> None:
        """Keep some slates. What was kept before stays as it is, so that a portion may be written again."""
        if shown:
            rows = [_row(one) for one in shown]
            with self.database.writing() as connection:
                insert_new(connection, slates, rows)

    def since(self, made_at: int) -> Iterator[Shown]:
        """Slates shown at or after a moment, in the order of time."""
        after: tuple[int, str] = (made_at, "")
        while True:
            chosen = sa.select(slates).where(sa.tuple_(*PLACE) > sa.tuple_(*after)).order_by(*PLACE).limit(CHUNK)
            with self.database.reading() as connection:
                rows = connection.execute(chosen).all()
            for row in rows:
                yield _shown(row)
            if len(rows) < CHUNK:
                return
            after = (rows[-1].made_at, rows[-1].recommendation_id)

    def newest(self, n: int) -> Iterator[Shown]:
        """The newest slates in the order of time: `n`, and those of the same moment as the earliest of them."""
        chosen = sa.select(slates.c.made_at).order_by(slates.c.made_at.desc()).offset(n - 1).limit(1)
        with self.database.reading() as connection:
            earliest = connection.execute(chosen).scalar_one_or_none()
        yield from self.since(earliest or 0)

    def of_user(self, user_id: str) -> list[Shown]:
        """Slates shown to one id."""
        chosen = sa.select(slates).where(slates.c.user_id == user_id).order_by(*PLACE)
        with self.database.reading() as connection:
            return [_shown(row) for row in connection.execute(chosen)]

    def drop_before(self, moment: int) -> int:
        """Take out slates shown before a moment, and pools of that time that no slate names any more; slates taken."""
        named = sa.select(slates.c.pool).where(slates.c.pool.is_not(None))
        with self.database.writing() as connection:
            n_slates = int(connection.execute(slates.delete().where(slates.c.made_at < moment)).rowcount)
            connection.execute(pools.delete().where(pools.c.made_at < moment, pools.c.pool.not_in(named)))
        return n_slates

    def keep_pool(self, items: Sequence[str], chances: Sequence[float], now: int) -> int:
        """Keep a pool: item ids and the chance of each; its number."""
        body = json.dumps({"items": list(items), "chances": [round(one, 9) for one in chances]})
        with self.database.writing() as connection:
            added = connection.execute(pools.insert().values(body=body, made_at=now).returning(pools.c.pool))
            return int(added.scalar_one())

    def pool(self, number: int) -> tuple[list[str], list[float]]:
        """The items of a pool and the chance of each.

        Raises:
            StorageError: there is no such pool, or no longer.
        """
        with self.database.reading() as connection:
            kept = connection.execute(sa.select(pools.c.body).where(pools.c.pool == number)).scalar_one_or_none()
        if kept is None:
            raise StorageError(f"pool {number} is not there", self.database.where)
        body = json.loads(kept)
        return body["items"], body["chances"]


def _row(shown: Shown) -> dict[str, Any]:
    return {
        "recommendation_id": shown.recommendation_id,
        "user_id": shown.user_id,
        "made_at": shown.made_at,
        "model_version": shown.model_version,
        "focus": shown.focus,
        "items": orjson.dumps(_lifted(shown)).decode(),
        "explored_rank": shown.explored_rank,
        "propensity": shown.propensity,
        "pool": shown.pool,
    }


def _lifted(shown: Shown) -> Sequence[Sequence[Any]]:
    if not shown.lifts:
        return shown.items
    return [(item, score, round(lift, 6)) for (item, score), lift in zip(shown.items, shown.lifts, strict=True)]


def _shown(row: Any) -> Shown:
    told = json.loads(row.items)
    items = [(item, score) for item, score, *_ in told]
    lifts = tuple(one[2] for one in told if len(one) > 2)
    facts = (row.recommendation_id, row.user_id, row.made_at, row.model_version, row.focus, items)
    return Shown(*facts, row.explored_rank, row.propensity, row.pool, lifts)
