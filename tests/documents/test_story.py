"""The life of a document by commands: from its template to confirmed reading, and through a second revision."""

import datetime as dt

from django.utils import timezone

from setsquare.domains.documents.models import Document
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.files.texts import text_digest
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.reading import history
from tests.documents.conftest import TEXT, Works


def drafted(works: Works) -> str:
    """Ada makes SOP-001 from its template and writes it; returns its number."""
    made = works.do(
        "ada", "document.create", type="procedure", title="Calibration", unit="H", area="Metrology"
    )
    number = made.record.number
    assert number == "SOP-001"
    assert "## Procedure" in works.content(f"{number}/1")
    works.do("ada", "document.set_audience", number, audience=[{"unit": "HP"}, {"role": "manager"}])
    works.do("ada", "revision.save", f"{number}/1", content=TEXT, version=1)
    return number


def discussed(works: Works, first: str) -> None:
    """Rolf asks for a change, Ada makes it, both reviewers agree."""
    works.do("ada", "revision.submit", first, reviewers=["rolf", "rosa"], due=works.day(5))
    assert works.asked(first, "review") == ["rolf", "rosa"]
    works.do("rolf", "revision.comment", first, text="Which standard?", quote="the standard", block=7)
    works.do("rolf", "revision.review", first, outcome="changes_needed")
    works.do("ada", "revision.return_to_draft", first)
    works.do("ada", "revision.save", first, content=TEXT.replace("the standard", "the gauge block"))
    works.do("ada", "revision.reply", first, comment=1, text="The gauge block; written now.")
    works.do("rolf", "revision.resolve", first, comment=1)
    works.reviewed(first, "rolf", "rosa")


def signed_in_two_steps(works: Works, first: str) -> None:
    works.do("ada", "revision.send_for_approval", first)
    assert works.asked(first, "approve") == ["hedda", "max", "mia"]
    works.do("mia", "revision.approve", first)
    assert works.record(first).state == "in_approval"
    assert works.asked(first, "approve") == ["dirk", "hedda"]
    works.do("hedda", "revision.approve", first)
    assert works.record(first).state == "approved"


def put_into_force(works: Works, number: str) -> None:
    """Cora schedules it, and then lets it take effect at once."""
    first = f"{number}/1"
    later = (timezone.now() + dt.timedelta(days=2)).isoformat()
    works.do("cora", "revision.schedule", first, effective_from=later)
    run_until_idle()
    assert works.record(first).state == "approved"
    works.do("cora", "revision.schedule", first, at_once=True)
    document = works.document(number)
    assert (
        document.current is not None and document.next_review is not None and document.last_review is not None
    )
    assert (document.record.state, document.current.record.number) == ("effective", first)
    assert document.open_revision is None
    assert document.next_review.year - document.last_review.year == 2


def test_from_template_to_confirmed_reading_and_a_second_revision(works: Works) -> None:
    number = drafted(works)
    first = f"{number}/1"
    discussed(works, first)
    signed_in_two_steps(works, first)
    put_into_force(works, number)

    run_until_idle()
    assert works.asked(first) == ["max", "mia", "olga", "otto"]
    signed = works.do("otto", "revision.confirm_reading", first)
    assert signed.signature is not None and signed.signature.meaning == "read"
    assert works.asked(first) == ["max", "mia", "olga"]

    second = works.second(number)
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    run_until_idle()
    assert (works.record(first).state, works.record(second).state) == ("superseded", "effective")
    assert works.asked(first) == []
    assert works.asked(second) == ["max", "mia", "olga", "otto"]
    closed = Task.objects.filter(record__number=first, kind="read").values_list(
        "assignee__username", "outcome"
    )
    assert dict(closed)["otto"] == "confirmed" and dict(closed)["olga"] == "superseded"


def test_signatures_are_bound_to_what_was_signed(works: Works) -> None:
    number = works.in_force()
    content = text_digest(works.content(f"{number}/1"))
    meanings = []
    for signature in Signature.objects.filter(record__number=f"{number}/1").order_by("id"):
        meanings.append((signature.signer.username, signature.meaning))
        assert content in signature.signed
    assert meanings == [("mia", "checked"), ("hedda", "approved")]


def test_the_trail_tells_the_story_without_gaps(works: Works) -> None:
    number = works.in_force()
    told = [passage.entry.command for passage in history(works.record(f"{number}/1"))][::-1]
    assert told == [
        *("create", "submit", "review", "send_for_approval", "approve", "approve"),
        *("schedule", "distribute"),
    ]
    told = [passage.entry.command for passage in history(works.record(number))][::-1]
    assert told == ["create", "take_revision"]


def test_the_clock_puts_into_force_what_is_due(works: Works) -> None:
    number = works.draft()
    first = f"{number}/1"
    works.approved(first)
    works.do(
        "cora",
        "revision.schedule",
        first,
        effective_from=(timezone.now() + dt.timedelta(hours=2)).isoformat(),
    )
    revision = works.revision(first)
    revision.effective_from = timezone.now() - dt.timedelta(seconds=1)
    revision.save()
    run_until_idle()
    assert works.record(first).state == "effective"
    assert works.asked(first) == sorted(["ada", "boss", "max", "mia", "olga", "otto", "rolf", "rosa"])


def test_the_title_of_a_revision_becomes_the_documents_when_it_takes_effect(works: Works) -> None:
    number = works.draft()
    works.do("ada", "revision.save", f"{number}/1", title="Calibration of gauges")
    assert works.record(number).title == "Calibration of gauges"
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    second = works.second(number)
    works.do("ada", "revision.save", second, title="Calibration and care of gauges")
    assert works.record(number).title == "Calibration of gauges"
    works.approved(second)
    works.do("cora", "revision.schedule", second, at_once=True)
    assert works.record(number).title == "Calibration and care of gauges"


def test_an_editorial_change_takes_the_short_route(works: Works) -> None:
    number = works.in_force()
    second = works.second(number, kind="editorial")
    works.do("ada", "revision.send_for_approval", second)
    assert works.asked(second, "approve") == ["cora", "hedda"]
    review_before = Document.objects.get(record__number=number).next_review
    works.do("cora", "revision.approve", second, editorial=True)
    works.do("cora", "revision.schedule", second, at_once=True)
    run_until_idle()
    assert works.record(second).state == "effective"
    assert Document.objects.get(record__number=number).next_review == review_before


def test_who_read_the_last_normal_revision_need_not_read_an_editorial_one(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    works.do("otto", "revision.confirm_reading", f"{number}/1")
    second = works.second(number, kind="editorial")
    works.do("ada", "revision.send_for_approval", second)
    works.do("cora", "revision.approve", second, editorial=True)
    works.do("cora", "revision.schedule", second, at_once=True)
    run_until_idle()
    assert works.asked(second) == ["olga"]
