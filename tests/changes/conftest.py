"""An organisation with two documents in force, and the people who request, assess and decide changes."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from tests.houses import Houses, database

PASSWORD = "a-quiet-river-42"
IMPACT = {
    "quality": "Fewer mix-ups.",
    "regulatory": "None.",
    "training": "Reading.",
    "cost": "None.",
    "risk": "None.",
}


@dataclass
class Desk:
    """Anna asks, Ben assesses, Carl controls documents, Dora decides and approves; Olga reads in the south."""

    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, who: User | None, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature."""
        current = Record.objects.get(pk=record.pk)
        reason = body.pop("because", "")
        signed = Credentials(password=PASSWORD) if who is not None else None
        return carry_out(
            current.type,
            name,
            Actor(who),
            record=current,
            body=body,
            version=current.version,
            reason=reason,
            credentials=signed,
        )

    def request(self, *affected: Record, who: User | None = None, **body: Any) -> Record:
        """Have a change asked for, by Anna unless it is said otherwise."""
        given = {
            "title": "Shorter checks",
            "what": "Leave out step 4.",
            "why": "It is done twice.",
            "unit": "N",
        }
        given |= {"affected": [record.number for record in affected], **body}
        return carry_out("change_request", "create", Actor(who or self.anna), body=given).record

    def decided(self, *affected: Record, verify: bool = False) -> Record:
        """Have a change asked for, assessed and accepted."""
        change = self.request(*affected)
        self.do(self.anna, change, "submit")
        self.do(self.ben, change, "assess", **IMPACT)
        self.do(self.dora, change, "accept", verify=verify, because="It is worth it.")
        return change

    def document(self, title: str) -> Record:
        """Make a document and put its first revision into force."""
        kind = Record.objects.get(type="document_type")
        body = {"type": kind.number, "title": title, "unit": "N", "content": f"# {title}\n\nDo it well.\n"}
        document = carry_out("document", "create", Actor(self.carl), body=body).record
        self.put_into_force(Record.objects.get(revision__document__record=document))
        return document

    def put_into_force(self, revision: Record) -> None:
        """Take a draft through approval into force at once."""
        self.do(self.carl, revision, "save", content="# It\n\nDo it better.\n", summary="Step 4 is gone.")
        self.do(self.carl, revision, "send_for_approval")
        self.do(self.dora, revision, "approve")
        self.do(self.carl, revision, "schedule", at_once=True)

    def drafts(self, document: Record) -> list[Record]:
        """Return the revisions of a document that are in draft."""
        return list(Record.objects.filter(revision__document__record=document, state="draft"))


def state_of(record: Record) -> str:
    return Record.objects.get(pk=record.pk).state


def deliver() -> None:
    while deliver_waiting():
        pass


def build() -> Desk:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    rita = bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    desk = Desk({"rita": rita})
    roles = {
        "anna": ("reader", "N"),
        "ben": ("specialist", "N"),
        "carl": ("controller", "N"),
        "dora": ("head", "N"),
        "olga": ("reader", "S"),
    }
    for name, (role, unit) in roles.items():
        person = bootstrap.add_person(name, f"{name.title()} Example", unit, password=PASSWORD)
        bootstrap.grant(person, role, unit)
        desk.people[name] = person
    step = {"name": "Approval", "mode": "all", "people": ["dora"], "meaning": "approved"}
    kind = {"code": "prc", "name": "Procedure", "number_pattern": "PRC-{n:03}", "unit": "NW", "route": [step]}
    kind |= {"review_required": False, "reading_days": 5}
    carry_out("document_type", "create", Actor.system("import"), body=kind)
    return desk


db = database(desk=build)


@pytest.fixture
def desk(db: None, houses: Houses) -> Desk:
    found: Desk = houses.of(build)
    return found
