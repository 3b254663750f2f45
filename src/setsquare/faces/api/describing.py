"""The pieces of the OpenAPI description: parameters, bodies, answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from setsquare.kernel.commands.bodies import LONGEST_REASON
from setsquare.kernel.commands.declaration import Command, Reason
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.representation.declarations import (
    body_schema,
    permissions_for,
    reason_of,
    signature_of,
    states_of,
    translated,
)

Schema = dict[str, Any]
PROBLEM = "application/problem+json"
ERRORS = {
    400: "The request cannot be read.",
    401: "Not signed in.",
    403: "Not permitted, the token's scope does not allow it, or the signature was refused.",
    404: "There is no such thing, or you may not see it.",
    405: "Not done in this way.",
    409: "The record's state does not allow this, or the same request is under way.",
    412: "Others changed the record meanwhile; `changes` tells what.",
    413: "Too large.",
    415: "Not a form that is read here.",
    422: "Something has to be put right; `errors` tells what, at which field.",
    428: "A signature needs `If-Match`: the version that you looked at and sign.",
    429: "Too many failed attempts to sign.",
}
HEADERS: dict[str, str] = {
    "Idempotency-Key": "The same request with the same key acts once; kept for 24 hours.",
    "If-Match": "The version that the change is meant for, as the ETag gave it.",
}
RECORD: Schema = {
    "type": "object",
    "required": ["type", "number", "title", "state", "owner", "unit", "version", "uid", "changed"],
    "properties": {
        "type": {"type": "string"},
        "number": {"type": "string"},
        "title": {"type": "string"},
        "state": {"type": "string"},
        "owner": {"type": "string", "description": "Sign-in name."},
        "unit": {"type": "string", "description": "Code of the unit."},
        "version": {"type": "integer"},
        "uid": {"type": "string", "format": "uuid"},
        "changed": {"type": "string", "format": "date-time"},
        "links": {"type": "object"},
        "conclusion": {
            "type": "string",
            "description": "Only as the answer to a command that tells what came of it.",
        },
    },
    "additionalProperties": True,
}
PAGE: Schema = {
    "type": "object",
    "required": ["items"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next": {"type": ["string", "null"], "description": "Path of the next page."},
        "previous": {"type": ["string", "null"], "description": "Path of the page before."},
        "count": {
            "type": "object",
            "properties": {"number": {"type": "integer"}, "capped": {"type": "boolean"}},
        },
    },
}
WAY: Schema = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": ["course", "assessment"]},
        "text": {"type": "string", "description": "What you do, in words."},
        "for": {"type": "object", "description": "The qualification: `subject`, `topic`, `level`."},
        "type": {"type": ["string", "null"]},
        "number": {"type": ["string", "null"]},
        "title": {"type": ["string", "null"]},
        "href": {"type": ["string", "null"], "format": "uri-reference"},
        "people": {"type": "array", "items": {"type": "string"}, "description": "Who may assess you."},
    },
}
DETAILS: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The request's number, as in X-Request-ID."},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "label": {"type": "string", "description": "What the field is called on the screen."},
                    "sentence": {"type": "string"},
                },
            },
        },
        "ways": {
            "type": "array",
            "description": "What leads to what rules of authority ask for and you lack, where they refuse it.",
            "items": WAY,
        },
    },
}
VALUES: Schema = {"type": "object"}
COMPONENTS: dict[str, Schema] = {"Record": RECORD, "Page": PAGE, "Values": VALUES, "Problem": DETAILS}


def parameter(
    name: str, description: str | Promise, *, kind: str = "string", several: bool = False, **schema: Any
) -> Schema:
    """Return the description of a parameter of the query."""
    value: Schema = {"type": kind, **schema}
    return {
        "in": "query",
        "name": name,
        "required": False,
        "description": str(description),
        "schema": {"type": "array", "items": value} if several else value,
    }


def says(
    description: str,
    component: str | None,
    *,
    status: int = 200,
    parameters: Iterable[Schema] = (),
    headers: Iterable[str] = (),
    errors: Iterable[int] = (),
    media_type: str = "application/json",
) -> Schema:
    """Return what an operation takes besides its path and what it answers."""
    schema: Schema = {"$ref": f"#/components/schemas/{component}"} if component else {"type": "string"}
    found: dict[int, Schema] = {
        status: {"description": description, "content": {media_type: {"schema": schema}}}
    }
    for code in (401, 403, *errors, *((400, 413, 429) if headers else ())):
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        found[code] = {"description": ERRORS[code], "content": {PROBLEM: problem}}
    if status == 200 and not headers:
        found[304] = {"description": "Not changed since."}
    taken = [
        {
            "in": "header",
            "name": name,
            "required": False,
            "description": HEADERS[name],
            "schema": {"type": "string"},
        }
        for name in headers
    ]
    return {"parameters": [*parameters, *taken], "responses": found}


def command_description(command: Command) -> str:
    """Return in words what a command does: its hint, states, permissions, reason and signature."""
    lifecycle = thing_of(command.thing).lifecycle
    sources, targets = states_of(command)
    names = {state.code: translated(state.label) for state in lifecycle.states}
    lines = [translated(command.hint)]
    if sources:
        lines.append(_("While it is: %(states)s.") % {"states": ", ".join(names[code] for code in sources)})
    if targets:
        lines.append(
            _("Afterwards it is: %(states)s.") % {"states": ", ".join(names[code] for code in targets)}
        )
    if permitted := permissions_for(command):
        lines.append(_("Takes the permission: %(names)s.") % {"names": ", ".join(permitted)})
    if reason_of(command) is Reason.ALWAYS:
        lines.append(_("A reason is always needed."))
    elif reason_of(command) is Reason.CONTROLLED:
        lines.append(_("A reason is needed where the record is under control."))
    if signature_of(command) != "never":
        lines.append(_("Takes a signature: send your password or your passkey's answer with it."))
    return "\n\n".join(line for line in lines if line)


def component_prefix(command: Command) -> str:
    """Return what the schemas of a command's rows begin with among the components."""
    return f"{command.thing}.{command.name}."


def command_schema(command: Command) -> Schema:
    """Return the schema of a command's request: its body, a reason and a signature."""
    template = f"#/components/schemas/{component_prefix(command)}{{model}}"
    schema = body_schema(command.body, template)
    schema.pop("$defs", None)
    properties = schema.setdefault("properties", {})
    required = set(schema.get("required", []))
    if "reason" not in properties:
        properties["reason"] = {
            "type": "string",
            "maxLength": LONGEST_REASON,
            "description": _("Why; it is kept in the record's history."),
        }
        if command.reason is Reason.ALWAYS:
            required.add("reason")
    if not command.outright:
        properties[GLASS] = {
            "type": "string",
            "maxLength": LONGEST_REASON,
            "description": _(
                "Why the glass has to be broken: done although a rule asks for more. It takes your signature."
            ),
        }
    if signature_of(command) != "never" or not command.outright:
        properties["signature"] = {"$ref": "#/components/schemas/Signature"}
        if signature_of(command) == "always":
            required.add("signature")
    if required:
        schema["required"] = sorted(required)
    return schema


def command_components(command: Command) -> dict[str, Schema]:
    """Return the schemas of the rows within a command's body, as components."""
    template = f"#/components/schemas/{component_prefix(command)}{{model}}"
    rows: Mapping[str, Schema] = body_schema(command.body, template).get("$defs", {})
    return {f"{component_prefix(command)}{name}": schema for name, schema in rows.items()}


def command_request(command: Command) -> Schema:
    """Return the description of a command's request body."""
    schema = command_schema(command)
    return {
        "required": bool(schema.get("required")),
        "content": {"application/json": {"schema": schema}},
    }


SIGNATURE: Schema = {
    "type": "object",
    "properties": {
        "password": {"type": "string", "format": "password", "writeOnly": True},
        "passkey": {"type": "object", "description": "The WebAuthn answer of your passkey."},
        "challenge": {"type": "string", "description": "As `POST /me:signing_challenge` gave it."},
    },
    "anyOf": [{"required": ["password"]}, {"required": ["passkey", "challenge"]}],
    "additionalProperties": False,
    "description": "Signing takes your password again, in this very request, or your passkey.",
}
