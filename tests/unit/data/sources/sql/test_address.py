"""Addresses: what is shown of them, and what is said when they lead nowhere."""

import sys
from pathlib import Path

import pytest

from crossaisle.data.sources.sql.address import Address
from crossaisle.errors import InputError, UsageError

SECRET = "a b/c%d"
QUOTED = "a%20b%2Fc%25d"


def test_neither_a_password_nor_anything_after_the_database_is_shown() -> None:
    address = Address.of(f"postgresql://shop:{QUOTED}@db.example:5433/sales?sslpassword=hidden&sslmode=require")
    assert str(address) == "postgresql+psycopg://shop:***@db.example:5433/sales"
    assert repr(SECRET) not in repr(address)
    assert address.name == "sales"


def test_secrets_are_blotted_out_of_a_message_in_each_of_their_forms() -> None:
    address = Address.of(f"postgresql://shop:{QUOTED}@host/sales?sslpassword=hush&token=x1&token=x2&sslmode=require")
    message = f"{SECRET}, {QUOTED}, a+b%2Fc%25d, hush, x1, x2, require"
    assert address.hidden(message) == "***, ***, ***, ***, ***, ***, require"


@pytest.mark.parametrize("text", ["", "shop", "postgresql:/host/shop", "postgresql://shop:secret@host:port/shop"])
def test_what_is_no_url_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(UsageError) as error:
        Address.of(text)
    assert str(error.value) == (
        "the URL of the database: this is no URL of a database. Write it like postgresql://user:password@host/shop."
    )


def test_a_password_with_a_sign_that_parts_a_url_is_not_taken_for_a_host() -> None:
    for text in ("postgresql://shop:qz@vx@host/sales", "postgresql://shop:qz@v/x@host/sales"):
        with pytest.raises(UsageError, match="percent form: %40 for @") as error:
            Address.of(text)
        assert not {"q", "z", "v", "x"}.intersection(str(error.value))


@pytest.mark.parametrize("kind", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_missing_driver_of_postgresql_names_the_extra(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError) as error:
        Address.of(f"{kind}://shop:secret@host/sales").engine()
    assert "psycopg is not installed" in str(error.value)
    assert "pip install 'crossaisle[postgresql]'" in str(error.value)
    assert "secret" not in str(error.value)


def test_a_missing_driver_of_another_database_and_an_unknown_kind_are_named() -> None:
    with pytest.raises(UsageError, match="the driver cx_Oracle is not installed"):
        Address.of("oracle+cx_oracle://shop:secret@host/sales").engine()
    with pytest.raises(UsageError, match='no kind of database "postgers"'):
        Address.of("postgers://shop:secret@host/sales").engine()


def test_sqlite_makes_no_database_of_a_name_that_is_mistyped(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        Address.of(f"sqlite:///{tmp_path / 'shpo.db'}")
    assert list(tmp_path.iterdir()) == []
