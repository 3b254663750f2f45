"""What can be done, as JSON values: record types, their commands, and what a person may do now."""

import typing
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import Body, Shown
from setsquare.kernel.commands.declaration import Command, Meaning, Permitted, Reason, commands_of
from setsquare.kernel.commands.offering import Offer
from setsquare.kernel.records.registers import filters_of, sorts_of
from setsquare.kernel.records.things import Filter, Label, Thing, thing_of
from setsquare.kernel.representation.records import Values, texts_of


def translated(label: Label) -> str:
    """Return a label of the declarations in the reader's language; lifecycle tables hold it untranslated."""
    return _(str(label)) if label else ""


def body_schema(body: type[Body], template: str = "#/$defs/{model}") -> Values:
    """Return the JSON Schema of a command's body, titled and explained in the reader's language."""
    return body.model_json_schema(ref_template=template)


def body_choices(model: type[BaseModel], at: str = "") -> Values:
    """Return the choices that a body's fields have by data, by field (dotted for rows): code to label."""
    found: Values = {}
    for name, field in model.model_fields.items():
        path = f"{at}{name}"
        for item in field.metadata:
            if isinstance(item, Shown) and (options := item.options()):
                found[path] = {str(code): str(label) for code, label in options.items()}
        for row in rows_in(field.annotation):
            found |= body_choices(row, f"{path}.")
    return found


def rows_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a field holds, itself or as rows of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in rows_in(part)]


def permissions_for(command: Command) -> list[str]:
    """Return the permissions any of which lets a person carry out the command."""
    return [rule.permission for rule in command.who if isinstance(rule, Permitted)]


def signature_of(command: Command) -> str:
    """Tell whether the command takes a signature: `always`, `sometimes` or `never`."""
    if command.signature is None:
        return "never"
    return "always" if isinstance(command.signature, Meaning) else "sometimes"


def states_of(command: Command) -> tuple[list[str], list[str]]:
    """Return the states from which a command leads and where it may end (nothing: it stays)."""
    if command.creates:
        return [], [thing_of(command.thing).lifecycle.initial]
    move = thing_of(command.thing).lifecycle.move(command.name)
    return list(move.sources), [move.target] if move.target else list(move.targets)


def reason_of(command: Command) -> Reason:
    """Tell when the command asks for a reason, as its states have it."""
    if command.reason is not Reason.CONTROLLED:
        return command.reason
    lifecycle = thing_of(command.thing).lifecycle
    touched = any(lifecycle.state(code).controlled for code in states_of(command)[0])
    return Reason.CONTROLLED if touched else Reason.NEVER


def command(declared: Command, *, with_schema: bool = True) -> Values:
    """Return a command's declaration."""
    sources, targets = states_of(declared)
    values: Values = {
        "name": declared.name,
        "label": translated(declared.label),
        "hint": translated(declared.hint),
        "creates": declared.creates,
        "from": sources,
        "to": targets,
        "permissions": permissions_for(declared),
        "signature": signature_of(declared),
        "reason": str(reason_of(declared)),
        "danger": declared.danger,
        "bulk": declared.bulk,
    }
    if with_schema:
        values["schema"] = body_schema(declared.body)
        values["choices"] = body_choices(declared.body)
    return values


def offer(offered: Offer) -> Values:
    """Return a command before a person: whether they may do it now, or why not."""
    meaning = offered.meaning
    return {
        "name": offered.command.name,
        "label": translated(offered.command.label),
        "hint": translated(offered.command.hint),
        "allowed": offered.why_not is None,
        "why_not": str(offered.why_not) if offered.why_not is not None else None,
        "countersigned": offered.countersigned,
        "glass": offered.breakable,
        "prominent": offered.command.prominent,
        "danger": offered.command.danger,
        "needs_reason": offered.needs_reason,
        "signature": None
        if meaning is None
        else {
            "meaning": meaning.code,
            "label": translated(meaning.label),
            "statement": translated(meaning.statement),
        },
    }


def _labels(choices: Mapping[str, Label]) -> dict[str, str]:
    return {str(code): translated(label) for code, label in choices.items()}


def _filter(declared: Filter, reader: User) -> Values:
    return {
        "code": declared.code,
        "label": translated(declared.label),
        "kind": str(declared.kind),
        "choices": _labels(declared.options(reader)),
    }


def thing(declared: Thing, reader: User) -> Values:
    """Return a record type: states, columns, filters with what `reader` chooses from, commands."""
    lifecycle = declared.lifecycle
    return {
        "code": declared.code,
        "slug": declared.slug,
        "name": translated(declared.name),
        "plural": translated(declared.plural),
        "description": translated(declared.description),
        "element": str(declared.element),
        "read": declared.read,
        "initial": lifecycle.initial,
        "states": [
            {
                "code": state.code,
                "label": translated(state.label),
                "colour": str(state.colour),
                "open": state.open,
                "controlled": state.controlled,
                "final": state.final,
            }
            for state in lifecycle.states
        ],
        "columns": [
            {
                "code": column.code,
                "label": translated(column.label),
                "kind": str(column.kind),
                "choices": _labels(column.choices),
            }
            for column in declared.columns
        ],
        "filters": [_filter(known, reader) for known in filters_of(declared)],
        "sorts": list(sorts_of(declared)),
        "texts": list(texts_of(declared)),
        "commands": [command(known) for known in commands_of(declared.code) if known.who],
    }
