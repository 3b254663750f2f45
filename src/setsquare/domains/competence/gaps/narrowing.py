"""What a program names to narrow gaps by: a day, a unit, a profile, a person; refused where there is none such."""

import datetime as dt

from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.asking import IN_FORCE, Asking
from setsquare.domains.competence.gaps.people import follows, people_shown
from setsquare.domains.competence.gaps.standing import YEARS
from setsquare.domains.competence.models import RoleProfile
from setsquare.domains.competence.permissions import READ
from setsquare.kernel.accounts.models import Unit, User, named
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.commands.errors import Refused


def day_of(text: str) -> dt.date | None:
    """Return the day that a text names; none where it is empty."""
    if not text:
        return None
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = dt.date.min
    if found.year not in YEARS:
        sentence = _("Give a day between %(first)s and %(last)s, such as 2026-11-30.")
        raise Refused({"at": sentence % {"first": YEARS[0], "last": YEARS[-1]}})
    return found


def unit_named(code: str) -> Unit | None:
    """Return the unit with a code; none where it is empty."""
    found = Unit.objects.filter(code=code).first() if code else None
    if code and found is None:
        raise Refused({"unit": _("There is no unit with the code “%(code)s”.") % {"code": code}})
    return found


def profile_for(user: User, number: str, asking: Asking) -> RoleProfile | None:
    """Return the profile in force with this number, where somebody may read it or follows somebody who has it."""
    known = RoleProfile.objects.filter(record__state=IN_FORCE, record__number=number).select_related("record")
    readable = known.filter(record__unit_id__in=units_where(user, READ, upwards=True)).first()
    if readable is not None:
        return readable
    found = known.first()
    return found if found is not None and people_shown(user, asking.only(found.pk)).exists() else None


def profile_named(user: User, number: str, asking: Asking) -> int | None:
    """Return the id of the profile with a number; none where it is empty."""
    if not number:
        return None
    found = profile_for(user, number, asking)
    if found is None:
        sentence = _("There is no role profile “%(number)s” in force that you may see.")
        raise Refused({"profile": sentence % {"number": number}})
    return int(found.pk)


def person_followed(user: User, username: str) -> User:
    """Return a person whose gaps somebody sees, by their sign-in name."""
    found = User.objects.filter(named(username)).select_related("unit").first()
    if found is None or not follows(user, found):
        sentence = _("There is no “%(name)s” among the people whose competence you follow.")
        raise Refused({"person": sentence % {"name": username}})
    return found
