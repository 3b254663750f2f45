"""The organisation of change requests, with somebody who writes rules of authority and somebody who approves them."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from tests.changes.conftest import PASSWORD, Desk
from tests.changes.conftest import build as build_desk
from tests.houses import Houses, database

LEVELS = range(1, 6)


@dataclass
class Office:
    """Hugo writes rules, Dora approves them; they ask for a component of a framework."""

    desk: Desk
    hugo: User
    subject: Record

    def needed(self, level: int = 3) -> str:
        """Return what a rule asks for, as sentences tell it."""
        return f"“Audits” (A1) at level {level} “Step {level}” of {self.subject.number} Auditors"

    def draft(self, **given: Any) -> Record:
        needs = [{"subject": self.subject.number, "topic": "A1", "level": 3}]
        body = {"title": "Who asks for changes", "why": "It takes skill.", "unit": "N", "needs": needs}
        body |= {"commands": ["change_request.create"], **given}
        return carry_out("authority_rule", "create", Actor(self.hugo), body=body).record

    def in_force(self, **given: Any) -> Record:
        rule = self.draft(**given)
        self.put_into_force(rule)
        return rule

    def put_into_force(self, rule: Record) -> None:
        self.desk.do(self.hugo, rule, "submit")
        self.desk.do(self.desk.dora, rule, "approve")

    def qualify(self, person: User, level: int = 3, days: int | None = None) -> Qualification:
        now = timezone.now()
        return Qualification.objects.create(
            user=person,
            subject=self.subject,
            topic="A1",
            level=level,
            since=now - dt.timedelta(days=9),
            until=now + dt.timedelta(days=days) if days is not None else None,
            given=now,
            evidence=self.subject,
        )


def build() -> Office:
    """Have a framework in force: auditing, at five levels."""
    desk = build_desk()
    hugo = bootstrap.add_person("hugo", "Hugo Example", "N", password=PASSWORD)
    bootstrap.grant(hugo, "director", "N")
    desk.people["hugo"] = hugo
    body = {"title": "Auditors", "purpose": "What they can do.", "unit": "N", "start": "empty"}
    framework = carry_out("framework", "create", Actor(desk.dora), body=body).record
    scale = [{"code": str(rank), "name": f"Step {rank}"} for rank in LEVELS]
    desk.do(desk.dora, framework, "set_scale", scale=scale)
    levels = [{"level": rank} for rank in LEVELS]
    desk.do(desk.dora, framework, "add_item", code="A1", title="Audits", levels=levels)
    desk.do(hugo, framework, "release", summary="It is new.")
    return Office(desk, hugo, Record.objects.get(pk=framework.pk))


db = database(office=build)


@pytest.fixture
def office(db: None, houses: Houses) -> Office:
    found: Office = houses.of(build)
    return found


@pytest.fixture
def desk(office: Office) -> Desk:
    return office.desk
