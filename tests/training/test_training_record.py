"""The training record of a person: what they need and hold, on what that rests, for who follows their training."""

import datetime as dt
import json
import re

import pytest
from django.test import Client
from django.utils import formats, timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.models import Retraining
from setsquare.domains.training.resting import all_grounds, grounds_of
from setsquare.faces.cli.main import run
from setsquare.flows.training_record import parts_of, pdf_of, record_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.units import zone, zones
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.api.conftest import Caller
from tests.days import HOME
from tests.training.conftest import PASSWORD, School, ago, deliver
from tests.training.test_certificates import submit


def page_of(person: User) -> str:
    return f"/people/{Record.objects.get(person_file__user=person).number}/"


def held(school: School, monkeypatch: pytest.MonkeyPatch) -> list[Record]:
    """Have Anna hold courses by a session, a sign-off, a reading and a record of Cora’s; she lacks another."""
    taught = school.course("Measuring", {"unit": "N"}, validity_months=12)
    turning = school.course("Turning", kind="on_the_job")
    policy = school.course("Policy", kind="read")
    first_aid = school.course("First aid", kind="external", validity_months=24)
    school.course("Lifting", {"person": "anna"})
    session = school.session(taught)
    school.do(school.cora, session, "enrol", people=["anna"])
    school.do(school.tom, turning, "sign_off", people=["anna"])
    school.do(school.tom, turning, "sign_off", people=["ben"])
    school.do(school.anna, policy, "confirm")
    school.do(school.ben, policy, "confirm")
    school.certified("anna", first_aid, ago(9), issuer="Red Cross")
    now = timezone.now() + dt.timedelta(hours=30)
    monkeypatch.setattr(timezone, "now", lambda: now)
    rows = [{"person": "anna", "result": "passed"}]
    school.do(school.tom, session, "record_attendance", people=rows)
    school.do(school.tom, session, "close")
    return [taught, turning, policy, first_aid]


def test_a_persons_page_tells_their_training_to_who_follows_it(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(school, monkeypatch)
    bootstrap.grant(school.tom, "reader", "NW")
    for who in (school.cora, school.tom, school.anna):  # who runs it, her line manager, she herself
        client.force_login(who)
        assert f'href="{page_of(school.anna)}training/"' in client.get(page_of(school.anna)).content.decode()
        page = client.get(f"{page_of(school.anna)}training/").content.decode()
        assert "Lifting" in page and "Missing" in page
        for told in (
            "Attendance confirmed: Tom Example",
            "Signed off: Tom Example",
            "Read and understood: Anna Example",
            "Entered without a signature: Cora Example",
        ):
            assert told in page, (who.username, told)
        assert "Attended and passed" in page
        pdf = client.get(f"{page_of(school.anna)}training/pdf/")
        assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF-")
        assert "Training record of Anna Example.pdf" in pdf["Content-Disposition"]
    client.force_login(school.ben)
    assert f"{page_of(school.anna)}training/" not in client.get(page_of(school.anna)).content.decode()
    assert client.get(f"{page_of(school.anna)}training/").status_code == 404
    assert client.get(f"{page_of(school.anna)}training/pdf/").status_code == 404


def test_what_is_needed_is_told_with_why_by_when_and_that_a_certificate_waits(
    school: School, client: Client
) -> None:
    aid = school.course("First aid", {"person": "anna", "days": 9}, kind="external")
    lifting = school.course("Lifting", {"unit": "N", "days": 5})
    waits = submit(school, school.anna, aid)
    client.force_login(school.tom)  # her line manager
    page = client.get(f"{page_of(school.anna)}training/").content.decode()
    rows = [part.partition("</tr>")[0] for part in page.split("<tr>")]
    of_aid, of_lifting = (
        next(row for row in rows if f'href="/courses/{course.number}/"' in row) for course in (aid, lifting)
    )
    assert f"Waits for verification ({waits.number})" in of_aid and "Missing" not in of_aid
    assert "needed by name" in of_aid and "Missing" in of_lifting
    assert "needed by: North" in of_lifting
    for row, days in ((of_aid, 9), (of_lifting, 5)):
        assert f'datetime="{ago(-days).isoformat()}' in row
    told = record_of(school.tom, school.anna)
    assert [line for row in parts_of(told)[0].rows for line in row[1:4]] == [
        "needed by name",
        f"Waits for verification ({waits.number})",
        formats.date_format(ago(-9)),
        "needed by: North",
        "Missing",
        formats.date_format(ago(-5)),
    ]
    number = page_of(school.anna).split("/")[2]
    courses = client.get(f"/api/v1/people/{number}:training").json()["courses"]
    assert [
        (row["title"], row["why"], row["due"][:10], row["waits_for_verification"]) for row in courses
    ] == [
        ("First aid", ["needed by name"], ago(-9).isoformat(), waits.number),
        ("Lifting", ["needed by: North"], ago(-5).isoformat(), None),
    ]
    assert pdf_of(told).startswith(b"%PDF-")


def test_what_many_certificates_rest_on_is_what_each_page_says(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(school, monkeypatch)
    for person in (school.anna, school.ben):
        rows = list(person.certificates.select_related("record", "course__record", "person"))
        assert len(rows) == (4 if person == school.anna else 2)
        assert all_grounds(rows) == {row.pk: grounds_of(row) for row in rows}


def test_a_program_asks_for_a_training_record(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(school, monkeypatch)
    number = page_of(school.anna).split("/")[2]
    client.force_login(school.cora)
    told = json.loads(client.get(f"/api/v1/people/{number}:training").content)
    assert (told["person"], told["name"]) == ("anna", "Anna Example")
    assert {(row["title"], row["standing"]) for row in told["courses"]} == {
        ("Lifting", "missing"),
        ("Measuring", "valid"),
    }
    by_course = {row["title"]: row for row in told["certificates"]}
    assert by_course.keys() == {"Measuring", "Turning", "Policy", "First aid"}
    assert [each["who"] for each in by_course["Turning"]["rests_on"]] == ["Tom Example"]
    assert [(row["title"], row["result"]) for row in told["sessions"]] == [("Measuring", "passed")]
    pdf = client.get(f"/api/v1/people/{number}:training?format=pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert client.get(f"/api/v1/people/{number}:training?format=csv").status_code == 422
    client.force_login(school.ben)
    assert client.get(f"/api/v1/people/{number}:training").status_code == 404


def test_a_token_that_may_not_read_all_that_the_record_tells_does_not_get_it(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held(school, monkeypatch)
    number = page_of(school.anna).split("/")[2]
    kinds = ("person", "course", "certificate", "training_session", "quiz_attempt", "document", "revision")
    read = [f"read:{kind}" for kind in kinds]
    for lacking in read:
        caller = Caller(school.cora, tuple(scope for scope in read if scope != lacking))
        for form in ("json", "pdf"):
            answer = caller.get(f"/people/{number}:training?format={form}")
            assert answer.status_code == 403
            assert answer.json()["detail"] == f"This token does not have the scope “{lacking}”."
        monkeypatch.setenv("SETSQUARE_TOKEN", caller.secret)
        capsys.readouterr()
        assert run(("export", "people", number, "--format", "json")) == 4
        said = capsys.readouterr()
        assert lacking in said.err and "Measuring" not in said.out
    assert Caller(school.cora, tuple(read)).get(f"/people/{number}:training").status_code == 200


def test_of_what_was_revoked_or_refused_it_is_told_when_and_why(school: School, client: Client) -> None:
    aid, turning = school.course("First aid", kind="external"), school.course("Turning", kind="external")
    taken, good = (school.certified("anna", course, ago(9)) for course in (aid, turning))
    school.do(school.cora, taken, "revoke", because="The exam was void.")
    wrong = submit(school, school.anna, turning)
    school.do(school.cora, wrong, "refuse", because="It is of somebody else.")
    day = formats.date_format(ago(0))
    told = {
        taken.number: ("Revoked", f"Revoked on {day}: The exam was void."),
        wrong.number: ("Refused", f"Refused on {day}: It is of somebody else."),
        good.number: ("Valid", ""),
    }
    number = page_of(school.anna).split("/")[2]
    for reader in (school.cora, school.tom, school.anna):
        client.force_login(reader)
        page = client.get(f"{page_of(school.anna)}training/").content.decode()
        rows = {one: page.split(f"/certificates/{one}/")[-1].partition("</tr>")[0] for one in told}
        for one, (state, sentence) in told.items():
            assert state in rows[one] and sentence in rows[one], (reader.username, one)
        paper = {row[0]: row[2] for row in parts_of(record_of(reader, school.anna))[1].rows}
        assert paper == {one: sentence or state for one, (state, sentence) in told.items()}
        listed = client.get(f"/api/v1/people/{number}:training").json()["certificates"]
        ended = {row["certificate"]: row["ended"] for row in listed}
        assert ended[good.number] is None
        assert [(ended[one.number]["day"], ended[one.number]["why"]) for one in (taken, wrong)] == [
            (ago(0).isoformat(), "The exam was void."),
            (ago(0).isoformat(), "It is of somebody else."),
        ]


def test_a_day_of_somebody_elsewhere_is_the_same_for_every_reader(school: School, client: Client) -> None:
    bootstrap.add_unit(
        "B", "Braga", "site", "NW", "Europe/Lisbon"
    )  # where a day ends an hour later than in Berlin
    rui = bootstrap.add_person("rui", "Rui Example", "B", password=PASSWORD)
    bootstrap.grant(rui, "reader", "B")
    deliver()
    course = school.course("Cleanroom", validity_months=12)
    certificate = school.certified("rui", course, ago(340), expires=ago(-20), history=False)
    school.do(school.cora, course, "set_requirements", needed_by=[{"unit": "B"}])
    task = Task.objects.get(record=course, kind="train", assignee=rui)
    assert timezone.localdate(task.due, HOME) == ago(-21)
    last = formats.date_format(ago(-20))
    number = page_of(rui).split("/")[2]
    for reader in (school.cora, rui):
        client.force_login(reader)
        page = client.get(f"{page_of(rui)}training/").content.decode()
        needed = page.partition('id="needed"')[2].partition("</section>")[0]
        assert re.findall(r"<time[^>]*>([^<]*)</time>", needed) == [last, last]
        with timezone.override(HOME):
            (row,) = parts_of(record_of(reader, rui))[0].rows
        assert row[3:] == [last, last, certificate.number]
        (told,) = client.get(f"/api/v1/people/{number}:training").json()["courses"]
        assert (told["due_day"], told["last_day"]) == (ago(-20).isoformat(), ago(-20).isoformat())
    own = client.get("/courses/mine/").content.decode().partition("<tbody>")[2]
    assert re.findall(r"<time[^>]*>([^<]*)</time>", own) == [last, last]
    assert zones({rui.unit_id, school.anna.unit_id}) == {
        person.unit_id: zone(person.unit) for person in (rui, school.anna)
    }
    client.force_login(school.cora)
    assert f"due {last}" in client.get(f"/courses/{course.number}/do/remind/").content.decode()


def test_a_course_tells_as_last_day_of_a_retraining_the_one_that_counts(school: School) -> None:
    course = school.course("Measuring")
    midnight = dt.datetime.combine(ago(-10), dt.time(), HOME).astimezone(dt.UTC)
    row = Retraining(because=course, due=midnight, reason="New gauges.", since=ago(0))
    assert row.in_words == f"Because of {course.number}, by {formats.date_format(ago(-9))}: New gauges."
