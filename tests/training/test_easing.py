"""Who makes a course ask for less does not give it alone the next moment: somebody else looks at it first."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.models import Certificate
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.verifying import Verification
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.training.conftest import School, ago

WAITS = "Cora Example gave it a short while after making the course ask for less; somebody else looks at it."


def quiz(school: School) -> str:
    body = {"title": "Questions", "purpose": "To know.", "unit": "NW"}
    return carry_out("quiz", "create", Actor(school.cora), body=body).record.number


def changed(school: School, course: Record, **body: Any) -> None:
    """Have Cora edit a course of which everything else stays."""
    now = course.course
    given = {
        "title": course.title,
        "kind": now.kind,
        "content": now.content.body,
        "trainers": ["tom"],
        "renew_days": 0,
        **body,
    }
    school.do(school.cora, course, "edit", **given)


def recorded(school: School, course: Record, person: str = "anna") -> Any:
    body = {"person": person, "course": course.number, "issued": ago(3)}
    return carry_out("certificate", "create", Actor(school.cora), body=body)


def asked_to_verify(record: Record) -> list[str]:
    tasks = Task.objects.filter(record=record, kind="verify_certificate", done__isnull=True)
    return [task.assignee.username for task in tasks.select_related("assignee")]


def test_a_certificate_of_a_course_whose_quiz_was_taken_out_for_a_minute_waits(
    school: School, client: Client
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    number = quiz(school)
    course = school.course("Measuring", quiz=number)
    changed(school, course, quiz=number, hours=4)
    changed(school, course)
    done = recorded(school, course)
    changed(school, course, quiz=number)
    made = done.record
    assert made.state == "submitted" and not holding().filter(subject=course).exists()
    assert made.certificate.looked_at == WAITS and asked_to_verify(made) == ["ben"]
    client.force_login(school.ben)
    assert WAITS in client.get(f"/certificates/{made.number}/").content.decode()
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.cora, made, "verify")
    school.do(school.ben, made, "verify")
    assert holding().get(subject=course).evidence == made
    assert not list(Verification().problems())


def test_one_for_good_of_a_course_whose_months_were_emptied_for_a_minute_waits(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Measuring", validity_months=12)
    assert recorded(school, course).record.state == "valid", "nothing was changed yet"
    changed(school, course, validity_months=6)
    assert recorded(school, course, "olga").record.state == "valid", "it asks for more"
    changed(school, course)
    done = recorded(school, course, "tom")
    changed(school, course, validity_months=12)
    assert (done.record.state, done.record.certificate.expires) == ("submitted", None)
    assert done.conclusion == (
        f"{done.record.number} counts once somebody else has verified it, as you made its course ask for less within"
        " the last 30 days. Asked to: Ben Example."
    )
    body = {"person": "olga", "course": course.number, "issued": ago(1)}
    by_another = carry_out("certificate", "create", Actor(school.ben), body=body).record
    assert by_another.state == "valid", "somebody else records it than who changed the course"


def test_who_names_themself_as_trainer_does_not_sign_off_alone(school: School) -> None:
    bootstrap.grant(school.sven, "coordinator", "NW")
    course = school.course("Welding", kind="on_the_job")
    changed(school, course, trainers=["tom", "cora"])
    done = school.do(school.cora, course, "sign_off", people=["ben"])
    assert done.conclusion == (
        f"Signed off for {course.number}: Ben Example (once somebody else has verified it). You made the course ask for"
        " less within the last 30 days, so somebody else verifies this first."
    )
    made = Certificate.objects.get(course=course.pk).record
    assert made.state == "submitted" and made.certificate.looked_at == WAITS
    assert asked_to_verify(made) == ["sven"]
    with pytest.raises(
        NotPermitted, match="You gave this certificate after you made its course ask for less"
    ):
        school.do(school.cora, made, "verify")
    school.do(school.tom, course, "sign_off", people=["anna"])
    assert holding().filter(subject=course, user=school.anna).exists(), "Tom was its trainer before"
    school.do(school.sven, made, "verify")
    assert holding().filter(subject=course, user=school.ben).exists()


def test_who_drops_what_has_to_be_held_first_does_not_close_the_session_alone(school: School) -> None:
    bootstrap.grant(school.sven, "coordinator", "NW")
    first = school.course("Basics")
    course = school.course("Measuring", builds_on=[first.number])
    changed(school, course)
    session = school.session(course, hours=-5)
    people = [{"person": "anna", "result": "passed"}]
    school.do(school.cora, session, "record_attendance", people=people)
    done = school.do(school.cora, session, "close")
    assert done.conclusion == (
        f"{session.number} is closed. Certificates were issued to: Anna Example (once somebody else has verified it)."
        " You made the course ask for less within the last 30 days, so somebody else verifies this first."
    )
    made = Certificate.objects.get(course=course.pk).record
    assert (made.state, asked_to_verify(made)) == ("submitted", ["sven"])


def test_where_nobody_else_may_it_counts_and_is_told(school: School) -> None:
    written = school.course("Measuring", validity_months=12)
    assert recorded(school, written).record.state == "valid"
    changed(school, written)
    done = recorded(school, written, "ben")
    assert done.record.state == "valid"
    assert done.conclusion == (
        f"{done.record.number} is valid. You made its course ask for less within the last 30 days, and nobody else may"
        " verify it: its history says so."
    )
    note = Entry.objects.get(record=done.record, seq=1).note
    assert note is not None and note["values"] == {"name": "Cora Example", "days": 30}


def test_who_took_the_right_from_the_others_is_not_alone(school: School) -> None:
    bootstrap.grant(school.cora, "administrator", "NW")
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Measuring", validity_months=12)
    changed(school, course)
    body = {"role": "coordinator", "unit": "NW"}
    school.do(school.cora, school.ben.file.record, "revoke_role", **body)
    done = recorded(school, course)
    assert done.record.state == "submitted" and asked_to_verify(done.record) == []
    assert done.conclusion.startswith(
        f"{done.record.number} does not count yet: you made its course ask for less"
    )


def test_what_was_changed_long_ago_or_in_a_draft_holds_nothing_back(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    body = {"title": "Draft", "kind": "classroom", "unit": "NW", "validity_months": 12}
    draft = carry_out("course", "create", Actor(school.cora), body=body).record
    changed(school, draft)
    school.do(school.cora, draft, "offer")
    assert recorded(school, draft).record.state == "valid"
    course = school.course("Measuring", validity_months=12)
    changed(school, course)
    assert recorded(school, course).record.state == "submitted"
    later = timezone.now() + dt.timedelta(days=31)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert recorded(school, course, "olga").record.state == "valid"


def test_a_certificate_made_to_last_longer_by_a_correction_waits_as_one_recorded_so_would(
    school: School,
) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Measuring", validity_months=12)
    made = recorded(school, course).record
    changed(school, course)
    slip = {"issued": ago(3), "expires": None, "because": "A digit was wrong."}
    school.do(school.cora, made, "rectify", **slip)
    changed(school, course, validity_months=12)
    after = Record.objects.get(pk=made.pk)
    assert (after.state, after.certificate.expires, asked_to_verify(after)) == ("submitted", None, ["ben"])
    assert not holding().filter(subject=course).exists()
    with pytest.raises(NotPermitted, match="somebody else verifies it"):
        school.do(school.cora, made, "verify")
