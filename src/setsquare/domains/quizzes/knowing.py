"""Who could see what is right in a quiz at some time since, though they do no longer.

Whoever held, at any moment, a role that let its holders manage quizzes, in a unit that the quiz was in or below at
that moment, could; and so could whoever owned it. Where no role of theirs was changed since, and no unit moved, roles
and units are what they were all the time. Else what they were is played back from the trail, which nobody rewrites,
entry by entry: so it matters neither in which order things were changed nor what was changed back.
"""

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from setsquare.domains.organisation.models import RoleFile, UnitFile
from setsquare.domains.quizzes.permissions import MANAGE
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.findings import FOUND_ALTERED
from setsquare.kernel.trail.models import Entry

CHANGING = ("set_permissions", "move", "pass_on", FOUND_ALTERED)
"""Commands after which a role allows something else, a unit is elsewhere or a quiz is somebody else's."""
_BELOW = "unit__paths_down__descendant__records"


@dataclass(frozen=True)
class _Span:
    """A time in which a person managed quizzes in a unit and everything that was below it."""

    unit: int
    starts: dt.datetime
    ends: dt.datetime


def managed_since(since: Mapping[int, dt.datetime], person: User) -> set[int]:
    """Return which of these quizzes, by id, a person managed or owned at any moment since the time given for each.

    It takes two queries, and up to six where a role of theirs was changed since, a unit moved, or one of the quizzes
    was given to who took over.
    """
    if not since:
        return set()
    now, first = timezone.now(), min(since.values())
    held = Grant.objects.filter(
        Q(ends__isnull=True) | Q(ends__gt=first), user=person, starts__lt=now
    ).order_by()
    if not _changed(held, since, first):
        managing = held.filter(role__permissions__permission=MANAGE, **{f"{_BELOW}__in": list(since)})
        ends = managing.values_list(_BELOW, "ends")
        return {key for key, until in ends if until is None or until > since[key]}
    spans = list(_spans(held, first, now))
    found = _owned(since, person)
    return found | _reached(since, spans, now) if spans else found


def _changed(held: QuerySet[Grant], keys: Collection[int], first: dt.datetime) -> bool:
    """Tell whether a role that was held was changed since, a quiz passed on or, for who manages any, a unit moved."""
    roles = RoleFile.objects.filter(role__in=held.values("role")).values("record_id")
    manages = Exists(held.filter(role__permissions__permission=MANAGE))
    units = UnitFile.objects.filter(manages).values("record_id")
    quizzes = Record.objects.filter(pk__in=keys).order_by().values("pk")
    return Entry.objects.filter(
        record_id__in=roles.union(units, quizzes, all=True), command__in=CHANGING, at__gt=first
    ).exists()


def _owned(since: Mapping[int, dt.datetime], person: User) -> set[int]:
    """Return the quizzes that the person owned until they were passed on."""
    owner = Q(state__contains=f'"owner":"{person.username}"')
    before = Entry.objects.filter(owner, record=OuterRef("record"), seq=OuterRef("seq") - 1)
    passed = Entry.objects.filter(Exists(before), record_id__in=list(since), command__in=CHANGING)
    return {key for key, at in passed.values_list("record_id", "at") if at > since[key]}


def _spans(held: QuerySet[Grant], first: dt.datetime, now: dt.datetime) -> Iterator[_Span]:
    """Yield when the person managed quizzes, and where, since the first time: as their roles were then."""
    entries = Entry.objects.filter(record__role_file__role__in=held.values("role")).order_by("pk")
    turns: dict[int, list[tuple[dt.datetime, bool]]] = {}
    for role, at, state in entries.values_list("record__role_file__role_id", "at", "state"):
        turns.setdefault(role, []).append((at, MANAGE in (json.loads(state).get("permissions") or ())))
    for role, unit, starts, ends in held.values_list("role_id", "unit_id", "starts", "ends"):
        for (begun, carries), (over, _after) in pairwise([*turns.get(role, ()), (now, False)]):
            span = _Span(unit, max(begun, starts, first), min(over, ends or now))
            if carries and span.starts < span.ends:
                yield span


def _reached(since: Mapping[int, dt.datetime], spans: Collection[_Span], now: dt.datetime) -> set[int]:
    """Return the quizzes that were, in one of the spans, in its unit or below: as the tree was then."""
    homes = dict(Record.objects.filter(pk__in=list(since)).values_list("pk", "unit_id"))
    found: set[int] = set()

    def look(begun: dt.datetime, over: dt.datetime) -> None:
        for key, home in homes.items():
            above = _line(home, parents)
            found.update(
                key
                for span in spans
                if span.unit in above and max(begun, span.starts, since[key]) < min(over, span.ends)
            )

    bearers: dict[str, int] = {}  # who bore a code last: units can be given another one
    parents: dict[int, int | None] = {}
    begun = min(since.values())
    entries = Entry.objects.filter(record__type="unit").order_by("pk")
    for unit, at, state in entries.values_list("record__unit_file__part_id", "at", "state"):
        values = json.loads(state)
        bearers[values["code"]] = unit
        parent = bearers.get(values.get("parent") or "")
        if at > begun and parents.get(unit, parent) != parent:
            look(begun, at)
            begun = at
        parents[unit] = parent
    look(begun, now)
    return found


def _line(unit: int | None, parents: Mapping[int, int | None]) -> set[int]:
    """Return a unit and all above it."""
    line: set[int] = set()
    while unit is not None and unit not in line:
        line.add(unit)
        unit = parents.get(unit)
    return line
