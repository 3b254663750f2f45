"""What a program leaves out of a command that edits stays as it stands: programs name what they change.

A form of a browser holds every field, and an empty one empties; a program that gave the title alone emptied the rest.
"""

from collections.abc import Mapping
from typing import Any

from setsquare.kernel.commands.declaration import Actor, Command, Situation
from setsquare.kernel.commands.running import why_not_yet
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain, thing_of


def with_the_rest(
    command: Command, actor: Actor, record: Record | None, given: Any, version: int | None
) -> tuple[Any, int | None]:
    """Return what is given for a command, where it edits with all that is not named as it stands now, and the version.

    What is to be empty is named and given empty. Of somebody who may not do it now, nothing is looked up. Where no
    version is given, it is the one that was read here, so that nothing is put back that others change meanwhile.
    """
    if not command.edits or command.initial is None or record is None or not isinstance(given, Mapping):
        return given, version
    left_out = command.body.model_fields.keys() - given.keys()
    situation = Situation(actor, thing_of(command.thing), record)
    if not left_out or why_not_yet(command, situation) is not None:
        return given, version
    as_is = {
        name: _given(plain(value)) for name, value in command.initial(situation).items() if name in left_out
    }
    whole = {**{name: value for name, value in as_is.items() if value != ""}, **given}
    return whole, record.version if version is None else version


def _given(value: Any) -> Any:
    """Return a value as a program gives it: what a row leaves empty for a form is not named."""
    if isinstance(value, list):
        return [_given(one) for one in value]
    if isinstance(value, dict):
        return {name: _given(one) for name, one in value.items() if one != ""}
    return value
