"""The columns of an import: the fields of the type's creating command, and what may stand in a cell."""

import json
import re
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from pydantic import BaseModel

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import Body, rows_of, shown
from setsquare.kernel.commands.declaration import Actor, Command, Reason, Situation, commands_of
from setsquare.kernel.commands.running import why_not_permitted
from setsquare.kernel.importing.days import DAYS, MOMENTS, day_in, moment_in, written
from setsquare.kernel.records.things import Label, Thing

CREATE = "create"
REASON = "reason"
SEPARATOR = re.compile(r"[;\n]")
_YES = frozenset({"yes", "true", "1", "x", "y"})
_NO = frozenset({"no", "false", "0", "n", "-"})


class Form(StrEnum):
    """What stands in a cell."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "date-time"
    CHOICE = "choice"
    PERSON = "person"
    UNIT = "unit"
    ROLE = "role"
    RECORD = "record"
    ROWS = "rows"
    """Rows of their own, as JSON."""
    FILE = "sha256"
    """A file that was brought in before, by its digest."""


@dataclass(frozen=True)
class ImportColumn:
    """A column: a field of the command's input."""

    name: str
    label: Label
    hint: Label
    form: Form
    required: bool
    many: bool = False
    """Several values in one cell, separated by semicolons."""
    choices: Mapping[str, Label] = field(default_factory=dict)
    of: str = ""
    """The field whose rows this is a part of, where each line of the table is one row of it."""

    def says(self) -> str:
        """Return in words what a cell holds."""
        words = {
            Form.TEXT: _("text"),
            Form.NUMBER: _("number"),
            Form.BOOLEAN: _("yes or no"),
            Form.DATE: _("date, such as 2026-11-30 or %(local)s") % {"local": written(DAYS)},
            Form.DATETIME: _("date and time, such as 2026-11-30T09:00 or %(local)s")
            % {"local": written(MOMENTS)},
            Form.CHOICE: _("one of: %(names)s") % {"names": ", ".join(self.choices)},
            Form.PERSON: _("sign-in name or e-mail address"),
            Form.UNIT: _("code of a unit"),
            Form.ROLE: _("code of a role"),
            Form.RECORD: _("number of a record"),
            Form.ROWS: _("JSON"),
            Form.FILE: _("SHA-256 of a file that was brought in before"),
        }
        return (
            _("%(what)s; several separated by ;") % {"what": words[self.form]}
            if self.many
            else words[self.form]
        )


_by_hand: set[str] = set()
_lines_are: dict[str, str] = {}


def imports_by_hand(thing_code: str) -> None:
    """Say that a record type has an import of its own, which takes more than a table."""
    _by_hand.add(thing_code)


def lines_are(thing_code: str, field: str) -> None:
    """Say that each line of an import is one row of a field: lines of the same title and unit make one record."""
    _lines_are[thing_code] = field


def rows_in_lines(command: Command) -> str:
    """Return the field whose rows the lines of an import are; empty where each line is a record."""
    return _lines_are.get(command.thing, "")


def importing_command(thing: Thing) -> Command | None:
    """Return the command that each row of an import carries out; None where the type is not brought in by tables.

    Left out are types with an import of their own, that only the system makes, or whose making takes a signature or
    a file.
    """
    if thing.code in _by_hand:
        return None
    fitting = [command for command in commands_of(thing.code) if _fits(command)]
    return next((command for command in fitting if command.name == CREATE), next(iter(fitting), None))


def _fits(command: Command) -> bool:
    if not (command.creates and command.who and command.listed) or command.signature is not None:
        return False
    return not _needs_file(command.body)


@cache
def _needs_file(body: type[Body]) -> bool:
    """Tell whether it takes a file that has to be given; choices that are data cannot be asked yet at the start."""
    schema = body.model_json_schema()
    needed = [schema["properties"][name] for name in schema.get("required", ())]
    return any(Form.FILE in (field.get("format"), field.get("items", {}).get("format")) for field in needed)


def may_import(thing: Thing, actor: Actor) -> bool:
    """Tell whether the person may bring in records of this type into some unit."""
    command = importing_command(thing)
    return command is not None and why_not_permitted(command, Situation(actor, thing, None)) is None


def columns_of(command: Command, *, living: bool = True) -> list[ImportColumn]:
    """Return the columns of a command's import in the order of its fields; the reason comes last.

    Without `living`, choices that are data are left out: a description is made before there is a database.
    """
    found = _columns(command.body, living=living)
    if field := rows_in_lines(command):
        inner = rows_of(command.body, field)
        found = [column for column in found if column.name != field]
        found += [replace(column, of=field) for column in _columns(inner, living=living)]
    if all(column.name != REASON for column in found):
        needed = command.reason is Reason.ALWAYS
        hint = _("Why; it is kept in the record's history.")
        found.append(ImportColumn(REASON, _("Reason"), hint, Form.TEXT, needed))
    return found


def _columns(body: type[BaseModel], *, living: bool) -> list[ImportColumn]:
    schema = body.model_json_schema()
    required, rows = set(schema.get("required", [])), schema.get("$defs", {})
    return [
        _column(body, name, declared, rows, required=name in required, living=living)
        for name, declared in schema.get("properties", {}).items()
    ]


def _column(
    body: type[BaseModel],
    name: str,
    declared: Mapping[str, Any],
    rows: Mapping[str, Any],
    *,
    required: bool,
    living: bool,
) -> ImportColumn:
    said = shown(body, name)
    parts = [part for part in declared.get("anyOf", [declared]) if part.get("type") != "null"]
    kind = _resolved(parts[0], rows)
    many = kind.get("type") == "array"
    inner = _resolved(kind.get("items", {}), rows) if many else kind
    options = said.options() if living or not said.living else {}
    choices: Mapping[str, Label] = {str(code): label for code, label in options.items()}
    choices = choices or {str(value): str(value) for value in inner.get("enum", ())}
    form = _form(inner, choices, single=len(parts) == 1)
    return ImportColumn(name, said.label, said.hint, form, required, many and form is not Form.ROWS, choices)


def _resolved(schema: Mapping[str, Any], rows: Mapping[str, Any]) -> Mapping[str, Any]:
    found = rows[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return typing.cast(Mapping[str, Any], found)


def _form(kind: Mapping[str, Any], choices: Mapping[str, Label], *, single: bool) -> Form:
    known = {str(form) for form in Form}
    if str(kind.get("format", "")) in known:
        return Form(kind["format"])
    if choices:
        return Form.CHOICE
    forms = {"boolean": Form.BOOLEAN, "integer": Form.NUMBER, "number": Form.NUMBER, "string": Form.TEXT}
    found = forms.get(str(kind.get("type", "")), Form.ROWS)
    return found if single or found is not Form.NUMBER else Form.TEXT


def heads(columns: list[ImportColumn]) -> dict[str, ImportColumn]:
    """Return the columns by what their heading may be: the field's name, or its label in the person's language."""
    found: dict[str, ImportColumn] = {}
    for column in columns:
        names = [column.name, str(column.label)]
        with override("en"):
            names.append(str(column.label))
        for name in names:
            found.setdefault(head_key(name), column)
    return found


def head_key(text: str) -> str:
    """Return what tells headings apart: letters and digits, whatever their case."""
    return "_".join(re.findall(r"\w+", text.casefold().replace("_", " ")))


def value_in(column: ImportColumn, cell: Any) -> Any:
    """Return what a cell says as the command takes it; raises ValueError with a sentence."""
    if not isinstance(cell, str):
        if isinstance(cell, list) and column.form in (Form.PERSON, Form.CHOICE):
            return [_single(column, item) if isinstance(item, str) else item for item in cell]
        return cell
    if column.form is Form.ROWS:
        try:
            return json.loads(cell)
        except (ValueError, RecursionError):
            raise ValueError(_('Write JSON here, such as [{"name": "value"}].')) from None
    if column.many:
        parts = (part.strip() for part in SEPARATOR.split(cell))
        return [_single(column, part) for part in parts if part]
    return _single(column, cell)


def _single(column: ImportColumn, text: str) -> Any:
    if column.form is Form.BOOLEAN:
        return _truth(text)
    if column.form is Form.CHOICE:
        return _choice(column, text)
    if column.form is Form.DATE:
        return day_in(text)
    if column.form is Form.DATETIME:
        return moment_in(text)
    if column.form is Form.PERSON and "@" in text:
        return _by_mail(text)
    return text


def _truth(text: str) -> bool:
    word = text.strip().casefold()
    if word in _YES or word == _("Yes").casefold():
        return True
    if word in _NO or word == _("No").casefold():
        return False
    raise ValueError(_("Say yes or no."))


def _choice(column: ImportColumn, text: str) -> str:
    """Return the code that a text stands for: by the code itself or by its label."""
    if text in column.choices:
        return text
    word = text.strip().casefold()
    for code, label in column.choices.items():
        if word in (code.casefold(), str(label).casefold()):
            return code
    raise ValueError(_("Choose one of: %(expected)s.") % {"expected": ", ".join(column.choices)})


def _by_mail(address: str) -> str:
    found = list(
        User.objects.filter(email__iexact=address, is_active=True).values_list("username", flat=True)[:2]
    )
    if not found:
        sentence = _("There is nobody with the e-mail address “%(address)s”.")
        raise ValueError(sentence % {"address": address})
    if len(found) > 1:
        sentence = _("Several people have the e-mail address “%(address)s”; give a sign-in name.")
        raise ValueError(sentence % {"address": address})
    return str(found[0])
