"""A shop's history out of a database, as a person loads it on the command line."""

import json
import os
import sys
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy
from rich.console import Console
from rich.progress import Progress

from crossaisle.cli.terminal import Stages
from crossaisle.words import Language

from .program import run


@pytest.fixture
def env(database_url: str, frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> dict[str, str]:
    """The environment of a machine on which the source is registered, with a full database's URL."""
    engine = sqlalchemy.create_engine(database_url)
    with engine.begin() as connection:
        frames[0].rename(columns={"user_id": "CustomerNo"}).to_sql("sales", connection, index=False)
        frames[1].to_sql("products", connection, index=False)
    engine.dispose()
    registered = tmp_path / "site" / "crossaisle_sql.egg-info"
    registered.mkdir(parents=True)
    (registered / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: crossaisle-sql\nVersion: 1\n", encoding="utf-8")
    names = "[crossaisle.sources]\nsql = crossaisle.data.sources.sql:SQL\n"
    (registered / "entry_points.txt").write_text(names, encoding="utf-8")
    paths = os.pathsep.join([str(registered.parent), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": paths, "SHOP_DATABASE": database_url}


QUERY = 'events=SELECT s.*, "CustomerNo" AS user_id FROM sales s WHERE price < 5'
DATABASE = ("--source", "sql", "--option", "url_variable=SHOP_DATABASE")


def test_a_history_is_loaded_by_queries_and_again_without_change(
    env: dict[str, str], frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    workspace = str(tmp_path / "ws")
    run("init", workspace, env=env)
    words = ("load", "-w", workspace, *DATABASE, "--option", QUERY, "--option", "catalog=products", "--json")
    n_events = int((frames[0]["price"] < 5).sum())
    first, again = (json.loads(run(*words, env=env))["tables"] for _ in range(2))
    assert (first["events"]["kept"], first["catalog"]["kept"]) == (n_events, len(frames[1]))
    assert (again["events"]["kept"], again["events"]["already_there"]) == (0, n_events)
    assert (again["catalog"]["kept"], again["catalog"]["already_there"]) == (0, len(frames[1]))


def test_a_map_names_the_columns_of_a_database(
    env: dict[str, str], frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    workspace, columns = str(tmp_path / "ws"), tmp_path / "map.toml"
    run("init", workspace, env=env)
    load = ("load", "-w", workspace, *DATABASE, "--option", "events=sales", "--json")
    assert "need the column user_id" in run(*load, code=1, env=env)
    columns.write_text('[columns.events]\nuser_id = "CustomerNo"\n', encoding="utf-8")
    report = json.loads(run(*load, "--columns", str(columns), env=env))
    assert report["tables"]["events"]["kept"] == len(frames[0])
    with (tmp_path / "ws" / "crossaisle.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[columns.events]\nuser_id = "CustomerNo"\n')
    report = json.loads(run(*load, env=env))
    assert report["tables"]["events"]["already_there"] == len(frames[0])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wrong_options_and_a_database_that_refuses_have_their_codes_and_a_remedy(
    env: dict[str, str], tmp_path: Path
) -> None:
    workspace = str(tmp_path / "ws")
    run("init", workspace, env=env)
    load = ("load", "-w", workspace)
    sql = (*load, *DATABASE)
    assert "--option needs --source" in run(*load, "--option", "events=sales", code=2, env=env)
    assert "in place of files" in run(*sql, "--events", "sales.csv", code=2, env=env)
    assert "Write it as name=value, such as --option events=sales" in run(*sql, "--option", "events", code=2, env=env)
    said = run(*sql, "--option", "evnts=sales", code=2, env=env)
    assert 'SQL has no option "evnts". Closest is events. It has url, url_variable, events' in said
    assert "no such table: slaes" in run(*sql, "--option", "events=slaes", code=1, env=env)
    said = run(*sql, "--option", "events=sales", code=2, env={**env, "SHOP_DATABASE": ""})
    assert "SHOP_DATABASE is not set. Set the environment variable" in said
    said = run(*sql, "--option", "events=sales", code=2, env={**env, "SHOP_DATABASE": "postgers://u:hunter2@host/s"})
    assert 'there is no kind of database "postgers"' in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "fetching from the database: events rows 8,192"), ("zh", "从数据库读取： events 行数 8,192")],
)
def test_rows_are_counted_on_the_terminal_while_they_come(language: Language, shown: str) -> None:
    bars = Progress(console=Console(quiet=True))
    stages = Stages(bars, language)
    stages("load.stage.fetch events", 0.0)
    stages("load.stage.fetch events: rows=8,192", 0.0)
    stages("load.stage.fetch catalog", 0.0)
    assert [task.description for task in bars.tasks][:1] == [shown]
    assert [task.completed for task in bars.tasks] == [1.0, 0.0]
