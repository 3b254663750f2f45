"""What can be said about a situation: each fact with its question and its possible answers."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ..inputs import number, one_of

Kind = Literal["choice", "number", "yes or no"]


@dataclass(frozen=True)
class Fact:
    """Something that may be known: the question for it, and what it may be."""

    name: str
    question: str
    kind: Kind
    choices: tuple[str, ...] = ()
    least: float = 0.0
    usual: Any = None
    """What is taken as likelier as long as nobody says otherwise."""


PURPOSES = {
    "monitor": "to notice when a process changes",
    "capability": "to know whether a process keeps within its limits",
    "measurement": "to know whether a gauge, or people who judge, can be trusted",
    "accept": "to decide about lots from samples",
    "trend": "to know whether something rises, falls or jumped",
    "compare": "to compare groups, or before with after",
    "prioritise": "to find the vital few",
    "risk": "to rank what may go wrong",
    "survey": "to judge a survey, or to report it",
    "tolerance": "to state limits that hold a share of all items",
    "verify": "to plan how the effect of an action is shown",
    "design": "to choose the limits of a chart before it begins",
}
AIMS = (
    "one gauge", "bias", "linearity", "over time", "people and gauge", "agreement", "decision at limits",
    "consistency", "shares", "precision of scores",
)  # fmt: skip

FACTS = {
    fact.name: fact
    for fact in (
        Fact("purpose", "What is it for?", "choice", tuple(PURPOSES)),
        Fact(
            "data_kind",
            "What is recorded: measured values, defective units out of so many, defects on an area, gaps between "
            "events, ratings on a scale, or categories?",
            "choice",
            ("measured", "defectives", "defects", "gaps", "ratings", "categories"),
        ),
        Fact("subgroup", "How many values belong together as a subgroup (1 if single)?", "number", least=1),
        Fact("points", "How many points in time, or values, are there?", "number", least=1),
        Fact("measures", "How many measures are watched together?", "number", least=1, usual=1),
        Fact("sample", "How many items are inspected for each point?", "number", least=1),
        Fact("equal", "Are samples, subgroups or areas all of one size?", "yes or no"),
        Fact("distribution", "How are the values distributed?", "choice", ("normal", "skewed", "other")),
        Fact("rare", "Is the event rare (most points without one)?", "yes or no"),
        Fact("shift", "What shift should be found, in standard deviations of what is plotted?", "number"),
        Fact("autocorrelated", "Does each value depend on the one before?", "yes or no", usual=False),
        Fact("overdispersed", "Do counts vary more than binomial or Poisson explains?", "yes or no"),
        Fact("known", "Are mean and standard deviation known from before?", "yes or no"),
        Fact("stable", "Is the process stable by its control chart?", "yes or no"),
        Fact("aim", "What exactly is asked of the gauge, or of the survey?", "choice", AIMS),
        Fact("appraisers", "How many people measure or judge?", "number", least=1),
        Fact("destructive", "Does measuring destroy the item?", "yes or no", usual=False),
        Fact("reference", "Is the true value of the items known?", "yes or no"),
        Fact("contract", "Does a contract or a standard name an AQL?", "yes or no"),
        Fact(
            "one_by_one", "Can items be inspected one by one, stopping at any time?", "yes or no", usual=False
        ),
        Fact("groups", "How many groups are compared?", "number", least=2),
        Fact("paired", "Are the same items measured before and after?", "yes or no", usual=False),
        Fact("series", "How many series are looked at together?", "number", least=1, usual=1),
        Fact("seasonal", "Is there a season in it?", "yes or no", usual=False),
        Fact("sudden", "Is the change sudden rather than gradual?", "yes or no"),
        Fact("quantified", "Are rates, probabilities or costs known as numbers?", "yes or no"),
        Fact("treated", "Is risk after treatment compared with risk before?", "yes or no", usual=False),
        Fact("clusters", "Do the questions form several groups?", "yes or no"),
        Fact("zero_allowed", "Is it shown by no event at all in a period?", "yes or no", usual=False),
        Fact("spread", "Is it the spread, not the level, that should change?", "yes or no"),
    )
}


def checked(given: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that are known, checked; ValueError begins with the fact's name."""
    made: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name not in FACTS:
            raise ValueError(f"{name}: is no fact that this guide asks for; give one of {', '.join(FACTS)}")
        made[name] = _checked(FACTS[name], value)
    return made


def _checked(fact: Fact, value: Any) -> Any:
    if fact.kind == "number":
        return number(fact.name, value, least=fact.least)
    if fact.kind == "yes or no":
        if not isinstance(value, bool | np.bool_):
            raise ValueError(f"{fact.name}: give True or False, not {value!r}")
        return bool(value)
    return one_of(fact.name, value, fact.choices)
