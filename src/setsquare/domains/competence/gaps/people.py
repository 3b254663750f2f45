"""Whose competence somebody follows: their own, where they may see or assess it, and of those whom they lead."""

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.permissions import ASSESS, SEE
from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.accounts.rights import units_where

_USERS = User._meta.db_table
_LINE = f"""
WITH RECURSIVE line(id) AS (
SELECT id FROM {_USERS} WHERE manager_id = (SELECT id FROM {_USERS} WHERE id = %s AND may_sign)
UNION SELECT below.id FROM {_USERS} below JOIN line ON below.manager_id = line.id)
SELECT id FROM line
"""  # noqa: S608 - names of tables


def people_followed_by(user: User) -> Q:
    """Return the condition on people whose gaps somebody sees; the line they lead goes down to the last."""
    led = RawSQL(_LINE, [user.pk])  # noqa: S611 - a constant; what is given is a parameter
    return Q(pk=user.pk) | Q(unit_id__in=units_where(user, ASSESS, SEE)) | Q(pk__in=led)


def follows(user: User, person: User) -> bool:
    """Tell whether somebody sees the gaps of a person."""
    return user.pk == person.pk or User.objects.filter(people_followed_by(user), pk=person.pk).exists()


def people_counted(
    user: User, asking: Asking, *, unit: Unit | None = None, words: str = "", only_gaps: bool = False
) -> QuerySet[User]:
    """Return the people whose gaps somebody sees, narrowed, also of whom nothing is asked.

    What is counted by component is the same with them and without: of these people PostgreSQL counts it five times
    as fast as of `people_shown`, which look once more who has a profile.
    """
    found = User.objects.filter(people_followed_by(user), is_active=True)
    if unit is not None:
        found = found.filter(unit_id__in=UnitPath.objects.filter(ancestor=unit).values("descendant_id"))
    for word in words.split()[:6]:
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word))
    if only_gaps:
        lacking, given = asking.lacking(f"{_USERS}.id")
        found = found.filter(RawSQL(lacking, given, BooleanField()))  # noqa: S611 - constants
    return found.select_related("unit")


def people_shown(
    user: User,
    asking: Asking,
    *,
    unit: Unit | None = None,
    words: str = "",
    only_gaps: bool = False,
    only_asked: bool = False,
) -> QuerySet[User]:
    """Return the people whose gaps somebody sees, narrowed; where `asking` is of one profile, those who have it.

    `only_asked` leaves out of whom no profile asks anything.
    """
    found = people_counted(user, asking, unit=unit, words=words, only_gaps=only_gaps)
    if only_asked or asking.profile_id is not None:
        found = found.filter(pk__in=RawSQL(*asking.holders()))  # noqa: S611 - constants
    return found


def who_lack(people: QuerySet[User], asking: Asking, component: int) -> QuerySet[User]:
    """Return those of the people who lack a component at the level that is asked of them."""
    return people.filter(pk__in=RawSQL(*asking.who_lack(component)))  # noqa: S611 - constants
