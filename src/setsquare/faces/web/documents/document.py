"""The first tab of a document: what is in force, for reading; and what the reader is asked to confirm."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.permissions import CONTROL, WORK
from setsquare.domains.documents.replacing import REPLACED_BY
from setsquare.domains.documents.thing import DOCUMENT
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import command_address, record_address
from setsquare.faces.web.documents.comparing import compared, texts
from setsquare.faces.web.documents.heads import (
    carried_over_shown,
    known_situation,
    replacement_shown,
    revision_name,
    state_of,
)
from setsquare.faces.web.documents.reading import Reading, reading_of, text_reading
from setsquare.faces.web.documents.standards import first_sections, with_marks
from setsquare.faces.web.keys import new_key
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.database.statements import stand_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry

_DOCUMENT = stand_in(3)
_TASKS: Asked[Task] = Asked(
    lambda user, _now: (
        Task.objects.filter(assignee_id=user.pk, record__revision__document_id=_DOCUMENT)
        .select_related("record__revision")
        .order_by("-opened", "-id")[:50]
    ),
    lambda: {_DOCUMENT: "document"},
)


def document_read(request: HttpRequest, thing: Thing, record: Record) -> Mapping[str, Any]:
    """Return what the reading view of a document shows."""
    user = person_of(request)
    document: Document = record.document
    tasks = _tasks(user, document)
    current, opened = document.current, document.open_revision
    shown = current or opened
    asked = next(
        (t for t in tasks if t.kind == "read" and t.done is None and t.record_id == document.current_id), None
    )
    before = _read_before(tasks, asked)
    reading, changes = Reading(), None
    if shown is not None and shown.content_id and before is not None and before.content_id:
        old, new = texts(before, shown)
        reading = text_reading(request, new)
        changes = compared(request, old, new)
    elif shown is not None:
        reading = reading_of(request, shown)
    if asked is not None and shown is not None:
        reading = with_marks(reading, shown)
    review = _periodic_review(known_situation(request, thing, record))
    return {
        "sections": [],
        "reading": reading,
        "shown": shown,
        "shown_name": revision_name(shown.ordinal) if shown is not None else "",
        "shown_state": state_of(shown.record) if shown is not None else None,
        "asks": review is not None or asked is not None,
        "asked": _asked(asked, shown, before) if shown is not None else None,
        "changes": changes,
        "first": first_sections(request, shown) if asked is not None and shown is not None else None,
        "early": _early(tasks, document),
        "confirmed": _confirmed(tasks, document),
        "in_work": _in_work(known_situation(request, thing, record), document, tasks),
        "carried_over": carried_over_shown(current),
        "preparing": current is None,
        "withdrawn": _withdrawn(record, user) if record.state == "withdrawn" else None,
        "my_periodic_review": review,
        "document": document,
        "downloads": downloads("document", record.number, shown),
        "overdue_review": document.next_review is not None and document.next_review < timezone.localdate(),
    }


def _withdrawn(record: Record, person: User) -> dict[str, Any]:
    """Return when, by whom and why the document was withdrawn, and what replaces it.

    It was withdrawn by itself, or by what its periodic review found.
    """
    found = Entry.objects.filter(record=record.pk, command__in=("withdraw", "review")).annotate(
        by=FilteredRelation("record__links_out", condition=Q(record__links_out__kind=REPLACED_BY)),
        seen=Exists(DOCUMENT.visible_to(person).filter(pk=OuterRef("by__target"))),
    )
    values = ("actor_name", "at", "reason", "note", "by__target__number", "by__target__title", "seen")
    who, at, reason, note, number, title, seen = found.order_by("-seq").values_list(*values).first() or (
        "",
        record.changed,
        "",
        None,
        None,
        "",
        False,
    )
    findings = (note or {}).get("values", {}).get("findings", "")
    replacement = replacement_shown(number, title, seen=seen)
    return {"actor_name": who, "at": at, "why": reason or findings, "replacement": replacement}


def _early(tasks: list[Task], document: Document) -> dict[str, Any] | None:
    """Return the revision that the person is asked to read before it takes effect."""
    opened = document.open_revision_id
    task = next((t for t in tasks if t.kind == "read" and t.done is None and t.record_id == opened), None)
    if task is None:
        return None
    name = revision_name(task.record.revision.ordinal)
    late = task.due < timezone.now()
    return {"name": name, "url": record_address(task.record), "due": task.due, "overdue": late}


def _periodic_review(situation: Situation) -> dict[str, Any] | None:
    """Return the periodic review that the person is asked for, and where they answer it."""
    task = situation.task("periodic_review")
    if task is None:
        return None
    other = task.assignee if task.assignee_id != situation.user.pk else None
    url = command_address(situation.subject, "review")
    return {"due": task.due, "overdue": task.due < timezone.now(), "for": other, "url": url}


def downloads(kind: str, number: str, revision: Revision | None) -> list[dict[str, str]]:
    """Return the ways to take a text away; a file is its own download."""
    if revision is None:
        return []
    ways = [("pdf", "PDF", "file-type-pdf")]
    if revision.content_id:
        ways += [("docx", "Word", "file-type-docx"), ("md", "Markdown", "markdown")]
    return [
        {"label": label, "url": reverse(f"{kind}_{form}", args=[number]), "icon": icon}
        for form, label, icon in ways
    ]


def _tasks(user: User, document: Document) -> list[Task]:
    """Return everything that the person was ever asked to do on the document's revisions, the latest first."""
    return _TASKS.instances(user, document=document.pk)


def _read_before(tasks: list[Task], asked: Task | None) -> Revision | None:
    """Return the revision that the person read last, where they are asked to read another one now."""
    if asked is None:
        return None
    done = [task for task in tasks if task.kind == "read" and task.outcome == "confirmed"]
    return done[0].record.revision if done else None


def _asked(task: Task | None, revision: Revision, before: Revision | None) -> dict[str, Any] | None:
    if task is None:
        return None
    return {
        "due": task.due,
        "overdue": task.due < timezone.now(),
        "signature": revision.reading_signature,
        "url": command_address(revision.record, "confirm_reading"),
        "key": new_key(),
        "changes_only": task.details.get("reading") == "changes",
        "summary": revision.summary,
        "why": revision.reason,
        "before": revision_name(before.ordinal) if before is not None else "",
    }


def _confirmed(tasks: list[Task], document: Document) -> Any:
    """Return when the person confirmed the revision in force."""
    for task in tasks:
        if task.kind == "read" and task.outcome == "confirmed" and task.record_id == document.current_id:
            return task.done
    return None


def _in_work(situation: Situation, document: Document, tasks: list[Task]) -> dict[str, Any] | None:
    """Return the revision in work, for those who may see it: who works on it or was asked to look at it."""
    opened = document.open_revision
    if opened is None or document.current is None:
        return None
    mine = opened.record.owner_id == situation.user.pk or any(task.record_id == opened.pk for task in tasks)
    if not mine and not {WORK, CONTROL} & situation.permissions:
        return None
    return {
        "name": revision_name(opened.ordinal),
        "url": record_address(opened.record),
        "state": state_of(opened.record),
        "from": opened.effective_from,
        "compare": f"{reverse('document_compare', args=[document.record.number])}"
        f"?from={document.current.ordinal}&to={opened.ordinal}",
        "summary": opened.summary,
    }
