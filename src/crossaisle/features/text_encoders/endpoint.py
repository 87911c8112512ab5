"""An endpoint that speaks the embeddings call of OpenAI: `POST {url}/embeddings`, as many servers and gateways do."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from typing import Annotated, Any

import numpy as np
from pydantic import Field, SecretStr

from crossaisle.errors import ServiceError
from crossaisle.features.feature import options
from crossaisle.numerics.arrays import Floats

WORTH_ANOTHER_TRY = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
LONGEST_PAUSE = 60.0
MOST_BYTES = 256 * 2**20
"""An answer is not read beyond this."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an error: the key must not go to another address than the one that was set."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


@options
class Endpoint:
    """Texts go out in batches; a batch that fails for a reason that passes is sent again after a growing pause."""

    model: Annotated[str, Field(min_length=1, description="name of the model at the endpoint")] = (
        "text-embedding-3-small"
    )
    url: Annotated[str, Field(pattern=r"^https?://", description="address up to and with the version")] = (
        "https://api.openai.com/v1"
    )
    key: Annotated[SecretStr | None, Field(repr=False, description="sent as a bearer token")] = None
    dimensions: Annotated[int | None, Field(ge=1, description="dimensions asked for, the model's own when none")] = None
    batch_size: Annotated[int, Field(ge=1, le=2048, description="texts of one request")] = 256
    timeout: Annotated[float, Field(gt=0, le=600, description="seconds to wait for an answer")] = 30.0
    tries: Annotated[int, Field(ge=1, le=20, description="how often a request is sent before giving up")] = 5
    pause: Annotated[
        float, Field(gt=0, le=60, description="seconds before the second try; each pause is twice the last")
    ] = 0.5

    @property
    def name(self) -> str:
        """Address, model and dimensions; the key is no part of it."""
        size = f"@{self.dimensions}" if self.dimensions else ""
        return f"endpoint:{self.url.rstrip('/')}:{self.model}{size}"

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, n_dimensions).

        Raises:
            ServiceError: the endpoint refuses, does not answer, or answers something else.
        """
        starts = range(0, len(texts), self.batch_size)
        return np.concatenate([self._batch(texts[start : start + self.batch_size]) for start in starts])

    def _batch(self, texts: Sequence[str]) -> Floats:
        body: dict[str, Any] = {"model": self.model, "input": list(texts), "encoding_format": "float"}
        if self.dimensions:
            body["dimensions"] = self.dimensions
        answer = self._answer(json.dumps(body).encode())
        try:
            rows = sorted(json.loads(answer)["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError):
            raise self._failed("the answer is not a list of embeddings") from None
        if vectors.shape[:1] != (len(texts),) or vectors.ndim != 2:
            raise self._failed(f"{len(texts)} texts were sent, {len(rows)} embeddings came back")
        return vectors

    def _answer(self, body: bytes) -> bytes:
        for left in range(self.tries - 1, -1, -1):
            pause = self.pause * 2 ** (self.tries - 1 - left)
            try:
                return self._sent(body)
            except urllib.error.HTTPError as error:
                with error:
                    reason = f"status {error.code}: {_told(error)}"
                    if error.code not in WORTH_ANOTHER_TRY:
                        raise self._failed(reason) from None
                    pause = max(pause, _seconds(error.headers.get("Retry-After")))
            except (OSError, HTTPException) as error:
                # what could not be reached is named by the error inside
                reason = str(getattr(error, "reason", error)) or type(error).__name__
            if left:
                time.sleep(min(pause, LONGEST_PAUSE))
        raise self._failed(f"{reason}; tried {self.tries} times")

    def _sent(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key.get_secret_value()}"
        request = urllib.request.Request(f"{self.url.rstrip('/')}/embeddings", data=body, headers=headers)
        with _OPENER.open(request, timeout=self.timeout) as response:
            read: bytes = response.read(MOST_BYTES)
            return read

    def _failed(self, why: str) -> ServiceError:
        if self.key is not None:
            why = why.replace(self.key.get_secret_value(), "…")
        return ServiceError(why, f"text encoder at {self.url}", "See its log, and [text] in crossaisle.toml.")


def _told(error: urllib.error.HTTPError) -> str:
    """The message of an error's body, or the standing phrase of its status."""
    try:
        message = json.loads(error.read(2**16))["error"]["message"]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return str(error.reason)
    return str(message)[:300]


def _seconds(header: str | None) -> float:
    """Seconds of a Retry-After header; a date or nothing is none."""
    return float(header) if header is not None and header.strip().isdigit() else 0.0
