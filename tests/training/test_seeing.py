"""Who sees the training of people: who may see it where they are, who leads or trains them; no mere reader."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.faces.cli.main import run
from setsquare.faces.web.addresses import record_address
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.overdue import remind_and_escalate
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import visible_to
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.everything import readable_by
from setsquare.kernel.trail.models import Entry
from tests.api.conftest import Caller
from tests.days import today
from tests.training.conftest import PASSWORD, TODAY, School

READS = ["training.read", "organisation.read", "trail.read"]


def added(school: School, name: str, *permissions: str, unit: str = "N") -> User:
    """Add somebody with a role of their own in a unit."""
    bootstrap.add_role(f"role_{name}", f"Role of {name}", "", [*READS, *permissions])
    person = bootstrap.add_person(name, f"{name.title()} Example", unit, password=PASSWORD)
    bootstrap.grant(person, f"role_{name}", unit)
    return person


def pages(person: User, *paths: str) -> str:
    client = Client()
    client.force_login(person)
    return "".join(client.get(path).content.decode() for path in paths)


def held(school: School) -> Record:
    """Have Tom hold a session that Ben missed."""
    session = school.session(school.course("Measuring"), hours=-3)
    school.do(school.cora, session, "enrol", people=["ben"])
    rows = [{"person": "ben", "result": "absent", "reason": "Operated on."}]
    school.do(school.tom, session, "record_attendance", people=rows)
    return session


def told_of(person: User, session: Record) -> str:
    """Return all that web, API and the exports of the history say of a session."""
    number, client = session.number, Client()
    client.force_login(person)
    exports = [
        client.get(f"/training-sessions/{number}/history/export/{form}").getvalue().decode()
        for form in ("csv", "json")
    ]
    api = Caller(person, ("read",))
    said = [
        api.get(f"/training-sessions/{number}{part}").content.decode()
        for part in ("", "/trail", "/signatures")
    ]
    web = pages(person, *(f"/training-sessions/{number}/{tab}" for tab in ("", "history/", "signatures/")))
    return "".join([web, *exports, *said])


def test_why_somebody_was_absent_is_told_to_who_leads_or_runs_them_and_nobody_else(school: School) -> None:
    session = held(school)
    reader, auditor = added(school, "rhea"), added(school, "alma", "training.see")
    elsewhere = added(school, "elsa", "training.see", unit="S")
    bootstrap.grant(elsewhere, "reader", "N")
    people = added(school, "hans", "organisation.administer")
    for person in (school.anna, reader, elsewhere):
        told = told_of(person, session)
        assert session.number in told and "Operated on." not in told and "Ben Example" not in told, person
    told = told_of(auditor, session)
    assert "Operated on." not in told and "Ben Example: absent" in told
    for person in (school.tom, school.cora, school.ben, people):
        assert "Operated on." in told_of(person, session), person
    trail = readable_by(reader).filter(record=session, command="record_attendance")
    assert not trail.exists()
    assert readable_by(auditor).filter(record=session, command="record_attendance").exists()
    assert readable_by(reader).filter(record=session, command="create").exists()


def test_who_takes_part_with_others_sees_their_own_row_and_of_the_others_as_many_as_they_may(
    school: School,
) -> None:
    session = school.session(school.course("Measuring"), hours=-3)
    school.do(school.cora, session, "enrol", people=["anna", "ben", "olga"])
    rows = [
        {"person": "anna", "result": "absent", "reason": "In hospital."},
        {"person": "ben", "result": "not_passed", "reason": "Third part missing."},
        {"person": "olga", "result": "passed"},
    ]
    school.do(school.tom, session, "record_attendance", people=rows)
    bootstrap.grant(school.olga, "reader", "N")
    mine = {"person": "ben", "result": "not_passed", "reason": "Third part missing."}
    for person, names, own in (
        (school.ben, ["ben"], [mine]),
        (school.anna, ["anna"], rows[:1]),
        (added(school, "alma", "training.see"), ["anna", "ben"], [{**one, "reason": ""} for one in rows[:2]]),
        (school.cora, ["anna", "ben", "olga"], [rows[0], rows[1], {**rows[2], "reason": ""}]),
    ):
        said = Caller(person, ("read",)).get(f"/training-sessions/{session.number}").json()
        assert said["people"] == own
        page = pages(person, f"/training-sessions/{session.number}/")
        shown = [one for one in ("anna", "ben", "olga") if f"{one.title()} Example:" in page]
        assert shown == names
        assert ("Who else takes part is known to" in page) is (person != school.cora)
        assert ("Places taken</dt><dd>3" in page.replace("\n", "")) is (person == school.cora)
        told = told_of(person, session)
        assert [one for one in ("In hospital.", "Third part missing.") if one in told] == [
            row["reason"] for row in own if row["reason"]
        ]


def test_who_was_taken_off_is_told_to_nobody_who_is_left_alone(school: School) -> None:
    session = school.session(school.course("Measuring"))
    school.do(school.cora, session, "enrol", people=["anna", "ben"], because="Both asked for it.")
    school.do(school.cora, session, "withdraw", people=["anna"], because="She expects a child.")
    emptied = school.session(school.course("Sampling"))
    school.do(school.cora, emptied, "enrol", people=["anna"])
    school.do(school.cora, emptied, "withdraw", people=["anna"], because="She expects a child.")
    secrets = ("Anna Example", "Both asked for it.", "She expects a child.")
    reader, elsewhere = added(school, "rhea"), added(school, "elsa", "training.see", unit="S")
    bootstrap.grant(elsewhere, "reader", "N")
    now = f"{timezone.now():%Y-%m-%dT%H:%M:%S.%fZ}"
    for of in (session, emptied):
        for person in (school.ben, reader, elsewhere):
            at = pages(person, f"/training-sessions/{of.number}/?at={now}")
            told = told_of(person, of) + at
            assert "took people off" in told and [one for one in secrets if one in told] == [], person
    assert "Ben Example" in told_of(school.ben, session)
    for person in (school.cora, school.tom, added(school, "alma", "training.see")):
        assert all(one in told_of(person, session) for one in secrets), person


def test_the_reason_of_a_signature_is_hidden_with_its_note(school: School) -> None:
    session = held(school)
    school.do(school.tom, session, "close", because="Ben was ill, the others passed.")
    for person, knows in ((school.anna, False), (school.cora, True), (school.tom, True)):
        assert ("Ben was ill" in told_of(person, session)) is knows, person
    read = (
        Caller(school.anna, ("read",)).get(f"/training-sessions/{session.number}/signatures").json()["items"]
    )
    assert read[0]["reason"] == "" and "reason" in read[0]["withheld"]


def test_the_hidden_reason_of_closing_a_session_stands_on_nobodys_certificate(school: School) -> None:
    course = school.course("Measuring", {"person": "anna"})
    session = school.session(course, hours=-3)
    rows = [
        {"person": "ben", "result": "absent", "reason": "Operated on."},
        {"person": "anna", "result": "passed"},
    ]
    school.do(school.tom, session, "record_attendance", people=rows)
    school.do(school.tom, session, "close", because="Ben was at the clinic again.")
    made = Record.objects.get(type="certificate")
    given = Entry.objects.filter(command__in=("close", "issue", "trained")).order_by("pk")
    assert {(entry.record.number, entry.command): entry.reason for entry in given} == {
        (session.number, "close"): "Ben was at the clinic again.",
        (made.number, "issue"): "",
        (course.number, "trained"): "",
    }
    client = Client()
    client.force_login(school.anna)
    where = f"/certificates/{made.number}/history/"
    export = client.get(f"{where}export/csv").getvalue().decode()
    api = Caller(school.anna, ("read",)).get(f"/certificates/{made.number}/trail").content.decode()
    for told in (pages(school.anna, where), export, api):
        assert "Tom Example" in told and "clinic" not in told


def test_why_a_certificate_was_revoked_stands_with_the_one_that_counts_instead_and_not_on_the_course(
    school: School,
) -> None:
    course = school.course("Measuring", {"person": "anna"}, validity_months=12)
    older = school.certified("anna", course, TODAY - dt.timedelta(days=40))
    newer = school.certified("anna", course, TODAY - dt.timedelta(days=10))
    carry_out("course", "call", Actor(None), record=course, body={"people": ["anna"]})
    school.do(school.cora, newer, "revoke", because="Anna forged it.")
    told = Entry.objects.filter(reason="Anna forged it.").order_by("record__number")
    assert [(entry.record, entry.command) for entry in told] == [(older, "take_up"), (newer, "revoke")]
    assert Entry.objects.filter(record=course).latest("seq").command == "trained"


def test_who_enrolled_themself_is_told_to_them_and_not_to_other_readers(school: School) -> None:
    session = school.session(school.course("Measuring"), capacity=4)
    for person in (school.anna, school.ben):
        school.do(person, session, "enrol_me")
    assert "Anna Example" in told_of(school.anna, session)
    assert "Ben Example" not in told_of(school.anna, session)
    page = pages(school.anna, f"/training-sessions/{session.number}/")
    assert "2 of 4" in page  # whether a place is left, everybody is told


def test_why_somebody_is_away_is_told_to_who_leads_or_runs_them_and_nobody_else(school: School) -> None:
    first = today() + dt.timedelta(days=2)
    body = {"substitute": "ben", "starts": first, "ends": first, "reason": "Parental leave."}
    file = school.anna.file.record
    school.do(school.anna, file, "delegate", **body, because="So: parental leave.")
    auditor = added(school, "alma", "training.see")
    people = added(school, "hans", "organisation.administer")
    for person, knows in (
        (school.anna, True),
        (school.tom, True),
        (people, True),
        (school.ben, False),
        (added(school, "rhea"), False),
        (auditor, False),
    ):
        client = Client()
        client.force_login(person)
        told = [client.get(f"/people/{file.number}/history/export/json").getvalue().decode()]
        api = Caller(person, ("read",))
        told += [api.get(f"/people/{file.number}{part}").content.decode() for part in ("", "/trail")]
        told += [pages(person, f"/people/{file.number}/{tab}") for tab in ("rights/", "history/")]
        assert [("Parental leave." in one) for one in told] == [knows] * 5, person
        assert "stands in from" in told[3], person
        assert [("So: parental leave." in one) for one in told] == [knows, False, knows, False, knows], person


def test_why_somebody_is_away_is_not_told_by_the_trail_of_the_organisation(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = today() + dt.timedelta(days=2)
    file, body = school.anna.file.record, {"substitute": "ben", "starts": first, "ends": first}
    school.do(school.anna, file, "delegate", **body, because="So: parental leave.")
    school.do(school.anna, file, "end_delegation", substitute="ben", because="Back from the clinic.")
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    people = added(school, "hans", "organisation.administer")
    for person, knows in ((people, True), (added(school, "rhea"), False), (school.ben, False)):
        if person == school.ben:
            bootstrap.grant(person, "role_rhea", "N")
        monkeypatch.setenv("SETSQUARE_AS", person.username)
        client, api = Client(), Caller(person, ("read",))
        client.force_login(person)
        exports = [client.get(f"/trail/export/{form}") for form in ("csv", "json")]
        exports += [api.get(f"/trail:export?format={form}") for form in ("csv", "json")]
        told = [pages(person, "/trail/"), api.get("/trail").content.decode()]
        told += [export.getvalue().decode() for export in exports]
        for words in (("trail",), ("trail", "--json"), ("trail", "--csv"), ("export", "trail")):
            capsys.readouterr()
            assert run(words) == 0
            told.append(capsys.readouterr().out)
        assert ["named a substitute" in one for one in told] == [True] * 10, person
        for reason in ("So: parental leave.", "Back from the clinic."):
            assert [(reason in one) for one in told] == [knows] * 10, person


def test_who_completed_a_course_is_told_to_who_may_see_training(school: School) -> None:
    course = school.course("Rules", kind="read", content="Wash your hands.", unit="N")
    current = Record.objects.get(pk=course.pk)
    carry_out(
        "course",
        "confirm",
        Actor(school.ben),
        record=current,
        version=current.version,
        credentials=Credentials(password=PASSWORD),
    )
    reader, auditor = added(school, "rhea"), added(school, "alma", "training.see")
    paths = [f"/courses/{course.number}/{tab}" for tab in ("history/", "signatures/")]
    for person, knows in ((school.anna, False), (reader, False), (auditor, True), (school.cora, True)):
        assert ("Ben Example" in pages(person, *paths)) is knows, person
        said = Caller(person, ("read",)).get(f"/courses/{course.number}/signatures").content.decode()
        assert ("Ben Example" in said) is knows, person
        told = readable_by(person).filter(record=course, command="confirm").exists()
        assert told is (person == auditor), person


def test_tabs_count_what_they_show(school: School) -> None:
    course = school.course("Rules", kind="read", content="Wash your hands.", unit="N")
    for person in (school.anna, school.ben):
        school.do(person, course, "confirm")
    entries = Record.objects.get(pk=course.pk).version
    for person, signatures, history in ((school.cora, 2, entries), (school.olga, 0, entries - 2)):
        bootstrap.grant(person, "reader", "N")
        assert counted(person, course, "Signatures") == signatures
        assert counted(person, course, "History") == history
        assert pages(person, f"/courses/{course.number}/history/").count('class="timeline-entry') == history
    assert counted(school.anna, course, "Signatures") == 1
    session = school.session(course=school.course("Measuring"))
    for person in (school.anna, school.ben):
        school.do(person, session, "enrol_me")
    for person, history in ((school.cora, 3), (school.anna, 2), (school.olga, 1)):
        assert counted(person, session, "History") == history


def counted(person: User, record: Record, tab: str) -> int:
    """Return how many a tab of a record's page says that it shows."""
    page = pages(person, record_address(record))
    found = re.search(rf">{tab}\s*<span[^>]*>(\d+)<", page)
    return int(found[1]) if found else 0


def test_who_is_overdue_with_a_course_is_told_to_who_may_see_training(school: School) -> None:
    course = school.course("Late", {"unit": "N"}, unit="N")
    Task.objects.filter(record=course).update(due=course.created)
    assert remind_and_escalate() == 3
    reader, auditor = added(school, "rhea"), added(school, "alma", "training.see")
    at = f"/courses/{course.number}"
    for person, knows in ((school.anna, False), (reader, False), (auditor, True), (school.cora, True)):
        client = Client()
        client.force_login(person)
        exports = [client.get(f"{at}/history/export/{form}") for form in ("csv", "json")]
        told = [
            pages(person, f"{at}/history/"),
            Caller(person, ("read",)).get(f"{at}/trail").content.decode(),
            *(export.getvalue().decode() for export in exports),
        ]
        assert all("told the line of what is overdue" in one or "escalate" in one for one in told), person
        assert [("Ben Example" in one) for one in told] == [knows] * 4, person
        seen = readable_by(person).filter(record=course, command="escalate").exists()
        assert seen is (person == auditor), person


def test_who_may_see_training_sees_all_of_their_unit_and_changes_nothing(school: School) -> None:
    auditor = added(school, "alma", "training.see")
    course = school.course("Measuring", {"unit": "NW"})
    certificates = [school.certified(name, course, today()) for name in ("ben", "olga")]
    page = pages(auditor, "/courses/matrix/")
    assert "Ben Example" in page and "Olga Example" not in page
    people = Caller(auditor, ("read",)).get("/courses:matrix").content.decode()
    assert "ben" in people and "olga" not in people
    seen = visible_to(auditor).filter(type="certificate")
    assert list(seen) == certificates[:1]
    with pytest.raises(NotPermitted):
        body = {"person": "ben", "course": course.number, "issued": "2026-01-01"}
        carry_out("certificate", "create", Actor(auditor), body=body)
    page = pages(auditor, f"/certificates/{certificates[0].number}/")
    assert "/do/revoke/" not in page
