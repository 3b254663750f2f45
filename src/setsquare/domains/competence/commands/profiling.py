"""Role profiles: what a role asks of whoever has it, which job titles map onto it, and to whom it is given."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, ValidationInfo, field_validator

from setsquare.domains.competence.assessing import IN_FORCE
from setsquare.domains.competence.content import CODE, MOST_LEVELS
from setsquare.domains.competence.models import (
    Component,
    ProfileHolding,
    ProfileRequirement,
    ProfileTitle,
    RoleProfile,
)
from setsquare.domains.competence.profile import asked, titles
from setsquare.domains.competence.rules import PROFILE_WRITERS, PROFILERS
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Person, RecordRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, as_it_is, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.importing.columns import lines_are
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

MOST_REQUIREMENTS = 400
"""Fewer than the rows that a form takes."""
FrameworkRef = Annotated[
    RecordRef,
    Shown(gettext_lazy("Framework"), widget=Widget.RECORD, of="framework", states=IN_FORCE),
]
InUnit = Annotated[
    UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("It holds for people of this unit and below."))
]
Who = Annotated[Person, Shown(gettext_lazy("Person"))]
Whoever = Annotated[AnyPerson, Shown(gettext_lazy("Person"))]


class RequirementRow(Body):
    """A component, and the level at which the role needs it."""

    framework: FrameworkRef
    component: Annotated[
        str,
        Field(min_length=1, max_length=CODE),
        Shown(gettext_lazy("Component"), widget=Widget.PART, of="framework"),
    ]
    required: Annotated[
        int,
        Field(ge=1, le=MOST_LEVELS),
        Shown(gettext_lazy("Needed level"), gettext_lazy("Its rank on the scale; 1 is the lowest.")),
    ]
    desired: Annotated[
        int | None,
        Field(ge=1, le=MOST_LEVELS),
        Shown(gettext_lazy("Desired level"), gettext_lazy("A higher one that would be better.")),
    ] = None
    months: Annotated[
        int | None,
        Field(ge=1, le=120),
        Shown(
            gettext_lazy("Within months"),
            gettext_lazy("For somebody new in the role. Empty: from the first day."),
        ),
    ] = None

    @field_validator("desired")
    @classmethod
    def _higher(cls, desired: int | None, info: ValidationInfo) -> int | None:
        if desired is not None and desired <= info.data.get("required", 0):
            raise ValueError(_("Give a level above the needed one, or none."))
        return desired


Requirements = Annotated[
    list[RequirementRow],
    Field(max_length=MOST_REQUIREMENTS),
    Shown(gettext_lazy("Asks for"), widget=Widget.ROWS),
]
Titles = Annotated[
    Sequence[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(max_length=100),
    Shown(
        gettext_lazy("Job titles"),
        gettext_lazy(
            "One a line, as they stand on people. Who has such a title in this unit or below has the profile."
        ),
        Widget.LONG_TEXT,
    ),
]


class EditProfile(Body):
    """What the role is there for."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=300),
        Shown(gettext_lazy("Title"), gettext_lazy("The role, such as Lead auditor.")),
    ]
    purpose: Annotated[
        str,
        Field(max_length=5000),
        Shown(
            gettext_lazy("Purpose"), gettext_lazy("What whoever has the role is there for."), Widget.LONG_TEXT
        ),
    ] = ""


class CreateProfile(EditProfile):
    """A new role profile."""

    unit: InUnit
    titles: Titles = ()
    requirements: Requirements = []


class SetRequirements(Body):
    """All that the role asks for."""

    requirements: Requirements


class SetTitles(Body):
    """The job titles that map onto the profile, all of them."""

    titles: Titles = ()


class Assign(Body):
    """Who is given the profile, and for how long."""

    person: Who
    since: Annotated[dt.date | None, Shown(gettext_lazy("Since"), gettext_lazy("Left empty: today."))] = None
    until: Annotated[
        dt.date | None, Shown(gettext_lazy("Until"), gettext_lazy("The last day; left empty: for good."))
    ] = None


class Unassign(Body):
    """Whose profile it no longer is."""

    person: Whoever


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else ""}


def _requirements_as_are(situation: Situation) -> Mapping[str, Any]:
    return {"requirements": asked(situation.detail)}


def _titles_as_are(situation: Situation) -> Mapping[str, Any]:
    return {"titles": titles(situation.detail)}


def _asks_for_nothing(situation: Situation) -> Mapping[str, Label]:
    if situation.detail.requirements.exists():
        return {}
    return {"requirements": _("It asks for nothing yet; say first what it asks for.")}


@command(
    "role_profile",
    "create",
    label=gettext_lazy("New role profile"),
    past=gettext_lazy("began the profile"),
    body=CreateProfile,
    who=PROFILERS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: CreateProfile) -> Record:
    """Begin a profile as a draft."""
    record = act.create(title=body.title, unit=body.unit, owner=act.user, purpose=body.purpose)
    map_titles(record.role_profile, body.titles)
    ask_for(record.role_profile, body.requirements)
    act.conclude(
        gettext_noop("%(number)s was made as a draft. Look at it, then put it in force.")
        if body.requirements
        else gettext_noop("%(number)s was made as a draft. Say what it asks for, then put it in force.")
    )
    return record


lines_are("role_profile", "requirements")


@command(
    "role_profile",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=EditProfile,
    who=PROFILE_WRITERS,
    initial=as_it_is,
    edits=True,
)
def edit(act: Act, body: EditProfile) -> None:
    """Name the role anew and say what it is there for."""
    act.record.title = body.title
    act.detail.purpose = body.purpose
    act.conclude(gettext_noop("%(number)s is described anew; what it asks for is as it was."))


@command(
    "role_profile",
    "set_requirements",
    label=gettext_lazy("Set what it asks for"),
    past=gettext_lazy("set what it asks for"),
    body=SetRequirements,
    who=PROFILE_WRITERS,
    initial=_requirements_as_are,
    edits=True,
    reindexes=False,
)
def set_requirements(act: Act, body: SetRequirements) -> None:
    """Say which components the role asks for, each at which level."""
    if not body.requirements and act.record.state == "in_force":
        sentence = _("It is in force and has to ask for something; withdraw it where the role is no more.")
        raise Refused({"requirements": sentence})
    ask_for(act.detail, body.requirements)
    count = len(body.requirements)
    one, more = (
        gettext_noop("%(number)s asks for 1 component."),
        gettext_noop("%(number)s asks for %(count)s components."),
    )
    act.conclude(one if count == 1 else more, count=count)


def ask_for(profile: RoleProfile, rows: Sequence[RequirementRow]) -> None:
    """Store what a profile asks for; raises Refused with each row that does not fit, at its field."""
    kept = {row.component_id: {row.required, row.desired} for row in profile.requirements.all()}
    wrong, found = checked(rows, kept)
    if wrong:
        raise Refused(wrong)
    profile.requirements.all().delete()
    ProfileRequirement.objects.bulk_create(
        ProfileRequirement(
            profile=profile,
            component=component,
            required=row.required,
            desired=row.desired,
            months=row.months,
        )
        for row, component in zip(rows, found, strict=True)
    )


def checked(
    rows: Sequence[RequirementRow], kept: Mapping[int, set[int | None]]
) -> tuple[dict[str, Label], list[Component]]:
    """Return what is wrong with rows, by place, and their components as far as there are any.

    `kept` has the levels of components that are asked for already: these stay, though a later edition retired them.
    """
    wanted = {(row.framework.pk, row.component) for row in rows}
    known = {
        (component.framework_id, component.code): component
        for component in Component.objects.filter(
            framework__in={pk for pk, _code in wanted}, code__in={code for _pk, code in wanted}
        )
    }
    wrong: dict[str, Label] = {}
    found: list[Component] = []
    for place, row in enumerate(rows):
        component = known.get((row.framework.pk, row.component))
        if component in found:
            name, why = "component", _("“%(code)s” is asked for twice.") % {"code": row.component}
        else:
            name, why = _wrong_with(row, component, kept)
        if why:
            wrong[f"requirements.{place}.{name}"] = why
        elif component is not None:
            found.append(component)
    return wrong, found


def _wrong_with(
    row: RequirementRow, component: Component | None, kept: Mapping[int, set[int | None]]
) -> tuple[str, str]:
    """Return which field of a row does not fit and why; the sentence is empty where all do."""
    number, code = row.framework.number, row.component
    if row.framework.type != "framework":
        return "framework", _("%(number)s is no competence framework.") % {"number": number}
    before = kept.get(component.pk) if component is not None else None
    if before is None and row.framework.state != "in_force":
        return "framework", _("%(number)s is not in force.") % {"number": number}
    if component is None or component.kind != Component.Kind.COMPONENT:
        return "component", _("%(number)s has no component “%(code)s”.") % {"number": number, "code": code}
    if before is None and component.retired is not None:
        values = {"number": number, "code": code, "edition": component.retired}
        sentence = _("“%(code)s” is no longer in %(number)s; edition %(edition)s left it out.")
        return "component", sentence % values
    for name in ("required", "desired"):
        level = getattr(row, name)
        if level is not None and level not in component.levels and level not in (before or ()):
            levels = ", ".join(map(str, component.levels))
            sentence = _("“%(code)s” is described at the levels %(levels)s, not at %(level)s.")
            return name, sentence % {"code": code, "levels": levels, "level": level}
    return "", ""


@command(
    "role_profile",
    "set_titles",
    label=gettext_lazy("Set job titles"),
    past=gettext_lazy("set its job titles"),
    body=SetTitles,
    who=PROFILE_WRITERS,
    initial=_titles_as_are,
    edits=True,
)
def set_titles(act: Act, body: SetTitles) -> None:
    """Say which job titles map onto the profile."""
    map_titles(act.detail, body.titles)
    if body.titles:
        act.conclude(
            gettext_noop("Job titles that stand for %(number)s: %(titles)s."), titles=some(body.titles)
        )
    else:
        act.conclude(gettext_noop("No job title stands for %(number)s any more."))


def map_titles(profile: RoleProfile, given: Sequence[str]) -> None:
    """Store the job titles of a profile; one that differs in capitals alone is the same."""
    wanted = {title.lower(): title for title in reversed(given)}
    profile.titles.all().delete()
    ProfileTitle.objects.bulk_create(ProfileTitle(profile=profile, title=title) for title in wanted.values())


@command(
    "role_profile",
    "assign",
    label=gettext_lazy("Give to a person"),
    past=gettext_lazy("gave it to somebody"),
    body=Assign,
    who=PROFILE_WRITERS,
    reason=Reason.NEVER,
    hint=gettext_lazy("Beside the profiles that their job title gives them."),
    reindexes=False,
)
def assign(act: Act, body: Assign) -> None:
    """Give the profile to a person, or say anew for how long they have it."""
    since = body.since or act.now.astimezone(zone(act.record.unit)).date()
    if body.until is not None and body.until < since:
        raise Refused({"until": _("It cannot end before it begins.")})
    ProfileHolding.objects.update_or_create(
        profile=act.detail, person=body.person, defaults={"since": since, "until": body.until}
    )
    act.say(gettext_noop("%(person)s"), person=body.person.name)
    act.conclude(
        gettext_noop("%(person)s has %(number)s from %(since)s."), person=body.person.name, since=since
    )


@command(
    "role_profile",
    "unassign",
    label=gettext_lazy("Take from a person"),
    past=gettext_lazy("took it from somebody"),
    body=Unassign,
    who=PROFILE_WRITERS,
    reason=Reason.NEVER,
    hint=gettext_lazy("Who has it by their job title keeps it."),
    reindexes=False,
)
def unassign(act: Act, body: Unassign) -> None:
    """Take the profile from a person to whom it was given."""
    gone, _rows = ProfileHolding.objects.filter(profile=act.detail, person=body.person).delete()
    if not gone:
        raise Refused({"person": _("%(name)s was not given this profile.") % {"name": body.person.name}})
    act.say(gettext_noop("%(person)s"), person=body.person.name)
    act.conclude(
        gettext_noop("%(person)s no longer has %(number)s, unless by job title."), person=body.person.name
    )


@command(
    "role_profile",
    "put_in_force",
    label=gettext_lazy("Put in force"),
    past=gettext_lazy("put it in force"),
    who=PROFILERS,
    obstacles=_asks_for_nothing,
    prominent=True,
    bulk=True,
    reindexes=False,
)
def put_in_force(act: Act, _body: Body) -> None:
    """Have the profile ask its components of whoever has it, from now on."""
    act.conclude(gettext_noop("%(number)s is in force: its components are asked of whoever has it."))


@command(
    "role_profile",
    "withdraw",
    label=gettext_lazy("Withdraw"),
    past=gettext_lazy("withdrew it"),
    who=PROFILERS,
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("Nobody is asked for anything by it any more."),
    reindexes=False,
)
def withdraw(act: Act, _body: Body) -> None:
    """End a profile; what it asked for is kept."""
    act.conclude(gettext_noop("%(number)s is withdrawn: nobody is asked for anything by it any more."))


@command("role_profile", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the profile to who takes over from somebody who left; the system does this."""
    take_over(act, body)
