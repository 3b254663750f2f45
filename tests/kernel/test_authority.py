"""Rules in force: asked by every command, met by roles and qualifications, kept with the signature."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from setsquare.kernel.accounts.models import Role
from setsquare.kernel.authority.models import Need, Rule, Target
from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records import things
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.sealing.leaves import content_of
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature

from .conftest import NOTE, PASSWORD, House

DAY = dt.timedelta(days=1)
SIGNED = {"credentials": Credentials(password=PASSWORD)}


def rule(house: House, level: int = 3, **given: object) -> Rule:
    """Put a rule into force, as the commands of rules do: by it, who signs or renames is qualified."""
    record = house.note("Rule")
    values = {"unit": house.root, "commands": ["kernel_note.sign", "kernel_note.rename"], **given}
    made = Rule.objects.create(record=record, version=record.version, **values)
    Target.objects.create(rule=made, thing="kernel_note")
    if level:
        Need.objects.create(rule=made, subject=house.note("Audits"), topic="A1", level=level)
    return made


def qualify(house: House, made: Rule, level: int, until: dt.timedelta | None = None) -> Qualification:
    now = timezone.now()
    return Qualification.objects.create(
        user=house.writer,
        subject=made.needs.get().subject,
        topic="A1",
        level=level,
        since=now - 9 * DAY,
        until=now + until if until is not None else None,
        given=now - 9 * DAY,
        evidence=house.note("Assessment"),
    )


@contextmanager
def counted() -> Iterator[list[str]]:
    """Count the queries for rules in force."""
    found: list[str] = []

    def note(execute: Any, sql: Any, *rest: Any) -> Any:
        if "ruling_rule" in str(sql):
            found.append(str(sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def refused(house: House, record: Record, name: str = "rename") -> str:
    given = SIGNED if name == "sign" else {"body": {"title": "Other"}}
    with pytest.raises(NotPermitted) as why:
        house.do(name, record, **given)
    return str(why.value)


@pytest.mark.parametrize(
    ("level", "until", "said"),
    [
        (None, None, "This needs “A1” at level 3 of N-003 Audits; you hold none."),
        (2, None, "This needs “A1” at level 3 of N-003 Audits; you hold level 2."),
        (2, 400 * DAY, "you hold level 2 until "),
        (3, -DAY, "This needs “A1” at level 3 of N-003 Audits; yours expired on "),
        (3, DAY, ""),
        (4, None, ""),
    ],
)
def test_what_is_missing_is_said(house: House, level: int | None, until: dt.timedelta | None, said: str):
    note = house.note()
    made = rule(house)
    if level is not None:
        qualify(house, made, level, until)
    if not said:
        assert house.do("rename", note, body={"title": "Other"}).record.title == "Other"
        return
    for name in ("rename", "sign"):
        sentence = refused(house, note, name)
        assert said in sentence
        assert sentence.endswith("Rule N-002 asks for it."), (
            "all of it is her own: there is nobody else to ask"
        )


def test_it_lapses_at_the_very_moment(house: House, monkeypatch: pytest.MonkeyPatch):
    note, made = house.note(), rule(house)
    until = qualify(house, made, 3, DAY).until
    assert until is not None
    for moment, holds in ((until - dt.timedelta(microseconds=1), True), (until, False)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        if holds:
            house.do("rename", note, body={"title": "Before"})
        else:
            assert "expired" in refused(house, note)


def test_a_rule_holds_in_its_unit_and_below_for_its_commands_alone(house: House):
    note = house.note()
    rule(house, unit=house.ghent)
    house.do("rename", note, body={"title": "Elsewhere"})
    rule(house, unit=house.berlin)
    refused(house, note)
    house.do("remark", note)


def test_roles_meanings_and_independence(house: House):
    note = house.note()
    other = Role.objects.create(code="auditor", name="Auditor")
    by_role = rule(house, 0, commands=["kernel_note.rename"], role_names=["Auditor"])
    by_role.roles.add(other)
    assert refused(house, note).startswith("This needs the role “Auditor” in this unit.")
    by_role.roles.add(house.role)
    house.do("rename", note, body={"title": "By a keeper"})
    apart = rule(house, 0, commands=[], meanings=["approved"], independent=True)
    Target.objects.filter(rule=apart).update(thing="")
    sentence = "You own this or wrote on it; rule %s asks for somebody independent of it."
    assert refused(house, note, "sign") == sentence % apart.record.number
    again = rule(house, 0, commands=[], meanings=["approved"], independent=True)
    Target.objects.filter(rule=again).update(thing="")
    rules = ", ".join(sorted([apart.record.number, again.record.number]))
    sentence = "You own this or wrote on it; rules %s ask for somebody independent of it."
    assert refused(house, note, "sign") == sentence % rules


def test_only_records_of_the_kinds_named(house: House, monkeypatch: pytest.MonkeyPatch):
    first, second = house.note("First"), house.note("Second")
    rule(house, kinds=["Second"])
    by_title = replace(NOTE, kind_of=lambda record: record.title)
    monkeypatch.setitem(things._things, NOTE.code, by_title)
    house.do("rename", first, body={"title": "Third"})
    refused(house, second)


def test_the_signature_keeps_what_it_relied_on(house: House):
    note, made = house.note(), rule(house)
    held = qualify(house, made, 3, DAY)
    outcome = house.do("sign", note, **SIGNED)
    Qualification.objects.filter(pk=held.pk).update(ended=timezone.now())
    made.delete()
    kept = Signature.objects.get(pk=outcome.signature.pk)
    shown = {"name": "Audits", "subject": "N-003", "topic": "A1", "level": 3, "evidence": "N-004"}
    assert held.until is not None
    shown["until"] = held.until.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    assert kept.authority == [{"rule": "N-002", "version": 1, "qualifications": [shown]}]
    assert content_of(outcome.entry, [kept])["signatures"][0]["authority"] == kept.authority
    plain = house.do("sign", house.note(), **SIGNED)
    assert plain.signature.authority is None
    assert "authority" not in content_of(plain.entry, [plain.signature])["signatures"][0]


def test_what_a_decision_costs(house: House):
    """One query each time that it is asked: none for the system, one where no rule holds, one for all of a page."""
    first, second, third = house.note(), house.note(), house.note()
    with counted() as without:
        house.do("rename", first, body={"title": "Other"})
    with counted() as unruled:
        house.do("sign", first, **SIGNED)
    qualify(house, rule(house), 3)
    with counted() as page:
        offers(Situation(Actor(house.writer), thing_of("kernel_note"), second))
    with counted() as ruled:
        house.do("sign", second, **SIGNED)
    with counted() as system:
        carry_out("kernel_note", "expire", Actor.system(), record=third)
    assert [len(each) for each in (without, unruled, page, ruled, system)] == [1, 1, 1, 2, 0]
