"""Who owes the right to release a quiz to the one who wrote it does not release it, while others can."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.models import Quiz
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.telling import deed_of
from setsquare.kernel.records.things import thing_of
from tests.quizzes.conftest import PASSWORD, QUESTIONS, Hall


def test_a_quiz_of_who_gave_the_right(hall: Hall) -> None:
    bootstrap.grant(hall.cora, "administrator", "NW")
    draft = hall.draft()
    hall.do(hall.cora, hall.tom.file.record, "grant_role", role="coordinator", unit="NW", because="He helps.")
    with pytest.raises(
        NotPermitted, match=r"Cora Example, whose work this is, .* somebody else does it: Mark Example\."
    ):
        hall.do(hall.tom, draft, "release", summary="The first.")
    hall.do(
        hall.cora, hall.mark.file.record, "revoke_role", role="manager", unit="NW", because="He moves on."
    )
    entry = hall.do(hall.tom, draft, "release", summary="The first.").entry
    assert deed_of(entry, thing_of("quiz")) == (
        "released it: version 1: The first. Nobody else could: Cora Example, whose work it is, gave the right to do"
        " this within the last 30 days, and it was taken from Mark Example."
    )


def test_a_rule_of_independence_asks_also_for_the_owner_of_the_quiz(hall: Hall) -> None:
    hugo, dora = (bootstrap.add_person(one, one.title(), "NW", password=PASSWORD) for one in ("hugo", "dora"))
    bootstrap.grant(hugo, "director", "NW")
    bootstrap.grant(dora, "head", "NW")
    bootstrap.grant(hall.cora, "administrator", "NW")
    bootstrap.grant(hall.ben, "coordinator", "NW")
    quiz = hall.quiz()  # which Cora owns; Mark alone writes what comes next
    hall.do(hall.mark, quiz, "add_question", **{**QUESTIONS[0], "explanation": "So it is.", "code": "Q99"})
    assert quiz.owner == hall.cora and Quiz.objects.get(pk=quiz.pk).authors == ["mark"]
    body = {"title": "Who releases", "why": "Two look at it.", "unit": "NW", "commands": ["quiz.release"]}
    rule = carry_out("authority_rule", "create", Actor(hugo), body={**body, "independent": True}).record
    hall.do(hugo, rule, "submit")
    hall.do(dora, rule, "approve")
    hall.do(hall.cora, hall.tom.file.record, "grant_role", role="coordinator", unit="NW", because="He helps.")
    with pytest.raises(
        NotPermitted, match=r"^Cora Example, whose work this is, .* somebody else does it: .*Ben"
    ):
        hall.do(hall.tom, quiz, "release", summary="The second.")
    hall.do(hall.ben, quiz, "release", summary="The second.")
