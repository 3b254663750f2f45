"""What goes wrong, as sentences at the options they concern, and as exit codes."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from setsquare.kernel.commands.errors import (
    CommandError,
    NotFound,
    NotPermitted,
    Refused,
    Stale,
    WrongState,
)
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.records.conditions import RegisterError
from setsquare.kernel.records.things import Label, thing_of
from setsquare.kernel.representation.deeds import changed_meanwhile
from setsquare.kernel.writing.limits import Unreadable

REFUSED, USAGE, NOT_FOUND, FORBIDDEN, STALE, NOT_NOW = 1, 2, 3, 4, 5, 6


class Usage(Exception):
    """The command line cannot be understood; the message says what to write instead."""


class Unknown(Exception):
    """The person or token was not recognised; the message says what to do."""


Failure = CommandError | RegisterError | Unreadable | Usage | Unknown
FAILURES = (CommandError, RegisterError, Unreadable, Usage, Unknown)


def exit_code(failure: Failure) -> int:
    """Return the exit code of a failure."""
    if isinstance(failure, Usage):
        return USAGE
    if isinstance(failure, NotFound):
        return NOT_FOUND
    if isinstance(failure, NotPermitted | Unknown):
        return FORBIDDEN
    if isinstance(failure, WrongState):
        return NOT_NOW
    return STALE if isinstance(failure, Stale) else REFUSED


def tell(failure: Failure, *, as_json: bool) -> int:
    """Write a failure to standard error and return its exit code."""
    fields: Mapping[str, Label] = failure.fields if isinstance(failure, Refused | RegisterError) else {}
    if as_json:
        text = json.dumps(_values(failure, fields), ensure_ascii=False)
    else:
        labels = failure.labels if isinstance(failure, Refused) else {}
        beside = {
            place for place, label in labels.items() if place == label
        }  # of the record, not of this command
        lines = [_at_option("" if place in beside else place, str(text)) for place, text in fields.items()]
        text = "\n".join(lines or [f"setsquare: {failure}"])
    print(text, file=sys.stderr)
    if isinstance(failure, Stale) and not as_json:
        thing = thing_of(failure.record.type)
        for passage in failure.passages:
            print(f"  {passage.entry.seq}  {sentence_of(passage, thing)}", file=sys.stderr)
            for change in passage.changes:
                print(f"     {change.path}: {change.before!r} -> {change.after!r}", file=sys.stderr)
    return exit_code(failure)


def _values(failure: Failure, fields: Mapping[str, Label]) -> dict[str, Any]:
    labels = failure.labels if isinstance(failure, Refused) else {}
    values: dict[str, Any] = {
        "code": getattr(failure, "code", "usage" if isinstance(failure, Usage) else "refused"),
        "detail": str(failure),
        "errors": [
            {"field": place, "label": labels.get(place) or place, "sentence": str(text)}
            for place, text in fields.items()
        ],
    }
    if isinstance(failure, WrongState) and failure.state:
        values |= {"state": failure.state, "states": failure.states, "first": failure.first}
    if isinstance(failure, NotPermitted) and failure.ways:
        values["ways"] = [way.values for way in failure.ways]
    if isinstance(failure, Stale):
        values["changes"] = changed_meanwhile(failure)
    return values


def _at_option(place: str, text: str) -> str:
    """Return a sentence at the option that it concerns; `audience.0.role` is row 1 of --audience."""
    if not place:
        return f"setsquare: {text}"
    name, _dot, rest = place.partition(".")
    option = "--" + name.replace("_", "-")
    row, _dot, inner = rest.partition(".")
    if row.isdigit():
        where = _("row %(row)s") % {"row": int(row) + 1}
        return f"setsquare: {option} ({where}{', ' + inner if inner else ''}): {text}"
    return f"setsquare: {option}{f' ({rest})' if rest else ''}: {text}"
