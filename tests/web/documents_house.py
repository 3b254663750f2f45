"""An organisation with documents, made through the commands, for the tests of the pages of documents."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.worker import run_until_idle
from setsquare.kernel.files.store import receive
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from tests.days import today

MOST_QUERIES = 12
PASSWORD = "a-quiet-river-42"
TEXT = """## Purpose

Everybody knows what to do. See [the form](record:FRM-001).

## Procedure

1. Take the part.
2. Measure it **twice**.

| Step | Limit |
| --- | --- |
| First | 5 mm |
| Second | 7 mm |

## Records

Kept for ten years.
"""
PEOPLE = {
    "cora": ("Cora Lind", "controller"),
    "ari": ("Ari Sato", "assistant"),
    "mira": ("Mira Holt", "manager"),
    "sven": ("Sven Berg", "specialist"),
    "rhea": ("Rhea Moss", "reader"),
}
"""Cora controls, Ari writes, Mira approves, Sven reviews, Rhea reads."""


@dataclass
class House:
    """The organisation, and how its people act."""

    people: dict[str, User] = field(default_factory=dict)

    def do(self, who: str, name: str, record: Record, /, **body: Any) -> Record:
        """Carry out a command of a record, read anew, signing where it asks."""
        fresh = Record.objects.get(pk=record.pk)
        reason = body.pop("because", "")
        actor = Actor(self.people[who])
        return carry_out(
            fresh.type,
            name,
            actor,
            record=fresh,
            body=body,
            reason=reason,
            version=fresh.version,
            credentials=Credentials(password=PASSWORD),
        ).record

    def make(self, who: str, thing: str, name: str = "create", /, **body: Any) -> Record:
        """Carry out a creating command."""
        reason = body.pop("because", "")
        return carry_out(thing, name, Actor(self.people[who]), body=body, reason=reason).record

    def document(self, title: str = "Measuring", text: str = TEXT, **body: Any) -> Record:
        """Make a procedure, written by Ari."""
        return self.make("ari", "document", type="procedure", title=title, unit="NW", content=text, **body)

    def revision(self, document: Record) -> Record:
        """Return the open revision of a document, else the one in force."""
        found = Document.objects.select_related("open_revision__record", "current__record").get(
            pk=document.pk
        )
        revision = found.open_revision or found.current
        assert revision is not None
        return revision.record

    def to_review(self, document: Record, reviewer: str = "sven") -> Record:
        """Submit the open revision."""
        revision = self.revision(document)
        due = today() + dt.timedelta(days=5)
        self.do("ari", "submit", revision, reviewers=[reviewer], due=due.isoformat())
        return self.revision(document)

    def to_approval(self, document: Record) -> Record:
        """Bring the open revision to approval."""
        revision = self.to_review(document)
        self.do("sven", "review", revision, outcome="no_objection")
        self.do("ari", "send_for_approval", revision)
        return self.revision(document)

    def to_force(self, document: Record) -> Record:
        """Bring the open revision into force and let the worker do its part."""
        revision = self.to_approval(document)
        self.do("mira", "approve", revision)
        self.do("cora", "schedule", revision, at_once=True)
        run_until_idle()
        return Revision.objects.select_related("record").get(pk=revision.pk).record

    def upload(self, who: str, data: bytes, name: str, media_type: str, text: str = "") -> str:
        """Let a person bring in a file; returns its digest."""
        return receive(self.people[who], data, name, media_type, text).blob_id

    def client(self, who: str) -> Client:
        """Return a browser in which a person is signed in."""
        client = Client()
        client.force_login(self.people[who], backend="setsquare.faces.web.signing_in.presence.PersonBackend")
        return client


def page(client: Client, address: str, most: int = MOST_QUERIES) -> str:
    """Return a page, which must be there and cost no more queries than a page may."""
    client.get("/me/")  # the first request of a session notes its use
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    assert len(queries) <= most, (address, len(queries))
    return str(response.content.decode())


def build() -> House:
    """Make the organisation: two sites, five people, a type of procedures and one of forms."""
    root = bootstrap.establish(
        "Norma Works",
        "NW",
        "Europe/Berlin",
        username="rita",
        name="Rita Root",
        email="rita@norma.example",
        password=PASSWORD,
    )
    house = House({"rita": root})
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW", "Europe/Lisbon")
    for username, (name, role) in PEOPLE.items():
        person = bootstrap.add_person(
            username, name, "N", email=f"{username}@norma.example", password=PASSWORD
        )
        house.people[username] = person
        bootstrap.grant(person, role, "NW")
    for code, name, pattern, content in (
        ("procedure", "Procedure", "SOP-{n:03}", "text"),
        ("form", "Form", "FRM-{n:03}", "both"),
    ):
        body = {
            "code": code,
            "name": name,
            "number_pattern": pattern,
            "content": content,
            "unit": "NW",
            "description": "How work is done.",
            "template": "## Purpose\n\n## Procedure\n\n## Records\n",
            "required_sections": ["Purpose", "Procedure", "Records"] if code == "procedure" else [],
            "route": [
                {"name": "Approval", "mode": "some", "needed": 1, "people": ["mira"], "meaning": "approved"}
            ],
            "review_months": 24,
            "audience": [{"role": "reader", "unit": "NW"}],
        }
        carry_out("document_type", "create", Actor.system("import"), body=body)
    return house
