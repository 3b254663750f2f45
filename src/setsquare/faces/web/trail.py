"""The trail of the whole organisation, for those who may read it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.days import between_days
from setsquare.faces.web.exports import CSV, csv_rows, json_rows, sent, trail_head, trail_rows, trail_values
from setsquare.faces.web.navigation import TRAIL, reach_of
from setsquare.kernel.accounts.models import User, initials, named
from setsquare.kernel.commands.declaration import all_commands
from setsquare.kernel.commands.telling import deed_of, way_of, who_did
from setsquare.kernel.database.keyset import CursorError, Key, cut
from setsquare.kernel.records.things import Thing, all_things, thing_of
from setsquare.kernel.sealing import log
from setsquare.kernel.trail.everything import heard_by, readable_by
from setsquare.kernel.trail.models import Entry

ROWS = 50
READ_AT_ONCE = 500
"""Entries of an export that one query reads: a short one, so that nobody waits for a lock."""
_NEWEST = Key("at", Entry._meta.get_field("at"))
FILTERS = ("person", "type", "command", "from", "to")


@signed_in
def trail_page(request: HttpRequest) -> HttpResponse:
    """Show what was done in the units whose trail the person may read, the newest first."""
    entries = _entries(request)
    try:
        found = cut(
            entries, _NEWEST, descending=True, limit=ROWS, cursor=request.GET.get("after", ""), name="trail"
        )
    except CursorError:
        raise Http404 from None
    pairs = [(name, value) for name in FILTERS if (value := request.GET.get(name, "").strip())]
    context = {
        "page_title": _("Audit trail"),
        "page_lead": _(
            "Everything that was done, by whom, when and why. Nothing in it can be changed or deleted."
        ),
        "crumbs": [(_("Audit trail"), "")],
        "seal": log.newest(),
        "entries": [_shown(entry) for entry in heard_by(found.rows, person_of(request))],
        "filters": _filters(request),
        "narrowed": bool(pairs),
        "newer_url": f"?{urlencode([*pairs, ('after', found.previous)])}" if found.previous else "",
        "older_url": f"?{urlencode([*pairs, ('after', found.next)])}" if found.next else "",
        "exports": [
            (label, f"{reverse('trail_export', args=[form])}?{urlencode(pairs)}")
            for label, form in (("CSV", "csv"), ("JSON", "json"))
        ],
    }
    return render(request, "trail.html.jinja", context)


@signed_in
def trail_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the whole (filtered) trail, the newest entries first."""
    entries = heard_by(_each(_entries(request)), person_of(request))
    if form == "csv":
        return sent(csv_rows(trail_head(), trail_rows(entries, thing_of)), "trail.csv", CSV)
    if form == "json":
        return sent(
            json_rows(trail_values(entries, thing_of, states=False)), "trail.json", "application/json"
        )
    raise Http404


@signed_in
def trail_checkpoint(request: HttpRequest) -> HttpResponse:
    """Send the newest signed checkpoint of the trail, to be kept outside."""
    newest = log.newest() if TRAIL in reach_of(request).permissions else None
    if newest is None:
        raise Http404
    answer = HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="checkpoint-{newest.size}.txt"'
    return answer


def _each(entries: QuerySet[Entry]) -> Iterator[Entry]:
    cursor = ""
    while True:
        part = cut(entries, _NEWEST, descending=True, limit=READ_AT_ONCE, cursor=cursor, name="trail.export")
        yield from part.rows
        cursor = part.next
        if not cursor:
            return


def _entries(request: HttpRequest) -> QuerySet[Entry]:
    if TRAIL not in reach_of(request).permissions:
        raise Http404
    return readable_by(person_of(request)).filter(_narrowed(request.GET))


def _narrowed(given: Mapping[str, str]) -> Q:
    condition = Q()
    if person := given.get("person", "").strip():
        condition &= named(person, "actor__username")
    if kind := given.get("type", "").strip():
        condition &= Q(record__type=kind[:40])
    if command := given.get("command", "").strip():
        thing, _dot, name = command.partition(".")
        condition &= Q(record__type=thing, command=name) if name else Q(command=thing[:60])
    return condition & between_days(given)


def _shown(entry: Entry) -> dict[str, Any]:
    thing = thing_of(entry.record.type)
    name = who_did(entry)
    return {
        "who": name,
        "initials": initials(name),
        "username": entry.actor.username if entry.actor else "",
        "sentence": deed_of(entry, thing),
        "when": entry.at,
        "reason": entry.reason,
        "way": way_of(entry),
        "kind": thing.name,
        "icon": thing.icon,
        "number": entry.record.number,
        "title": entry.record.told,
        "url": record_address(entry.record, "history"),
        "seq": entry.seq,
    }


def _filters(request: HttpRequest) -> dict[str, Any]:
    username = request.GET.get("person", "").strip()
    person = User.objects.filter(named(username)).first() if username else None
    things: dict[str, Thing] = {thing.code: thing for thing in all_things()}
    commands = [
        (command.key, f"{things[command.thing].name}: {command.label}")
        for command in all_commands()
        if command.thing in things
    ]
    return {
        "person": [{"value": person.username, "text": person.name, "hint": ""}] if person else [],
        "people_source": f"{reverse('choose', args=['people'])}?q=",
        "types": [(thing.code, thing.plural) for thing in things.values()],
        "type": request.GET.get("type", ""),
        "commands": sorted(commands, key=lambda pair: pair[1]),
        "command": request.GET.get("command", ""),
        "from_": request.GET.get("from", ""),
        "to": request.GET.get("to", ""),
    }
