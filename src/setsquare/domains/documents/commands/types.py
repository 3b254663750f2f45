"""Document types: how documents are numbered, written, approved, read and reviewed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, field_validator

from setsquare.domains.documents.audiences import refuse_closed
from setsquare.domains.documents.fields import AudienceRow, Line, Lines, Markdown, StepRow, Title
from setsquare.domains.documents.in_words import CONTENTS, RULED
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.ruling import as_proposed, begin, rule
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import NumberingError, check_pattern

KEEPERS = (permitted(CONTROL), permitted("organisation.administer"))


class Rules(Body):
    """What a type says of its documents."""

    name: Annotated[Title, Shown(gettext_lazy("Name"))]
    number_pattern: Annotated[
        str,
        Field(min_length=1, max_length=80),
        Shown(
            gettext_lazy("Numbers"),
            gettext_lazy("Such as SOP-{n:03}; may hold {unit}, {site}, {year} and {type} as well."),
        ),
    ]
    description: Annotated[Line, Shown(gettext_lazy("Description"))] = ""
    template: Annotated[
        Markdown,
        Shown(
            gettext_lazy("Template"),
            gettext_lazy(
                "What a new document begins with; {title} and {number} are filled in. A required section has to be"
                " written; where its heading says {complete}, the template's text may stay as it is."
            ),
            Widget.MARKDOWN,
        ),
    ] = ""
    required_sections: Annotated[
        Lines, Shown(gettext_lazy("Required sections"), gettext_lazy("Headings that no document may lack."))
    ] = []
    content: Annotated[Literal["text", "file", "both"], Shown(gettext_lazy("Content"), choices=CONTENTS)] = (
        "text"
    )
    review_required: Annotated[bool, Shown(gettext_lazy("Reviewed before approval"))] = True
    route: Annotated[
        list[StepRow],
        Field(min_length=1, max_length=10),
        Shown(
            gettext_lazy("Approval route"),
            gettext_lazy("Steps in turn; within a step, people sign in parallel."),
            Widget.ROWS,
        ),
    ]
    review_months: Annotated[
        int,
        Field(ge=0, le=120),
        Shown(
            gettext_lazy("Months between reviews"),
            gettext_lazy("0 where documents of this type are not reviewed periodically."),
        ),
    ] = 0
    audience: Annotated[
        list[AudienceRow], Field(max_length=50), Shown(gettext_lazy("Default audience"), widget=Widget.ROWS)
    ] = []
    reading_days: Annotated[int, Field(ge=1, le=365), Shown(gettext_lazy("Days to read"))] = 14
    reading_signature: Annotated[bool, Shown(gettext_lazy("Reading is signed"))] = False
    decision_required: Annotated[
        bool,
        Shown(
            gettext_lazy("Asks for a decision on reading and training"),
            gettext_lazy(
                "No revision goes to approval before it is decided who reads it and who learns anew."
            ),
        ),
    ] = False
    external: Annotated[bool, Shown(gettext_lazy("Published by others"))] = False

    @field_validator("number_pattern")
    @classmethod
    def _readable(cls, pattern: str) -> str:
        try:
            check_pattern(pattern)
        except NumberingError as error:
            raise ValueError(str(error)) from error
        if "/" in pattern:
            raise ValueError(_("A slash stands before the number of a revision; use another sign."))
        return pattern

    def row(self) -> dict[str, Any]:
        """Return the columns of the type's row, its texts apart."""
        columns = self.model_dump(exclude={"name", "template", "route", "audience", "code", "unit"})
        return {**columns, "route": [step.plain() for step in self.route], "audience": plain(self.audience)}


InUnit = Annotated[
    UnitRef,
    Shown(gettext_lazy("Unit"), gettext_lazy("Where documents of this type can be made, with all below it.")),
]


class CreateType(Rules):
    """A new type."""

    code: Annotated[
        str,
        Field(pattern=r"^[a-z][a-z0-9_]{1,39}$"),
        Shown(
            gettext_lazy("Code"),
            gettext_lazy("Lower-case letters, digits and _; it cannot be changed later."),
        ),
    ]
    unit: InUnit


def plain(audience: list[AudienceRow]) -> list[dict[str, str]]:
    """Return an audience as a document type keeps it."""
    return [
        {
            "role": row.role.code if row.role else "",
            "unit": row.unit.code if row.unit else "",
            "person": row.person.username if row.person else "",
        }
        for row in audience
    ]


def _as_is(situation: Situation) -> Mapping[str, Any]:
    kind: DocumentType = situation.detail
    rules = as_proposed(kind)
    steps = [{**step, "needed": max(1, step["needed"])} for step in rules["route"]]
    return {**rules, "name": situation.subject.title, "description": kind.description, "route": steps}


@command(
    "document_type",
    "create",
    label=gettext_lazy("New document type"),
    past=gettext_lazy("made the document type"),
    body=CreateType,
    who=KEEPERS,
    creates=True,
)
def create(act: Act, body: CreateType) -> Record:
    """Make a document type; it can be used once somebody else has adopted it."""
    if DocumentType.objects.filter(code=body.code).exists():
        raise Refused({"code": _("The code %(code)s is taken.") % {"code": body.code}})
    refuse_closed(body.audience, ())
    record = act.create(
        title=body.name,
        unit=body.unit,
        owner=act.actor.user or User.objects.order_by("pk")[0],
        template=act.text(body.template),
        code=body.code,
        **body.row(),
    )
    begin(act, record.document_type)
    return record


@command(
    "document_type",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Rules,
    who=KEEPERS,
    reason=Reason.ALWAYS,
    initial=_as_is,
    edits=True,
    prominent=True,
    hint=gettext_lazy("Everything but name and description waits until somebody else has adopted it."),
)
def edit(act: Act, body: Rules) -> None:
    """Change what a type says; all but its name and description waits for a second person."""
    kind: DocumentType = act.detail
    refuse_closed(body.audience, {row["unit"] for row in kind.audience})
    act.record.title = body.name
    kind.description = body.description
    row = body.row()
    rule(act, kind, {name: row[name] for name in RULED}, act.text(body.template))


@command("document_type", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the type to who takes over from somebody who left; the system does this."""
    take_over(act, body)


@command(
    "document_type",
    "retire",
    label=gettext_lazy("Retire"),
    past=gettext_lazy("retired it"),
    who=KEEPERS,
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("No new documents of this type can be made; those that exist stay."),
)
def retire(act: Act, _body: Body) -> None:
    """Take a type out of use for new documents."""
    act.conclude(
        gettext_noop(
            "The type %(type)s is retired: no new documents of it can be made; those that exist stay."
        ),
        type=act.record.title,
    )


@command(
    "document_type",
    "restore",
    label=gettext_lazy("Restore"),
    past=gettext_lazy("restored it"),
    who=KEEPERS,
    reason=Reason.ALWAYS,
    prominent=True,
)
def restore(act: Act, _body: Body) -> None:
    """Take a retired type into use again; one that was never adopted waits for that."""
    kind: DocumentType = act.detail
    if kind.never_adopted:
        begin(act, kind)
    else:
        act.move_to("in_use")
        act.conclude(gettext_noop("Documents of the type %(type)s can be made again."), type=act.record.title)
