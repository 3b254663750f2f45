"""A command's form: shown, sent, refused with everything kept, or carried out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.faces.web.access import (
    person_of,
    record_at,
    redirect_for,
    signed_in,
    situation_of,
    thing_at,
    wants_dialog,
)
from setsquare.faces.web.addresses import command_address, create_address, record_address, register_address
from setsquare.faces.web.authority.ways import links_of
from setsquare.faces.web.dialogs.asking import (
    GLASS_NEEDED,
    KEY,
    VERSION,
    Asking,
    credentials_of,
    errors_of,
    given_glass,
    given_reason,
)
from setsquare.faces.web.forms.fields import fields_of
from setsquare.faces.web.forms.posted import posted
from setsquare.faces.web.keys import claim, keep_outcome, new_key, outcome_of
from setsquare.faces.web.navigation import reach_of
from setsquare.faces.web.pages import hand_made
from setsquare.faces.web.records.facts import facts_shown
from setsquare.faces.web.records.history import theirs
from setsquare.faces.web.signing_in.passkeys import has_passkey
from setsquare.kernel.authority.deciding import ALLOWED, Decision
from setsquare.kernel.commands.authorising import decide, told_ways
from setsquare.kernel.commands.bodies import read_in_part
from setsquare.kernel.commands.declaration import Command, Situation, command_of
from setsquare.kernel.commands.errors import CommandError, NotFound, Stale
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.commands.offering import leading_to, why_unbreakable
from setsquare.kernel.commands.running import (
    Outcome,
    carry_out,
    why_in_the_way,
    why_not_permitted,
    why_wrong_state,
)
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, thing_of

Page = Callable[..., HttpResponse]
"""What shows a command's form, called as `command_form` is."""


@signed_in
def command_page(request: HttpRequest, slug: str, number: str, name: str) -> HttpResponseBase:
    """Show the form of a command for a record, or carry it out."""
    thing = thing_at(slug)
    record = record_at(request, thing, number)
    command = _command(thing, name, creates=False)
    own = hand_made(thing.code).commands.get(name)
    if own is not None:
        return own(request, thing, record)
    return answer(request, thing, command, record)


@signed_in
def create_page(request: HttpRequest, slug: str, name: str = "") -> HttpResponseBase:
    """Show the form of a creating command, or the choice among several."""
    thing = thing_at(slug)
    offered = reach_of(request).creating.get(thing.code, [])
    if not name and len(offered) != 1:
        return _choice(request, thing, offered)
    command = _command(thing, name, creates=True) if name else offered[0]
    own = hand_made(thing.code).creating.get(command.name)
    if own is not None:
        return own(request, thing)
    return answer(request, thing, command, None)


def _command(thing: Thing, name: str, *, creates: bool) -> Command:
    try:
        command = command_of(thing.code, name)
    except KeyError:
        raise Http404 from None
    if command.creates is not creates or not command.who:
        raise Http404
    return command


def answer(
    request: HttpRequest, thing: Thing, command: Command, record: Record | None, page: Page | None = None
) -> HttpResponseBase:
    """Answer a request for a command's form; hand-made pages use it too, with a `page` of their own around it."""
    situation = situation_of(request, thing, record)
    page = page or command_form
    if request.method != "POST":
        return _show(request, command, situation, page)
    data = posted(command.body, request.POST)
    try:
        outcome = _carry_out(request, command, situation, data)
    except NotFound:
        raise Http404 from None
    except Stale as stale:
        return _again(request, command, situation, page, data, {}, stale)
    except CommandError as refused:
        breakable = getattr(refused, "breakable", False)
        return _again(request, command, situation, page, data, errors_of(refused), breakable=breakable)
    if outcome is None:
        return _sent_before(request, thing)
    if outcome.waits:
        messages.info(request, outcome.conclusion)
        return redirect_for(request, record_address(record if record is not None else outcome.record))
    if thing.visible_to(person_of(request)).filter(pk=outcome.record.pk).exists():
        if outcome.unchanged:
            messages.info(request, outcome.conclusion)
        else:
            messages.success(request, told_of(command, outcome))
            tell_remarks(request, outcome)
        return redirect_for(request, _where_asked(request, outcome.record))
    return redirect_for(request, register_address(thing))


def _where_asked(request: HttpRequest, record: Record) -> str:
    """Return where the dialog was opened, on a tab of the record’s page or one’s own profile; else the first tab."""
    here = record_address(record)
    path = urlsplit(request.headers.get("HX-Current-URL", "")).path
    if path == reverse("profile"):
        return path
    return path if path.startswith(here) and not path.startswith(f"{here}do/") else here


def tell_remarks(request: HttpRequest, outcome: Outcome) -> None:
    """Tell the person what an import changed or left out; the history says the same."""
    values = (outcome.entry.note or {}).get("values") or {}
    if remarks := values.get("remarks"):
        messages.warning(request, str(remarks))


def told_of(command: Command, outcome: Outcome) -> str:
    """Return what the person is told of a command that was carried out: its own words, where it has any."""
    if outcome.conclusion:
        return outcome.conclusion
    if command.creates:
        return _("%(number)s was made.") % {"number": outcome.record.number}
    return _("%(number)s: “%(command)s” is done.") % {
        "number": outcome.record.number,
        "command": command.label,
    }


def _carry_out(
    request: HttpRequest, command: Command, situation: Situation, data: dict[str, Any]
) -> Outcome | None:
    """Carry the command out once; None where this very form was carried out before.

    What takes a signature is not put into a transaction here, as failed attempts have to be counted even though
    nothing else is kept; there the version guards against the second run.
    """
    meaning = command.meaning(situation)
    given: dict[str, Any] = {
        "record": situation.record,
        "body": data,
        "version": _version(request, situation.record),
        "reason": given_reason(request),
        "glass": given_glass(request),
        "waits": True,
    }
    if meaning is not None or given["glass"]:
        given["credentials"] = credentials_of(request)
        return carry_out(command.thing, command.name, situation.actor, **given)
    with transaction.atomic():
        sent = claim(request.POST.get(KEY, ""), situation.user)
        if sent is None:
            return None
        outcome = carry_out(command.thing, command.name, situation.actor, **given)
        keep_outcome(sent, outcome.record)
        return outcome


def _version(request: HttpRequest, record: Record | None) -> int | None:
    given = request.POST.get(VERSION, "")
    if record is None:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def _sent_before(request: HttpRequest, thing: Thing) -> HttpResponse:
    record = outcome_of(request.POST.get(KEY, ""), person_of(request))
    messages.info(request, _("This was done already; the form was sent twice."))
    return redirect_for(request, record_address(record) if record is not None else register_address(thing))


def _show(request: HttpRequest, command: Command, situation: Situation, page: Page) -> HttpResponse:
    """Show the form for the first time, filled with what the command suggests or the address gives."""
    record = situation.record
    why = why_not_permitted(command, situation) if not command.creates else None
    decision, breakable = ALLOWED, False
    if record is not None and why is None:
        why = why_wrong_state(command, record) or why_in_the_way(command, situation)
        decision = told_ways(decide(situation, command), situation)
        breakable = decision.breakable and why_unbreakable(command, situation) is None
    glass = GLASS in request.GET and (breakable or (command.creates and not command.outright))
    if glass:
        why = None
    values: dict[str, Any] = dict(command.initial(situation)) if command.initial and why is None else {}
    given = posted(command.body, request.GET)
    values.update({name: value for name, value in given.items() if value not in ([], False)})
    meaning = command.meaning(situation) if why is None else None
    asking = Asking(
        fields_of(command.body, values, {}, situation.user),
        meaning=meaning,
        passkeys=(meaning is not None or glass) and has_passkey(situation.user),
        needs_reason=command.needs_reason(record),
        version=record.version if record is not None else None,
        key=new_key(),
        lacking=decision.sentence if why is None else "",
        ways=links_of(decision, situation.user),
        countersigned=decision.supervised and not glass,
        glass=glass,
        glass_needed=glass,
        glass_url=_glass_url(command, record) if breakable and not glass else "",
    )
    if why is not None:
        return command_form(request, command, situation, asking, why_not=why)
    return page(request, command, situation, asking)


def _again(
    request: HttpRequest,
    command: Command,
    situation: Situation,
    page: Page,
    data: Mapping[str, Any],
    errors: Mapping[str, Label],
    stale: Stale | None = None,
    *,
    breakable: bool = False,
) -> HttpResponse:
    """Show the form again with what was typed, each sentence at its field, and what others changed meanwhile."""
    version = _version(request, situation.record)
    if stale is not None and stale.passages:
        version = stale.passages[-1].entry.seq
    meaning = command.meaning(situation)
    glass = breakable or GLASS in request.POST
    decision = _decided(command, situation, data)
    asking = Asking(
        fields_of(command.body, data, errors, situation.user),
        errors,
        meaning=meaning,
        passkeys=(meaning is not None or glass) and has_passkey(situation.user),
        needs_reason=command.needs_reason(situation.record),
        reason=given_reason(request),
        version=version,
        key=request.POST.get(KEY, "") or new_key(),
        lacking=decision.sentence if decision.supervised or given_glass(request) else "",
        ways=links_of(decision, situation.user),
        countersigned=decision.supervised and not glass,
        glass=glass,
        glass_why=given_glass(request),
        glass_needed=GLASS_NEEDED in request.POST,
    )
    conflict = theirs(request, situation.thing, stale.record, stale.passages) if stale is not None else None
    return page(request, command, situation, asking, conflict=conflict, status=422)


def _decided(command: Command, situation: Situation, data: Mapping[str, Any]) -> Decision:
    """Return what rules say of a command that was sent: of a new record in the unit that was typed."""
    if command.creates:
        unit = read_in_part(command.body, data, situation.actor).get("unit")
        situation = Situation(situation.actor, situation.thing, None, getattr(unit, "pk", None))
    return told_ways(decide(situation, command), situation)


def command_form(
    request: HttpRequest,
    command: Command,
    situation: Situation,
    asking: Asking,
    *,
    why_not: Label | None = None,
    conflict: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form alone: in the dialog, or on a page of its own."""
    record = situation.record
    thing = situation.thing
    back = record_address(record) if record is not None else register_address(thing)
    action = _address(command, record)
    deciding = command.deciding if record is not None and why_not is None else ()
    if furnish := hand_made(thing.code).furnished.get(command.name):
        furnish(situation, asking.fields)
    for asked in asking.fields:
        asked.kind = hand_made(thing.code).asked.get((command.name, asked.name), asked.kind)
    asking.fields.sort(key=lambda one: one.kind != "quote")  # what is answered to stands first
    context = {
        "page_title": command.label,
        "page_lead": command.hint,
        "crumbs": [
            (thing.plural, register_address(thing)),
            *([(record.number, back)] if record is not None else []),
            (command.label, ""),
        ],
        "command": command,
        "record": record,
        "asking": asking,
        "action": action,
        "cancel_url": back,
        "why_not": why_not,
        "first": _first(command, situation) if why_not is not None else (),
        "conflict": conflict,
        "deciding": facts_shown(thing, record, [deciding], situation.user)[0] if record is not None else [],
        "beneath": _beneath(command, situation) if why_not is None else (),
        "warning": _warned(command, situation) if why_not is None else None,
        "wide": bool(deciding) or any(field.kind in ("rows", "markdown") for field in asking.fields),
        "dialog": wants_dialog(request),
    }
    return render(request, "dialogs/command.html.jinja", context, status=status)


def _address(command: Command, record: Record | None) -> str:
    if record is None:
        return create_address(thing_of(command.thing), command.name)
    return command_address(record, command.name)


def _glass_url(command: Command, record: Record | None) -> str:
    return f"{_address(command, record)}?{GLASS}=1"


def _beneath(command: Command, situation: Situation) -> Sequence[tuple[Label, str]]:
    """Return where the person may look before deciding: label and address."""
    told = hand_made(command.thing).beneath.get(command.name)
    return told(situation) if told is not None and situation.record is not None else ()


def _warned(command: Command, situation: Situation) -> Label | None:
    """Return what the person is warned of, where there is such a thing."""
    told = hand_made(command.thing).warned.get(command.name)
    return told(situation) if told is not None and situation.record is not None else None


def _first(command: Command, situation: Situation) -> Sequence[Mapping[str, Any]]:
    """Return what the person may do before the command, as far as that is known: label, address and icon of each."""
    if situation.record is None:
        return ()
    made = hand_made(command.thing)
    offered = made.before.get(command.name)
    first = offered(situation) if offered is not None else None
    leading = [
        {
            "label": one.label,
            "url": command_address(situation.record, one.name),
            "icon": made.icons.get(one.name, ""),
            "dialog": one.name not in made.commands,
        }
        for one in leading_to(command, situation)
    ]
    return [*([first] if first is not None else []), *leading]


def _choice(request: HttpRequest, thing: Thing, offered: list[Command]) -> HttpResponse:
    if not offered:
        raise Http404
    context = {
        "page_title": _("New: %(thing)s") % {"thing": thing.name},
        "crumbs": [(thing.plural, register_address(thing)), (_("New"), "")],
        "thing": thing,
        "offered": offered,
        "own_pages": hand_made(thing.code).creating,
        "dialog": wants_dialog(request),
    }
    return render(request, "dialogs/choice.html.jinja", context)
