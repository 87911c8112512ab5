"""Ids in addresses: byte for byte as they were sent, a slash among them too, and never longer than a store takes."""

from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import Path

from crossaisle.api.problems import RefusedError
from crossaisle.data.collecting import MOST_BYTES, NO_ZERO

_SHORT: dict[str, Any] = {"minLength": 1, "maxLength": MOST_BYTES, "pattern": NO_ZERO}
PathId = Annotated[
    str,
    Path(description="percent-encoded UTF-8", json_schema_extra=_SHORT),
]


def decoded(given: str, name: str = "user_id") -> str:
    """The id that stands percent-encoded in an address.

    Raises:
        RefusedError: it is no text, or too long.
    """
    if "%" not in given and len(given) <= MOST_BYTES // 4:
        return given
    try:
        found = unquote_to_bytes(given).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, f"{name} is not valid UTF-8", "Percent-encode the id's bytes in UTF-8.") from None
    if "\0" in found or not 1 <= len(found.encode()) <= MOST_BYTES:
        raise RefusedError(422, f"{name} is empty, holds a zero byte, or has more than {MOST_BYTES} bytes")
    return found
