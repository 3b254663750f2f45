"""What is asked of people, linked and attached is in the trail, and the verifier compares it with what is there."""

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from setsquare.domains.documents.thing import revision_state
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Role, Unit, User
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.sealing import renames
from setsquare.kernel.sealing.beside import _compare_tasks
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.beside import Played
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works


def wrong() -> list[str]:
    return [problem.sentence for problem in Verification().problems()]


def force(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def sheet(works: Works) -> str:
    """Make a form whose content is a file; returns its number."""
    file = works.uploaded("ada", b"%PDF-1.4 a sheet", "sheet.pdf", "application/pdf").blob.digest
    given = {"type": "form", "title": "Sheet", "unit": "H", "file": file}
    return works.do("ada", "document.create", **given).record.number


def test_tasks_links_and_files_that_were_changed_behind_the_trail_show(works: Works) -> None:
    works.in_force(title="Gauges")
    number = works.draft(content=TEXT.replace("None.", "See [SOP-001](record:SOP-001)."))
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    form = sheet(works)
    seal_all()
    assert wrong() == []
    approve = Entry.objects.filter(record__number=f"{number}/1", command="send_for_approval").latest("seq")
    asked = approve.beside["asked"] if approve.beside else []
    asked_of = [(row["kind"], row["step"], row["of"]) for row in asked]
    assert asked_of == [("approve", 1, ["hedda"]), ("approve", 1, ["mia"])]

    task = Task.objects.get(record__number=f"{number}/1", kind="approve", assignee__username="mia")
    force("UPDATE tasks_task SET outcome = 'rejected' WHERE id = %s", task.pk)
    Link.objects.filter(source__number=number).delete()
    Attachment.objects.filter(record__number=f"{form}/1").update(name="other.pdf")

    assert sorted(wrong()) == [
        f"The file “other.pdf” of {form}/1 (content) is not what its entries say.",
        f"The file “sheet.pdf” of {form}/1 (content) is not what its entries say.",
        f"The link of {number} to SOP-001 (refers_to) is not what its entries say.",
        f"What mia was asked for at {number}/1 (approve) is not what its entries say.",
    ]


@pytest.fixture(autouse=True)
def directory(settings: Any, tmp_path: Path) -> None:
    settings.SEAL_DIRECTORY = tmp_path / "seal"


@pytest.fixture
def talked_about(works: Works) -> str:
    """A draft in review with a comment by Rolf that Ada resolved; returns the revision's number."""
    number = f"{works.draft()}/1"
    works.do("ada", "revision.submit", number, reviewers=["rolf"], due=works.day(7))
    works.do("rolf", "revision.comment", number, text="Why all?", quote="All gauges", block=3)
    works.do("ada", "revision.resolve", number, comment=1, answer="The site has few.")
    return number


@pytest.mark.parametrize(
    ("deleted", "missing"),
    [
        ("documents_revision", ["SOP-001/1: its details are missing."]),
        (
            "documents_document",
            ["SOP-001: its details are missing.", "SOP-001/1: what its details refer to is missing."],
        ),
        ("changes_changerequest", ["its details are missing."]),
        ("documents_documenttype", ["its details are missing."]),
        ("organisation_unitfile", ["its details are missing."]),
        ("organisation_personfile", ["its details are missing."]),
        ("organisation_rolefile", ["its details are missing."]),
        ("accounts_role", ["what its details refer to is missing."]),
    ],
)
def test_deleted_rows_are_missed_and_the_rest_is_looked_at(
    works: Works, deleted: str, missing: list[str]
) -> None:
    works.draft()
    works.do("ada", "change_request.create", title="Faster", what="This.", why="That.", unit="H")
    with transaction.atomic():
        force(f"DELETE FROM {deleted}")
        Record.objects.filter(number="SOP-001/1").update(title="Other")
        Record.objects.filter(type="unit").update(state="closed")
        found = wrong()
        transaction.set_rollback(True)
    for sentence in missing:
        assert any(one.endswith(sentence) for one in found), found
    if deleted not in ("documents_revision", "documents_document"):
        assert "SOP-001/1 is not what its newest entry (1) says: title differs." in found


@pytest.mark.parametrize(
    "change",
    [
        "resolved_by_id = author_id",
        "resolved = at",
        "at = resolved",
        "about_id = NULL",
        "prefix = 'x'",
        "suffix = 'x'",
        "block = 4",
    ],
)
def test_a_comment_changed_behind_the_trail_shows(works: Works, talked_about: str, change: str) -> None:
    assert wrong() == []
    force(f"UPDATE documents_comment SET {change} WHERE number = 1")
    version = works.record(talked_about).version
    assert wrong() == [f"{talked_about} is not what its newest entry ({version}) says: comments differs."]


def test_entries_that_kept_less_of_comments_go_on_to_verify(works: Works) -> None:
    def less(record: Record) -> dict[str, Any]:
        """Return what was kept of a discussion before."""
        rows = dict(revision_state(record))["comments"]
        kept = ("by", "answers", "text", "quote", "state")
        return {"comments": {number: {key: row[key] for key in kept} for number, row in rows.items()}}

    thing = thing_of("revision")
    number = f"{works.draft()}/1"
    object.__setattr__(thing, "parts", less)
    try:
        works.do("ada", "revision.submit", number, reviewers=["rolf"], due=works.day(7))
        works.do("rolf", "revision.comment", number, text="Why all?", quote="All gauges", block=3)
        works.do("ada", "revision.resolve", number, comment=1, answer="The site has few.")
        works.do("rolf", "revision.review", number, outcome="no_objection")
        works.do("ada", "revision.send_for_approval", number, approvers=["mia", "hedda"])
    finally:
        object.__setattr__(thing, "parts", revision_state)
    assert wrong() == []
    version = works.record(number).version
    with transaction.atomic():
        force("UPDATE documents_comment SET quote = 'No gauges'")
        found = wrong()
        transaction.set_rollback(True)
    assert found == [f"{number} is not what its newest entry ({version}) says: comments differs."]
    works.do("mia", "revision.approve", number)  # signs the whole, of which the entry before kept less
    assert wrong() == []


def test_accounts_that_were_changed_behind_the_trail_show(works: Works) -> None:
    people = Record.objects.filter(type="person", person_file__user__username="otto")
    units = Record.objects.filter(type="unit", unit__code="L")
    roles = Record.objects.filter(type="role", role_file__role__code="reader")
    otto, lyon, reader = people.get(), units.get(), roles.get()
    assert wrong() == []
    force("UPDATE accounts_user SET unit_id = %s WHERE username = 'otto'", works.lyon.pk)
    force("UPDATE accounts_unit SET name = 'Marseille' WHERE code = 'L'")
    force("UPDATE accounts_role SET name = 'Master' WHERE code = 'reader'")
    assert sorted(wrong()) == sorted(
        [
            f"{otto.number} is not what stands under accounts: unit differs.",
            f"{lyon.number} is not what stands under accounts: title differs.",
            f"{reader.number} is not what stands under accounts: title differs.",
        ]
    )


def test_details_of_tasks_and_who_added_a_file_when_are_compared(works: Works) -> None:
    works.in_force(title="Gauges")
    form = f"{sheet(works)}/1"
    assert wrong() == []
    task = Task.objects.filter(kind="read", record__number="SOP-001/1").order_by("pk").first()
    assert task is not None and task.details == {"reading": "whole"}
    Task.objects.filter(pk=task.pk).update(details={"reading": "nothing"})
    asked = f"What {task.assignee.username} was asked for at SOP-001/1 (read) is not what its entries say."
    assert wrong() == [asked]
    files = Attachment.objects.filter(record__number=form)
    files.update(added_by=works.person("rolf"))
    file = f"The file “sheet.pdf” of {form} (content) is not what its entries say."
    assert wrong() == [file, asked] or wrong() == [asked, file]
    files.update(added_by=works.person("ada"), added="2001-01-01T00:00:00Z")
    assert sorted(wrong()) == sorted([file, asked])


def test_tasks_of_entries_that_did_not_keep_the_details() -> None:
    at, due = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-02-01T00:00:00+00:00"
    played = Played()
    played.play({"asked": [{"kind": "read", "step": 0, "due": due, "of": ["ada"]}]}, at, "mia")
    task = ("read", 0, "ada", dt.datetime.fromisoformat(due), at, None, "", "", None)
    assert played.all_tasks() == Counter([task])
    live: Counter[tuple[object, ...]] = Counter([(*task[:-1], '{"reading": "whole"}')])
    assert list(_compare_tasks(Record(number="SOP-001/1"), played, live)) == []


NOBODY = """INSERT INTO accounts_user (password, username, name, title, email, unit_id, language, time_zone, digest,
    is_active, may_sign, joined, likeness)
    VALUES ('', 'nobody', 'No Body', '', '', %s, 'en', '', 'never', %s, %s, %s, '')"""
GRANT = "INSERT INTO accounts_grant (user_id, role_id, unit_id, starts) VALUES (%s, %s, %s, %s)"
PERMISSION = "INSERT INTO accounts_rolepermission (role_id, permission) VALUES (%s, 'documents.approve')"
DELEGATION = """INSERT INTO accounts_delegation (absent_id, substitute_id, starts, ends, reason)
    VALUES (%s, %s, %s, %s, '')"""
THEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_who_may_something_without_a_record_shows(works: Works) -> None:
    assert wrong() == []
    force("INSERT INTO accounts_role (code, name, description) VALUES ('ghost', 'Ghost', '')")
    ghost = Role.objects.get(code="ghost")
    force(PERMISSION, ghost.pk)
    force(NOBODY, works.hamburg.pk, True, True, THEN)
    nobody = User.objects.get(username="nobody")
    force(GRANT, nobody.pk, ghost.pk, works.hamburg.pk, THEN)
    force(DELEGATION, nobody.pk, works.person("otto").pk, THEN, THEN)
    force(
        "INSERT INTO accounts_unit (code, name, kind, parent_id, time_zone) VALUES ('X', 'X', 'team', %s, '')",
        works.lyon.pk,
    )
    unit = Unit.objects.get(code="X")
    for above, depth in ((unit, 0), (works.lyon, 1), (works.top, 2)):
        force("INSERT INTO accounts_unitpath VALUES (%s, %s, %s)", depth, above.pk, unit.pk)
    assert sorted(wrong()) == [
        "The delegation of nobody to otto stands under accounts without a record.",
        "The grant of the role ghost to nobody in H stands under accounts without a record.",
        "The permission documents.approve of the role ghost stands under accounts without a record.",
        "The person nobody stands under accounts without a record.",
        "The role ghost stands under accounts without a record.",
        "The unit X stands under accounts without a record.",
    ]


def test_rights_put_in_by_sql_show_at_the_person_and_the_role(works: Works) -> None:
    otto, manager = works.person("otto"), Role.objects.get(code="manager")
    person = Record.objects.get(type="person", person_file__user=otto)
    reader = Record.objects.get(type="role", role_file__role__code="reader")
    force(GRANT, otto.pk, manager.pk, works.top.pk, THEN)
    force(DELEGATION, otto.pk, works.person("ada").pk, THEN, THEN)
    force(PERMISSION, Role.objects.get(code="reader").pk)
    assert sorted(wrong()) == sorted(
        [
            f"{person.number} is not what its newest entry ({person.version}) says: delegations, grants differ.",
            f"{reader.number} is not what its newest entry ({reader.version}) says: permissions differs.",
        ]
    )
    with transaction.atomic():
        Record.objects.filter(pk=person.pk).update(type="animal")
        assert "The person otto stands under accounts without a record." in wrong()
        transaction.set_rollback(True)


def renamed(works: Works, unit: Unit, code: str) -> None:
    number = Record.objects.get(type="unit", unit_file__part=unit).number
    works.do("root", "unit.edit", number, because="Reorganised", name=unit.name, code=code)


def test_a_unit_that_was_renamed_excuses_nothing_but_its_own_name(works: Works) -> None:
    renamed(works, works.hamburg, "draft")
    number = f"{works.draft(unit='draft')}/1"
    renamed(works, works.hamburg, "effective")
    assert wrong() == []
    for change in ("state = 'effective'", "title = 'effective'"):
        with transaction.atomic():
            Record.objects.filter(number=number).update(title="draft")
            force(f"UPDATE records_record SET {change} WHERE number = %s", number)
            found = wrong()
            transaction.set_rollback(True)
        assert len(found) == 1 and change.split(" ")[0] in found[0], found
    force("UPDATE records_record SET unit_id = %s WHERE number = %s", works.lyon.pk, number)
    assert wrong() == [f"{number} is not what its newest entry (1) says: unit differs."]


def test_a_unit_that_was_renamed_before_is_not_the_one_that_has_its_code_now(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renames, "AT_MOST", dt.timedelta())
    renamed(works, works.lyon, "LYON")
    bootstrap.add_unit("L", "Leer", "site", "NW", "")
    number = works.do("hedda", "change_request.create", title="A", what="B", why="C", unit="L").record.number
    assert wrong() == []
    force("UPDATE records_record SET unit_id = %s WHERE number = %s", works.lyon.pk, number)
    assert wrong() == [f"{number} is not what its newest entry (1) says: unit differs."]


def test_a_mark_that_lets_people_see_a_document_is_recomputed(works: Works) -> None:
    number = works.draft(audience=[{"unit": "H"}])
    other = works.draft(title="Other", audience=[{"unit": "L"}])
    seal_all()
    assert wrong() == []
    force("UPDATE documents_audience SET outside = NOT outside")
    assert wrong() == [
        f"{each} keeps what does not follow from the rest: outside (audience) differs."
        for each in (number, other)
    ]
