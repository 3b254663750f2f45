"""The first tab of a record's page, as it is now, and the tabs of links, files, tasks and signatures."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from setsquare.faces.web.access import person_of, record_at, signed_in, thing_at
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.pages import hand_made, link_words, task_words
from setsquare.faces.web.records.beside import attachment_shown, signature_shown
from setsquare.faces.web.records.facts import sections_shown
from setsquare.faces.web.records.grounds import known_to
from setsquare.faces.web.records.head import head_of
from setsquare.faces.web.records.past import past_page
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.manners import manners_told
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.expiring import reckon
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of, visible_to
from setsquare.kernel.representation.files import held_by
from setsquare.kernel.representation.past import signed_openly
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.kinds import outcome_label
from setsquare.kernel.tasks.queries import asked_on

MOST = 200
"""Links, files, tasks or signatures that a tab lists."""


@signed_in
def record_page(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    """Show a record; with `?at=2026-01-31T12:00` as it stood then."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    if at := request.GET.get("at", "").strip():
        return past_page(request, thing, record, at)
    made = hand_made(thing.code)
    context = head_of(request, thing, record)
    context["sections"] = sections_shown(thing, record, person_of(request))
    context["overview"] = made.overview
    context["below"] = made.below
    context["aside_part"] = made.aside
    for part in (made.overview, made.below, made.aside):
        if part is not None:
            context |= part.context(request, thing, record)
    if context.get("asks"):  # what the person is asked for comes first: a page has one primary button
        for command in context["commands"]:
            command["primary"] = False
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


def _links(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    out = list(
        Link.objects.filter(source=record).select_related("target").order_by("kind", "target__number")[:MOST]
    )
    back = list(
        Link.objects.filter(target=record).select_related("source").order_by("kind", "source__number")[:MOST]
    )
    seen = _seen(person_of(request), [*(link.target for link in out), *(link.source for link in back)])
    reckon([*(link.target for link in out), *(link.source for link in back)])
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
        "title": record.told,
        "kind": thing.name,
        "icon": thing.icon,
        "url": record_address(record),
        "state": {"word": word.text, "colour": word.extra},
    }


def _files(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    rows = held_by(record, thing.hidden_from(situation.user, record)).filter(removed__isnull=True)
    rows = rows.select_related("blob", "added_by")
    files = [attachment_shown(row) for row in rows[:MOST]]
    order = {"content": 0, "attachment": 1, "figure": 2}
    return {"files": sorted(files, key=lambda file: order.get(str(file["role"]), 3))}


def _tasks(request: HttpRequest, thing: Thing, record: Record, situation: Situation) -> dict[str, Any]:
    user = person_of(request)
    tasks = asked_on(record, user, thing.hidden_from(user, record))
    tasks = tasks.select_related("assignee", "done_by").order_by("-done", "due", "id")
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
    if (other := thing.signed(record)) and other.pk in _seen(person_of(request), [other]):
        of.append(other)
    made = Signature.objects.filter(record__in=of).select_related("on_behalf_of", "entry", "record")
    user = person_of(request)
    rows = list(signed_openly(made, user, *of).defer("entry__state").order_by("id")[:MOST])
    manners = manners_told(rows)
    hidden = {one.pk: thing_of(one.type).hidden_from(user, one) for one in of}
    known = known_to(user, rows)
    return {
        "signatures": [
            signature_shown(row, manners.get(row.pk, ""), hidden[row.record_id], known) for row in rows
        ]
    }


_TABS = {"links": _links, "files": _files, "tasks": _tasks, "signatures": _signatures}
