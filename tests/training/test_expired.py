"""A certificate whose last day is past is expired, wherever its state is told, be the clock late or not."""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.training.handlers import expire_when_over
from setsquare.domains.training.thing import EXPIRY
from setsquare.faces.cli.main import run
from setsquare.flows.training_record import record_of, state_of
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.expiring import over
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import select
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.representation.past import as_it_stood
from setsquare.kernel.trail.models import Entry
from tests.training.conftest import PASSWORD, TODAY, School, ago

OVER = "It has expired already; where it is to be kept as history, say so under “Past”."
CERTIFICATE = thing_of("certificate")


@pytest.fixture
def course(school: School) -> Record:
    return school.course("First aid", {"person": "anna"}, validity_months=24)


@pytest.fixture
def ending(school: School, course: Record) -> Record:
    """Return Anna's certificate, whose last day is today."""
    made = school.certified("anna", course, ago(100), expires=TODAY, history=False)
    assert made.state == "valid"
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Have it be so many days later."""
    now = timezone.now()

    def go(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now + dt.timedelta(days=days))

    yield go
    monkeypatch.undo()


def _told(client: Client, capsys: pytest.CaptureFixture[str], record: Record) -> dict[str, set[str]]:
    """Return which state each way of looking at the certificate tells."""
    pages = {
        "page": f"/certificates/{record.number}/",
        "register": "/certificates/",
        "search": "/search/?q=First+aid&type=certificate",
        "palette": f"/palette?q={record.number}",
        "export": "/certificates/export/csv",
    }
    told = {}
    for name, address in pages.items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        parts = answer.streaming_content if answer.streaming else [answer.content]
        text = b"".join(parts).decode()
        main = text[text.find("<main") :] if "<main" in text else text
        rows = re.sub(r"<(select|form|nav|option).*?</\1>", "", main, flags=re.DOTALL)
        words = re.findall(r"\b(Valid|Expired)\b(?! until| for|ity)", re.sub(r"<[^>]*>", "|", rows))
        told[name] = set(words)
    for name, words in {"show": ["show", record.number], "list": ["list"]}.items():
        assert run(["certificates", *words, "--json", "--as", "cora"]) == 0
        said = json.loads(capsys.readouterr().out)
        told[name] = {(said if name == "show" else said["items"][0])["state"]}
    for state in ("valid", "expired"):
        if record.number in client.get(f"/certificates/?state={state}").content.decode():
            told.setdefault("found as", set()).add(state)
    return told


def test_it_is_told_as_expired_before_the_clock_has_come_to_it(
    school: School,
    client: Client,
    ending: Record,
    later: Callable[[int], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    later(2)
    client.force_login(school.cora)
    assert Record.objects.get(pk=ending.pk).state == "valid", "nobody has entered it yet"
    late = _told(client, capsys, ending)
    people = ("page", "register", "search", "palette", "export")
    programs = ("show", "list", "found as")
    assert late == dict.fromkeys(people, {"Expired"}) | dict.fromkeys(programs, {"expired"})
    assert expire_when_over() == 1 and expire_when_over() == 0
    assert Record.objects.get(pk=ending.pk).state == "expired"
    assert _told(client, capsys, ending) == late
    entry = Entry.objects.filter(record=ending).latest("seq")
    assert (entry.command, entry.actor) == ("expire", None)


def test_a_training_record_tells_it_as_expired_before_the_clock_has_come_to_it(
    school: School, client: Client, ending: Record, later: Callable[[int], None]
) -> None:
    number = Record.objects.get(person_file__user=school.anna).number

    def told() -> tuple[str, set[str], str]:
        client.force_login(school.cora)
        rows = client.get(f"/api/v1/people/{number}:training").json()["certificates"]
        page = client.get(f"/people/{number}/training/").content.decode()
        rows_of_it = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if ending.number in row]
        states = [set(re.findall(r"\b(Valid|Expired)\b", re.sub(r"<[^>]*>", "|", row))) for row in rows_of_it]
        (paper,) = record_of(school.cora, school.anna).certificates
        return rows[0]["state"], states[-1], state_of(CERTIFICATE, paper.record)

    assert told() == ("valid", {"Valid"}, "Valid"), "its last day counts"
    later(1)
    assert Record.objects.get(pk=ending.pk).state == "valid", "nobody has entered it yet"
    assert told() == ("expired", {"Expired"}, "Expired")


def test_what_expired_can_be_revoked_and_holds_nothing_meanwhile(
    school: School, course: Record, ending: Record, later: Callable[[int], None]
) -> None:
    assert holding().filter(user=school.anna, subject=course).exists()
    assert expire_when_over() == 0, "its last day counts"
    later(1)
    assert not holding().filter(user=school.anna, subject=course).exists()
    expire_when_over()
    assert as_it_stood(CERTIFICATE, ending, timezone.now(), school.cora).state["state"] == "expired"  # type: ignore[union-attr]
    done = school.do(school.cora, ending, "revoke", because="It was of somebody else.")
    assert done.record.state == "revoked"


def test_a_record_as_it_stood_is_expired_from_the_day_after_its_last(
    school: School, ending: Record, later: Callable[[int], None]
) -> None:
    then = timezone.now()
    later(40)
    expire_when_over()  # late by weeks
    record = Record.objects.get(pk=ending.pk)
    stood = [
        as_it_stood(CERTIFICATE, record, then + dt.timedelta(days=days), school.cora) for days in (0, 1, 39)
    ]
    assert [(one.state["state"], one.record.state) for one in stood if one is not None] == [
        ("valid", "valid"),
        ("expired", "expired"),
        ("expired", "expired"),
    ]


def test_its_day_ends_where_its_unit_is(school: School, course: Record) -> None:
    anna = school.certified("anna", course, ago(100), expires=TODAY)
    olga = school.certified("olga", course, ago(100), expires=TODAY)
    zones = {"N": "Pacific/Honolulu", "S": "Pacific/Kiritimati"}
    for code, name in zones.items():
        Unit.objects.filter(code=code).update(time_zone=name)
    midnight = dt.datetime.combine(TODAY, dt.time(), dt.UTC)
    told = []
    for hours in (9, 11, 33, 35):
        found = Record.objects.filter(over(EXPIRY, midnight + dt.timedelta(hours=hours)))
        told.append(list(found.order_by("number").values_list("number", flat=True)))
    assert told == [[], [olga.number], [olga.number], [anna.number, olga.number]]


def test_what_is_over_is_recorded_as_history_alone(school: School, course: Record) -> None:
    with pytest.raises(Refused) as refused:
        school.certified("anna", course, ago(900), history=False)
    assert refused.value.fields == {"issued": OVER}
    with pytest.raises(Refused) as refused:
        school.certified("anna", course, ago(200), expires=ago(1), history=False)
    assert refused.value.fields == {"expires": OVER}
    heads = "person,course,issued"
    row = f"anna,{course.number},{ago(900)}"
    report = bring_in(CERTIFICATE, Actor(school.cora), table_from(f"{heads}\n{row}".encode()))
    assert [(wrong.line, wrong.column, wrong.sentence) for wrong in report.wrong] == [(2, "issued", OVER)]
    report = bring_in(CERTIFICATE, Actor(school.cora), table_from(f"{heads},history\n{row},yes".encode()))
    assert report.done
    assert [record.state for record in select(CERTIFICATE, school.cora)] == ["expired"]
    assert not holding().filter(user=school.anna).exists()
    with pytest.raises(Refused, match="is the certificate of Anna Example of this course and day already"):
        school.certified("anna", course, ago(900))
