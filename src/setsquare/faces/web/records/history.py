"""The history of a record: told as sentences, filtered, exported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from setsquare.faces.web.access import person_of, record_at, signed_in, thing_at, wants_part
from setsquare.faces.web.addresses import record_address
from setsquare.faces.web.days import between_days
from setsquare.faces.web.exports import CSV, csv_rows, json_rows, sent, trail_head, trail_rows, trail_values
from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.records.head import head_of
from setsquare.faces.web.records.states import Words, words_for
from setsquare.kernel.accounts.models import User, initials, named
from setsquare.kernel.commands.declaration import commands_of
from setsquare.kernel.commands.telling import deed_of, sentence_of, who_did
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Hidden, Thing, thing_of
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Passage, changed_by, entries_of, heard, without

ENTRIES = 40
"""Entries shown at once."""
READ_AT_ONCE = 200
"""Entries that one query of an export reads."""


@signed_in
def history_page(request: HttpRequest, slug: str, number: str) -> HttpResponseBase:
    """Show the newest entries of a record's history; `before` continues below an entry."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    passages, further = _passages(record, request.GET, thing.hidden_from(person_of(request), record))
    words = words_for(request, thing, _values(passages))
    here = record_address(record, "history")
    pairs = [
        (name, value) for name in ("command", "person", "from", "to") if (value := request.GET.get(name, ""))
    ]
    more = f"{here}?{urlencode([*pairs, ('before', passages[-1].entry.seq)])}" if further else ""
    reads = cache(lambda state: thing.readable_then(record, state, person_of(request)))
    entries = [
        told(passage, thing, words, record) | {"compare_url": _comparison(passage, thing, record, reads)}
        for passage in passages
    ]
    if wants_part(request) and "before" in request.GET:
        return render(request, "records/history_entries.html.jinja", {"entries": entries, "more_url": more})
    query = f"?{urlencode(pairs)}" if pairs else ""
    context = head_of(request, thing, record, "history") | {
        "entries": entries,
        "more_url": more,
        "filters": _filters(request, thing),
        "narrowed": bool(pairs),
        "here": here,
        "exports": [
            (label, f"{here}export/{form}{query}") for form, label in (("csv", "CSV"), ("json", "JSON"))
        ],
    }
    return render(request, "records/history.html.jinja", context)


@signed_in
def history_export(request: HttpRequest, slug: str, number: str, form: str) -> HttpResponseBase:
    """Send the whole (filtered) history as CSV or JSON."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    hidden = thing.hidden_from(person_of(request), record)
    entries = heard(
        _each(_filtered(entries_of(record, hidden), request.GET).select_related("record")), hidden
    )
    name = f"{record.number.replace('/', '-')}-history.{form}"
    if form == "json":
        values = trail_values(entries, thing_of, states=True, hidden=hidden)
        return sent(json_rows(values), name, "application/json")
    if form == "csv":
        return sent(csv_rows(trail_head(), trail_rows(entries, thing_of)), name, CSV)
    raise Http404


def _each(entries: QuerySet[Entry]) -> Iterator[Entry]:
    """Yield entries, the oldest first, by short queries: whoever fetches slowly keeps no writer waiting."""
    last = 0
    while part := list(entries.filter(seq__gt=last).order_by("seq")[:READ_AT_ONCE]):
        yield from part
        last = part[-1].seq


def told(passage: Passage, thing: Thing, words: Words, record: Record | None = None) -> dict[str, Any]:
    """Return an entry as the timeline shows it."""
    entry = passage.entry
    command = next((known for known in commands_of(thing.code) if known.name == entry.command), None)
    move = thing.lifecycle.moves.get(entry.command)
    colour = str(thing.lifecycle.state(move.target).colour) if move is not None and move.target else ""
    icon = hand_made(thing.code).icons.get(entry.command, "")
    if not icon and command is not None:
        icon = "plus" if command.creates else "signature" if command.signature is not None else "edit"
    name = who_did(entry)
    return {
        "who": {
            "name": name,
            "initials": initials(name),
            "username": entry.actor.username if entry.actor else "",
        },
        "sentence": deed_of(entry, thing),
        "when": entry.at,
        "reason": entry.reason,
        "icon": icon or "edit",
        "colour": colour,
        "seq": entry.seq,
        "changes": words.changes(passage.changes),
        "proof_url": f"{record_address(record)}?at={entry.at.isoformat().replace('+00:00', 'Z')}"
        if record
        else "",
    }


def _comparison(passage: Passage, thing: Thing, record: Record, reads: Callable[[str], bool]) -> str:
    """Return where the texts before and after an entry are compared, for who may read both; else nothing."""
    seq, after = passage.entry.seq, passage.entry.values["state"]
    before = next((change.before for change in passage.changes if change.path == "state"), after)
    for change in passage.changes:
        address = hand_made(thing.code).compared.get(change.path)
        if address is not None and change.before and change.after and reads(before) and reads(after):
            return address(record, seq - 1, seq)
    return ""


def theirs(
    request: HttpRequest, thing: Thing, record: Record, passages: Sequence[Passage]
) -> Mapping[str, Any]:
    """Return what others changed meanwhile, as the form's notice of a conflict shows it."""
    words = words_for(request, thing, _values(passages))
    people = dict.fromkeys(who_did(passage.entry) for passage in passages)
    return {
        "by": ", ".join(people),
        "at": passages[-1].entry.at if passages else record.changed,
        "changes": [change for passage in passages for change in words.changes(passage.changes)],
        "entries": [sentence_of(passage, thing) for passage in passages],
        "url": record_address(record),
    }


def _values(passages: Sequence[Passage]) -> Iterator[dict[str, Any]]:
    """Yield what the changes of these passages speak of, before and after."""
    for passage in passages:
        yield {change.path: change.before for change in passage.changes}
        yield {change.path: change.after for change in passage.changes}


def _passages(record: Record, given: Mapping[str, str], hidden: Hidden) -> tuple[list[Passage], bool]:
    """Return a page of entries, newest first, with what each changed, and whether there are earlier ones."""
    entries = _filtered(entries_of(record, hidden), given).order_by("-seq")
    before = given.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 10:
        entries = entries.filter(seq__lt=int(before))
    found = list(heard(entries[: ENTRIES + 1], hidden))
    page, further = found[:ENTRIES], len(found) > ENTRIES
    states = {entry.seq: without(entry.values, hidden) for entry in found}
    missing = {entry.seq - 1 for entry in page} - states.keys() - {0}
    if missing:
        earlier = Entry.objects.filter(record=record, seq__in=missing)
        states |= {entry.seq: without(entry.values, hidden) for entry in earlier}
    return [
        Passage(entry, changed_by(entry, states.get(entry.seq - 1), states[entry.seq])) for entry in page
    ], further


def _filtered(entries: QuerySet[Entry], given: Mapping[str, str]) -> QuerySet[Entry]:
    """Narrow entries to a command, a person and days in the reader's zone; what cannot be read narrows nothing."""
    if command := given.get("command", ""):
        entries = entries.filter(command=command[:60])
    if person := given.get("person", ""):
        entries = entries.filter(named(person, "actor__username"))
    return entries.filter(between_days(given))


def _filters(request: HttpRequest, thing: Thing) -> dict[str, Any]:
    commands = [(command.name, str(command.label)) for command in commands_of(thing.code)]
    username = request.GET.get("person", "")
    person = User.objects.filter(named(username)).first() if username else None
    return {
        "commands": sorted(commands, key=lambda pair: pair[1]),
        "command": request.GET.get("command", ""),
        "person": [{"value": person.username, "text": person.name, "hint": ""}] if person else [],
        "people_source": f"{reverse('choose', args=['people'])}?q=",
        "from_": request.GET.get("from", ""),
        "to": request.GET.get("to", ""),
    }
