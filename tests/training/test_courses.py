"""Courses: who needs them is asked, and no longer asked; what is refused, with which sentence."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.handlers import follow_needs
from setsquare.domains.training.models import Certificate
from setsquare.faces.cli.main import run
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotPermitted, Refused, Stale
from setsquare.kernel.commands.overdue import remind_and_escalate
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.tasks.models import Task
from tests.api.conftest import Caller
from tests.cases import ThingCase
from tests.training.conftest import PASSWORD, TODAY, School, ago, asked, deliver


class TestCourses(ThingCase):
    thing = "course"

    @pytest.fixture
    def prepared(self, school: School) -> None:
        self.school = school
        bootstrap.add_role("nobody", "Nobody", "", ["organisation.read"])
        self.ines = bootstrap.add_person("ines", "Ines Out", "NW")
        bootstrap.grant(self.ines, "nobody", "NW")

    def make(self, number: int) -> Record:
        return self.school.course(f"Lesson {number}", {"unit": "N"}, content="# Measure\n\nTwice.", hours="4")

    def reader(self) -> User:
        return self.school.cora

    def stranger(self) -> User:
        return self.ines


def within(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def test_who_needs_an_offered_course_is_asked_at_the_earliest_day_that_any_row_says(school: School) -> None:
    course = school.course(
        "Measuring",
        {"unit": "N", "days": 30},
        {"person": "olga", "days": 7},
        {"role": "reader", "unit": "N", "days": 10},
    )
    assert asked(course) == {
        **dict.fromkeys(("tom", "anna", "ben", "rita"), within(10)),
        "olga": within(7),
    }
    school.do(school.cora, course, "set_requirements", needed_by=[{"person": "olga", "days": 7}])
    assert asked(course) == {"olga": within(7)}
    assert Task.objects.filter(record=course, outcome="not_needed").count() == 4
    school.do(school.cora, course, "retire", because="There is a better one.")
    assert asked(course) == {}


def test_joining_and_leaving_a_role_or_unit_is_followed(school: School) -> None:
    course = school.course("Cranes", {"role": "operator", "unit": "N"}, {"unit": "S"})
    assert set(asked(course)) == {"olga", "sven"}
    bootstrap.grant(school.anna, "operator", "N")
    bootstrap.add_person("nils", "Nils New", "S")
    deliver()
    assert set(asked(course)) == {"olga", "sven", "anna", "nils"}
    school.do(None, school.olga.file.record, "leave", date=TODAY)
    school.do(None, school.anna.file.record, "revoke_role", role="operator", unit="N")
    assert set(asked(course)) == {"sven", "nils"}


def test_who_holds_it_is_asked_again_so_many_days_before_it_lapses(school: School) -> None:
    course = school.course("First aid", {"unit": "N", "days": 20}, validity_months=12, renew_days=60)
    assert set(asked(course)) == {"tom", "anna", "ben"}
    school.certified("anna", course, ago(40))
    school.certified("ben", course, ago(400))
    assert set(asked(course)) == {"tom", "ben"}
    assert Task.objects.get(record=course, assignee=school.anna).outcome == "certified"
    school.certified("tom", course, ago(330))
    assert follow_needs() == 0
    assert set(asked(course)) == {"tom", "ben"}
    school.do(
        school.cora, course, "edit", title="First aid", kind="classroom", validity_months=12, renew_days=330
    )
    assert asked(course)["anna"] == school.anna.certificates.get().expires


def test_whom_else_a_course_asks_is_known_to_who_runs_it(school: School, client: Client) -> None:
    course = school.course("Measuring", {"unit": "N"})
    for who, sees in ((school.cora, True), (school.ben, False)):
        client.force_login(who)
        page = client.get(f"/courses/{course.number}/tasks/").content.decode()
        assert ("Anna Example" in page) is sees
        assert ("Ben Example" in page) is True


def test_late_training_is_told_to_the_line(school: School) -> None:
    course = school.course("Late", {"person": "anna", "days": 30})
    Task.objects.filter(record=course).update(due=course.created)
    assert remind_and_escalate() == 1
    told = Notice.objects.get(kind="escalation")
    assert (told.user, told.values["names"]) == (school.tom, "Anna Example")


def test_a_circle_of_courses_is_refused_with_its_chain(school: School) -> None:
    one = school.course("One")
    two = school.course("Two", builds_on=[one.number])
    three = school.course("Three", builds_on=[two.number])
    with pytest.raises(Refused) as refused:
        school.do(school.cora, one, "edit", title="One", kind="classroom", builds_on=[three.number])
    chain = f"{one.number} → {three.number} → {two.number} → {one.number}"
    assert refused.value.fields == {"builds_on.0": f"This would go round in a circle: {chain}."}


def test_a_course_that_is_read_certifies_by_signature(school: School) -> None:
    first = school.course("First", kind="read")
    course = school.course("Policy", {"person": "anna"}, kind="read", builds_on=[first.number])
    with pytest.raises(CommandError, match=rf"Anna Example has to hold {first.number} first\."):
        school.do(school.anna, course, "confirm")
    school.do(school.anna, first, "confirm")
    done = school.do(school.anna, course, "confirm")
    assert done.signature is not None
    with pytest.raises(Refused, match=f"You hold {course.number} already, for good"):
        school.do(school.anna, course, "confirm")
    assert asked(course) == {}
    held = holding().get(subject=course, user=school.anna)
    assert (held.evidence.certificate.source, held.until) == ("read", None)


def test_who_runs_a_course_does_not_ease_it_for_themself(school: School) -> None:
    other, first = school.course("Measuring"), school.course("First", kind="read")
    with pytest.raises(Refused) as refused:
        school.do(school.cora, other, "edit", title="Measuring", kind="read")
    sentence = "The kind stays once a course is offered; retire this one and make a new one."
    assert refused.value.fields == {"kind": sentence}
    course = school.course("Policy", kind="read", builds_on=[first.number])
    school.do(school.cora, course, "edit", title="Policy", kind="read")
    bootstrap.grant(school.sven, "coordinator", "NW")
    school.do(school.sven, course, "edit", title="The policy", kind="read")  # which does not make up for it
    waits = school.do(school.cora, course, "confirm").conclusion
    made = Certificate.objects.get(course=course.pk, person=school.cora).record
    assert waits == (
        f"You wrote on {course.number}: your certificate {made.number} counts once somebody else has verified it."
    )
    said = "Cora Example wrote on this course; somebody else looks at what it asks for."
    assert made.certificate.looked_at == said
    with pytest.raises(Refused, match=f"Your certificate {made.number} waits to be verified already"):
        school.do(school.cora, course, "confirm")
    assert not holding().filter(subject=course, user=school.cora).exists()
    with pytest.raises(NotPermitted, match="This certificate is yours"):
        school.do(school.cora, made, "verify")
    with pytest.raises(NotPermitted, match="Nobody handed it in: it came of what was completed"):
        school.do(school.cora, made, "edit", course=course.number, issued=ago(1), issuer="Us")
    shown = Client()
    shown.force_login(school.tom)
    assert shown.get(f"/certificates/{made.number}/").status_code == 404
    shown.force_login(school.sven)
    page = shown.get(f"/certificates/{made.number}/do/verify/").content.decode()
    assert (
        "I have looked at what the course asks for, and at what shows that this person completed it" in page
    )
    school.do(school.sven, made, "verify")
    assert holding().filter(subject=course, user=school.cora).exists()
    school.do(school.anna, course, "confirm")
    assert holding().filter(subject=course, user=school.anna).exists()


def test_signing_off_on_the_job_takes_somebody_else_who_can_do_it(school: School) -> None:
    course = school.course("Deburring", {"unit": "N"}, kind="on_the_job", validity_months=24)
    with pytest.raises(
        NotPermitted, match="Only a trainer of the course, or who holds it, may sign others off"
    ):
        school.do(school.anna, course, "sign_off", people=["ben"])
    with pytest.raises(Refused, match="Nobody signs themself off"):
        school.do(school.tom, course, "sign_off", people=["tom"])
    for day, sentence in (
        (ago(-2), "has not come yet"),
        ("1900-01-01", "Sign off what you saw within a year"),
    ):
        with pytest.raises(Refused, match=sentence) as refused:
            school.do(school.tom, course, "sign_off", people=["anna"], on=day)
        assert list(refused.value.fields) == ["on"]
    school.do(school.tom, course, "sign_off", people=["anna"], note="Ten parts without a burr.")
    done = school.do(school.anna, course, "sign_off", people=["ben"])
    assert done.signature is not None
    assert set(asked(course)) == {"tom"}


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        (
            {"renew_days": 60, "validity_months": 2},
            "renew_days",
            "So many days before, nobody has it yet: give fewer days than it is valid.",
        ),
        ({"validity_months": 0}, "validity_months", "Give 1 or more."),
        ({"trainers": ["nobody"]}, "trainers.0", "There is nobody with the sign-in name “nobody”."),
    ],
)
def test_what_a_course_cannot_be_is_refused(
    school: School, body: dict[str, Any], field: str, sentence: str
) -> None:
    given = {"title": "Odd", "kind": "online", "unit": "NW", **body}
    with pytest.raises(Refused) as refused:
        carry_out("course", "create", Actor(school.cora), body=given)
    assert refused.value.fields == {field: sentence}
    with pytest.raises(NotPermitted):
        carry_out(
            "course",
            "create",
            Actor(school.anna),
            body={**given, "renew_days": 1, "validity_months": 1, "trainers": []},
        )


def test_a_signature_is_of_whom_and_what_it_is_given_too(school: School) -> None:
    course = school.course("Deburring", kind="on_the_job")
    done = school.do(
        school.tom, course, "sign_off", people=["ben", "anna"], on=ago(3), note="Six parts, no burr."
    )
    assert done.signature is not None
    said = {"people": ["ben", "anna"], "on": ago(3).isoformat(), "note": "Six parts, no burr."}
    assert json.loads(done.signature.signed)["given"] == said
    shown = Client()
    shown.force_login(school.cora)
    page = shown.get(f"/courses/{course.number}/signatures/").content.decode()
    assert "People: Ben Example; Anna Example" in page and "Six parts, no burr." in page
    assert not list(Verification().problems())


def test_what_nobody_could_complete_is_not_offered(school: School, client: Client) -> None:
    given = {"kind": "read", "unit": "NW", "title": "Policy"}
    empty = carry_out("course", "create", Actor(school.cora), body=given).record
    with pytest.raises(Refused) as refused:
        school.do(school.cora, empty, "offer")
    nothing = "There is nothing to read in it: write its content, or name the documents that it teaches."
    assert refused.value.fields == {"content": nothing}
    made = carry_out("course", "create", Actor(school.cora), body={**given, "kind": "online"}).record
    with pytest.raises(Refused) as refused:
        school.do(school.cora, made, "offer")
    missing = (
        "Nobody could complete it: choose a quiz to pass by “Edit”, or, where a learning system teaches it, name its"
        " activity address by “Set the activity address”."
    )
    assert refused.value.fields == {"quiz": missing}
    client.force_login(school.cora)
    assert missing in client.get(f"/courses/{made.number}/").content.decode(), "the button says so before"
    refusal = client.get(f"/courses/{made.number}/do/offer/").content.decode()
    assert missing in refusal
    for name in ("edit", "set_activity"):
        assert refusal.count(f'href="/courses/{made.number}/do/{name}/"') == 1, "what it names is at hand"
    school.do(school.cora, made, "set_activity", activity="https://lms.example/policy")
    assert school.do(school.cora, made, "offer").record.state == "offered"


def test_a_course_on_offer_keeps_a_way_to_complete_it(school: School, client: Client) -> None:
    course = school.course("Policy", kind="online")
    with pytest.raises(Refused) as refused:
        school.do(school.cora, course, "set_activity", activity="")
    why = (
        f"{course.number} is offered, and nobody could complete it then: it needs a quiz, or the activity address of a"
        " learning system."
    )
    assert refused.value.fields == {"activity": why}
    client.force_login(school.cora)
    assert "Nobody can complete this course" not in client.get(f"/courses/{course.number}/").content.decode()
    assert course.number not in client.get("/courses/?completed=nobody").content.decode()
    course.course.activity = ""  # as one that was offered before this was refused
    course.course.save()
    page = client.get(f"/courses/{course.number}/").content.decode()
    assert "Nobody can complete this course" in page
    assert "Not yet: it needs a quiz, or the activity address of a learning system; ask Cora Example." in page
    assert course.number in client.get("/courses/?completed=nobody").content.decode()
    with pytest.raises(Stale):  # what was found altered is entered first
        school.do(school.cora, course, "edit", title="Policies", kind="online")
    school.do(school.cora, course, "edit", title="Policies", kind="online")
    assert school.do(school.cora, course, "set_activity", activity="https://lms.example/p").record.version


def test_a_reading_is_confirmed_anew_once_it_is_to_be_renewed(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = school.course("Policy", kind="read", validity_months=12, renew_days=30)
    school.do(school.anna, course, "confirm")
    with pytest.raises(Refused, match=f"You hold {course.number} already; you can confirm it anew from"):
        school.do(school.anna, course, "confirm")
    later = timezone.now() + dt.timedelta(days=340)
    monkeypatch.setattr(timezone, "now", lambda: later)
    school.do(school.anna, course, "confirm")
    assert Certificate.objects.filter(course=course.pk).count() == 2


def test_chosen_people_are_reminded_of_a_course(school: School, client: Client) -> None:
    course = school.course("Measuring", {"unit": "N"})
    assert asked(course).keys() == {"tom", "anna", "ben"}
    client.force_login(school.cora)
    form = client.get(f"/courses/{course.number}/do/remind/?people=anna").content.decode()
    assert re.findall(r'name="people"[^>]*value="(\w+)"( checked)?', form) == [
        ("anna", " checked"),
        ("ben", ""),
        ("tom", ""),
    ]
    assert "(one of the two)" not in form and "(optional)" not in form
    Notice.objects.all().delete()
    told = school.do(school.cora, course, "remind", people=["anna", "ben"]).conclusion
    assert told == f"Reminded of {course.number}: Anna Example, Ben Example."
    notices = Notice.objects.filter(kind="reminder").order_by("user__username")
    assert list(notices.values_list("user__username", flat=True)) == ["anna", "ben"]
    with pytest.raises(Refused) as refused:
        school.do(school.cora, course, "remind", people=["anna", "olga"])
    assert refused.value.fields == {"people": "Nothing is asked here of: Olga Example."}
    assert "Tom Example" in school.do(school.cora, course, "remind").conclusion, "left empty: everybody"
    with pytest.raises(NotPermitted):
        school.do(school.anna, course, "remind", people=["ben"])
    client.force_login(school.anna)
    history = client.get(f"/courses/{course.number}/history/").content.decode()
    assert "Ben Example" not in history


def test_a_program_names_what_it_changes_and_all_else_stays(
    school: School, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    made = school.course("First aid", kind="external", validity_months=12, content="Bandages.")

    def stands() -> tuple[str, str, int | None]:
        now = Record.objects.get(pk=made.pk)
        return now.title, now.course.content.body, now.course.validity_months

    edit = f"/courses/{made.number}:edit"
    program = Caller(school.cora, ("read", "write"))
    answered = program.post(edit, {"title": "First aid for all", "reason": "It is."})
    assert answered.status_code == 200, answered.content
    assert stands() == ("First aid for all", "Bandages.", 12)
    words = ["courses", "edit", made.number, "--content", "Plasters.", "--reason", "Newer.", "--as", "cora"]
    assert run(words) == 0, capsys.readouterr().err
    assert stands() == ("First aid for all", "Plasters.", 12), capsys.readouterr().err
    emptied = program.post(edit, {"validity_months": None, "reason": "For good."})
    assert emptied.status_code == 200, emptied.content
    assert stands() == ("First aid for all", "Plasters.", None)
