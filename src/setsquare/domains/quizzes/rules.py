"""Who may write and release quizzes, who takes them, and what has to be true first."""

from django.utils.translation import gettext as _

from setsquare.domains.organisation.taking import why_taken
from setsquare.domains.quizzes.content import gaps
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.permissions import MANAGE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.declaration import Situation, of_its_own, owner, permitted
from setsquare.kernel.records.things import Label

WRITERS = (permitted(MANAGE), owner())
MANAGERS = (permitted(MANAGE),)
MOST_NAMED = 5
"""People that a sentence names."""


def not_alone(situation: Situation) -> Label | None:
    """Rule: who alone wrote the draft does not release it, where somebody else may."""
    quiz: Quiz = situation.detail
    if quiz.authors != [situation.user.username] or situation.unit_id is None:
        return None
    others = [one.name for one in who_may(MANAGE, situation.unit_id) if one.pk != situation.user.pk]
    if not others:
        return why_taken(situation.user, [MANAGE], situation.unit_id)
    names = ", ".join(others[:MOST_NAMED]) + (" …" if len(others) > MOST_NAMED else "")
    return _("You alone wrote this draft; somebody else releases it: %(names)s.") % {"names": names}


def writers_of_draft(situation: Situation) -> list[User]:
    """Return who wrote the draft; nobody to who did so, of whom another rule tells."""
    if situation.user.username in situation.detail.authors:
        return []
    return list(User.objects.filter(username__in=situation.detail.authors).order_by("pk"))


def something_new(situation: Situation) -> Label | None:
    """Rule: there is a draft that says something else than what is in force."""
    return (
        None if situation.detail.draft else _("Nothing differs from the version in force; change it first.")
    )


def complete(situation: Situation) -> dict[str, Label]:
    """Return what the draft lacks before it can be released, by place."""
    quiz: Quiz = situation.detail
    return dict(gaps(quiz.drafted)) if quiz.drafted is not None else {}


@of_its_own
def is_own(situation: Situation) -> Label | None:
    """Rule: the attempt is the person's own; nobody answers for another."""
    if situation.detail.person_id == situation.user.pk:
        return None
    name = situation.detail.person.name
    return _("This attempt is of %(name)s; nobody takes a quiz for another.") % {"name": name}


def not_own(situation: Situation) -> Label | None:
    """Rule: nobody decides on their own attempt."""
    if situation.detail.person_id == situation.user.pk:
        return _("This attempt is yours; somebody else decides on it.")
    return None
