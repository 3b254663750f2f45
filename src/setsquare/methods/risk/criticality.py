"""Criticality of failure modes where rates are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..figures import bars
from ..inputs import Column, Floats, column, listed, number, same_length
from ..results import Result, Table
from .ordering import labels, ranks


@dataclass(frozen=True)
class Criticality(Result):
    """Criticality numbers of failure modes (expected critical losses in the time), and their sums.

    `shares` are of the sum of all. `by_severity` adds the modes of each severity class, in the order of the classes'
    names; it is empty where no severity was given.
    """

    names: tuple[str, ...]
    numbers: tuple[float, ...]
    shares: tuple[float, ...]
    order: tuple[int, ...]
    ranks: tuple[int, ...]
    total: float
    by_severity: dict[str, float]

    def table(self) -> Table:
        """Return the modes, largest first."""
        columns = (self.ranks, self.names, self.numbers, self.shares)
        rows = tuple(tuple(values[place] for values in columns) for place in self.order)
        return Table(("rank", "name", "criticality", "share"), rows)

    def figure(self) -> dict[str, Any]:
        """Return the criticality numbers as bars, an ECharts option."""
        names = [self.names[place] for place in self.order]
        made = {"criticality": [self.numbers[place] for place in self.order]}
        return bars("Criticality of failure modes", "criticality number", names, made)


def criticality(
    rate: Column,
    time: float,
    *,
    mode_share: Column | None = None,
    effect: Column | None = None,
    severity: Sequence[Any] | None = None,
    names: Sequence[Any] | None = None,
) -> Criticality:
    """Return criticality numbers C = effect x mode share x rate x time of failure modes, and rank them.

    `rate` is the failure rate of the mode's item (failures per unit of `time`), `mode_share` the share of the item's
    failures that are of this mode (1 by default), `effect` the probability that the failure leads to the loss looked at
    (1 by default). Sums over the modes of one severity class are the item's criticality.

    Source: MIL-STD-1629A (1980), task 102. Rates are constant (exponential lives). All rates zero gives shares of NaN.
    Raises ValueError at ``rate`` (negative), ``time``, ``mode_share`` and ``effect`` (outside 0 to 1), ``severity``,
    ``names``.

    >>> found = criticality([2e-6, 5e-6], 1000, mode_share=[0.3, 0.1], effect=[1.0, 0.5], severity=["I", "II"])
    >>> [round(number, 6) for number in found.numbers], found.ranks
    ([0.0006, 0.00025], (1, 2))
    """
    rates = column("rate", rate)
    if (rates < 0).any():
        raise ValueError("rate: give 0 or more")
    parts = [_part(name, values, rates) for name, values in (("mode_share", mode_share), ("effect", effect))]
    numbers = rates * parts[0] * parts[1] * number("time", time, above=0)
    total = float(numbers.sum())
    order, ranked = ranks(numbers)
    classes: dict[str, float] = {}
    if severity is not None:
        named = [str(one) for one in listed("severity", severity)]
        if len(named) != len(rates):
            raise ValueError(f"severity: has {len(named)} values, but rate has {len(rates)}")
        classes = {name: float(numbers[[one == name for one in named]].sum()) for name in sorted(set(named))}
    with np.errstate(invalid="ignore"):
        shares = numbers / total if total else np.full(len(numbers), np.nan)
    return Criticality(
        labels(names, len(rates)),
        tuple(numbers.tolist()),
        tuple(shares.tolist()),
        order,
        ranked,
        total,
        classes,
    )


def _part(name: str, values: Column | None, rates: Floats) -> Floats:
    if values is None:
        return np.ones(len(rates))
    made = column(name, values)
    same_length(**{"rate": rates, name: made})
    if ((made < 0) | (made > 1)).any():
        raise ValueError(f"{name}: give shares from 0 to 1")
    return made
