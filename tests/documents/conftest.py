"""An organisation with two sites that writes documents, and short words for what its people do, all by commands."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.starter_types import starter_types
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.models import Event
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import receive
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.tasks.models import Task
from tests.days import today
from tests.houses import Houses, database
from tests.servers.live import Installations, LiveSetsquare

PASSWORD = "a-quiet-river-42"
TEXT = """## Purpose

Measuring equipment is right when it is used.

## Scope

All gauges of the site.

## Responsibilities

- **Metrology**: calibrates.

## Procedure

1. Clean the gauge.
2. Compare it with the standard.

| Gauge | Interval |
|---|---|
| Caliper | 12 months |

## Records

Certificates, 10 years.

## References

None.
"""


@dataclass
class Works:
    """Two sites, Hamburg (H) and Lyon (L).

    Of Hamburg: Ada writes, Rolf and Rosa review, Mia and Max are quality managers, Otto and Olga work there. Of all:
    Hedda heads quality, Dirk directs it, Cora controls documents. Lyon: Luc works there, Line writes there.
    """

    top: Unit
    hamburg: Unit
    lyon: Unit

    def person(self, username: str) -> User:
        return User.objects.get(username=username)

    def record(self, number: str) -> Record:
        return Record.objects.select_related("owner", "unit").get(number=number)

    def document(self, number: str) -> Document:
        return Document.objects.select_related("record").get(record__number=number)

    def content(self, number: str) -> str:
        """Return the text of a revision."""
        content = self.revision(number).content
        assert content is not None
        return content.body

    def revision(self, number: str) -> Revision:
        return Revision.objects.select_related("record", "document__record").get(record__number=number)

    def do(
        self,
        who: str,
        command: str,
        number: str = "",
        /,
        because: str = "",
        version: int | None = None,
        password: str = PASSWORD,
        **body: Any,
    ) -> Outcome:
        """Carry out `thing.command`, signing where it takes a signature."""
        thing, name = command.split(".")
        record = self.record(number) if number else None
        if record is not None and version is None and command_of(thing, name).signature is not None:
            version = record.version
        return carry_out(
            thing,
            name,
            Actor(self.person(who)) if who else Actor.system(),
            record=record,
            body=body,
            reason=because,
            version=version,
            credentials=Credentials(password=password),
        )

    def day(self, days: int) -> str:
        return (today() + dt.timedelta(days=days)).isoformat()

    def uploaded(self, who: str, data: bytes, name: str, media_type: str, text: str = "") -> Upload:
        return receive(self.person(who), data, name, media_type, text)

    def draft(self, title: str = "Calibration", unit: str = "H", kind: str = "procedure", **more: Any) -> str:
        """Ada makes a document with a whole text; returns its number."""
        given = {
            "type": kind,
            "title": title,
            "unit": unit,
            "content": TEXT,
            "audience": [{"unit": unit}],
            **more,
        }
        return self.do("ada", "document.create", **given).record.number

    def reviewed(self, revision: str, *reviewers: str) -> None:
        names = reviewers or ("rolf",)
        self.do("ada", "revision.submit", revision, reviewers=list(names), due=self.day(7))
        for name in names:
            self.do(name, "revision.review", revision, outcome="no_objection")

    def approved(self, revision: str) -> None:
        self.reviewed(revision)
        self.do("ada", "revision.send_for_approval", revision, approvers=["mia", "hedda"])
        self.do("mia", "revision.approve", revision)
        self.do("hedda", "revision.approve", revision)

    def in_force(self, **more: Any) -> str:
        """Return the number of a document whose first revision is effective and distributed."""
        number = self.draft(**more)
        self.approved(f"{number}/1")
        self.do("cora", "revision.schedule", f"{number}/1", at_once=True)
        run_until_idle()
        return number

    def second(self, number: str, **more: Any) -> str:
        """Return the number of the open second revision of a document in force, its text changed."""
        self.do("ada", "document.new_revision", number, why="A finding", summary="Interval halved", **more)
        self.do("ada", "revision.save", f"{number}/2", content=TEXT.replace("12 months", "6 months"))
        return f"{number}/2"

    def asked(self, number: str, kind: str = "read") -> list[str]:
        """Return who is asked for something on a record now."""
        tasks = Task.objects.filter(record__number=number, kind=kind, done__isnull=True)
        return sorted(tasks.values_list("assignee__username", flat=True))


def build() -> Works:
    bootstrap.establish(
        "Norma Works", "NW", "Europe/Berlin", username="root", name="Rita Root", email="", password=PASSWORD
    )
    for code, name, zone in (("H", "Hamburg", ""), ("L", "Lyon", "Europe/Paris")):
        bootstrap.add_unit(code, name, "site", "NW", zone)
    bootstrap.add_unit("HP", "Production", "department", "H", "")
    people = [
        ("dirk", "Dirk Director", "NW", None, [("director", "NW")]),
        ("hedda", "Hedda Head", "NW", "dirk", [("head", "NW")]),
        ("cora", "Cora Controller", "NW", "hedda", [("controller", "NW")]),
        ("boss", "Bea Boss", "H", None, [("reader", "NW")]),
        ("ada", "Ada Author", "H", "boss", [("assistant", "H")]),
        ("rolf", "Rolf Reviewer", "H", "boss", [("reader", "H")]),
        ("rosa", "Rosa Reviewer", "H", "boss", [("reader", "H")]),
        ("mia", "Mia Manager", "H", "boss", [("manager", "H")]),
        ("max", "Max Manager", "H", "mia", [("manager", "H")]),
        ("olga", "Olga Leader", "HP", "boss", [("operator", "HP"), ("leader", "HP")]),
        ("otto", "Otto Operator", "HP", "olga", [("operator", "HP")]),
        ("luc", "Luc Reader", "L", "boss", [("reader", "L")]),
        ("line", "Line Author", "L", "boss", [("assistant", "L")]),
    ]
    for username, name, unit, manager, grants in people:
        person = bootstrap.add_person(username, name, unit, manager=manager, password=PASSWORD)
        for role, where in grants:
            bootstrap.grant(person, role, where)
    starter_types()
    Event.objects.update(delivered=timezone.now())
    return Works(*(Unit.objects.get(code=code) for code in ("NW", "H", "L")))


db = database(works=build)


@pytest.fixture
def works(db: None, houses: Houses) -> Works:
    found: Works = houses.of(build)
    return found


@pytest.fixture
def shared_works(
    installations: Installations, django_db_blocker: Any
) -> Iterator[tuple[LiveSetsquare, Works]]:
    """The same in a database of its own, for tests with threads; each thread enters `live.orm()`."""
    live = installations.make(with_worker=False)
    with django_db_blocker.unblock(), live.orm():
        yield live, build()
    installations.discard(live)
