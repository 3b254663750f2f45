"""Registers, records, histories, search, tasks and the trail at the command line."""

import csv
import io

import pytest

from setsquare.kernel.accounts.models import RolePermission
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record


def test_a_register_as_a_table(house, cli):
    house.note("First")
    house.note("Second")

    said = cli("notes", "list", "--sort", "number")
    assert (said.code, said.err) == (0, "")
    assert [line.split() for line in said.out.splitlines()] == [
        ["Number", "Title", "State", "Keeper"],
        ["------", "------", "-----", "----------"],
        ["N-001", "First", "Draft", "Anna", "Weber"],
        ["N-002", "Second", "Draft", "Anna", "Weber"],
    ]


def test_an_empty_register_says_so(house, cli):
    assert cli("notes", "list").out.startswith("There is nothing here.")


def test_a_register_for_programs(house, cli):
    for title in ("First", "=cmd()", "Third"):
        house.note(title)

    values = cli("notes", "list", "--json", "--limit", "2", "--sort", "number").json
    assert [item["number"] for item in values["items"]] == ["N-001", "N-002"] and values["more"] is True
    rows = list(csv.DictReader(io.StringIO(cli("notes", "list", "--csv", "--sort", "number").out)))
    assert [(row["number"], row["title"], row["owner"]) for row in rows] == [
        ("N-001", "First", "anna"),
        ("N-002", "'=cmd()", "anna"),
        ("N-003", "Third", "anna"),
    ]


def test_a_register_longer_than_a_page(house, cli):
    record = house.note("First")
    Record.objects.bulk_create(
        Record(
            type="note",
            number=f"X-{n}",
            number_key=f"X-{n}",
            title="x",
            state="draft",
            owner=record.owner,
            unit=record.unit,
            version=1,
            created=record.created,
            changed=record.changed,
        )
        for n in range(300)
    )
    assert len(cli("notes", "list", "--json", "--limit", "250").json["items"]) == 250
    assert len(cli("notes", "list", "--json", "--limit", "999").json["items"]) == 301


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--filter", "state=draft"], ["N-001", "N-002"]),
        (["--filter", "state=closed"], []),
        (["--filter", "owner=me", "gauges"], ["N-001"]),
    ],
)
def test_a_register_filtered(house, cli, words, numbers):
    house.note("Gauges")
    house.note("Purchasing")

    found = cli("notes", "list", "--json", "--sort", "number", *words).json
    assert [item["number"] for item in found["items"]] == numbers


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["notes", "list", "--filter", "state=nowhere"], 1, "--state: There is no choice “nowhere”"),
        (["notes", "list", "--filter", "state"], 2, "--filter name=value"),
        (["notes", "list", "--sort", "colour"], 1, "--sort: This cannot be sorted by"),
        (["notes", "list", "--limit", "0"], 1, "--limit: "),
        (["notes", "list", "--limit", "many"], 2, "--limit: invalid int value"),
        (["notes", "paint", "N-001"], 2, "Notes have no command “paint”"),
        (["colours", "list"], 2, "There is no command or register “colours”"),
        (["notes", "show"], 2, "required: NUMBER"),
        (["notes", "show", "N-999"], 3, "There is no N-999 that you can see."),
        (["notes", "show", "N-\x00"], 3, "There is nothing here that you can see."),
        (["notes", "show", "N-001", "--at", "soon"], 1, "--at: Give a date"),
        (["notes", "show", "N-001", "--at", "2001-01-01"], 1, "N-001 was made later."),
        (["search", "x", "--type", "colour"], 1, "--type: There is no record type"),
        (["trail"], 4, "Your roles do not allow reading the trail."),
    ],
)
def test_what_cannot_be_answered(house, cli, words, code, sentence):
    house.note()

    said = cli(*words)
    assert said.code == code
    assert sentence in said.err and said.out == ""


def test_a_hidden_record_looks_like_one_that_does_not_exist(house, cli):
    house.note("theirs", user=house.bram)

    assert cli("notes", "show", "N-001").code == cli("notes", "show", "N-999").code == 3


def test_a_record(house, cli):
    record = house.note("First")
    at = record.changed.isoformat()
    carry_out("note", "edit", Actor(house.anna), record=record, body={"title": "Second"})
    Record.objects.filter(pk=record.pk).update(title="Second \x1b[31m")  # as another program may have left it

    assert "N-001  Second" in cli("notes", "show", "N-001").out
    assert "\x1b" not in cli("notes", "show", "N-001").out
    assert cli("notes", "show", "N-001", "--json").json["version"] == 2
    assert cli("notes", "show", "N-001", "--json", "--at", at).json["title"] == "First"
    then = cli("notes", "show", "N-001", "--at", at).out
    assert "as it stood then" in then and "N-001  First" in then and "Nobody had signed it by then." in then


def test_a_history(house, cli):
    record = house.note("First")
    carry_out("note", "close", Actor(house.anna), record=record, reason="no longer needed")

    said = cli("notes", "history", "N-001")
    assert "Anna Weber closed it." in said.out and "no longer needed" in said.out
    assert [i["version"] for i in cli("notes", "history", "N-001", "--json").json["items"]] == [2, 1]


def test_what_can_be_done_now(house, cli):
    house.note()

    said = cli("notes", "commands", "N-001")
    assert said.out.splitlines()[2].split()[:1] == ["sign"]
    assert {o["name"] for o in cli("notes", "commands", "N-001", "--json").json["items"]} >= {"edit", "close"}


def test_search_and_tasks(house, cli):
    record = house.note("Calibration")
    carry_out("note", "ask", Actor(house.anna), record=record, body={"questions": [{"person": "anna"}]})

    assert "N-001" in cli("search", "calib").out
    assert cli("search", "calib", "--type", "notes", "--json").json["items"][0]["number"] == "N-001"
    assert cli("search", "elsewhere").out.startswith("Nothing that you can see")
    assert "answer" in cli("tasks").out
    assert cli("tasks", "--json").json["items"][0]["record"]["number"] == "N-001"


def test_the_trail(house, cli):
    house.note("First")
    RolePermission.objects.create(role=house.keeper, permission="trail.read")

    assert "Anna Weber made it." in cli("trail").out
    assert cli("trail", "--by", "anna", "--command", "create", "--json").json["items"][0]["version"] == 1
    assert cli("trail", "--until", "2001-01-01", "--json").json["items"] == []
    assert cli("trail", "--csv", "--from", "2001-01-01").out.splitlines()[0].startswith("at,number")


@pytest.mark.parametrize("words", [[], ["records"], ["--help"]])
def test_the_overview(house, cli, words):
    assert "notes" in cli(*words).out


def test_help(house, cli):
    assert "history" in cli("notes").out and "New note" in cli("notes", "--help").out
    help_ = cli("notes", "ask", "--help").out
    assert "--questions JSON" in help_ and "While it is: Draft." in help_
    assert cli("notes", "ask", "--help").code == 0
