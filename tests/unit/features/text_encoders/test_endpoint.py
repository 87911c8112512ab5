"""The endpoint encoder against a real server on this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr

from crossaisle.errors import ServiceError
from crossaisle.features.text_encoders.endpoint import Endpoint

KEY = "sk-of-a-test"


class Server(ThreadingHTTPServer):
    """Answers each request with the next of `replies`, then with embeddings: (length, 1, …) for each text."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: list[tuple[int, dict[str, str], bytes]] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        status, headers, answer = self.server.replies.pop(0) if self.server.replies else (200, {}, embeddings(body))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """A test prints nothing."""


def embeddings(body: dict[str, Any]) -> bytes:
    """The last text first, as servers may answer."""
    size = body.get("dimensions", 2)
    rows = [{"index": at, "embedding": [len(text)] + [1] * (size - 1)} for at, text in enumerate(body["input"])]
    return json.dumps({"object": "list", "data": rows[::-1]}).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def endpoint(server: Server, **chosen: Any) -> Endpoint:
    return Endpoint(url=server.url, model="some-model", pause=0.01, **chosen)


def test_texts_go_out_in_batches_and_come_back_in_their_order(server: Server) -> None:
    vectors = endpoint(server, batch_size=2).encode(["a", "bb", "ccc", "dddd", "茶"])
    np.testing.assert_array_equal(vectors, [[1, 1], [2, 1], [3, 1], [4, 1], [1, 1]])
    assert vectors.dtype == np.float32
    assert [body["input"] for _, _, body in server.requests] == [["a", "bb"], ["ccc", "dddd"], ["茶"]]
    assert {path for path, _, _ in server.requests} == {"/v1/embeddings"}
    assert {body["model"] for _, _, body in server.requests} == {"some-model"}


def test_the_key_goes_as_a_bearer_token_and_is_shown_nowhere(server: Server) -> None:
    encoder = endpoint(server, key=SecretStr(KEY))
    encoder.encode(["a"])
    assert server.requests[0][1]["Authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{encoder!r} {encoder} {encoder.name}"


def test_without_a_key_none_is_sent(server: Server) -> None:
    endpoint(server).encode(["a"])
    assert "Authorization" not in server.requests[0][1]


def test_dimensions_are_asked_for_and_part_of_the_name(server: Server) -> None:
    assert endpoint(server, dimensions=5).encode(["a"]).shape == (1, 5)
    assert endpoint(server).name != endpoint(server, dimensions=5).name


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_that_passes_is_tried_again(server: Server, status: int) -> None:
    server.replies = [(status, {}, b"busy"), (status, {"Retry-After": "0"}, b"busy")]
    assert endpoint(server).encode(["a"]).shape == (1, 2)
    assert len(server.requests) == 3


def test_after_the_last_try_the_reason_is_told_without_the_key(server: Server) -> None:
    answer = json.dumps({"error": {"message": f"Overloaded, {KEY}"}}).encode()
    server.replies = [(503, {}, answer)] * 3
    with pytest.raises(ServiceError, match="503: Overloaded, …; tried 3 times") as error:
        endpoint(server, tries=3, key=SecretStr(KEY)).encode(["a"])
    assert KEY not in str(error.value)
    assert len(server.requests) == 3


def test_a_refusal_is_told_at_once(server: Server) -> None:
    server.replies = [(401, {}, json.dumps({"error": {"message": "Incorrect API key provided"}}).encode())]
    with pytest.raises(ServiceError, match="401: Incorrect API key provided"):
        endpoint(server).encode(["a"])
    assert len(server.requests) == 1


def test_a_redirect_is_refused_so_that_the_key_goes_nowhere_else(server: Server) -> None:
    server.replies = [(307, {"Location": f"{server.url}/elsewhere"}, b"")]
    with pytest.raises(ServiceError, match="307"):
        endpoint(server, key=SecretStr(KEY)).encode(["a"])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"<html>", "not a list of embeddings"),
        (b'{"data": [{"index": 0}]}', "not a list of embeddings"),
        (b'{"data": [{"index": 0, "embedding": [1, 2]}]}', "2 texts were sent, 1 embeddings came back"),
        (b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}', "not a list of embeddings"),
    ],
)
def test_another_answer_is_refused(server: Server, answer: bytes, why: str) -> None:
    server.replies = [(200, {}, answer)]
    with pytest.raises(ServiceError, match=why):
        endpoint(server).encode(["a", "b"])


def test_who_does_not_answer_in_time_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ServiceError, match=rf"{url}.*timed out; tried 2 times"):
            Endpoint(url=url, timeout=0.1, tries=2, pause=0.01).encode(["a"])


def test_where_nobody_listens_the_reason_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ServiceError, match="refused"):
        Endpoint(url=f"http://127.0.0.1:{port}/v1", tries=1).encode(["a"])
