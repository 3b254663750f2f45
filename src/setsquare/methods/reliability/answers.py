"""Answers to several questions: a row for each person, a column for each question, and what is missing of them."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from ..inputs import Floats, listed, one_of, table
from ..results import Part

Missing = Literal["refuse", "rows", "pairs"]


@dataclasses.dataclass(frozen=True)
class Answers(Part):
    """What was computed with: how many people, how many were left out, how many answers were missing."""

    people: int
    left_out: int
    missing: int
    items: tuple[str, ...]
    reversed: tuple[str, ...]
    handling: Missing


def read(
    answers: Any,
    *,
    items: Sequence[Any] | None,
    reverse: Iterable[Any],
    scale: tuple[float, float] | None,
    missing: str,
) -> tuple[Floats, Answers]:
    """Return the answers with reversed questions turned round; ValueError at the argument.

    ``rows`` leaves out whoever left out an answer; ``pairs`` keeps them, with NaN.
    """
    one_of("missing", missing, ("refuse", "rows", "pairs"))
    made = table("answers", answers, missing=missing != "refuse")
    names = _names(items, made.shape[1])
    turned = tuple(str(name) for name in listed("reverse", reverse))
    if turned:
        made = _turned(made, names, turned, scale)
    lacking = np.isnan(made)
    kept = made[~lacking.any(axis=1)] if missing == "rows" else made[~lacking.all(axis=1)]
    if len(kept) < 3:
        raise ValueError(f"answers: give those of three people or more, not {len(kept)} complete ones")
    handling: Missing = "rows" if missing == "rows" else "pairs" if missing == "pairs" else "refuse"
    told = Answers(len(kept), len(made) - len(kept), int(lacking.sum()), names, turned, handling)
    return kept, told


def covariance(kept: Floats) -> Floats:
    """Return the covariance of questions (divisor n - 1), pair by pair where answers are missing."""
    if not np.isnan(kept).any():
        return np.atleast_2d(np.cov(kept, rowvar=False))
    there = ~np.isnan(kept)
    filled = np.where(there, kept, 0.0)
    ones = there.astype(np.float64)
    n = ones.T @ ones
    if (n < 3).any():
        raise ValueError("answers: two questions were answered by fewer than three people together")
    # Sums over the people who answered both questions of a pair.
    sums = filled.T @ ones
    made: Floats = (filled.T @ filled - sums * sums.T / n) / (n - 1)
    return made


def varying(cov: Floats, names: tuple[str, ...]) -> None:
    """Refuse questions to which everybody gave one answer, and fewer than two questions."""
    if len(cov) < 2:
        raise ValueError("answers: give two questions or more")
    flat = [name for name, spread in zip(names, np.diag(cov), strict=True) if not spread > 0]
    if flat:
        raise ValueError(f"answers: everybody answered {', '.join(flat)} alike; leave it out")


def square(name: str, values: Any) -> Floats:
    """Return a symmetric matrix with a positive diagonal; ValueError at `name`."""
    made = table(name, values)
    if made.shape[0] != made.shape[1] or not np.allclose(made, made.T, rtol=1e-8, atol=1e-10):
        raise ValueError(f"{name}: give a symmetric matrix")
    if (np.diag(made) <= 0).any():
        raise ValueError(f"{name}: its diagonal has to be above 0")
    return made


def _names(items: Sequence[Any] | None, count: int) -> tuple[str, ...]:
    if items is None:
        return tuple(str(place + 1) for place in range(count))
    made = tuple(str(item) for item in listed("items", items))
    if len(made) != count or len(set(made)) < count:
        raise ValueError(f"items: give {count} names, each once, not {len(made)}")
    return made


def _turned(
    made: Floats, names: tuple[str, ...], turned: tuple[str, ...], scale: tuple[float, float] | None
) -> Floats:
    if scale is None:
        raise ValueError("scale: give the lowest and the highest answer, to turn questions round")
    low, high = (float(end) for end in scale)
    strange = [name for name in turned if name not in names]
    if strange:
        raise ValueError(f"reverse: there is no question {strange[0]!r}")
    made = made.copy()
    for name in turned:
        made[:, names.index(name)] = low + high - made[:, names.index(name)]
    return made
