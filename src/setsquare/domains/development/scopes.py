"""Who sees a development plan: its person, their mentor and line manager, and who may see or manage it there."""

from django.db.models import Q

from setsquare.domains.development.models import DevelopmentPlan
from setsquare.domains.development.permissions import MANAGE, SEE, SEEING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import leads as heads
from setsquare.kernel.accounts.rights import led_by, permissions_in, units_where
from setsquare.kernel.records.things import Thing


def plan_scope(_thing: Thing, user: User) -> Q:
    """Return the condition on the plans that somebody sees: a subquery, the same cost for everybody."""
    return (
        Q(development_plan__person_id=user.pk)
        | Q(development_plan__mentor_id=user.pk)
        | led_by(user, "development_plan__person__")
        | Q(development_plan__person__unit_id__in=units_where(user, MANAGE, SEE))
    )


def leads(user: User, person: User) -> bool:
    """Tell whether somebody may agree what a person plans: as line manager, or as who manages development there."""
    if not user.is_active or user.pk == person.pk:
        return False
    return heads(user, person) or manages(user, person)


def manages(user: User, person: User) -> bool:
    """Tell whether somebody manages development in the unit of a person."""
    return person.unit_id is not None and MANAGE in permissions_in(user, person.unit_id)


def privy(user: User, person: User, mentor: User | None) -> bool:
    """Tell whether somebody sees the plan of a person with such a mentor."""
    if user in (person, mentor) or heads(user, person):
        return True
    return person.unit_id is not None and not SEEING.isdisjoint(permissions_in(user, person.unit_id))


def sees(user: User, plan: DevelopmentPlan) -> bool:
    """Tell whether somebody sees a plan."""
    return privy(user, plan.person, plan.mentor)
