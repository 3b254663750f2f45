"""Who has to read what: distribution, reminding, escalation, and people who come and go."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.documents import handlers
from setsquare.domains.documents.models import Audience
from setsquare.domains.documents.reading import (
    CONFIRMED,
    OVERDUE,
    matrix,
    overdue_readings,
    reading_by_unit,
    reading_of,
)
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.errors import NotFound, NotPermitted, SignatureRefused, WrongState
from setsquare.kernel.events.models import Event
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from tests.days import today
from tests.documents.conftest import PASSWORD, TEXT, Works


def test_the_audience_is_expanded_to_people(works: Works) -> None:
    number = works.in_force(
        audience=[{"role": "manager", "unit": "NW"}, {"unit": "HP"}, {"person": "luc"}, {"person": "olga"}]
    )
    assert works.asked(f"{number}/1") == ["luc", "max", "mia", "olga", "otto"]


def test_only_who_is_asked_confirms_and_signs_where_the_type_asks(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    with pytest.raises(NotPermitted, match="You are not asked to read this now"):
        works.do("rolf", "revision.confirm_reading", f"{number}/1")
    with pytest.raises(SignatureRefused):
        works.do("otto", "revision.confirm_reading", f"{number}/1", password="wrong")
    seen = works.record(f"{number}/1").version
    works.do("olga", "revision.confirm_reading", f"{number}/1")
    works.do("otto", "revision.confirm_reading", f"{number}/1", version=seen)
    with pytest.raises(NotPermitted):
        works.do("otto", "revision.confirm_reading", f"{number}/1")
    policy = works.draft(kind="policy", audience=[{"unit": "HP"}], content=POLICY)
    works.reviewed(f"{policy}/1")
    works.do("ada", "revision.send_for_approval", f"{policy}/1", approvers=["hedda", "dirk"])
    works.do("hedda", "revision.approve", f"{policy}/1")
    works.do("dirk", "revision.approve", f"{policy}/1")
    works.do("cora", "revision.schedule", f"{policy}/1", at_once=True)
    run_until_idle()
    assert works.do("olga", "revision.confirm_reading", f"{policy}/1").signature is None


def test_a_wrong_password_is_refused_also_where_nothing_is_signed(works: Works) -> None:
    text = "# Instructions\n\nFill in each line.\n\n# Form\n\nDate and name."
    number = works.draft(kind="form", content=text, audience=[{"unit": "HP"}])
    works.reviewed(f"{number}/1")
    works.do("ada", "revision.send_for_approval", f"{number}/1", approvers=["mia"])
    works.do("mia", "revision.approve", f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    run_until_idle()
    with pytest.raises(SignatureRefused):
        works.do("otto", "revision.confirm_reading", f"{number}/1", password="wrong")
    works.do("otto", "revision.confirm_reading", f"{number}/1")


POLICY = "## Purpose\n\nA\n\n## Scope\n\nB\n\n## Policy\n\nC\n\n## Responsibilities\n\nD"


def test_nobody_reads_in_anothers_place(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    bootstrap.delegate(works.person("otto"), works.person("rolf"), today(), today())
    with pytest.raises(NotPermitted, match="You are not asked to read this now"):
        works.do("rolf", "revision.confirm_reading", f"{number}/1")


def test_a_reader_of_another_site_sees_what_names_them_before_and_after(works: Works) -> None:
    number = works.in_force(audience=[{"person": "luc"}])
    works.do("luc", "revision.confirm_reading", f"{number}/1")
    with pytest.raises(NotPermitted):
        works.do("luc", "revision.confirm_reading", f"{number}/1")
    with pytest.raises(NotFound):
        works.do("line", "revision.confirm_reading", f"{number}/1")


def test_delivering_twice_asks_once(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    event = Event.objects.filter(name="document.effective").latest("id")
    handlers.reading_follows_document(event)
    handlers.follow_people()
    assert works.asked(f"{number}/1") == ["olga", "otto"]
    assert Entry.objects.filter(record__number=f"{number}/1", command="distribute").count() == 1


def test_new_joiners_get_what_their_role_has_to_read(works: Works) -> None:
    number = works.in_force(audience=[{"role": "technician", "unit": "H"}])
    assert works.asked(f"{number}/1") == []
    newcomer = bootstrap.add_person("nina", "Nina New", "HP", password=PASSWORD)
    bootstrap.grant(newcomer, "technician", "HP")
    run_until_idle()
    assert works.asked(f"{number}/1") == ["nina"]
    handlers.follow_people()
    assert works.asked(f"{number}/1") == ["nina"]


def test_a_changed_audience_is_followed_both_ways(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    works.do("cora", "document.set_audience", number, because="Managers too", audience=[{"role": "manager"}])
    run_until_idle()
    assert works.asked(f"{number}/1") == ["max", "mia"]
    outcomes = Task.objects.filter(record__number=f"{number}/1", kind="read", outcome="not_needed")
    assert sorted(outcomes.values_list("assignee__username", flat=True)) == ["olga", "otto"]


def test_a_unit_that_moves_is_followed_both_ways_and_its_audience_still_sees_the_document(
    works: Works,
) -> None:
    number = works.in_force(audience=[{"unit": "H"}, {"role": "technician", "unit": "HP"}])
    unit = Record.objects.get(unit_file__part__code="HP").number
    before = works.asked(f"{number}/1")
    assert {"olga", "otto"} <= set(before)
    assert not Audience.objects.filter(document__record__number=number, outside=True).exists()
    works.do("", "unit.move", unit, because="To the other site.", parent="L")
    run_until_idle()
    assert works.asked(f"{number}/1") == sorted(set(before) - {"olga", "otto"})
    rows = Audience.objects.filter(document__record__number=number).order_by("id")
    assert list(rows.values_list("unit__code", "outside")) == [("H", False), ("HP", True)]
    works.do("", "unit.move", unit, because="And back.", parent="H")
    run_until_idle()
    assert works.asked(f"{number}/1") == before
    assert not rows.filter(outside=True).exists()


def test_who_leaves_is_asked_no_longer(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    bootstrap.leave(works.person("otto"), today())
    run_until_idle()
    assert works.asked(f"{number}/1") == ["olga"]


def late(number: str, *people: str, days: int = 1) -> None:
    """Let the reading of some people have been due days ago."""
    due = timezone.now() - dt.timedelta(days=days)
    Task.objects.filter(record__number=number, assignee__username__in=people).update(due=due, opened=due)


def test_overdue_reading_is_told_to_the_line_once(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    late(f"{number}/1", "otto", "olga")
    overdue.remind_and_escalate()
    overdue.remind_and_escalate()
    told = Notice.objects.filter(kind="escalation").select_related("user").order_by("user__username")
    assert [(notice.user.username, str(notice)) for notice in told] == [
        ("boss", f"Overdue: Olga Leader had to read {number}/1 Calibration."),
        ("olga", f"Overdue: Otto Operator had to read {number}/1 Calibration."),
    ]
    assert Entry.objects.filter(record__number=f"{number}/1", command="escalate").count() == 1


def test_an_overdue_approval_is_told_to_the_line(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["max", "hedda"])
    late(first, "max")
    overdue.remind_and_escalate()
    notice = Notice.objects.get(kind="escalation")
    assert (notice.user.username, str(notice)) == (
        "mia",
        f"Overdue: {first} Calibration waits for Max Manager.",
    )


def test_a_draft_that_waits_too_long_for_its_author_is_told_to_the_line_and_can_still_be_saved(
    works: Works,
) -> None:
    number = works.in_force()
    works.do("cora", "document.new_revision", number, why="A finding", author="ada")
    began = works.record(f"{number}/2").version
    Task.objects.filter(record__number=f"{number}/2").update(due=timezone.now() - dt.timedelta(days=3))
    overdue.remind_and_escalate()
    assert str(Notice.objects.get(kind="escalation")) == (
        f"Overdue: {number}/2 Calibration waits for Ada Author."
    )
    works.do("ada", "revision.save", f"{number}/2", version=began, content=TEXT.replace("12", "6"))
    assert "6 months" in works.content(f"{number}/2")


def test_reading_is_reminded_of_before_it_is_due_once(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    soon = timezone.now() + dt.timedelta(days=2)
    long_ago = timezone.now() - dt.timedelta(days=10)
    Task.objects.filter(record__number=f"{number}/1", assignee__username="otto").update(
        due=soon, opened=long_ago
    )
    overdue.remind_and_escalate()
    overdue.remind_and_escalate()
    assert [notice.user.username for notice in Notice.objects.filter(kind="reminder")] == ["otto"]


def test_reminding_by_hand(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "HP"}])
    works.do("cora", "revision.remind", f"{number}/1")
    assert Notice.objects.filter(kind="reminder").count() == 2
    for name in ("otto", "olga"):
        works.do(name, "revision.confirm_reading", f"{number}/1")
    with pytest.raises(WrongState, match="Nobody is asked for anything here now"):
        works.do("cora", "revision.remind", f"{number}/1")


def test_the_matrix_tells_who_has_and_who_has_not_by_unit(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "H"}])
    first = works.revision(f"{number}/1")
    works.do("otto", "revision.confirm_reading", f"{number}/1")
    late(f"{number}/1", "olga")
    whole = reading_of(first)
    assert (whole.people, whole.confirmed, whole.overdue, whole.waiting) == (8, 1, 1, 6)
    units = {row.unit.code: row.reading for row in reading_by_unit(first) if row.unit}
    assert (units["HP"].people, units["HP"].confirmed, units["HP"].overdue) == (2, 1, 1)
    production = works.person("otto").unit
    assert [person.username for person in matrix(first, unit=production)] == ["olga", "otto"]
    assert [person.username for person in matrix(first, standing=OVERDUE)] == ["olga"]
    assert [person.username for person in matrix(first, standing=CONFIRMED)] == ["otto"]
    assert [task.assignee.username for task in overdue_readings(works.person("cora"))] == ["olga"]
    assert not overdue_readings(works.person("olga"))


def test_the_matrix_costs_the_same_for_many(works: Works) -> None:
    number = works.in_force(audience=[{"unit": "H"}])
    first = works.revision(f"{number}/1")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(matrix(first)[:50])
            reading_of(first)
            reading_by_unit(first)
        return len(captured)

    before = queries()
    for count in range(5):
        bootstrap.add_person(f"more{count}", f"More {count}", "HP")
    run_until_idle()
    assert reading_of(first).people == 13
    assert queries() == before


def test_distribution_to_many_takes_few_queries(works: Works) -> None:
    for count in range(20):
        bootstrap.add_person(f"many{count}", f"Many {count}", "HP")
    number = works.draft(audience=[{"unit": "H"}])
    works.approved(f"{number}/1")
    works.do("cora", "revision.schedule", f"{number}/1", at_once=True)
    with CaptureQueriesContext(connection) as captured:
        assert handlers.reconcile(works.revision(f"{number}/1")) == 28
    assert len(captured) <= 30
