"""By whose hand somebody may agree or confirm, who can do it as things stand, and from whom the right was taken.

Who assessed or recorded something chooses nobody who looks at it in their place, while others can. That is who holds
the right now, by another hand, and whom the rules in force let do it: who cannot is no reason to keep anybody from it.
Where nobody else can, whom they chose does it, so that nobody is locked out, and the trail says so. Where they took the
right from others within that time, it says that as well, and who lost it and who looks after the units is told.
"""

from collections.abc import Sequence

from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.permissions import ASSESS
from setsquare.domains.organisation.giving import owing
from setsquare.domains.organisation.taking import (
    made_manager_by,
    taken_over,
    units_before,
)
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.authorising import allowed_by_rules
from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.records.things import thing_of

WAITING_FOR = {"draft": "agree", "submitted": "agree", "recorded": "confirm"}
"""By which command somebody looks at an assessment as the second one, by its state."""


def made_by(assessment: Assessment) -> list[User]:
    """Return who assessed it and who recorded it."""
    made = (assessment.assessor, assessment.recorder)
    return list(dict.fromkeys(one for one in made if one is not None))


def owing_to_makers(assessment: Assessment) -> dict[int, User]:
    """Return who may assess the person only by the hand of those who assessed or recorded it, and by whose."""
    person = assessment.person
    about = person.file.record if hasattr(person, "file") else None
    return owing(made_by(assessment), [ASSESS], person.unit_id, about=about)


def who_gave_manager(assessment: Assessment) -> User | None:
    """Return who of those who assessed or recorded it gave the person their manager a short while ago."""
    return next((one for one in made_by(assessment) if made_manager_by(assessment.person, one)), None)


def able_by_rules(assessment: Assessment, people: Sequence[User]) -> list[User]:
    """Return whom of people the rules in force let agree or confirm now; of what is agreed already, all."""
    name = WAITING_FOR.get(assessment.record.state)
    if name is None or not people:
        return list(people)
    situation = Situation(Actor.system(), thing_of("assessment"), assessment.record)
    sure = [one for one in people if one.may_sign]
    return allowed_by_rules(sure, situation, command_of("assessment", name)) if sure else []


def lost_it(assessment: Assessment) -> list[User]:
    """Return from whom those who made it took, within the last 30 days, what would let them look at it."""
    found: dict[int, User] = {}
    person = assessment.person
    if hasattr(person, "file"):
        for maker in made_by(assessment):
            found |= {one.pk: one for one in taken_over(person, maker, ASSESS)}
    kept_out = _no_losers(assessment)
    return sorted(
        (one for pk, one in found.items() if pk not in kept_out), key=lambda one: (one.name, one.pk)
    )


def places_of(assessment: Assessment) -> list[Unit]:
    """Return where the person is, and where they were until those who made it transferred them a short while ago."""
    person = assessment.person
    found = [person.unit, *(unit for maker in made_by(assessment) for unit in _units_before(person, maker))]
    return list({unit.pk: unit for unit in found if unit is not None}.values())


def _no_losers(assessment: Assessment) -> set[int]:
    """Return the ids of those who lost nothing: who may now, and who has no say in it anyway."""
    person = assessment.person
    there = people_permitted(ASSESS, person.unit) if person.unit is not None else User.objects.none()
    known = {person.pk, person.manager_id or 0, *(one.pk for one in made_by(assessment))}
    return known | set(there.values_list("pk", flat=True))


def _units_before(person: User, maker: User) -> list[Unit]:
    return list(units_before(person.file.record, maker)) if hasattr(person, "file") else []
