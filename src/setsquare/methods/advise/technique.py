"""A technique as the guide knows it: what it needs, what speaks for it, and what speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Wanted: TypeAlias = tuple[float, float] | tuple[str, ...] | str | bool
"""What a fact should be: a stretch of numbers, one of several words, a word, or yes or no."""
Conditions: TypeAlias = Mapping[str, Wanted]


@dataclass(frozen=True)
class When:
    """A sentence that counts so much where its conditions hold."""

    sentence: str
    weight: float
    conditions: Conditions


@dataclass(frozen=True)
class Technique:
    """One technique: its name in `setsquare.methods`, what it is for and what it cannot do without."""

    method: str
    title: str
    purpose: str
    source: str
    needs: Conditions
    said: str
    """Why at all, in a sentence."""
    base: float = 0.0
    reasons: tuple[When, ...] = ()
    doubts: tuple[When, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    """Arguments to call it with."""


def because(sentence: str, weight: float = 2.0, **conditions: Wanted) -> When:
    """Say what speaks for a technique, and when."""
    return When(sentence, weight, conditions)


def unless(sentence: str, weight: float = 2.0, **conditions: Wanted) -> When:
    """Say what speaks against a technique, and when."""
    return When(sentence, -weight, conditions)


def holds(situation: Mapping[str, Any], conditions: Conditions) -> bool | None:
    """Return whether conditions hold: yes, no, or None where it is not known and nothing known contradicts."""
    answers = [_meets(situation.get(name), wanted) for name, wanted in conditions.items()]
    if False in answers:
        return False
    return None if None in answers else True


def _meets(value: Any, wanted: Wanted) -> bool | None:
    if value is None:
        return None
    if isinstance(wanted, bool):
        return bool(value == wanted)
    if isinstance(wanted, str):
        return bool(value == wanted)
    if isinstance(wanted[0], str):
        return value in wanted
    low, high = wanted
    return bool(low <= value <= high)
