"""Options from bodies: each field of a command's input is an option, rows are JSON, files are paths."""

import argparse
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.representation.declarations import body_schema
from setsquare.kernel.writing.limits import Unreadable

Schema = dict[str, Any]
TAKEN = frozenset({"as", "json", "token", "password-file", "version", "help"})
"""Options that every command has; a field of such a name is `--field-<name>`."""


class Form(StrEnum):
    """How a field is written on the command line."""

    TEXT = "text"
    FLAG = "flag"
    LIST = "list"
    ROWS = "rows"
    FILE = "file"
    FILES = "files"


@dataclass(frozen=True)
class Field:
    """A field of a body as an option."""

    name: str
    form: Form
    nullable: bool
    required: bool
    help: str
    choices: tuple[str, ...] = ()
    format: str = ""

    @property
    def option(self) -> str:
        """Return the option's name."""
        name = self.name.replace("_", "-")
        return f"--field-{name}" if name in TAKEN else f"--{name}"

    @property
    def destination(self) -> str:
        """Return where its value is found among the parsed options."""
        return f"body_{self.name}"


def fields_of(body: type[Body]) -> list[Field]:
    """Return the options for a body, in the order of its fields."""
    schema = body_schema(body)
    required = set(schema.get("required", []))
    rows = schema.get("$defs", {})
    return [
        _field(name, declared, rows, name in required)
        for name, declared in schema.get("properties", {}).items()
    ]


def _field(name: str, declared: Schema, rows: Schema, required: bool) -> Field:
    parts = declared.get("anyOf", [declared])
    nullable = any(part.get("type") == "null" for part in parts)
    kind = _resolved(next(part for part in parts if part.get("type") != "null"), rows)
    inner = _resolved(kind.get("items", {}), rows)
    form = _form(kind, inner)
    words = [declared.get("title", ""), declared.get("description", "")]
    described = inner if form is Form.LIST else kind
    return Field(
        name,
        form,
        nullable,
        required,
        ": ".join(word for word in words if word),
        tuple(str(value) for value in described.get("enum", ())),
        str(described.get("format", "")),
    )


def _resolved(schema: Schema, rows: Schema) -> Schema:
    if "$ref" in schema:
        found: Schema = rows[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _form(kind: Schema, inner: Schema) -> Form:
    if kind.get("format") == "sha256":
        return Form.FILE
    if kind.get("type") == "array":
        if inner.get("format") == "sha256":
            return Form.FILES
        return Form.ROWS if inner.get("type") in ("object", "array") or "anyOf" in inner else Form.LIST
    if kind.get("type") == "boolean":
        return Form.FLAG
    return Form.ROWS if kind.get("type") in ("object", None) and "enum" not in kind else Form.TEXT


def add_field(parser: Any, field: Field) -> None:
    """Add the option of a field; what it lacks is refused with the body, at the option."""
    text = field.help.replace("%", "%%") + (f" [{', '.join(field.choices)}]" if field.choices else "")
    if field.form is Form.FLAG:
        parser.add_argument(
            field.option,
            dest=field.destination,
            action=argparse.BooleanOptionalAction,
            default=None,
            help=text,
        )
        return
    several = field.form in (Form.LIST, Form.FILES)
    more = {
        Form.LIST: _("may be given several times"),
        Form.FILES: _("a path; may be given several times"),
        Form.FILE: _("a path"),
        Form.ROWS: _("JSON, or @ and a file of JSON"),
    }.get(field.form, "")
    if field.required:
        more = ", ".join(word for word in (_("required"), more) if word)
    parser.add_argument(
        field.option,
        dest=field.destination,
        metavar=_metavar(field),
        action="append" if several else "store",
        default=None,
        help=f"{text} ({more})" if more else text,
    )


def _metavar(field: Field) -> str:
    if field.form is Form.ROWS:
        return "JSON"
    if field.form in (Form.FILE, Form.FILES):
        return "PATH"
    return (field.format or "text").replace("-", "_").upper()


def body_from(options: argparse.Namespace, fields: list[Field], user: User) -> dict[str, Any]:
    """Return the body that the options make; files are taken in. Raises Refused or Unreadable."""
    body: dict[str, Any] = {}
    for field in fields:
        given = getattr(options, field.destination)
        if given is not None:
            body[field.name] = _value(field, given, user)
    return body


def _value(field: Field, given: Any, user: User) -> Any:
    if field.form is Form.FILE:
        return _file(field, given, user) if given or not field.nullable else None
    if field.form is Form.FILES:
        return [_file(field, path, user) for path in given]
    if field.form is Form.ROWS:
        return _rows(field, given)
    if field.form is Form.TEXT:
        if given == "" and field.nullable:
            return None
        return _text(field, given)
    return given


def _text(field: Field, given: str) -> str:
    """Return a text; `@path` stands for what is in the file, `@@` for a text that begins with @."""
    if given.startswith("@@"):
        return given[1:]
    return _read(field, given[1:]).decode("utf-8-sig", "replace") if given.startswith("@") else given


def _rows(field: Field, given: str) -> Any:
    text = _text(field, given)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused({field.name: _("This is not JSON: %(why)s.") % {"why": error}}) from None


def _file(field: Field, path: str, user: User) -> str:
    data = _read(field, path)
    try:
        return take_in(user, data, Path(path).name).blob_id
    except Unreadable as unreadable:
        raise Refused({field.name: unreadable.sentence}) from None


def _read(field: Field, path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise Refused(
            {field.name: _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": why}}
        ) from None
