"""What is asked of people, linked and attached is in the trail, and the verifier compares it with what is there."""

import contextlib

from django.db import connection

from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.documents.conftest import TEXT, Works


def wrong() -> list[str]:
    return [problem.sentence for problem in Verification().problems()]


def force(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_tasks_links_and_files_that_were_changed_behind_the_trail_show(works: Works) -> None:
    works.in_force(title="Gauges")
    number = works.draft(content=TEXT.replace("None.", "See [SOP-001](record:SOP-001)."))
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    form = works.do(
        "ada",
        "document.create",
        type="form",
        title="Sheet",
        unit="H",
        file=works.uploaded("ada", b"%PDF-1.4 a sheet", "sheet.pdf", "application/pdf").blob.digest,
    ).record.number
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


def test_a_deleted_row_of_details_is_named_and_the_rest_looked_at(works: Works) -> None:
    number = works.draft()
    works.in_force(title="Gauges")
    seal_all()
    with (
        connection.constraint_checks_disabled() if connection.vendor == "sqlite" else contextlib.nullcontext()
    ):
        if connection.vendor == "postgresql":
            force("SET session_replication_role = replica")
        force("DELETE FROM documents_documenttype WHERE code = 'plan'")
        if connection.vendor == "postgresql":
            force("SET session_replication_role = DEFAULT")
    kept = DocumentType.objects.count()
    assert (kept, works.record(number).number) == (7, number)
    gone = Record.objects.exclude(pk__in=DocumentType.objects.values("pk")).get(type="document_type")
    assert wrong() == [f"{gone.number}: its details are missing, or what they refer to."]
