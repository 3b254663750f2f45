"""Taking a quiz: begun, answered, handed in once, by its person or by the clock; and declared void."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from django.db.models import F
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.quizzes.content import CODE, LINE, MOST_OPTIONS, MOST_QUESTIONS
from setsquare.domains.quizzes.models import Quiz, QuizAttempt
from setsquare.domains.quizzes.permissions import READ
from setsquare.domains.quizzes.rules import MANAGERS, is_own, not_own
from setsquare.domains.quizzes.scoring import draw, misfit, score
from setsquare.domains.quizzes.standing import standings, why_void
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in, expiry_of, months_later
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label

GRACE = dt.timedelta(seconds=20)
"""How long after its time an attempt can still be handed in: what was sent in time may arrive late."""


OfQuiz = Annotated[
    RecordRef,
    Shown(gettext_lazy("Quiz"), widget=Widget.RECORD, of="quiz", states={"quiz": ("in_force",)}),
]


class Start(Body):
    """Which quiz is begun; it is always whoever asks who takes it."""

    quiz: OfQuiz


class AnswerRow(Body):
    """What is answered to one question."""

    question: Annotated[str, Field(min_length=1, max_length=CODE), Shown(gettext_lazy("Question"))]
    answer: Annotated[
        list[Annotated[str, Field(max_length=LINE)]],
        Field(max_length=MOST_OPTIONS),
        Shown(
            gettext_lazy("Answer"),
            gettext_lazy(
                "The places of the options as shown, from 1; true or false; a number; a text. Of an ordering or a "
                "matching question, for each item in its order the number of what is chosen, 0 for none yet."
            ),
        ),
    ] = []


class Answered(Body):
    """Answers; those to other questions stay as they were."""

    answers: Annotated[
        Sequence[AnswerRow],
        Field(max_length=MOST_QUESTIONS),
        Shown(gettext_lazy("Answers"), widget=Widget.ROWS),
    ] = ()


@command(
    "quiz_attempt",
    "start",
    label=gettext_lazy("Take a quiz"),
    past=gettext_lazy("began it"),
    body=Start,
    who=(permitted(READ),),
    creates=True,
    made_in=lambda _actor, body: body.quiz.unit_id,
    outright=True,
)
def start(act: Act, body: Start) -> Record:
    """Begin an attempt: its questions are drawn and stay the same until it is handed in."""
    if body.quiz.type != "quiz":
        raise Refused({"quiz": _("%(number)s is no quiz.") % {"number": body.quiz.number}})
    person = User.objects.select_for_update().get(pk=act.user.pk)  # two starts at once: the second waits here
    quiz = Quiz.objects.select_related("record__unit").get(pk=body.quiz.pk)
    stand = standings([quiz], person, act.now)[quiz.pk]
    kept = stand.running if stand.running is not None and why_void(stand.running) else None
    if why := (replace(stand, attempts=stand.done) if kept else stand).why_not(act.now):
        raise Refused({"quiz": why})
    if kept is not None:
        act.also("quiz_attempt", "lay_aside", kept.record)
    content = quiz.in_force
    if content is None:
        raise LookupError(f"{quiz} is in force without a content")
    drawn = draw(content)
    minutes = content.rules.minutes
    record = act.create(
        title=quiz.record.title,
        unit=quiz.record.unit,
        owner=person,
        quiz=quiz,
        person=person,
        edition=quiz.edition,
        started=act.now,
        deadline=act.now + dt.timedelta(minutes=minutes) if minutes else None,
        drawn=drawn,
        most=score(content, drawn, {}).most,
    )
    act.conclude(
        gettext_noop("You have begun %(number)s. What you answer is kept; hand it in once you are done.")
    )
    return record


def _in_time(situation: Situation) -> Label | None:
    attempt: QuizAttempt = situation.detail
    if attempt.deadline is None or situation.now <= attempt.deadline + GRACE:
        return None
    return _("The time is over; what was answered until then is handed in.")


def _without_key(situation: Situation) -> Label | None:
    """Rule: who takes it has not come to see what is right in it since they began."""
    return why_void(situation.detail) or None


def _keep(act: Act, rows: Sequence[AnswerRow]) -> None:
    """Put answers into the attempt; refuse at its place what cannot be one."""
    attempt: QuizAttempt = act.detail
    content, asked = attempt.content, {one["question"] for one in attempt.drawn}
    answers, wrong = dict(attempt.answers), {}
    for place, row in enumerate(rows):
        if row.question not in asked:
            sentence = _("This attempt does not ask “%(code)s”.")
            wrong[f"answers.{place}.question"] = sentence % {"code": row.question}
            continue
        given = [one for one in row.answer if one]
        if why := misfit(content.by_code[row.question], given):
            wrong[f"answers.{place}.answer"] = why
        elif given:
            answers[row.question] = given
        else:
            answers.pop(row.question, None)
    if wrong:
        raise Refused(wrong)
    attempt.answers = answers


@command(
    "quiz_attempt",
    "answer",
    label=gettext_lazy("Answer"),
    past=gettext_lazy("answered"),
    body=Answered,
    who=(is_own,),
    conditions=(_in_time, _without_key),
    reason=Reason.NEVER,
    outright=True,
    listed=False,
    edits=True,
    reindexes=False,
)
def answer(act: Act, body: Answered) -> None:
    """Keep answers; they can be changed until the attempt is handed in."""
    _keep(act, body.answers)
    sentence = gettext_noop("Kept: %(n)s of %(all)s questions have an answer.")
    act.conclude(sentence, n=act.detail.answered, all=len(act.detail.drawn))


@command(
    "quiz_attempt",
    "submit",
    label=gettext_lazy("Hand in"),
    past=gettext_lazy("handed it in"),
    body=Answered,
    who=(is_own,),
    conditions=(_in_time, _without_key),
    done_already=gettext_lazy("You have handed this in already."),
    reason=Reason.NEVER,
    outright=True,
    listed=False,
    reindexes=False,
)
def submit(act: Act, body: Answered) -> None:
    """Hand an attempt in, once; answers given along with it count. The server marks it."""
    _keep(act, body.answers)
    _mark(act)


@command(
    "quiz_attempt",
    "expire",
    label=gettext_lazy("Hand in as it is"),
    past=gettext_lazy("handed it in, as its time was over"),
    reason=Reason.NEVER,
    reindexes=False,
)
def expire(act: Act, _body: Body) -> None:
    """Hand in what was answered once the time is over; the clock does this."""
    attempt: QuizAttempt = act.detail
    if why_void(attempt):
        act.move_to("void")
        return _tell_laid_aside(act)
    _mark(act)
    act.tell(
        attempt.person,
        "quiz",
        gettext_noop("The time for %(number)s %(title)s was over: it was handed in as it was."),
        number=act.record.number,
        title=act.record.title,
    )


@command(
    "quiz_attempt",
    "lay_aside",
    label=gettext_lazy("Lay aside"),
    past=gettext_lazy("laid it aside: who took it had come to see what is right"),
    reason=Reason.NEVER,
    reindexes=False,
)
def lay_aside(act: Act, _body: Body) -> None:
    """Have a running attempt count for nothing, as its person came to see what is right; part of beginning anew."""
    _tell_laid_aside(act)


def _tell_laid_aside(act: Act) -> None:
    attempt: QuizAttempt = act.detail
    act.tell(
        attempt.person,
        "quiz",
        gettext_noop("%(number)s %(title)s is void: you could see what is right since you began it."),
        number=act.record.number,
        title=act.record.title,
    )


def _mark(act: Act) -> None:
    attempt: QuizAttempt = act.detail
    content = attempt.content
    found = score(content, attempt.drawn, attempt.answers)
    attempt.submitted = act.now
    attempt.points, attempt.percent = found.points, found.percent
    passed = found.reaches(content.rules.pass_percent)
    act.move_to("passed" if passed else "failed")
    act.say(gettext_noop("%(points)s of %(most)s points"), points=found.points, most=found.most)
    told: Mapping[str, int | str] = {
        "points": found.points,
        "most": found.most,
        "percent": number_format(found.percent, decimal_pos=1),
        "mark": content.rules.pass_percent,
    }
    if passed:
        _count(act)
        act.conclude(gettext_noop("Passed: %(points)s of %(most)s points, %(percent)s %%."), **told)
    else:
        sentence = gettext_noop(
            "Not passed: %(points)s of %(most)s points, %(percent)s %%; %(mark)s %% are needed."
        )
        act.conclude(sentence, **told)


def _count(act: Act) -> None:
    """Have an attempt show that its person is qualified in the quiz, for as long as its version says."""
    attempt: QuizAttempt = act.detail
    months, person = attempt.content.rules.validity_months, attempt.person
    day = day_in(attempt.submitted or act.now, person.unit)
    until = expiry_of(months_later(day, months), person.unit) if months else None
    since = attempt.submitted or act.now
    if until is None or until > since:
        act.qualify(person, attempt.quiz.record, since=since, until=until)


def _limited(situation: Situation) -> Label | None:
    """Rule: the person cannot try again as it is, and nobody granted it for this attempt."""
    attempt: QuizAttempt = situation.detail
    if attempt.another:
        return _("Another attempt was granted for this one already.")
    now = standings([attempt.quiz], attempt.person, situation.now)[attempt.quiz_id]
    if now.limited(situation.now):
        return None
    return _("Nothing keeps %(name)s from trying again.") % {"name": attempt.person.name}


@command(
    "quiz_attempt",
    "grant_another",
    label=gettext_lazy("Grant another attempt"),
    past=gettext_lazy("granted another attempt"),
    who=MANAGERS,
    barred=(not_own,),
    conditions=(_limited,),
    reason=Reason.ALWAYS,
    prominent=True,
    reindexes=False,
    hint=gettext_lazy("This one is not counted, and the next can begin at once; its result stays."),
)
def grant_another(act: Act, _body: Body) -> None:
    """Let somebody try once more who has used up their attempts, or would have to wait."""
    attempt: QuizAttempt = act.detail
    attempt.another = True
    act.tell(
        attempt.person,
        "quiz",
        gettext_noop("%(who)s granted you another attempt at %(number)s %(title)s: %(reason)s"),
        who=act.user.name,
        number=attempt.quiz.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(name)s can take it once more and is told."), name=attempt.person.name)


@command(
    "quiz_attempt",
    "void",
    label=gettext_lazy("Declare void"),
    past=gettext_lazy("declared it void"),
    who=MANAGERS,
    barred=(not_own,),
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy(
        "It no longer shows that its person passed. The certificate of an online course that it gave is revoked."
    ),
)
def void(act: Act, _body: Body) -> None:
    """Have an attempt count no more; another one that was passed counts in its place."""
    attempt: QuizAttempt = act.detail
    if act.disqualify():
        others = QuizAttempt.objects.filter(
            person=attempt.person, quiz=attempt.quiz, record__state="passed"
        ).exclude(pk=attempt.pk)
        best = others.select_related("record").order_by(F("submitted").desc()).first()
        if best is not None:
            act.also("quiz_attempt", "take_up", best.record)
    act.tell(
        attempt.person,
        "quiz",
        gettext_noop("%(who)s declared your attempt %(number)s %(title)s void: %(reason)s"),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(number)s is void and no longer counts."))


@command(
    "quiz_attempt",
    "take_up",
    label=gettext_lazy("Take up"),
    past=gettext_lazy("counts in place of a void one"),
    reason=Reason.NEVER,
    reindexes=False,
)
def take_up(act: Act, _body: Body) -> None:
    """Have an earlier attempt count again, as the one after it is void; part of declaring that void."""
    _count(act)
