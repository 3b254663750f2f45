"""Checks at start-up: a declaration that contradicts itself never comes into service."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from setsquare.kernel.commands.bodies import Shown
from setsquare.kernel.commands.declaration import Command, all_commands
from setsquare.kernel.records.numbering import NumberingError, check_pattern
from setsquare.kernel.records.things import Thing, all_things


@register("setsquare")
def declarations_agree(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Return what is wrong with the declared record types and commands."""
    things = {thing.code: thing for thing in all_things()}
    found = [error for command in all_commands() for error in _of_command(command, things)]
    return found + [error for thing in things.values() for error in _of_thing(thing)]


def _of_command(command: Command, things: dict[str, Thing]) -> Iterator[CheckMessage]:
    thing = things.get(command.thing)
    if thing is None:
        yield Error(f"Command {command.key} belongs to no registered record type.", id="setsquare.E001")
        return
    if not command.creates and command.name not in thing.lifecycle.moves:
        hint = "Add a row to the lifecycle table in the domain's states.py."
        yield Error(
            f"Command {command.key} has no row in the lifecycle table.", hint=hint, id="setsquare.E002"
        )
    if (
        command.creates
        and command.who
        and command.made_in is None
        and "unit" not in command.body.model_fields
    ):
        hint = "Let made_in= return the unit in which it makes the record."
        yield Error(
            f"Rules cannot be asked at {command.key}: its unit is unknown.", hint=hint, id="setsquare.E006"
        )
    if callable(command.signature) and not command.meanings and thing.ruled:
        hint = "Let meanings= hold all that the function may return."
        yield Error(
            f"It is unknown what a signature of {command.key} may say.", hint=hint, id="setsquare.E007"
        )
    for name, field in command.body.model_fields.items():
        if not any(isinstance(item, Shown) for item in field.metadata):
            hint = "Give it a label: Annotated[..., Shown(_('...'))]."
            yield Error(f"Field {name} of {command.key} has no label.", hint=hint, id="setsquare.E003")


def _of_thing(thing: Thing) -> Iterator[CheckMessage]:
    declared = {command.name for command in all_commands() if command.thing == thing.code}
    if unknown := sorted(set(thing.lifecycle.moves) - declared):
        yield Error(
            f"The lifecycle of {thing.code} has rows without a command: {unknown}.", id="setsquare.E004"
        )
    try:
        check_pattern(thing.numbering)
    except NumberingError as error:
        yield Error(f"{thing.code}: {error}", id="setsquare.E005")
