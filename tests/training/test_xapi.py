"""Learning records: taken in strictly and once, carried over as certificates, and sent to others at least once."""

import base64
import datetime as dt
import json
import re
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone, translation
from pydantic import SecretStr

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.models import Certificate
from setsquare.domains.training.xapi.listing import said, statements_of
from setsquare.domains.training.xapi.listing import told as told_of
from setsquare.domains.training.xapi.models import Outgoing, Recognised, Statement
from setsquare.domains.training.xapi.sending import send_waiting, tell_stores
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts import tokens
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.models import Delivery, Event
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.project.checks.learning import stores
from setsquare.project.configuration import LearningRecordStore
from tests.servers.live import Installations
from tests.training.conftest import PASSWORD, School, ago, asked, build, deliver

ADDRESS = "/api/xapi/statements"
VERBS = "http://adlnet.gov/expapi/verbs/"
ACTIVITY = "https://lms.example/courses/7"


def statement(person: str = "anna", verb: str = "completed", **more: Any) -> dict[str, Any]:
    account = {"homePage": "http://localhost:8000", "name": person}
    return {
        "id": str(uuid.uuid4()),
        "actor": {"account": account},
        "verb": {"id": f"{VERBS}{verb}"},
        "object": {"id": ACTIVITY, "definition": {"name": {"en": "First aid online"}}},
        "timestamp": f"{ago(2)}T10:00:00Z",
        **more,
    }


class Sender:
    """A learning system with a token of somebody."""

    def __init__(self, who: User, scopes: tuple[str, ...] = ("statements",)) -> None:
        self.client, self.name = Client(), who.username
        _token, self.secret = tokens.make(who, "LMS", scopes, timezone.now() + dt.timedelta(days=9))

    def ask(self, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
        basic = base64.b64encode(f"{self.name}:{self.secret}".encode()).decode()
        given = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3", **headers}
        data = "" if body is None else json.dumps(body)
        answer = self.client.generic(method, ADDRESS + path, data, "application/json", headers=given)
        deliver()
        return answer

    def send(self, *statements: Any) -> Any:
        return self.ask("POST", body=list(statements))


@pytest.fixture
def course(school: School) -> Record:
    made = school.course("First aid", {"person": "anna"}, validity_months=24, kind="online")
    school.do(school.cora, made, "set_activity", activity=ACTIVITY)
    return made


def test_completing_an_activity_leads_to_a_certificate_once(school: School, course: Record) -> None:
    lms, told = Sender(school.cora), statement(context={"platform": "Moodle"})
    assert lms.send(told).json() == [told["id"]]
    certificate = Certificate.objects.get()
    assert (certificate.record.state, certificate.person, certificate.issued) == (
        "valid",
        school.anna,
        ago(2),
    )
    assert (certificate.issuer, certificate.external_number) == ("Moodle", told["id"])
    assert holding().get(user=school.anna).evidence == certificate.record
    assert asked(course) == {}
    assert lms.send(told, statement(verb="passed")).status_code == 200  # a certificate shows that already
    assert lms.ask("PUT", f"?statementId={told['id']}", told).status_code == 204
    other = lms.send({**told, "verb": {"id": f"{VERBS}passed"}})
    assert (other.status_code, other.json()["code"]) == (409, "conflict")
    assert (Statement.objects.count(), Certificate.objects.count()) == (2, 1)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Statement.objects.update(verb="x")


def test_only_what_was_completed_by_others_counts(school: School, course: Record) -> None:
    lms = Sender(school.cora)
    failed = statement(result={"success": False, "score": {"scaled": 0.2}})
    nobody = statement(actor={"mbox": "mailto:who@example.org"})
    told = [
        failed,
        statement(verb="failed"),
        statement("cora"),
        nobody,
        statement(object={"id": "https://x.example/"}),
    ]
    assert lms.send(*told).status_code == 200
    assert not Certificate.objects.exists()
    lms.client.force_login(school.cora)
    shown = lms.client.get("/courses/statements/").content.decode()
    for word in ("Unknown learner", "Kept; nothing was completed", "Kept; nobody sends their own"):
        assert word in shown
    only = lms.client.get("/courses/statements/?show=unknown").content.decode()
    assert ("who@example.org" in only, "Anna Example" in only) == (True, False)


def test_what_a_statement_says_is_told_in_words(
    school: School, course: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lms = Sender(school.cora)
    own = {"id": "https://v.example/verbs/x1", "display": {"en-GB": "shadowed", "de": "hospitierte bei"}}
    assert lms.send(statement(verb="initialized"), statement() | {"verb": own}).status_code == 200
    lms.client.force_login(school.cora)
    page = lms.client.get("/courses/statements/").content.decode()
    assert re.findall("<td>(began|shadowed|initialized|x1)</td>", page) == ["shadowed", "began"]
    with translation.override("de"):
        assert said(Statement.objects.latest("pk")) == "hospitierte bei"
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    assert run(["statements", "--as", "cora"]) == 0
    assert re.findall("began|shadowed|initialized|x1", capsys.readouterr().out) == ["shadowed", "began"]


def test_an_unknown_learner_is_recognised_once_they_can_be(school: School, course: Record) -> None:
    told = [
        statement(actor={"mbox": "mailto:Nina@norma.example"}),
        statement(person="nina", verb="experienced"),
        statement(actor={"mbox": "mailto:else@norma.example"}),
    ]
    Sender(school.sven).send(*told)
    nina = bootstrap.add_person("nina", "Nina Example", "N", email="nina@norma.example")
    deliver()
    assert not Certificate.objects.exists()  # Sven does not run the training of the north
    school.do(school.rita, nina.file.record, "transfer", unit="S", because="She moves.")
    deliver()
    assert Certificate.objects.get().person == nina
    assert set(Recognised.objects.values_list("person__username", "statement__uid")) == {
        ("nina", uuid.UUID(one["id"])) for one in told[:2]
    }
    Event.objects.filter(name="person.transfer").update(delivered=None)
    Delivery.objects.all().delete()
    deliver()
    assert (Certificate.objects.count(), Recognised.objects.count()) == (1, 2)
    rows = {row["id"]: row for row in told_of(statements_of(school.sven))}
    assert [(rows[one["id"]]["person"], rows[one["id"]]["outcome"]) for one in told] == [
        ("nina", "certificate"),
        ("nina", "kept"),
        (None, "unknown_learner"),
    ]
    assert statements_of(nina).count() == 2


def test_two_requests_bring_the_same_statement_once(
    installations: Installations, django_db_blocker: Any
) -> None:
    live = installations.make(with_worker=False)
    told, answers, barrier = statement(), [], threading.Barrier(2)

    def send(sender: Sender) -> None:
        with live.orm():
            barrier.wait(30)
            answer = sender.client.post(
                ADDRESS,
                json.dumps([told]),
                "application/json",
                headers={"Authorization": f"Bearer {sender.secret}", "X-Experience-API-Version": "1.0.3"},
            )
            answers.append((answer.status_code, answer.json()))

    with django_db_blocker.unblock(), live.orm():
        sender = Sender(build().cora)
        threads = [threading.Thread(target=send, args=(sender,)) for _twice in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert answers == [(200, [told["id"]])] * 2
        assert Statement.objects.count() == 1
        assert Event.objects.filter(name="xapi.statement").count() == 1
    installations.discard(live)


def test_what_came_before_the_course_had_its_address_is_carried_over(school: School) -> None:
    Sender(school.cora).send(statement())
    given = {"title": "First aid", "kind": "classroom", "unit": "NW"}
    made = carry_out("course", "create", Actor(school.cora), body=given).record
    told = school.do(school.cora, made, "set_activity", activity=ACTIVITY).conclusion
    assert told.endswith("is kept; it counts once the course is online.")
    assert not Certificate.objects.exists()  # nobody is trained in a classroom by a statement
    assert told_of(statements_of(school.cora))[0]["outcome"] == "not_online"
    school.do(school.cora, made, "edit", title="First aid", kind="online")
    school.do(school.cora, made, "offer")
    assert Certificate.objects.get().course_id == made.pk
    other = school.course("Second aid")
    with pytest.raises(Refused, match=f"{made.number} has this address already"):
        school.do(school.cora, other, "set_activity", activity=ACTIVITY)
    with pytest.raises(Refused, match="Write an address"):
        school.do(school.cora, other, "set_activity", activity="first aid")


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "id": ({"id": "7"}, "1.id: This is no UUID."),
    "actor": (
        {"actor": {}},
        "1.actor: Name the person by exactly one of: mbox, mbox_sha1sum, openid, account.",
    ),
    "group": (
        {"actor": {"objectType": "Group", "mbox": "mailto:a@b.c"}},
        "1.actor.objectType: A statement is about one person here; send one for each.",
    ),
    "mbox": ({"actor": {"mbox": "a@b.c"}}, "1.actor.mbox: Write it as mailto:name@example.org."),
    "verb": ({"verb": {"id": "done"}}, "1.verb.id: This is no address (IRI)."),
    "void": (
        {"verb": {"id": f"{VERBS}voided"}},
        "1.verb.id: Statements are not taken back here; revoke the certificate instead.",
    ),
    "object": ({"object": {"id": ""}}, "1.object.id: This is no address (IRI)."),
    "zone": (
        {"timestamp": "2026-01-01T10:00:00"},
        "1.timestamp: Write a time with its zone, such as 2026-11-30T09:00:00Z.",
    ),
    "future": ({"timestamp": "2096-01-01T10:00:00Z"}, "1.timestamp: This time has not come yet."),
    "1900": (
        {"timestamp": "1900-01-01T10:00:00Z"},
        "1.timestamp: This time is too long ago for a learning record; look at the year.",
    ),
    "opposite": (
        {"verb": {"id": f"{VERBS}passed"}, "result": {"success": False}},
        "1.result.success: This says the opposite of the verb.",
    ),
    "not completed": (
        {"result": {"completion": False}},
        "1.result.completion: This says the opposite of the verb.",
    ),
    "score": (
        {"result": {"success": True, "score": {"scaled": -0.5}}},
        "1.result.score.scaled: This score says the opposite of the success.",
    ),
    "scaled": (
        {"result": {"score": {"scaled": 1.5}}},
        "1.result.score.scaled: Give a number from -1 to 1.",
    ),
    "raw": (
        {"result": {"score": {"raw": 11, "min": 0, "max": 10}}},
        "1.result.score.raw: The score lies beyond its bounds.",
    ),
    "nothing": ({"object": {"id": "https://x.example/\x00"}}, "1.object.id: This is no address (IRI)."),
    "duration": ({"result": {"duration": "PT"}}, "1.result.duration: Write a duration such as PT1H30M."),
    "part": ({"results": {}}, "1.results: A statement has no such part here."),
    "null": ({"result": {"success": None}}, "1.result.success: Leave this out rather than empty."),
    "south": (
        {"actor": {"account": {"homePage": "http://localhost:8000", "name": "rita"}}},
        "1.actor: Your roles do not let you send learning records of Rita Root.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_statement_refuses_them_all_and_is_told_by_its_row(school: School, name: str) -> None:
    change, sentence = WRONG[name]
    lms = Sender(school.sven if name == "south" else school.cora)
    first = statement("olga" if name == "south" else "anna")
    answer = lms.send(first, {**statement(), **change})
    assert (answer.status_code, answer.json()["detail"]) == (400, sentence)
    assert not Statement.objects.exists()


def test_who_may_send_and_read(school: School, course: Record) -> None:
    lms, told = Sender(school.cora), statement()
    assert lms.ask("GET", "", **{"X-Experience-API-Version": "0.9"}).status_code == 400
    assert Sender(school.cora, ("read", "write")).send(told).status_code == 403
    assert Sender(school.anna).send(told).status_code == 403
    lms.name = "sven"
    assert lms.send(told).status_code == 401
    lms.name = "cora"
    assert Client().get("/api/xapi/about").json() == {"version": ["2.0.0", "1.0.3"]}
    only = {"Authorization": f"Bearer {lms.secret}"}
    assert (
        lms.client.get("/api/v1/certificates", headers=only).status_code == 403
    )  # it sends records, nothing else
    nobody = statement(actor={"mbox": "mailto:who@example.org"})
    assert lms.ask("POST", "", [told, nobody], **only).status_code == 200
    seen = {
        name: [row["id"] for row in Sender(who).ask("GET").json()["statements"]]
        for name, who in school.people.items()
    }
    assert {name: len(rows) for name, rows in seen.items() if rows} == {"cora": 2, "anna": 1}
    one = lms.ask("GET", f"?statementId={told['id']}").json()
    assert (one["actor"], one["authority"]["account"]["name"]) == (told["actor"], "cora")
    agent = json.dumps(told["actor"])
    answer = lms.ask("GET", f"?agent={agent}&verb={VERBS}completed&activity={ACTIVITY}&limit=5").json()
    assert ([row["id"] for row in answer["statements"]], answer["more"]) == ([told["id"]], "")
    page = lms.ask("GET", "?limit=1").json()
    following = lms.ask("GET", page["more"].removeprefix(ADDRESS)).json()
    assert [page["statements"][0]["id"], following["statements"][0]["id"]] == [nobody["id"], told["id"]]


def test_the_command_line_lists_them(
    school: School, course: Record, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    Sender(school.cora).send(statement())
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    assert run(["statements", "--as", "cora", "--password-file", str(secret)]) == 0
    assert Certificate.objects.get().record.number in capsys.readouterr().out


class Store(HTTPServer):
    """A learning record store on this machine."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.status, self.kept = 204, dict[str, dict[str, Any]]()
        self.settings = LearningRecordStore(
            id="lrs",
            address=f"http://localhost:{self.server_port}/xapi",
            key="us",
            secret=SecretStr("right"),
        )


class Answer(BaseHTTPRequestHandler):
    server: Store

    def do_PUT(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Authorization"] == f"Basic {base64.b64encode(b'us:right').decode()}"
        assert self.path == f"/xapi/statements?statementId={content['id']}"
        if self.server.status == 204:
            self.server.kept[content["id"]] = content
        self.send_response(self.server.status)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_told: Any) -> None:
        pass


@pytest.fixture
def store(settings: Any) -> Iterator[Store]:
    server = Store()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.SETSQUARE = settings.SETSQUARE.model_copy(update={"learning_records": (server.settings,)})
    yield server
    server.shutdown()
    server.server_close()


def test_stores_are_told_at_least_once_and_what_failed_is_tried_again(
    school: School, settings: Any, store: Store
) -> None:
    store.status = 503
    made = school.certified("anna", school.course("First aid"), ago(3))
    assert send_waiting() == 0
    row = Outgoing.objects.get()
    assert (row.attempts, row.error, row.sent) == (1, "503", None)
    assert send_waiting() == 0  # not before its time
    assert Outgoing.objects.get().attempts == 1
    (finding,) = stores(settings.SETSQUARE)
    assert (finding.level, "the oldest fails with: 503" in finding.message) == ("warning", True)
    client = Client()
    client.force_login(school.rita)
    assert "Failing" in client.get("/courses/statements/").content.decode()
    store.status = 204
    Outgoing.objects.update(not_before=None)
    assert send_waiting() == 1
    (told,) = store.kept.values()
    assert told["actor"]["account"]["name"] == "anna"
    assert told["object"]["definition"]["name"] == {"en": "First aid"}
    for event in Event.objects.filter(name="certificate.create"):
        tell_stores(event)  # delivered twice
    assert (Outgoing.objects.count(), send_waiting()) == (1, 0)
    school.do(school.cora, made, "revoke", because="It was void.")
    assert send_waiting() == 1
    assert store.kept[str(Outgoing.objects.order_by("-pk")[0].uid)]["object"]["id"] == told["id"]
    assert stores(settings.SETSQUARE)[0].level == "ok"


def test_who_names_the_activity_is_not_certified_by_it_alone(school: School) -> None:
    """By the address of something else that they completed, and back; another who runs training looks at it."""
    bootstrap.grant(school.ben, "coordinator", "NW")
    first = school.course("Basics", kind="read")
    course = school.course("Fire protection", kind="online", builds_on=[first.number])
    Sender(school.cora).send(statement("ben", object={"id": "https://lms.example/canteen"}))
    school.do(school.ben, course, "set_activity", activity="https://lms.example/canteen")
    assert not Certificate.objects.filter(course=course.pk).exists()  # what comes first is not held yet
    school.do(school.ben, first, "confirm")
    made = Certificate.objects.get(course=course.pk)
    assert (made.record.state, made.person) == ("submitted", school.ben)
    school.do(school.ben, course, "set_activity", activity="https://lms.example/fire")
    assert not holding().filter(user=school.ben, subject=course).exists()
    Event.objects.filter(name="course.set_activity").update(delivered=None)
    deliver()
    assert Certificate.objects.filter(course=course.pk).count() == 1
    school.do(school.cora, made.record, "refuse", because="It was the canteen’s.")
    assert asked(course) == {}


def test_an_address_that_somebody_gave_themself_does_not_certify_them_alone(
    school: School, course: Record
) -> None:
    Sender(school.cora).send(statement(actor={"mbox": "mailto:contractor@outside.example"}))
    rita = school.rita.file.record
    same = {"name": "Rita Root", "title": ""}
    school.do(school.rita, rita, "edit", email="contractor@outside.example", **same)
    made = Certificate.objects.get()
    assert (made.record.state, made.person) == ("submitted", school.rita)
    said = "Rita Root gave themself the address by which they were recognised; somebody else looks at it."
    assert made.looked_at == said
    school.do(school.rita, rita, "edit", email="rita@norma.example", **same)
    assert not holding().filter(user=school.rita).exists()
    school.do(school.cora, made.record, "verify")
    assert holding().filter(user=school.rita, subject=course).exists()


def test_a_statement_that_is_nested_too_deep_is_refused(school: School, course: Record) -> None:
    deep: Any = "x"
    for _level in range(29):
        deep = {"a": deep}
    lms = Sender(school.cora)
    told = statement(context={"extensions": {"https://x.example/": deep}})
    answer = lms.send(told)
    said = [(one["field"], one["sentence"]) for one in answer.json()["errors"]]
    assert (answer.status_code, said) == (400, [("0", "It is nested more than 30 deep.")])
    told["context"]["extensions"] = {"https://x.example/": {"a": {"b": ["c"]}}}
    assert lms.send(told).status_code == 200


def test_a_number_that_would_not_be_written_as_one_is_refused(school: School, course: Record) -> None:
    lms = Sender(school.cora)
    told = json.dumps([statement(result={"extensions": {"https://x.example/": 0.5}})])
    for number, status in (("1e999", 400), ("-1e999", 400), ("NaN", 400), ("1e99", 200)):
        basic = base64.b64encode(f"{lms.name}:{lms.secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}", "X-Experience-API-Version": "1.0.3"}
        body = told.replace("0.5", number)
        answer = lms.client.generic("POST", ADDRESS, body, "application/json", headers=headers)
        assert (number, answer.status_code) == (number, status)
