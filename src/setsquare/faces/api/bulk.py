"""One command on many records: each in a transaction of its own, and what came of each."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from setsquare.faces.api.answering import address, respond
from setsquare.faces.api.callers import actor_of, caller_of, scope_to_change
from setsquare.faces.api.describing import COMPONENTS, Schema, command_description, command_schema, says
from setsquare.faces.api.problems import problem_of
from setsquare.faces.api.reading import Order, Parameters, order_in, saying_how_to_sign
from setsquare.faces.api.registers import find
from setsquare.faces.api.repeating import once
from setsquare.kernel.commands.as_it_stands import with_the_rest
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import Command, Meaning, commands_of
from setsquare.kernel.commands.errors import CommandError, Refused, SignatureRefused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.declarations import translated
from setsquare.kernel.representation.records import Values
from setsquare.kernel.signatures.credentials import CredentialsRefused, verify
from setsquare.kernel.trail.models import Entry

MOST = 200
"""Records of one go."""
NUMBERS, VERSIONS = "numbers", "versions"
COMPONENTS["Bulk"] = {
    "type": "object",
    "required": ["done", "refused", "items"],
    "properties": {
        "done": {"type": "integer"},
        "refused": {"type": "integer"},
        "items": {"type": "array", "items": {"type": "object"}},
    },
}


def add_bulk(api: NinjaAPI, thing: Thing) -> None:
    """Add `POST /<slug>:bulk/<name>` for each command that may be done to many records at once."""
    for command in commands_of(thing.code):
        if command.bulk and command.who and not command.creates:
            _add(api, thing, command)


def _add(api: NinjaAPI, thing: Thing, command: Command) -> None:
    def act(request: HttpRequest) -> HttpResponse:
        return _all(request, thing, command)

    act.__name__ = f"{thing.code}_bulk_{command.name}"
    described = says("What came of each.", "Bulk", errors=(409, 415, 422), headers=("Idempotency-Key",))
    schema = command_schema(command)
    body: Schema = {
        **schema,
        "properties": {
            NUMBERS: {"type": "array", "minItems": 1, "maxItems": MOST, "items": {"type": "string"}},
            VERSIONS: {"type": "object", "additionalProperties": {"type": "integer"}},
            **schema.get("properties", {}),
        },
        "required": sorted({NUMBERS, *schema.get("required", [])}),
    }
    api.post(
        f"/{thing.slug}:bulk/{command.name}",
        operation_id=f"{thing.slug}.bulk.{command.name}",
        summary=_("%(label)s: many at once") % {"label": translated(command.label)},
        description=command_description(command),
        tags=[str(thing.plural)],
        openapi_extra={
            **described,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        },
    )(act)


def _all(request: HttpRequest, thing: Thing, command: Command) -> HttpResponse:
    caller = caller_of(request)
    caller.require(scope_to_change(thing), thing.code)
    Parameters(request)
    order = order_in(request, set(command.body.model_fields), None)
    numbers, versions = _numbers(order), _versions(order)
    body = parse(command.body, order.body, actor_of(request))
    if isinstance(command.signature, Meaning):  # a wrong one is refused once, not tried for each record
        credentials = order.credentials(request)
        with saying_how_to_sign(order):
            if credentials is not None and credentials.passkey:
                sentence = _("A passkey’s answer signs one record; sign many at once with your password.")
                raise SignatureRefused(sentence)
            try:
                verify(caller.user, credentials)
            except CredentialsRefused as refused:
                raise SignatureRefused(str(refused)) from None

    def answer(mark: str, before: Mapping[str, Entry]) -> HttpResponse:
        items = [
            {"number": number, "done": True, "href": address(thing.slug, number)}
            if number in before
            else _one(request, thing, command, number, body, order, versions, mark)
            for number in numbers
        ]
        done = sum(item["done"] is True for item in items)
        return respond(request, {"done": done, "refused": len(items) - done, "items": items})

    def act(mark: str) -> HttpResponse:
        return answer(mark, {})

    def tell(first: Entry) -> HttpResponse:
        entries = Entry.objects.filter(actor_id=first.actor_id, request=first.request).select_related(
            "record"
        )
        return answer(first.request, {entry.record.number: entry for entry in entries})

    return once(request, act, tell)


def _numbers(order: Order) -> list[str]:
    given = order.body.pop(NUMBERS, None)
    if not isinstance(given, list) or not given or not all(isinstance(number, str) for number in given):
        raise Refused({NUMBERS: _("Give a list of the records' numbers.")})
    numbers = list(dict.fromkeys(given))
    if len(numbers) > MOST:
        sentence = _("Choose at most %(most)d records at once; %(count)d are chosen.")
        raise Refused({NUMBERS: sentence % {"most": MOST, "count": len(numbers)}})
    return numbers


def _versions(order: Order) -> dict[str, int]:
    """Return the version of each record that the caller looked at, by number; a signature needs it."""
    given = order.body.pop(VERSIONS, None)
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(type(version) is int for version in given.values()):
        raise Refused({VERSIONS: _("Give an object with the version of each record by its number.")})
    return given


def _one(
    request: HttpRequest,
    thing: Thing,
    command: Command,
    number: str,
    body: Any,
    order: Order,
    versions: Mapping[str, int],
    mark: str,
) -> Values:
    try:
        actor = actor_of(request, mark)
        record = find(thing, caller_of(request).user, number)
        whole, version = with_the_rest(command, actor, record, body, versions.get(number))
        outcome = carry_out(
            thing.code,
            command.name,
            actor,
            record=record,
            body=whole,
            version=version,
            reason=order.reason,
            credentials=order.credentials(request) if command.signature is not None else None,
        )
    except CommandError as refused:
        problem = problem_of(request, refused)
        assert problem is not None  # every refusal has one
        return {
            "number": number,
            "done": False,
            "code": problem.code,
            "detail": str(problem.detail),
            "errors": problem.errors,
        }
    concluded = {"conclusion": outcome.conclusion} if outcome.conclusion else {}
    return {"number": number, "done": True, "href": address(thing.slug, number), **concluded}
