"""Commands at the command line: options from bodies, signatures, who acts, and exit codes."""

import json

import pytest

from setsquare.faces.cli import people as who
from setsquare.kernel.accounts import tokens
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from tests.api.conftest import PASSWORD, Caller
from tests.api.notes import all_notes
from tests.days import today


def test_a_record_is_made(house, cli):
    said = cli("notes", "create", "--title", " First ", "--unit", "BER")

    assert (said.code, said.out.splitlines()[0]) == (0, "N-001: Anna Weber made it.")
    entry = Entry.objects.get()
    assert (entry.actor, entry.channel) == (house.anna, "cli")
    assert cli("notes", "create", "--title", "Second", "--unit", "BER", "--json").json["number"] == "N-002"


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_token_that_is_made_is_shown(people, cli, monkeypatch, options):
    monkeypatch.setenv("SETSQUARE_AS", "ada")
    number, last = people["ada"].user.file.record.number, today().isoformat()
    given = ("--name", "Backup", "--scopes", "read", "--expires", last)
    said = cli("people", "make-token", number, *given, *options)

    assert said.code == 0, said.err
    secret = said.json["secret"] if options else said.out.splitlines()[-2]
    assert tokens.authenticate(secret).name == "Backup"


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["edit", "N-001"], 1, "--title: This has to be filled in."),
        (["edit", "N-001", "--title", "a\x00"], 1, "--title: This holds a character"),
        (["edit", "N-001", "--colour", "red"], 2, "unrecognized arguments: --colour"),
        (["edit", "N-999", "--title", "x"], 3, "There is no N-999"),
        (["edit", "N-001", "--title", "x", "--version", "7"], 5, "N-001 was changed"),
        (["close", "N-001"], 1, "--reason: Say why"),
        (["ask", "N-001", "--questions", "[{]"], 1, "--questions: This is not JSON"),
        (
            ["ask", "N-001", "--questions", '[{"person": "anna"}, {"person": "x"}]'],
            1,
            "(row 2, person): There is",
        ),
        (["ask", "N-001", "--questions", "@/nowhere.json"], 1, "--questions: /nowhere.json cannot be read"),
        (["attach", "N-001", "--file", "/nowhere"], 1, "--file: /nowhere cannot be read"),
        (["expire", "N-001"], 2, "have no command “expire”"),
        (["answer", "N-001"], 4, "This is not among your tasks now."),
    ],
)
def test_what_is_refused(house, cli, words, code, sentence):
    house.note()

    said = cli("notes", *words)
    assert said.code == code, said.err
    assert sentence in said.err
    assert all_notes().get().version == 1


def test_what_the_state_forbids_has_a_code_of_its_own(house, cli):
    house.note()
    assert cli("notes", "close", "N-001", "--reason", "done").code == 0

    said = cli("notes", "edit", "N-001", "--title", "x", "--json")
    assert said.code == 6
    told = json.loads(said.err)
    assert (told["code"], told["state"], told["states"], told["first"]) == (
        "wrong_state",
        "closed",
        ["draft", "signed"],
        [],
    )


def test_refusals_for_programs(house, cli):
    house.note()

    said = cli("notes", "edit", "N-001", "--json")
    assert (said.code, said.out) == (1, "")
    assert json.loads(said.err)["errors"] == [
        {"field": "title", "label": "Title", "sentence": "This has to be filled in."}
    ]


def test_the_second_of_two_is_told_what_changed(house, cli):
    record = house.note()
    carry_out("note", "edit", Actor(house.anna), record=record, body={"title": "theirs"})

    said = cli("notes", "edit", "N-001", "--title", "ours", "--version", "1")
    assert said.code == 5
    assert "title: 'First' -> 'theirs'" in said.err


def test_texts_rows_and_files(house, cli, tmp_path):
    house.note()
    (tmp_path / "title.txt").write_text("From a file", "utf-8")
    (tmp_path / "rows.json").write_text('[{"person": "anna", "days": 3}]', "utf-8")
    (tmp_path / "plan.txt").write_bytes(b"a plan")

    assert (
        cli("notes", "edit", "N-001", "--title", f"@{tmp_path}/title.txt", "--json").json["title"]
        == "From a file"
    )
    assert cli("notes", "edit", "N-001", "--title", "@@home", "--json").json["title"] == "@home"
    assert cli("notes", "ask", "N-001", "--questions", f"@{tmp_path}/rows.json").code == 0
    assert cli("notes", "attach", "N-001", "--file", f"{tmp_path}/plan.txt").code == 0
    assert all_notes().get().attachments.get().name == "plan.txt"
    (tmp_path / "tool.txt").write_bytes(b"MZ\x90\x00")
    assert cli("notes", "attach", "N-001", "--file", f"{tmp_path}/tool.txt").code == 1


# --- who acts ------------------------------------------------------------------------------------------------


def test_nobody_acts_without_their_password(house, cli, monkeypatch):
    house.note()
    monkeypatch.setenv("SETSQUARE_PASSWORD", "wrong")

    for name in ("anna", "nobody"):
        said = cli("notes", "edit", "N-001", "--title", "x", "--as", name)
        assert (said.code, "do not fit" in said.err) == (4, True)
    monkeypatch.delenv("SETSQUARE_PASSWORD")
    assert cli("notes", "list").code == 2  # nobody to ask
    monkeypatch.delenv("SETSQUARE_AS")
    assert "Say who you are" in cli("notes", "list").err
    assert all_notes().get().version == 1


def test_a_password_file(house, cli, monkeypatch, tmp_path):
    monkeypatch.delenv("SETSQUARE_PASSWORD")
    (tmp_path / "password").write_text(f"{PASSWORD}\n", "utf-8")

    assert cli("notes", "list", "--password-file", f"{tmp_path}/password").code == 0
    assert cli("notes", "list", "--password-file", f"{tmp_path}/none").code == 2


def test_tokens(house, cli, monkeypatch):
    house.note()
    monkeypatch.delenv("SETSQUARE_AS")
    reader, writer = Caller(house.anna, ("read",)), Caller(house.anna, ("write:note",))

    assert cli("notes", "list", "--token", reader.secret).code == 0
    assert cli("notes", "edit", "N-001", "--title", "x", "--token", reader.secret).code == 4
    assert cli("notes", "edit", "N-001", "--title", "x", "--token", writer.secret).code == 0
    assert cli("search", "x", "--token", writer.secret).code == 4
    assert cli("notes", "list", "--token", "sqt_no_no").code == 4
    monkeypatch.setenv("SETSQUARE_TOKEN", reader.secret)
    assert cli("notes", "list").code == 0


# --- signatures ------------------------------------------------------------------------------------------------


def test_a_signature_by_automation(house, cli):
    house.note()

    blind = cli("notes", "sign", "N-001")
    assert (blind.code, "Say which version of N-001 you looked at" in blind.err) == (1, True)
    assert cli("notes", "sign", "N-001", "--version", "1").code == 0
    assert Signature.objects.get().signer == house.anna


def test_a_signature_asks_for_the_password_again(house, cli, monkeypatch):
    house.note()
    monkeypatch.delenv("SETSQUARE_PASSWORD")
    asked, answers = [], [PASSWORD, PASSWORD]
    monkeypatch.setattr(who.sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(who.getpass, "getpass", lambda question: asked.append(question) or answers.pop(0))

    said = cli("notes", "sign", "N-001")
    assert (said.code, len(asked)) == (0, 2)
    assert "First (N-001, version 1)\nI approve this." in said.err
    assert Signature.objects.count() == 1


def test_a_signature_with_a_wrong_password(house, cli, monkeypatch):
    house.note()
    token = Caller(house.anna, ("write",))
    monkeypatch.delenv("SETSQUARE_AS")
    monkeypatch.setenv("SETSQUARE_PASSWORD", "wrong")

    said = cli("notes", "sign", "N-001", "--version", "1", "--token", token.secret)
    assert (said.code, "The password is not right" in said.err) == (1, True)
    assert not Signature.objects.exists()


# --- a domain --------------------------------------------------------------------------------------------------


def test_a_document_at_the_command_line(people, cli, tmp_path):
    (tmp_path / "text.md").write_text("# Purpose\n\nA purpose.\n", "utf-8")
    kinds = {
        i["columns"]["code"]: i["number"]
        for i in cli("document-types", "list", "--as", "ada", "--json").json["items"]
    }

    made = cli(
        "documents",
        "create",
        "--as",
        "ada",
        "--type",
        kinds["procedure"],
        "--title",
        "Calibration",
        "--unit",
        "L",
        "--content",
        f"@{tmp_path}/text.md",
        "--audience",
        '[{"role": "reader"}]',
        "--json",
    ).json
    revision = made["open_revision"]
    assert "A purpose." in cli("revisions", "show", revision, "--text", "content", "--as", "ada").out
    assert cli("documents", "list", "--as", "ada", "--filter", "type=procedure").out.count("Calibration") == 1
    said = cli("documents", "show", made["number"], "--as", "ada")
    assert "Calibration" in said.out and "Lübeck" in said.out
    assert cli("documents", "withdraw", made["number"], "--as", "ada", "--reason", "x").code == 4
    assert cli("revisions", "show", revision, "--as", "otto").code == 3
