"""Rules of development plans: who writes, agrees and follows them, and what fits into one."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

from setsquare.domains.development.looking import levels_held
from setsquare.domains.development.models import DevelopmentPlan
from setsquare.domains.development.permissions import MANAGE
from setsquare.domains.development.scopes import manages
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import leads as heads
from setsquare.kernel.commands.declaration import Situation, by_permission, of_its_own
from setsquare.kernel.qualifications.subjects import parts_of, why_not_there
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label


@of_its_own
def themself(situation: Situation) -> Label | None:
    """Rule: the person whose plan it is."""
    plan: DevelopmentPlan = situation.detail
    if plan.person_id == situation.user.pk:
        return None
    return _("This plan is of %(name)s.") % {"name": plan.person.name}


def mentors(situation: Situation) -> Label | None:
    """Rule: their mentor."""
    return None if situation.detail.mentor_id == situation.user.pk else _("You are not the mentor.")


@by_permission(MANAGE, line=True)
def leads_person(situation: Situation) -> Label | None:
    """Rule: their line manager, or who manages development where they are."""
    plan: DevelopmentPlan = situation.detail
    if heads(situation.user, plan.person) or _manages(situation, plan.person):
        return None
    return _("Only the line manager of %(name)s, or who manages development there, may do this.") % {
        "name": plan.person.name
    }


def _manages(situation: Situation, person: User) -> bool:
    if situation.subject.unit_id == person.unit_id:  # whose permissions are known already
        return MANAGE in situation.permissions
    return manages(situation.user, person)


def not_alone(situation: Situation) -> Label | None:
    """Rule: nobody agrees or ends their own plan."""
    if situation.detail.person_id != situation.user.pk:
        return None
    return _("This plan is yours; your line manager, or who manages development, does this.")


def agreed_together(situation: Situation) -> Label | None:
    """Rule: what was agreed is not changed by its person alone."""
    if situation.subject.state != "agreed":
        return None
    if situation.detail.person_id != situation.user.pk:
        return None
    return _("It is agreed: your line manager changes it, or you revise it and propose it anew.")


WRITERS = (themself, leads_person)
LINE = (leads_person,)
FOLLOWERS = (themself, mentors, leads_person)


class Aimed(Protocol):
    """What of a target is looked at."""

    subject: Record
    topic: str
    level: int


def wrong_targets(
    person: User, targets: Sequence[Aimed], kept: dict[tuple[int, str], int]
) -> Iterator[tuple[str, Label]]:
    """Yield what is wrong with targets, at their places; `kept` are the levels that the plan aims at already."""
    parts = parts_of(target.subject for target in targets)
    held = levels_held(person, (target.subject.pk for target in targets))
    seen: set[tuple[int, str]] = set()
    for place, target in enumerate(targets):
        key = (target.subject.pk, target.topic)
        if key in seen:
            yield f"targets.{place}.topic", _("This is a target already; leave one of them out.")
        elif why := why_not_there(target.subject, target.topic, target.level, parts):
            yield f"targets.{place}.{why[0]}", why[1]
        elif held.get(key, 0) >= target.level and kept.get(key) != target.level:
            sentence = _("%(name)s already holds this (level %(level)s).")
            told = sentence % {"name": person.name, "level": held[key]}
            yield f"targets.{place}.level", told
        seen.add(key)
