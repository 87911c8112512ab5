"""The address of a database: its URL, shown without password, and the engine that reaches it."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import sqlalchemy
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from crossaisle.errors import InputError, UsageError

EXAMPLE = "postgresql://user:password@host/shop"
EXTRA = "postgresql"
_PLAIN = ("postgres", "postgresql")
_SECRET = re.compile(r"pass|pwd|secret|token|key|odbc_connect", re.IGNORECASE)
_WHERE = "the URL of the database"


@dataclass(frozen=True)
class Address:
    """Where a database is."""

    url: URL

    @classmethod
    def of(cls, text: str) -> "Address":
        """The address that a URL names.

        Raises:
            UsageError: it is no URL of a database.
        """
        try:
            url = sqlalchemy.make_url(text.strip())
        except (ArgumentError, ValueError):
            raise UsageError("this is no URL of a database", _WHERE, f"Write it like {EXAMPLE}.") from None
        if url.host and "@" in f"{url.host}{url.database}":
            raise UsageError(
                "a password or name holds a sign that parts a URL", _WHERE, "Write it in percent form: %40 for @."
            )
        if url.drivername in _PLAIN:
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":", "file:")):
            _must_exist(Path(url.database))
        return cls(url)

    def __str__(self) -> str:
        return self.url.set(query={}).render_as_string(hide_password=True)

    @property
    def name(self) -> str:
        """What people call the database, in signs that a file's name may hold."""
        return re.sub(r"[^\w.-]+", "_", Path(self.url.database or self.url.host or "database").name)

    def hidden(self, message: str) -> str:
        """The message with every secret of the URL blotted out."""
        texts = [self.url.password or ""]
        for key, value in self.url.query.items():
            if _SECRET.search(key):
                texts += [value] if isinstance(value, str) else value
        forms = {form for text in texts if text for form in (text, quote(text, safe=""), quote_plus(text))}
        for form in sorted(forms, key=len, reverse=True):
            message = message.replace(form, "***")
        return message

    def engine(self) -> Engine:
        """What connects to the database.

        Raises:
            UsageError: the driver is not installed, or SQLAlchemy knows no database of this kind.
        """
        options = {"client_encoding": "utf8"} if self.url.get_backend_name() == "postgresql" else {}
        try:
            return sqlalchemy.create_engine(self.url, poolclass=NullPool, **options)
        except ImportError as error:
            raise self._lacks(error) from None
        except NoSuchModuleError:
            remedy = f"Write it like {EXAMPLE}, or install the package that brings this kind of database."
            raise UsageError(f'there is no kind of database "{self.url.drivername}"', _WHERE, remedy) from None
        except (SQLAlchemyError, TypeError, ValueError) as error:
            raise UsageError(self.hidden(first_line(error)), str(self), "Correct the URL.") from None

    def _lacks(self, error: ImportError) -> UsageError:
        package = error.name or self.url.get_driver_name()
        is_ours = package.split(".")[0] == "psycopg"
        remedy = (
            f"Install the extra: pip install 'crossaisle[{EXTRA}]'"
            if is_ours
            else "Install the package that brings it."
        )
        return UsageError(f"the driver {package} is not installed, or not whole", str(self), remedy)


def _must_exist(path: Path) -> None:
    """SQLite would make an empty database of a name that is mistyped."""
    if not path.is_file():
        raise InputError("there is no such file", str(path), "Correct the path in the URL, sqlite:///PATH.")


def first_line(error: BaseException) -> str:
    """The first line of what a driver said."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
