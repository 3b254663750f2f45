"""A record type that is registered and has no generic test case fails the build."""

import ast
from pathlib import Path

from setsquare.kernel.records.things import all_things

TESTS = Path(__file__).resolve().parent.parent


def _cases(path: Path) -> set[str]:
    """Return the types that a module's classes name which derive from ThingCase or a case derived from it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and any(
            getattr(base, "id", "").endswith("Case") for base in node.bases
        ):
            for line in node.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "thing":
                    found.add(ast.literal_eval(line.value))
    return found


def test_every_registered_type_has_a_case() -> None:
    tested: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        tested |= _cases(path)
    missing = sorted(thing.code for thing in all_things() if thing.code not in tested)
    assert not missing, f"Derive a class from tests.cases.ThingCase for: {', '.join(missing)}"
