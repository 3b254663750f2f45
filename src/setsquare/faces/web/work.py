"""My work: what a person is asked to do, what they own, and what changed around them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered
from setsquare.faces.web.navigation import reach_of
from setsquare.faces.web.pages import blocks_for, task_address, task_group, task_words
from setsquare.faces.web.registers.page import creating_shown
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.prepared import Asked as AskedOf
from setsquare.kernel.commands.declaration import all_commands
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.commands.telling import told_deed
from setsquare.kernel.database.statements import SOME_TIME, stand_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Element, Label, all_things, thing_of
from setsquare.kernel.tasks.kinds import Group, personal_kinds
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.tasks.queries import first_of_inbox
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.titles import title_told

TASKS = 60
"""Tasks that the page lists; the earliest due come first."""
RECORDS = 12
DEEDS = 10_000
"""Deeds among which the newest are looked for."""
RECENT = dt.timedelta(days=30)


class Asked(NamedTuple):
    """An open task, as bare values."""

    pk: int
    kind: str
    due: dt.datetime
    assignee: int
    assignee_name: str
    record: int
    type: str
    number: str
    title: str


class Owned(NamedTuple):
    """An open record of the person, as bare values."""

    record: int
    type: str
    number: str
    title: str
    state: str


class Line(NamedTuple):
    """A task as the page lists it."""

    title: str
    url: str
    icon: str
    number: str
    kind: str
    due: str
    overdue: bool
    whose: str
    why_not: Label
    """Why the person may not do it for somebody for whom they stand in; else empty."""


_CONCERNED = [stand_in(10 + place) for place in range(TASKS + 1 + RECORDS)]
_ABOUT = ("record__type", "record__number", "record__title")


def _inbox(user: User, now: dt.datetime) -> QuerySet[Any, Any]:
    # Which ones first and what they are about then: else all are joined with their records before most are dropped.
    first = first_of_inbox(user, now, TASKS + 1)
    tasks = Task.objects.filter(pk__in=first).order_by("due", "id")[: TASKS + 1]
    return tasks.values_list("pk", "kind", "due", "assignee_id", "assignee__name", "record_id", *_ABOUT)


def _open_records(user: User, _now: dt.datetime) -> QuerySet[Any, Any]:
    opened = Q(pk__in=[])
    for thing in all_things():
        if thing.lifecycle.open_states:
            opened |= Q(type=thing.code, state__in=thing.lifecycle.open_states)
    records = Record.objects.filter(opened, owner_id=user.pk).order_by("-changed", "-id")
    return records.values_list("pk", "type", "number", "title", "state")[:RECORDS]


def _deeds_of_others(user: User, _now: dt.datetime) -> QuerySet[Any, Any]:
    talk = sorted({command.name for command in all_commands() if command.among_workers})
    # Found by record first and put in order then: else PostgreSQL may look for them along the whole trail by time.
    found = Entry.objects.filter(record_id__in=_CONCERNED, at__gte=SOME_TIME).exclude(actor_id=user.pk)
    found = found.exclude(command__in=talk).order_by()
    deeds = Entry.objects.filter(pk__in=found.values("pk")[:DEEDS])
    values = deeds.values_list("actor_name", "command", "on_behalf_of_name", "note", "at", *_ABOUT)
    return values.order_by("-at", "-id")[:RECORDS]


@lru_cache
def _inbox_of(_personal: tuple[str, ...]) -> AskedOf[Task]:
    """Return the query of the inbox, compiled once for the kinds of tasks there are."""
    return AskedOf(_inbox)


@lru_cache
def _own_of(_types: tuple[str, ...]) -> AskedOf[Record]:
    """Return the query of a person's open records, compiled once for the record types there are."""
    return AskedOf(_open_records)


_RECENT_DEEDS: AskedOf[Entry] = AskedOf(
    _deeds_of_others,
    lambda: {
        connection.ops.adapt_datetimefield_value(SOME_TIME): "since",
        **{value: str(place) for place, value in enumerate(_CONCERNED)},
    },
)


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person, the overdue first."""
    user = person_of(request)
    tasks = _tasks(user)
    records = _own(user)
    context = {
        "page_title": _("My work"),
        "crumbs": [(_("My work"), "")],
        "blocks": blocks_for(request),
        "groups": _groups(tasks[:TASKS], user),
        "more_tasks": len(tasks) > TASKS,
        "records": [_line(record) for record in records],
        "recent": _recent(user, _concerned(records, tasks)),
        "start": _start(request) if not tasks and not records else [],
    }
    return render(request, "work.html.jinja", context)


def _tasks(user: User) -> list[Asked]:
    return [Asked(*row) for row in _inbox_of(tuple(sorted(personal_kinds()))).rows(user)]


def _groups(tasks: Sequence[Asked], user: User) -> list[dict[str, Any]]:
    now, zone = timezone.now(), timezone.get_current_timezone()
    known = {kind: task_words(kind) for kind in {task.kind for task in tasks}}
    words = {kind: (str(label), icon) for kind, (label, icon) in known.items()}
    mine = [task for task in tasks if task.assignee == user.pk]
    rest = [task for task in mine if task.due >= now]
    own = {(task.record, task.kind) for task in mine}
    others = [task for task in tasks if task.assignee != user.pk and (task.record, task.kind) not in own]
    kept = _kept_from(user, others)
    grouped = [
        (_("Overdue"), "overdue", [task for task in mine if task.due < now]),
        (_("To read"), "read", _of(rest, Group.READ)),
        (_("To review"), "review", _of(rest, Group.REVIEW)),
        (_("To sign and approve"), "sign", _of(rest, Group.SIGN)),
        (_("Other tasks"), "other", _of(rest, Group.DO)),
        (_("As a substitute"), "substitute", others),
    ]
    return [
        {"label": label, "id": code, "tasks": [_task(task, now, zone, words, kept) for task in found]}
        for label, code, found in grouped
        if found
    ]


def _kept_from(user: User, tasks: Sequence[Asked]) -> Mapping[int, Label]:
    """Return why a substitute may not do tasks, by their ids; most people stand in for nobody."""
    if not tasks:
        return {}
    found = Task.objects.filter(pk__in=[task.pk for task in tasks])
    return kept_from(user, found.select_related("record__owner", "record__unit", "assignee"))


def _of(tasks: Sequence[Asked], group: Group) -> list[Asked]:
    return [task for task in tasks if task_group(task.kind) is group]


def _task(
    task: Asked,
    now: dt.datetime,
    zone: dt.tzinfo,
    words: Mapping[str, tuple[str, str]],
    kept: Mapping[int, Label],
) -> Line:
    label, icon = words[task.kind]
    return Line(
        title_told(task.title),
        task_address(task.kind, task.type, task.number),
        icon,
        task.number,
        label,
        task.due.astimezone(zone).date().isoformat(),
        task.due < now,
        task.assignee_name,
        kept.get(task.pk, ""),
    )


def _own(user: User) -> list[Owned]:
    """Return the person's records that are still open, the latest changed first."""
    return [Owned(*row) for row in _own_of(tuple(thing.code for thing in all_things())).rows(user)]


def _line(record: Owned) -> dict[str, Any]:
    thing = thing_of(record.type)
    word = state_shown(thing, record.state)
    return {
        "number": record.number,
        "title": title_told(record.title),
        "url": numbered(record.type, record.number),
        "icon": thing.icon,
        "state": {"word": word.text, "colour": word.extra},
    }


def _concerned(records: Iterable[Owned], tasks: Iterable[Asked]) -> set[int]:
    """Return the records that a person owns or works on; how one came about that they only read is not news to them."""
    personal = personal_kinds()
    return {row.record for row in records} | {task.record for task in tasks if task.kind not in personal}


def _recent(user: User, concerned: set[int]) -> list[dict[str, Any]]:
    """Return what others did lately to the records that the person owns or is asked to work on."""
    if not concerned:
        return []
    ids = sorted(concerned)
    places = {str(place): ids[min(place, len(ids) - 1)] for place in range(TASKS + 1 + RECORDS)}
    since = connection.ops.adapt_datetimefield_value(timezone.now() - RECENT)
    return [_deed(*row) for row in _RECENT_DEEDS.rows(user, since=since, **places)]


def _deed(
    who: str,
    command: str,
    on_behalf_of: str,
    note: dict[str, Any] | None,
    at: dt.datetime,
    kind: str,
    number: str,
    title: str,
) -> dict[str, Any]:
    private = thing_of(kind).private
    if (
        command in private.notes or command in private.deeds
    ):  # of which not everybody knows who owns the record
        note = None
    return {
        "who": who or _("Setsquare"),
        "sentence": told_deed(kind, command, on_behalf_of, note),
        "when": at,
        "number": number,
        "title": title_told(title),
        "url": numbered(kind, number),
    }


def _start(request: HttpRequest) -> Iterable[dict[str, Any]]:
    """Return what a person without work could begin with: the things that they may make."""
    reach = reach_of(request)
    ready = []
    for thing in all_things():
        if thing.element is not Element.ADMINISTRATION and thing.in_navigation:
            ready += creating_shown(thing, reach)[:1]
    return [
        *ready[:3],
        {"label": _("Settings"), "url": reverse("profile"), "icon": "user-circle", "dialog": False},
    ]
