"""Tables of the database, and the steps that lead from one version of them to the next."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from crossaisle.data.tables import EVENTS
from crossaisle.errors import StorageError
from crossaisle.stores.database.connection import Database

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A number that is given in the order of commits, never twice."""

tables = sa.MetaData()

schema = sa.Table("schema", tables, sa.Column("version", sa.Integer, nullable=False))

_KINDS: dict[str, type[sa.types.TypeEngine[Any]]] = {
    "id": sa.Text,
    "text": sa.Text,
    "number": sa.Double,
    "time": sa.BigInteger,
}

events = sa.Table(
    "events",
    tables,
    sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
    *(
        sa.Column(column.name, _KINDS[column.kind], nullable=not column.is_required or column.name == "item_id")
        for column in EVENTS.columns
        if column.name != "event_id"
    ),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("received_at", sa.BigInteger, nullable=False),
    sa.Index("events_by_user", "user_id"),
    sqlite_autoincrement=True,
)
"""What people did, as it came. Times are microseconds since 1970."""

changes = sa.Table(
    "changes",
    tables,
    sa.Column("number", NUMBER, sa.Identity(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Index("changes_by_subject", "subject"),
    sqlite_autoincrement=True,
)
"""What else changed and every worker has to know: items, customers, identities, consents, interests, erasures."""

answers = sa.Table(
    "answers",
    tables,
    sa.Column("idempotency_key", sa.Text, primary_key=True),
    sa.Column("body_hash", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
)
"""What was answered to a request that carried an Idempotency-Key."""

keys = sa.Table(
    "keys",
    tables,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("hash", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger),
)
"""API keys as hashes; the key itself is nowhere."""

identities = sa.Table(
    "identities",
    tables,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Index("identities_by_alias", "alias"),
)
"""Under which other ids a customer acted: devices, cookies."""

consents = sa.Table(
    "consents",
    tables,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("purpose", sa.Text, primary_key=True),
    sa.Column("is_granted", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
)
"""What a person allowed or refused, by purpose."""

interests = sa.Table(
    "interests",
    tables,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("category", sa.Text, primary_key=True),
    sa.Column("weight", sa.Double, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
)
"""Interests that a person corrected: 0 for none of it, 1 as it is, above for more."""

slates = sa.Table(
    "slates",
    tables,
    sa.Column("recommendation_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("model_version", sa.Integer, nullable=False),
    sa.Column("focus", sa.Text, nullable=False),
    sa.Column("items", sa.Text, nullable=False),
    sa.Column("explored_rank", sa.Integer),
    sa.Column("propensity", sa.Double),
    sa.Column("pool", sa.Integer),
    sa.Index("slates_by_user", "user_id"),
    sa.Index("slates_by_time", "made_at"),
)
"""Slates that were shown: item ids and scores by rank, and the place that explored with its chance."""

pools = sa.Table(
    "pools",
    tables,
    sa.Column("pool", NUMBER, sa.Identity(), primary_key=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)
"""Items among which the exploring place chose, with their chances."""

experiments = sa.Table(
    "experiments",
    tables,
    sa.Column("experiment_id", sa.Text, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("started_at", sa.BigInteger, nullable=False),
    sa.Column("stopped_at", sa.BigInteger),
)

exposures = sa.Table(
    "exposures",
    tables,
    sa.Column("experiment_id", sa.Text, primary_key=True),
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("arm", sa.Integer, nullable=False),
    sa.Column("first_at", sa.BigInteger, nullable=False),
    sa.Index("exposures_by_user", "user_id"),
)
"""Who saw which arm of an experiment, and when first."""

STEPS: tuple[Callable[[Connection], None], ...] = ()
"""Step n leads from version n + 1 to n + 2. A step that was released is never changed."""


def migrate(database: Database, steps: Sequence[Callable[[Connection], None]] = STEPS) -> int:
    """Bring the database to the newest version; all steps or none, one process at a time. The version it had.

    An empty database, of version 0, gets the tables as they are now.

    Raises:
        StorageError: a newer program wrote it.
        UnavailableError: the database does not answer for now.
    """
    newest = 1 + len(steps)
    with database.writing() as connection:
        connection.execute(CreateTable(schema, if_not_exists=True))
        before = int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(schema.c.version), 0))).scalar_one())
        if before > newest:
            remedy = "Use the version of Crossaisle that wrote it."
            raise StorageError(f"the database is of version {before}", database.where, remedy)
        if not before:
            tables.create_all(connection)
        for step in steps[before - 1 :] if before else ():
            step(connection)
        if before < newest:
            connection.execute(schema.delete())
            connection.execute(schema.insert().values(version=newest))
    return before
