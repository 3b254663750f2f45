"""An organisation with two sites, somebody who runs training in each, and people who are trained."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from tests.days import HOME, today
from tests.houses import Houses, database

PASSWORD = "a-quiet-river-42"
TODAY = today()


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


@dataclass
class School:
    """Cora runs training in the north, Sven in the south; Tom trains; Anna, Ben and Olga (south) learn."""

    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, who: User | None, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature, and deliver what it announces."""
        current = Record.objects.get(pk=record.pk)
        reason = body.pop("because", "It is time.")
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

    def course(self, title: str = "Measuring", *needed_by: dict[str, Any], **body: Any) -> Record:
        """Have Cora write down a course, say who needs it and offer it; an online one with an activity address."""
        activity = body.pop("activity", f"https://lms.example/{len(title)}-{title.replace(' ', '-')}")
        given = {"title": title, "kind": "classroom", "unit": "NW", "trainers": ["tom"], **body}
        given.setdefault("content", "What there is to know.")
        made = carry_out("course", "create", Actor(self.cora), body=given).record
        if needed_by:
            self.do(self.cora, made, "set_requirements", needed_by=list(needed_by))
        if given["kind"] == "online" and "quiz" not in given:
            self.do(self.cora, made, "set_activity", activity=activity)
        self.do(self.cora, made, "offer")
        return Record.objects.get(pk=made.pk)

    def certified(self, person: str, course: Record, issued: dt.date, **body: Any) -> Record:
        """Have Cora record a certificate, also one that is over by now."""
        given = {"person": person, "course": course.number, "issued": issued, "history": True, **body}
        made = carry_out("certificate", "create", Actor(self.cora), body=given).record
        deliver()
        return made

    def session(self, course: Record, hours: float = 24, **body: Any) -> Record:
        """Have Cora plan a session that begins in so many hours, with Tom as trainer."""
        starts = timezone.now() + dt.timedelta(hours=hours)
        given = {"course": course.number, "unit": "N", "trainer": "tom", "starts": starts}
        given |= {"ends": starts + dt.timedelta(hours=2), **body}
        return carry_out("training_session", "create", Actor(self.cora), body=given).record


def deliver() -> None:
    while deliver_waiting():
        pass


def asked(course: Record) -> dict[str, dt.date]:
    """Return who is asked to take a course, and by which day."""
    tasks = Task.objects.filter(record=course, kind="train", done__isnull=True).select_related("assignee")
    return {task.assignee.username: timezone.localdate(task.due, HOME) for task in tasks}


def build() -> School:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    rita = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    school = School({"rita": rita})
    roles = {
        "cora": ("coordinator", "NW"),
        "sven": ("coordinator", "S"),
        "tom": ("reader", "N"),
        "anna": ("reader", "N"),
        "ben": ("reader", "N"),
        "olga": ("reader", "S"),
    }
    for name, (role, unit) in roles.items():
        manager = "tom" if name == "anna" else None
        person = bootstrap.add_person(
            name, f"{name.title()} Example", unit, password=PASSWORD, manager=manager
        )
        bootstrap.grant(person, role, unit)
        school.people[name] = person
    deliver()
    return school


db = database(school=build)


@pytest.fixture
def school(db: None, houses: Houses) -> School:
    found: School = houses.of(build)
    return found


@pytest.fixture(autouse=True)
def seal_directory(settings: Any, tmp_path: Path) -> None:
    """Have each test its own place beside the log: a checkpoint left there by another is of another log."""
    settings.SEAL_DIRECTORY = tmp_path / "seal"
