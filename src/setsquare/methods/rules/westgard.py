"""Westgard's multirule for several controls measured in every run: within each control, and across them."""

import dataclasses
from typing import Any

import numpy as np

from ..figures import bars
from ..inputs import Floats, floats, graspable, table
from ..results import Result, Table
from .definitions import RuleSet
from .presets import WESTGARD
from .search import Signals, signals

_FARTHEST = 1e150


@dataclasses.dataclass(frozen=True)
class Multirule(Result):
    """What each run is to be judged as, and the signals behind it."""

    decisions: tuple[str, ...]
    """``accept``, ``warning``, ``reject`` or ``missing`` for each run."""
    within: Signals
    """Of each control's own series, shape (controls, runs)."""
    across: Signals
    """Of all values in the order of measurement, run by run, shape (runs * controls,)."""

    def table(self) -> Table:
        """Return a row for each run: its decision, and the rules that its values complete."""
        controls, runs = self.within.completing.shape
        across = self.across.completing.reshape(runs, controls)
        rows = []
        for run, decision in enumerate(self.decisions):
            bits = int(np.bitwise_or.reduce([*self.within.completing[:, run], *across[run]]))
            names = [rule.name for at, rule in enumerate(self.across.rules.rules) if bits >> at & 1]
            rows.append((run, decision, ", ".join(names)))
        return Table(("run", "decision", "rules"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return how many runs were judged as what, as an ECharts option."""
        words = ("accept", "warning", "reject", "missing")
        return bars("Multirule", "runs", words, {"runs": [self.decisions.count(word) for word in words]})


def multirule(
    values: Any, *, mean: Any = 0.0, sigma: Any = 1.0, rules: RuleSet | str = WESTGARD
) -> Multirule:
    """Judge runs in which several controls are measured, by a set of rules such as Westgard's.

    ``values``: rows are runs, columns are controls in the order of measurement, shape (runs, controls); missing ones
    are gaps. ``mean`` and ``sigma``: known ones of each control, or one for all; without them values are told in sigmas
    already. Every rule is held against each control's own series and against all values one after another, so that
    2-2s finds two controls of one run as well as one control in two runs; a rule of ``range`` (R-4s) only compares the
    controls of one run. A run is rejected where it completes a pattern of a rule that is no warning.
    Source: Westgard et al. (1981). Assumes independent normal values. Raises ValueError at ``values``, ``mean`` or
    ``sigma`` where these are no numbers or fit no column, and at ``rules`` as ``signals`` does.

    >>> judged = multirule([[0.4, -0.3], [2.1, -2.1], [2.3, 0.1], [0.2, 0.5]])
    >>> judged.decisions
    ('accept', 'reject', 'reject', 'accept')
    >>> judged.table().rows[1]
    (1, 'reject', '1-2s, R-4s')
    """
    given = table("values", values, missing=True)
    runs, controls = given.shape
    spread = _each("sigma", sigma, controls)
    if (spread <= 0).any():
        raise ValueError("sigma: give more than 0")
    graspable("sigma", spread)
    scores = (given - _each("mean", mean, controls)) / spread
    if (np.abs(scores) > _FARTHEST).any():
        raise ValueError("sigma: is too small for values so far from the mean")
    within = signals(scores.T, rules)
    rules = within.rules
    ranging = [rule.name for rule in rules.rules if rule.pattern == "range"]
    for name in ranging:
        # Two runs apart tell of a shift, not of scatter within a run.
        off = ~within.completing.dtype.type(1 << rules.place(name))
        within = dataclasses.replace(
            within, completing=within.completing & off, belonging=within.belonging & off
        )
    across = signals(scores.ravel(), rules, runs=np.repeat(np.arange(runs), controls))
    rejected, warned = (
        _found(within, bits).any(axis=0) | _found(across, bits).reshape(runs, controls).any(axis=1)
        for bits in (_bits(rules, False), _bits(rules, True))
    )
    missing = np.isnan(given).all(axis=1)
    words = np.where(missing, "missing", np.where(rejected, "reject", np.where(warned, "warning", "accept")))
    return Multirule(tuple(words.tolist()), within, across)


def _each(name: str, value: Any, controls: int) -> Floats:
    made = floats(name, value)
    if made.shape not in ((), (controls,)) or not np.isfinite(made).all():
        raise ValueError(f"{name}: give one number, or one for each of the {controls} controls")
    return made


def _bits(rules: RuleSet, warning: bool) -> int:
    return sum(1 << at for at, rule in enumerate(rules.rules) if rule.warning == warning)


def _found(of: Signals, bits: int) -> Any:
    return of.completing & of.completing.dtype.type(bits) != 0
