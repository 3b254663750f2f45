"""Taking a quiz: marked exactly, handed in once, within its limits, on its version."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.content import Content, Question
from setsquare.domains.quizzes.handlers import hand_in_what_ran_out
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.scoring import Score, draw, is_right, misfit
from setsquare.domains.quizzes.thing import ATTEMPTS
from setsquare.kernel.accounts.models import Grant
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, NotFound, NotPermitted, Refused, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.representation.records import whole
from tests.quizzes.conftest import RIGHT, Hall, as_shown, attempt_of, build, later, role_of
from tests.servers.live import Installations, LiveSetsquare

CHOICE = Question(code="A", text="?", options=({"text": "x", "right": True}, {"text": "y"}, {"text": "z"}))  # type: ignore[arg-type]
MANY = CHOICE.model_copy(
    update={
        "kind": "multiple",
        "options": (*CHOICE.options[:2], CHOICE.options[0].model_copy(update={"text": "z"})),
    }
)
NUMBER = Question(code="N", kind="number", text="?", accepted=("0.3",), tolerance="0.1")
EXACT = NUMBER.model_copy(update={"tolerance": ""})
TEXT = Question(code="T", kind="text", text="?", accepted=("Größe", "two words"))
TRUTH = Question(code="B", kind="true_false", text="?", accepted=("false",))


@pytest.mark.once
@pytest.mark.parametrize(
    ("question", "answer", "order", "right"),
    [
        (CHOICE, ["2"], [1, 0, 2], True),
        (CHOICE, ["1"], [1, 0, 2], False),
        (CHOICE, [], [1, 0, 2], False),
        (MANY, ["1", "2"], [0, 2, 1], True),
        (MANY, ["1"], [0, 2, 1], False),
        (MANY, ["1", "2", "3"], [0, 2, 1], False),
        (NUMBER, ["0.4"], [], True),
        (NUMBER, ["0,2"], [], True),
        (NUMBER, ["0.40001"], [], False),
        (NUMBER, ["1e99999"], [], False),
        (EXACT, [" 0.30 "], [], True),
        (EXACT, ["0.31"], [], False),
        (TEXT, [" Grosse "], [], False),
        (TEXT, ["GRÖßE"], [], True),
        (TEXT, ["Two   WORDS"], [], True),
        (TRUTH, ["false"], [], True),
        (TRUTH, ["true"], [], False),
    ],
)
def test_each_kind_is_marked_exactly(
    question: Question, answer: list[str], order: list[int], right: bool
) -> None:
    assert is_right(question, answer, order) is right


@pytest.mark.once
@pytest.mark.parametrize(
    ("question", "answer", "sentence"),
    [
        (CHOICE, ["4"], "Choose among 1 to 3, each once."),
        (CHOICE, ["1", "2"], "Choose one."),
        (MANY, ["1", "1"], "Choose among 1 to 3, each once."),
        (NUMBER, ["much"], "Write a number, such as 12.5."),
        (NUMBER, ["NaN"], "Write a number, such as 12.5."),
        (TRUTH, ["yes"], "Answer “true” or “false”."),
        (TEXT, ["a", "b"], "Give one answer."),
        (TEXT, ["a"], ""),
    ],
)
def test_what_cannot_be_an_answer_is_told(question: Question, answer: list[str], sentence: str) -> None:
    assert misfit(question, answer) == sentence


@pytest.mark.once
@pytest.mark.parametrize(
    ("points", "most", "percent", "passes"),
    [
        (4, 5, "80", True),
        (7999, 10000, "79.9", False),
        (2, 3, "66.7", False),
        (5, 13, "38.5", False),
        (5, 5, "100", True),
    ],
)
def test_the_pass_mark_is_met_exactly(points: int, most: int, percent: str, passes: bool) -> None:
    found = Score(points, most)
    assert (f"{found.percent.normalize():f}", found.reaches(80)) == (percent, passes)


@pytest.mark.once
def test_questions_are_drawn_and_ordered_by_chance_and_retired_ones_never() -> None:
    bank = tuple(CHOICE.model_copy(update={"code": f"Q{n}", "retired": n == 0}) for n in range(20))
    content = Content(questions=bank).having(rules={"draw": 5})
    found = [draw(content) for _n in range(40)]
    codes = [[one["question"] for one in drawn] for drawn in found]
    assert all(len(set(one)) == 5 and "Q0" not in one for one in codes)
    assert len({tuple(one) for one in codes}) > 30
    assert all(sorted(one["order"]) == [0, 1, 2] for drawn in found for one in drawn)
    fixed = Content(questions=bank).having(rules={"shuffled": False})
    assert [one["question"] for one in draw(fixed)] == [f"Q{n}" for n in range(1, 20)]


def test_what_is_answered_is_kept_and_handed_in_once(hall: Hall) -> None:
    quiz = hall.quiz(validity_months=12)
    attempt = hall.start(hall.anna, quiz)
    first = as_shown(attempt, {"Q1": ["Lux"], "Q3": ["true"]})
    hall.do(hall.anna, attempt, "answer", answers=[row for row in first if row["answer"]])
    hall.do(hall.anna, attempt, "answer", answers=as_shown(attempt, {"Q1": ["Kelvin"]})[:0])
    assert attempt_of(attempt).progress == "2 of 5"
    done = hall.do(hall.anna, attempt, "submit", answers=as_shown(attempt, RIGHT))
    assert (done.record.state, done.conclusion) == ("passed", "Passed: 6 of 6 points, 100.0 %.")
    held = holding().get(user=hall.anna, subject=quiz)
    assert (
        held.evidence == done.record and held.until is not None and 364 < (held.until - held.since).days < 368
    )
    told = {
        "submit": "You have handed this in already.",
        "answer": f"{attempt.number} is “Passed”; this is done while it is “Begun”.",
    }
    for name, sentence in told.items():
        with pytest.raises(WrongState) as wrong:
            hall.do(hall.anna, attempt, name)
        assert (str(wrong.value), wrong.value.states) == (sentence, ("started",))


def test_who_falls_short_is_told_how_far_and_waits(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    quiz = hall.quiz(attempts=2, wait_days=3, pass_percent=100)
    failed = hall.took(hall.anna, quiz, {**RIGHT, "Q3": ["false"]})
    row = attempt_of(failed)
    assert (row.record.state, row.result) == ("failed", "5 of 6 points, 83.3 %")
    with pytest.raises(Refused, match=f"You can try {quiz.number} again from"):
        hall.start(hall.anna, quiz)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", later(days=3, minutes=1))
        again = hall.start(hall.anna, quiz)
        with pytest.raises(Refused, match=f"You have begun {quiz.number} already: go on with {again.number}"):
            hall.start(hall.anna, quiz)
        hall.do(hall.anna, again, "submit")
    monkeypatch.setattr(timezone, "now", later(days=9))
    with pytest.raises(
        Refused, match=f"You have used the 2 attempts at {quiz.number}; speak to Cora Example, who owns"
    ):
        hall.start(hall.anna, quiz)
    assert hall.took(hall.ben, quiz).state == "passed"
    for who, because, said in (
        (hall.anna, "Please.", "Your roles do not allow this"),
        (hall.mark, "", "Say why; the reason is kept"),
    ):
        with pytest.raises(CommandError, match=said):
            hall.do(who, again, "grant_another", because=because)
    hall.do(hall.mark, again, "grant_another", because="The line was loud.")
    told = Notice.objects.filter(user=hall.anna, kind="quiz").latest("pk")
    assert told.values["reason"] == "The line was loud." and "granted you another attempt" in told.text
    with pytest.raises(WrongState, match="was granted for this one already"):
        hall.do(hall.mark, again, "grant_another", because="Once more.")
    assert hall.took(hall.anna, quiz, {**RIGHT, "Q3": ["false"]}).state == "failed"
    with pytest.raises(Refused, match="You have used the 3 attempts"):
        hall.start(hall.anna, quiz)


def test_nobody_sits_an_examination_to_which_they_have_the_key(hall: Hall) -> None:
    quiz = hall.quiz()
    bootstrap.grant(hall.tom, "coordinator", "NW")
    for who, said in (
        (hall.tom, "You may see what is right in"),
        (hall.cora, "You wrote or released the version"),
    ):
        with pytest.raises(Refused, match=said):
            hall.start(who, quiz)
    Grant.objects.filter(user=hall.tom, role__code="coordinator").update(ends=timezone.now())
    with pytest.raises(Refused, match=f"You could see what is right in {quiz.number} until lately"):
        hall.start(hall.tom, quiz)
    Grant.objects.filter(user=hall.tom, role__code="coordinator").update(ends=quiz.created)
    assert hall.start(hall.tom, quiz).state == "started"
    attempt = hall.start(hall.anna, quiz)
    for running in (True, False):
        row = attempt_of(attempt).record
        assert [("drawn" in whole(ATTEMPTS, row, who)) for who in (hall.cora, hall.anna)] == [
            not running,
            False,
        ]
        if running:
            hall.do(hall.anna, attempt, "submit")


def test_who_had_the_key_by_what_their_role_allowed_for_a_minute_shows_nothing_by_an_attempt(
    hall: Hall,
) -> None:
    before = hall.quiz()
    bootstrap.add_role("guest", "Guest", "", ["quizzes.read"])
    role, usual = role_of("guest")
    for person in (hall.tom, hall.anna):
        bootstrap.grant(person, "guest", "NW")
    kept = hall.start(hall.tom, before)
    hall.do(
        hall.rita, role, "set_permissions", permissions=[*usual, "quizzes.manage"], because="For a minute."
    )
    hall.do(hall.rita, role, "set_permissions", permissions=usual, because="Back.")
    with pytest.raises(WrongState, match=f"You could see what is right in {before.number} since you began"):
        hall.do(hall.tom, kept, "submit", answers=as_shown(kept, RIGHT))
    with pytest.raises(Refused, match=f"You could see what is right in {before.number} until lately"):
        hall.start(hall.anna, before)
    assert not holding().filter(user=hall.tom, subject=before).exists()
    written_since = hall.quiz()
    assert hall.took(hall.tom, written_since).state == "passed"


def test_who_had_the_role_only_before_or_after_it_gave_the_key_takes_the_quiz(hall: Hall) -> None:
    quiz = hall.quiz()
    bootstrap.add_role("guest", "Guest", "", ["quizzes.read"])
    role, usual = role_of("guest")
    bootstrap.grant(hall.tom, "guest", "N")
    Grant.objects.filter(user=hall.tom, role__code="guest").update(ends=timezone.now())
    bootstrap.grant(hall.ben, "guest", "S")  # beside the quiz, which is above it
    hall.do(
        hall.rita, role, "set_permissions", permissions=[*usual, "quizzes.manage"], because="For a minute."
    )
    hall.do(hall.rita, role, "set_permissions", permissions=usual, because="Back.")
    bootstrap.grant(hall.anna, "guest", "NW")
    for person in (hall.tom, hall.ben, hall.anna):
        assert hall.took(person, quiz).state == "passed"


def test_who_had_the_key_by_where_a_unit_was_for_a_minute_shows_nothing_by_an_attempt(hall: Hall) -> None:
    bootstrap.grant(hall.tom, "coordinator", "S")
    quiz = hall.draft(unit="N")
    hall.released(quiz)
    kept, other = hall.start(hall.tom, quiz), hall.start(hall.anna, quiz)
    north = Record.objects.get(type="unit", unit_file__part__code="N")
    for parent in ("S", "NW"):
        hall.do(hall.rita, north, "move", parent=parent, because="For a minute.")
    with pytest.raises(WrongState, match=f"You could see what is right in {quiz.number} since you began"):
        hall.do(hall.tom, kept, "submit", answers=as_shown(kept, RIGHT))
    assert hall.do(hall.anna, other, "submit", answers=as_shown(other, RIGHT)).record.state == "passed"


def test_nobody_keeps_an_attempt_in_store_until_they_have_the_key(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiz, timed = hall.quiz(), hall.quiz(minutes=10)
    kept, running = hall.start(hall.tom, quiz), hall.start(hall.tom, timed)
    hall.do(hall.tom, kept, "answer", answers=as_shown(kept, RIGHT))
    bootstrap.grant(hall.tom, "coordinator", "NW")
    said = f"You could see what is right in {quiz.number} since you began"
    for name in ("answer", "submit"):
        with pytest.raises(WrongState, match=said):
            hall.do(hall.tom, kept, name, answers=as_shown(kept, RIGHT))
    Grant.objects.filter(user=hall.tom, role__code="coordinator").update(ends=timezone.now())
    with pytest.raises(WrongState, match=said):
        hall.do(hall.tom, kept, "submit", answers=as_shown(kept, RIGHT))
    monkeypatch.setattr(timezone, "now", later(minutes=11))
    assert hand_in_what_ran_out() == 1
    assert attempt_of(running).record.state == "void"
    told = Notice.objects.filter(user=hall.tom, kind="quiz").latest("pk")
    assert told.text.endswith("is void: you could see what is right since you began it.")
    for code in ("Q5", "Q4"):
        hall.do(hall.cora, quiz, "retire_question", code=code)
        hall.released(quiz)
    anew = hall.start(hall.tom, quiz)
    assert (attempt_of(kept).record.state, attempt_of(anew).record.state) == ("void", "started")
    assert hall.do(hall.tom, anew, "submit", answers=as_shown(anew, RIGHT)).record.state == "passed"
    assert not holding().filter(user=hall.tom, subject=timed).exists()


def test_nobody_takes_a_quiz_for_another_or_one_that_is_not_in_force(hall: Hall) -> None:
    draft, quiz = hall.draft(), hall.quiz()
    with pytest.raises(Refused, match=f"There is no {draft.number} that you can see"):
        hall.start(hall.anna, draft)
    with pytest.raises(Refused, match="is not in force; nobody can begin it"):
        hall.start(hall.cora, draft)
    attempt = hall.start(hall.anna, quiz)
    for name in ("answer", "submit"):
        with pytest.raises(NotPermitted, match="nobody takes a quiz for another"):
            hall.do(hall.cora, attempt, name)
        with pytest.raises(NotFound):
            hall.do(hall.ben, attempt, name)
    with pytest.raises(Refused, match="This attempt does not ask “Q9”"):
        hall.do(hall.anna, attempt, "answer", answers=[{"question": "Q9", "answer": ["1"]}])
    seen = [name for name, who in hall.people.items() if ATTEMPTS.visible_to(who).exists()]
    assert seen == ["cora", "mark", "tom", "anna"]  # Tom leads Anna
    hall.do(hall.cora, quiz, "withdraw", because="It is out of date.")
    with pytest.raises(Refused, match="is not in force"):
        hall.start(hall.ben, quiz)
    assert hall.do(hall.anna, attempt, "submit").record.state == "failed"


def test_the_clock_hands_in_what_was_answered_when_the_time_is_over(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = hall.start(hall.anna, hall.quiz(minutes=10))
    hall.do(hall.anna, attempt, "answer", answers=as_shown(attempt, RIGHT))
    assert hand_in_what_ran_out() == 0
    monkeypatch.setattr(timezone, "now", later(minutes=11))
    with pytest.raises(WrongState, match="The time is over"):
        hall.do(hall.anna, attempt, "submit", answers=as_shown(attempt, {}))
    assert (hand_in_what_ran_out(), hand_in_what_ran_out()) == (1, 0)
    assert attempt_of(attempt).record.state == "passed"


def test_a_version_released_meanwhile_changes_nothing_for_who_has_begun(hall: Hall) -> None:
    quiz = hall.quiz()
    attempt = hall.start(hall.anna, quiz)
    changed = {"code": "Q3", "kind": "true_false", "text": "Is it not so?", "accepted": ["false"]}
    hall.do(hall.cora, quiz, "change_question", **changed)
    hall.do(hall.cora, quiz, "retire_question", code="Q5")
    hall.released(quiz)
    done = hall.do(hall.anna, attempt, "submit", answers=as_shown(attempt, RIGHT)).record
    assert (done.state, attempt_of(done).edition, attempt_of(done).most) == ("passed", 1, 6)
    other = attempt_of(hall.took(hall.ben, quiz, {**RIGHT, "Q3": ["false"]}))
    assert (other.record.state, other.edition, other.most) == ("passed", 2, 5)


def test_a_void_attempt_counts_no_more_and_an_earlier_one_in_its_place(hall: Hall) -> None:
    quiz = hall.quiz()
    first, second = hall.took(hall.anna, quiz), hall.took(hall.anna, quiz)
    assert holding().get(user=hall.anna).evidence == second
    with pytest.raises(NotPermitted):
        hall.do(hall.anna, second, "void", because="I was helped.")
    hall.do(hall.mark, second, "void", because="She was helped.")
    assert holding().get(user=hall.anna).evidence == first
    hall.do(hall.mark, first, "void", because="There too.")
    assert not holding().filter(user=hall.anna).exists()
    own = hall.took(hall.tom, quiz)
    bootstrap.grant(hall.tom, "manager", "NW")
    with pytest.raises(NotPermitted, match="This attempt is yours"):
        hall.do(hall.tom, own, "void", because="No.")


@pytest.fixture
def shared_hall(installations: Installations, django_db_blocker: Any) -> Iterator[tuple[LiveSetsquare, Hall]]:
    """The same in a database of its own, for tests with threads; each thread enters `live.orm()`."""
    live = installations.make(with_worker=False)
    quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}
    with django_db_blocker.unblock(), live.orm(), override_settings(**quick):
        yield live, build()
    installations.discard(live)


def test_of_two_at_the_same_instant_one_counts(shared_hall: tuple[LiveSetsquare, Hall]) -> None:
    live, hall = shared_hall
    quiz = hall.quiz(attempts=1)

    def both(act: Any) -> list[str]:
        barrier, came = threading.Barrier(2), []

        def one(place: int) -> None:
            with live.orm():
                barrier.wait(30)
                try:
                    came.append(act(place).record.state)
                except CommandError as refused:
                    came.append(str(refused.sentence))

        threads = [threading.Thread(target=one, args=(place,)) for place in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return sorted(came, key=len)

    begun = both(lambda _n: carry_out("quiz_attempt", "start", Actor(hall.anna), body={"quiz": quiz.number}))
    attempt = Record.objects.get(type="quiz_attempt")
    assert begun == ["started", f"You have begun {quiz.number} already: go on with {attempt.number}."]
    answers = [as_shown(attempt, RIGHT), []]

    def hand_in(place: int) -> Any:
        given = {"answers": answers[place]}
        return carry_out("quiz_attempt", "submit", Actor(hall.anna), record=attempt, body=given)

    state, sentence = both(hand_in)
    assert state in ("passed", "failed")
    assert sentence == "You have handed this in already."
    row = QuizAttempt.objects.get()
    assert (row.record.version, row.points) == (2, 6 if state == "passed" else 0)
