"""Files at the command line: exports, comparison, imports; commands on many records; further lists."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things
from tests.api.conftest import PASSWORD, Caller
from tests.cli.conftest import Cli

SECTIONS = ("Purpose", "Scope", "Responsibilities", "Procedure", "Records", "References")


@pytest.fixture
def ada(cli: Cli, people: dict[str, Caller], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Cli:
    """The command line as ada, a writer, in a folder of her own, where two documents are in work."""
    monkeypatch.setenv("SETSQUARE_AS", "ada")
    monkeypatch.chdir(tmp_path)
    for title in ("Gauges", "Storage"):
        body = {"type": "procedure", "title": title, "unit": "L", "audience": [{"role": "reader"}]}
        assert people["cora"].post("/documents", body).status_code == 201
    return cli


def test_a_register_is_exported_in_each_form_and_never_over_a_file(ada, tmp_path):
    said = ada("export", "documents", "--columns", "number", "--columns", "title", "--sort", "number")
    assert said.code == 0 and said.out.splitlines()[0] == "Number,Title" and len(said.out.splitlines()) == 3
    assert ada("export", "documents", "--format", "xlsx", "-o", "list.xlsx").code == 0
    assert load_workbook(tmp_path / "list.xlsx").active.max_row == 3
    again = ada("export", "documents", "--format", "xlsx", "-o", "list.xlsx")
    assert again.code == 1 and "--output" in again.err and "--force" in again.err
    assert ada("export", "documents", "--format", "xlsx", "-o", "list.xlsx", "--force").code == 0
    rows = json.loads(ada("export", "documents", "--format", "json").out)
    assert [row["title"] for row in rows] == ["Storage", "Gauges"]
    for words, code, says in (
        (("export", "nothing"), 2, "There is no register"),
        (("export", "documents", "--columns", "colour"), 1, "--columns"),
        (("export", "documents", "--filter", "colour=red"), 1, "colour"),
        (("export", "documents", "--format", "pdf"), 1, "--format"),
        (("export", "documents", "SOP-999"), 3, "SOP-999"),
        (("export", "change-requests", "CR-1"), 2, "--history"),
        (("export", "trail"), 4, "trail"),
    ):
        refused = ada(*words)
        assert refused.code == code and says in refused.err and "Traceback" not in refused.err, refused


def test_a_document_is_exported_compared_and_discussed(ada, people, tmp_path):
    number = Record.objects.filter(type="document").order_by("id")[0].number
    draft = people["ada"].get(f"/documents/{number}").json()["open_revision"]
    assert ada("export", "documents", number).code == 0
    assert (tmp_path / f"{draft.replace('/', '-')}.pdf").read_bytes().startswith(b"%PDF-")
    assert "# Purpose" in ada("export", "revisions", draft, "--format", "md").out
    assert ada("export", "revisions", draft, "--format", "docx", "-o", "it.docx").code == 0
    history = ada("export", "documents", number, "--history", "--format", "json")
    assert json.loads(history.out)[0]["command"] == "create"
    one = ada("compare", number)
    assert one.code == 1 and "no second revision" in one.err
    assert ada("comments", draft).code == 0 and ada("reviews").code == 0 and ada("notices").code == 0
    assert ada("reading", number).code == 1 and ada("copies", number).code == 0


def test_a_table_is_brought_in_all_or_none(ada, tmp_path):
    assert ada("import", "change-requests", "--template", "empty.csv").code == 0
    assert (tmp_path / "empty.csv").read_text("utf-8-sig").startswith("title,what,why,unit")
    Path("list.csv").write_text("title,what,why,unit\nA,B,C,L\nD,E,F,NOWHERE\n")
    wrong = ada("import", "change-requests", "list.csv")
    assert wrong.code == 1 and "NOWHERE" in wrong.out and "1 thing" in wrong.err
    Path("list.csv").write_text("title,what,why,unit\nA,B,C,L\nD,E,F,L\n")
    dry = ada("import", "change-requests", "list.csv", "--dry-run")
    assert dry.code == 0 and "nothing was made" in dry.out
    assert not Record.objects.filter(type="change_request").exists()
    done = ada("import", "change-requests", "list.csv", "--json")
    assert len(done.json["made"]) == 2 and Record.objects.filter(type="change_request").count() == 2
    assert ada("import", "change-requests").code == 2
    assert ada("import", "change-requests", "no.csv").code == 2


def test_views_are_kept_shown_and_deleted(ada):
    assert ada("views", "documents", "--keep", "Mine", "--filter", "owner=me", "--shared").code == 0
    assert ada("views", "documents", "--json").json["items"][0]["query"] == "owner=me"
    assert ada("views", "documents", "--keep", "B", "--filter", "colour=red").code == 1
    assert ada("views", "documents", "--delete", "Mine").code == 0
    assert ada("views", "documents", "--delete", "Mine").code == 1
    assert "test" in ada("access").out


def test_a_command_goes_over_many_records_and_tells_which_were_refused(ada, monkeypatch):
    monkeypatch.setenv("SETSQUARE_AS", "cora")
    first, second = Record.objects.filter(type="document").order_by("id").values_list("number", flat=True)
    rows = '[{"role": "reader", "unit": "L"}]'
    said = ada("documents", "set-audience", first, "SOP-999", second, "--audience", rows)
    assert said.code == 1 and first in said.out and second in said.out
    assert "SOP-999" in said.err and "1 record was refused" in said.err
    assert ada("documents", "set-audience", first, second, "--audience", rows, "--version", "1").code == 2


def test_every_word_explains_itself(cli):
    words = ("export", "compare", "comments", "reading", "reviews", "copies", "notices", "views", "access")
    of_competence = ("training", "who-may", "what-may-i", "rule-effect")
    for word in (*words, *of_competence, "import", "search", "tasks", "trail"):
        explained(cli, word)
    for thing in all_things():
        said = cli(thing.slug, "--help")
        assert said.code == 0 and str(thing.plural) in said.out
        listed = [line.split()[0] for line in said.out.splitlines() if line.startswith("  ")]
        assert len(listed) >= 4
        for word in listed:
            explained(cli, thing.slug, word)


def explained(cli: Cli, *words: str) -> None:
    said = cli(*words, "--help")
    assert said.code == 0 and f"setsquare {' '.join(words)}" in said.out, words
    assert len(said.out.splitlines()) > 5, words


def test_the_password_of_these_tests_is_not_shown(ada):
    assert PASSWORD not in ada("access").out
