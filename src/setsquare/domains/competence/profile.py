"""The record type of role profiles."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence.models import ProfileRequirement, RoleProfile
from setsquare.domains.competence.permissions import PROFILES as WRITE
from setsquare.domains.competence.permissions import READ
from setsquare.domains.competence.queries import titled
from setsquare.domains.competence.states import ROLE_PROFILE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import (
    USUAL_COLUMNS,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    SearchText,
    Section,
    Thing,
    register,
    scope_from_below,
)
from setsquare.kernel.trail.everything import PERMISSION as TRAIL


def asked(profile: RoleProfile) -> list[dict[str, Any]]:
    """Return what a profile asks for, in an order that no later edition of a framework changes."""
    rows = [as_asked(one) for one in profile.requirements.select_related("component__framework__record")]
    return sorted(rows, key=lambda row: (row["framework"], row["component"]))


def as_asked(row: ProfileRequirement) -> dict[str, Any]:
    """Return one of the things that a profile asks for, as the trail keeps it."""
    return {
        "framework": row.component.framework.record.number,
        "component": row.component.code,
        "required": row.required,
        "desired": row.desired,
        "months": row.months,
    }


def titles(profile: RoleProfile) -> list[str]:
    """Return the job titles that map onto a profile."""
    return sorted(profile.titles.values_list("title", flat=True))


def profile_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a profile besides its columns: what it asks for, job titles, who was given it."""
    profile: RoleProfile = record.role_profile
    held = profile.holdings.select_related("person").order_by("person__username")
    return {
        "requirements": asked(profile),
        "titles": titles(profile),
        "given_to": [{"person": row.person, "since": row.since, "until": row.until} for row in held],
    }


def profile_words(record: Record) -> SearchText:
    """Return what search finds a profile by."""
    profile: RoleProfile = record.role_profile
    return SearchText(record.title, " ".join(titles(profile)), profile.purpose)


def knows_to_whom(record: Record, user: User) -> bool:
    """Tell whether `user` knows to whom a profile was given whatever their unit: who keeps or audits it."""
    if record.owner_id == user.pk:
        return True
    return not permissions_in(user, record.unit_id).isdisjoint({WRITE, TRAIL})


def _with_title(title: str, _user: User) -> Q:
    return Q(pk__in=titled(title))


PROFILES = register(
    Thing(
        code="role_profile",
        slug="role-profiles",
        name=_("Role profile"),
        plural=_("Role profiles"),
        element=Element.LEADERSHIP,
        area=_("Competence"),
        icon="id",
        lifecycle=ROLE_PROFILE,
        read=READ,
        numbering="RP-{n:03}",
        model=RoleProfile,
        description=_("What somebody in a role has to be able to do, and at which level."),
        columns=USUAL_COLUMNS,
        filters=(Filter("job_title", _("Job title"), kind=Kind.TEXT, condition=_with_title),),
        sections=(
            Section(
                _("Role"),
                (
                    Fact(_("Purpose"), "role_profile__purpose", Kind.LONG_TEXT),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
        ),
        search=profile_words,
        scope=scope_from_below,
        parts=profile_state,
        labels={
            "requirements": _("Asks for"),
            "titles": _("Job titles"),
            "given_to": _("Given to"),
        },
        private=Hidden(keys=frozenset({"given_to"}), notes=frozenset({"assign", "unassign"})),
        privy=knows_to_whom,
    )
)
