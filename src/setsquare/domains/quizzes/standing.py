"""How people stand to quizzes: whether they may begin one now, and what came of it so far."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.quizzes.knowing import managed_since
from setsquare.domains.quizzes.models import Quiz, QuizAttempt
from setsquare.domains.quizzes.permissions import MANAGE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record

UNTAKEN, BEGUN, HELD, FAILED, LAPSED = "untaken", "begun", "held", "failed", "lapsed"


@dataclass(frozen=True)
class Standing:
    """How a person stands to a quiz."""

    quiz: Quiz
    attempts: tuple[QuizAttempt, ...]
    """Those that count, the oldest first."""
    held: Qualification | None
    made: bool = False
    """Whether the person wrote or released the version in force."""
    knows: bool = False
    """Whether the person may see what is right: nobody sits an examination to which they have the key."""
    knew: bool = False
    """Whether they could see it at some time since the version in force was written."""

    @property
    def running(self) -> QuizAttempt | None:
        """Return the attempt that was begun and not handed in."""
        return next((one for one in self.attempts if one.submitted is None), None)

    @property
    def done(self) -> tuple[QuizAttempt, ...]:
        """Return those that were handed in."""
        return tuple(one for one in self.attempts if one.submitted is not None)

    @property
    def last(self) -> QuizAttempt | None:
        """Return the newest attempt that was handed in."""
        done = self.done
        return max(done, key=lambda one: (one.submitted, one.pk)) if done else None

    @property
    def since(self) -> tuple[QuizAttempt, ...]:
        """Return the attempts since the person passed last."""
        passed = [place for place, one in enumerate(self.attempts) if one.record.state == "passed"]
        return self.attempts[passed[-1] + 1 :] if passed else self.attempts

    @property
    def tried(self) -> int:
        """Return how many of them count: not those in whose place another was granted."""
        return sum(not one.another for one in self.since)

    @property
    def code(self) -> str:
        """Return it as a word."""
        if self.running is not None:
            return BEGUN
        if self.held is not None:
            return HELD
        if self.last is None:
            return UNTAKEN
        return LAPSED if any(one.record.state == "passed" for one in self.attempts) else FAILED

    def why_not(self, now: dt.datetime) -> str:
        """Return why the person cannot begin the quiz now, empty where they can."""
        number = self.quiz.record.number
        content = self.quiz.in_force
        if self.quiz.record.state != "in_force" or content is None:
            return _("%(number)s is not in force; nobody can begin it.") % {"number": number}
        if self.made:
            sentence = _(
                "You wrote or released the version of %(number)s that is in force: it would show nothing of you."
            )
            return sentence % {"number": number}
        if self.knew and not self.knows:
            sentence = _(
                "You could see what is right in %(number)s until lately: taking it would show nothing of you"
                " before its next version."
            )
            return sentence % {"number": number}
        if self.knows:
            sentence = _("You may see what is right in %(number)s: taking it would show nothing of you.")
            return sentence % {"number": number}
        if self.running is not None:
            sentence = _("You have begun %(quiz)s already: go on with %(attempt)s.")
            return sentence % {"quiz": number, "attempt": self.running.record.number}
        return self.limited(now)

    def limited(self, now: dt.datetime) -> str:
        """Return why the person cannot try again yet, or any more; empty where the attempts allow it."""
        content = self.quiz.in_force
        if content is None:
            return ""
        number, most, last = self.quiz.record.number, content.rules.attempts, self.last
        if most is not None and self.tried >= most:
            count = len(self.since)
            sentence = ngettext(
                "You have used the %(n)s attempt at %(number)s; speak to %(name)s, who owns the quiz.",
                "You have used the %(n)s attempts at %(number)s; speak to %(name)s, who owns the quiz.",
                count,
            )
            return sentence % {"n": count, "number": number, "name": self.quiz.record.owner.name}
        if last is None or last.submitted is None or last.record.state != "failed" or last.another:
            return ""
        again = last.submitted + dt.timedelta(days=content.rules.wait_days)
        if now >= again:
            return ""
        when = date_format(localtime(again), "DATETIME_FORMAT")
        return _("You can try %(number)s again from %(when)s on.") % {"number": number, "when": when}


def standings(quizzes: Collection[Quiz], person: User, now: dt.datetime) -> Mapping[int, Standing]:
    """Return how a person stands to each of these quizzes, by its id.

    It takes five queries at most, and some more where roles or units were changed since a quiz was written.
    """
    keys = [quiz.pk for quiz in quizzes]
    attempts: dict[int, list[QuizAttempt]] = {}
    rows = QuizAttempt.objects.filter(person=person, quiz__in=keys).exclude(record__state="void")
    for row in rows.select_related("record").order_by("started", "pk"):
        attempts.setdefault(row.quiz_id, []).append(row)
    held = {one.subject_id: one for one in holding(now).filter(user=person, subject__in=keys, topic="")}
    managed = Record.objects.filter(pk__in=keys, unit_id__in=units_where(person, MANAGE))
    known = set(managed.values_list("pk", flat=True))
    known |= {quiz.pk for quiz in quizzes if quiz.record.owner_id == person.pk}
    others = {quiz.pk: quiz.written_since for quiz in quizzes if quiz.pk not in known}
    knew = managed_since(others, person)
    return {
        quiz.pk: Standing(
            quiz,
            tuple(attempts.get(quiz.pk, ())),
            held.get(quiz.pk),
            made=person.username in quiz.makers,
            knows=quiz.pk in known,
            knew=quiz.pk in knew,
        )
        for quiz in quizzes
    }


def why_void(attempt: QuizAttempt) -> str:
    """Return why a running attempt shows nothing of its person any more, empty where it does.

    Nobody keeps an examination in store until they have its key: whoever owns or manages the quiz now, or did so at
    some time since the version that they answer was being written, cannot hand it in.
    """
    quiz, person = attempt.quiz, attempt.person
    manages = Record.objects.filter(pk=quiz.pk, unit_id__in=units_where(person, MANAGE)).exists()
    knew = managed_since({quiz.pk: quiz.begun_to_write(attempt.edition)}, person)
    if not (manages or knew or quiz.record.owner_id == person.pk):
        return ""
    sentence = _(
        "You could see what is right in %(number)s since you began: handing it in would show nothing of you."
    )
    return sentence % {"number": quiz.record.number}
