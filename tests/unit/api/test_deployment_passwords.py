"""Passwords of what is deployed: they come from files, reach those who need them, and are missed where they are not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.schema import migrate
from servers import PostgreSQL

DEPLOY = Path(__file__).parents[3] / "deploy"


def entered(tmp_path: Path, password_file: Path | None) -> "subprocess.CompletedProcess[str]":
    """The container's entry, with a program in place of crossaisle that tells what it was given."""
    program = tmp_path / "crossaisle"
    program.write_text('#!/bin/sh\necho "${PGPASSWORD-none} $*"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    if password_file is not None:
        environment["PGPASSWORD_FILE"] = str(password_file)
    command = ["sh", str(DEPLOY / "entrypoint.sh"), "keys", "list"]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no sh")
def test_a_password_in_a_file_reaches_the_program_and_an_empty_or_missing_one_stops_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    assert entered(tmp_path, secret).returncode == 1
    secret.touch()
    assert entered(tmp_path, secret).returncode == 1
    secret.write_text("a b$c\n", encoding="utf-8")
    assert entered(tmp_path, secret).stdout == "a b$c keys list\n"
    assert entered(tmp_path, None).stdout == "none keys list\n"


def everything(server: PostgreSQL) -> sa.Connection:
    """A connection that may do everything on the server."""
    return sa.create_engine(server.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect()


@pytest.fixture
def owner(postgres: PostgreSQL, tmp_path: Path) -> Iterator[Any]:
    """Runs the step that makes the service's database, with a password; what it made goes afterwards."""

    def make(password: str) -> "subprocess.CompletedProcess[str]":
        secret = tmp_path / "database_password"
        secret.write_text(password, encoding="utf-8")
        environment = {**os.environ, "POSTGRES_USER": "shop", "PGHOST": str(postgres.folder)}
        environment["DATABASE_PASSWORD_FILE"] = str(secret)
        command = ["sh", str(DEPLOY / "postgres" / "owner.sh")]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    yield make
    with everything(postgres) as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS crossaisle WITH (FORCE)")
        connection.exec_driver_sql("DROP ROLE IF EXISTS crossaisle")


@pytest.mark.skipif(shutil.which("psql") is None, reason="there is no psql")
def test_the_service_owns_its_database_and_nothing_else(owner: Any, postgres: PostgreSQL) -> None:
    assert owner("").returncode == 1
    done = owner('it\'s "so" $1\n')
    assert done.returncode == 0, done.stderr
    database = Database(postgres.url("crossaisle").replace("shop@", "crossaisle@"))
    migrate(database)
    rights = "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    owner_of_it = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    with database.reading() as connection:
        assert tuple(connection.execute(sa.text(rights)).one()) == (False, False, False)
        assert connection.execute(sa.text(owner_of_it)).scalar_one() == "crossaisle"
    database.close()
    with everything(postgres) as connection:
        chosen = "SELECT rolpassword FROM pg_authid WHERE rolname = 'crossaisle'"
        assert connection.execute(sa.text(chosen)).scalar_one().startswith("SCRAM-SHA-256$")
