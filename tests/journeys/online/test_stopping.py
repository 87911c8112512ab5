"""The service stops as it should: whatever it acknowledged is there, whoever was being answered is answered."""

import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import httpx
import pytest

from ..program import PROGRAM
from ..service import Service, reading, serving
from .asking import event, slate, somebody, soon

N_SENDERS = 8


def acknowledged(service: Service, who: str, sender: int, began: threading.Event) -> list[str]:
    """Event ids that were acknowledged until the service was gone."""
    done: list[str] = []
    client = service.client()
    while True:
        ids = [f"{who} {sender} {len(done)} {number}" for number in range(20)]
        try:
            answer = client.post("/v1/events", json={"events": [event(who, event_id=one) for one in ids]})
        except httpx.TransportError:
            return done
        if answer.status_code == 200:
            assert answer.json()["accepted"] == 20
            done += ids
            began.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_slow_batch_is_answered_and_every_acknowledged_event_is_there(
    ready_workspace: Path, tmp_path: Path, database_url: str, number: signal.Signals
) -> None:
    """While another holds the database a batch waits; asked to stop, the service waits with it and then ends well."""
    if number == signal.SIGINT and not database_url.startswith("sqlite"):
        pytest.skip("the signal does not know the database")
    with serving(ready_workspace, tmp_path / "shop", database=database_url) as service:
        who, slow, began = somebody(), somebody(), threading.Event()
        with ThreadPoolExecutor(N_SENDERS + 1) as pool:
            sent = [pool.submit(acknowledged, service, who, sender, began) for sender in range(N_SENDERS)]
            assert began.wait(30)
            client = service.client()
            with reading(service.database) as database, database.writing():
                waiting = pool.submit(client.post, "/v1/events", json={"events": [event(slow)] * 5})
                sleep(0.3)
                service.process.send_signal(number)
                sleep(0.5)
                assert service.process.poll() is None
                assert not waiting.done()
            assert waiting.result().json() == {"accepted": 5, "rejected": []}
            assert service.process.wait(30) == 0
            ids = {one for future in sent for one in future.result()}
        assert len(service.in_log(slow)) == 5
        assert ids <= {row["event_id"] for row in service.in_log(who)}
        assert [line["message"] for line in service.log()][-1] == "stopped"
        assert "Traceback" not in service.said()


def test_what_happened_before_a_stop_acts_after_it(ready_workspace: Path, tmp_path: Path) -> None:
    who, other = somebody(), somebody()
    with serving(ready_workspace, tmp_path / "shop") as service:
        client = service.client()
        client.post("/v1/events", json={"events": [event(who, "i005")]})
        client.put(f"/v1/users/{other}/interests", json={"categories": {"category 3": 0}})
        client.put("/v1/items/i020", json={"is_sellable": False, "stock": {"north": 0}})
        before = slate(client, who)
    with serving(tmp_path / "shop", tmp_path / "shop") as service:
        client = service.client()
        after = slate(client, who)
        assert {one["item_id"] for one in after["items"]} == {one["item_id"] for one in before["items"]}
        assert not after["fallback"]
        shown = {one["item_id"] for one in slate(client, other)["items"]}
        assert not shown & {"i020", "i003", "i011", "i019", "i027", "i035"}


def test_a_workspace_that_cannot_be_served_is_told_with_where_to_look(ready_workspace: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(ready_workspace, tmp_path / "shop")
    (folder / "lake" / "snapshot.json").write_text("{", encoding="utf-8")
    command = [*PROGRAM, "serve", "--port", "0", "-w", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "could not start" in done.stderr
    assert "Traceback" not in done.stderr
    soon(lambda: "snapshot" in "".join(path.read_text() for path in (folder / "logs").iterdir()))
