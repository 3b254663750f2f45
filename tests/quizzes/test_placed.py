"""Ordering and matching questions: written, out and in as a table, taken by selects, marked, counted."""

import json
from typing import Any

import pytest
from django.test import Client

from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.statistics import figures
from setsquare.domains.quizzes.table import written
from setsquare.faces.cli.main import run
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.intake import take_in
from tests.authority.test_looking import bearer
from tests.quizzes.conftest import PASSWORD, Hall, attempt_of

ORDER = [{"text": "Strike out"}, {"text": "Write beside"}, {"text": "Sign"}]
MATCH = [
    {"text": "Metre", "match": "Length"},
    {"text": "Gram", "match": "Mass"},
    {"text": "Inch", "match": "Length"},
]
PLACED = (
    {"code": "Q1", "kind": "ordering", "text": "In which order?", "options": ORDER, "points": 2},
    {"code": "Q2", "kind": "matching", "text": "What is measured?", "options": MATCH},
)
RIGHT = {
    "Q1": {"Strike out": "1", "Write beside": "2", "Sign": "3"},
    "Q2": {"Metre": "1", "Gram": "2", "Inch": "1"},
}


def said(attempt: Any, **other: dict[str, str]) -> dict[str, list[str]]:
    """Return answers by question, in the order in which the attempt shows its items."""
    row = attempt_of(attempt)
    return {
        one["question"]: [
            {**RIGHT, **other}[one["question"]][row.content.by_code[one["question"]].options[place].text]
            for place in one["order"]
        ]
        for one in row.drawn
    }


@pytest.mark.parametrize(
    ("question", "field", "why"),
    [
        ({**PLACED[0], "options": ORDER[:1]}, "options", "two options or more"),
        (
            {**PLACED[0], "options": [*ORDER, {"text": "Copy", "right": True}]},
            "options",
            "Mark none as right",
        ),
        ({**PLACED[0], "options": MATCH}, "options", "Only of a matching question"),
        ({**PLACED[1], "options": [*MATCH, {"text": "Lux"}]}, "options", "Say of each option"),
        ({**PLACED[1], "options": [MATCH[0], MATCH[2]]}, "options", "at least two different"),
        ({**PLACED[1], "accepted": ["Length"]}, "accepted", "leave it empty here"),
    ],
)
def test_what_contradicts_itself_is_refused(hall: Hall, question: Any, field: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        hall.draft([question])
    assert why in str(refused.value.fields[field])


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_takes_them_out_and_in_again(hall: Hall, form: str) -> None:
    quiz = hall.draft(PLACED)
    before = Quiz.objects.get(pk=quiz.pk).latest.questions
    data = written(Quiz.objects.get(pk=quiz.pk).latest, form)
    other = hall.draft(())
    file = take_in(hall.cora, data, f"q.{form}").blob_id
    hall.do(hall.cora, other, "import_questions", files=[file])
    assert Quiz.objects.get(pk=other.pk).latest.questions == before
    wrong = (
        b"code,question,kind,right,option 1,option 2\nM,A?,matching,Mass,Gram,Metre\nO,B?,ordering,1,A,B\n"
    )
    file = take_in(hall.cora, wrong, "w.csv").blob_id
    with pytest.raises(Refused) as refused:
        hall.do(hall.cora, other, "import_questions", files=[file])
    told = str(refused.value.fields)
    assert (
        "Line 2, right: Write to what each option belongs" in told and "Line 3, right: Leave it empty" in told
    )


def test_they_are_taken_by_selects_and_marked_whole(
    hall: Hall, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SETSQUARE_PASSWORD", PASSWORD)
    quiz = hall.quiz(PLACED, shuffled=False, pass_percent=60, shows="always")
    attempt = hall.start(hall.anna, quiz)
    client, where = Client(), f"/quiz-attempts/{attempt.number}/take/"
    client.force_login(hall.anna)
    page = client.get(where).content.decode()
    assert page.count("<select") == 6 and page.index(">Length</option>") < page.index(">Mass</option>")
    answers = said(attempt)
    twice = {"q0": ["1", "1", "0"], "was0": "", "q1": ["0", "0", "0"], "was1": ""}
    refused = client.post(where, {**twice, "later": "1"})
    assert refused.status_code == 422 and "Give each place once." in refused.content.decode()
    half = [answers["Q1"][0], "0", "0"]
    client.post(where, {"q0": half, "was0": "", "q1": ["0", "0", "0"], "was1": "", "later": "1"})
    assert attempt_of(attempt).answers == {"Q1": half}
    run(["questions", attempt.number, "--as", "anna"])
    assert "1. " in capsys.readouterr().out
    api = Client(headers=bearer(hall.anna))
    items = api.get(f"/api/v1/quiz-attempts/{attempt.number}:questions").json()["items"]
    assert sorted(items[1]["items"]) == ["Gram", "Inch", "Metre"]
    assert [one["text"] for one in items[1]["options"]] == ["Length", "Mass"]
    sent = {"q0": answers["Q1"], "was0": "|".join(half), "q1": answers["Q2"], "was1": "", "submit": "1"}
    assert client.post(where, sent).status_code == 303
    assert (attempt_of(attempt).points, attempt_of(attempt).record.state) == (3, "passed")
    other = hall.start(hall.ben, quiz)
    mixed = said(other, Q2={"Metre": "2", "Gram": "2", "Inch": "1"})
    body = {"answers": [{"question": code, "answer": answer} for code, answer in mixed.items()]}
    api = Client(headers=bearer(hall.ben))
    done = api.post(
        f"/api/v1/quiz-attempts/{other.number}:submit", json.dumps(body), content_type="application/json"
    )
    assert done.status_code == 200, done.content
    told = api.get(f"/api/v1/quiz-attempts/{other.number}:questions").json()["items"]
    assert told[0]["answer"] == told[0]["right_answer"] == "1. Strike out; 2. Write beside; 3. Sign"
    assert (told[1]["answer"], told[1]["is_right"]) == ("Metre – Mass; Gram – Mass; Inch – Length", False)
    assert attempt_of(other).points == 2
    row = Quiz.objects.get(pk=quiz.pk)
    of_match = figures(row, 1, row.at(1)).questions[1]  # type: ignore[arg-type]
    assert sorted((one.right, one.count) for one in of_match.chosen) == [(False, 1), (True, 1)]
