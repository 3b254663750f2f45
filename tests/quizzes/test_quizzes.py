"""The life of a quiz: drafted, released in versions, revised, brought in from a table, and what attempts tell of it."""

from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.differing import difference
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.statistics import figures
from setsquare.domains.quizzes.table import written
from setsquare.domains.quizzes.thing import QUIZZES
from setsquare.kernel.commands.errors import NotPermitted, Refused, WrongState
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.records.models import Record
from tests.quizzes.conftest import QUESTIONS, RIGHT, Hall
from tests.unchanged import sent_as_it_came

Q1 = {**QUESTIONS[0], "explanation": "KELVIN-IS-RIGHT"}
EDITING: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {
    "quiz.edit": ({"purpose": "For all."}, None),
    "quiz.set_rules": ({"pass_percent": 90}, None),
    "quiz.change_question": ({"text": "Which?"}, Q1),
    "quiz.move_question": ({"place": 2}, {"code": "Q1", "place": 1}),
    "quiz_attempt.answer": ({"answers": [{"question": "Q3", "answer": ["false"]}]}, {"answers": []}),
}
"""Each command that sets facts alone, what changes something, and its form where it does not come filled."""


def quiz_of(record: Record) -> Quiz:
    return Quiz.objects.select_related("record").get(pk=record.pk)


@pytest.mark.parametrize("key", EDITING)
def test_a_form_sent_as_it_came_changes_nothing(hall: Hall, key: str) -> None:
    change, form = EDITING[key]
    if key == "quiz_attempt.answer":
        sent_as_it_came(hall.anna, hall.start(hall.anna, hall.quiz()), key, change, form)
    else:
        sent_as_it_came(hall.cora, hall.draft(), key, change, form)


def test_nobody_releases_alone_because_they_took_from_others_what_lets_them(hall: Hall) -> None:
    bootstrap.grant(hall.cora, "administrator", "NW")
    record = hall.draft()
    hall.do(hall.cora, hall.mark.file.record, "revoke_role", role="manager", unit="NW")
    with pytest.raises(NotPermitted, match="Within the last 30 days you took from Mark Example"):
        hall.released(record, hall.cora)


def test_a_draft_stands_beside_the_version_in_force_until_somebody_else_releases_it(hall: Hall) -> None:
    record = hall.draft()
    with pytest.raises(
        NotPermitted, match="You alone wrote this draft; somebody else releases it: Mark Example"
    ):
        hall.released(record, hall.cora)
    hall.released(record)
    with pytest.raises(WrongState, match="Nothing differs from the version in force"):
        hall.released(record)
    hall.do(hall.cora, record, "retire_question", code="Q5")
    hall.do(hall.cora, record, "set_rules", pass_percent=90)
    hall.do(hall.cora, record, "add_question", kind="true_false", text="Again?", accepted=["false"])
    quiz = quiz_of(record)
    assert quiz.in_force and quiz.drafted and len(quiz.in_force.in_use) == 5
    found = difference(quiz.in_force, quiz.drafted)
    assert (found.in_words, found.rules) == ("1 added, 1 retired, the rules changed", ("pass_percent",))
    assert [one.code for one in (*found.added, *found.retired)] == ["Q6", "Q5"]
    hall.released(record)
    quiz = quiz_of(record)
    assert [(one["edition"], one["by"]) for one in quiz.editions] == [(1, "mark"), (2, "mark")]
    assert "Q5" in quiz.latest.by_code  # retired, never deleted
    hall.do(hall.cora, record, "restore_question", code="Q5")
    hall.do(hall.cora, record, "discard_draft")
    assert not quiz_of(record).draft


@pytest.mark.parametrize(
    ("question", "field", "sentence"),
    [
        ({"options": []}, "options", "Give two options or more."),
        ({"options": [{"text": "a"}, {"text": "A "}]}, "options", "Two options say the same."),
        ({"options": [{"text": "a"}, {"text": "b"}]}, "options", "Mark which option is right."),
        (
            {"options": [{"text": "a", "right": True}, {"text": "b", "right": True}]},
            "options",
            "Of a single choice one option alone is right; this marks 2.",
        ),
        ({"kind": "true_false", "accepted": ["yes"]}, "accepted", "Write “true” or “false”."),
        ({"kind": "true_false"}, "truth", "Choose whether it is true or false."),
        ({"kind": "text", "truth": "true"}, "truth", "Only of a question of true or false"),
        (
            {"kind": "true_false", "truth": "true", "accepted": ["false"]},
            "accepted",
            "What is right was chosen",
        ),
        ({"kind": "number", "accepted": ["much"]}, "accepted", "Write the right number, such as 12.5."),
        ({"kind": "text"}, "accepted", "Write at least one answer that is accepted."),
        ({"kind": "text", "accepted": ["a"], "tolerance": "1"}, "tolerance", "Only a number has a tolerance"),
        ({**Q1}, "code", "The code “Q1” is used already."),
    ],
)
def test_what_a_question_cannot_be_is_refused_at_its_field(
    hall: Hall, question: dict[str, Any], field: str, sentence: str
) -> None:
    record = hall.draft(QUESTIONS[:1])
    with pytest.raises(Refused) as refused:
        hall.do(hall.cora, record, "add_question", **{"text": "?", **question})
    assert str(refused.value.fields[field]).startswith(sentence)


def test_a_quiz_without_enough_questions_is_not_released(hall: Hall) -> None:
    with pytest.raises(Refused, match="There is no question yet"):
        hall.quiz([])
    with pytest.raises(Refused, match="7 questions are to be drawn, but there are 5"):
        hall.quiz(draw=7)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_questions_go_out_as_a_table_and_come_in_again_whole_or_not_at_all(hall: Hall, form: str) -> None:
    record, other = hall.draft(), hall.draft([])
    data = written(quiz_of(record).latest, form)
    upload = take_in(hall.cora, data, f"questions.{form}").blob_id
    hall.do(hall.cora, other, "import_questions", files=[upload])
    assert quiz_of(other).latest.questions == quiz_of(record).latest.questions
    bad = (
        "code,kind,question,right,option 1,option 2\n"
        "Q1,single,New?,2,No,Yes\nQ9,single,Which?,3,a,b\nQ8,number,How?,many,,\nQ7,riddle,What?,1,,\n"
    )
    upload = take_in(hall.cora, bad.encode(), "bad.csv").blob_id
    with pytest.raises(Refused) as refused:
        hall.do(hall.cora, other, "import_questions", files=[upload])
    told = [str(sentence) for sentence in refused.value.fields.values()]
    assert told[:2] == [
        "Line 3, right: Write the places of the right options, such as 2 or 1, 3.",
        "Line 4, right: Write the right number, such as 12.5.",
    ]
    assert len(told) == 3 and told[2].startswith("Line 5, kind: ")
    assert quiz_of(other).latest.by_code["Q1"].text == "Which unit?"
    good = take_in(hall.cora, bad.split("Q9")[0].encode(), "good.csv").blob_id
    hall.do(hall.cora, other, "import_questions", files=[good])
    assert len(quiz_of(other).latest.questions) == 5
    assert quiz_of(other).latest.by_code["Q1"].right_in_words == "Yes"


def test_statistics_count_first_attempts_exactly(hall: Hall) -> None:
    record = hall.quiz()
    hall.took(hall.anna, record)
    hall.took(hall.ben, record, {**RIGHT, "Q1": ["Lux"], "Q4": ["26"]})
    hall.took(hall.tom, record, {"Q1": ["Kelvin"], "Q3": ["false"]})
    hall.took(hall.tom, record)  # the second one counts for the quiz, not for its questions
    void = hall.took(hall.olga, record)
    hall.do(hall.cora, void, "void", because="She was helped.")
    quiz = quiz_of(record)
    content = quiz.at(1)
    assert content is not None
    found = figures(quiz, 1, content)
    assert (found.attempts, found.passed, found.people) == (4, 2, 3)
    assert found.mean_percent == pytest.approx((100 + 66.7 + 16.7 + 100) / 4)
    assert found.spread == (0, 1, 0, 0, 0, 0, 1, 0, 0, 2)
    by_code = {one.question.code: one for one in found.questions}
    assert [round(one.item.difficulty, 4) for one in found.questions] == [
        0.6667,
        0.6667,
        0.6667,
        0.3333,
        0.6667,
    ]
    assert [(one.text, one.right, one.count) for one in by_code["Q1"].chosen] == [
        ("Kelvin", True, 2),
        ("Ampere", False, 0),
        ("Lux", False, 1),
    ]
    assert [(one.text, one.right, one.count) for one in by_code["Q4"].chosen] == [
        ("25.4", True, 1),
        ("26", False, 1),
    ]
    assert by_code["Q4"].unanswered == 1 and not by_code["Q1"].remarks
    # sums 6, 4, 1; variances of the questions 1/3, 4/3, 1/3, 1/3, 1/3, of the sum 19/3
    assert found.analysis and found.analysis.alpha == pytest.approx(5 / 4 * (1 - (8 / 3) / (19 / 3)))


def test_a_quiz_is_read_in_its_unit_and_below_once_it_is_released(hall: Hall) -> None:
    draft, quiz = hall.draft(), hall.quiz()
    assert set(QUIZZES.visible_to(hall.anna)) == {quiz}
    assert {record.pk for record in QUIZZES.visible_to(hall.mark)} == {draft.pk, quiz.pk}
    assert not QUIZZES.visible_to(hall.nora).exists()
    with pytest.raises(NotPermitted):
        hall.do(hall.anna, quiz, "add_question", text="?", kind="true_false", accepted=["true"])
