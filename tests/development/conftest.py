"""A site where Mara leads Anna and Ben, Max mentors, Hanna manages development; Otto audits, Sven manages elsewhere."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pytest

from setsquare.domains.development.models import DevelopmentPlan
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from tests.days import today
from tests.houses import Houses, database

PASSWORD = "a-quiet-river-42"
TODAY = today()


def day(days: int) -> str:
    return (TODAY + dt.timedelta(days=days)).isoformat()


@dataclass
class Team:
    """The people, a framework of trades, a course, and plans by their hands."""

    people: dict[str, User] = field(default_factory=dict)
    framework: str = ""
    course: str = ""

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, who: User | None, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature, and deliver what it announces."""
        current = Record.objects.get(pk=record.pk)
        done = carry_out(
            current.type,
            name,
            Actor(who),
            record=current,
            reason=body.pop("because", "It is time."),
            version=body.pop("version", current.version),
            body=body,
            credentials=Credentials(password=PASSWORD) if who is not None else None,
        )
        deliver()
        return done

    def frame(self, **body: Any) -> dict[str, Any]:
        """Return what a plan of Anna's is for."""
        return {
            "title": "Become a setter",
            "aim": "Anna sets up the moulding machine on her own.",
            "mentor": "max",
            "begins": day(-10),
            "ends": day(200),
            **body,
        }

    def told(self, **body: Any) -> dict[str, Any]:
        """Return what a plan of Anna's says: to hold a trade and a course, by two actions."""
        return {
            **self.frame(),
            "targets": [
                {"subject": self.framework, "topic": "CHK-1", "level": 2},
                {"subject": self.course, "due": day(100)},
            ],
            "actions": [
                {"what": "Take the course", "kind": "training", "about": self.course, "due": day(30)},
                {"what": "Set up with Max", "kind": "coaching", "responsible": "max", "due": day(60)},
            ],
            **body,
        }

    def plan(self, who: User | None = None, **body: Any) -> Record:
        """Have Anna write her plan."""
        made = carry_out("development_plan", "create", Actor(who or self.anna), body=self.told(**body)).record
        deliver()
        return made

    def agreed(self, **body: Any) -> Record:
        """Have it proposed and agreed."""
        made = self.plan(**body)
        self.do(self.anna, made, "propose")
        self.do(self.mara, made, "agree", next_review=day(60))
        return Record.objects.get(pk=made.pk)

    def certify(self, person: str, issued: int = -1) -> Record:
        """Have Hanna record that somebody holds the course, so many days from today."""
        given = {"person": person, "course": self.course, "issued": day(issued)}
        made = carry_out("certificate", "create", Actor(self.hanna), body=given).record
        deliver()
        return made


def deliver() -> None:
    while deliver_waiting():
        pass


def stored(record: Record) -> DevelopmentPlan:
    return DevelopmentPlan.objects.select_related("record", "person", "mentor").get(pk=record.pk)


def asked(record: Record) -> list[tuple[str, int, str]]:
    """Return what is asked on a plan now: kind, number of the action, of whom."""
    tasks = Task.objects.filter(record=record, done__isnull=True).order_by(
        "kind", "step", "assignee__username"
    )
    return list(tasks.values_list("kind", "step", "assignee__username"))


def build() -> Team:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    rita = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    team = Team({"rita": rita})
    roles = {
        "hanna": ("manager", "NW", None),
        "mara": ("leader", "N", None),
        "max": ("reader", "N", None),
        "otto": ("controller", "NW", None),
        "sven": ("manager", "S", None),
        "anna": ("reader", "N", "mara"),
        "ben": ("reader", "N", "mara"),
    }
    for name, (role, unit, manager) in roles.items():
        person = bootstrap.add_person(
            name, f"{name.title()} Example", unit, password=PASSWORD, manager=manager
        )
        bootstrap.grant(person, role, unit)
        team.people[name] = person
    given = {"title": "Trades", "purpose": "What operators can do.", "unit": "NW", "start": "trade"}
    framework = carry_out("framework", "create", Actor(team.hanna), body=given).record
    team.do(team.hanna, framework, "release", summary="The first.")
    given = {"title": "Moulding", "kind": "classroom", "unit": "NW", "trainers": ["max"]}
    course = carry_out("course", "create", Actor(team.hanna), body=given).record
    team.do(team.hanna, course, "offer")
    team.framework, team.course = framework.number, course.number
    return team


db = database(team=build)


@pytest.fixture
def team(db: None, houses: Houses) -> Team:
    found: Team = houses.of(build)
    return found
