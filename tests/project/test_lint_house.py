"""The house's own linter finds what it is there for, and nothing else."""

import ast
import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "lint_house.py"
SPEC = importlib.util.spec_from_file_location("lint_house", SCRIPT)
assert SPEC is not None
assert SPEC.loader is not None
lint_house = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lint_house)

FACE = "src/setsquare/faces/web/page.py"
QUERY = "src/setsquare/domains/documents/queries.py"
COMMAND = "src/setsquare/domains/documents/commands/writing.py"
KERNEL = "src/setsquare/kernel/tasks/queries.py"
DOOR = "src/setsquare/kernel/commands/running.py"


def writes(name: str, code: str, allowed: tuple[str, ...] = ()) -> list[str]:
    return list(lint_house.writes(name, ast.parse(code), allowed))


@pytest.mark.parametrize(
    "code",
    [
        "Record.objects.filter(pk=1).update(state='x')",
        "Record.objects.create(title='x')",
        "Record.objects.bulk_create(rows)",
        "Record._default_manager.get_or_create(pk=1)",
        "record.save()",
        "record.save(update_fields=['title'])",
        "Record.objects.select_for_update().filter(pk=1).delete()",
        "from setsquare.kernel.database.rows import insert",
        "cursor.execute('UPDATE records_record SET state = 1')",
        "cursor.execute(f'DELETE FROM {table}')",
    ],
)
def test_a_write_outside_a_command_is_found(code):
    assert len(writes(FACE, code)) == 1
    assert len(writes(QUERY, code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "values.update(a=1)",
        "digest.update(data)",
        "path.delete()",
        "book.save(target)",
        "request.session.save()",
        "super().save()",
        "cursor.execute('SELECT 1')",
        "Record.objects.filter(pk=1)",
        "make.create(title='x')",
    ],
)
def test_what_writes_no_row_is_let_be(code):
    assert writes(FACE, code) == []


def test_a_domain_writes_its_own_rows_in_its_commands_but_never_a_record():
    assert writes(COMMAND, "Audience.objects.create()") == []
    assert writes(KERNEL, "Task.objects.create()") == []
    assert len(writes(COMMAND, "Record.objects.filter(pk=1).update(state='x')")) == 1
    assert len(writes(KERNEL, "Record.objects.filter(pk=1).update(state='x')")) == 1
    assert writes(DOOR, "Record.objects.filter(pk=1).update(state='x')") == []


def test_an_allowed_model_is_let_be_and_no_other():
    assert writes(FACE, "SavedView.objects.create()", ("SavedView",)) == []
    assert len(writes(FACE, "Notice.objects.create()", ("SavedView",))) == 1


def test_a_long_function_is_found():
    body = "\n".join(f"    x{number} = {number}" for number in range(49))
    assert list(lint_house.functions("m.py", ast.parse(f"def right():\n{body}"))) == []
    assert len(list(lint_house.functions("m.py", ast.parse(f"def long():\n{body}\n    y = 1")))) == 1


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open('/home/anna/notes.txt')", True),
        ("see /work/main/x", True),
        ("--index-url https://x", True),
        ("# TODO: later", True),
        ("@pytest.mark.skip", True),
        ("sqlite:////var/lib/setsquare/setsquare.sqlite3", False),
        ("the framework/main", False),
        ("a todo list", False),
    ],
)
def test_words_that_do_not_belong_into_the_source(line, found):
    assert bool(list(lint_house.words("m.md", line))) is found


def test_every_allowance_is_for_a_file_that_exists(repository):
    allowed = lint_house.tomllib.loads(lint_house.ALLOWED.read_text("utf-8"))["writes"]
    assert [name for name in allowed if not (repository / name).is_file()] == []


def test_a_sentence_within_an_f_string_is_found():
    tree = ast.parse("""told = f"{name}: {_('none')}"\nsaid = _("none")\nboth = f"{name}: {said}"\n""")
    assert list(lint_house.sentences(FACE, tree)) == [
        f"{FACE}:1: a sentence within an f-string is not translated"
    ]
