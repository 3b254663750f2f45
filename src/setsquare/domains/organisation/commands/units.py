"""Commands of units: the tree of the organisation."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.organisation.fields import Code, TimeZone, time_zones
from setsquare.domains.organisation.moving import check_move, rules_left_behind, tell_of_move
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import check_unit, keeper, root, today
from setsquare.domains.organisation.thing import KINDS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import CircularTree, place
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Actor, Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things

UnitName = Annotated[
    str, Field(min_length=1, max_length=200), Shown(gettext_lazy("Name"), gettext_lazy("As people call it."))
]
UnitCode = Annotated[
    Code,
    Shown(gettext_lazy("Code"), gettext_lazy("Short and lasting; it can be part of record numbers.")),
]
UnitZone = Annotated[
    TimeZone,
    Shown(
        gettext_lazy("Time zone"),
        gettext_lazy("Such as Europe/Berlin. Left empty, that of the unit above holds."),
        Widget.CHOICE,
        choices=time_zones,
    ),
]

NewPlace = Annotated[UnitRef, Shown(gettext_lazy("Part of"), gettext_lazy("All below it moves along."))]


class CreateUnit(Body):
    """A new unit."""

    name: UnitName
    code: UnitCode
    kind: Annotated[Unit.Kind, Shown(gettext_lazy("Level"), choices=KINDS)]
    parent: Annotated[UnitRef | None, Shown(gettext_lazy("Part of"))] = None
    time_zone: UnitZone = ""


class EditUnit(Body):
    """What can be changed of a unit in its place."""

    name: UnitName
    code: UnitCode
    time_zone: UnitZone = ""


class MoveUnit(Body):
    """A unit's new place."""

    parent: NewPlace


def _where(_actor: Actor, body: CreateUnit) -> int | None:
    above = body.parent or root()
    return above.pk if above is not None else None


def _as_is(situation: Situation) -> Mapping[str, Any]:
    unit = situation.detail.part
    return {"name": unit.name, "code": unit.code, "time_zone": unit.time_zone}


def _place_as_is(situation: Situation) -> Mapping[str, Any]:
    parent = situation.detail.part.parent
    return {"parent": parent.code if parent else ""}


@command(
    "unit",
    "create",
    label=gettext_lazy("New unit"),
    past=gettext_lazy("made the unit"),
    body=CreateUnit,
    who=(permitted(ADMINISTER),),
    creates=True,
    made_in=_where,
)
def create(act: Act, body: CreateUnit) -> Record:
    """Make a unit below another one; the first of all is the organisation itself."""
    parent = body.parent
    if parent is None and root() is not None:
        raise Refused({"parent": _("Choose the unit that it is part of.")})
    _check_code(body.code, None)
    if parent is not None:
        check_unit(act, parent, "parent")
    _check_level(body.kind, parent, "kind")
    unit = Unit(code=body.code, name=body.name, kind=body.kind, time_zone=body.time_zone)
    place(unit, parent)
    record = act.create(title=body.name, unit=unit, owner=keeper(act), part=unit)
    if parent is not None:
        sentence = gettext_noop("%(unit)s was made as part of %(parent)s; people can be entered in it now.")
        act.conclude(sentence, unit=unit.name, parent=parent.name)
    return record


@command(
    "unit",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited the unit"),
    reason=Reason.ALWAYS,
    body=EditUnit,
    who=(permitted(ADMINISTER),),
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: EditUnit) -> None:
    """Change a unit's name, code or time zone."""
    unit: Unit = act.detail.part
    _check_code(body.code, unit)
    if unit.parent_id is None and not body.time_zone:
        raise Refused({"time_zone": _("The organisation itself needs a time zone.")})
    unit.name, unit.code, unit.time_zone = body.name, body.code, body.time_zone
    unit.save(update_fields=["name", "code", "time_zone"])
    act.record.title = body.name
    act.record.unit = unit
    act.conclude(gettext_noop("The details of %(name)s are as given now."), name=unit.name)


@command(
    "unit",
    "move",
    label=gettext_lazy("Move"),
    past=gettext_lazy("moved the unit"),
    reason=Reason.ALWAYS,
    body=MoveUnit,
    who=(permitted(ADMINISTER),),
    hint=gettext_lazy("Rights follow the tree: who holds a role in the new place holds it here too."),
    initial=_place_as_is,
    edits=True,
)
def move(act: Act, body: MoveUnit) -> None:
    """Put a unit, with all below it, under another one."""
    unit: Unit = act.detail.part
    if unit.parent_id is None:
        raise Refused({"parent": _("The organisation itself is not part of anything.")})
    check_unit(act, body.parent, "parent")
    _check_level(Unit.Kind(unit.kind), body.parent, "parent")
    check_move(act, unit, body.parent)
    before, rules = unit.parent, rules_left_behind(unit, body.parent)
    try:
        place(unit, body.parent)
    except CircularTree:
        sentence = _("%(unit)s cannot be part of %(parent)s, which is itself part of %(unit)s.")
        if body.parent == unit:
            sentence = _("%(unit)s cannot be part of itself.")
        raise Refused({"parent": sentence % {"unit": unit.name, "parent": body.parent.name}}) from None
    act.record.unit = unit
    if before != body.parent:
        tell_of_move(act, unit, before, rules)
    sentence = gettext_noop("%(unit)s is part of %(parent)s now; who holds a role there holds it here too.")
    act.conclude(sentence, unit=unit.name, parent=body.parent.name)


@command(
    "unit",
    "close",
    label=gettext_lazy("Close"),
    past=gettext_lazy("closed the unit"),
    who=(permitted(ADMINISTER),),
    reason=Reason.ALWAYS,
    danger=True,
    hint=gettext_lazy("Its history stays. People and open work have to move elsewhere first."),
)
def close(act: Act, _body: Body) -> None:
    """Close a unit that is empty."""
    unit: Unit = act.detail.part
    if unit.parent_id is None:
        raise Refused(_("The organisation itself cannot be closed."))
    if below := unit.children.filter(closed_on__isnull=True).order_by("name").first():
        raise Refused(
            _("%(name)s is part of it and still open. Close or move it first.") % {"name": below.name}
        )
    if people := User.objects.filter(unit=unit, is_active=True).count():
        raise Refused(_("%(count)s people are still in it. Transfer them first.") % {"count": people})
    if number := _open_records(unit).values_list("number", flat=True).first():
        count = _open_records(unit).count()
        sentence = _("%(count)s records in it are still open, such as %(number)s. Finish or move them first.")
        raise Refused(sentence % {"count": count, "number": number})
    unit.closed_on = today(act, unit)
    unit.save(update_fields=["closed_on"])
    act.conclude(
        gettext_noop("%(name)s is closed: nothing new can be placed in it; its history stays."),
        name=unit.name,
    )


@command(
    "unit",
    "reopen",
    label=gettext_lazy("Reopen"),
    past=gettext_lazy("reopened the unit"),
    who=(permitted(ADMINISTER),),
    reason=Reason.ALWAYS,
)
def reopen(act: Act, _body: Body) -> None:
    """Open a closed unit again, where the one above is open."""
    unit: Unit = act.detail.part
    if unit.parent is not None and unit.parent.closed_on is not None:
        raise Refused(
            _("It is part of %(name)s, which is closed. Reopen that first.") % {"name": unit.parent.name}
        )
    unit.closed_on = None
    unit.save(update_fields=["closed_on"])
    act.say(gettext_noop("%(name)s can be used again"), name=unit.name)
    act.conclude(gettext_noop("%(name)s can be used again."), name=unit.name)


def _check_code(code: str, unit: Unit | None) -> None:
    others = Unit.objects.filter(code__iexact=code)
    if unit is not None:
        others = others.exclude(pk=unit.pk)
    if other := others.first():
        raise Refused(
            {"code": _("The code %(code)s is taken by %(name)s.") % {"code": code, "name": other.name}}
        )


def _check_level(kind: Unit.Kind, parent: Unit | None, field: str) -> None:
    levels = list(Unit.Kind)
    if parent is None:
        if kind is not Unit.Kind.ORGANISATION:
            raise Refused({field: _("The first unit is the organisation itself.")})
        return
    if kind is Unit.Kind.ORGANISATION:
        raise Refused({field: _("There is one organisation; choose site, department or team.")})
    above = Unit.Kind(parent.kind)
    if levels.index(kind) < levels.index(above):
        sentence = _("A unit of the level “%(kind)s” cannot be part of one of the level “%(above)s”.")
        raise Refused({field: sentence % {"kind": kind.label, "above": above.label}})


def _open_records(unit: Unit) -> models.QuerySet[Record]:
    is_open = Q(pk__in=[])
    for thing in all_things():
        is_open |= Q(type=thing.code, state__in=thing.lifecycle.open_states)
    return Record.objects.filter(is_open, unit=unit).order_by("number")
