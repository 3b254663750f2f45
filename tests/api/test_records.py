"""Reading records: registers, single records, their parts, and records as they stood."""

import pytest
from django.utils import timezone

from setsquare.kernel.accounts.models import RolePermission
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.sequencer import seal_all
from tests.api.conftest import PASSWORD, Caller, problem


def test_a_record_is_shown_with_its_state_and_the_way_to_its_parts(house, anna):
    house.note("First")

    answer = anna.get("/notes/N-001")

    assert answer.status_code == 200
    assert answer["ETag"] == '"1"'
    values = answer.json()
    assert {
        name: values[name] for name in ("type", "number", "title", "state", "owner", "unit", "version")
    } == {
        "type": "note",
        "number": "N-001",
        "title": "First",
        "state": "draft",
        "owner": "anna",
        "unit": "BER",
        "version": 1,
    }
    assert values["changed"].endswith("Z") and len(values["uid"]) == 36
    for path in values["links"].values():
        if path:
            assert anna.client.get(path).status_code == 200, path


def test_a_number_may_hold_a_slash(house, anna):
    house.note("Second edition", number="SOP-004/2")

    assert anna.get("/notes/SOP-004/2").json()["number"] == "SOP-004/2"
    assert anna.get("/notes/SOP-004%2F2").json()["number"] == "SOP-004/2"
    assert anna.get("/notes/SOP-004/2/trail").json()["items"][0]["command"] == "create"
    assert anna.post("/notes/SOP-004/2:edit", {"title": "Third"}).json()["title"] == "Third"


def test_a_hidden_record_looks_like_one_that_does_not_exist(house, anna):
    house.note("theirs", user=house.bram)

    hidden, missing = anna.get("/notes/N-001"), anna.get("/notes/N-999")

    assert problem(hidden)[:2] == problem(missing)[:2] == (404, "not_found")
    assert hidden.json()["detail"].replace("N-001", "-") == missing.json()["detail"].replace("N-999", "-")
    assert problem(anna.post("/notes/N-001:edit", {"title": "x"}))[0] == 404
    assert anna.get("/notes").json()["items"] == []


@pytest.mark.parametrize("number", ["N%00", "%F0%9F%98%80", "..", "N-001/", "a" * 300])
def test_odd_numbers_are_not_found(house, anna, number):
    assert problem(anna.get(f"/notes/{number}"))[0] == 404


def test_an_unchanged_record_is_not_sent_again(house, anna):
    record = house.note()
    tag = anna.get("/notes/N-001")["ETag"]

    assert anna.get("/notes/N-001", **{"If-None-Match": tag}).status_code == 304
    carry_out("note", "edit", Actor(house.anna), record=record, body={"title": "New"})
    assert anna.get("/notes/N-001", **{"If-None-Match": tag}).status_code == 200


def test_a_record_as_it_stood(house, anna):
    record = house.note("First")
    made = Record.objects.get().changed
    carry_out("note", "edit", Actor(house.anna), record=record, body={"title": "Second"})

    at = made.isoformat().replace("+00:00", "Z")
    assert anna.get(f"/notes/N-001?at={at}").json()["title"] == "First"
    assert anna.get(f"/notes/N-001?at={timezone.localdate()}").json()["title"] == "Second"
    assert problem(anna.get("/notes/N-001?at=2001-01-01"))[:2] == (404, "not_found")
    for wrong in ("yesterday", "2100-01-01", "0001-01-01", "9999-12-31", ""):
        answer = anna.get(f"/notes/N-001?at={wrong}")
        assert answer.status_code == (422 if wrong else 200)


def test_a_register_is_read_page_by_page(house, anna):
    for title in "abcde":
        house.note(title)

    first = anna.get("/notes?sort=number&limit=2&count=true")
    seen, path = [], "/api/v1/notes?sort=number&limit=2"
    while path:
        values = anna.client.get(path).json()
        seen += [item["number"] for item in values["items"]]
        path = values["next"]

    assert seen == ["N-001", "N-002", "N-003", "N-004", "N-005"]
    assert first.json()["count"] == {"number": 5, "capped": False}
    assert first.json()["items"][0]["columns"] == {"state": "draft", "keeper": "anna"}
    assert first.json()["items"][0]["href"] == "/api/v1/notes/N-001"
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    assert 'rel="prev"' in anna.client.get(first.json()["next"])["Link"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=draft", ["N-001", "N-002"]),
        ("state=closed", []),
        ("state=draft&state=closed", ["N-001", "N-002"]),
        ("q=gauge", ["N-001"]),
        ("owner=me&unit=ORG&created=today", ["N-001", "N-002"]),
        ("changed=..2001-01-01", []),
    ],
)
def test_filters(house, anna, query, numbers):
    house.note("Gauges")
    house.note("Purchasing")

    assert [i["number"] for i in anna.get(f"/notes?sort=number&{query}").json()["items"]] == numbers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("state=nowhere", "state"),
        ("sort=colour", "sort"),
        ("limit=201", "limit"),
        ("limit=0", "limit"),
        ("limit=many", "limit"),
        ("limit=1&limit=2", "limit"),
        ("after=forged", "after"),
        ("created=soon", "created"),
        ("q=a%00b", "q"),
        ("count=maybe", "count"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_refused_at_its_name(house, anna, query, field):
    status, code, fields = problem(anna.get(f"/notes?{query}"))

    assert (status, code, list(fields)) == (422, "invalid", [field])


@pytest.mark.parametrize("name", ["q", "owner", "unit"])
def test_a_text_that_is_too_long_to_be_looked_for_is_refused_at_its_name(house, anna, name):
    told = "Write at most 1000 characters."

    assert problem(anna.get(f"/notes?{name}={'x' * 70_000}")) == (422, "invalid", {name: told})


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_register_costs_the_same_number_of_queries_whatever_it_holds(
    house, anna, size, django_assert_num_queries
):
    record = house.note("note 1")
    now = timezone.now()
    copies = [  # as an import of many makes them, without the cost of a thousand commands
        Record(
            type="note",
            number=f"X-{n}",
            number_key=f"X-{n}",
            title=f"note {n}",
            state="draft",
            owner=record.owner,
            unit=record.unit,
            version=1,
            created=now,
            changed=now,
        )
        for n in range(1, size)
    ]
    Record.objects.bulk_create(copies)
    anna.get("/notes")  # notes the use of the token

    with django_assert_num_queries(3):  # the token, the page, the count
        values = anna.get("/notes?limit=200&count=true").json()
    assert len(values["items"]) == min(size, 200)
    assert values["count"]["number"] == size


def test_the_parts_of_a_record(house, anna, bram):
    first, second = house.note("First"), house.note("Second")
    house.note("hidden", user=house.bram)
    do = lambda name, record, **given: carry_out("note", name, Actor(house.anna), record=record, **given)  # noqa: E731
    do("ask", first, body={"questions": [{"person": "anna"}]})
    do("refer", first, body={"to": "N-002"})
    anna.post("/notes/N-001:sign", {"signature": {"password": PASSWORD}})

    trail = anna.get("/notes/N-001/trail?limit=2").json()
    assert [(i["version"], i["sentence"]) for i in trail["items"]] == [
        (4, "Anna Weber signed it."),
        (3, "Anna Weber referred it."),
    ]
    rest = anna.client.get(trail["next"]).json()
    assert [i["command"] for i in rest["items"]] == ["ask", "create"]
    assert rest["items"][1]["changes"][0] == {"path": "number", "before": None, "after": "N-001"}
    assert rest["next"] is None

    task = anna.get("/notes/N-001/tasks").json()["items"][0]
    assert (task["kind"], task["assignee"]["username"], task["record"]["number"]) == (
        "answer",
        "anna",
        "N-001",
    )
    signature = anna.get("/notes/N-001/signatures").json()["items"][0]
    assert (signature["meaning"], signature["by"]["name"], len(signature["digest"])) == (
        "approved",
        "Anna Weber",
        64,
    )
    link = anna.get("/notes/N-002/links").json()["items"][0]
    assert (link["direction"], link["kind"], link["record"]["href"]) == (
        "from",
        "refers_to",
        "/api/v1/notes/N-001",
    )
    assert second.number == "N-002"


def test_links_to_hidden_records_are_not_shown(house, anna):
    theirs, ours = house.note("theirs", user=house.bram), house.note("ours")
    ours.links_out.create(target=theirs, kind="refers_to", made=timezone.now())

    assert anna.get("/notes/N-002/links").json()["items"] == []


def test_what_can_be_done_now_and_why_not_the_rest(house, anna):
    record = house.note()

    offered = {o["name"]: o for o in anna.get("/notes/N-001/commands").json()["items"]}
    assert offered["sign"]["allowed"] and offered["sign"]["signature"]["statement"] == "I approve this."
    assert offered["close"]["needs_reason"] is True
    assert offered["edit"]["schema"]["properties"]["title"]["title"] == "Title"
    assert "answer" not in offered and "expire" not in offered
    carry_out("note", "close", Actor(house.anna), record=record, reason="done")
    offered = {o["name"]: o for o in anna.get("/notes/N-001/commands").json()["items"]}
    assert offered["edit"]["allowed"] is False
    assert "Closed" in offered["edit"]["why_not"]


def test_types(house, anna):
    assert [item["slug"] for item in anna.get("/types").json()["items"]] == ["notes"]
    values = anna.get("/types/notes").json()
    commands = {item["name"]: item for item in values["commands"]}
    assert [state["code"] for state in values["states"]] == ["draft", "signed", "closed"]
    assert commands["sign"]["signature"] == "always" and commands["edit"]["permissions"] == ["notes.write"]
    assert commands["close"]["to"] == ["closed"] and commands["close"]["reason"] == "always"
    assert sorted(values["may_create"]) == ["copy", "create"]
    assert "expire" not in commands
    assert problem(anna.get("/types/colours"))[0] == 404


def test_search_finds_what_the_person_may_see(house, anna):
    house.note("Calibration of gauges")
    house.note("Calibration elsewhere", user=house.bram)

    values = anna.get("/search?q=calib").json()
    assert [item["number"] for item in values["items"]] == ["N-001"]
    assert "<mark>" in values["items"][0]["title_html"]
    assert anna.get("/search?q=").json()["items"] == []
    assert problem(anna.get("/search?q=x&types=colours"))[2]["types"]


def test_the_newest_checkpoint_of_the_trail(house, anna, settings, tmp_path):
    settings.SEAL_DIRECTORY = tmp_path / "seal"
    house.note()
    refused = anna.get("/trail/checkpoint")
    assert refused.status_code == 403
    RolePermission.objects.create(role=house.keeper, permission="trail.read")
    assert anna.get("/trail/checkpoint").status_code == 404
    newest = seal_all()
    answer = anna.get("/trail/checkpoint")
    assert (answer.content.decode(), answer["Content-Type"]) == (newest.note, "text/plain; charset=utf-8")


def test_the_trail_of_everything_takes_its_permission(house, anna):
    house.note("ours")
    house.note("theirs", user=house.bram)
    assert problem(anna.get("/trail"))[:2] == (403, "forbidden")
    RolePermission.objects.create(role=house.keeper, permission="trail.read")

    values = anna.get("/trail").json()
    assert [(i["record"]["number"], i["by"]["username"]) for i in values["items"]] == [("N-001", "anna")]
    assert (
        len(anna.get("/trail?by=me&command=create&type=note&channel=web&number=N-001").json()["items"]) == 1
    )
    assert anna.get("/trail?by=bram").json()["items"] == []
    day = timezone.now().date().isoformat()
    assert len(anna.get(f"/trail?from={day}&until=2100-01-01").json()["items"]) == 1
    assert anna.get("/trail?until=2001-01-01").json()["items"] == []
    assert problem(anna.get("/trail?from=soon"))[2]["from"]


def test_a_head_request_has_no_body(house, anna):
    house.note()

    answer = anna.client.head("/api/v1/notes/N-001")
    assert (answer.status_code, answer.content, answer["ETag"]) == (200, b"", '"1"')


def test_a_caller_sees_who_they_are(house):
    values = Caller(house.anna, ("read",)).get("/me").json()

    assert (values["username"], values["unit"], values["token"]["scopes"]) == ("anna", "BER", ["read"])
    assert values["permissions"] == ["notes.read", "notes.write"]
