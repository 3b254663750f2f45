"""Carrying out an import: every row by the creating command, in one transaction, or none of them.

Each row is tried whatever became of those before it, so that one report names everything that has to be put right.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import Body, parse
from setsquare.kernel.commands.declaration import Actor, Command, Situation
from setsquare.kernel.commands.errors import CommandError, NotFound, NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out, why_not_permitted
from setsquare.kernel.importing.columns import (
    REASON,
    ImportColumn,
    columns_of,
    head_key,
    heads,
    importing_command,
    rows_in_lines,
    value_in,
)
from setsquare.kernel.importing.tables import Row, Table, read_table, table_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing
from setsquare.kernel.writing.limits import MEGABYTE, Unreadable

CHANNEL = "import"
"""By which way the trail says that the records came."""
MOST_ROWS = 1000
"""Rows of one import: they are made in one transaction, for which others wait."""
LARGEST = 10 * MEGABYTE
MOST_WRONG = 200
"""Sentences of one report; with these, trying further rows helps nobody."""
MOST_TOLD = 50
"""Records of which a dry run says whom they are about."""
FILE = "file"


@dataclass(frozen=True)
class Wrong:
    """What has to be put right. `column` is empty where it concerns the whole row."""

    line: int
    column: str
    label: Label
    sentence: str


@dataclass(frozen=True)
class Made:
    """A record that a row made, or in a dry run would make."""

    line: int
    number: str
    title: str
    about: tuple[str, ...] = ()
    """The names of those whom it is about, told where it is looked at before it is made."""


@dataclass(frozen=True)
class Report:
    """What came of an import. With anything in `wrong`, or in a dry run, nothing was made."""

    rows: int
    dry_run: bool
    made: tuple[Made, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    more_wrong: bool = False
    """Whether it ended early, as there was too much to put right."""

    @property
    def done(self) -> bool:
        """Tell whether the records were made."""
        return not self.dry_run and not self.wrong


class _Undo(Exception):
    """Takes back what the transaction of an import made."""


def table_from(data: bytes) -> Table:
    """Read a file that somebody sends; raises Refused at `file`."""
    if len(data) > LARGEST:
        sentence = _("This is too large: at most %(most)d MB are accepted.")
        raise Refused({FILE: sentence % {"most": LARGEST // MEGABYTE}})
    if not data.strip():
        raise Refused({FILE: _("This file is empty.")})
    try:
        return read_table(data, MOST_ROWS)
    except Unreadable as refused:
        raise Refused({FILE: refused.sentence}) from None


def table_from_rows(rows: Any) -> Table:
    """Read rows that came as JSON values; raises Refused at `rows`."""
    try:
        return table_of(rows, MOST_ROWS)
    except Unreadable as refused:
        raise Refused({"rows": refused.sentence}) from None


def bring_in(
    thing: Thing,
    actor: Actor,
    table: Table,
    *,
    dry_run: bool = False,
    reason: str = "",
    first: Callable[[], None] = lambda: None,
) -> Report:
    """Make a record of each row as `actor`, all or none; `reason` is for rows that give none.

    `first` is done in the same transaction before any row. Raises NotFound where the type is not brought in by
    tables, NotPermitted where the person may make none.
    """
    command = importing_command(thing)
    if command is None:
        raise NotFound
    if why := why_not_permitted(command, Situation(actor, thing, None)):
        raise NotPermitted(why)
    columns = columns_of(command)
    known, unknown = _placed(table, columns)
    if unknown:
        return Report(len(table.rows), dry_run, wrong=tuple(unknown))
    importer = replace(actor, channel=CHANNEL)
    rows = [
        _Given(command, importer, known, lines, reason) for lines in _gathered(command, known, table.rows)
    ]
    _mark_repeated(rows)
    for row in rows:
        row.read_early()
    made: list[Made] = []
    wrong: list[Wrong] = []
    try:
        with transaction.atomic():
            first()
            for row in rows:
                found = _try(row, columns)
                if isinstance(found, Made):
                    made.append(found)
                else:
                    wrong.extend(found)
                if len(wrong) >= MOST_WRONG:
                    break
            made[:MOST_TOLD] = _naming(thing, made[:MOST_TOLD], dry_run=dry_run)
            if wrong or dry_run:
                raise _Undo
    except _Undo:
        pass
    more = len(wrong) >= MOST_WRONG
    return Report(len(table.rows), dry_run, () if wrong else tuple(made), tuple(wrong[:MOST_WRONG]), more)


def _placed(table: Table, columns: list[ImportColumn]) -> tuple[dict[str, ImportColumn], list[Wrong]]:
    """Return the columns by the table's headings, and what is wrong with these."""
    possible = heads(columns)
    names = ", ".join(column.name for column in columns)
    known: dict[str, ImportColumn] = {}
    wrong: list[Wrong] = []
    for head in table.head:
        column = possible.get(head_key(head))
        if column is None:
            sentence = _("There is no such column; there are: %(names)s.") % {"names": names}
            wrong.append(Wrong(table.line, head, head, sentence))
        elif column in known.values():
            sentence = _("This column stands twice in it.")
            wrong.append(Wrong(table.line, column.name, column.label, sentence))
        else:
            known[head] = column
    missing = [column for column in columns if column.required and column not in known.values()]
    for column in missing if not wrong else ():
        if column.name != REASON:
            sentence = _("This column is missing; each row has to say it.")
            wrong.append(Wrong(table.line, column.name, column.label, sentence))
    return known, wrong


ONE = ("title", "unit")
"""What lines have in common that make one record."""


def _gathered(command: Command, known: Mapping[str, ImportColumn], rows: Sequence[Row]) -> list[list[Row]]:
    """Return the lines that make one record each, in the order in which the records begin."""
    if not rows_in_lines(command):
        return [[row] for row in rows]
    found: dict[tuple[Any, ...], list[Row]] = {}
    heads_of = [next((head for head, column in known.items() if column.name == name), "") for name in ONE]
    for row in rows:
        said = tuple(str(row.cells.get(head, "")).strip() for head in heads_of)
        found.setdefault(said, []).append(row)
    return list(found.values())


@dataclass
class _Given:
    """A record’s lines, most often one, and what they give to the command."""

    command: Command
    actor: Actor
    known: Mapping[str, ImportColumn]
    lines: Sequence[Row]
    reason: str
    earlier: int = 0
    """The row before it that says the same."""
    body: Body | None = None
    """As it was read before others had to wait; None where it could not be read without the rows above it."""

    def read_early(self) -> None:
        """Read the row before the transaction begins: looking up what it names takes time, but no lock."""
        with suppress(Refused):
            self.body = parse(self.command.body, self._values()[0], self.actor)

    def carry_out(self) -> Record:
        """Make the record of the row; what could not be read before may name what a row above has made."""
        values, reason = self._values()
        body = values if self.body is None else self.body
        return carry_out(self.command.thing, self.command.name, self.actor, body=body, reason=reason).record

    @property
    def line(self) -> int:
        """Return where it begins."""
        return self.lines[0].line

    def _values(self) -> tuple[dict[str, Any], str]:
        """Return the lines as the command takes them, with the reason that the trail keeps.

        Raises Refused by column; a column of rows is named with its place (`steps.2.role`).
        """
        values: dict[str, Any] = {}
        wrong: dict[str, Label] = {}
        rows: list[dict[str, Any]] = []
        for place, line in enumerate(self.lines):
            rows.append({})
            for head, cell in line.cells.items():
                column = self.known[head]
                at = f"{column.of}.{place}.{column.name}" if column.of else column.name
                try:
                    value = value_in(column, cell)
                except ValueError as error:
                    wrong[at] = str(error)
                    continue
                if column.of:
                    rows[-1][column.name] = value
                elif values.setdefault(column.name, value) != value:
                    wrong[f"{rows_in_lines(self.command)}.{place}.{column.name}"] = _(
                        "Line %(line)s says something else of the same record."
                    ) % {"line": self.line}
        if self.earlier:
            sentence = _("This row says the same as row %(row)s; leave one of them out.")
            wrong[""] = sentence % {"row": self.earlier}
        if wrong:
            raise Refused(wrong)
        if field := rows_in_lines(self.command):
            values[field] = rows if len(rows) > 1 or rows[0] else []
        if self.reason:
            values.setdefault(REASON, self.reason)
        own = REASON in self.command.body.model_fields
        return values, str(values.get(REASON, "") if own else values.pop(REASON, ""))

    def line_at(self, place: str) -> tuple[int, str]:
        """Return the line that a refused place is about, and what of it: `steps.2.role` is `role` of the third."""
        name, _dot, rest = place.partition(".")
        number, _dot, inner = rest.partition(".")
        if (
            name
            and name == rows_in_lines(self.command)
            and number.isdigit()
            and int(number) < len(self.lines)
        ):
            return self.lines[int(number)].line, inner
        return self.line, place


def _naming(thing: Thing, made: list[Made], *, dry_run: bool) -> list[Made]:
    """Return what a dry run would make with the names of those whom each is about; without one, as it is."""
    if not dry_run:
        return made
    return [replace(one, about=_about(thing, one.number)) for one in made]


def _about(thing: Thing, number: str) -> tuple[str, ...]:
    """Return the names of those whom a record is about, such as the person of a certificate."""
    usernames = thing.about(Record.objects.get(number=number))
    if not usernames:
        return ()
    people = User.objects.filter(username__in=usernames).order_by("name")
    return tuple(people.values_list("name", flat=True))


def _mark_repeated(rows: list[_Given]) -> None:
    seen: dict[str, int] = {}
    for given in rows:
        cells = repr([sorted(row.cells.items(), key=lambda item: item[0]) for row in given.lines])
        earlier = seen.setdefault(cells, given.line)
        given.earlier = earlier if earlier != given.line else 0


def _try(given: _Given, columns: list[ImportColumn]) -> Made | list[Wrong]:
    """Carry out a row within the import's transaction; a row that is refused leaves nothing behind."""
    labels: dict[str, Label] = {column.name: column.label for column in columns}
    try:
        record = given.carry_out()
    except Refused as refused:
        found = []
        for place, sentence in refused.fields.items():
            line, inner = given.line_at(place)
            name, _dot, rest = inner.partition(".")
            said = f"{_place(rest)}{sentence}"
            found.append(Wrong(line, name, labels.get(name, name), said))
        return found
    except CommandError as refused:
        return [Wrong(given.line, "", "", str(refused.sentence))]
    return Made(given.line, record.number, record.title)


def _place(rest: str) -> str:
    """Return which value of a list a sentence is about, such as “2: ”; empty where there is one."""
    number, _dot, inner = rest.partition(".")
    if not number.isdigit():
        return f"{rest}: " if rest else ""
    return f"{int(number) + 1}{f', {inner}' if inner else ''}: "
