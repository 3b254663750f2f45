"""How far a plan is: what its person holds of each target, and which of its actions are done."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from setsquare.domains.development.models import Action, DevelopmentPlan, Target
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.queries import held, holding
from setsquare.kernel.qualifications.subjects import Part, parts_of

Levels = Mapping[tuple[int, str], int]
"""The levels that somebody holds, by subject and topic."""


@dataclass(frozen=True)
class Standing:
    """How the person stands to a target."""

    target: Target
    held: int
    """The level that they hold; 0: none."""
    part: Part | None

    @property
    def met(self) -> bool:
        """Tell whether they hold what is aimed at, or more."""
        return self.held >= self.target.level

    @property
    def graded(self) -> bool:
        """Tell whether there is more than holding it or not."""
        return self.part is None or len(self.part.levels) > 1 or self.target.level > 1

    @property
    def topic(self) -> str:
        """Return which part of the subject it is, with its title; empty for the whole."""
        return f"{self.target.topic} {self.part.title if self.part is not None else ''}".strip()

    @property
    def aim(self) -> str:
        """Return in words what is aimed at."""
        return self._named(self.target.level) if self.graded else _("To be held")

    @property
    def now(self) -> str:
        """Return in words what is held."""
        if not self.held:
            return _("Does not hold it")
        return self._named(self.held) if self.graded else _("Holds it")

    def _named(self, level: int) -> str:
        name = self.part.levels.get(level, "") if self.part is not None else ""
        told = _("Level %(level)s") % {"level": level}
        return f"{told} · {name}" if name else told


def levels_held(person: User, subjects: Iterable[int], at: dt.datetime | None = None) -> Levels:
    """Return what a person holds of some subjects, now or at a time."""
    rows = holding() if at is None else held(at)
    rows = rows.filter(user=person, subject__in=set(subjects)).order_by("level")
    return {
        (subject, topic): level for subject, topic, level in rows.values_list("subject", "topic", "level")
    }


def standings(plan: DevelopmentPlan, at: dt.datetime | None = None) -> list[Standing]:
    """Return how the person stands to each target, now or at a time; once it is completed, as it was then."""
    targets = plan.all_targets
    if not targets:
        return []
    levels = levels_held(plan.person, (target.subject_id for target in targets), at)
    parts = parts_of(target.subject for target in targets)
    return [
        Standing(
            target,
            levels.get((target.subject_id, target.topic), 0) if target.held is None else target.held,
            parts.get((target.subject_id, target.topic)),
        )
        for target in targets
    ]


def done_of(actions: Collection[Action]) -> tuple[int, int, int]:
    """Return how many of the actions are done, how many were dropped, and how many there are: dropped is not done."""
    counts = Counter(action.state for action in actions)
    return counts[Action.State.DONE], counts[Action.State.DROPPED], len(actions)
