"""The sequencer: every entry gets its leaf, once, in one log, whatever happens meanwhile."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import all_jobs
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing import keys, log, sequencer
from setsquare.kernel.sealing.leaves import content_of, hash_of
from setsquare.kernel.sealing.merkle import continues, includes, root_of
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Log, Subtree
from setsquare.kernel.sealing.notes import Note
from setsquare.kernel.sealing.sequencer import make_checkpoint, seal_all, seal_waiting
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from tests.kernel.conftest import PASSWORD
from tests.servers.live import Installations, LiveSetsquare
from tests.servers.processes import begin, end_of


@pytest.fixture(autouse=True)
def seal_directory(settings, tmp_path):
    settings.SEAL_DIRECTORY = tmp_path / "seal"
    return settings.SEAL_DIRECTORY


def wrong() -> list[str]:
    return [problem.sentence for problem in Verification().problems()]


@pytest.mark.usefixtures("accounts_alone")
def test_entries_become_leaves_in_order_and_a_checkpoint_signs_them(house, seal_directory):
    record = house.note()
    house.do("rename", record, body={"title": "Second"})
    assert seal_waiting() == 2
    assert list(Leaf.objects.order_by("index").values_list("index", "entry__seq")) == [(0, 1), (1, 2)]
    first = make_checkpoint()
    assert (first.size, bytes(first.root)) == (2, log.root_at(2))
    assert Note.read(first.note).signed_by(keys.verifiers()[0])
    assert (seal_directory / "checkpoint").read_text("utf-8") == first.note

    assert (seal_waiting(), make_checkpoint()) == (0, first)  # nothing new: nothing is written
    house.do("remark", record)
    second = seal_all()
    assert list(Checkpoint.objects.order_by("size")) == [first, second]
    assert wrong() == []


def test_the_key_is_for_its_owner_alone(house, seal_directory):
    house.note()
    seal_all()
    assert (seal_directory / "key").stat().st_mode & 0o777 == 0o600
    assert keys.make_key() == keys.read_key()  # never another where there is one
    assert (seal_directory / "verifiers").read_text() == f"{keys.read_key().verifier}\n"


def test_an_empty_trail_has_no_checkpoint(db, seal_directory):
    assert seal_all() is None
    assert not seal_directory.exists()


def test_a_leaf_says_every_column_of_the_entry_and_its_signatures(house):
    record = house.note()
    house.do("sign", record, version=1, reason="Fine.", credentials=Credentials(password=PASSWORD))
    entry, signature = Entry.objects.get(seq=2), Signature.objects.get()
    content = content_of(entry, [signature])
    columns = {column.name for column in Entry._meta.concrete_fields}
    assert columns - set(content["entry"]) <= {
        "id",
        "state",
        "note",
        "authority",
        "on_behalf_of",
        "on_behalf_of_name",
    }
    assert content["entry"]["actor"] == "anna"
    assert content["entry"]["record"] == {
        "uid": str(record.uid),
        "type": "kernel_note",
        "number": record.number,
    }
    columns = {column.name for column in Signature._meta.concrete_fields}
    unsaid = columns - set(content["signatures"][0])
    assert unsaid <= {"id", "entry", "signed", "on_behalf_of", "on_behalf_of_name", "authority"}
    assert content["signatures"][0]["signer"] == "anna"
    seal_waiting()
    assert bytes(Leaf.objects.get(entry=entry).hash) == hash_of(content)


def many(house, count: int) -> None:
    """Add entries to one record as the remark command would, in one go."""
    record = house.note()
    first = Entry.objects.get(record=record)
    rows = list(Entry.objects.filter(pk=first.pk).values())
    rows[0].pop("id")
    Entry.objects.bulk_create(
        Entry(**{**rows[0], "seq": seq, "command": "remark"}) for seq in range(2, count + 1)
    )


def test_stored_subtrees_give_the_same_roots_and_proofs(house):
    many(house, 600)
    assert seal_waiting() == 600
    assert list(Subtree.objects.order_by("index").values_list("level", "index")) == [(8, 0), (8, 1)]
    hashes = [bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")]

    def slowly(level: int, index: int) -> bytes:
        if level == 0:
            return hashes[index]
        left, right = slowly(level - 1, 2 * index), slowly(level - 1, 2 * index + 1)
        return log.merkle.node_hash(left, right)

    for size in (1, 255, 256, 257, 512, 600):
        assert log.root_at(size) == root_of(size, slowly)
    for index in (0, 255, 256, 599):
        assert includes(log.root_at(600), 600, index, hashes[index], log.prove_inclusion(index, 600))
    for earlier in (1, 256, 300, 600):
        proof = log.prove_consistency(earlier, 600)
        assert continues(earlier, log.root_at(earlier), 600, log.root_at(600), proof)


def test_a_run_of_the_clock_has_an_end(house, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 10)
    many(house, 35)
    assert [seal_waiting(20), seal_waiting(20), seal_waiting(20)] == [20, 15, 0]
    assert {"seal_entries", "sign_log"} <= {job.name.rpartition(".")[2] for job in all_jobs()}


def test_the_sequencer_looks_only_at_what_is_not_settled(house, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 10)
    many(house, 30)
    seal_waiting()
    ids = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    here = Log.objects.get()
    assert (here.settled, here.pending, here.size) == (ids[19], ids[29], 30)


@pytest.mark.usefixtures("accounts_alone")
def test_a_lost_key_is_not_silently_replaced(house, seal_directory):
    house.note()
    first = seal_all()
    (seal_directory / "key").unlink()
    house.note()
    with pytest.raises(keys.KeyUnusable, match="The key of the seal is missing"):
        seal_all()
    assert list(Checkpoint.objects.all()) == [first]
    assert Leaf.objects.count() == 2  # the leaves go on

    keys.renew_key()
    seal_all()
    assert len(keys.verifiers()) == 2
    assert wrong() == []  # what the old key signed stays valid


STATEMENTS = [
    f"{verb} sealing_{table}{rest}"
    for table, column in (("leaf", "hash"), ("subtree", "hash"), ("checkpoint", "note"))
    for verb, rest in (("UPDATE", f" SET {column} = {column}"), ("DELETE FROM", ""))
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_to_change_the_log(house, statement):
    many(house, 256)
    seal_all()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


# --- processes ------------------------------------------------------------------------------------


@pytest.fixture
def live(installations: Installations, django_db_blocker: Any, tmp_path) -> Iterator[LiveSetsquare]:
    made = installations.make(with_worker=False)
    with django_db_blocker.unblock(), made.orm(), override_settings(SEAL_DIRECTORY=tmp_path / "seal"):
        rita = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
        bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **rita)
        for number in range(30):
            bootstrap.add_unit(f"U{number}", f"Unit {number}", "site", "NW")
        yield made
    installations.discard(made)


def test_several_sequencers_at_once_make_one_log(live, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 3)
    assert [end_of(child) for child in [begin(seal_all) for _ in range(3)]] == [0, 0, 0]
    entries = Entry.objects.count()
    assert entries > 30
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(entries))
    assert log.newest().size == entries
    assert wrong() == []


def test_a_sequencer_killed_anywhere_leaves_a_log_that_is_taken_up_again(live, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 4)

    def die_between() -> None:
        seal_waiting(8)
        os.kill(os.getpid(), signal.SIGKILL)

    def die_within() -> None:
        with transaction.atomic():
            seal_waiting(8)
            make_checkpoint()
            os.kill(os.getpid(), signal.SIGKILL)

    assert end_of(begin(die_between)) == -signal.SIGKILL
    assert Leaf.objects.count() == Log.objects.get().size == 8
    (keys.directory() / "checkpoint").unlink(missing_ok=True)
    assert end_of(begin(die_within)) == -signal.SIGKILL
    assert Leaf.objects.count() == Log.objects.get().size == 8
    # it was written within the transaction of this test
    (keys.directory() / "checkpoint").unlink(missing_ok=True)
    assert end_of(begin(seal_all)) == 0
    assert log.newest().size == Entry.objects.count() == Leaf.objects.count()
    assert wrong() == []


def test_a_transaction_that_is_open_while_others_seal_gets_its_leaf(live):
    if connection.vendor != "postgresql":
        return  # one transaction writes at a time there
    seal_waiting()
    written, go_on = os.pipe(), os.pipe()

    def rename(code: str, name: str) -> None:
        unit = Record.objects.get(type="unit", unit__code=code)
        carry_out("unit", "edit", Actor(None), record=unit, body={"name": name, "code": code})

    def slowly() -> None:
        with transaction.atomic():
            rename("U1", "Slow")
            os.write(written[1], b".")
            os.read(go_on[0], 1)

    child = begin(slowly)
    os.close(written[1])
    assert os.read(written[0], 1) == b"."
    for number in range(4):
        rename("U2", f"Quick {number}")
        assert seal_waiting() == 1
    newest = Entry.objects.latest("pk").pk
    settled = Log.objects.get().settled
    os.write(go_on[1], b".")
    assert end_of(child) == 0

    late = Entry.objects.filter(leaf__isnull=True)
    slow = late.get().pk
    assert settled < slow < newest  # it was never passed, though others with larger ids were sealed
    assert seal_waiting() == 1
    for number in range(3):
        rename("U2", f"Later {number}")
        seal_waiting()
    assert Log.objects.get().settled > newest
    assert not late.exists()
    assert wrong() == []


def test_a_unit_that_was_renamed_is_the_same_in_every_state(live):
    unit = Record.objects.get(type="unit", unit__code="NW")
    body = {"name": "Norma", "code": "NORMA", "time_zone": "Europe/Berlin"}
    carry_out("unit", "edit", Actor(None), record=unit, body=body)
    seal_all()
    assert wrong() == []
