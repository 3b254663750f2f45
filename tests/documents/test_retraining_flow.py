"""From a revised standard to courses that are taken anew, and to who may do what."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from setsquare.domains.documents import handlers
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.matrix import cells
from setsquare.domains.training.models import Course
from setsquare.domains.training.retraining.clock import let_lapse
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.events.models import Delivery, Event
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.documents.conftest import Works

HP: dict[str, Any] = {"audience": [{"unit": "HP"}]}


@pytest.fixture
def course(works: Works) -> str:
    """Return the number of a course on offer that nobody needs, and that Olga and Otto hold for good."""
    bootstrap.grant(works.person("cora"), "coordinator", "NW")
    given = {"title": "Gauging", "kind": "classroom", "unit": "NW", "trainers": ["mia"]}
    number = works.do("cora", "course.create", **given).record.number
    works.do("cora", "course.offer", number)
    for person in ("olga", "otto"):
        certified(works, person, number, days=20)
    return number


def certified(works: Works, person: str, course: str, days: int = 0) -> None:
    issued = today() - dt.timedelta(days=days)
    works.do("cora", "certificate.create", person=person, course=course, issued=issued)
    run_until_idle()


def revised(works: Works, **decision: Any) -> str:
    """Return the number of a second revision, approved after its decision and put into force as far as it may be."""
    number = works.in_force(**HP)
    revision = works.second(number)
    works.do("ada", "revision.decide_training", revision, **decision)
    works.approved(revision)
    run_until_idle()
    works.do("cora", "revision.schedule", revision, at_once=True)
    run_until_idle()
    return revision


def holders(course: str, days: float) -> list[str]:
    """Return who holds the course in so many days."""
    held = holding(timezone.now() + dt.timedelta(days=days)).filter(subject__number=course)
    return sorted(held.values_list("user__username", flat=True))


def standing(works: Works, person: str, course: str) -> str:
    one = Course.objects.select_related("record").get(record__number=course)
    return cells([works.person(person)], [one])[works.person(person).pk, one.pk].standing


def test_a_revision_in_force_has_its_course_taken_anew(works: Works, course: str) -> None:
    rows = [{"course": course, "days": 30, "reason": "New steps"}]
    revision = revised(works, retraining=rows)
    assert works.asked(course, "train") == ["olga", "otto"]
    due = Task.objects.get(record__number=course, assignee__username="otto", done=None).due
    assert due == works.revision(revision).effective_at + dt.timedelta(days=30)  # type: ignore[operator]
    assert (standing(works, "otto", course), holders(course, 29)) == ("retraining", ["olga", "otto"])
    assert (let_lapse(), holders(course, 31)) == (2, [])
    certified(works, "otto", course)
    assert (works.asked(course, "train"), standing(works, "otto", course)) == (["olga"], "valid")
    assert holders(course, 31) == ["otto"]
    certified(works, "olga", course, days=5)  # of before the revision
    assert (works.asked(course, "train"), holders(course, 31)) == (["olga"], ["otto"])
    Delivery.objects.filter(event__name="document.effective").delete()
    Event.objects.filter(name="document.effective").update(delivered=None, attempts=1)
    before = Entry.objects.count()
    run_until_idle()
    assert (Entry.objects.count(), let_lapse()) == (before, 0)


def test_the_part_that_reads_is_the_part_that_learns(works: Works, course: str) -> None:
    part = {"who": "part", "readers": [{"person": "otto"}]}
    revised(works, retraining=[{"course": course, "reason": "New steps"}], **part)
    assert works.asked(course, "train") == ["otto"]


def test_it_waits_for_the_training_as_well(works: Works, course: str) -> None:
    rows = [
        {"course": course, "days": 10, "reason": "New steps"},
        {"course": course, "person": "rolf", "reason": "x"},
    ]
    revision = revised(works, retraining=rows, threshold=100)
    assert (works.asked(course, "train"), holders(course, 99)) == (["olga", "otto", "rolf"], ["olga", "otto"])
    for reader in ("olga", "otto"):
        works.do(reader, "revision.confirm_reading", revision)
        certified(works, reader, course)
    coverage = coverage_of(works.revision(revision))
    assert coverage is not None
    assert (coverage.done, coverage.people, works.record(revision).state) == (2, 3, "approved")
    certified(works, "rolf", course)
    assert works.record(revision).state == "effective"
    assert (handlers.take_effect_when_due(), holders(course, 99)) == (0, ["olga", "otto", "rolf"])


def test_a_revision_that_is_taken_back_trains_nobody(works: Works, course: str) -> None:
    revision = revised(works, retraining=[{"course": course, "reason": "New steps"}], threshold=100)
    works.do("cora", "revision.recall", revision, because="A step is missing.")
    run_until_idle()
    assert (works.asked(course, "train"), standing(works, "otto", course)) == ([], "valid")


def test_only_courses_on_offer_are_taken_anew(works: Works, course: str) -> None:
    number = works.draft(**HP)
    works.do("cora", "course.retire", course, because="There is a better one.")
    with pytest.raises(Refused) as refused:
        works.do(
            "ada", "revision.decide_training", f"{number}/1", retraining=[{"course": course, "reason": "x"}]
        )
    said = f"{course} is not offered now; choose a course that is."
    assert refused.value.fields == {"retraining.0.course": said}


def test_a_course_retired_while_a_revision_waits_for_it_is_decided_on_at_once(
    works: Works, course: str
) -> None:
    revision = revised(
        works, retraining=[{"course": course, "days": 10, "reason": "New steps"}], threshold=100
    )
    assert works.asked(revision, "coverage") == []
    works.do("cora", "course.retire", course, because="There is a better one.")
    for _twice in range(2):
        run_until_idle()
        assert works.asked(revision, "coverage") == ["ada", "cora", "hedda"]
        Delivery.objects.filter(event__name="course.retire").delete()
        Event.objects.filter(name="course.retire").update(delivered=None)


def test_who_leaves_the_audience_keeps_what_reading_gave(works: Works) -> None:
    number = works.in_force(audience=[{"person": "olga"}])
    works.do("olga", "revision.confirm_reading", f"{number}/1")
    run_until_idle()
    works.do("cora", "document.set_audience", number, audience=[{"person": "otto"}], because="Other work.")
    works.second(number)
    works.approved(f"{number}/2")
    works.do("cora", "revision.schedule", f"{number}/2", at_once=True)
    run_until_idle()
    held = Qualification.objects.get(user__username="olga", subject__number=number)
    assert (held.ended, held.until) == (None, None)


def test_lapsed_reading_takes_away_what_a_rule_asks_it_for(works: Works) -> None:
    bootstrap.grant(works.person("hedda"), "director", "NW")
    number = works.in_force(audience=[{"person": "ada"}])
    rule = {"title": "Writing", "why": "They know it.", "unit": "H", "commands": ["document.create"]}
    needs = [{"subject": number, "level": 1}]
    made = works.do("dirk", "authority_rule.create", **rule, needs=needs).record.number
    works.do("dirk", "authority_rule.submit", made)
    works.do("ada", "revision.confirm_reading", f"{number}/1")
    works.do("hedda", "authority_rule.approve", made)
    works.draft("Allowed")
    works.second(number)
    works.do("ada", "revision.decide_training", f"{number}/2", days=1)
    works.approved(f"{number}/2")
    works.do("cora", "revision.schedule", f"{number}/2", at_once=True)
    run_until_idle()
    works.draft("In time")
    held = Qualification.objects.filter(user__username="ada", subject__number=number, ended=None)
    assert held.get().until == Task.objects.get(record__number=f"{number}/2", kind="read").due
    held.update(since=timezone.now() - dt.timedelta(days=9), until=timezone.now())
    with pytest.raises(NotPermitted, match=number):
        works.draft("Too late")
    works.do("ada", "revision.confirm_reading", f"{number}/2")
    works.draft("Allowed again")


def test_a_course_to_be_read_shows_what_it_teaches(works: Works, client: Client, course: str) -> None:
    number = works.in_force(**HP)
    given = {
        "title": "Our policy",
        "kind": "read",
        "unit": "NW",
        "content": "Read it all.",
        "teaches": [number],
    }
    reading = works.do("cora", "course.create", **given).record.number
    works.do("cora", "course.offer", reading)
    client.force_login(works.person("otto"))
    page = client.get(f"/courses/{reading}/").content.decode()
    assert f'href="/documents/{number}/"' in page and "12 months" in page, "the text itself, with a link"
    beside = client.get(f"/courses/{reading}/do/confirm/").content.decode()
    assert "Read it all." in beside and number in beside, "and beside the confirmation"
    other = client.get(f"/courses/{course}/").content.decode()
    assert "12 months" not in other
