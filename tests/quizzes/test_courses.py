"""A course that names a quiz gives its certificate once that is passed."""

import datetime as dt
from typing import Any

import pytest
from django.utils import formats, timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.models import Certificate
from setsquare.flows.training_record import parts_of, record_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.models import Event
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.everything import readable_by
from tests.days import today
from tests.quizzes.conftest import PASSWORD, Hall, deliver, later


def course(hall: Hall, quiz: Record | None, kind: str, **body: Any) -> Record:
    given = {
        "title": "Gauges",
        "kind": kind,
        "unit": "NW",
        "trainers": ["tom"],
        "content": "All of it.",
        **body,
    }
    given["quiz"] = quiz.number if quiz is not None else None
    made = carry_out("course", "create", Actor(hall.cora), body=given).record
    hall.do(hall.cora, made, "offer")
    return Record.objects.get(pk=made.pk)


def certified(about: Record) -> list[tuple[str, str]]:
    rows = Certificate.objects.filter(course=about.pk).order_by("pk")
    return list(rows.values_list("person__username", "source"))


def attended(hall: Hall, about: Record, monkeypatch: pytest.MonkeyPatch, *names: str) -> Record:
    """Hold a session of a course, in which these people pass."""
    starts = timezone.now() + dt.timedelta(hours=1)
    given = {"course": about.number, "unit": "N", "trainer": "tom", "starts": starts}
    body = {**given, "ends": starts + dt.timedelta(hours=1)}
    session = carry_out("training_session", "create", Actor(hall.cora), body=body).record
    monkeypatch.setattr(timezone, "now", later(hours=3))
    rows = [{"person": name, "result": "passed"} for name in names]
    hall.do(hall.tom, session, "record_attendance", people=rows)
    return session


def test_passing_gives_the_certificate_of_an_online_course_once(hall: Hall) -> None:
    quiz = hall.quiz()
    hall.took(hall.ben, quiz)
    about = course(hall, quiz, "online")
    assert certified(about) == [("ben", "quiz")]  # who passed it before
    hall.took(hall.anna, quiz, {})
    assert len(certified(about)) == 1
    hall.took(hall.anna, quiz)
    assert certified(about) == [("ben", "quiz"), ("anna", "quiz")]
    Event.objects.filter(name="qualification.given").update(delivered=None)
    deliver()
    assert len(certified(about)) == 2


def test_a_course_to_be_held_first_is_waited_for(hall: Hall) -> None:
    quiz = hall.quiz()
    first = course(hall, None, "read")
    about = course(hall, quiz, "online", builds_on=[first.number])
    hall.took(hall.anna, quiz)
    assert not certified(about)
    hall.do(hall.anna, first, "confirm")
    assert certified(about) == [("anna", "quiz")]


def test_what_is_read_or_shown_takes_the_quiz_first(hall: Hall) -> None:
    quiz = hall.quiz()
    read, job = course(hall, quiz, "read"), course(hall, quiz, "on_the_job")
    with pytest.raises(Refused, match=f"Anna Example has to pass the quiz {quiz.number} first"):
        hall.do(hall.anna, read, "confirm")
    with pytest.raises(Refused) as refused:
        hall.do(hall.tom, job, "sign_off", people=["anna"])
    assert "people" in refused.value.fields
    attempt = hall.took(hall.anna, quiz)
    hall.do(hall.anna, read, "confirm")
    hall.do(hall.tom, job, "sign_off", people=["anna"])
    assert (certified(read), certified(job)) == ([("anna", "read")], [("anna", "sign_off")])
    hall.do(hall.mark, attempt, "void", because="Somebody helped.")
    assert not holding().filter(user=hall.anna, subject__in=[read, job]).exists()


def test_a_session_tells_who_has_still_to_pass_and_follows_up(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz = hall.quiz()
    about = course(hall, quiz, "classroom")
    hall.took(hall.ben, quiz)
    session = attended(hall, about, monkeypatch, "anna", "ben")
    told = hall.do(hall.tom, session, "close").conclusion
    assert told.endswith(
        f"Certificates were issued to: Ben Example. Still to pass {quiz.number}: Anna Example."
    )
    assert Notice.objects.filter(user=hall.anna, text__startswith="Pass the quiz").exists()
    assert certified(about) == [("ben", "session")]
    attempt = hall.took(hall.anna, quiz)
    assert certified(about) == [("ben", "session"), ("anna", "session")]
    hall.do(hall.mark, attempt, "void", because="Somebody helped.")
    certificates = Certificate.objects.filter(course=about.pk).order_by("pk")
    assert [one.record.state for one in certificates] == ["valid", "revoked"]
    hall.took(hall.anna, quiz)
    assert [one.record.state for one in certificates.all()] == ["valid", "revoked", "valid"]


def test_a_void_attempt_takes_its_certificate_unless_another_one_stands(hall: Hall) -> None:
    quiz = hall.quiz()
    about = course(hall, quiz, "online")
    first, second = hall.took(hall.anna, quiz), hall.took(hall.anna, quiz)
    held = Certificate.objects.filter(course=about.pk).order_by("pk")
    assert [one.note for one in held] == [first.number, second.number]
    hall.do(hall.mark, second, "void", because="Somebody helped.")
    assert [one.record.state for one in held.all()] == ["valid", "valid"]
    hall.do(hall.mark, first, "void", because="Somebody helped.")
    assert [one.record.state for one in held.all()] == ["revoked", "revoked"]


def test_a_certificate_without_its_ground_is_revoked_and_told(hall: Hall) -> None:
    quiz = hall.quiz()
    about = course(hall, quiz, "online")
    attempt = hall.took(hall.ben, quiz)
    hall.do(hall.mark, attempt, "void", because="Somebody helped.")
    held = Certificate.objects.get(course=about.pk)
    assert held.record.state == "revoked"
    assert not Qualification.objects.filter(subject=about, ended__isnull=True).exists()
    told = Notice.objects.filter(text__contains="is revoked")
    assert {one.user for one in told} == {hall.ben, about.owner}
    assert all(one.values["ground"] == attempt.number for one in told)
    Event.objects.filter(name="quiz_attempt.void").update(delivered=None)
    deliver()
    hall.took(hall.ben, quiz)
    assert certified(about) == [("ben", "quiz")] * 2


def test_who_changes_which_quiz_is_to_be_passed_is_not_certified_by_that_alone(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    vera = bootstrap.add_person("vera", "Vera Example", "N", password=PASSWORD)
    bootstrap.add_role(
        "trainer", "Runs training", permissions=["training.read", "training.manage", "quizzes.read"]
    )
    bootstrap.grant(vera, "trainer", "NW")
    easy, hard = hall.quiz(), hall.quiz()
    about, taught = course(hall, hard, "online"), course(hall, hard, "classroom")
    passed = hall.took(vera, easy)
    for quiz in (easy, hard):
        hall.do(vera, about, "edit", title="Gauges", kind="online", quiz=quiz.number, because="Another quiz.")
    held = Certificate.objects.get(course=about.pk)
    assert (held.source, held.record.state, held.note) == ("quiz", "submitted", passed.number)
    assert held.looked_at == "Vera Example wrote on this course; somebody else looks at what it asks for."
    assert not holding().filter(user=vera, subject=about).exists()
    asked = Task.objects.filter(record=held.record, kind="verify_certificate", done__isnull=True)
    assert hall.cora in {task.assignee for task in asked}
    assert vera not in {task.assignee for task in asked}

    session = attended(hall, taught, monkeypatch, "vera")
    hall.do(vera, taught, "edit", title="Gauges", kind="classroom", quiz=easy.number, because="Another quiz.")
    told = hall.do(hall.tom, session, "close").conclusion
    assert told.endswith("issued to: Vera Example (once somebody else has verified it).")
    assert not holding().filter(user=vera, subject=taught).exists()

    hall.do(hall.mark, passed, "void", because="Somebody helped.")
    rest = Certificate.objects.filter(person=vera).order_by("pk")
    assert [one.record.state for one in rest] == ["revoked", "revoked"]
    assert not asked.all().exists()


def test_who_made_the_version_does_not_take_it(hall: Hall) -> None:
    quiz = hall.quiz()
    for who in (hall.cora, hall.mark):
        with pytest.raises(Refused) as refused:
            hall.start(who, quiz)
        assert "You wrote or released the version" in str(refused.value.fields["quiz"])
    hall.start(hall.ben, quiz)


def test_the_trail_of_everything_tells_of_them_only_who_sees_them(hall: Hall) -> None:
    quiz = hall.quiz()
    course(hall, quiz, "online")
    hall.took(hall.ben, quiz)
    bootstrap.add_role("watcher", "Watcher", "", ["trail.read"])
    for who in (hall.ben, hall.olga):
        bootstrap.grant(who, "watcher", "NW")

    def told(who: User) -> set[str]:
        rows = readable_by(who).filter(record__type__in=("certificate", "quiz_attempt"))
        return set(rows.values_list("record__type", flat=True))

    assert (told(hall.ben), told(hall.olga)) == ({"certificate", "quiz_attempt"}, set())
    assert readable_by(hall.olga).filter(record=quiz).exists()
    assert thing_of("supervised_deed").confidential and thing_of("override").confidential


def test_a_training_record_tells_by_which_void_attempt_a_certificate_was_revoked(hall: Hall) -> None:
    quiz = hall.quiz()
    course(hall, quiz, "online")
    attempt = hall.took(hall.anna, quiz)
    hall.do(hall.mark, attempt, "void", because="Somebody helped.")
    (certificate,) = parts_of(record_of(hall.anna, hall.anna))[1].rows
    day = formats.date_format(today())
    assert certificate[2] == f"Revoked on {day}: as {attempt.number} is void"
