"""The first tab of a revision: what stands in its state in front: writing, discussing, signing, releasing, reading."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from setsquare.domains.documents.comparing import judged_before
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.queries import successor_of, told_missing
from setsquare.domains.documents.required import Section, checked
from setsquare.domains.documents.rules import asked_of_all, works_on
from setsquare.domains.documents.thing import CHANGES, READINGS
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.documents.comments import discussion
from setsquare.faces.web.documents.document import downloads
from setsquare.faces.web.documents.heads import (
    carried_over_shown,
    known_situation,
    revision_name,
    state_of,
    writing_command,
)
from setsquare.faces.web.documents.reading import Reading, reading_of
from setsquare.faces.web.documents.routes import reviews_shown, steps_shown
from setsquare.faces.web.documents.standards import first_sections, waiting_shown, with_marks
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry

NO_TALK: Mapping[str, Any] = {
    "talks": False,
    "remarks": [],
    "threads": [],
    "open_comments": 0,
    "comment_url": "",
}
DISCUSSED = frozenset({"draft", "in_review", "in_approval"})
READ = frozenset({"approved", "effective"})
IN_WORK = DISCUSSED | {"approved"}


def revision_read(request: HttpRequest, thing: Thing, record: Record) -> Mapping[str, Any]:
    """Return what the first tab of a revision shows."""
    revision: Revision = record.revision
    situation = known_situation(request, thing, record)
    reading = reading_of(request, revision)
    if record.state in READ:
        reading = with_marks(reading, revision)
    in_work = record.state in IN_WORK
    tasks = asked_of_all(situation) if in_work else []
    return {
        "sections": [],
        "revision": revision,
        "document_url": record_address(revision.document.record),
        "document_state": state_of(revision.document.record),
        "name": revision_name(revision.ordinal),
        "reading": reading,
        "write": writing_command(situation),
        "rejected": _rejected(revision) if record.state == "draft" else None,
        "checklist": _checklist(revision, reading) if record.state == "draft" else [],
        "missing": told_missing(reading.body) if record.state == "draft" and works_on(situation) else [],
        "reviews": reviews_shown(revision, tasks),
        "steps": steps_shown(revision, tasks) if in_work else [],
        "my_review": _mine(situation, "review"),
        "my_approval": _mine(situation, "approve"),
        "my_reading": _reading(request, situation, record),
        "first": first_sections(request, revision) if record.state in READ else None,
        "waiting": waiting_shown(revision) if record.state == "approved" else None,
        "approve_url": command_address(record, "approve"),
        "review_url": command_address(record, "review"),
        "compare_url": compare_url(revision),
        "since_url": since_url(situation) if in_work else "",
        "superseded": _superseded(revision) if record.state == "superseded" else None,
        "released": _released(revision, record.unit),
        "carried_over": carried_over_shown(revision),
        "facts_of": _facts(revision),
        "downloads": downloads("revision", record.number, revision),
        "works": works_on(situation),
        **(discussion(situation, record) if record.state in DISCUSSED else NO_TALK),
    }


def compare_url(revision: Revision) -> str:
    """Return the comparison with what was in force before; empty for the first revision."""
    if revision.ordinal == 1:
        return ""
    address = reverse("document_compare", args=[revision.document.record.number])
    return f"{address}?{urlencode({'to': revision.ordinal})}"


def since_url(situation: Situation) -> str:
    """Return the comparison with the text that the person, who is asked again, reviewed or signed; else nothing."""
    if situation.task("review") is None and situation.task("approve") is None:
        return ""
    return record_address(situation.subject, "changes") if judged_before(situation) else ""


def _superseded(revision: Revision) -> dict[str, Any]:
    """Return since when the revision is no longer in force, and what took its place."""
    by = successor_of(revision)
    return {
        "since": revision.superseded_at,
        "name": revision_name(by.ordinal) if by is not None else "",
        "url": record_address(by.record) if by is not None else "",
    }


def _rejected(revision: Revision) -> Entry | None:
    """Return by whom and why a draft was rejected in its approval, as long as it was not submitted anew."""
    if not revision.round:
        return None
    ways = ("submit", "send_for_approval", "reject", "recall", "return_to_draft")
    last = Entry.objects.filter(record=revision.pk, command__in=ways).order_by("-seq").first()
    return last if last is not None and last.command == "reject" else None


def _checklist(revision: Revision, reading: Reading) -> list[Section]:
    """Return the required sections, and which of them are there and written."""
    return checked(revision, reading.body) if reading.file is None else []


def _mine(situation: Situation, kind: str) -> dict[str, Any] | None:
    task = situation.task(kind)
    if task is None:
        return None
    other = task.assignee if task.assignee_id != situation.user.pk else None
    return {"due": task.due, "overdue": task.due < timezone.now(), "for": other}


def _reading(request: HttpRequest, situation: Situation, record: Record) -> dict[str, Any] | None:
    """Return what the person has to read here: their task, or that they confirmed it."""
    if record.state not in READ:
        return None
    task = situation.task("read")
    if task is not None:
        url = command_address(record, "confirm_reading")
        early = record.state == "approved"
        late = task.due < timezone.now()
        return {"due": task.due, "overdue": late, "url": url, "done": None, "early": early}
    done = Task.objects.filter(
        record=record, kind="read", assignee=person_of(request), outcome="confirmed"
    ).first()
    return {"done": done.done, "due": None, "overdue": False, "url": ""} if done is not None else None


def _released(revision: Revision, unit: Unit) -> dict[str, Any] | None:
    """Return when the revision is to take effect, by the clocks of its site."""
    if revision.approved is None or revision.effective_at is not None:
        return None
    if revision.effective_from is None:
        return {"at": None}
    place = zone(unit)
    local = revision.effective_from.astimezone(place)
    return {
        "at": revision.effective_from,
        "local": date_format(local, "DATETIME_FORMAT"),
        "zone": place.key,
        "elsewhere": local.utcoffset() != timezone.localtime(revision.effective_from).utcoffset(),
    }


def _facts(revision: Revision) -> dict[str, Any]:
    return {
        "change": CHANGES[revision.kind],
        "reading": READINGS[revision.reading],
        "days": revision.reading_days,
        "signed": revision.reading_signature,
        "summary": revision.summary,
        "why": revision.reason,
        "decided": revision.decided,
    }
