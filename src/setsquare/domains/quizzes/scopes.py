"""Who sees which quizzes and attempts, as conditions on Record; and who knows what is right."""

from django.db.models import Q

from setsquare.domains.quizzes.content import ALWAYS, PASSED
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.permissions import MANAGE, READ
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import led_by, permissions_in, units_where
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def quiz_scope(_thing: Thing, user: User) -> Q:
    """Quizzes that were released for readers, upwards too; those in preparation for who manages quizzes."""
    ready = Q(state__in=("in_force", "withdrawn"))
    return (
        (ready & Q(unit_id__in=units_where(user, READ, upwards=True)))
        | Q(unit_id__in=units_where(user, MANAGE))
        | Q(owner_id=user.pk)
    )


def attempt_scope(_thing: Thing, user: User) -> Q:
    """One's own attempts, those of the people whom one leads, and those at quizzes that one manages."""
    return (
        Q(quiz_attempt__person_id=user.pk)
        | Q(unit_id__in=units_where(user, MANAGE))
        | Q(quiz_attempt__person__unit_id__in=units_where(user, MANAGE))
        | led_by(user, "quiz_attempt__person__")
    )


def people_followed_by(user: User) -> Q:
    """Return the condition on people whose results somebody sees: their own, whose they run, whom they lead."""
    return Q(pk=user.pk) | Q(unit_id__in=units_where(user, MANAGE)) | led_by(user)


def knows_answers(record: Record, user: User) -> bool:
    """Tell whether `user` knows the questions of a quiz and what is right: who owns or manages it."""
    return record.owner_id == user.pk or MANAGE in permissions_in(user, record.unit_id)


def knows_order(record: Record, user: User) -> bool:
    """Tell whether `user` knows in which order an attempt shows what the quiz says.

    Who manages the quiz does, once it is handed in: before, the order tells what is right.
    """
    return record.state != "started" and MANAGE in permissions_in(user, record.unit_id)


def shows_right(attempt: QuizAttempt, user: User) -> bool:
    """Tell whether `user` may be shown what of an attempt was right.

    Who took it, as the version says; who manages the quiz, once it is handed in; others who see the attempt never.
    """
    state = attempt.record.state
    if attempt.submitted is None:
        return False
    if attempt.person_id == user.pk:
        shows = attempt.content.rules.shows
        return shows == ALWAYS or (shows == PASSED and state == "passed")
    return MANAGE in permissions_in(user, attempt.record.unit_id)
