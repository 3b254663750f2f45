"""A record type of the tests' own, whose commands ask for every kind of field."""

import datetime as dt
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import Field

from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Person, RecordRef, RoleRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import (
    Meaning,
    Reason,
    Situation,
    assigned,
    command,
    owner,
    permitted,
)
from setsquare.kernel.lifecycle import Colour, Lifecycle, Move, State
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Column, Element, Fact, Kind, SearchText, Section, Thing
from setsquare.kernel.tasks.kinds import Group, TaskKind, register_kind

READ, WRITE = "notes.read", "notes.write"
EVERYWHERE = ("draft", "in_review", "signed")
LIFECYCLE = Lifecycle(
    initial="draft",
    states=(
        State("draft", "Draft", open=True),
        State("in_review", "In review", Colour.BLUE, open=True),
        State("signed", "Signed", Colour.GREEN, controlled=True),
        State("withdrawn", "Withdrawn", Colour.RED, final=True),
    ),
    moves={
        "edit": Move(EVERYWHERE),
        "submit": Move(("draft",), "in_review"),
        "review": Move(("in_review",)),
        "sign": Move(("draft", "in_review"), "signed"),
        "link": Move(EVERYWHERE),
        "attach": Move(EVERYWHERE),
        "gather": Move(EVERYWHERE),
        "propose": Move(EVERYWHERE),
        "hand_over": Move(EVERYWHERE),
        "withdraw": Move(EVERYWHERE, "withdrawn"),
    },
)
NOTE = Thing(
    code="web_note",
    slug="web-notes",
    name="Note",
    plural="Notes",
    element=Element.CONTEXT,
    icon="note",
    lifecycle=LIFECYCLE,
    read=READ,
    numbering="N-{n:03}",
    description="Notes of the tests.",
    columns=(
        Column("number", "Number", "number", sortable=True),
        Column("title", "Title", "title", sortable=True),
        Column("state", "State", "state", Kind.STATE),
        Column("owner", "Owner", "owner", Kind.PERSON),
        Column("unit", "Unit", "unit", Kind.UNIT),
        Column("changed", "Changed", "changed", Kind.DATETIME, sortable=True),
        Column("created", "Created", "created", Kind.DATETIME, shown=False),
    ),
    sections=(Section("Note", (Fact("Title", "title"), Fact("Owner", "owner", Kind.PERSON))),),
    search=lambda record: SearchText(record.title),
)


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class New(Body):
    title: Annotated[str, Field(max_length=80), Shown("Title")]
    unit: Annotated[UnitRef, Shown("Unit")]
    number: Annotated[str, Shown("Number")] = ""


class Edit(Body):
    title: Annotated[str, Shown("Title")]


class Submit(Body):
    reviewers: Annotated[list[Person], Field(min_length=1), Shown("Reviewers")]


class LinkTo(Body):
    target: Annotated[RecordRef, Shown("To", of="web_note")]


class Attach(Body):
    files: Annotated[list[FileRef], Field(min_length=1), Shown("Files")]


class HandOver(Body):
    to: Annotated[Person, Shown("To")]


class Step(Body):
    what: Annotated[str, Shown("What")]
    people: Annotated[list[Person], Shown("People")] = Field(default_factory=list)
    all_of: Annotated[bool, Shown("All of them")] = False


class Gather(Body):
    """Every kind of field."""

    text: Annotated[str, Field(min_length=3), Shown("Text", "At least three letters.")]
    essay: Annotated[str, Field(max_length=2000), Shown("Essay")] = ""
    markdown: Annotated[str, Shown("Markdown", widget=Widget.MARKDOWN)] = ""
    whole: Annotated[int, Field(ge=1, le=9), Shown("Whole")] = 1
    part: Annotated[float, Shown("Part")] = 0.5
    yes: Annotated[bool, Shown("Yes")] = False
    day: Annotated[dt.date | None, Shown("Day")] = None
    moment: Annotated[dt.datetime | None, Shown("Moment")] = None
    size: Annotated[Size, Shown("Size")] = Size.SMALL
    colour: Annotated[Literal["red", "blue"] | None, Shown("Colour")] = None
    colours: Annotated[list[Literal["red", "blue"]], Shown("Colours")] = Field(default_factory=list)
    zone: Annotated[
        str, Shown("Zone", widget=Widget.CHOICE, choices={f"z{n}": f"Zone {n}" for n in range(40)})
    ] = ""
    words: Annotated[list[str], Shown("Words", "One in a line.")] = Field(default_factory=list)
    person: Annotated[Person | None, Shown("Person")] = None
    people: Annotated[list[Person], Shown("People")] = Field(default_factory=list)
    place: Annotated[UnitRef | None, Shown("Place")] = None
    role: Annotated[RoleRef | None, Shown("Role")] = None
    record: Annotated[RecordRef | None, Shown("Record")] = None
    records: Annotated[list[RecordRef], Shown("Records")] = Field(default_factory=list)
    file: Annotated[FileRef | None, Shown("File")] = None
    steps: Annotated[list[Step], Shown("Steps")] = Field(default_factory=list)
    hidden: Annotated[str, Shown("Hidden", widget=Widget.HIDDEN)] = ""


gathered: list[Gather] = []
"""What the command `gather` was given last."""


def create(act: Act, body: New) -> Record:
    return act.create(title=body.title, unit=body.unit, owner=act.user, number=body.number)


def edit(act: Act, body: Edit) -> None:
    act.record.title = body.title


def submit(act: Act, body: Submit) -> None:
    for person in body.reviewers:
        act.ask("web_review", person, act.now + dt.timedelta(days=7))
        act.tell(
            person,
            "asked",
            "%(who)s asks you to review %(number)s",
            who=act.user.name,
            number=act.record.number,
        )


def review(act: Act, _body: Body) -> None:
    act.complete("web_review", "done")


def nothing(_act: Act, _body: Body) -> None:
    """Leave the record as it is."""


def link(act: Act, body: LinkTo) -> None:
    act.link(body.target, "refers_to")


def attach(act: Act, body: Attach) -> None:
    for upload in body.files:
        act.attach(upload.blob, upload.name)


def gather(act: Act, body: Gather) -> None:
    gathered[:] = [body]
    act.say("“%(what)s”", what=body.text)


def propose(act: Act, _body: Body) -> None:
    act.conclude("%(number)s waits for somebody else’s signature.", number=act.record.number)


def hand_over(act: Act, body: HandOver) -> None:
    act.record.owner = body.to
    act.conclude("%(number)s is with %(name)s now.", name=body.to.name)


def _as_is(situation: Situation) -> dict[str, Any]:
    return {"title": situation.subject.title}


def declare() -> None:
    write = (permitted(WRITE),)
    own = (*write, owner())
    do = lambda name, label, past, **more: command("web_note", name, label=label, past=past, **more)  # noqa: E731
    do("create", "New note", "made it", body=New, who=write, creates=True)(create)
    do("edit", "Edit", "edited it", body=Edit, who=own, initial=_as_is)(edit)
    do("submit", "Submit for review", "submitted it for review", body=Submit, who=own, prominent=True)(submit)
    do("review", "Confirm review", "reviewed it", who=(assigned("web_review"),))(review)
    meaning = Meaning("approved", "Approved", "I approve this note.")
    do("sign", "Sign", "signed it", who=(owner(),), signature=meaning)(nothing)
    do("link", "Link", "linked it", body=LinkTo, who=own)(link)
    do("attach", "Attach files", "attached files", body=Attach, who=own, reason=Reason.NEVER)(attach)
    do("gather", "Gather", "gathered", body=Gather, who=own, reason=Reason.NEVER)(gather)
    do("propose", "Propose", "proposed it", who=own, reason=Reason.NEVER)(propose)
    do("hand_over", "Hand over", "handed it over", body=HandOver, who=write, bulk=True)(hand_over)
    do("withdraw", "Withdraw", "withdrew it", who=write, reason=Reason.ALWAYS, bulk=True, danger=True)(
        nothing
    )


declare()
register_kind(TaskKind("web_review", "Review", "Review %(number)s", "review", Group.REVIEW))
