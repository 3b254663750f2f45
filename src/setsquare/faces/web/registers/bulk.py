"""Commands on many records at once: one form, each record in a transaction of its own, and what came of each."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.faces.web.access import actor_of, person_of, signed_in, thing_at, wants_dialog
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.dialogs.asking import Asking, given_reason
from setsquare.faces.web.forms.fields import fields_of
from setsquare.faces.web.forms.posted import posted
from setsquare.faces.web.navigation import Reach
from setsquare.faces.web.pages import hand_made
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import (
    Command,
    Meaning,
    Permitted,
    Reason,
    command_of,
    commands_of,
)
from setsquare.kernel.commands.errors import CommandError, Refused, SignatureRefused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import related_of
from setsquare.kernel.records.things import Label, Thing
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused, verify

MOST = 200
"""Records of one go; each is a transaction of its own."""
VERSIONS = "_versions"
MOST_LISTED = 12
"""Records that the form names, where nothing is signed."""


@dataclass(frozen=True)
class Result:
    """What came of one record: why not, empty where it was done; what the command tells of it, often empty."""

    record: Record
    url: str
    sentence: Label
    conclusion: str = ""


def bulk_commands(thing: Thing, reach: Reach) -> list[dict[str, Any]]:
    """Return the commands that the register offers for chosen records."""
    if not reach.may_see(thing):
        return []
    icons = hand_made(thing.code).icons
    return [
        {
            "label": command.label,
            "url": f"{register_address(thing)}bulk/{command.name}/",
            "icon": icons.get(command.name, ""),
            "danger": command.danger,
        }
        for command in commands_of(thing.code)
        if command.bulk and command.who and _offered(command, reach)
    ]


def _offered(command: Command, reach: Reach) -> bool:
    """Tell whether the register offers a command: where it takes a permission, to those whose roles hold it somewhere.

    Who may besides, such as the owner of a record, does it on the record's page.
    """
    needed = {rule.permission for rule in command.who if isinstance(rule, Permitted)}
    return not needed or not needed.isdisjoint(reach.permissions)


@signed_in
def bulk_page(request: HttpRequest, slug: str, name: str) -> HttpResponseBase:
    """Ask once, then carry the command out for each chosen record."""
    thing = thing_at(slug)
    command = _command(thing, name)
    ids = _ids(request)
    if not ids or len(ids) > MOST:
        return _sorry(request, thing, command, len(ids))
    records = list(
        thing.visible_to(person_of(request))
        .filter(pk__in=ids)
        .select_related(*related_of(thing))
        .order_by("number")
    )
    if not records:
        return _sorry(request, thing, command, 0)
    if request.method != "POST":
        return _form(request, thing, command, records, {}, {})
    data = posted(command.body, request.POST)
    try:
        body = parse(command.body, data, actor_of(request))
        _check_signer(request, command, records)
    except Refused as refused:
        return _form(request, thing, command, records, data, refused.fields)
    except CredentialsRefused as refused:
        return _form(request, thing, command, records, data, {"password": str(refused)})
    return _answer(
        request, thing, command, [_carry_out(request, command, record, body) for record in records]
    )


def _command(thing: Thing, name: str) -> Command:
    try:
        command = command_of(thing.code, name)
    except KeyError:
        raise Http404 from None
    if not command.bulk or command.creates or not command.who:
        raise Http404
    return command


def _ids(request: HttpRequest) -> set[int]:
    given = (request.POST if request.method == "POST" else request.GET).getlist("ids")
    parts = {part.strip() for text in given for part in text.split(",")}
    return {int(part) for part in parts if _is_number(part)}


def _versions(request: HttpRequest) -> dict[int, int]:
    """Return the version of each record as the form showed it, by the record's id: what a signature is put under."""
    pairs = (pair.partition(":") for pair in request.POST.get(VERSIONS, "").split(","))
    return {int(pk): int(at) for pk, _, at in pairs if _is_number(pk) and _is_number(at)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _check_signer(request: HttpRequest, command: Command, records: list[Record]) -> None:
    """Refuse a wrong password once, before it would be tried for every record."""
    if command.signature is not None and _meaning(command) is not None:
        verify(person_of(request), _credentials(request))


def _meaning(command: Command) -> Meaning | None:
    return command.signature if isinstance(command.signature, Meaning) else None


def _credentials(request: HttpRequest) -> Credentials:
    return Credentials(password=request.POST.get("password", ""), request=request)


def _carry_out(request: HttpRequest, command: Command, record: Record, body: Any) -> Result:
    try:
        outcome = carry_out(
            command.thing,
            command.name,
            actor_of(request),
            record=record,
            body=body,
            version=_versions(request).get(record.pk),
            reason=given_reason(request),
            credentials=_credentials(request) if command.signature is not None else None,
        )
    except SignatureRefused as refused:
        return Result(record, record_address(record), refused.sentence)
    except Refused as refused:
        return Result(
            record, record_address(record), " ".join(str(sentence) for sentence in refused.fields.values())
        )
    except CommandError as refused:
        return Result(record, record_address(record), refused.sentence)
    return Result(record, record_address(record), "", outcome.conclusion)


def _form(
    request: HttpRequest,
    thing: Thing,
    command: Command,
    records: list[Record],
    data: dict[str, Any],
    errors: dict[str, Label],
) -> HttpResponse:
    fields = fields_of(command.body, data, errors, person_of(request))
    asking = Asking(
        fields=fields,
        errors=errors,
        meaning=_meaning(command),
        needs_reason=command.reason is not Reason.NEVER
        and any(command.needs_reason(record) for record in records),
        reason=given_reason(request),
        passkeys=False,
    )
    most = (
        len(records) if command.signature is not None else MOST_LISTED
    )  # nobody signs what they were not shown
    told = thing.in_short(records) if thing.in_short is not None else {}
    listed = ngettext("%(count)d record", "%(count)d records", len(records)) % {"count": len(records)}
    context = {
        "page_title": f"{command.label}: {listed}",
        "crumbs": [(thing.plural, register_address(thing)), (command.label, "")],
        "command": command,
        "asking": asking,
        "action": f"{register_address(thing)}bulk/{command.name}/",
        "cancel_url": register_address(thing),
        "ids": ",".join(str(record.pk) for record in records),
        "versions": request.POST.get(VERSIONS, "")
        or ",".join(f"{record.pk}:{record.version}" for record in records),
        "records": [(record, told.get(record.pk, "")) for record in records[:most]],
        "more": max(0, len(records) - most),
        "dialog": wants_dialog(request),
    }
    return render(request, "registers/bulk.html.jinja", context, status=422 if errors else 200)


def _sorry(request: HttpRequest, thing: Thing, command: Command, count: int) -> HttpResponse:
    sentence = (
        _("Choose at most %(most)d records at once; %(count)d are chosen.") % {"most": MOST, "count": count}
        if count
        else _("Choose the records first: tick them in the register.")
    )
    return _show(request, thing, command, [], sentence, 422)


def _answer(request: HttpRequest, thing: Thing, command: Command, results: list[Result]) -> HttpResponse:
    return _show(request, thing, command, results, "", 200)


def _show(
    request: HttpRequest, thing: Thing, command: Command, results: list[Result], sentence: str, status: int
) -> HttpResponse:
    context = {
        "page_title": command.label,
        "crumbs": [(thing.plural, register_address(thing)), (command.label, "")],
        "done": [result for result in results if not result.sentence],
        "refused": [result for result in results if result.sentence],
        "sentence": sentence,
        "register_url": register_address(thing),
        "dialog": wants_dialog(request),
    }
    return render(request, "registers/bulk_done.html.jinja", context, status=status)
