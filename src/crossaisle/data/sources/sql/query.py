"""What may be sent to a database: one query that gives rows."""

import re
from collections.abc import Callable

from crossaisle.errors import InputError

_NAME = re.compile(r"[^\W\d][\w$]*(\.[^\W\d][\w$]*)*")
_BEGINNINGS = ("SELECT", "WITH", "VALUES", "TABLE")
_TEXTS_AND_COMMENTS = re.compile(
    r"""
      [eE]'(?:[^'\\]|\\.|'')*'        # a text of PostgreSQL with backslashes
    | '(?:[^']|'')*'                  # a text
    | "(?:[^"]|"")*" | `[^`]*`        # a quoted name
    | \$(\w*)\$.*?\$\1\$              # a text of PostgreSQL between dollars
    | --[^\n]* | /\*.*?\*/            # comments
    """,
    re.VERBOSE | re.DOTALL,
)


def statement_of(given: str, quote: Callable[[str], str], where: str) -> str:
    """The statement that asks for what was given: a query as it stands, or all of a table by its name.

    This is for people who mistype. What keeps a database from harm is the transaction that may only read, and a user
    that may do no more.

    Args:
        quote: a name as the database's SQL writes it.

    Raises:
        InputError: it is another statement, or several.
    """
    given = given.strip()
    if _NAME.fullmatch(given):
        return f"SELECT * FROM {'.'.join(quote(name) for name in given.split('.'))}"
    bare = _TEXTS_AND_COMMENTS.sub(lambda one: " " if one[0][:2] in ("--", "/*") else " ' ", given).rstrip("; \n\t\r")
    if ";" in bare:
        raise InputError("these are several statements", where, "Give one SELECT, or the name of a table.")
    first = re.match(r"[\s(]*(\w*)", bare)
    if first is None or first[1].upper() not in _BEGINNINGS:
        raise InputError("this is no query", where, "Give one SELECT, or the name of a table.")
    return given
