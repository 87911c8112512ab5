"""Persons and receipts: a receipt names nobody, and is proved by who has its salt."""

import hashlib
import hmac
import json
from pathlib import Path

import pytest

from crossaisle.errors import StorageError, UsageError
from crossaisle.privacy.erasable import Person
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.privacy.receipt import PartReceipt, Receipt, Receipts

PSEUDONYMS = Pseudonyms(bytes(32))
PERSON = Person.known_by(["ann", "device-1"], PSEUDONYMS)
SALT = bytes(range(16))


def receipt(receipt_id: str = "r1", left: int = 0) -> Receipt:
    return Receipt.of(PERSON, (PartReceipt("lake", 7, left), PartReceipt("models", 2, 0)), 5, receipt_id, SALT)


def test_a_person_has_a_pseudonym_for_each_id() -> None:
    assert PERSON.pseudonyms == {PSEUDONYMS.of("ann"), PSEUDONYMS.of("device-1")}


@pytest.mark.parametrize("ids", [[], [""], ["ann", ""], ["ann", "\ud800"]])
def test_what_can_be_nobodys_id_is_refused(ids: list[str]) -> None:
    with pytest.raises(UsageError, match="no person's id"):
        Person.known_by(ids, PSEUDONYMS)


def test_a_receipt_holds_the_hash_of_each_id_under_its_salt() -> None:
    expected = sorted(hmac.new(SALT, one, hashlib.sha256).hexdigest() for one in (b"ann", b"device-1"))
    assert list(receipt().hashes) == expected


def test_a_receipt_is_complete_if_nothing_is_left() -> None:
    assert receipt().is_complete
    assert not receipt(left=1).is_complete


def test_what_the_shop_keeps_names_nobody_and_has_no_salt_but_is_proved_by_the_persons_copy(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path / "reports" / "erasures.jsonl")
    receipts.add(receipt())
    content = receipts.path.read_bytes()
    for secret in (*PERSON.ids, *PERSON.pseudonyms, SALT.hex()):
        assert secret.encode() not in content
    (kept,) = receipts.all()
    copy = receipt().to_dict()
    assert kept.proves("ann", copy["salt"])
    assert kept.proves("device-1", copy["salt"])
    assert not kept.proves("bob", copy["salt"])
    assert not kept.proves("ann", bytes(16).hex())


def test_a_receipt_is_the_same_after_json() -> None:
    assert Receipt.from_dict(json.loads(json.dumps(receipt().to_dict()))) == receipt()


def test_receipts_are_read_in_the_order_of_erasing_past_a_line_that_a_kill_tore(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path / "erasures.jsonl")
    assert receipts.all() == []
    receipts.add(receipt("r1"))
    with receipts.path.open("ab") as file:
        file.write(b'{"id": "r2", "wh')
    assert [one.id for one in receipts.all()] == ["r1"]
    receipts.add(receipt("r3"))
    assert [one.id for one in receipts.all()] == ["r1", "r3"]


def test_a_file_that_is_no_list_of_receipts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "erasures.jsonl"
    path.write_text("[]\n")
    with pytest.raises(StorageError, match="no list of receipts"):
        Receipts(path).all()
