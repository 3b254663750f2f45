"""The demo's quizzes: written, released, revised, and taken by people who know more or less, over more than a year."""

import datetime as dt
import random
from typing import Any

from setsquare.domains.quizzes.content import CHOICES, NUMBER, ORDERING, PLACED, TRUE_FALSE, Question
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.project.demo.stage import Stage, do, record

AUTHOR, RELEASES = "cweiss", "tzielinski"
TAKERS = (
    "msantos",
    "okrueger",
    "bmoura",
    "rtavares",
    "nvisser",
    "eyildiz",
    "praman",
    "aholm",
    "lhartmann",
    "skoch",
    "cpinto",
    "wjansen",
    "fdeboer",
    "dfigueiredo",
    "skeller",
    "mdubois",
)
APART = {"hard", "trap"}


def plan(stage: Stage, told: dict[str, Any]) -> None:
    """Plan every scene that the content tells of."""
    for quiz in told["quizzes"]:
        Quiz(stage, quiz).plan()


class Quiz:
    """The life of one quiz, and who takes it."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.chance = random.Random(told["title"])  # noqa: S311  the same answers at every load
        self.hard = {f"Q{n}": question for n, question in enumerate(told["questions"], 1)}
        self.number = ""

    def plan(self) -> None:
        """Plan that it is written and released, taken by one after the other, and perhaps revised."""
        day = self.told["day"]
        began = self.stage.at(day, self.told["title"])
        self.stage.plan(began, self.write)
        self.stage.plan(began + dt.timedelta(days=3), lambda: self.release(self.told["summary"]))
        if "course" in self.told:
            self.stage.plan(began + dt.timedelta(days=4), self.offer_course)
        last = -4
        for place, person in enumerate(TAKERS):
            ability = self.chance.gauss(0.75, 0.9)
            taken = day + 8 + round((last - day - 8) * place / len(TAKERS))
            self._plan_attempt(person, ability, taken, 1)
        if "revised" in self.told:
            self.stage.plan(self.stage.at(self.told["revised"], "revise"), self.revise)
            released = self.stage.at(self.told["revised"] + 2, "released")
            self.stage.plan(released, lambda: self.release(self.told["revision_summary"]))

    def _plan_attempt(self, person: str, ability: float, day: int, nth: int) -> None:
        moment = self.stage.at(day, f"{person} {nth} {self.told['title']}")
        self.stage.plan(moment, lambda: self.take(person, ability, day, nth))

    def write(self) -> None:
        """Write it down with all its questions."""
        given = {name: self.told[name] for name in ("title", "purpose", "unit")}
        self.number = do(AUTHOR, "quiz.create", **given).record.number
        do(AUTHOR, "quiz.set_rules", record(self.number), **self.told["rules"])
        for question in self.told["questions"]:
            said = {name: value for name, value in question.items() if name not in APART}
            do(AUTHOR, "quiz.add_question", record(self.number), **said)

    def release(self, summary: str) -> None:
        """Release the draft."""
        do(RELEASES, "quiz.release", record(self.number), summary=summary)

    def offer_course(self) -> None:
        """Offer an online course that is completed by passing it."""
        made = do(
            AUTHOR, "course.create", quiz=self.number, unit=self.told["unit"], **self.told["course"]
        ).record
        do(AUTHOR, "course.offer", record(made.number))

    def revise(self) -> None:
        """Say a question anew that could be read in two ways."""
        do(AUTHOR, "quiz.change_question", record(self.number), **self.told["revision"])
        self.hard[self.told["revision"]["code"]] = {"hard": 25}

    def take(self, person: str, ability: float, day: int, nth: int) -> None:
        """Take it, and once more some days after it was not passed."""
        attempt = do(person, "quiz_attempt.start", quiz=self.number).record
        row = QuizAttempt.objects.select_related("quiz").get(pk=attempt.pk)
        content = row.content
        answers = [
            {
                "question": one["question"],
                "answer": self._answer(content.by_code[one["question"]], one["order"], ability),
            }
            for one in row.drawn
        ]
        done = do(person, "quiz_attempt.submit", record(attempt.number), answers=answers).record
        if done.state == "failed" and nth < 3:
            self._plan_attempt(person, ability + 0.7, day + 4, nth + 1)

    def _answer(self, question: Question, order: list[int], ability: float) -> list[str]:
        told = self.hard[question.code]
        skill = -ability if told.get("trap") else ability
        wrong = told.get("hard", 30) / 100
        odds = (1 - wrong) / wrong * 2.7 ** (2.2 * (skill - 0.75 * (-1 if told.get("trap") else 1)))
        knows = self.chance.random() < odds / (1 + odds)
        if question.kind in PLACED:
            return self._placed(question, order, knows=knows)
        right = {n for n, place in enumerate(order) if question.options[place].right}
        if question.kind in CHOICES:
            chosen = right if knows else self._mistaken(question, order, right)
            return [str(n + 1) for n in sorted(chosen)]
        if knows:
            return [question.accepted[0]]
        if question.kind == TRUE_FALSE:
            return ["true" if question.accepted[0] == "false" else "false"]
        if question.kind == NUMBER:
            return [self.chance.choice(("0.2", "5", "7.88", "0.05", "3"))]
        return [self.chance.choice(("name", "scale", "ruler", "card"))]

    def _placed(self, question: Question, order: list[int], *, knows: bool) -> list[str]:
        if question.kind == ORDERING:
            said = [place + 1 for place in order]
        else:
            said = [question.belongings.index(question.options[place].match) + 1 for place in order]
        if not knows:  # two that lie side by side are mistaken for one another
            at = self.chance.randrange(len(said) - 1)
            said[at], said[at + 1] = said[at + 1], said[at]
        return [str(number) for number in said]

    def _mistaken(self, question: Question, order: list[int], right: set[int]) -> set[int]:
        others = [n for n in range(len(order)) if n not in right]
        if question.kind == "multiple":
            return right - {self.chance.choice(sorted(right))}
        # the first wrong option that was written is the likeliest one
        weights = [1 / (1 + order[n]) for n in others]
        return set(self.chance.choices(others, weights))
