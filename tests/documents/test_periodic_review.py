"""Periodic review: when it is due, what comes of it, and from which day the next is counted."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone, translation

from setsquare.domains.documents import handlers
from setsquare.domains.documents.dates import next_review_after
from setsquare.domains.documents.models import Document
from setsquare.domains.documents.queries import review_due
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.altered import enter_altered
from setsquare.kernel.commands.declaration import meaning_label
from setsquare.kernel.commands.errors import NotPermitted, Refused, SignatureRefused, WrongState
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.tasks.kinds import outcome_label
from setsquare.kernel.tasks.models import Task
from tests.days import today
from tests.documents.conftest import Works


def due_in(number: str, days: int) -> None:
    """Let the last review have been long ago and the next be due in so many days."""
    day = today()
    Document.objects.filter(record__number=number).update(
        last_review=day - dt.timedelta(days=700), next_review=day + dt.timedelta(days=days)
    )
    enter_altered(Record.objects.get(number=number))  # as the next command would


@pytest.mark.parametrize(
    ("day", "months", "following"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2026, 11, 21), 24, dt.date(2028, 11, 21)),
        (dt.date(2026, 12, 1), 1, dt.date(2027, 1, 1)),
        (dt.date(2026, 12, 1), 0, None),
    ],
)
def test_months_are_counted_by_the_calendar(day: dt.date, months: int, following: dt.date | None) -> None:
    assert next_review_after(day, months) == following


def test_reaffirming_counts_the_interval_from_the_day_of_the_review(works: Works) -> None:
    number = works.in_force()
    due_in(number, -40)
    assert [record.number for record in review_due(works.person("cora"))] == [number]
    day = today() - dt.timedelta(days=3)
    review: dict[str, Any] = {
        "outcome": "reaffirmed",
        "reviewed_on": day.isoformat(),
        "findings": "Watched on the floor; it holds.",
    }
    with pytest.raises(SignatureRefused):
        works.do("ada", "document.review", number, password="wrong", **review)
    outcome = works.do("ada", "document.review", number, **review)
    assert outcome.signature is not None and outcome.signature.meaning == "reviewed"
    document = Document.objects.get(record__number=number)
    assert (document.last_review, document.next_review) == (day, next_review_after(day, 24))
    assert not review_due(works.person("cora"))
    told = sentence_of(outcome.entry, thing_of("document"))
    assert (
        f"on {day.day} {day:%B} {day.year}, entered later: it still holds. Watched on the floor; it holds."
        in told
    )


def test_a_review_is_entered_within_a_month(works: Works) -> None:
    number = works.in_force()
    due_in(number, -40)
    day = today() - dt.timedelta(days=32)
    with pytest.raises(Refused, match="A review is entered within 31 days"):
        works.do(
            "ada",
            "document.review",
            number,
            outcome="reaffirmed",
            reviewed_on=day.isoformat(),
            findings="In time, honestly.",
        )


def test_a_review_that_finds_need_opens_a_revision(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.review", number, outcome="revise", findings="Two gauges are new.")
    document = Document.objects.get(record__number=number)
    assert document.open_revision is not None
    assert document.open_revision.reason == "Two gauges are new."
    with pytest.raises(WrongState, match="one open revision at a time"):
        works.do("cora", "document.review", number, outcome="revise", findings="Again")


def test_a_review_can_withdraw(works: Works) -> None:
    number = works.in_force(owner="mia")
    withdrawal: dict[str, Any] = {"outcome": "withdraw", "findings": "The line is gone."}
    with pytest.raises(NotPermitted, match="Only who controls documents withdraws them"):
        works.do("mia", "document.review", number, **withdrawal)
    works.do("cora", "document.review", number, **withdrawal)
    assert works.record(number).state == "withdrawn"
    assert works.record(f"{number}/1").state == "withdrawn"
    assert works.asked(f"{number}/1") == []


def test_the_day_of_a_review_is_checked(works: Works) -> None:
    number = works.in_force()
    for day, sentence in ((works.day(2), "still to come"), (works.day(-2), "The last review was on")):
        with pytest.raises(Refused, match=sentence):
            works.do("cora", "document.review", number, outcome="reaffirmed", findings="x", reviewed_on=day)


def test_the_owner_is_asked_in_time_and_the_line_told_when_overdue(works: Works) -> None:
    number = works.in_force()
    due_in(number, 20)
    handlers.call_reviews()
    handlers.call_reviews()
    task = Task.objects.get(record__number=number, kind="periodic_review")
    assert task.assignee.username == "ada"
    Task.objects.filter(pk=task.pk).update(due=timezone.now() - dt.timedelta(days=1))
    overdue.remind_and_escalate()
    told = Notice.objects.get(kind="escalation")
    assert (told.user.username, str(told)) == (
        "boss",
        f"Overdue: Ada Author had to review {number} Calibration.",
    )
    works.do("cora", "document.edit", number, because="New owner", owner="mia")
    assert works.asked(number, "periodic_review") == ["mia"]
    bootstrap.delegate(works.person("mia"), works.person("rolf"), today(), today())
    with pytest.raises(NotPermitted):  # standing in gives nobody other rights
        works.do("rolf", "document.review", number, outcome="reaffirmed", findings="Holds.")
    works.do("mia", "document.review", number, outcome="reaffirmed", findings="Holds.")
    assert works.asked(number, "periodic_review") == []


def test_a_changed_interval_moves_the_next_review(works: Works) -> None:
    number = works.in_force()
    works.do("cora", "document.edit", number, because="Riskier", review_months=6)
    document = Document.objects.get(record__number=number)
    assert document.last_review is not None
    assert document.next_review == next_review_after(document.last_review, 6)


def test_how_a_review_ended_and_what_was_signed_is_told_in_the_reader_s_language(works: Works) -> None:
    number = works.in_force()
    done = works.do("ada", "document.review", number, outcome="reaffirmed", findings="Alles gilt.")
    assert done.signature is not None
    with translation.override("de"):
        told = sentence_of(done.entry, thing_of("document"))
        words = [str(outcome_label("reaffirmed")), str(meaning_label(done.signature.meaning))]
        words.append(str(meaning_label("approved")))
    assert words == ["Es gilt weiter", "Überprüft", "Genehmigt"]
    assert "reaffirmed" not in told
