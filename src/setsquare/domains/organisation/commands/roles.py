"""Commands of roles: named sets of permissions."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.organisation.fields import Code, Line, Permissions
from setsquare.domains.organisation.granting import not_over
from setsquare.domains.organisation.permissions import ADMINISTER, authority, known
from setsquare.domains.organisation.rules import (
    check_unit,
    is_alone,
    keep_an_administrator,
    keeper,
    root,
    tell_administrators,
)
from setsquare.domains.organisation.taking import why_taken
from setsquare.kernel.accounts.models import Grant, Role, RolePermission
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record

RoleName = Annotated[Line, Shown(gettext_lazy("Name"))]
Description = Annotated[
    str,
    Field(max_length=2000),
    Shown(gettext_lazy("Description"), gettext_lazy("What its holders do."), Widget.LONG_TEXT),
]
WithPermissions = Annotated[
    Permissions, Shown(gettext_lazy("Its holders may"), "", Widget.CHOICES, choices=known)
]


class CreateRole(Body):
    """A new role."""

    name: RoleName
    code: Annotated[Code, Shown(gettext_lazy("Code"), gettext_lazy("Short and lasting, such as controller."))]
    description: Description = ""
    permissions: WithPermissions = Field(default_factory=list)


class EditRole(Body):
    """What a role is called."""

    name: RoleName
    description: Description = ""


class SetPermissions(Body):
    """Everything that a role lets its holders do."""

    permissions: WithPermissions = Field(default_factory=list)


def _as_is(situation: Situation) -> Mapping[str, Any]:
    role: Role = situation.detail.role
    return {"name": role.name, "description": role.description}


def _permissions_as_is(situation: Situation) -> Mapping[str, Any]:
    held = situation.detail.role.permissions.order_by("permission")
    return {"permissions": list(held.values_list("permission", flat=True))}


@command(
    "role",
    "create",
    label=gettext_lazy("New role"),
    past=gettext_lazy("made the role"),
    body=CreateRole,
    who=(permitted(ADMINISTER),),
    creates=True,
    made_in=lambda _actor, _body: top.pk if (top := root()) is not None else None,
)
def create(act: Act, body: CreateRole) -> Record:
    """Make a role; it counts in the whole organisation, so only who administers all of it may."""
    top = root()
    if top is None:
        raise Refused(_("Make the organisation first."))
    check_unit(act, top, "")
    if Role.objects.filter(code__iexact=body.code).exists():
        raise Refused({"code": _("There is a role with the code “%(code)s”.") % {"code": body.code}})
    role = Role.objects.create(code=body.code, name=body.name, description=body.description)
    _carry(role, body.permissions)
    record = act.create(title=body.name, unit=top, owner=keeper(act), role=role)
    act.conclude(gettext_noop("The role %(role)s can be granted to people now."), role=body.name)
    return record


@command(
    "role",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited the role"),
    body=EditRole,
    who=(permitted(ADMINISTER),),
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: EditRole) -> None:
    """Change what a role is called."""
    role: Role = act.detail.role
    role.name, role.description = body.name, body.description
    role.save(update_fields=["name", "description"])
    act.record.title = body.name
    act.conclude(
        gettext_noop("The role is called %(role)s now; what its holders may do stays."), role=body.name
    )


@command(
    "role",
    "set_permissions",
    label=gettext_lazy("Set permissions"),
    past=gettext_lazy("set what its holders may do"),
    body=SetPermissions,
    who=(permitted(ADMINISTER),),
    initial=_permissions_as_is,
    edits=True,
    reason=Reason.ALWAYS,
    hint=gettext_lazy("Counts at once, for everybody who holds the role."),
    reindexes=False,
)
def set_permissions(act: Act, body: SetPermissions) -> None:
    """Say anew what the holders of a role may do."""
    role: Role = act.detail.role
    _not_ones_own(act, role, body.permissions)
    role.permissions.exclude(permission__in=body.permissions).delete()
    held = set(role.permissions.values_list("permission", flat=True))
    _carry(role, (code for code in body.permissions if code not in held))
    keep_an_administrator(act, "permissions")
    text = gettext_noop("%(name)s changed what holders of the role %(role)s may do.")
    tell_administrators(
        act, act.record.unit, text, name=act.user.name if act.actor.user else "Setsquare", role=role.name
    )
    act.conclude(
        gettext_noop("What holders of the role %(role)s may do holds at once, for everybody who has it."),
        role=role.name,
    )


def _not_ones_own(act: Act, role: Role, permissions: Iterable[str]) -> None:
    """Refuse to let a role that one holds oneself allow more.

    Nobody gives themself authority over content, unless nobody else is there at all; anything else is left to
    somebody who does not hold the role, where there is one.
    """
    more = set(permissions) - set(role.permissions.values_list("permission", flat=True))
    if not more or act.actor.user is None or is_alone(act.user):
        return
    holders = Grant.objects.filter(not_over(act.now), role=role).values_list("user_id", flat=True)
    if act.user.pk not in holders:
        return
    if more & authority():
        sentence = _(
            "You hold this role yourself, and nobody gives themself authority over content: make another role and"
            " grant it to whom it is for."
        )
        raise Refused({"permissions": sentence})
    other = people_permitted(ADMINISTER, act.record.unit).exclude(pk__in=holders).first()
    if other is not None:
        sentence = _("You hold this role yourself; ask %(name)s, who does not, to let it allow more.")
        raise Refused({"permissions": sentence % {"name": other.name}})
    if why := why_taken(act.user, [ADMINISTER], act.record.unit_id):
        raise Refused({"permissions": why})


def _carry(role: Role, permissions: Iterable[str]) -> None:
    RolePermission.objects.bulk_create(RolePermission(role=role, permission=code) for code in permissions)
