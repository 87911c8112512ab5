"""What is taken for a query, and what is refused before it is sent."""

import pytest

from crossaisle.data.sources.sql.query import statement_of
from crossaisle.errors import InputError


def quoted(name: str) -> str:
    return f'"{name}"'


QUERIES = [
    "SELECT 1",
    "select 1;",
    "SELECT ';' AS a, \"b;c\" FROM t -- ; and more",
    "/* first; */ WITH a AS (SELECT 1) SELECT * FROM a ;\n -- the end;",
    "(SELECT 1) UNION (SELECT 2)",
    "VALUES (1)",
    "TABLE sales LIMIT 5",
    "SELECT 'it''s; so'",
    r"SELECT E'it\'s; so'",
    "SELECT $$a;b$$, $tag$c;$$d$tag$",
    "SELECT `a;b` FROM t",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_goes_out_as_it_stands(query: str) -> None:
    assert statement_of(query, quoted, "here") == query.strip()


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("sales", 'SELECT * FROM "sales"'),
        (" shop.order_lines ", 'SELECT * FROM "shop"."order_lines"'),
        ("订单", 'SELECT * FROM "订单"'),
        ("order", 'SELECT * FROM "order"'),
    ],
)
def test_a_name_asks_for_all_of_a_table(name: str, statement: str) -> None:
    assert statement_of(name, quoted, "here") == statement


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE sales",
        "-- SELECT\nDELETE FROM sales",
        "insert into sales select 1",
        "PRAGMA query_only = OFF",
        "SET TRANSACTION READ WRITE",
        "VACUUM INTO 'copy.db'",
        "'SELECT 1'",
        "1",
        "--",
    ],
)
def test_another_statement_is_refused(statement: str) -> None:
    with pytest.raises(InputError, match=r"^here: this is no query\. Give one SELECT, or the name of a table\.$"):
        statement_of(statement, quoted, "here")


@pytest.mark.parametrize(
    "statements",
    [
        "SELECT 1; DROP TABLE sales",
        "SELECT 1;; SELECT 2;",
        "SELECT 1; COMMIT; DROP TABLE sales; --",
        "SELECT ''';''' ; DELETE FROM sales",
    ],
)
def test_several_statements_are_refused(statements: str) -> None:
    with pytest.raises(InputError, match="these are several statements"):
        statement_of(statements, quoted, "here")
