"""Ids in addresses come through byte for byte, or not at all."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.api.ids import decoded
from crossaisle.api.problems import RefusedError
from crossaisle.data.collecting import MOST_BYTES

ids = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(ids, st.booleans())
def test_an_id_that_was_percent_encoded_is_the_same_again(user_id: str, whole: bool) -> None:
    sent = "".join(f"%{byte:02X}" for byte in user_id.encode()) if whole else quote(user_id, safe="")
    assert decoded(sent) == user_id


@pytest.mark.parametrize("given_id", ["u1", "a+b", "..", "a;b", "'; DROP TABLE events; --", "%2F..%2F", "a%20b"])
def test_what_needs_no_decoding_or_looks_like_something_else_is_an_id(given_id: str) -> None:
    assert decoded(quote(given_id, safe="+;'")) == given_id


def test_a_percent_sign_that_encodes_nothing_stands_for_itself() -> None:
    assert decoded("100%") == "100%"
    assert decoded("%zz") == "%zz"


@pytest.mark.parametrize("sent", ["%ff", "%C3%28", "%ED%A0%80", "%F5%80%80%80", "a%80"])
def test_bytes_that_are_no_text_are_refused(sent: str) -> None:
    with pytest.raises(RefusedError) as told:
        decoded(sent, "item_id")
    assert told.value.status == 400
    assert "item_id" in told.value.what


@pytest.mark.parametrize("sent", ["%00", "a%00b", "x" * (MOST_BYTES + 1), "%C3%A4" * (MOST_BYTES // 2 + 1)])
def test_zero_bytes_and_too_many_bytes_are_refused(sent: str) -> None:
    with pytest.raises(RefusedError) as told:
        decoded(sent)
    assert told.value.status == 422


def test_as_many_bytes_as_a_store_takes_are_taken() -> None:
    assert decoded("x" * MOST_BYTES) == "x" * MOST_BYTES
    assert decoded("%C3%A4" * (MOST_BYTES // 2)) == "ä" * (MOST_BYTES // 2)
