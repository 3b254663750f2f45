"""Writes the pages of `docs/records/` from the declarations of the record types: ``tools/record_pages.py``.

A test (`tests/docs/test_record_pages.py`) holds the committed pages to what this writes.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "records"

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    os.environ |= {
        "SETSQUARE_MODE": "test",
        "SETSQUARE_DATA_DIRECTORY": tempfile.mkdtemp(prefix="setsquare-pages-"),
        "DJANGO_SETTINGS_MODULE": "setsquare.project.settings",
    }
    import django

    django.setup()

from pydantic import BaseModel  # noqa: E402 - what follows needs Django set up

from setsquare.domains.organisation.permissions import known  # noqa: E402
from setsquare.kernel.commands.bodies import shown  # noqa: E402
from setsquare.kernel.commands.declaration import (  # noqa: E402
    Command,
    Meaning,
    Permitted,
    Reason,
    Rule,
    commands_of,
)
from setsquare.kernel.records.registers import filters_of  # noqa: E402
from setsquare.kernel.records.things import Thing, all_things  # noqa: E402

REASONS = {Reason.ALWAYS: "always", Reason.CONTROLLED: "where marked", Reason.NEVER: "no"}


def page_of(thing: Thing) -> str:
    """Return the page of a record type."""
    parts = (
        [f"# {thing.name}", str(thing.description), _what(thing), "## States", _states(thing)],
        ["Where a reason is asked, whoever changes the record says why; it is kept in its history."],
        ["## Commands", _commands(thing), "## Fields of the commands", *_fields(thing)],
        ["## Register", _register(thing)],
    )
    return "\n\n".join(text for part in parts for text in part if text) + "\n"


def pages() -> dict[Path, str]:
    """Return every page with its text."""
    made = {PAGES / f"{thing.code.replace('_', '-')}.md": page_of(thing) for thing in all_things()}
    lines = [f"- [{t.name}]({t.code.replace('_', '-')}.md): {t.description}" for t in all_things()]
    head = (
        "# Record types\n\nThese pages are written from the declarations by `tools/record_pages.py`, so they are "
        "always what the program does."
    )
    return {**made, PAGES / "README.md": head + "\n\n" + "\n".join(lines) + "\n"}


def _what(thing: Thing) -> str:
    words = f"Numbers follow `{thing.numbering}`. Reading takes the permission `{thing.read}`"
    label = known().get(thing.read, thing.read)
    words += f" ({label})." if str(label) != thing.read else "."
    if thing.confidential:
        words += " The trail of the organisation tells of one only to those who see it."
    return f"{words} API: `/api/v1/{thing.slug}`; web: `/{thing.slug}/`."


def _states(thing: Thing) -> str:
    rows = [
        (
            f"**{state.label}**" + (" (first)" if state.code == thing.lifecycle.initial else ""),
            f"`{state.code}`",
            "yes" if state.open else "",
            "yes" if state.controlled else "",
            "yes" if state.final else "",
        )
        for state in thing.lifecycle.states
    ]
    return _table(("State", "Code", "Work is outstanding", "Reason asked", "Final"), rows)


def _commands(thing: Thing) -> str:
    rows = [
        (
            f"**{command.label}**",
            f"`{command.name}`",
            _from_to(thing, command),
            _who(command),
            _reason(thing, command),
            _signature(command),
        )
        for command in commands_of(thing.code)
    ]
    return _table(("Command", "Name", "From → to", "Who", "Reason", "Signature"), rows)


def _reason(thing: Thing, command: Command) -> str:
    controlled = any(state.controlled for state in thing.lifecycle.states)
    if command.reason is Reason.CONTROLLED and (command.creates or not controlled):
        return "no"
    return REASONS[command.reason]


def _from_to(thing: Thing, command: Command) -> str:
    label = {state.code: state.label for state in thing.lifecycle.states}
    if command.creates:
        return f"→ {label[thing.lifecycle.initial]}"
    move = thing.lifecycle.move(command.name)
    every = len(move.sources) == len(label)
    sources = "any" if every and len(label) > 1 else ", ".join(label[code] for code in move.sources)
    ends = [label[code] for code in ((move.target,) if move.target else move.targets)]
    return f"{sources} → {' or '.join(ends)}" if ends else sources


def _who(command: Command) -> str:
    if not command.who:
        return "the system"
    return " or ".join(dict.fromkeys(_rule(rule) for rule in command.who))


def _rule(rule: Rule) -> str:
    """Say what a rule asks for: a permission, a task, or its own first line of documentation."""
    if isinstance(rule, Permitted):
        return f"`{rule.permission}`"
    closed = dict(zip(rule.__code__.co_freevars, rule.__closure__ or (), strict=False))
    if "kind" in closed:
        return f"who has the task “{closed['kind'].cell_contents}”"
    named = getattr(rule, "__qualname__", "").partition(".")[0]
    if rule.__doc__:
        return rule.__doc__.partition("\n")[0].removeprefix("Rule: ").rstrip(".").lower().replace("|", "/")
    return named.replace("_", " ")


def _signature(command: Command) -> str:
    if command.signature is None:
        return "no"
    return (
        str(command.signature.label)
        if isinstance(command.signature, Meaning)
        else "as the route or type asks"
    )


def _fields(thing: Thing) -> Iterator[str]:
    for command in commands_of(thing.code):
        if not command.who or not command.body.model_fields:
            continue
        yield f"### {command.label} (`{command.name}`)"
        if command.hint:
            yield str(command.hint)
        yield _table(("Field", "Name", "Needed", "Remark"), list(_rows(command.body)))


def _rows(body: type[BaseModel], before: str = "") -> Iterator[tuple[str, ...]]:
    for name, field in body.model_fields.items():
        how = shown(body, name)
        yield (
            str(how.label),
            f"`{before}{name}`",
            "yes" if field.is_required() else str(how.needed),
            str(how.hint),
        )
        for inner in _inner(field.annotation):
            yield from _rows(inner, f"{before}{name}[].")


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _inner(part)


def _register(thing: Thing) -> str:
    rows: list[Sequence[str]] = [
        (str(c.label), f"`{c.code}`", "yes" if c.shown else "", "yes" if c.sortable else "")
        for c in thing.columns
    ]
    table = _table(("Column", "Name", "Shown at first", "Sortable"), rows)
    return f"{table}\n\nFilters: {', '.join(f'{f.label} (`{f.code}`)' for f in filters_of(thing))}."


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def main() -> int:
    """Write the pages."""
    PAGES.mkdir(exist_ok=True)
    for file, text in pages().items():
        file.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
