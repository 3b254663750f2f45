"""Who sees which quizzes and attempts, as conditions on Record; and who knows what is right."""

from django.db.models import Q

from setsquare.domains.quizzes.content import ALWAYS, PASSED
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.permissions import MANAGE, READ, SEE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import led_by, permissions_in, units_where
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import OPEN, Hidden, Thing

ORDER = Hidden(keys=frozenset({"drawn"}))
"""What tells of an attempt, before it is handed in, which answers are right."""


def quiz_scope(_thing: Thing, user: User) -> Q:
    """Quizzes that were released for readers, upwards too; those in preparation for who manages quizzes."""
    ready = Q(state__in=("in_force", "withdrawn"))
    return (
        (ready & Q(unit_id__in=units_where(user, READ, upwards=True)))
        | Q(unit_id__in=units_where(user, MANAGE))
        | Q(owner_id=user.pk)
    )


def attempt_scope(_thing: Thing, user: User) -> Q:
    """One's own attempts, those of people whom one leads or whose training one sees, and at quizzes one manages."""
    return (
        Q(quiz_attempt__person_id=user.pk)
        | Q(unit_id__in=units_where(user, MANAGE))
        | Q(quiz_attempt__person__unit_id__in=units_where(user, MANAGE, SEE))
        | led_by(user, "quiz_attempt__person__")
    )


def people_followed_by(user: User) -> Q:
    """Return the condition on people whose results somebody sees: their own, whose they run or see, whom they lead."""
    return Q(pk=user.pk) | Q(unit_id__in=units_where(user, MANAGE, SEE)) | led_by(user)


def knows_answers(record: Record, user: User) -> bool:
    """Tell whether `user` knows the questions of a quiz and what is right: who owns or manages it."""
    return record.owner_id == user.pk or MANAGE in permissions_in(user, record.unit_id)


def knows_order(record: Record, user: User) -> bool:
    """Tell whether `user` knows in which order an attempt shows what the quiz says.

    Who manages the quiz does, once it is handed in: before, the order tells what is right.
    """
    return record.state != "started" and MANAGE in permissions_in(user, record.unit_id)


def hidden_of_attempt(record: Record, user: User) -> Hidden:
    """Return what of an attempt is hidden from `user`: of who sees but the training of its person the answers, too."""
    if knows_order(record, user):
        return OPEN
    person = record.quiz_attempt.person
    if user.pk == person.pk or (user.may_sign and person.manager_id == user.pk):
        return ORDER
    if any(MANAGE in permissions_in(user, unit) for unit in (record.unit_id, person.unit_id)):
        return ORDER
    return Hidden(keys=ORDER.keys | {"answers"})


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
