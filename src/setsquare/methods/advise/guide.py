"""The guide: from what is known to ranked advice, with reasons, doubts, and what has still to be asked."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..inputs import one_of
from ..results import BELOW, Part, Result, Table
from . import judging, monitoring, studying
from .facts import FACTS, PURPOSES, checked
from .looking import Observed, look
from .technique import Technique, When, holds

KNOWN = (*monitoring.TECHNIQUES, *studying.TECHNIQUES, *judging.TECHNIQUES)
PACKAGE = "setsquare.methods."
UNKNOWN, UNUSUAL = 0.5, 4.0


@dataclasses.dataclass(frozen=True)
class Reason(Part):
    """A sentence, and on whose authority."""

    sentence: str
    source: str


@dataclasses.dataclass(frozen=True)
class Recommendation(Part):
    """One technique: what to call, why, and what speaks against it.

    `score` is only for the order: what it cannot do without is met, or not known; reasons add, doubts take away. `open`
    are facts that are not known and could move it.
    """

    method: str
    title: str
    options: Mapping[str, Any]
    score: float
    why: tuple[Reason, ...]
    against: tuple[str, ...]
    open: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Question(Part):
    """What the guide would like to know, and which answers it understands; `moves` techniques hang on it."""

    fact: str
    question: str
    kind: str
    choices: tuple[str, ...]
    moves: int


@dataclasses.dataclass(frozen=True)
class Advice(Result):
    """Techniques in the order in which they fit, what has still to be asked, and what is known.

    `excluded` are techniques of the same purpose that cannot be used, with what they lack.
    """

    recommendations: tuple[Recommendation, ...]
    questions: tuple[Question, ...]
    excluded: tuple[tuple[str, str], ...]
    known: Mapping[str, Any]
    observed: Observed | None
    warnings: tuple[str, ...]

    @property
    def best(self) -> Recommendation:
        """The first recommendation; ValueError where there is none."""
        if not self.recommendations:
            raise ValueError(
                "purpose: nothing fits what is known; look at what is excluded, and at the questions"
            )
        return self.recommendations[0]

    def table(self) -> Table:
        """Return a row for each recommendation."""
        rows = tuple(
            (rank, one.title, one.method, one.why[0].sentence, one.why[0].source, "; ".join(one.against))
            for rank, one in enumerate(self.recommendations, 1)
        )
        return Table(("rank", "technique", "method", "why", "source", "against it"), rows)

    def figure(self) -> dict[str, Any]:
        """Return how the recommendations stand to each other as bars, an ECharts option."""
        return {
            "title": {"text": f"to {self.known.get('purpose', 'be asked')}"},
            "grid": {"left": 180, "right": 24},
            "xAxis": {"type": "value", **BELOW, "name": "fits"},
            "yAxis": {
                "type": "category",
                "inverse": True,
                "axisLine": {"onZero": False},
                "data": [one.title for one in self.recommendations],
            },
            "tooltip": {"trigger": "axis"},
            "series": [{"type": "bar", "data": [one.score for one in self.recommendations]}],
        }


def advise(purpose: str | None = None, *, data: Any = None, sizes: Any = None, **facts: Any) -> Advice:
    """Return which techniques fit a purpose and what is known, best first, and what has still to be asked.

    `purpose`: monitor, capability, measurement, accept, trend, compare, prioritise, risk, survey, tolerance, verify or
    design. `facts` are answers to the questions (`data_kind`, `subgroup`, `points`, `measures`, `sample`, `equal`,
    `distribution`, `rare`, `shift`, `autocorrelated`, `overdispersed`, `aim` and others; the result names those that
    matter). With `data` (and `sizes`, as `look` takes them) the guide looks for itself; what is said overrules what it
    sees, and both stand in the result.

    A technique is left out where something it cannot do without is not so; the others are ordered by what speaks for
    and against them. The order is a judgement, not a computation: the reasons are the answer.

    Sources stand with each reason. Raises ValueError at ``purpose``, at the name of any fact that is unknown or has
    another value than it may have, at ``data`` and ``sizes``.

    >>> found = advise("monitor", data_kind="measured", subgroup=1, shift=0.5, distribution="normal")
    >>> [one.title for one in found.recommendations[:2]]
    ['EWMA chart', 'CUSUM chart']
    >>> advise().questions[0].question
    'What is it for?'
    >>> advise("monitor", data=[4, 2, 5, 30, 1, 0, 22, 3], sizes=[10, 12, 9, 11, 10, 14, 8, 10]).best.title
    "Laney u' chart"
    """
    said = checked({"purpose": purpose, **facts})
    observed = None
    if data is not None:
        measures = said.get("measures")
        observed = look(
            data, sizes=sizes, kind=said.get("data_kind"), alone=None if measures is None else measures == 1
        )
    elif sizes is not None:
        raise ValueError("sizes: give the data as well")
    known = {**(observed.facts if observed else {}), **said}
    warnings = observed.warnings if observed else ()
    if "purpose" not in known:
        return Advice((), (_question("purpose", len(KNOWN)),), (), known, observed, warnings)
    fitting, excluded = [], []
    for technique in KNOWN:
        if technique.purpose != known["purpose"]:
            continue
        lacks = _lacks(technique, known)
        if lacks:
            excluded.append((technique.title, lacks))
        else:
            fitting.append(technique)
    made = sorted((_judged(one, known) for one in fitting), key=lambda one: -one.score)
    return Advice(tuple(made), _questions(fitting, known), tuple(excluded), known, observed, warnings)


def techniques(purpose: str | None = None) -> tuple[tuple[str, str, str], ...]:
    """Return all techniques that the guide knows, as purpose, title and method; of one purpose where it is given.

    Source: `advise`. Raises ValueError at ``purpose``.

    >>> ("risk", "Criticality numbers", "setsquare.methods.risk.criticality") in techniques("risk")
    True
    """
    if purpose is not None:
        one_of("purpose", purpose, tuple(PURPOSES))
    return tuple(
        (one.purpose, one.title, PACKAGE + one.method) for one in KNOWN if purpose in (None, one.purpose)
    )


def _lacks(technique: Technique, known: Mapping[str, Any]) -> str:
    for name, wanted in technique.needs.items():
        if holds(known, {name: wanted}) is False:
            return f"{name} is {known[name]}, and has to be {_said(wanted)}"
    return ""


def _said(wanted: Any) -> str:
    if isinstance(wanted, tuple) and not isinstance(wanted[0], str):
        low, high = wanted
        return (
            f"{low:g}"
            if low == high
            else f"from {low:g} on"
            if high == float("inf")
            else f"{low:g} to {high:g}"
        )
    return " or ".join(wanted) if isinstance(wanted, tuple) else str(wanted)


def _judged(technique: Technique, known: Mapping[str, Any]) -> Recommendation:
    every = (*technique.reasons, *technique.doubts)
    true = [one for one in every if holds(known, one.conditions)]
    unknown = [name for name in technique.needs if name not in known]
    unknown += [name for one in every if holds(known, one.conditions) is None for name in one.conditions]
    reasons = sorted((one for one in true if one.weight > 0), key=lambda one: -one.weight)
    doubts = sorted((one for one in true if one.weight < 0), key=lambda one: one.weight)
    return Recommendation(
        PACKAGE + technique.method,
        technique.title,
        technique.options,
        technique.base + sum(one.weight for one in true) - _unsure(technique, known),
        tuple(Reason(sentence, technique.source) for sentence in (technique.said, *_sentences(reasons))),
        _sentences(doubts),
        tuple(dict.fromkeys(name for name in unknown if name not in known)),
    )


def _unsure(technique: Technique, known: Mapping[str, Any]) -> float:
    """Return what unmet needs cost: little where nothing is known, much where the usual answer would exclude it."""
    cost = 0.0
    for name, wanted in technique.needs.items():
        if name not in known:
            usual = FACTS[name].usual
            cost += (
                UNUSUAL if usual is not None and holds({name: usual}, {name: wanted}) is False else UNKNOWN
            )
    return cost


def _sentences(found: list[When]) -> tuple[str, ...]:
    return tuple(one.sentence for one in found)


def _questions(fitting: list[Technique], known: Mapping[str, Any]) -> tuple[Question, ...]:
    """Ask for what is needed first, then for what moves most."""
    needed: dict[str, int] = {}
    moving: dict[str, int] = {}
    for technique in fitting:
        recommendation = _judged(technique, known)
        for name in recommendation.open:
            where = needed if name in technique.needs else moving
            where[name] = where.get(name, 0) + 1
    order = sorted(needed, key=lambda name: -needed[name])
    order += sorted((name for name in moving if name not in needed), key=lambda name: -moving[name])
    return tuple(_question(name, needed.get(name, 0) + moving.get(name, 0)) for name in order)


def _question(name: str, moves: int) -> Question:
    fact = FACTS[name]
    return Question(name, fact.question, fact.kind, fact.choices, moves)
