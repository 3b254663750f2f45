"""Writes `docs/methods/checked-against.md` from the tests of the quality methods: ``tools/checked_against.py``.

Read from the sources of `tests/methods/*.py`, without running them: each test's ``@checked(source, *methods, by=...)``,
and of the modules that hold reference cases ``REACHED``, rows of a source, the methods and the cases' names. A test
(`tests/methods/test_checked_against.py`) holds the committed page to what this writes.
"""

import ast
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "methods"
PAGE = ROOT / "docs" / "methods" / "checked-against.md"

HEADINGS = {
    "figures": ("Printed figures", "Numbers that a book, a paper, a standard or a handbook prints."),
    "program": ("Other programs", "Numbers of other programs for the same data, run in the test or quoted."),
    "simulation": ("Simulation", "Random data of a known process, counted and held against theory."),
    "twin": ("Twins and properties", "The same computed in a plain or another way; what has to hold for all data."),
}  # fmt: skip

HEAD = """# Checked against

What the tests of `setsquare.methods` hold each method against. This page is written by `tools/checked_against.py` from
the tests themselves; [the overview](README.md) says how a test declares it. Where a source contradicts the definition
of the method (rounded constants above all), the page of the family says so with both numbers."""

CASES = """## Reference cases

Whole examples with data, parameters and expected numbers. They stand in a file outside the project, because the data
belong to others; tests read it where the variable `REFERENCE_CASES` names it."""


@dataclass(frozen=True)
class Fact:
    """What one test holds methods against."""

    source: str
    methods: tuple[str, ...]
    by: str
    test: str
    file: str


@dataclass(frozen=True)
class Reached:
    """Reference cases of one source."""

    source: str
    methods: tuple[str, ...]
    cases: tuple[str, ...]


@functools.cache
def facts() -> tuple[Fact, ...]:
    """Return what the tests declare, in the order of their files."""
    return tuple(fact for path in sorted(TESTS.glob("test_*.py")) for fact in _facts(path))


@functools.cache
def reached() -> tuple[Reached, ...]:
    """Return the rows of reference cases of all modules, in the order of their files."""
    return tuple(row for path in sorted(TESTS.glob("*.py")) for row in _reached(path))


def _facts(path: Path) -> Iterator[Fact]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.FunctionDef):
            continue
        for call in node.decorator_list:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "checked":
                source, *methods = (ast.literal_eval(argument) for argument in call.args)
                by = next((ast.literal_eval(word.value) for word in call.keywords), "figures")
                yield Fact(source, tuple(methods), by, node.name, path.name)


def _reached(path: Path) -> Iterator[Reached]:
    for node in ast.parse(path.read_text("utf-8")).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == "REACHED" and isinstance(node, ast.Assign):
            for source, methods, cases in ast.literal_eval(node.value):
                yield Reached(source, tuple(methods.split()), tuple(cases.split()))


def page() -> str:
    """Return the page."""
    known, cases = facts(), reached()
    parts = [HEAD, _counts(known, cases)]
    for by, (title, text) in HEADINGS.items():
        chosen = sorted(
            (fact for fact in known if fact.by == by), key=lambda fact: (fact.methods, fact.source)
        )
        if chosen:
            parts += [f"## {title}", text, _table(chosen)]
    rows = [
        f"| {_names(row.methods)} | {row.source} | {len(row.cases)} |" for row in sorted(cases, key=_family)
    ]
    parts += [CASES, "\n".join(["| Methods | Source | Cases |", "|---|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"


def _counts(known: Sequence[Fact], cases: Sequence[Reached]) -> str:
    named = [name for fact in known for name in fact.methods] + [
        name for row in cases for name in row.methods
    ]
    families = sorted({name.split(".")[0] for name in named})
    heads = [title for title, _ in HEADINGS.values()]
    lines = ["| Family | " + " | ".join([*heads, "Reference cases"]) + " |", "|---" * (len(heads) + 2) + "|"]
    for family in families:
        of = [fact for fact in known if any(name.split(".")[0] == family for name in fact.methods)]
        found = {case for row in cases if row.methods[0].split(".")[0] == family for case in row.cases}
        numbers = [sum(fact.by == by for fact in of) for by in HEADINGS] + [len(found)]
        lines.append(f"| `{family}` | " + " | ".join(str(number or "") for number in numbers) + " |")
    return "\n".join(lines)


def _table(chosen: list[Fact]) -> str:
    lines = ["| Methods | Against | Test |", "|---|---|---|"]
    for fact in chosen:
        words = fact.test.removeprefix("test_").replace("_", " ")
        lines.append(
            f"| {_names(fact.methods)} | {fact.source} | [{words}](../../tests/methods/{fact.file}) |"
        )
    return "\n".join(lines)


def _family(row: Reached) -> tuple[tuple[str, ...], str]:
    return row.methods, row.source


def _names(methods: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in methods)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
