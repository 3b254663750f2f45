"""Training sessions: places and the waiting list, attendance, certificates by closing."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.training.attendance_list import attendance_sheet
from setsquare.domains.training.models import Course, TrainingSession
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.supervising import is_about
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.representation.past import as_it_stood
from setsquare.kernel.typesetting.lists import ListSheet
from tests.cases import ThingCase
from tests.days import HOME
from tests.training.conftest import TODAY, School, ago, asked


class TestSessions(ThingCase):
    thing = "training_session"

    @pytest.fixture
    def prepared(self, school: School) -> None:
        self.school = school
        self.course = school.course("Measuring")

    def make(self, number: int) -> Record:
        made = self.school.session(self.course, 24 * number, place="Room 4", notes="Bring a caliper.")
        self.school.do(self.school.cora, made, "enrol", people=["anna", "ben"])
        return Record.objects.get(pk=made.pk)

    def reader(self) -> User:
        return self.school.cora

    def stranger(self) -> User:
        return self.school.olga


def people(session: Record, *, waiting: bool = False) -> list[str]:
    rows = TrainingSession.objects.get(pk=session.pk).attendances.filter(waiting=waiting).order_by("id")
    return list(rows.values_list("person__username", flat=True))


def test_a_full_session_has_a_waiting_list_whose_first_moves_up(school: School) -> None:
    session = school.session(school.course(), capacity=1)
    school.do(school.anna, session, "enrol_me")
    done = school.do(school.ben, session, "enrol_me")
    assert "is full: you are on the waiting list" in done.conclusion
    school.do(school.cora, session, "enrol", people=["olga"])
    assert (people(session), people(session, waiting=True)) == (["anna"], ["ben", "olga"])
    school.do(school.anna, session, "leave")
    assert (people(session), people(session, waiting=True)) == (["ben"], ["olga"])
    told = Notice.objects.filter(user=school.ben, kind="training").get()
    assert told.text.startswith("A place has become free")
    school.do(school.cora, session, "withdraw", people=["ben"])
    assert people(session) == ["olga"]
    with pytest.raises(WrongState, match="You are not enrolled"):
        school.do(school.anna, session, "leave")


def test_the_zone_of_the_unit_counts(school: School) -> None:
    day = (timezone.now() + dt.timedelta(days=3)).date()
    session = school.session(school.course(), starts=f"{day}T09:00", ends=f"{day}T11:30")
    starts = TrainingSession.objects.get(pk=session.pk).starts
    assert timezone.localtime(starts, timezone.get_current_timezone()).date() == day
    assert starts.astimezone(dt.UTC).hour in (7, 8)
    with pytest.raises(Refused) as refused:
        school.session(school.course("Other"), starts=f"{day}T09:00", ends=f"{day}T09:00")
    assert refused.value.fields == {"ends": "It has to end after it starts."}


def test_whoever_passed_is_certified_by_closing(school: School, client: Client) -> None:
    course = school.course("Measuring", {"unit": "N"}, validity_months=12)
    with pytest.raises(WrongState, match="It has not begun yet"):
        school.do(school.tom, school.session(course), "record_attendance", people=[])
    session = school.session(course, hours=-3)
    school.do(school.cora, session, "enrol", people=["anna", "ben"])
    rows = [{"person": "anna", "result": "passed"}]
    school.do(school.tom, session, "record_attendance", people=rows)
    with pytest.raises(Refused, match="Say what came of it for: Ben Example"):
        school.do(school.tom, session, "close")
    rows = [{"person": "ben", "result": "absent", "reason": "Ill."}, {"person": "tom", "result": "passed"}]
    with pytest.raises(Refused) as refused:
        school.do(school.tom, session, "record_attendance", people=rows)
    assert refused.value.fields == {"people.1.result": "Somebody else says that you passed."}
    school.do(school.tom, session, "record_attendance", people=rows[:1])
    client.force_login(school.tom)
    form = client.get(f"/training-sessions/{session.number}/do/close/", headers={"HX-Request": "true"})
    for row in ("Anna Example: attended and passed", "Ben Example: absent"):
        assert row in form.content.decode()
    done = school.do(school.tom, session, "close")
    assert done.signature is not None
    assert done.conclusion.endswith("Certificates were issued to: Anna Example.")
    held = holding().get(subject=course)
    assert (held.user, held.evidence.certificate.session_id) == (school.anna, session.pk)
    assert set(asked(course)) == {"tom", "ben"}


@pytest.mark.parametrize(
    ("row", "place", "sentence"),
    [
        ({"result": "absent"}, "people.0.reason", "Say why."),
        ({"result": "late"}, "people.0.result", None),
    ],
)
def test_attendance_that_says_too_little_is_refused(
    school: School, row: dict[str, str], place: str, sentence: str | None
) -> None:
    session = school.session(school.course(), hours=-3)
    with pytest.raises(Refused) as refused:
        school.do(school.tom, session, "record_attendance", people=[{"person": "anna", **row}])
    assert list(refused.value.fields) == [place]
    assert sentence in (None, refused.value.fields[place])
    with pytest.raises(NotPermitted):
        school.do(school.anna, session, "record_attendance", people=[])


def test_a_cancelled_session_tells_whoever_was_enrolled_why(school: School) -> None:
    session = school.session(school.course())
    school.do(school.cora, session, "enrol", people=["anna"])
    school.do(school.cora, session, "cancel", because="Tom is ill.")
    told = Notice.objects.filter(text__contains="was cancelled").order_by("user__username")
    assert [(one.user.username, one.values["reason"]) for one in told] == [
        ("anna", "Tom is ill."),
        ("tom", "Tom is ill."),
    ]


def test_what_has_to_be_held_first_is_asked_for(school: School) -> None:
    first = school.course("First")
    session = school.session(school.course("Second", builds_on=[first.number]))
    with pytest.raises(Refused) as refused:
        school.do(school.cora, session, "enrol", people=["anna"])
    assert refused.value.fields == {"people": f"Anna Example has to hold {first.number} first."}


def test_who_takes_part_does_not_countersign(school: School) -> None:
    session = school.session(school.course())
    school.do(school.cora, session, "enrol", people=["anna"])
    close = command_of("training_session", "close")
    assert is_about(close, {}, session, school.anna) and not is_about(close, {}, session, school.ben)


def test_who_is_added_as_having_passed_holds_what_comes_first(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = school.course("Basics")
    course = school.course("Measuring", builds_on=[first.number])
    session = school.session(course, 1)
    now = timezone.now() + dt.timedelta(hours=4)
    monkeypatch.setattr(timezone, "now", lambda: now)
    rows = [{"person": "anna", "result": "passed"}]
    with pytest.raises(Refused) as refused:
        school.do(school.tom, session, "record_attendance", people=rows)
    assert refused.value.fields == {"people.0.person": f"Anna Example has to hold {first.number} first."}
    school.certified("anna", first, ago(9))
    school.do(school.tom, session, "record_attendance", people=rows)


def test_who_was_absent_first_has_not_passed_without_what_comes_first(school: School) -> None:
    first = school.course("Basics")
    course = school.course("Measuring", builds_on=[first.number])
    session = school.session(course, -5)
    away = {"person": "anna", "result": "absent", "reason": "Ill."}
    school.do(school.tom, session, "record_attendance", people=[{**away, "person": "ben"}, away])
    rows = [{"person": name, "result": "passed"} for name in ("ben", "anna")]
    with pytest.raises(Refused) as refused:
        school.do(school.tom, session, "record_attendance", people=rows)
    assert refused.value.fields == {
        "people.0.person": f"Ben Example has to hold {first.number} first.",
        "people.1.person": f"Anna Example has to hold {first.number} first.",
    }
    ground = school.certified("anna", first, ago(9))
    school.do(school.tom, session, "record_attendance", people=rows[1:])
    school.do(school.cora, ground, "revoke", because="The exam was void.")
    with pytest.raises(Refused) as refused:
        school.do(school.tom, session, "close")
    assert refused.value.fields == {"people": f"Anna Example has to hold {first.number} first."}
    school.certified("anna", first, ago(8))
    school.do(school.tom, session, "close")
    held = Record.objects.filter(type="certificate", certificate__course=course.pk)
    assert [record.owner for record in held] == [school.anna]


def test_who_held_it_when_they_took_part_need_not_hold_it_when_the_session_is_closed(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = school.course("Basics")
    session = school.session(school.course("Measuring", builds_on=[first.number]), 1)
    school.certified("anna", first, ago(9), expires=TODAY + dt.timedelta(days=1))
    school.do(school.cora, session, "enrol", people=["anna"])
    now = timezone.now() + dt.timedelta(days=4)
    monkeypatch.setattr(timezone, "now", lambda: now)
    rows = [{"person": "anna", "result": "passed"}]
    school.do(school.tom, session, "record_attendance", people=rows)
    assert school.do(school.tom, session, "close").record.state == "closed"


@pytest.mark.parametrize(
    ("day", "hour", "sentence"),
    [
        ("1900-01-01", "09:00", "This day is more than 60 years ago; look at the year."),
        ("2999-12-31", "21:00-12:00", "This day is more than 100 years ahead; look at the year."),
    ],
)
def test_a_session_lies_in_no_year_that_is_a_slip_of_the_pen(
    school: School, day: str, hour: str, sentence: str
) -> None:
    starts = f"{day}T{hour}"
    given = {"starts": starts, "ends": starts.replace(":00", ":30", 1)}
    course = school.course()
    with pytest.raises(Refused) as refused:
        school.session(course, **given)
    assert refused.value.fields == {"starts": sentence}
    planned = {**given, "ends": "2026-01-05T09:00", "trainer": "tom"}
    with pytest.raises(Refused) as refused:
        school.do(school.cora, school.session(course), "edit", **planned)
    assert refused.value.fields == {"starts": sentence}


@pytest.mark.parametrize("kind", ["online", "read", "external"])
def test_only_what_is_completed_by_taking_part_is_given_in_sessions(
    school: School, client: Client, kind: str
) -> None:
    course, other = school.course("Reading", kind=kind), school.course("Reading together")
    with pytest.raises(Refused) as refused:
        school.session(course)
    how = course.course.completed_how
    said = f"{course.number} is not given in sessions. How it is completed: {how}"
    assert refused.value.fields == {"course": said}
    client.force_login(school.cora)
    form = client.get("/training-sessions/new/create/").content.decode()
    chooser = re.search(r'"(/choose/records\?type=course[^"]*)"', form)
    assert chooser is not None
    for words in ("", "reading", "tc"):
        found = client.get(chooser[1].replace("&amp;", "&") + words).json()
        assert other.number in str(found) and course.number not in str(found), words
    for one, planned in ((course, False), (other, True)):
        page = client.get(f"/courses/{one.number}/given/").content.decode()
        assert ("/training-sessions/new/create/" in page) is planned


def test_a_session_that_was_planned_of_a_course_to_be_read_gives_no_certificate(school: School) -> None:
    course = school.course("Measuring")
    session = school.session(course, hours=-3)
    school.do(school.tom, session, "record_attendance", people=[{"person": "anna", "result": "passed"}])
    Course.objects.filter(pk=course.pk).update(kind="read")  # planned by a version that took any kind
    done = school.do(school.tom, session, "close")
    assert done.conclusion == (
        f"{session.number} is closed; no certificate was issued, as the course is not completed by this session."
    )
    assert not Record.objects.filter(type="certificate").exists()


@pytest.mark.parametrize(
    ("kind", "trainers"), [("on_the_job", []), ("on_the_job", ["tom"]), ("classroom", ["tom"])]
)
def test_who_gives_a_session_is_a_trainer_of_the_course_or_holds_it(
    school: School, kind: str, trainers: list[str]
) -> None:
    course = school.course("Measuring", kind=kind, trainers=trainers)
    said = f"Ben Example is no trainer of {course.number} and does not hold it; choose one of its trainers."
    with pytest.raises(Refused) as refused:
        school.session(course, trainer="ben")
    assert refused.value.fields == {"trainer": said}
    Course.objects.filter(pk=course.pk).get().trainers.add(school.ben)
    session = school.session(course, hours=-3, trainer="ben")
    Course.objects.filter(pk=course.pk).get().trainers.remove(school.ben)
    school.do(school.cora, session, "record_attendance", people=[{"person": "anna", "result": "passed"}])
    school.do(school.cora, session, "close")
    given = Record.objects.filter(type="certificate").exists()
    assert given is (kind == "classroom"), "on the job its trainer has to know it"


def test_a_course_without_trainers_is_given_by_anybody_who_is_named(school: School) -> None:
    assert school.session(school.course("Measuring", trainers=[]), trainer="ben").state == "planned"


def test_whoever_plans_a_session_is_told_for_when_and_that_its_trainer_knows(school: School) -> None:
    course = school.course("Measuring")
    starts = dt.datetime(2031, 12, 3, 9, tzinfo=HOME)
    body = {"course": course.number, "unit": "N", "starts": starts, "ends": starts + dt.timedelta(hours=2)}
    made = carry_out("training_session", "create", Actor(school.cora), body={**body, "trainer": "tom"})
    when = "3 December 2031, 09:00 (Europe/Berlin)"
    assert made.conclusion == f"{made.record.number} is planned for {when}; Tom Example is told."
    course.course.trainers.add(school.cora)
    made = carry_out("training_session", "create", Actor(school.cora), body={**body, "trainer": "cora"})
    assert made.conclusion == f"{made.record.number} is planned for {when}."


def test_who_needs_the_course_in_the_unit_is_offered_first_to_be_enrolled(
    school: School, client: Client
) -> None:
    """Those of the session's unit first, with how they stand; who is enrolled or holds it for long is not."""
    course = school.course("Turning", {"unit": "NW"}, validity_months=12, renew_days=60)
    school.certified("ben", course, ago(330))
    school.certified("tom", course, ago(10))
    session = school.session(course, capacity=1)
    client.force_login(school.cora)
    form = client.get(f"/training-sessions/{session.number}/do/enrol/").content.decode()
    ticks = re.findall(r'<input type="checkbox"[^>]*name="people"[^>]*value="(\w+)"([^>]*)>', form)
    assert ticks == [(one, "") for one in ("anna", "ben", "cora", "rita", "olga", "sven")]
    assert re.findall(r'<legend class="field-label">([^<]*)<', form) == ["North", "Norma Works", "South"]
    hint = "They need the course and do not hold it, or not for much longer. Tick people, or look for others below."
    assert form.count(hint) == 1
    assert "It is full" not in form
    assert "(optional)" not in form.partition("Why")[0] and "(one of the two)" not in form
    assert re.search(r'option-label">Anna Example</span><span class="option-hint">Missing<', form)
    assert re.search(r'option-label">Ben Example</span><span class="option-hint">Expires soon ', form)
    assert "0 of 1" in form, "how many places are taken"
    ticked = client.get(
        f"/training-sessions/{session.number}/do/enrol/?people=ben&people=tom"
    ).content.decode()
    assert re.search(r'value="ben" checked', ticked) and not re.search(r'value="anna" checked', ticked)
    assert '<option value="tom" selected' in ticked
    asked = {"people": ["anna", "ben", "anna"], "_version": str(session.version), "_key": "k" * 22}
    client.post(f"/training-sessions/{session.number}/do/enrol/", asked)
    rows = session.training_session.attendances.order_by("pk")
    assert list(rows.values_list("person__username", "waiting")) == [("anna", False), ("ben", True)]
    after = client.get(f"/training-sessions/{session.number}/do/enrol/").content.decode()
    assert f"It is full: whoever is added waits for a place. {hint}" in after
    assert re.findall(r'<input type="checkbox"[^>]*name="people"[^>]*value="(\w+)"', after) == [
        "cora",
        "rita",
        "olga",
        "sven",
    ]
    assert "1 of 1" in after and "Ben Example" in after, "who waits stands before who enrols more"


def test_who_is_added_to_a_full_session_is_said_to_wait_though_nobody_needs_the_course(
    school: School, client: Client
) -> None:
    session = school.session(school.course("Turning"), capacity=1)
    school.do(school.cora, session, "enrol", people=["anna"])
    client.force_login(school.cora)
    form = client.get(f"/training-sessions/{session.number}/do/enrol/").content.decode()
    assert 'name="people"' in form
    assert form.count("It is full: whoever is added waits for a place.") == 1
    assert "Tick people" not in form


def test_a_session_has_a_list_to_be_signed_and_then_what_came_of_it(
    school: School, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = school.course("Turning")
    session = school.session(course, capacity=1)
    school.do(school.cora, session, "enrol", people=["anna", "ben"])  # Ben waits for a place
    here = f"/training-sessions/{session.number}/"
    printed: list[ListSheet] = []
    for who in (school.tom, school.cora):
        client.force_login(who)
        assert f"{here}attendance-list/" in client.get(here).content.decode()
        answer = client.get(f"{here}attendance-list/")
        assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF-")
        assert client.get(f"/api/v1{here.rstrip('/')}:attendance").content.startswith(b"%PDF-")
    client.force_login(school.anna)
    assert f"{here}attendance-list/" not in client.get(here).content.decode()
    assert client.get(f"{here}attendance-list/").status_code == 404
    assert client.get(f"/api/v1{here.rstrip('/')}:attendance").status_code == 404
    printed.append(attendance_sheet(Record.objects.get(pk=session.pk)))
    now = timezone.now() + dt.timedelta(hours=30)
    monkeypatch.setattr(timezone, "now", lambda: now)
    rows = [{"person": "anna", "result": "absent", "reason": "She was ill."}]
    school.do(school.tom, session, "record_attendance", people=rows)
    school.do(school.tom, session, "close")
    printed.append(attendance_sheet(Record.objects.get(pk=session.pk)))
    to_sign, attended = (sheet.parts[0] for sheet in printed)
    assert (to_sign.head[-1], to_sign.rows) == ("Signature", [["Anna Example", "", "North", ""]])
    assert attended.rows == [["Anna Example", "", "North", "Absent", "She was ill."]]
    assert dict(printed[1].facts)["Attendance confirmed"].startswith("Tom Example, ")


def test_who_only_waited_for_a_place_and_was_absent_takes_none(school: School, client: Client) -> None:
    session = school.session(school.course(), hours=-3, capacity=1)
    school.do(school.cora, session, "enrol", people=["ben", "anna", "olga"])
    rows = [
        {"person": "ben", "result": "passed"},
        {"person": "anna", "result": "absent", "reason": "There was no place."},
    ]
    school.do(school.tom, session, "record_attendance", people=rows)
    told = TrainingSession.objects.get(pk=session.pk)
    assert (told.places, told.waiting) == ("1 of 1", [])
    assert told.people == ["Anna Example: absent (There was no place.)", "Ben Example: attended and passed"]
    client.force_login(school.cora)
    offered = client.get(f"/training-sessions/{session.number}/do/record_attendance/").content.decode()
    assert 'value="anna"' in offered and 'value="olga"' not in offered
    record = Record.objects.get(pk=session.pk)
    then = as_it_stood(thing_of("training_session"), record, timezone.now(), school.cora)
    assert then is not None and then.record.training_session.places == "1", "as of a day as well"
    school.do(school.tom, session, "close")
    last = attendance_sheet(Record.objects.get(pk=session.pk)).parts[0]
    assert [(row[0], row[3]) for row in last.rows] == [
        ("Anna Example", "Absent"),
        ("Ben Example", "Attended and passed"),
    ]
    rows[1] = {"person": "anna", "result": "passed"}
    again = school.session(school.course("Other"), hours=-3, capacity=1)
    school.do(school.cora, again, "enrol", people=["ben", "anna"])
    school.do(school.tom, again, "record_attendance", people=rows)
    assert TrainingSession.objects.get(pk=again.pk).places == "2 of 1", "who came did take part"
