"""People who are assessed in a small framework: Ada and Ben report to Mark, Kim to nobody; Hanna may assess here."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from tests.competence.conftest import PASSWORD, Desk
from tests.competence.conftest import build as build_desk
from tests.days import today

TODAY = today()
LEVELS = [{"level": 1, "text": "Under guidance."}, {"level": 2, "text": "Alone."}]


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@dataclass
class Bench:
    """The desk's people, some who are assessed, and the framework."""

    desk: Desk
    framework: Record

    def __getattr__(self, name: str) -> User:
        if "desk" not in self.__dict__:  # while it is copied
            raise AttributeError(name)
        return getattr(self.desk, name)

    def do(self, who: User | None, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature, and deliver what it announces."""
        current = Record.objects.get(pk=record.pk)
        reason = body.pop("because", "It is so.")
        done = carry_out(
            current.type,
            name,
            Actor(who),
            record=current,
            body=body,
            version=current.version,
            reason=reason,
            credentials=Credentials(password=PASSWORD) if who is not None else None,
        )
        deliver()
        return done

    def begun(self, who: User, person: str, method: str, day: dt.date = TODAY, **levels: int) -> Record:
        """Begin an assessment, and rate components by their codes with an underscore (G_1=2)."""
        given = {"person": person, "framework": self.framework.number, "method": method, "day": day}
        made = carry_out("assessment", "begin", Actor(who), body=given).record
        if levels:
            rows = [
                {"component": code.replace("_", "-"), "level": level, "reason": "Seen."}
                for code, level in levels.items()
            ]
            self.do(who, made, "rate", ratings=rows)
        return made

    def submitted(self, who: User, person: str, method: str, day: dt.date = TODAY, **levels: int) -> Record:
        """Begin, rate and submit an assessment."""
        made = self.begun(who, person, method, day, **levels)
        self.do(who, made, "submit")
        return made

    def agreed(self, person: str, day: dt.date = TODAY, months: int | None = None, **levels: int) -> Record:
        """Have Mark assess one of his people, and Hanna agree."""
        made = self.submitted(self.mark, person, "manager", day, **levels)
        self.do(self.hanna, made, "agree", months=months)
        return Record.objects.get(pk=made.pk)


def deliver() -> None:
    while deliver_waiting():
        pass


def asked(record: Record) -> dict[str, list[str]]:
    """Return who is asked what of a record, by kind of task."""
    found: dict[str, list[str]] = {}
    for task in Task.objects.filter(record=record, done__isnull=True).order_by("assignee__username"):
        found.setdefault(task.kind, []).append(task.assignee.username)
    return found


def levels(person: User) -> dict[str, int]:
    """Return what a person holds, by component."""
    return dict(holding().filter(user=person).values_list("topic", "level"))


def build() -> Bench:
    desk = build_desk()
    record = desk.small()
    for code, title in (("G-2", "Milling"), ("G-3", "Grinding")):
        item = {"code": code, "parent": "G", "title": title, "levels": LEVELS}
        desk.do(desk.hanna, record, "add_item", **item)
    desk.released(record)
    for name, manager in (("ada", "mark"), ("ben", "mark"), ("kim", None)):
        person = bootstrap.add_person(
            name, f"{name.title()} Example", "N", title="Operator", password=PASSWORD, manager=manager
        )
        bootstrap.grant(person, "reader", "N")
        desk.people[name] = person
    deliver()
    return Bench(desk, Record.objects.get(pk=record.pk))
