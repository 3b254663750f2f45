"""A record type of the tests' own: what every address is tried on before any domain is."""

from typing import Annotated

from django.db.models import QuerySet
from pydantic import Field

from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Person, RecordRef, Shown, UnitRef
from setsquare.kernel.commands.declaration import Meaning, Reason, assigned, command, owner, permitted
from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Column, Element, Kind, SearchText, Thing

LIFECYCLE = Lifecycle(
    initial="draft",
    states=(
        State("draft", "Draft", open=True),
        State("signed", "Signed", Colour.GREEN, controlled=True),
        State("closed", "Closed", Colour.GREY, final=True),
    ),
    moves={
        "edit": Move(("draft", "signed")),
        "sign": Move(("draft",), "signed"),
        "close": Move(("draft", "signed"), "closed"),
        "ask": Move(("draft",)),
        "answer": Move(("draft",)),
        "refer": Move(("draft", "signed")),
        "attach": Move(("draft",)),
        "expire": Move(("draft",), "closed"),
    },
)
NOTE = Thing(
    code="note",
    slug="notes",
    name="Note",
    plural="Notes",
    element=Element.CONTEXT,
    icon="note",
    lifecycle=LIFECYCLE,
    read="notes.read",
    numbering="N-{n:03}",
    columns=(
        Column("state", "State", "state", Kind.STATE, sortable=True),
        Column("keeper", "Keeper", "owner", Kind.PERSON, sortable=True),
    ),
    search=lambda record: SearchText(record.title),
)


class New(Body):
    title: Annotated[str, Shown("Title"), Field(min_length=1, max_length=200)]
    unit: Annotated[UnitRef, Shown("Unit")]
    number: Annotated[str, Shown("Number"), Field(max_length=40)] = ""


class Edit(Body):
    title: Annotated[str, Shown("Title", "What it is about."), Field(min_length=1, max_length=200)]


class Question(Body):
    person: Annotated[Person, Shown("Person")]
    days: Annotated[int, Shown("Days"), Field(ge=1, le=90)] = 7


class Ask(Body):
    questions: Annotated[list[Question], Shown("Questions"), Field(min_length=1)]


class Refer(Body):
    to: Annotated[RecordRef, Shown("To")]


class Attach(Body):
    file: Annotated[FileRef, Shown("File")]


WRITE = (permitted("notes.write"),)


@command("note", "create", label="New note", past="made it", body=New, who=WRITE, creates=True)
def create(act: Act, body: New) -> Record:
    return act.create(title=body.title, unit=body.unit, owner=act.user, number=body.number)


@command("note", "copy", label="Copy a note", past="copied it", body=Refer, who=WRITE, creates=True)
def copy(act: Act, body: Refer) -> Record:
    return act.create(title=body.to.title, unit=body.to.unit, owner=act.user)


@command("note", "edit", label="Edit", past="edited it", body=Edit, who=WRITE, hint="Change its title.")
def edit(act: Act, body: Edit) -> None:
    act.record.title = body.title


@command(
    "note",
    "sign",
    label="Sign",
    past="signed it",
    who=(owner(),),
    prominent=True,
    signature=Meaning("approved", "Approved", "I approve this."),
)
def sign(act: Act, body: Body) -> None:
    act.tell(act.user, "note.signed", "You signed %(number)s.", number=act.record.number)


@command("note", "close", label="Close", past="closed it", who=WRITE, reason=Reason.ALWAYS)
def close(act: Act, body: Body) -> None:
    pass


@command("note", "ask", label="Ask", past="asked about it", body=Ask, who=WRITE)
def ask(act: Act, body: Ask) -> None:
    for question in body.questions:
        act.ask("answer", question.person, act.now)


@command("note", "answer", label="Answer", past="answered", who=(assigned("answer"),))
def answer(act: Act, body: Body) -> None:
    act.complete("answer", "answered")


@command("note", "refer", label="Refer", past="referred it", body=Refer, who=WRITE, reason=Reason.NEVER)
def refer(act: Act, body: Refer) -> None:
    act.link(body.to, "refers_to")


@command("note", "attach", label="Attach", past="attached a file", body=Attach, who=WRITE)
def attach(act: Act, body: Attach) -> None:
    act.attach(body.file.blob, body.file.name)


@command("note", "expire", label="Expire", past="let it expire")
def expire(act: Act, body: Body) -> None:
    pass


def all_notes() -> QuerySet[Record]:
    """Return every note."""
    return Record.objects.filter(type="note").order_by("id")
