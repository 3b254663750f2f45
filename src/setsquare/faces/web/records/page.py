"""The first tab of a record's page, as it is now or as it was, and the tabs of links, files, tasks and signatures."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format

from setsquare.faces.web.access import person_of, record_at, signed_in, thing_at
from setsquare.faces.web.addresses import file_address, record_address
from setsquare.faces.web.pages import hand_made, link_words, task_words
from setsquare.faces.web.records.facts import facts_shown
from setsquare.faces.web.records.head import head_of
from setsquare.faces.web.records.states import words_for
from setsquare.faces.web.values import NOTHING, state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation, meaning_label
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of, visible_to
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.kinds import outcome_label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.reading import as_of, without
from setsquare.kernel.writing.canonical import canonical

MOST = 200
"""Links, files, tasks or signatures that a tab lists."""


@signed_in
def record_page(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    """Show a record; with `?at=2026-01-31T12:00` as it stood then."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    if at := request.GET.get("at", "").strip():
        return _as_of(request, thing, record, at)
    made = hand_made(thing.code)
    context = head_of(request, thing, record)
    context["sections"] = _sections(thing, record, person_of(request))
    context["overview"] = made.overview
    context["aside_part"] = made.aside
    for part in (made.overview, made.aside):
        if part is not None:
            context |= part.context(request, thing, record)
    return render(request, "records/overview.html.jinja", context)


@signed_in
def tab_page(request: HttpRequest, slug: str, number: str, tab: str) -> HttpResponseBase:
    """Show another tab of a record."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    own = next((known for known in hand_made(thing.code).tabs if known.code == tab), None)
    if own is not None:
        return own.view(request, thing, record)
    if tab not in _TABS:
        raise Http404
    context = head_of(request, thing, record, tab)
    context |= _TABS[tab](request, thing, record, context["situation"])
    return render(request, f"records/{tab}.html.jinja", context)


def _sections(thing: Thing, record: Record, user: User) -> list[dict[str, Any]]:
    found = facts_shown(thing, record, [section.facts for section in thing.sections], user)
    sections = []
    for section, items in zip(thing.sections, found, strict=True):
        kept = [item for item in items if not section.sparse or item["value"] != NOTHING]
        if kept:
            sections.append({"label": section.label, "items": kept})
    return sections


def _as_of(request: HttpRequest, thing: Thing, record: Record, at: str) -> HttpResponseBase:
    context = head_of(request, thing, record)
    context["commands"] = []  # nothing is done to the past
    moment = _moment(at)
    entry = as_of(record, moment) if moment is not None else None
    context |= {"at": at, "moment": moment, "entry": entry, "wrong": moment is None}
    if entry is not None:
        state = without(entry.values, thing.hidden_from(person_of(request), record))
        word = state_shown(thing, str(state.get("state", "")))
        context |= {
            "state": {"word": word.text, "colour": word.extra},
            "then": state,
            "told_facts": words_for(request, thing, [state], at=moment).facts(state),
            "sentence": sentence_of(entry, thing),
        }
    return render(request, "records/as_of.html.jinja", context, status=422 if moment is None else 200)


def _moment(text: str) -> dt.datetime | None:
    """Return the time that was asked for, in the person's zone; a day means its end."""
    try:
        if len(text) == len("2026-01-31"):
            text = f"{text}T23:59:59.999999"
        moment = dt.datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        if not 1 < moment.year < dt.MAXYEAR:  # so near the ends of the calendar a time zone leads outside it
            return None
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    except (ValueError, OverflowError):
        return None


def _links(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    out = list(
        Link.objects.filter(source=record).select_related("target").order_by("kind", "target__number")[:MOST]
    )
    back = list(
        Link.objects.filter(target=record).select_related("source").order_by("kind", "source__number")[:MOST]
    )
    seen = _seen(person_of(request), [*(link.target for link in out), *(link.source for link in back)])
    groups: dict[str, list[dict[str, Any]]] = {}
    for link in out:
        if link.target_id in seen:
            groups.setdefault(str(link_words(link.kind)[0]), []).append(_linked(link.target))
    for link in back:
        if link.source_id in seen:
            groups.setdefault(str(link_words(link.kind)[1]), []).append(_linked(link.source))
    return {"groups": list(groups.items())}


def _seen(user: User, records: Sequence[Record]) -> set[int]:
    """Return the ids of those records that the person may see, by one query."""
    if not records:
        return set()
    types = {record.type for record in records}
    found = visible_to(user, types=types).filter(pk__in=[record.pk for record in records])
    return set(found.values_list("pk", flat=True))


def _linked(record: Record) -> dict[str, Any]:
    thing = thing_of(record.type)
    word = state_shown(thing, record.state)
    return {
        "number": record.number,
        "title": record.title,
        "kind": thing.name,
        "icon": thing.icon,
        "url": record_address(record),
        "state": {"word": word.text, "colour": word.extra},
    }


def _files(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    rows = Attachment.objects.filter(record=record, removed__isnull=True).select_related("blob", "added_by")
    files = [
        {
            "name": row.name,
            "url": file_address(row.blob_id, row.name),
            "size": row.blob.size,
            "kind": _look(row.blob.media_type, row.name),
            "digest": row.blob_id,
            "who": row.added_by,
            "when": row.added,
            "remove_url": "",
            "role": row.role,
        }
        for row in rows[:MOST]
    ]
    order = {"content": 0, "attachment": 1, "figure": 2}
    return {"files": sorted(files, key=lambda file: order.get(str(file["role"]), 3))}


def _look(media_type: str, name: str) -> str:
    return "image" if media_type.startswith("image/") else name.rpartition(".")[2].lower()


def _tasks(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    tasks = (
        Task.objects.filter(record=record)
        .select_related("assignee", "done_by")
        .order_by("-done", "due", "id")
    )
    now = timezone.now()
    rows = [
        {
            "kind": task_words(task.kind)[0],
            "icon": task_words(task.kind)[1],
            "who": task.assignee,
            "step": task.step,
            "due": task.due,
            "overdue": task.done is None and task.due < now,
            "done": task.done,
            "done_by": task.done_by if task.done_by_id != task.assignee_id else None,
            "outcome": outcome_label(task.outcome),
        }
        for task in tasks[:MOST]
    ]
    return {
        "open_tasks": [row for row in rows if row["done"] is None],
        "done_tasks": [row for row in rows if row["done"] is not None],
    }


def _signatures(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    of = [record]
    signed = hand_made(thing.code).signed
    if signed is not None and (other := signed(record)) and other.pk in _seen(person_of(request), [other]):
        of.append(other)
    rows = Signature.objects.filter(record__in=of).select_related("on_behalf_of").order_by("id")[:MOST]
    return {
        "signatures": [
            {
                "name": row.printed_name,
                "meaning": meaning_label(row.meaning),
                "signed_at": row.at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
                "local_time": _in_zone(row.at),
                "digest": row.digest,
                "verified": holds(row),
                "authority": row.printed_title,
                "on_behalf_of": row.on_behalf_of_name,
                "reason": row.reason,
            }
            for row in rows
        ]
    }


def _in_zone(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def holds(signature: Signature) -> bool:
    """Tell whether a signature's digest is that of what was signed, and this is in canonical form."""
    signed = signature.signed.encode()
    try:
        same = canonical(json.loads(signed)) == signed
    except ValueError:
        return False
    return same and hashlib.sha256(signed).hexdigest() == signature.digest


_TABS = {"links": _links, "files": _files, "tasks": _tasks, "signatures": _signatures}
