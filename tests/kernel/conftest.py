"""A small organisation and a record type of its own, to try the kernel without any domain."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import pytest
from django.utils import timezone

from setsquare.kernel.accounts.models import Grant, Role, RolePermission, Unit, User
from setsquare.kernel.accounts.units import place
from setsquare.kernel.commands import declaration
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef
from setsquare.kernel.commands.declaration import Actor, Meaning, command, owner, permitted
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State
from setsquare.kernel.records import things
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Element, SearchText, Thing

PASSWORD = "a long enough password"

LIFECYCLE = Lifecycle(
    initial="draft",
    states=(
        State("draft", "Draft", open=True),
        State("signed", "Signed", Colour.GREEN, controlled=True, final=True),
    ),
    moves={
        "rename": Move(("draft", "signed")),
        "remark": Move(("draft", "signed")),
        "sign": Move(("draft",), "signed"),
        "break_off": Move(("draft",), "signed"),
        "expire": Move(("draft",), "signed"),
    },
)
NOTE = Thing(
    code="kernel_note",
    slug="kernel-notes",
    name="Note",
    plural="Notes",
    element=Element.CONTEXT,
    icon="note",
    lifecycle=LIFECYCLE,
    read="notes.read",
    numbering="N-{n:03}",
    search=lambda record: SearchText(record.title),
)


class New(Body):
    """A note's first words."""

    title: Annotated[str, Shown("Title")]
    unit: Annotated[UnitRef, Shown("Unit")]
    number: Annotated[str, Shown("Number")] = ""


class Rename(Body):
    """A note's new words."""

    title: Annotated[str, Shown("Title")]


def create(act: Act, body: New) -> Record:
    return act.create(title=body.title, unit=body.unit, owner=act.user, number=body.number)


def rename(act: Act, body: Rename) -> None:
    act.record.title = body.title


def nothing(_act: Act, _body: Body) -> None:
    """Leave the record as it is."""


def break_off(act: Act, _body: Body) -> None:
    act.record.title = "half done"
    act.emit("kernel_note.half_done")
    raise RuntimeError("in the middle")


def declare() -> None:
    write = (permitted("notes.write"),)
    command("kernel_note", "create", label="New", past="made it", body=New, who=write, creates=True)(create)
    command("kernel_note", "rename", label="Rename", past="renamed it", body=Rename, who=write)(rename)
    command(
        "kernel_note",
        "remark",
        label="Remark",
        past="remarked",
        who=write,
        reason=declaration.Reason.NEVER,
        tolerates=frozenset({"remark"}),
    )(nothing)
    command(
        "kernel_note",
        "sign",
        label="Sign",
        past="signed it",
        who=(owner(),),
        prominent=True,
        signature=Meaning("approved", "Approved", "I approve this."),
    )(nothing)
    command("kernel_note", "break_off", label="Break", past="broke it", who=write)(break_off)
    command("kernel_note", "expire", label="Expire", past="expired it")(nothing)


@pytest.fixture(autouse=True)
def note_type() -> Iterator[Thing]:
    """Make the record type and its commands known for one test."""
    things.register(NOTE)
    declare()
    yield NOTE
    things._things.pop(NOTE.code)
    for known in declaration.commands_of(NOTE.code):
        declaration._registry.forget(known)


@dataclass
class House:
    """An organisation with two sites, a writer at the first and a reader at the second."""

    root: Unit
    berlin: Unit
    ghent: Unit
    writer: User
    other: User
    role: Role

    def actor(self, user: User | None = None) -> Actor:
        return Actor(user or self.writer, "web", "request-1")

    def do(
        self, name: str, record: Record | None = None, user: User | None = None, **given: object
    ) -> Outcome:
        if name == "sign" and record is not None:
            given.setdefault("version", Record.objects.get(pk=record.pk).version)
        return carry_out("kernel_note", name, self.actor(user), record=record, **given)  # type: ignore[arg-type]

    def note(self, title: str = "First", unit: str = "BER") -> Record:
        return self.do("create", body={"title": title, "unit": unit}).record


@pytest.fixture
def house(db: None) -> House:
    """Return the organisation."""
    root = Unit(code="ORG", name="Organisation", kind=Unit.Kind.ORGANISATION, time_zone="Europe/Berlin")
    place(root, None)
    sites = []
    for code, zone in (("BER", ""), ("GNT", "Europe/Brussels")):
        site = Unit(code=code, name=code.title(), kind=Unit.Kind.SITE, time_zone=zone)
        place(site, root)
        sites.append(site)
    writer = User.objects.create_user(
        "anna", PASSWORD, name="Anna Weber", title="Quality manager", unit=sites[0]
    )
    other = User.objects.create_user("bram", PASSWORD, name="Bram Peeters", unit=sites[1])
    role = Role.objects.create(code="keeper", name="Keeper")
    for permission in ("notes.read", "notes.write"):
        RolePermission.objects.create(role=role, permission=permission)
    for user, unit in ((writer, sites[0]), (other, sites[1])):
        Grant.objects.create(user=user, role=role, unit=unit, starts=timezone.now())
    return House(root, sites[0], sites[1], writer, other, role)


@pytest.fixture
def accounts_alone(note_type: Thing) -> Iterator[None]:
    """Leave out the record types of people, roles and units: those of the small organisation have no records."""
    known, gone = things._things, {"person", "role", "unit"}
    things._things = {code: thing for code, thing in known.items() if code not in gone}
    yield
    things._things = known  # deleted and put back one by one, they would stand in another order
