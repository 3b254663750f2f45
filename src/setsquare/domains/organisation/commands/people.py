"""Commands of people: hiring, changing, transferring, leaving and returning."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.organisation.commands.access import ask_to_confirm, have_confirmed
from setsquare.domains.organisation.commands.units import UnitCode, UnitName
from setsquare.domains.organisation.fields import (
    Email,
    Language,
    Line,
    OptionalLine,
    TimeZone,
    Username,
    languages,
    one_line,
    time_zones,
)
from setsquare.domains.organisation.granting import give, tell_of_role
from setsquare.domains.organisation.line import (
    check_manager,
    not_under_oneself,
    tell_of_doing_it_alone,
    tell_of_place,
)
from setsquare.domains.organisation.oneself import not_by_oneself, tell_of_name
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import check_unit, is_alone, themself
from setsquare.domains.organisation.telling_apart import (
    check_email,
    check_told_apart,
    check_username,
    taken,
)
from setsquare.domains.organisation.thing import DIGESTS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyUnit, Body, Person, RoleRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record

Name = Annotated[Line, Shown(gettext_lazy("Name"), gettext_lazy("As it is printed under signatures."))]
JobTitle = Annotated[OptionalLine, Shown(gettext_lazy("Job title"))]
Address = Annotated[
    Email, Shown(gettext_lazy("E-mail"), gettext_lazy("For notices and to reset the password."))
]
Manager = Annotated[
    Person | None,
    Shown(gettext_lazy("Reports to"), gettext_lazy("Overdue work is escalated to them."), Widget.PERSON),
]
InUnit = Annotated[UnitRef, Shown(gettext_lazy("Unit"))]
OwnUnit = Annotated[AnyUnit, Shown(gettext_lazy("Unit"))]
OwnLanguage = Annotated[Language, Shown(gettext_lazy("Language"), "", Widget.CHOICE, choices=languages)]
OwnZone = Annotated[
    TimeZone,
    Shown(
        gettext_lazy("Time zone"),
        gettext_lazy("Left empty, that of the unit holds."),
        Widget.CHOICE,
        choices=time_zones,
    ),
]
Invite = Annotated[
    bool,
    Shown(gettext_lazy("Send a link to set a password"), gettext_lazy("To the e-mail address given above.")),
]


class Hire(Body):
    """A new person."""

    username: Annotated[
        Username,
        Shown(gettext_lazy("Sign-in name"), gettext_lazy("For good: it is never given to anybody else.")),
    ]
    name: Name
    title: JobTitle = ""
    email: Address = ""
    unit: InUnit
    manager: Manager = None
    roles: Annotated[
        Sequence[RoleRef],
        Shown(gettext_lazy("Roles in this unit"), gettext_lazy("More can be granted later."), Widget.ROLES),
    ] = ()
    language: OwnLanguage = "en"
    time_zone: OwnZone = ""
    invite: Invite = True


class EditPerson(Body):
    """What an administrator changes of a person."""

    name: Name
    title: JobTitle = ""
    email: Address = ""


class EditOwn(Body):
    """What people choose for themselves."""

    language: OwnLanguage
    time_zone: OwnZone = ""
    digest: Annotated[User.Digest, Shown(gettext_lazy("Notices by mail"), choices=DIGESTS)]


class Transfer(Body):
    """A person's new place."""

    unit: OwnUnit
    manager: Manager = None


class Follow(Body):
    """A new manager in place of one who left, and whether who entered it put them under themself alone."""

    manager: Manager
    alone: Annotated[bool, Shown(gettext_lazy("Nobody else administers there"))] = False


def _as_is(situation: Situation) -> Mapping[str, Any]:
    user: User = situation.detail.user
    return {"name": user.name, "title": user.title, "email": user.email}


def _own_as_is(situation: Situation) -> Mapping[str, Any]:
    user: User = situation.detail.user
    return {"language": user.language, "time_zone": user.time_zone, "digest": user.digest}


def _hired_as(_situation: Situation) -> Mapping[str, Any]:
    return {"roles": ["reader"], "invite": True}


def _place_as_is(situation: Situation) -> Mapping[str, Any]:
    user: User = situation.detail.user
    manager = user.manager if user.manager and user.manager.is_active else None
    return {"unit": situation.subject.unit.code, "manager": manager.username if manager else ""}


@command(
    "person",
    "hire",
    label=gettext_lazy("New person"),
    past=gettext_lazy("entered the person"),
    body=Hire,
    who=(permitted(ADMINISTER),),
    creates=True,
    initial=_hired_as,
)
def hire(act: Act, body: Hire) -> Record:
    """Enter a person; they choose their password themselves by the link that they are sent."""
    check_unit(act, body.unit, "unit")
    check_username(body.username)
    check_told_apart(body.name, body.title)
    check_email(body.email)
    by_oneself = not_under_oneself(act, User(), body.manager, (body.unit,))
    fields = body.model_dump(include={"name", "title", "email", "unit", "manager", "language", "time_zone"})
    alone = act.actor.user is None or is_alone(act.user)
    try:
        with transaction.atomic():
            user = User.objects.create_user(body.username, None, may_sign=alone, **fields)
    except IntegrityError:  # somebody else entered the same name at the same instant
        raise Refused({"username": taken(body.username)}) from None
    invited = act.now if body.invite and body.email else None
    shown_to = None if alone else act.user
    record = act.create(
        title=user.name, unit=body.unit, owner=user, user=user, invited=invited, shown_to=shown_to
    )
    for role in dict.fromkeys(body.roles):
        give(act, user, role, body.unit, act.now, None)
        tell_of_role(act, user, role, body.unit)
    if invited is not None:
        act.emit("person.invite", record)
    if by_oneself:
        tell_of_doing_it_alone(act, user, body.unit)
    if not alone:
        ask_to_confirm(act, user)
    say_how_to_sign_in(act, user, invited=invited is not None)
    return record


def say_how_to_sign_in(act: Act, user: User, *, invited: bool) -> None:
    """Tell who entered a person, or took one up again, what is still missing before they can sign in and sign."""
    if not invited:
        text = gettext_noop("%(name)s cannot sign in yet: send them a link to set a password.")
    elif user.may_sign:
        text = gettext_noop("%(name)s can sign in once they follow the link that is sent to %(email)s.")
    else:
        text = gettext_noop(
            "%(name)s can sign in once they follow the link that is sent to %(email)s, and give signatures once"
            " somebody else has confirmed that they alone know the password."
        )
    act.conclude(text, name=user.name, email=user.email)


class Establish(Body):
    """The organisation itself and its first person, who administers it."""

    organisation: UnitName
    code: UnitCode
    time_zone: Annotated[TimeZone, Field(min_length=1), Shown(gettext_lazy("Time zone"))]
    username: Annotated[Username, Shown(gettext_lazy("Sign-in name"))]
    name: Name
    title: JobTitle = ""
    email: Address = ""
    language: OwnLanguage = "en"


@command(
    "person",
    "establish",
    label=gettext_lazy("Establish"),
    past=gettext_lazy("established the organisation"),
    body=Establish,
    creates=True,
)
def establish(act: Act, body: Establish) -> Record:
    """Make the organisation and its first person, each of whom needs the other; the system does this once."""
    check_username(body.username)
    fields = body.model_dump(include={"name", "title", "email", "language"})
    user = User.objects.create_user(body.username, None, **fields)
    top = {
        "name": body.organisation,
        "code": body.code,
        "kind": Unit.Kind.ORGANISATION,
        "time_zone": body.time_zone,
    }
    user.unit = act.also("unit", "create", body=top).unit
    user.save(update_fields=["unit"])
    return act.create(title=user.name, unit=user.unit, owner=user, user=user)


@command(
    "person",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited the person"),
    body=EditPerson,
    who=(permitted(ADMINISTER),),
    reason=Reason.ALWAYS,
    hint=gettext_lazy("Signatures and history keep the name that the person had then."),
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: EditPerson) -> None:
    """Change a person's name, job title or address; of a new address they are told at the old one.

    Nobody renames themself while another administrator is there, and nobody is renamed unseen.
    """
    user: User = act.detail.user
    before = (user.name, user.title)
    renamed = (body.name, body.title) != (one_line(user.name), one_line(user.title))
    if renamed:
        not_by_oneself(act, user, "name" if body.name != one_line(user.name) else "title")
        check_told_apart(body.name, body.title, user)
    check_email(body.email, user)
    if body.email != user.email and user.email:
        act.emit("person.email_changed", before=user.email)
    if body.email != user.email and user != act.actor.user:
        text = gettext_noop("Your e-mail address was changed from %(before)s to %(after)s.")
        act.tell(user, "person", text, act.record, before=user.email or "–", after=body.email or "–")
        if act.actor.user is not None and not is_alone(act.user):
            have_confirmed(act, user, "email")
    user.name, user.title, user.email = body.name, body.title, body.email
    user.save(update_fields=["name", "title", "email"])
    act.record.title = user.name
    if renamed:
        tell_of_name(act, user, *before)
    if user.may_sign:
        act.conclude(gettext_noop("The details of %(name)s are as given now."), name=user.name)
    else:
        text = gettext_noop(
            "The details of %(name)s are as given now. They give signatures once somebody else has confirmed"
            " that they alone know the password."
        )
        act.conclude(text, name=user.name)


@command(
    "person",
    "edit_own",
    label=gettext_lazy("Preferences"),
    past=gettext_lazy("changed their preferences"),
    body=EditOwn,
    who=(themself(),),
    initial=_own_as_is,
    edits=True,
    reindexes=False,
)
def edit_own(act: Act, body: EditOwn) -> None:
    """Change one's own language, time zone and how notices come."""
    user: User = act.detail.user
    user.language, user.time_zone, user.digest = body.language, body.time_zone, body.digest
    user.save(update_fields=["language", "time_zone", "digest"])
    with translation.override(user.language):
        act.conclude(gettext_noop("Your preferences hold from now on."))


@command(
    "person",
    "transfer",
    label=gettext_lazy("Transfer"),
    past=gettext_lazy("transferred the person"),
    body=Transfer,
    who=(permitted(ADMINISTER),),
    hint=gettext_lazy("Roles stay as they were granted; look through them afterwards."),
    initial=_place_as_is,
    edits=True,
)
def transfer(act: Act, body: Transfer) -> None:
    """Put a person into another unit or under another manager."""
    user: User = act.detail.user
    if body.unit != user.unit or body.manager != user.manager:
        not_by_oneself(act, user, "unit" if body.unit != user.unit else "manager")
    if body.unit != user.unit:
        check_unit(act, body.unit, "unit")
    check_manager(user, body.manager, "manager")
    if not_under_oneself(act, user, body.manager, (user.unit, body.unit)):
        tell_of_doing_it_alone(act, user, body.unit)
    tell_of_place(act, user, body.unit, body.manager)
    user.unit, user.manager = body.unit, body.manager
    user.save(update_fields=["unit", "manager"])
    act.record.unit = body.unit
    place = {"name": user.name, "unit": body.unit.name}
    if body.manager is not None:
        sentence = gettext_noop(
            "%(name)s is in %(unit)s and reports to %(manager)s. Look whether the roles still fit."
        )
        act.conclude(sentence, manager=body.manager.name, **place)
    else:
        sentence = gettext_noop(
            "%(name)s is in %(unit)s and reports to nobody. Look whether the roles still fit."
        )
        act.conclude(sentence, **place)


@command(
    "person",
    "follow",
    label=gettext_lazy("New manager"),
    past=gettext_lazy("gave a new manager"),
    body=Follow,
)
def follow(act: Act, body: Follow) -> None:
    """Give a new manager to somebody whose manager left; done by the system as part of that."""
    user: User = act.detail.user
    if body.alone:
        tell_of_doing_it_alone(act, user, user.unit)
    tell_of_place(act, user, user.unit, body.manager)
    user.manager = body.manager
    user.save(update_fields=["manager"])
