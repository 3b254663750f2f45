"""What a quiz says, as one value: its rules and its bank of questions.

Nothing here reads or writes rows. `faults` tells what contradicts itself, which no draft may hold; `gaps` what is
still missing before it can be released. Both name the place of each, such as `questions.3.options`.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

CODE, LINE, TEXT = 40, 500, 5000
"""The most characters of a code or section, of an option or answer, of a question."""
MOST_QUESTIONS, MOST_OPTIONS, MOST_ACCEPTED = 2000, 10, 30
SINGLE, MULTIPLE, TRUE_FALSE, NUMBER, SHORT = "single", "multiple", "true_false", "number", "text"
ORDERING, MATCHING = "ordering", "matching"
CHOICES = (SINGLE, MULTIPLE)
PLACED = (ORDERING, MATCHING)
"""Kinds in which something is said of each option: at which place it comes, or to what it belongs."""
TRUTHS = ("true", "false")
PASSED, ALWAYS = "passed", "always"

Kind = Literal["single", "multiple", "true_false", "number", "text", "ordering", "matching"]
Shows = Literal["never", "passed", "always"]
Code = Annotated[str, Field(min_length=1, max_length=CODE)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Rules(_Part):
    """By what a quiz is taken and passed."""

    pass_percent: Annotated[int, Field(ge=1, le=100)] = 80
    attempts: Annotated[int | None, Field(ge=1, le=100)] = None
    """How many each person has; none: any number."""
    minutes: Annotated[int | None, Field(ge=1, le=1440)] = None
    draw: Annotated[int | None, Field(ge=1, le=MOST_QUESTIONS)] = None
    """How many questions each attempt draws; none: all."""
    shuffled: bool = True
    shows: Shows = "passed"
    """When the right answers are shown to who took it."""
    wait_days: Annotated[int, Field(ge=0, le=365)] = 0
    validity_months: Annotated[int | None, Field(ge=1, le=600)] = None


class Option(_Part):
    """An answer to choose."""

    text: Annotated[str, Field(min_length=1, max_length=LINE)]
    right: bool = False
    match: Annotated[str, Field(max_length=LINE)] = ""
    """Of a matching question, to what it belongs."""

    @model_serializer(mode="wrap")
    def _as_before(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out an empty `match`: what was written before there was any keeps its digest."""
        told: dict[str, Any] = written(self)
        return told if self.match else {name: value for name, value in told.items() if name != "match"}


class Question(_Part):
    """A question of the bank; its code stays what attempts and statistics refer to."""

    code: Code
    kind: Kind = "single"
    section: Annotated[str, Field(max_length=CODE)] = ""
    text: Annotated[str, Field(min_length=1, max_length=TEXT)]
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    accepted: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=LINE)], ...], Field(max_length=MOST_ACCEPTED)
    ] = ()
    """`true` or `false`, the right number, or the short texts that are accepted."""
    tolerance: Annotated[str, Field(max_length=40)] = ""
    """How far a number may be off; empty is exactly."""
    points: Annotated[int, Field(ge=1, le=100)] = 1
    explanation: Annotated[str, Field(max_length=TEXT)] = ""
    retired: bool = False

    @property
    def off_by(self) -> Decimal:
        """Return how far a number may be off."""
        return decimal_of(self.tolerance) or Decimal(0)

    @property
    def belongings(self) -> list[str]:
        """Return to what the options of a matching question belong, each once: by the alphabet, which tells nothing."""
        return sorted({option.match for option in self.options}, key=lambda text: (text.casefold(), text))

    @property
    def right_in_words(self) -> str:
        """Return what is right, for who may know."""
        if self.kind == ORDERING:
            return "; ".join(f"{place}. {option.text}" for place, option in enumerate(self.options, 1))
        if self.kind == MATCHING:
            return "; ".join(f"{option.text} – {option.match}" for option in self.options)
        if self.kind in CHOICES:
            return "; ".join(option.text for option in self.options if option.right)
        if self.kind == TRUE_FALSE:
            return truth_in_words(self.accepted[0]) if self.accepted else ""
        if self.kind == NUMBER and self.accepted and self.off_by:
            return f"{self.accepted[0]} ± {self.tolerance}"
        return "; ".join(self.accepted)


class Content(_Part):
    """A quiz's whole content; the questions in the order in which they are asked where they are not shuffled."""

    salt: Annotated[str, Field(max_length=64)] = ""
    """Chance: who knows a text's digest and all its questions must not find the right answers by trying them."""
    rules: Rules = Rules()
    questions: Annotated[tuple[Question, ...], Field(max_length=MOST_QUESTIONS)] = ()

    @cached_property
    def by_code(self) -> dict[str, Question]:
        """Return the questions by code."""
        return {question.code: question for question in self.questions}

    @cached_property
    def in_use(self) -> list[Question]:
        """Return the questions that are asked: those that are not retired."""
        return [question for question in self.questions if not question.retired]

    @property
    def asked(self) -> int:
        """Return how many questions an attempt has."""
        return min(self.rules.draw or len(self.in_use), len(self.in_use))

    def having(self, **parts: Any) -> "Content":
        """Return it with other parts in place of these."""
        return Content(**{"salt": self.salt, "rules": self.rules, "questions": self.questions, **parts})

    def with_question(self, question: Question) -> "Content":
        """Return it with a question in place of the one with its code."""
        changed = tuple(question if one.code == question.code else one for one in self.questions)
        return self.having(questions=changed)


def truth_in_words(said: str) -> str:
    """Return what true or false is called."""
    return _("True") if said == "true" else _("False")


def decimal_of(text: str) -> Decimal | None:
    """Return the number that somebody wrote, with a point or a comma; None where it is none."""
    plain = "".join(text.split())
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 50 and "_" not in plain else None


def faults(content: Content) -> dict[str, str]:
    """Return what contradicts itself in a content, by place; empty where all is well."""
    found: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for place, question in enumerate(content.questions):
        seen[question.code] += 1
        if seen[question.code] > 1:
            sentence = _("The code “%(code)s” is used twice.")
            found[f"questions.{place}.code"] = sentence % {"code": question.code}
        for name, sentence in _wrong(question):
            found.setdefault(f"questions.{place}.{name}", sentence)
    return found


def _wrong(question: Question) -> Iterator[tuple[str, str]]:
    if question.kind != MATCHING and any(option.match for option in question.options):
        yield "options", _("Only of a matching question an option belongs to something; leave it empty here.")
    elif question.kind in (*CHOICES, *PLACED):
        yield from _wrong_options(question)
    else:
        yield from _wrong_answer(question)


def _wrong_answer(question: Question) -> Iterator[tuple[str, str]]:
    if question.options:
        yield "options", _("Questions of this kind have no options; leave them empty.")
    if question.kind == TRUE_FALSE and (len(question.accepted) != 1 or question.accepted[0] not in TRUTHS):
        yield "accepted", _("Write “true” or “false”.")
    if question.kind == NUMBER:
        if len(question.accepted) != 1 or decimal_of(question.accepted[0]) is None:
            yield "accepted", _("Write the right number, such as 12.5.")
        off = decimal_of(question.tolerance) if question.tolerance else Decimal(0)
        if off is None or off < 0:
            yield "tolerance", _("Write how far it may be off as a number, such as 0.1; left empty: exactly.")
    elif question.tolerance:
        yield "tolerance", _("Only a number has a tolerance; leave it empty here.")
    if question.kind == SHORT and not question.accepted:
        yield "accepted", _("Write at least one answer that is accepted.")


def _wrong_options(question: Question) -> Iterator[tuple[str, str]]:
    texts = [" ".join(option.text.casefold().split()) for option in question.options]
    right = sum(option.right for option in question.options)
    if len(texts) < 2:
        yield "options", _("Give two options or more.")
    elif len(set(texts)) < len(texts):
        yield "options", _("Two options say the same.")
    elif question.kind in PLACED:
        yield from _wrong_places(question)
    elif not right:
        yield "options", _("Mark which option is right.")
    elif question.kind == SINGLE and right > 1:
        yield "options", _("Of a single choice one option alone is right; this marks %(n)s.") % {"n": right}
    if question.accepted and question.kind in CHOICES:
        yield "accepted", _("Of a choice, mark the right options instead.")
    elif question.accepted:
        yield "accepted", _("The options say what is right; leave it empty here.")
    if question.tolerance:
        yield "tolerance", _("Only a number has a tolerance; leave it empty here.")


def _wrong_places(question: Question) -> Iterator[tuple[str, str]]:
    if any(option.right for option in question.options):
        yield "options", _("Mark none as right here: their order, or to what each belongs, says it.")
    elif question.kind == MATCHING and not all(option.match for option in question.options):
        yield "options", _("Say of each option to what it belongs.")
    elif question.kind == MATCHING and len(question.belongings) < 2:
        yield "options", _("All options belong to the same; give at least two different things.")


def gaps(content: Content) -> dict[str, str]:
    """Return what a content lacks before it can be released, by place."""
    if not content.in_use:
        return {"questions": _("There is no question yet.")}
    draw = content.rules.draw
    if draw is not None and draw > len(content.in_use):
        sentence = _("%(draw)s questions are to be drawn, but there are %(n)s.")
        return {"draw": sentence % {"draw": draw, "n": len(content.in_use)}}
    return {}
