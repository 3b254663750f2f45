"""How a framework comes about, what it is for and from where, who goes on with it, and its end."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.drafts import tell_authors
from setsquare.domains.competence.keeping import written
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.rules import CONTROLLERS, WRITERS
from setsquare.domains.competence.starters import CHOICES, EMPTY, starter
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, as_it_is, command
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record

Words = Annotated[str, Field(max_length=5000)]
InUnit = Annotated[UnitRef, Shown(gettext_lazy("Unit"))]


class EditFramework(Body):
    """What the framework is for, and where it comes from."""

    title: Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("Title"))]
    purpose: Annotated[
        Words,
        Field(min_length=1),
        Shown(
            gettext_lazy("Purpose"),
            gettext_lazy("Whose competence it describes, and for what."),
            Widget.LONG_TEXT,
        ),
    ]
    source: Annotated[
        Words,
        Shown(
            gettext_lazy("Source"),
            gettext_lazy("Where it comes from, such as a professional body with title and edition."),
            Widget.LONG_TEXT,
        ),
    ] = ""
    licence: Annotated[
        Words,
        Shown(
            gettext_lazy("Licence"),
            gettext_lazy("By which right it is used here, and until when."),
            Widget.LONG_TEXT,
        ),
    ] = ""
    evidence_required: Annotated[
        bool,
        Shown(
            gettext_lazy("Evidence is required"),
            gettext_lazy(
                "An assessment, other than of oneself, is agreed only once a record or a file shows what it says."
            ),
        ),
    ] = False


class CreateFramework(EditFramework):
    """A new framework, and what it starts with."""

    unit: InUnit
    start: Annotated[
        Literal["empty", "quality_profession", "responsibility", "audit", "trade"],
        Shown(
            gettext_lazy("Start with"),
            gettext_lazy("The sets are Setsquare’s own wording: change or replace them as you like."),
            choices=CHOICES,
        ),
    ] = "empty"


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else "", "start": EMPTY}


@command(
    "framework",
    "create",
    label=gettext_lazy("New competence framework"),
    past=gettext_lazy("began the framework"),
    body=CreateFramework,
    who=CONTROLLERS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: CreateFramework) -> Record:
    """Begin a framework, empty or with one of the starter sets as its draft."""
    record = act.create(
        title=body.title,
        unit=body.unit,
        owner=act.user,
        purpose=body.purpose,
        source=body.source,
        licence=body.licence,
        evidence_required=body.evidence_required,
        draft=act.text(written(starter(body.start))),
        authors=[act.user.username],
    )
    act.conclude(gettext_noop("%(number)s was made as a draft. Release it once it says all that it should."))
    return record


@command(
    "framework",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited what it is for and where it comes from"),
    body=EditFramework,
    who=WRITERS,
    initial=as_it_is,
    edits=True,
)
def edit(act: Act, body: EditFramework) -> None:
    """Say anew what the framework is for and where it comes from; its content stays."""
    framework: Framework = act.detail
    act.record.title = body.title
    framework.purpose, framework.source, framework.licence = body.purpose, body.source, body.licence
    framework.evidence_required = body.evidence_required
    act.conclude(gettext_noop("%(number)s is described anew; its content is as it was."))


@command(
    "framework",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    who=CONTROLLERS,
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("Nobody is assessed by it any more; what was assessed is kept."),
    reindexes=False,
)
def withdraw(act: Act, _body: Body) -> None:
    """End a framework; a draft of it is dropped, its editions are kept."""
    framework: Framework = act.detail
    framework.draft, framework.authors = None, []
    act.conclude(gettext_noop("%(number)s is withdrawn; its editions can still be read."))
    act.warn_of_rules()


@command(
    "framework",
    "discard",
    label=gettext_lazy("Discard"),
    past=gettext_lazy("discarded it"),
    who=WRITERS,
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("What was never released is given up for good; its number is not used again."),
    reindexes=False,
)
def discard(act: Act, _body: Body) -> None:
    """Give up a framework that was never released and tell who wrote it why; what was drafted can still be read."""
    tell_authors(act, gettext_noop("%(who)s discarded %(number)s %(title)s, on which you wrote: %(reason)s"))
    act.conclude(gettext_noop("%(number)s is discarded; its number is not used again."))


@command("framework", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the framework to who takes over from somebody who left; the system does this."""
    take_over(act, body)
