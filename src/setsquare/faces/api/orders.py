"""The addresses of commands: one for each, with its own body, summary and schema."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from setsquare.faces.api.callers import actor_of, caller_of, scope_to_change
from setsquare.faces.api.describing import command_description, command_request, says
from setsquare.faces.api.reading import Parameters, order_in, saying_how_to_sign
from setsquare.faces.api.registers import answer_with, find
from setsquare.faces.api.repeating import once
from setsquare.kernel.commands.as_it_stands import with_the_rest
from setsquare.kernel.commands.declaration import Command, commands_of
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.things import Thing, thing_of
from setsquare.kernel.representation.declarations import translated
from setsquare.kernel.trail.models import Entry

CREATE = "create"
WAITS = {
    "description": "It is not done but waits for a countersignature: the record that keeps it, at Location.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Record"}}},
}


def add_commands(api: NinjaAPI, thing: Thing) -> None:
    """Add an address for each command that people may carry out."""
    for command in commands_of(thing.code):
        if not command.who:
            continue
        if taken := {"signature", GLASS} & command.body.model_fields.keys():
            raise ImproperlyConfigured(f"{command.key}: a body cannot have a field named {min(taken)}")
        _add_creating(api, thing, command) if command.creates else _add_changing(api, thing, command)


def _add_creating(api: NinjaAPI, thing: Thing, command: Command) -> None:
    """Add `POST /<slug>` for the command `create`, `POST /<slug>:<name>` for others that make a record."""

    def act(request: HttpRequest) -> HttpResponse:
        return _carry_out(request, thing, command, None)

    path = f"/{thing.slug}" if command.name == CREATE else f"/{thing.slug}:{command.name}"
    _post(api, thing, command, path, act)


def _add_changing(api: NinjaAPI, thing: Thing, command: Command) -> None:
    """Add `POST /<slug>/{number}:<name>`."""

    def act(request: HttpRequest, number: str) -> HttpResponse:
        return _carry_out(request, thing, command, number)

    _post(api, thing, command, f"/{thing.slug}/{{path:number}}:{command.name}", act)


def _post(api: NinjaAPI, thing: Thing, command: Command, path: str, act: Any) -> None:
    act.__name__ = f"{thing.code}_{command.name}"
    status = 201 if command.creates else 200
    described = says(
        "The new record." if command.creates else "The record as it is now.",
        "Record",
        status=status,
        errors=_errors(command),
        headers=("Idempotency-Key",) if command.creates else ("Idempotency-Key", "If-Match"),
    )
    if not command.outright:
        described["responses"][202] = WAITS
    api.post(
        path,
        operation_id=f"{thing.slug}.{command.name}",
        summary=translated(command.label),
        description=command_description(command),
        tags=[str(thing.plural)],
        openapi_extra={**described, "requestBody": command_request(command)},
        response={status: None},
    )(act)


def _errors(command: Command) -> tuple[int, ...]:
    """Return the statuses with which the command may be refused."""
    if command.creates:
        return (409, 415, 422)
    signed = (428,) if command.signature is not None else ()
    return (404, 409, 412, 415, 422, *signed)


def _carry_out(request: HttpRequest, thing: Thing, command: Command, number: str | None) -> HttpResponse:
    caller = caller_of(request)
    caller.require(scope_to_change(thing), thing.code)
    Parameters(request)
    record = find(thing, caller.user, number) if number is not None else None
    order = order_in(
        request,
        set(command.body.model_fields),
        record.version if record else None,
        signed=command.signature is not None,
    )
    status = 201 if command.creates else 200

    def act(mark: str) -> HttpResponse:
        with saying_how_to_sign(order, record):
            actor = actor_of(request, mark)
            body, version = with_the_rest(command, actor, record, order.body, order.version)
            outcome = carry_out(
                thing.code,
                command.name,
                actor,
                record=record,
                body=body,
                version=version,
                reason=order.reason,
                credentials=order.credentials(request),
                glass=order.glass,
                waits=True,
            )
        if outcome.waits:
            kept = thing_of(outcome.record.type)
            return answer_with(request, kept, outcome.record, status=202, conclusion=outcome.conclusion)
        return answer_with(request, thing, outcome.record, status=status, conclusion=outcome.conclusion)

    def tell(entry: Entry) -> HttpResponse:
        made = thing_of(entry.record.type)
        waits = made.code != thing.code
        return answer_with(request, made, entry.record, status=202 if waits else status)

    return once(request, act, tell)
