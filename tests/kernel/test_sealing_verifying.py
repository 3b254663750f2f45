"""What somebody changes behind the program's back is found, each with its sentence.

The one who does it has every right in the database: the triggers are switched off first.
"""

import json
import zipfile
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from setsquare.kernel.commands.errors import Stale
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.files.store import path_of, store
from setsquare.kernel.files.texts import keep_text
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.sealing import exporting, keys
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Log
from setsquare.kernel.sealing.notes import Signer, Statement
from setsquare.kernel.sealing.offline import Export, Unreadable
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from tests.kernel.conftest import PASSWORD

pytestmark = pytest.mark.usefixtures("accounts_alone")


@pytest.fixture(autouse=True)
def directories(settings, tmp_path):
    settings.SEAL_DIRECTORY = tmp_path / "seal"
    settings.FILE_STORE = tmp_path / "files"


def wrong(*handed_in: tuple[str, str]) -> list[str]:
    return [problem.sentence for problem in Verification(handed_in).problems()]


def force(statement: str, *values: object) -> None:
    """Carry out SQL with the triggers off; what refers to what stays unchecked until the test is rolled back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(statement, values)
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%append-only%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(statement, values)


@pytest.fixture
def sealed(house):
    """A record with five entries, one of them signed; and the checkpoint of it."""
    record = house.note()
    house.do("rename", record, body={"title": "Second"})
    house.do("rename", record, body={"title": "Third"}, reason="Asked for by the auditor.")
    house.do("sign", record, version=3, reason="Fine.", credentials=Credentials(password=PASSWORD))
    house.do("remark", record)
    seal_all()
    assert wrong() == []
    record.refresh_from_db()
    return record


def resealed() -> None:
    """Make a log that fits what is there now, with the right key: somebody got hold of everything."""
    for table in ("checkpoint", "leaf", "log"):
        force(f"DELETE FROM sealing_{table}")
    (keys.directory() / "checkpoint").unlink()
    seal_all()


def test_what_waits_is_counted(sealed, house):
    house.do("remark", sealed)
    seen = Verification()
    assert list(seen.problems()) == []
    assert (seen.sealed, seen.unsealed, seen.checkpoints, seen.records, seen.signatures) == (5, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("column", "value"),
    [("reason", "Nobody asked."), ("command", "remark"), ("channel", "api"), ("at", "2001-01-01")],
)
def test_a_changed_column_of_an_entry(sealed, column, value):
    force(f"UPDATE trail_entry SET {column} = %s WHERE seq = 3", value)
    command = value if column == "command" else "rename"
    assert wrong() == [f"Entry 3 of {sealed.number} ({command}) was changed after it was sealed as leaf 2."]


def test_another_person_in_an_entry(sealed, house):
    force("UPDATE trail_entry SET actor_id = %s WHERE seq = 2", house.other.pk)
    assert wrong() == [f"Entry 2 of {sealed.number} (rename) was changed after it was sealed as leaf 1."]


def test_a_changed_state(sealed):
    force("UPDATE trail_entry SET state = replace(state, 'Second', 'Sekond') WHERE seq = 2")
    assert wrong() == [
        f"The state that Entry 2 of {sealed.number} (rename) keeps is not what its digest says."
    ]


def test_a_changed_state_with_its_digest(sealed):
    force(
        "UPDATE trail_entry SET state = state2, digest = digest2 FROM "
        "(SELECT state AS state2, digest AS digest2 FROM trail_entry WHERE seq = 1) AS first WHERE seq = 2"
    )
    assert wrong() == [f"Entry 2 of {sealed.number} (rename) was changed after it was sealed as leaf 1."]


def test_a_leaf_changed_with_its_entry(sealed):
    force("UPDATE trail_entry SET reason = 'x' WHERE seq = 3")
    force('UPDATE sealing_leaf SET hash = %s WHERE "index" = 2', b"x" * 32)
    assert wrong() == [
        f"Entry 3 of {sealed.number} (rename) was changed after it was sealed as leaf 2.",
        "The checkpoint of 5 leaves does not fit the log: leaves were changed after it was signed.",
        "The checkpoint that lies beside the key (5 leaves) is of another history than the log: "
        "what was sealed has been changed.",
    ]


def test_a_deleted_entry(sealed):
    entry = Entry.objects.get(seq=3)
    force("DELETE FROM trail_entry WHERE id = %s", entry.pk)
    found = wrong()
    restored = Entry(**{f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields})
    restored.save(force_insert=True)  # the database looks at the end of the test for what refers to nothing
    assert found == [
        "The entry of leaf 2 was deleted from the trail.",
        f"What Anna Weber signed is not {sealed.number} at version 3.",
        f"Entry 3 of {sealed.number} is missing in its trail.",
    ]


def test_a_deleted_entry_and_its_leaf(sealed):
    force('DELETE FROM sealing_leaf WHERE "index" = 1')
    force("DELETE FROM trail_entry WHERE seq = 2")
    found = wrong()
    assert "1 leaves before leaf 2 are gone from the log." in found
    assert f"Entry 2 of {sealed.number} is missing in its trail." in found
    assert (
        "The checkpoint of 5 leaves does not fit the log: leaves were changed after it was signed." in found
    )


def test_an_entry_put_in_behind_the_seal(sealed, house):
    for _ in range(3):
        house.do("remark", sealed)
        seal_all()
    row = Entry.objects.filter(seq=5).values().get() | {"id": 0, "seq": 99}
    Entry.objects.create(**row)
    assert f"Entry 99 of {sealed.number} (remark) was put into the trail behind what is sealed." in wrong()


def test_a_live_row_changed_by_sql(sealed):
    force("UPDATE records_record SET title = 'Fourth', state = 'draft'")
    assert wrong() == [f"{sealed.number} is not what its newest entry (5) says: state, title differ."]


def test_a_type_that_nobody_declares_given_by_sql_before_the_entries_are_sealed(house):
    record = house.note()
    force("UPDATE records_record SET type = 'memo'")
    assert wrong() == [
        f"{record.number} is of the type 'memo', but its newest entry (1) says {record.type!r}."
    ]


def test_a_version_changed_by_sql(sealed):
    force("UPDATE records_record SET version = 7")
    assert wrong() == [f"{sealed.number} is at version 7, but its newest entry is 5."]


@pytest.mark.parametrize(
    ("change", "differing"),
    [
        ("created = '2001-01-01'", "created differs"),
        ("changed = '2001-01-01'", "changed differs"),
        ("closed = '2001-01-01'", "closed differs"),
        ("closed = NULL, created = changed", "created, closed differ"),
    ],
)
def test_a_time_of_a_record_changed_by_sql(sealed, change, differing):
    assert sealed.closed == Entry.objects.get(seq=4).at
    force(f"UPDATE records_record SET {change}")
    assert wrong() == [f"{sealed.number} is not of the times of its entries: {differing}."]


def test_a_key_of_a_number_changed_by_sql(sealed):
    force("UPDATE records_record SET number_key = 'N-999'")
    assert wrong() == [f"{sealed.number} is not kept under the key of its number."]


def test_a_record_that_is_open_is_not_closed_at_any_time(house):
    record = house.note()
    force("UPDATE records_record SET closed = '2001-01-01'")
    assert wrong() == [f"{record.number} is not of the times of its entries: closed differs."]


def test_a_deleted_person_is_missed_where_they_own_something(sealed):
    with transaction.atomic():
        force("DELETE FROM accounts_user WHERE id = %s", sealed.owner_id)
        found = wrong()
        transaction.set_rollback(True)
    assert f"{sealed.number}: its owner is missing." in found


def test_a_deleted_unit_is_missed_where_something_belongs_to_it(sealed):
    with transaction.atomic():
        force("DELETE FROM accounts_unit WHERE id = %s", sealed.unit_id)
        found = wrong()
        transaction.set_rollback(True)
    assert f"{sealed.number}: its unit is missing." in found
    gone = f"{sealed.unit_id} (deleted)"
    assert f"The path from unit {gone} to unit {gone} is not that of the tree: rights follow it." in found


def test_a_signature_given_to_another_person(sealed, house):
    force("UPDATE signatures_signature SET signer_id = %s", house.other.pk)
    assert wrong() == [
        f"The signature of Anna Weber under {sealed.number} (approved) says other than what was signed: signer.",
        f"Entry 4 of {sealed.number} (sign) or its signatures was changed after it was sealed as leaf 3.",
    ]


def test_a_deleted_signature(sealed):
    force("DELETE FROM signatures_signature")
    assert wrong() == [f"Entry 4 of {sealed.number} (sign) was changed after it was sealed as leaf 3."]


def test_a_changed_signed_text(sealed):
    force("UPDATE signatures_signature SET signed = replace(signed, 'Third', 'Other')")
    assert wrong() == [
        f"The signature of Anna Weber under {sealed.number} (approved) does not match what was signed.",
        f"What Anna Weber signed is not {sealed.number} at version 3.",
    ]


def test_the_last_leaf_and_checkpoint_deleted(sealed, house):
    house.do("remark", sealed)
    seal_all()
    force("DELETE FROM sealing_checkpoint WHERE size = 6")
    force('DELETE FROM sealing_leaf WHERE "index" = 5')
    assert wrong()[:2] == [
        "The log has 5 leaves, but 6 were made: the last ones are gone.",
        "The checkpoint that lies beside the key is of a log of 6 leaves, but the log has 5: it was cut short.",
    ]
    force("UPDATE sealing_log SET size = 5, settled = 0, pending = 0")
    assert wrong() == [
        "The checkpoint that lies beside the key is of a log of 6 leaves, but the log has 5: it was cut short."
    ]


def test_a_deleted_leaf_without_its_checkpoint(sealed):
    force('DELETE FROM sealing_leaf WHERE "index" = 4')
    force("UPDATE sealing_log SET size = 4, settled = 0, pending = 0")
    assert "The checkpoint of 5 leaves speaks of more than the log has (4)." in wrong()


def test_a_changed_byte_of_a_file_and_a_missing_one(sealed):
    blob, gone = store(b"whole", "text/plain"), store(b"gone", "text/plain")
    assert wrong() == []
    path_of(blob).write_bytes(b"whale")
    path_of(gone).unlink()
    assert sorted(wrong()) == sorted(
        [
            f"The file {blob.digest} is not what its digest says.",
            f"The file {gone.digest} is missing in the file store.",
        ]
    )


def test_a_changed_size_of_a_file(sealed):
    blob = store(b"whole", "text/plain")
    force("UPDATE files_blob SET size = 6")
    assert wrong() == [f"The file {blob.digest} has 5 bytes, but is kept as one of 6."]


def test_a_changed_media_type_of_a_file(sealed):
    blob = store(b"Only text.", "text/plain")
    sealed.attachments.create(blob=blob, name="note.txt", added=timezone.now())
    told = (
        f"The file {blob.digest} (“note.txt” of {sealed.number}) is not of the media type that it is kept as:"
    )
    assert not any("media type" in sentence for sentence in wrong())
    for other in ("application/pdf", "text/html"):
        force("UPDATE files_blob SET media_type = %s", other)
        assert f"{told} {other}." in wrong()


@pytest.mark.parametrize(
    "change", ["DELETE FROM search_text", "UPDATE search_text SET body = 'Second'"], ids=["gone", "changed"]
)
def test_a_changed_search_index(sealed, change):
    force(change)
    assert wrong() == [f"The search index does not have {sealed.number} as it is."]
    call_command("reindex", stdout=StringIO())
    assert wrong() == []


def test_a_changed_text(sealed):
    kept = keep_text("As it was.")
    force("UPDATE files_text SET body = 'As it never was.'")
    assert wrong() == [f"The kept text {kept.digest} is not what its digest says."]


def test_a_rewritten_history_with_the_right_key_shows_against_what_was_kept_outside(sealed):
    outside = Checkpoint.objects.get().note
    force("UPDATE trail_entry SET reason = 'Nobody asked.' WHERE seq = 3")
    resealed()
    assert wrong() == []  # from inside alone nobody could tell
    assert wrong(("The checkpoint in old.txt", outside)) == [
        "The checkpoint in old.txt (5 leaves) is of another history than the log: what was sealed has been changed."
    ]


def test_a_checkpoint_from_outside(sealed, house):
    outside = Checkpoint.objects.get().note
    house.do("remark", sealed)
    seal_all()
    assert wrong(("Mine", outside)) == []
    assert wrong(("Mine", "nonsense")) == [
        "Mine cannot be read. This is not a checkpoint: origin, size, root, an empty line and signatures are expected."
    ]
    other = Signer.new("qms.example.org")
    forged = other.sign(Statement(other.name, 5, bytes(Checkpoint.objects.get(size=5).root)).written())
    assert wrong(("Mine", forged)) == ["Mine is not signed by this installation's key."]


def test_a_checkpoint_signed_by_another_key(sealed):
    signer = Signer.new(keys.read_key().name)
    note = signer.sign(Statement(signer.name, 5, bytes(Checkpoint.objects.get().root)).written())
    force("UPDATE sealing_checkpoint SET note = %s", note)
    assert wrong() == ["The checkpoint of 5 leaves is not signed by this installation's key."]


# --- the export -----------------------------------------------------------------------------------


@pytest.fixture
def export(sealed, tmp_path):
    file = tmp_path / "seal.zip"
    exporting.write(file, 5)
    return file


def rewritten(file, name: str, change: Callable[[str], str]):
    """Return a copy of the export in which one part was changed."""
    with zipfile.ZipFile(file) as archive:
        parts = {each: archive.read(each).decode() for each in archive.namelist()}
    parts[name] = change(parts[name])
    copy = file.with_name("changed.zip")
    with zipfile.ZipFile(copy, "w") as archive:
        for each, text in parts.items():
            archive.writestr(each, text)
    return copy


def test_an_export_is_verified_by_itself(export, sealed):
    key = str(keys.read_key().verifier)
    seen = Export(export, key, [("Mine", Checkpoint.objects.get().note)])
    assert list(seen.problems()) == []
    assert (seen.sealed, seen.checkpoints) == (5, 1)
    with zipfile.ZipFile(export) as archive:
        leaf = json.loads(archive.read("leaves.jsonl").splitlines()[3])
    assert leaf["entry"]["record"]["number"] == sealed.number
    assert leaf["signatures"][0]["printed_name"] == "Anna Weber"


def test_a_changed_export(export):
    changed = rewritten(export, "leaves.jsonl", lambda text: text.replace("Asked for", "Demanded"))
    assert list(Export(changed).problems()) == [
        "The checkpoint of 5 leaves does not fit the leaves: they are of another history."
    ]
    cut = rewritten(export, "leaves.jsonl", lambda text: "".join(text.splitlines(keepends=True)[:4]))
    assert list(Export(cut).problems()) == [
        "The checkpoint of 5 leaves is of 5 leaves, but the export has 4."
    ]
    bare = rewritten(export, "checkpoints.txt", lambda _text: "")
    assert list(Export(bare).problems()) == [
        "There is no checkpoint in the export, so nothing of it is signed."
    ]
    spaced = rewritten(export, "leaves.jsonl", lambda text: text.replace('"entry":', '"entry": ', 1))
    assert list(Export(spaced).problems())[0] == "Leaf 0 is not canonical JSON."


def test_an_export_under_another_key(export):
    key = str(Signer.new(keys.read_key().name).verifier)
    assert list(Export(export, key).problems()) == ["The checkpoint of 5 leaves is not signed by this key."]
    with pytest.raises(Unreadable, match="not an Ed25519 verifier key"):
        list(Export(export, "nonsense").problems())


def test_what_is_no_export(tmp_path):
    file = tmp_path / "other.zip"
    file.write_text("nothing")
    with pytest.raises(Unreadable, match="is not an export of the seal"):
        list(Export(file).problems())


def test_an_export_of_a_log_with_a_hole_is_refused(sealed, tmp_path):
    assert (Log.objects.get().size, Leaf.objects.count(), Signature.objects.count()) == (5, 5, 1)
    entry = Entry.objects.get(seq=3)
    force("DELETE FROM trail_entry WHERE id = %s", entry.pk)
    with pytest.raises(LookupError, match="The entry of leaf 2 was deleted"):
        exporting.write(tmp_path / "seal.zip", 5)
    assert not (tmp_path / "seal.zip").exists()
    Entry(**{f.attname: getattr(entry, f.attname) for f in entry._meta.concrete_fields}).save(
        force_insert=True
    )


def test_what_was_changed_by_sql_is_not_excused_by_the_next_command(house):
    record = house.note()
    force("UPDATE records_record SET title = 'Slipped in'")
    house.do("rename", record, body={"title": "Second"})
    record.refresh_from_db()
    told = [sentence_of(entry, thing_of(record.type)) for entry in Entry.objects.order_by("seq")]
    assert told[1:] == [
        "Setsquare found it changed otherwise than by commands: title.",
        f"{house.writer.name} renamed it.",
    ]
    assert Entry.objects.get(seq=2).values["title"] == "Slipped in"
    seal_all()
    said = f"{record.number} was found changed otherwise than by commands before its entry 2: title."
    assert (record.version, wrong()) == (3, [said])


def test_nobody_signs_what_was_changed_by_sql_meanwhile(house):
    record = house.note()
    force("UPDATE records_record SET title = 'Slipped in'")
    with pytest.raises(Stale):
        house.do("sign", record, version=1, reason="Fine.", credentials=Credentials(password=PASSWORD))
    assert [entry.command for entry in Entry.objects.order_by("seq")] == ["create", "found_altered"]
    house.do("sign", record, version=2, reason="Fine.", credentials=Credentials(password=PASSWORD))
