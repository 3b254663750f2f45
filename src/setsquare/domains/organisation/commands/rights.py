"""Commands of rights: roles granted to people, and who stands in while somebody is away."""

import datetime as dt
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.organisation.granting import give, not_over, tell_of_role, tell_of_taking
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import (
    check_unit,
    end_of,
    keep_an_administrator,
    not_to_oneself,
    start_of,
    themself,
    today,
)
from setsquare.kernel.accounts.models import Delegation, Grant, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, AnyUnit, Body, Person, RoleRef, Shown, UnitRef
from setsquare.kernel.commands.declaration import command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import asked_of
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import visible_to
from setsquare.kernel.tasks.kinds import kind_of
from setsquare.kernel.writing.sentences import some

OfRole = Annotated[RoleRef, Shown(gettext_lazy("Role"))]
In = Annotated[UnitRef, Shown(gettext_lazy("In"), gettext_lazy("It holds there and in all units below."))]
WhereHeld = Annotated[AnyUnit, Shown(gettext_lazy("In"))]
StandsIn = Annotated[
    Person,
    Shown(gettext_lazy("Who stands in"), gettext_lazy("Signs with their own name, on your behalf.")),
]
StoodIn = Annotated[AnyPerson, Shown(gettext_lazy("Who stood in"))]


class GrantRole(Body):
    """A role for a person in a unit."""

    role: OfRole
    unit: In
    starts: Annotated[
        dt.date | None, Shown(gettext_lazy("From"), gettext_lazy("Left empty: from now on."))
    ] = None
    ends: Annotated[
        dt.date | None,
        Shown(gettext_lazy("Until"), gettext_lazy("The last day. Left empty: without an end.")),
    ] = None


class RevokeRole(Body):
    """A role that ends now."""

    role: OfRole
    unit: WhereHeld


class Delegate(Body):
    """Who stands in, and for how long."""

    substitute: StandsIn
    starts: Annotated[dt.date, Shown(gettext_lazy("First day"))]
    ends: Annotated[dt.date, Shown(gettext_lazy("Last day"))]
    reason: Annotated[str, Field(max_length=300), Shown(gettext_lazy("Reason"))] = ""


class EndDelegation(Body):
    """A delegation that ends now."""

    substitute: StoodIn


@command(
    "person",
    "grant_role",
    label=gettext_lazy("Grant a role"),
    past=gettext_lazy("granted a role"),
    body=GrantRole,
    who=(permitted(ADMINISTER),),
    bulk=True,
    reindexes=False,
    initial=lambda situation: {"unit": situation.subject.unit.code},
)
def grant_role(act: Act, body: GrantRole) -> None:
    """Let a person hold a role in a unit and all below it, from a day until a day."""
    user: User = act.detail.user
    check_unit(act, body.unit, "unit")
    not_to_oneself(act, user, body.unit)
    starts = act.now
    if body.starts is not None:
        starts = start_of(body.starts, body.unit)
        if act.actor.user is not None:
            if body.starts < today(act, body.unit):
                raise Refused({"starts": _("Give today or a later day.")})
            starts = max(starts, act.now)
    ends = end_of(body.ends, body.unit) if body.ends else None
    if ends is not None and ends <= max(starts, act.now if act.actor.user else starts):
        raise Refused({"ends": _("Give a last day that is not before the first one and not past.")})
    give(act, user, body.role, body.unit, starts, ends)
    act.say(gettext_noop("%(role)s in %(unit)s"), role=body.role.name, unit=body.unit.name)
    _say_from_when(act, body, starts)
    tell_of_role(act, user, body.role, body.unit)


def _say_from_when(act: Act, body: GrantRole, starts: dt.datetime) -> None:
    held = {"name": act.detail.user.name, "role": body.role.name, "unit": body.unit.name}
    if starts > act.now:
        sentence = gettext_noop("%(name)s holds the role %(role)s in %(unit)s and all below it from %(day)s.")
        act.conclude(sentence, day=timezone.localtime(starts, zone(body.unit)).date(), **held)
    elif body.ends is not None:
        sentence = gettext_noop(
            "%(name)s holds the role %(role)s in %(unit)s and all below it until %(day)s."
        )
        act.conclude(sentence, day=body.ends, **held)
    else:
        act.conclude(
            gettext_noop("%(name)s holds the role %(role)s in %(unit)s and all below it now."), **held
        )


@command(
    "person",
    "revoke_role",
    label=gettext_lazy("Revoke a role"),
    past=gettext_lazy("revoked a role"),
    danger=True,
    body=RevokeRole,
    who=(permitted(ADMINISTER),),
    bulk=True,
    reindexes=False,
)
def revoke_role(act: Act, body: RevokeRole) -> None:
    """End a role that a person holds in a unit; that they held it stays on record."""
    user: User = act.detail.user
    if act.actor.user is not None and body.unit.closed_on is None:
        check_unit(act, body.unit, "unit")
    live = Grant.objects.filter(not_over(act.now), user=user, role=body.role, unit=body.unit)
    if not live.update(ends=act.now):
        sentence = _("%(name)s does not hold the role %(role)s in %(unit)s.")
        names = {"name": user.name, "role": body.role.name, "unit": body.unit.name}
        raise Refused({"role": sentence % names})
    keep_an_administrator(act, "role", user)
    act.say(gettext_noop("%(role)s in %(unit)s"), role=body.role.name, unit=body.unit.name)
    tell_of_taking(act, user, body.role, body.unit)
    act.conclude(
        gettext_noop("%(name)s no longer holds the role %(role)s in %(unit)s."),
        name=user.name,
        role=body.role.name,
        unit=body.unit.name,
    )


@command(
    "person",
    "delegate",
    label=gettext_lazy("Name a substitute"),
    past=gettext_lazy("named a substitute"),
    body=Delegate,
    who=(themself(), permitted(ADMINISTER)),
    reindexes=False,
    hint=gettext_lazy("The substitute sees and does the tasks of these days. Reading stays with the person."),
)
def delegate(act: Act, body: Delegate) -> None:
    """Have somebody do a person's tasks while they are away."""
    user: User = act.detail.user
    starts, ends = start_of(body.starts, user.unit), end_of(body.ends, user.unit)
    if ends <= starts:
        raise Refused({"ends": _("Give a last day that is not before the first one.")})
    if act.actor.user is not None and body.starts < today(act, user.unit):
        raise Refused({"starts": _("Give today or a later day.")})
    if body.substitute == user:
        raise Refused({"substitute": _("Nobody stands in for themself; choose somebody else.")})
    if body.substitute == act.actor.user:
        raise Refused({"substitute": _("Nobody names themself the substitute of somebody else.")})
    _check_no_chain(user, body.substitute, starts, ends)
    Delegation.objects.create(
        absent=user, substitute=body.substitute, starts=starts, ends=ends, reason=body.reason
    )
    act.say(
        gettext_noop("%(substitute)s from %(starts)s to %(ends)s"),
        substitute=body.substitute.name,
        starts=body.starts.isoformat(),
        ends=body.ends.isoformat(),
    )
    _say_what_stays(act, body, begun=starts <= act.now)
    act.tell(
        body.substitute,
        "delegation",
        gettext_noop("You stand in for %(name)s from %(starts)s to %(ends)s."),
        act.record,
        name=user.name,
        starts=body.starts.isoformat(),
        ends=body.ends.isoformat(),
    )
    if user != act.actor.user or act.actor.channel == "api":  # a token may be in other hands
        act.tell(
            user,
            "delegation",
            gettext_noop("%(substitute)s stands in for you from %(starts)s to %(ends)s."),
            act.record,
            substitute=body.substitute.name,
            starts=body.starts.isoformat(),
            ends=body.ends.isoformat(),
        )


def _say_what_stays(act: Act, body: Delegate, *, begun: bool) -> None:
    """Tell who stands in, and what of the tasks that wait now they may not do all the same, and why."""
    user: User = act.detail.user
    named: dict[str, Any] = {
        "substitute": body.substitute.name,
        "name": user.name,
        "starts": body.starts,
        "ends": body.ends,
    }
    asked = asked_of(user)
    if act.actor.user not in (None, user):  # of what they may not see, nobody is told
        asked = asked.filter(record_id__in=visible_to(act.user).values("pk"))
    waiting = list(asked.select_related("record", "assignee").order_by("due", "id"))
    kept = kept_from(body.substitute, waiting, begun=begun, told_to_others=act.actor.user != body.substitute)
    numbers: dict[tuple[str, str], list[str]] = {}
    for task in waiting:
        if why := kept.get(task.pk):
            numbers.setdefault((str(kind_of(task.kind).label), str(why)), []).append(task.record.number)
    if not numbers:
        sentence = gettext_noop(
            "%(substitute)s stands in for %(name)s from %(starts)s to %(ends)s and is told."
        )
        act.conclude(sentence, **named)
        return
    line = _("%(task)s (%(numbers)s): “%(why)s”")
    lines = [
        line % {"task": task, "numbers": some(about), "why": why} for (task, why), about in numbers.items()
    ]
    act.conclude(
        gettext_noop(
            "%(substitute)s stands in for %(name)s from %(starts)s to %(ends)s and is told. Of what waits for"
            " %(name)s now, %(substitute)s may not do all: %(tasks)s"
        ),
        tasks="; ".join(lines),
        **named,
    )


@command(
    "person",
    "end_delegation",
    label=gettext_lazy("End a substitution"),
    past=gettext_lazy("ended a substitution"),
    body=EndDelegation,
    who=(themself(), permitted(ADMINISTER)),
    reindexes=False,
)
def end_delegation(act: Act, body: EndDelegation) -> None:
    """End what is left of a substitution."""
    user: User = act.detail.user
    live = Delegation.objects.filter(
        absent=user, substitute=body.substitute, revoked__isnull=True, ends__gt=act.now
    )
    if not live.update(revoked=act.now):
        sentence = _("%(substitute)s does not stand in for %(name)s.")
        raise Refused({"substitute": sentence % {"substitute": body.substitute.name, "name": user.name}})
    act.say(gettext_noop("of %(substitute)s"), substitute=body.substitute.name)
    sentence = gettext_noop("%(substitute)s no longer stands in for %(name)s and is told.")
    act.conclude(sentence, substitute=body.substitute.name, name=user.name)
    act.tell(
        body.substitute,
        "delegation",
        gettext_noop("You no longer stand in for %(name)s."),
        act.record,
        name=user.name,
    )


def _check_no_chain(user: User, substitute: User, starts: dt.datetime, ends: dt.datetime) -> None:
    """Refuse days in which another substitution would leave tasks with somebody who is away."""
    within = Delegation.objects.filter(revoked__isnull=True, starts__lt=ends, ends__gt=starts)
    if given := within.filter(absent=user).select_related("substitute").first():
        sentence = _("%(substitute)s stands in already until %(day)s; end that first or choose other days.")
        names = {"substitute": given.substitute.name, "day": _last_day(given, user)}
        raise Refused({"starts": sentence % names})
    if away := within.filter(absent=substitute).select_related("substitute").first():
        sentence = _(
            "%(name)s is away in these days and has %(substitute)s standing in; choose somebody else."
        )
        raise Refused(
            {"substitute": sentence % {"name": substitute.name, "substitute": away.substitute.name}}
        )
    if taken := within.filter(substitute=user).select_related("absent").first():
        sentence = _("%(name)s stands in for %(absent)s until %(day)s; end that first or choose other days.")
        names = {"name": user.name, "absent": taken.absent.name, "day": _last_day(taken, user)}
        raise Refused({"starts": sentence % names})


def _last_day(delegation: Delegation, user: User) -> str:
    return timezone.localtime(delegation.last, zone(user.unit)).date().isoformat()
