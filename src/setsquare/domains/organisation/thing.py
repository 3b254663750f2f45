"""The record types of the organisation: units, people and roles."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from setsquare.domains.organisation.models import PersonFile, RoleFile, UnitFile
from setsquare.domains.organisation.permissions import ADMINISTER, READ
from setsquare.domains.organisation.states import PERSON, ROLE, UNIT
from setsquare.kernel.accounts.likeness import likeness_of
from setsquare.kernel.accounts.models import Delegation, Grant, Role, Token, Unit, User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.database.statements import Statement, stand_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import (
    OPEN,
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
)
from setsquare.kernel.representation.past import Rows

KINDS: dict[str, Label] = {str(value): label for value, label in Unit.Kind.choices}
DIGESTS: dict[str, Label] = {str(value): label for value, label in User.Digest.choices}
LANGUAGES: dict[str, Label] = dict(settings.LANGUAGES)


def known_to_all(thing: Thing, user: User) -> Q:
    """What belongs to a unit is seen by who may read it there, above or below; people also see themselves."""
    seen = units_where(user, thing.read, upwards=True)
    return Q(unit_id__in=seen) | Q(owner_id=user.pk)


def unit_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a unit."""
    unit = record.unit_file.part
    return {
        "code": unit.code,
        "kind": unit.kind,
        "parent": unit.parent,
        "time_zone": unit.time_zone,
        "closed_on": unit.closed_on,
    }


def unit_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a unit as it stood its place in the tree and what else it was."""
    part = copy(record.unit)
    part.code, part.kind, part.name = state["code"], state["kind"], record.title
    part.time_zone = state.get("time_zone") or ""
    part.closed_on = parse_date(state.get("closed_on") or "")
    part.parent = rows.unit(state.get("parent"))
    record.unit_file.part = part


def person_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a person as they stood what was known of them; `state` lacks what the reader may not know."""
    user = copy(record.owner)
    user.username, user.name, user.title = state["username"], record.title, state.get("job_title") or ""
    user.email, user.language = state.get("email") or "", state.get("language") or ""
    user.time_zone, user.digest = state.get("time_zone") or "", state.get("digest") or ""
    user.left_on = parse_date(state.get("left_on") or "")
    user.manager = rows.person(state.get("manager"))
    record.person_file.user = user


def wrong_likeness(record: Record) -> tuple[str, ...]:
    """Name the column by which a person is told apart where it does not follow from name and job title."""
    user = record.person_file.user
    return () if user.likeness == likeness_of(user.name, user.title) else ("likeness",)


def role_restored(record: Record, state: Mapping[str, Any], _rows: Rows) -> None:
    """Give a role as it stood its code and description."""
    role = copy(record.role_file.role)
    role.code, role.name, role.description = state["code"], record.title, state.get("description") or ""
    record.role_file.role = role


ACCESS = Hidden(
    keys=frozenset({"tokens", "may_sign", "shown_to"}),
    notes=frozenset({"make_token", "revoke_token", "end_tokens"}),
)
"""What of a person only those see who know by what means they sign in."""
AWAY = frozenset({"delegate", "end_delegation"})
"""Commands whose reason tells why a person is away."""


def knows_why_away(record: Record, user: User) -> bool:
    """Tell whether `user` reads why a person is away: that person, who leads them, and who administers people there."""
    person = record.owner
    if user.pk in (person.pk, person.manager_id if user.may_sign else None):
        return True
    return ADMINISTER in permissions_in(user, record.unit_id)


def _without_reasons(delegations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in given.items() if key != "reason"} for given in delegations]


def hidden_of_person(record: Record, user: User) -> Hidden:
    """Return what of a person is hidden from `user`: by what means they sign in, and why they are away.

    They see all of it themself, and so does who administers there; who reads the trail sees by what means they sign in.
    """
    person = record.owner
    permissions = permissions_in(user, record.unit_id)
    if user.pk == person.pk or ADMINISTER in permissions:
        return OPEN
    access = OPEN if "trail.read" in permissions else ACCESS
    if user.may_sign and person.manager_id == user.pk:
        return access
    part, by = {"delegations": _without_reasons}, frozenset({user.username})
    return replace(access, reasons=AWAY, part=part, by=by)


_USER = stand_in(1)
_GRANTS: Statement[Grant] = Statement(
    lambda: Grant.objects.filter(user_id=_USER).select_related("role", "unit").order_by("id"),
    lambda: {_USER: "user"},
)
_DELEGATIONS: Statement[Delegation] = Statement(
    lambda: Delegation.objects.filter(absent_id=_USER).select_related("substitute").order_by("id"),
    lambda: {_USER: "user"},
)
_TOKENS: Statement[Token] = Statement(
    lambda: Token.objects.filter(user_id=_USER).order_by("id"), lambda: {_USER: "user"}
)


def person_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a person: who they are, what they may do, who stands in for them."""
    user = record.person_file.user
    return {
        "username": user.username,
        "name": user.name,
        "job_title": user.title,
        "email": user.email,
        "manager": user.manager,
        "language": user.language,
        "time_zone": user.time_zone,
        "digest": user.digest,
        "is_active": user.is_active,
        "may_sign": user.may_sign,
        "left_on": user.left_on,
        "grants": [
            {"role": grant.role, "unit": grant.unit, "from": grant.starts, "until": grant.ends}
            for grant in _GRANTS.instances(user=user.pk)
        ],
        "delegations": [
            {
                "substitute": given.substitute,
                "from": given.starts,
                "until": given.ends,
                "reason": given.reason,
                "revoked": given.revoked,
            }
            for given in _DELEGATIONS.instances(user=user.pk)
        ],
        "tokens": [
            {
                "name": token.name,
                "prefix": token.prefix,
                "scopes": token.scopes,
                "expires": token.expires,
                "revoked": token.revoked,
            }
            for token in _TOKENS.instances(user=user.pk)
        ],
    }


def role_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a role."""
    role = record.role_file.role
    return {
        "code": role.code,
        "description": role.description,
        "permissions": list(role.permissions.order_by("permission").values_list("permission", flat=True)),
    }


def _roles(_user: User) -> dict[str, Label]:
    return dict(Role.objects.order_by("name").values_list("code", "name"))


def _holds(role: str, _user: User) -> Q:
    now = timezone.now()
    in_force = Grant.objects.filter(Q(ends__isnull=True) | Q(ends__gt=now), starts__lte=now, role__code=role)
    return Q(person_file__user_id__in=in_force.values("user_id"))


def _away(value: str, _user: User) -> Q:
    now = timezone.now()
    away = Delegation.objects.filter(starts__lte=now, ends__gt=now, revoked__isnull=True)
    condition = Q(person_file__user_id__in=away.values("absent_id"))
    return condition if value == "yes" else ~condition


UNITS = register(
    Thing(
        code="unit",
        slug="units",
        name=_("Unit"),
        plural=_("Units"),
        element=Element.ADMINISTRATION,
        icon="sitemap",
        lifecycle=UNIT,
        read=READ,
        numbering="UNIT-{n:03}",
        model=UnitFile,
        description=_(
            "The parts of the organisation: sites, departments and teams. Rights follow this tree."
        ),
        columns=(
            Column("title", _("Name"), "title", sortable=True),
            Column("code", _("Code"), "unit_file__part__code", sortable=True),
            Column(
                "kind", pgettext_lazy("unit", "Level"), "unit_file__part__kind", Kind.CHOICE, choices=KINDS
            ),
            Column("parent", _("Part of"), "unit_file__part__parent", Kind.UNIT),
            Column("time_zone", _("Time zone"), "unit_file__part__time_zone", shown=False),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
        ),
        filters=(Filter("kind", pgettext_lazy("unit", "Level"), "unit_file__part__kind", choices=KINDS),),
        sections=(
            Section(
                _("Unit"),
                (
                    Fact(_("Code"), "unit_file__part__code"),
                    Fact(pgettext_lazy("unit", "Level"), "unit_file__part__kind", Kind.CHOICE, KINDS),
                    Fact(_("Part of"), "unit_file__part__parent", Kind.UNIT),
                    Fact(_("Time zone"), "unit_file__part__time_zone"),
                    Fact(_("Closed on"), "unit_file__part__closed_on", Kind.DATE),
                ),
            ),
        ),
        related=("unit_file__part__parent",),
        search=lambda record: SearchText(record.title, record.unit_file.part.code),
        scope=known_to_all,
        parts=unit_state,
        restore=unit_restored,
        twins={"title": "unit_file__part__name", "unit": "unit_file__part"},
    )
)

PEOPLE = register(
    Thing(
        code="person",
        slug="people",
        name=_("Person"),
        plural=_("People"),
        element=Element.ADMINISTRATION,
        icon="users",
        lifecycle=PERSON,
        read=READ,
        numbering="PER-{n:04}",
        model=PersonFile,
        description=_(
            "Who works here, what they may do, and who stands in for them. Whoever leaves stays on record."
        ),
        columns=(
            Column("title", _("Name"), "title", sortable=True),
            Column("username", _("Sign-in name"), "person_file__user__username", sortable=True),
            Column("job_title", _("Job title"), "person_file__user__title", sortable=True),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("manager", _("Reports to"), "person_file__user__manager", Kind.PERSON),
            Column("email", _("E-mail"), "person_file__user__email", shown=False),
            Column("left_on", _("Left on"), "person_file__user__left_on", Kind.DATE, shown=False),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
        ),
        filters=(
            Filter("role", _("Holds the role"), choices=_roles, condition=_holds),
            Filter("manager", _("Reports to"), "person_file__user__manager", Kind.PERSON),
            Filter("away", _("Is away now"), choices={"yes": _("Yes"), "no": _("No")}, condition=_away),
        ),
        sections=(
            Section(
                _("Person"),
                (
                    Fact(_("Sign-in name"), "person_file__user__username"),
                    Fact(_("Job title"), "person_file__user__title"),
                    Fact(_("E-mail"), "person_file__user__email"),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                    Fact(_("Reports to"), "person_file__user__manager", Kind.PERSON),
                    Fact(_("Left on"), "person_file__user__left_on", Kind.DATE),
                ),
            ),
            Section(
                _("Preferences"),
                (
                    Fact(_("Language"), "person_file__user__language", Kind.CHOICE, LANGUAGES),
                    Fact(_("Time zone"), "person_file__user__time_zone"),
                    Fact(_("Notices by mail"), "person_file__user__digest", Kind.CHOICE, DIGESTS),
                ),
            ),
        ),
        related=("person_file__user__manager",),
        search=lambda record: SearchText(
            record.title,
            " ".join(
                (
                    record.person_file.user.username,
                    record.person_file.user.title,
                    record.person_file.user.email,
                )
            ),
        ),
        scope=known_to_all,
        private=replace(ACCESS, reasons=AWAY),
        hides=hidden_of_person,
        about=lambda record: (record.owner.username,),
        favours=True,
        parts=person_state,
        derived=wrong_likeness,
        restore=person_restored,
        labels={
            "grants": _("Roles"),
            "delegations": _("Substitutes"),
            "is_active": _("May sign in"),
            "may_sign": _("May sign"),
            "tokens": _("Tokens for programs"),
            "invited": _("Invited"),
            "shown_to": _("Link for the password shown to"),
        },
        twins={
            "title": "person_file__user__name",
            "unit": "person_file__user__unit",
            "owner": "person_file__user",
        },
    )
)

ROLES = register(
    Thing(
        code="role",
        slug="roles",
        name=_("Role"),
        plural=_("Roles"),
        element=Element.ADMINISTRATION,
        icon="user-shield",
        lifecycle=ROLE,
        read=READ,
        numbering="ROLE-{n:03}",
        model=RoleFile,
        description=_(
            "What people may do, under a name. A role is granted in a unit and holds in all below it."
        ),
        columns=(
            Column("title", _("Name"), "title", sortable=True),
            Column("code", _("Code"), "role_file__role__code", sortable=True),
            Column("description", _("Description"), "role_file__role__description"),
        ),
        sections=(
            Section(
                _("Role"),
                (
                    Fact(_("Code"), "role_file__role__code"),
                    Fact(_("Description"), "role_file__role__description", Kind.LONG_TEXT),
                ),
            ),
        ),
        related=("role_file__role",),
        search=lambda record: SearchText(
            record.title, record.role_file.role.code, record.role_file.role.description
        ),
        scope=known_to_all,
        favours=True,
        parts=role_state,
        restore=role_restored,
        labels={"permissions": _("Permissions")},
        twins={"title": "role_file__role__name"},
    )
)
