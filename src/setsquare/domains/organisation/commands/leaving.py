"""Commands of people who leave and who return."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.organisation.commands.people import Follow, InUnit, Invite, Manager, say_how_to_sign_in
from setsquare.domains.organisation.granting import end_rights, tell_of_leaving
from setsquare.domains.organisation.line import (
    check_manager,
    not_under_oneself,
    tell_of_doing_it_alone,
    tell_of_place,
)
from setsquare.domains.organisation.oneself import not_by_oneself
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import check_unit, keep_an_administrator, today
from setsquare.domains.organisation.telling_apart import check_email
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown
from setsquare.kernel.commands.declaration import Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.leaving import check_heir, left_behind_by, tell_what_is_left
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.writing.sentences import some


class Leave(Body):
    """The end of somebody's work here."""

    date: Annotated[
        dt.date, Shown(gettext_lazy("Last day"), gettext_lazy("Today or before: the sign-in ends at once."))
    ]
    successor: Annotated[
        Person | None,
        Shown(
            gettext_lazy("Who leads their people from now on"),
            gettext_lazy("Left empty, they report to the manager of the person who leaves."),
        ),
    ] = None
    takes_over: Annotated[
        Person | None,
        Shown(
            gettext_lazy("Who takes over their records and tasks"),
            gettext_lazy("Each is handed over."),
            needed=gettext_lazy("needed where they own records or are asked for something"),
        ),
    ] = None


class Return(Body):
    """Coming back, under the same name as before."""

    unit: InUnit
    manager: Manager = None
    invite: Invite = True


def _leaving(situation: Situation) -> Mapping[str, Any]:
    """Propose that the manager takes over, where anything is left behind."""
    user: User = situation.detail.user
    proposed = ""
    if user.manager is not None and user.manager.is_active and left_behind_by(user).exists():
        proposed = user.manager.username
    day = situation.now.astimezone(zone(situation.subject.unit)).date()
    return {"date": day.isoformat(), "takes_over": proposed}


@command(
    "person",
    "leave",
    label=gettext_lazy("Leaves"),
    past=gettext_lazy("ended the person’s work here"),
    body=Leave,
    who=(permitted(ADMINISTER),),
    danger=True,
    hint=gettext_lazy(
        "Ends sign-in, sessions, roles, delegations and tokens. Signatures and history keep the name."
    ),
    initial=_leaving,
)
def leave(act: Act, body: Leave) -> None:
    """End a person's work: nothing of theirs is deleted, but they cannot act any more."""
    user: User = act.detail.user
    if body.date > today(act, user.unit):
        raise Refused({"date": _("Give today or an earlier day, since the sign-in ends at once.")})
    for field in ("successor", "takes_over"):
        if getattr(body, field) == user:
            raise Refused({field: _("Choose somebody who stays.")})
    above = user.manager if user.manager and user.manager.is_active else None
    heir = body.takes_over or (above if act.actor.user is None else None)
    if act.actor.user is not None:
        check_heir(user, heir, "takes_over")
    tell_of_leaving(act, user)
    end_rights(act, user)
    user.is_active = False
    user.left_on = body.date
    user.set_unusable_password()
    user.save(update_fields=["is_active", "left_on", "password"])
    keep_an_administrator(act, of=user)
    left = tell_what_is_left(act, user, heir)
    if heir is not None and left:
        sentence = gettext_noop("%(name)s can no longer sign in. %(heir)s takes over, in records: %(count)s.")
        act.conclude(sentence, name=user.name, heir=heir.name, count=left)
    else:
        act.conclude(gettext_noop("%(name)s can no longer sign in and left nothing behind."), name=user.name)
    _give_leaders(act, user, above, body.successor)
    if heir is None:
        act.say(gettext_noop("the last day was %(day)s"), day=body.date.isoformat())
    else:
        text = gettext_noop("the last day was %(day)s, %(name)s takes over")
        act.say(text, day=body.date.isoformat(), name=heir.name)


def _give_leaders(act: Act, user: User, above: User | None, successor: User | None) -> None:
    """Have the people of who leaves report to the successor, or else to who led the leaver; say so to who does it.

    Nobody ends the work of who leads them, and so gets another manager, while another administrator can.
    """
    led = User.objects.filter(manager=user, is_active=True, file__isnull=False)
    now: dict[User | None, list[str]] = {}
    leads = successor or above
    for report in led.select_related("file__record").order_by("name", "pk"):
        manager = leads if leads != report else _above(report, user)
        sentence = _("Nobody ends the work of who leads them; ask %(name)s, who administers there too.")
        not_by_oneself(act, report, "successor", sentence)
        # who led the leaver stands above these people already, and not by their own hand
        alone = manager != above and not_under_oneself(act, report, manager, (report.unit,), "successor")
        act.also("person", "follow", report.file.record, Follow(manager=manager, alone=alone))
        now.setdefault(manager, []).append(report.name)
    for manager, names in now.items():
        if manager is not None:
            sentence = _("Reporting to %(manager)s from now on: %(names)s.")
        else:
            sentence = _("Reporting to nobody from now on: %(names)s.")
        values = {"manager": manager.name if manager is not None else "", "names": some(names)}
        act.conclusion = f"{act.conclusion} {sentence % values}"


@command(
    "person",
    "return",
    label=gettext_lazy("Returns"),
    past=gettext_lazy("took the person up again"),
    body=Return,
    who=(permitted(ADMINISTER),),
    hint=gettext_lazy("Roles have to be granted anew."),
    initial=lambda situation: {"unit": situation.subject.unit.code, "invite": True},
)
def come_back(act: Act, body: Return) -> None:
    """Take a person up again who left; roles and tokens are not revived."""
    user: User = act.detail.user
    check_unit(act, body.unit, "unit")
    check_manager(user, body.manager, "manager")
    if not_under_oneself(act, user, body.manager, (user.unit, body.unit)):
        tell_of_doing_it_alone(act, user, body.unit)
    tell_of_place(act, user, body.unit, body.manager)
    check_email(user.email, user)
    user.is_active, user.left_on = True, None
    user.unit, user.manager = body.unit, body.manager
    user.save(update_fields=["is_active", "left_on", "unit", "manager"])
    act.record.unit = body.unit
    if body.invite and user.email:
        act.detail.invited = act.now
        act.emit("person.invite")
    say_how_to_sign_in(act, user, invited=bool(body.invite and user.email))


def _above(report: User, leaver: User) -> User | None:
    """Return who leads the successor who reported to the leaver themself."""
    above = leaver.manager
    return above if above is not None and above.is_active and above != report else None
