"""How long without recurrence until we may believe: demonstration of a proportion or a rate by few or no failures."""

import dataclasses
from typing import Any

import numpy as np

from ..figures import curves
from ..inputs import Floats, number, whole
from ..results import Result


@dataclasses.dataclass(frozen=True)
class Demonstration(Result):
    """What a trial shows in which no more than `failures` are seen."""

    of: str
    """``proportion`` or ``rate``."""
    unit: str
    size: float
    """Items or exposure of the trial."""
    failures: int
    """Failures that it may have."""
    at_most: float
    """The proportion or rate that it shows the true one to lie below."""
    confidence: float
    """Confidence that was asked for."""
    reached: float
    """Confidence that the trial gives: 1 - P(so few failures) at ``at_most``."""
    true: float
    """A proportion or rate for which the trial's chance of success is told."""
    chance: float
    """Probability that the trial succeeds at ``true``."""
    assumptions: tuple[str, ...]
    sentence: str
    curve: Floats
    """True values and the chance of success at each, shape (m, 2)."""

    def figure(self) -> dict[str, Any]:
        """Return the chance of success over the true value as an ECharts option."""
        x, y = f"true {self.of}", "chance that the trial succeeds"
        upright = (("to be shown", self.at_most),)
        return curves("Demonstration", x, y, {"chance": self.curve}, upright=upright, least=0, most=1)


def demonstrate_proportion(
    at_most: float | None = None,
    *,
    confidence: float = 0.95,
    failures: int = 0,
    n: int | None = None,
    true: float = 0.0,
) -> Demonstration:
    """How many items with at most `failures` failing show that the proportion lies below `at_most`; or what n show.

    Give ``at_most`` and the least n is found with P(X <= failures) <= 1 - confidence, which without failures is
    log(1 - confidence) / log(1 - at_most); give ``n``, and ``at_most`` is the upper limit of Clopper and Pearson; give
    both, and the confidence reached is told. ``true``: a proportion for which to tell the chance that the trial
    succeeds.
    Source: Clopper and Pearson (1934), Biometrika 26; NIST e-Handbook 7.2.4.1; the "success run" of reliability.

    Assumes independent items, each fails with the same probability. Raises ValueError at ``at_most`` and ``confidence``
    outside (0, 1), where both ``at_most`` and ``n`` are lacking, at ``failures`` from n on, ``true`` outside [0, 1].

    >>> demonstrate_proportion(0.01).size, round(demonstrate_proportion(n=59).at_most, 4)
    (299, 0.0495)
    """
    from scipy.special import bdtr, betaincinv  # noqa: PLC0415 - loads when first used

    sure, most = _confidence(confidence), whole("failures", failures)
    given, truth = None if n is None else whole("n", n, least=1), number("true", true, least=0, most=1)
    bound = None if at_most is None else number("at_most", at_most, above=0)
    if given is not None and most >= given:
        raise ValueError(f"failures: give less than n ({given})")
    if bound is not None and bound >= 1:
        raise ValueError("at_most: give less than 1")
    if bound is None:
        if given is None:
            raise ValueError("at_most: give it, or n, or both")
        bound = float(betaincinv(most + 1, given - most, sure))
    size = given or _least(bound, most, 1 - sure)
    values = np.linspace(0, min(1.0, 2 * bound), 81)
    line = np.column_stack((values, bdtr(most, size, values)))
    reached = 1 - float(bdtr(most, size, bound))
    sentence = (
        f"{size:,} items with {_few(most)} show with {100 * reached:.4g} % confidence that the proportion that fails "
        f"is less than {bound:.4g}."
    )
    assumed = ("items are independent", "each fails with the same probability")
    chance = float(bdtr(most, size, truth))
    return Demonstration(
        "proportion", "items", size, most, bound, sure, reached, truth, chance, assumed, sentence, line
    )


def demonstrate_rate(
    at_most: float | None = None,
    *,
    confidence: float = 0.95,
    failures: int = 0,
    exposure: float | None = None,
    true: float = 0.0,
    unit: str = "days",
) -> Demonstration:
    """How long with at most `failures` events shows that their rate lies below `at_most`; or what an exposure shows.

    ``at_most`` in events for one ``unit``: give the rate from before the action to see how long nothing may recur until
    it is shown to have fallen, and half of it to see how long until it is shown to have halved. Exposure is the
    confidence quantile of chi-squared with 2 failures + 2 degrees over 2 at_most, which without failures is
    -log(1 - confidence) / at_most. Give ``exposure`` for ``at_most``, or both for the confidence reached.
    ``true``: a rate for which to tell the chance that the trial succeeds. Source: NIST e-Handbook 8.3.1.3.

    Assumes a constant rate and independent events. Raises ValueError at ``at_most`` and ``exposure`` not above 0, where
    both are lacking, at ``confidence`` outside (0, 1), ``true`` below 0.

    >>> found = demonstrate_rate(1 / 30, true=1 / 300)
    >>> round(found.size, 1), round(found.chance, 2)
    (89.9, 0.74)
    """
    from scipy.special import chdtri, pdtr  # noqa: PLC0415 - loads when first used

    sure, most, truth = _confidence(confidence), whole("failures", failures), number("true", true, least=0)
    bound = None if at_most is None else number("at_most", at_most, above=0)
    size = None if exposure is None else number("exposure", exposure, above=0)
    needed, unit = float(chdtri(2 * most + 2, 1 - sure)) / 2, str(unit)
    if bound is None and size is None:
        raise ValueError("at_most: give it, or exposure, or both")
    if bound is None:
        bound = needed / float(size or 1)
    if size is None:
        size = needed / bound
    values = np.linspace(0, 2 * bound, 81)
    line = np.column_stack((values, pdtr(most, size * values)))
    reached = 1 - float(pdtr(most, size * bound))
    sentence = (
        f"{size:,.4g} {unit} with {_few(most, 'event')} show with {100 * reached:.4g} % confidence that the rate is "
        f"less than {bound:.4g} events in one of the {unit}."
    )
    assumed = ("events are independent of one another", "their rate is constant")
    chance = float(pdtr(most, size * truth))
    return Demonstration(
        "rate", unit, size, most, bound, sure, reached, truth, chance, assumed, sentence, line
    )


def _least(bound: float, failures: int, risk: float) -> int:
    """Find the least n with P(at most so many failures) <= risk, by doubling and bisection."""
    from scipy.special import bdtr  # noqa: PLC0415 - loads when first used

    risk *= 1 + 1e-12  # rounding of 1 - confidence
    low, high = failures + 1, failures + 2
    while bdtr(failures, high, bound) > risk:
        low, high = high, 2 * high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if bdtr(failures, middle, bound) <= risk else (middle + 1, high)
    return low


def _confidence(confidence: Any) -> float:
    made = number("confidence", confidence, above=0)
    if made >= 1:
        raise ValueError(f"confidence: give less than 1, not {made:g}")
    return made


def _few(failures: int, word: str = "failure") -> str:
    if not failures:
        return f"no {word}"
    return f"at most {failures} {word}{'' if failures == 1 else 's'}"
