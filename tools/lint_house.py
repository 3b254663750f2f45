"""The rules of this house that no general linter knows; run by ``make lint``, prints one line for each breach.

- Files have at most 500 lines, functions at most 50 (a test that tells a whole story may be longer).
- Rows are written where they may be: records through the kernel's commands alone, a domain's own rows in its
  commands, anything else only in the modules and for the models that ``allowed_writes.toml`` names.
- No sentence that is to be translated stands within an f-string, where it is not gathered.
- No tracked file names a place on somebody's machine or a package registry, or puts work off.
"""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("src/setsquare")
FILE_LINES = 500
FUNCTION_LINES = 50
OTHERS = {
    ".venv",
    ".git",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
    ".import_linter_cache",
} | {
    *("node_modules", "__pycache__", "build", "dist", "data"),
}
SOURCES = (".py", ".js", ".mjs", ".css", ".jinja")
NOT_OURS = ("/migrations/", "/static/", "frontend/specimens/")
ALLOWED = ROOT / "tools" / "allowed_writes.toml"

ROWS = "setsquare.kernel.database.rows"
"""The module whose functions write rows of whatever model they are given."""
ALWAYS_WRITES = {"bulk_create", "bulk_update", "get_or_create", "update_or_create", "save"}
WRITES_OF_QUERIES = {"create", "update", "delete"}
QUERYING = {"objects", "_default_manager", "_base_manager", "filter", "exclude", "select_for_update"}
WRITING_SQL = re.compile(r"\s*(insert|update|delete|replace|truncate)\b", re.IGNORECASE)

TRANSLATING = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "npgettext", "pgettext"}

MACHINE = re.compile(r"(?<![\w.~-])/(?:work|root|home/[a-z]\w*|tmp/\w+|Users/\w+)/")
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|--(?:extra-)?index-url"
)
PUT_OFF = re.compile(r"\b(?:TODO|FIXME|XXX)\b|pytest\.mark\.(?:skip|xfail)|pytest\.skip\(")
WORDS_ALLOWED_IN = ("tools/lint_house.py", "tests/project/test_lint_house.py", "tools/lock.sh")


def main() -> int:
    """Check every tracked file; returns 1 when a rule is broken."""
    allowed = tomllib.loads(ALLOWED.read_text("utf-8"))["writes"]
    breaches = [breach for path in tracked() for breach in check(path, allowed)]
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


def tracked() -> list[Path]:
    """List the files that git knows and that exist; without git everything that is not installed or built."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        found = (path.relative_to(ROOT) for path in sorted(ROOT.rglob("*")) if path.is_file())
        return [path for path in found if not OTHERS.intersection(path.parts)]
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [Path(name) for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


def check(path: Path, allowed: dict[str, dict[str, str]]) -> Iterator[str]:
    """Yield the breaches of one file, as ``path:line: sentence``."""
    try:
        text = (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return
    name = path.as_posix()
    if name not in WORDS_ALLOWED_IN:
        yield from words(name, text)
    if path.suffix not in SOURCES or any(part in f"/{name}" for part in NOT_OURS):
        return
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}:1: {lines} lines; a file has at most {FILE_LINES}"
    if path.suffix == ".py":
        tree = ast.parse(text, name)
        if path.parts[0] != "tests":  # a story is told in one piece
            yield from functions(name, tree)
        if path.is_relative_to(PACKAGE):
            yield from writes(name, tree, allowed.get(name, {}))
            yield from sentences(name, tree)


def words(name: str, text: str) -> Iterator[str]:
    """Yield places on a machine, registries, and work put off."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE.search(line):
            yield f"{name}:{number}: names a place on one machine ({found.group()})"
        if found := REGISTRY.search(line):
            yield f"{name}:{number}: names a package registry ({found.group()})"
        if found := PUT_OFF.search(line):
            yield f"{name}:{number}: puts work off ({found.group()})"


def functions(name: str, tree: ast.AST) -> Iterator[str]:
    """Yield functions that are too long."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {lines} lines; a function has at most {FUNCTION_LINES}"


def sentences(name: str, tree: ast.AST) -> Iterator[str]:
    """Yield sentences within f-strings: they are not gathered, and so never translated."""
    for text in ast.walk(tree):
        for call in ast.walk(text) if isinstance(text, ast.JoinedStr) else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TRANSLATING:
                yield f"{name}:{call.lineno}: a sentence within an f-string is not translated"


def writes(name: str, tree: ast.AST, allowed: Collection[str]) -> Iterator[str]:
    """Yield writes of rows in a module that may not make them; ``allowed`` are the models that it may write."""
    inside = Path(name).relative_to(PACKAGE).parts
    if inside[0] == "kernel" and inside[1] in ("commands", "records"):
        return
    is_command = inside[0] == "domains" and len(inside) > 2 and inside[2] in ("commands", "commands.py")
    own_rows = is_command or inside[0] == "kernel"
    for call in ast.walk(tree):
        if isinstance(call, ast.ImportFrom) and call.module == ROWS and "rows" not in allowed:
            yield f"{name}:{call.lineno}: writes any rows by {ROWS}; go through a command (tools/allowed_writes.toml)"
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        written = what_it_writes(call, call.func)
        if written and written not in allowed and not (own_rows and written != "Record"):
            yield f"{name}:{call.lineno}: writes {written} here; go through a command (tools/allowed_writes.toml)"


def what_it_writes(call: ast.Call, method: ast.Attribute) -> str:
    """Say what a call writes: the model's name where the code shows it; empty when it writes nothing."""
    if method.attr == "execute" and call.args and is_writing_sql(call.args[0]):
        return "rows by SQL"
    chain = list(chain_of(method.value))
    is_write = method.attr in ALWAYS_WRITES or (method.attr in WRITES_OF_QUERIES and QUERYING & set(chain))
    to_a_file = method.attr == "save" and call.args  # a workbook or a picture; a model is saved without one
    if not is_write or to_a_file or {"super()", "session"} & set(chain):
        return ""
    return chain[-1] if chain[-1][:1].isupper() else "rows"


def chain_of(node: ast.expr) -> Iterator[str]:
    """Yield the names of ``Model.objects.filter(...)`` from the last to the first."""
    while True:
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield f"{node.func.id}()"
                return
            node = node.func
        elif isinstance(node, ast.Attribute):
            yield node.attr
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            yield node.id if isinstance(node, ast.Name) else ""
            return


def is_writing_sql(statement: ast.expr) -> bool:
    """Whether the expression is SQL that changes rows, as far as its first words show."""
    if isinstance(statement, ast.JoinedStr) and statement.values:
        statement = statement.values[0]
    value = statement.value if isinstance(statement, ast.Constant) else ""
    return isinstance(value, str) and WRITING_SQL.match(value) is not None


if __name__ == "__main__":
    sys.exit(main())
