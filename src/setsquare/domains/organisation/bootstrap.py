"""Making an organisation from nothing: for `setsquare init`, the demo and imports.

Everything goes through the commands, carried out by the system, so that the trail begins with the first row.
Each function leaves alone what is there already.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from setsquare.domains.organisation.commands.people import Establish
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.organisation.rules import root
from setsquare.domains.organisation.starter import ROLES
from setsquare.kernel.accounts.models import Delegation, Grant, Role, Unit, User, named
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out

SYSTEM = Actor.system("cli")


@transaction.atomic
def establish(
    organisation: str,
    code: str,
    time_zone: str,
    *,
    username: str,
    name: str,
    title: str = "",
    email: str = "",
    language: str = "en",
    password: str | None = None,
) -> User:
    """Make the organisation, the starter's roles and the first administrator; return the latter.

    On an installation that has an organisation already, only roles of the starter that are missing are added
    and its first administrator is returned. Without a password the administrator sets one by a link. Raises
    Refused with a sentence for each value that does not fit (`organisation`, `code`, `time_zone`,
    `username`, `name`, `email`, `password` ...).
    """
    first = root() is None
    if first:
        given = {
            "organisation": organisation,
            "code": code,
            "time_zone": time_zone,
            "username": username,
            "name": name,
            "title": title,
            "email": email,
            "language": language,
        }
        body = fitting(given, password)
        record = carry_out("person", "establish", SYSTEM, body=body).record
        user = record.owner
        set_password(user, password)
    add_starter_roles()
    if first:
        for role in ("administrator", "reader"):
            grant(user, role, code)
        return user
    return first_administrator()


def fitting(given: Mapping[str, str], password: str | None) -> Establish:
    """Return what `establish` is given as the body of its command; raises Refused as that does, without a database."""
    body = parse(Establish, given, None)
    if password is not None:
        check_password(password, User(username=body.username, name=body.name, email=body.email))
    return body


def first_administrator() -> User:
    """Return the person who administers the organisation longest; raises Refused on an empty installation."""
    grants = Grant.objects.filter(
        role__permissions__permission=ADMINISTER, unit=root(), ends__isnull=True, user__is_active=True
    )
    held = grants.select_related("user").order_by("starts", "pk").first()
    if held is None:
        raise Refused("There is nobody who administers the organisation.")
    return held.user


def add_starter_roles() -> int:
    """Make the roles of the starter that are missing; returns how many were made."""
    missing = [role for role in ROLES if not Role.objects.filter(code=role.code).exists()]
    for role in missing:
        add_role(role.code, str(role.name), str(role.description), role.permissions)
    return len(missing)


def add_role(code: str, name: str, description: str = "", permissions: Sequence[str] = ()) -> Role:
    """Return the role with this code, made if it is missing."""
    found = Role.objects.filter(code=code).first()
    if found is not None:
        return found
    body = {"code": code, "name": name, "description": description, "permissions": list(permissions)}
    made: Role = carry_out("role", "create", SYSTEM, body=body).record.role_file.role
    return made


def add_unit(code: str, name: str, kind: str, parent: str, time_zone: str = "") -> Unit:
    """Return the unit with this code, made below the unit `parent` if it is missing."""
    found = Unit.objects.filter(code=code).first()
    if found is not None:
        return found
    body = {"code": code, "name": name, "kind": kind, "parent": parent, "time_zone": time_zone}
    return carry_out("unit", "create", SYSTEM, body=body).record.unit


def add_person(
    username: str,
    name: str,
    unit: str,
    *,
    title: str = "",
    email: str = "",
    manager: str | None = None,
    language: str = "en",
    time_zone: str = "",
    password: str | None = None,
) -> User:
    """Return the person with this sign-in name, entered without an invitation if they are missing."""
    found = User.objects.filter(named(username)).first()
    if found is not None:
        return found
    body = {
        "username": username,
        "name": name,
        "title": title,
        "email": email,
        "unit": unit,
        "manager": manager,
        "language": language,
        "time_zone": time_zone,
        "invite": False,
    }
    user = carry_out("person", "hire", SYSTEM, body=body).record.owner
    set_password(user, password)
    return user


def grant(
    user: User, role: str, unit: str, starts: dt.date | None = None, ends: dt.date | None = None
) -> None:
    """Let a person hold a role in a unit, unless they hold or held it there."""
    if Grant.objects.filter(user=user, role__code=role, unit__code=unit).exists():
        return
    body = {"role": role, "unit": unit, "starts": starts, "ends": ends}
    carry_out("person", "grant_role", SYSTEM, record=user.file.record, body=body)


def delegate(user: User, substitute: User, starts: dt.date, ends: dt.date, reason: str = "") -> None:
    """Have `substitute` stand in for a person from a day to a day (both included), unless they did before."""
    if Delegation.objects.filter(absent=user, substitute=substitute).exists():
        return
    body = {"substitute": substitute, "starts": starts, "ends": ends, "reason": reason}
    carry_out("person", "delegate", SYSTEM, record=user.file.record, body=body)


def leave(user: User, day: dt.date, reason: str = "") -> None:
    """End a person's work here, unless it has ended."""
    user.refresh_from_db()
    if user.is_active:
        carry_out("person", "leave", SYSTEM, record=user.file.record, body={"date": day}, reason=reason)


def check_password(password: str, user: User) -> None:
    """Refuse a password that is too easy to guess; raises Refused at `password`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused({"password": " ".join(error.messages)}) from None


def set_password(user: User, password: str | None) -> None:
    """Set a person's first password, if one is given."""
    if password is not None:
        user.set_password(password)
        user.save(update_fields=["password"])
