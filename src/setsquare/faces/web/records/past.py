"""The page of a record as it stood at a time: the same facts as today's, and nothing to be done."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.records.beside import attachment_shown, signature_shown
from setsquare.faces.web.records.facts import sections_shown
from setsquare.faces.web.records.grounds import known_to
from setsquare.faces.web.records.states import words_for
from setsquare.faces.web.times import time_in_zone
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.manners import manners_told
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import Thing, thing_of
from setsquare.kernel.representation.past import (
    Past,
    as_it_stood,
    files_then,
    further,
    not_to_come,
    signatures_then,
    signed_openly,
)


def past_page(request: HttpRequest, thing: Thing, record: Record, asked: str) -> HttpResponseBase:
    """Show a record as it stood at the time that was asked for."""
    moment = _moment(asked)
    if moment is None:
        return _refused(request, thing, record, asked, _("This is no point in time"), _no_time())
    try:
        moment = not_to_come(moment)
    except Refused as error:
        sentence = str(error.fields["at"])
        return _refused(request, thing, record, asked, _("This time has not come yet"), sentence)
    past = as_it_stood(thing, record, moment, person_of(request))
    if past is None:
        sentence = _("There is no entry of it at %(time)s or before.") % {"time": time_in_zone(moment)}
        return _refused(request, thing, record, asked, _("It did not exist then"), sentence, status=200)
    return render(request, "records/as_of.html.jinja", _context(request, thing, past))


def _no_time() -> str:
    return _("Give a date or a time such as 2026-01-31 or 2026-01-31T12:00.")


def _refused(
    request: HttpRequest,
    thing: Thing,
    record: Record,
    asked: str,
    title: str,
    sentence: str,
    *,
    status: int = 422,
) -> HttpResponseBase:
    """Say why the record is not shown as of that time; nothing of today is shown in its place."""
    context = {
        "page_title": record.number,
        "crumbs": [(thing.plural, register_address(thing)), (record.number, "")],
        "here": record_address(record),
        "number": record.number,
        "kind": thing.name,
        "day": asked[:10],
        "refused": title,
        "why": sentence,
    }
    return render(request, "records/as_of_refused.html.jinja", context, status=status)


def _context(request: HttpRequest, thing: Thing, past: Past) -> dict[str, Any]:
    record, user = past.record, person_of(request)
    made = hand_made(thing.code)
    word = state_shown(thing, record.state)
    at = past.at.isoformat().replace("+00:00", "Z")
    when = time_in_zone(past.at)
    context: dict[str, Any] = {
        "page_title": f"{record.number} {record.told}",
        "crumbs": [(thing.plural, register_address(thing)), (record.number, "")],
        "thing": thing,
        "record": record,
        "state": {"word": word.text, "colour": word.extra},
        "commands": [],  # nothing is done to the past
        "tabs": [],
        "here": record_address(record),
        "kind": thing.name,
        "head_facts": [],
        "past": past,
        "band": _("As of %(time)s: as it stood then") % {"time": when},
        "day": timezone.localtime(past.at).date().isoformat(),
        "at_query": f"?{urlencode({'at': at})}",
        "sentence": sentence_of(past.entry, thing),
        "downloads": [],
        "aside_part": made.aside,
        "then_part": made.then,
    }
    if made.then is not None:
        context |= made.then.context(request, thing, past)
    if made.head is not None:
        made.head(request, context)
    beside = _signed(thing, record, user)
    signed = list(signed_openly(signatures_then(past, *beside), user, record, *beside))
    manners, known = manners_told(signed), known_to(user, signed)
    return context | {
        "sections": sections_shown(thing, record, user, timezone.localtime(past.at).date()),
        "further": _further(request, thing, past),
        "signatures": [
            signature_shown(
                row, manners.get(row.pk, ""), thing_of(row.record.type).hidden_from(user, row.record), known
            )
            for row in signed
        ],
        "files": [attachment_shown(row) for row in files_then(past) if row.role != "figure"],
    }


def _signed(thing: Thing, record: Record, user: User) -> list[Record]:
    other = thing.signed(record)
    return [other] if other is not None and may_see(thing_of(other.type), user, other) else []


def _further(request: HttpRequest, thing: Thing, past: Past) -> list[dict[str, Any]]:
    state = {key: past.state[key] for key in further(thing, past.state)}
    return words_for(request, thing, [state], at=past.at).facts(state)


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
