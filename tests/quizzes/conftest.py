"""A site where Cora and Mark write and release quizzes; Anna (led by Tom) and Ben take them; Olga is elsewhere."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from tests.houses import Houses, database

PASSWORD = "a-quiet-river-42"
SECRET = "KELVIN-IS-RIGHT"
"""Stands in the explanation of each question."""
QUESTIONS: tuple[dict[str, Any], ...] = (
    {
        "code": "Q1",
        "text": "Which unit?",
        "options": [{"text": "Kelvin", "right": True}, {"text": "Ampere"}, {"text": "Lux"}],
    },
    {
        "code": "Q2",
        "kind": "multiple",
        "text": "Which are lengths?",
        "points": 2,
        "options": [{"text": "Metre", "right": True}, {"text": "Inch", "right": True}, {"text": "Gram"}],
    },
    {"code": "Q3", "kind": "true_false", "text": "Is it so?", "accepted": ["true"]},
    {"code": "Q4", "kind": "number", "text": "How many mm?", "accepted": ["25.4"], "tolerance": "0.1"},
    {"code": "Q5", "kind": "text", "text": "Who wrote it?", "accepted": ["Max Planck", "Planck"]},
)
"""6 points in all."""
RIGHT = {"Q1": ["Kelvin"], "Q2": ["Metre", "Inch"], "Q3": ["true"], "Q4": ["25.4"], "Q5": ["planck"]}


@dataclass
class Hall:
    """The people, and quizzes by their hands."""

    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def do(self, who: User | None, record: Record, name: str, /, **body: Any) -> Outcome:
        """Carry out a command, signing where it takes a signature, and deliver what it announces."""
        current = Record.objects.get(pk=record.pk)
        done = carry_out(
            current.type,
            name,
            Actor(who),
            record=current,
            reason=body.pop("because", ""),
            body=body,
            version=current.version,
            credentials=Credentials(password=PASSWORD) if who is not None else None,
        )
        deliver()
        return done

    def draft(
        self, questions: Sequence[dict[str, Any]] = QUESTIONS, unit: str = "NW", **rules: Any
    ) -> Record:
        """Have Cora write a quiz."""
        given = {"title": "Gauges in use", "unit": unit}
        record = carry_out("quiz", "create", Actor(self.cora), body=given).record
        for question in questions:
            self.do(self.cora, record, "add_question", **{"explanation": SECRET, **question})
        if rules:
            self.do(self.cora, record, "set_rules", **rules)
        return record

    def quiz(self, questions: Sequence[dict[str, Any]] = QUESTIONS, **rules: Any) -> Record:
        """Have Cora write a quiz, and Mark release it."""
        return self.released(self.draft(questions, **rules))

    def released(self, record: Record, who: User | None = None) -> Record:
        """Have the draft released, by Mark unless it is said otherwise."""
        self.do(who or self.mark, record, "release", summary="As agreed.")
        return Record.objects.get(pk=record.pk)

    def start(self, who: User, quiz: Record) -> Record:
        """Have somebody begin a quiz."""
        return carry_out("quiz_attempt", "start", Actor(who), body={"quiz": quiz.number}).record

    def took(self, who: User, quiz: Record, said: Mapping[str, Sequence[str]] = RIGHT) -> Record:
        """Have somebody take a quiz, answering in the words of the options."""
        attempt = self.start(who, quiz)
        return self.do(who, attempt, "submit", answers=as_shown(attempt, said)).record


def as_shown(attempt: Record, said: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return answers given in words as the places at which this attempt shows them."""
    row = QuizAttempt.objects.get(pk=attempt.pk)
    given = []
    for one in row.drawn:
        texts = [row.content.by_code[one["question"]].options[place].text for place in one["order"]]
        answer = [str(texts.index(word) + 1) if texts else word for word in said.get(one["question"], ())]
        given.append({"question": one["question"], "answer": answer})
    return given


def attempt_of(record: Record) -> QuizAttempt:
    return QuizAttempt.objects.select_related("record", "quiz__record").get(pk=record.pk)


def role_of(code: str) -> tuple[Record, list[str]]:
    role = Record.objects.get(type="role", role_file__role__code=code)
    return role, sorted(role.role_file.role.permissions.values_list("permission", flat=True))


def later(**by: float) -> Any:
    """Return what stands for the clock so much later."""
    real = timezone.now
    return lambda: real() + dt.timedelta(**by)


def deliver() -> None:
    while deliver_waiting():
        pass


def build() -> Hall:
    rita = bootstrap.establish(
        "Norma Works", "NW", "Europe/Berlin", username="rita", name="Rita Root", password=PASSWORD
    )
    bootstrap.add_unit("N", "North", "site", "NW")
    bootstrap.add_unit("S", "South", "site", "NW")
    hall = Hall({"rita": rita})
    for name, role, unit, manager in (
        ("cora", "coordinator", "NW", None),
        ("mark", "manager", "NW", None),
        ("tom", "reader", "N", None),
        ("anna", "reader", "N", "tom"),
        ("ben", "reader", "N", None),
        ("olga", "reader", "S", None),
    ):
        hall.people[name] = bootstrap.add_person(
            name, f"{name.title()} Example", unit, password=PASSWORD, manager=manager
        )
        bootstrap.grant(hall.people[name], role, unit)
    hall.people["nora"] = bootstrap.add_person("nora", "Nora Nobody", "S")
    deliver()
    return hall


db = database(hall=build)


@pytest.fixture
def hall(db: None, houses: Houses) -> Hall:
    found: Hall = houses.of(build)
    return found
