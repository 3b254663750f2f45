"""Attribute sampling plans: sample sizes, acceptance and rejection numbers, stage by stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ... import methods  # curves load with the first that is drawn
from ..inputs import listed, one_of, whole
from ..results import Result, Table

Model = Literal["binomial", "poisson", "hypergeometric"]
MOST_ACCEPT = 100_000
MODELS: tuple[Model, ...] = ("binomial", "poisson", "hypergeometric")
STAGES = 25


@dataclass(frozen=True)
class AttributePlan(Result):
    """A single, double or multiple plan.

    `sizes` are the samples drawn at each stage (not cumulated). `accept` and `reject` are compared with the number
    found in all samples so far: accept at or below `accept`, reject at or above `reject`, else draw the next sample.
    An acceptance number of -1 says that a lot cannot be accepted at that stage.
    """

    sizes: tuple[int, ...]
    accept: tuple[int, ...]
    reject: tuple[int, ...]

    @property
    def stages(self) -> int:
        """How many samples may be drawn."""
        return len(self.sizes)

    @property
    def largest(self) -> int:
        """The items inspected where every sample is drawn."""
        return sum(self.sizes)

    def table(self) -> Table:
        """Return a row for each stage."""
        drawn = 0
        rows = []
        for stage, (size, low, high) in enumerate(zip(self.sizes, self.accept, self.reject, strict=True), 1):
            drawn += size
            rows.append((stage, size, drawn, low, high))
        return Table(("stage", "sample", "cumulative sample", "accept", "reject"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return the OC curve (binomial) as an ECharts option; `characteristic` has the others."""
        return methods.sampling.characteristic(self).figure()


def single(n: int, accept: int) -> AttributePlan:
    """Return the plan that inspects `n` items and accepts with at most `accept` nonconforming ones.

    Raises ValueError at ``n`` (below 1) or ``accept`` (below 0, over 100,000).

    >>> single(50, 2).reject
    (3,)
    """
    size, number = whole("n", n, least=1), whole("accept", accept, most=MOST_ACCEPT)
    return AttributePlan((size,), (number,), (number + 1,))


def double(n1: int, accept1: int, reject1: int, n2: int, accept2: int) -> AttributePlan:
    """Return a double plan; what lies between `accept1` and `reject1` calls for the second sample.

    `accept2` counts what both samples held. Raises ValueError at ``n1``, ``accept1``, ``reject1``, ``n2``,
    ``accept2``, and as `multiple` does.

    >>> double(50, 1, 4, 100, 3).largest
    150
    """
    first, second = whole("n1", n1, least=1), whole("n2", n2, least=1)
    least, most = (
        whole("accept1", accept1, least=-1, most=MOST_ACCEPT),
        whole("accept2", accept2, most=MOST_ACCEPT),
    )
    return multiple((first, second), (least, most), (whole("reject1", reject1, least=1), most + 1))


def multiple(sizes: Sequence[int], accept: Sequence[int], reject: Sequence[int]) -> AttributePlan:
    """Return a plan of several stages (ISO 2859-1, clause 11.1: numbers are cumulative).

    Raises ValueError at ``sizes``, ``accept`` or ``reject``: lengths differ, a number falls from one stage to the next,
    accept is not below reject, or the last stage leaves a lot undecided (reject must be accept + 1 there).

    >>> multiple((20, 20, 20), (-1, 1, 3), (2, 4, 4)).stages
    3
    """
    sizes, accept, reject = listed("sizes", sizes), listed("accept", accept), listed("reject", reject)
    if not 1 <= len(sizes) <= STAGES:
        raise ValueError(f"sizes: give 1 to {STAGES} stages, not {len(sizes)}")
    if len(accept) != len(sizes):
        raise ValueError(f"accept: has {len(accept)} stages, but sizes has {len(sizes)}")
    if len(reject) != len(sizes):
        raise ValueError(f"reject: has {len(reject)} stages, but sizes has {len(sizes)}")
    drawn = tuple(whole("sizes", size, least=1) for size in sizes)
    low = tuple(whole("accept", number, least=-1, most=MOST_ACCEPT) for number in accept)
    high = tuple(whole("reject", number, least=1) for number in reject)
    for name, numbers in (("accept", low), ("reject", high)):
        if any(later < earlier for earlier, later in zip(numbers, numbers[1:], strict=False)):
            raise ValueError(f"{name}: numbers are cumulative and cannot fall from one stage to the next")
    for stage, (yes, no) in enumerate(zip(low, high, strict=True), 1):
        if yes >= no:
            raise ValueError(f"accept: {yes} at stage {stage} must be below the rejection number {no}")
    if low[-1] < 0:
        raise ValueError("accept: the last stage must be able to accept")
    if high[-1] != low[-1] + 1:
        raise ValueError(f"reject: the last stage must decide, so give {low[-1] + 1}, not {high[-1]}")
    return AttributePlan(drawn, low, high)


def checked_model(model: str) -> Model:
    """Return the model by its name; raises ValueError at ``model``."""
    return one_of("model", model, MODELS)
