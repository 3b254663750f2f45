"""Whose competence, which day and which framework a program or command line asks for."""

import datetime as dt

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.permissions import SEEING
from setsquare.domains.competence.standing import person_seen
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.bodies import FIRST_YEAR, LAST_YEAR
from setsquare.kernel.commands.errors import NotPermitted, Refused


def person_asked(user: User, username: str) -> User:
    """Return whose competence is asked for; refuse whom the caller does not see, and who is nobody, alike."""
    person = person_seen(user, username or user.username)
    if person is None:
        sentence = _("There is nobody “%(name)s” whose competence you may see.")
        raise Refused({"person": sentence % {"name": username}})
    return person


def day_asked(text: str) -> dt.date | None:
    """Return the day that is asked for, None where none is; refuse what is no day."""
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and (day is None or not FIRST_YEAR <= day.year <= LAST_YEAR):
        raise Refused({"at": _("Give a day, such as 2026-11-30.")})
    return day


def framework_asked(user: User, number: str) -> Framework:
    """Return the framework whose calibration is asked for, by somebody who sees or makes assessments."""
    if SEEING.isdisjoint(permissions_in(user, None)):
        raise NotPermitted(_("Calibration is for those who may see or make assessments."))
    found = Framework.objects.filter(
        record__in=FRAMEWORKS.visible_to(user).values("pk"), record__number=number
    ).first()
    if found is None:
        sentence = _("There is no framework “%(number)s” that you can see.")
        raise Refused({"framework": sentence % {"number": number}})
    return found
