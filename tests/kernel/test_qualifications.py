"""What people are qualified in: written by commands, ended by what comes later, told by entries."""

import datetime as dt
from dataclasses import replace
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown
from setsquare.kernel.commands.declaration import Actor, command, permitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.lifecycle import Move
from setsquare.kernel.qualifications.days import due_day, end_of, expiry_of, last_day
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import expiring, held, holding
from setsquare.kernel.records import things
from setsquare.kernel.records.models import Record
from setsquare.kernel.sealing.beside import check_beside

from .conftest import LIFECYCLE, NOTE, House

DAY = dt.timedelta(days=1)


class Give(Body):
    """Who is qualified in what."""

    person: Annotated[Person, Shown("Person")]
    subject: Annotated[RecordRef, Shown("Subject")]
    level: Annotated[int, Shown("Level")] = 1
    since: Annotated[dt.datetime | None, Shown("Since")] = None
    until: Annotated[dt.datetime | None, Shown("Until")] = None


def give(act: Act, body: Give) -> None:
    act.qualify(body.person, body.subject, topic="A1", level=body.level, since=body.since, until=body.until)


def take(act: Act, _body: Body) -> None:
    act.disqualify()


@pytest.fixture(autouse=True)
def proofs(note_type: things.Thing, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {**LIFECYCLE.moves, "give": Move(("draft",)), "take": Move(("draft",))}
    lifecycle = replace(LIFECYCLE, moves=moves)
    monkeypatch.setitem(things._things, NOTE.code, replace(note_type, lifecycle=lifecycle))
    who = (permitted("notes.write"),)
    command("kernel_note", "give", label="Give", past="gave it", body=Give, who=who)(give)
    command("kernel_note", "take", label="Take", past="took it", who=who)(take)


def do(house: House, name: str, record: Record, **body: object) -> None:
    carry_out("kernel_note", name, Actor(house.writer, "web", "request-1"), record=record, body=body)


@pytest.mark.once
@pytest.mark.parametrize(
    ("where", "later"),
    [
        ("Etc/GMT+12", 2),
        ("Pacific/Pago_Pago", 2),
        ("Pacific/Honolulu", 0),
        ("Europe/Lisbon", 0),
        ("Europe/Berlin", 0),
        ("Asia/Kathmandu", 0),
        ("Pacific/Tongatapu", 0),
        ("Pacific/Chatham", 0),
        ("Pacific/Kiritimati", 1),
    ],
)
def test_the_last_day_is_that_of_the_persons_unit_for_every_reader(where: str, later: int):
    unit = Unit(time_zone=where)
    for day in (dt.date(2026, 6, 30), dt.date(2026, 11, 29), dt.date(2026, 12, 31)):
        until = expiry_of(day, unit)
        assert until - end_of(day, unit) == dt.timedelta(microseconds=later)
        for reader in ("Pacific/Pago_Pago", "America/Los_Angeles", "Europe/Berlin", "Pacific/Kiritimati"):
            with timezone.override(reader):
                assert last_day(until) == day
                assert due_day(until - dt.timedelta(seconds=1), ZoneInfo(where)) == day
    assert last_day(None) is None


def test_what_is_over_within_a_day_is_told_by_the_clock_of_a_place():
    moment = dt.datetime(
        2026, 12, 24, 23, 20, tzinfo=dt.UTC
    )  # the next day has begun in Berlin, not in Lisbon
    berlin, lisbon = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Lisbon")
    with timezone.override(berlin):
        assert (last_day(moment).day, last_day(moment, lisbon).day) == (25, 24)
    assert (due_day(moment, berlin).day, due_day(moment, lisbon).day) == (25, 24)
    midnight = dt.datetime(
        2026, 12, 25, tzinfo=berlin
    )  # what is due as a day begins is due on the one before
    assert due_day(midnight, berlin) == last_day(midnight) == dt.date(2026, 12, 24)


def test_what_comes_later_ends_what_was_before(house: House):
    subject, first, second = house.note("Subject"), house.note("First"), house.note("Second")
    do(house, "give", first, person=house.other, subject=subject, level=2)
    between = timezone.now()

    do(house, "give", second, person=house.other, subject=subject, level=3, until=timezone.now() + 9 * DAY)

    now = timezone.now()
    assert [(one.evidence, one.level) for one in holding(now)] == [(second, 3)]
    assert [(one.evidence, one.level) for one in held(between)] == [(first, 2)]
    assert [one.evidence for one in expiring(now, now + 10 * DAY)] == [second]
    assert not holding(now + 10 * DAY).exists()
    do(house, "take", second)
    assert not holding().exists()
    assert list(check_beside()) == []


def test_what_is_added_of_an_earlier_time_is_history(house: House):
    subject, first, second = house.note("Subject"), house.note("First"), house.note("Second")
    do(house, "give", first, person=house.other, subject=subject, level=3)

    do(house, "give", second, person=house.other, subject=subject, level=1, since=timezone.now() - 400 * DAY)

    assert [one.evidence for one in holding()] == [first]
    assert list(check_beside()) == []


@pytest.mark.parametrize("changed", [{"level": 4}, {"until": None}, {"ended": timezone.now()}, None])
def test_verification_tells_of_what_no_entry_said(house: House, changed: dict[str, object] | None):
    subject, note = house.note("Subject"), house.note("First")
    do(house, "give", note, person=house.other, subject=subject, until=timezone.now() + DAY)
    rows = Qualification.objects.filter(evidence=note)

    if changed is None:
        rows.delete()
    else:
        rows.update(**changed)

    said = (
        f"What {note.number} shows that {house.other.username} is qualified in is not what its entries say."
    )
    assert [problem.sentence for problem in check_beside()] == [said]
