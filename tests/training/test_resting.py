"""A certificate shows the signature that it rests on: who signed what, when, and where that stands."""

import datetime as dt
import json

import pytest
from django.test import Client
from django.utils.timezone import localtime

from setsquare.domains.training.models import Certificate
from setsquare.domains.training.resting import grounds_of
from setsquare.faces.cli.main import run
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain
from setsquare.kernel.signatures.models import Signature
from tests.days import HOME, today
from tests.training.conftest import PASSWORD, School


def grounds(certificate: Record) -> list[tuple[str, str, str]]:
    row = Certificate.objects.get(pk=certificate.pk)
    return [(one.record.number, one.who, one.what) for one in grounds_of(row)]


def only(course: Record, person: str) -> Record:
    return Record.objects.get(certificate__course=course.pk, certificate__person__username=person)


def test_one_of_a_session_rests_on_its_attendance_being_confirmed(school: School, client: Client) -> None:
    course = school.course("Measuring")
    session = school.session(course, hours=-3)
    rows = [{"person": "anna", "result": "passed"}]
    school.do(school.tom, session, "record_attendance", people=rows)
    school.do(school.tom, session, "close")
    made = only(course, "anna")
    assert grounds(made) == [(session.number, "Tom Example", "Attendance confirmed")]
    client.force_login(school.anna)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert f'hx-get="/certificates/{made.number}/rests-on/"' in page
    part = client.get(f"/certificates/{made.number}/rests-on/").content.decode()
    assert "Attendance confirmed: Tom Example" in part
    assert f'href="/training-sessions/{session.number}/signatures/"' in part
    client.force_login(school.ben)
    assert client.get(f"/certificates/{made.number}/rests-on/").status_code == 404


def test_one_signed_off_rests_on_the_newest_sign_off_before_it(school: School) -> None:
    course = school.course("Turning", kind="on_the_job")
    for name in ("anna", "ben"):
        school.do(school.tom, course, "sign_off", people=[name])
    first, second = (grounds_of(only(course, name).certificate)[0] for name in ("anna", "ben"))
    assert first.at < second.at
    signed = Signature.objects.filter(record=course, meaning="signed_off").order_by("id")
    assert [one.at for one in signed] == [first.at, second.at]
    assert grounds(only(course, "ben")) == [(course.number, "Tom Example", "Signed off")]


def test_one_of_reading_rests_on_its_persons_signature(school: School) -> None:
    course = school.course("Rules", kind="read", content="Wash your hands.")
    for person in (school.anna, school.ben):
        school.do(person, course, "confirm")
    assert grounds(only(course, "anna")) == [(course.number, "Anna Example", "Read and understood")]


@pytest.mark.parametrize("by", ["cora"])
def test_one_that_was_recorded_says_that_nobody_signed(school: School, client: Client, by: str) -> None:
    made = school.certified("anna", school.course(), today() - dt.timedelta(days=9))
    assert grounds(made) == [(made.number, "Cora Example", "Entered without a signature")]
    client.force_login(school.cora)
    part = client.get(f"/certificates/{made.number}/rests-on/").content.decode()
    assert made.number in part and "href" not in part, "it stands on the page one is on"
    told = client.get(f"/api/v1/certificates/{made.number}").json()["rests_on"]
    assert [(one["what"], one["meaning"]) for one in told] == [("Entered without a signature", None)]


def test_programs_and_the_command_line_are_told_what_the_page_says(
    school: School, client: Client, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    course = school.course("Turning", kind="on_the_job")
    school.do(school.tom, course, "sign_off", people=["anna"])
    made = only(course, "anna")
    client.force_login(school.anna)
    page = client.get(f"/certificates/{made.number}/rests-on/").content.decode()
    at = grounds_of(made.certificate)[0].at
    told = [
        {
            "what": "Signed off",
            "meaning": "signed_off",
            "who": "Tom Example",
            "at": plain(at),
            "record": course.number,
        }
    ]
    assert client.get(f"/api/v1/certificates/{made.number}").json()["rests_on"] == told
    assert "Signed off: Tom Example, " in page and course.number in page
    assert run(["certificates", "show", made.number, "--as", "anna", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rests_on"] == told
    assert run(["certificates", "show", made.number, "--as", "anna"]) == 0
    lines = capsys.readouterr().out.splitlines()
    when = localtime(at, HOME).strftime("%Y-%m-%d %H:%M")
    assert (
        lines[lines.index("What it rests on") + 1] == f"  Signed off  Tom Example · {when} · {course.number}"
    )
    client.force_login(school.ben)
    assert client.get(f"/api/v1/certificates/{made.number}").status_code == 404
    assert run(["certificates", "show", made.number, "--as", "ben"]) != 0
    assert "rests" not in capsys.readouterr().out
