"""The double and multiple plans that stand beside the single plans of Z1.4 and ISO 2859-1.

All plans of one diagonal of the tables have the same numbers, so that these hang on the numbers of the single plan
alone, and the samples on its sample: each of a double plan is the next smaller of the series 2, 3, 5, 8, 13 ..., each
of a multiple plan the third smaller. That is how the tables below are written: the numbers of the single plan, then
acceptance/rejection numbers stage by stage; # says that a lot cannot be accepted yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

from ..inputs import listed, of_kind, one_of, whole
from ..results import Part, Result, Table
from .plans import AttributePlan
from .standard import StandardPlan
from .tables import SIZES

Scheme = Literal["single", "double", "multiple"]
SCHEMES: tuple[Scheme, ...] = ("single", "double", "multiple")

DOUBLE = """
1/2   0/2   1/2
2/3   0/3   3/4
3/4   1/4   4/5
5/6   2/5   6/7
7/8   3/7   8/9
8/9   3/7   11/12
10/11 5/9   12/13
12/13 6/10  15/16
14/15 7/11  18/19
18/19 9/14  23/24
21/22 11/16 26/27
27/28 15/20 34/35
30/31 17/22 37/38
41/42 23/29 52/53
44/45 25/31 56/57
0/2   0/2   0/2
1/3   0/3   0/4
1/4   0/4   1/5
2/5   0/4   3/6
3/6   1/5   4/7
5/8   2/7   6/9
7/10  3/8   8/12
10/13 5/10  12/16
14/17 7/12  18/22
21/24 11/17 26/30
"""
"""MIL-STD-105E and Z1.4, tables III; the last ten lines are of reduced inspection, with its gap."""

DOUBLE_ISO = """
3/4   1/3   4/5
6/7   3/6   7/8
7/8   3/6   9/10
8/9   4/7   10/11
"""
"""Where ISO 2859-1:1999 differs, or has numbers of its own for reduced inspection."""

MULTIPLE = """
1/2   #/2  #/2   0/2   0/3   1/3   1/3   2/3
2/3   #/2  0/3   0/3   1/4   2/4   3/5   4/5
3/4   #/3  0/3   1/4   2/5   3/6   4/6   6/7
5/6   #/4  1/5   2/6   3/7   5/8   7/9   9/10
7/8   0/4  1/6   3/8   5/10  7/11  10/12 13/14
8/9   0/4  2/7   4/9   6/11  9/12  12/14 14/15
10/11 0/5  3/8   6/10  8/13  11/15 14/17 18/19
12/13 0/6  3/9   7/12  10/15 14/17 18/20 21/22
14/15 1/7  4/10  8/13  12/17 17/20 21/23 25/26
18/19 1/8  6/12  11/17 16/22 22/25 27/29 32/33
21/22 2/9  7/14  13/19 19/25 25/29 31/33 37/38
27/28 3/10 10/17 17/24 24/31 32/37 40/43 48/49
30/31 4/12 11/19 19/27 27/34 36/40 45/47 53/54
41/42 6/15 16/25 26/36 37/46 49/55 61/64 72/73
44/45 6/16 17/27 29/39 40/49 53/58 65/68 77/78
0/2   #/2  #/2   0/2   0/3   0/3   0/3   1/3
1/3   #/2  #/3   0/3   0/4   0/4   1/5   1/5
1/4   #/3  #/3   0/4   0/5   1/6   1/6   2/7
2/5   #/3  0/4   0/5   1/6   2/7   3/7   4/8
3/6   #/4  0/5   1/6   2/7   3/8   4/9   6/10
5/8   #/4  1/6   2/8   3/10  5/11  7/12  9/14
7/10  0/5  1/7   3/9   5/12  7/13  10/15 13/17
10/13 0/6  3/9   6/12  8/15  11/17 14/20 18/22
"""
"""MIL-STD-105E and Z1.4, tables IV; the last eight lines are of reduced inspection."""


def _read(text: str) -> dict[tuple[int, int], tuple[tuple[int, int], ...]]:
    def pair(cell: str) -> tuple[int, int]:
        low, _slash, high = cell.partition("/")
        return (-1 if low == "#" else int(low)), int(high)

    lines = [[pair(cell) for cell in line.split()] for line in text.strip().splitlines()]
    return {single: tuple(stages) for single, *stages in lines}


NUMBERS = {
    ("double", "Z1.4"): _read(DOUBLE),
    ("double", "ISO 2859-1"): {**_read(DOUBLE), **_read(DOUBLE_ISO)},
    ("multiple", "Z1.4"): _read(MULTIPLE),
}


@dataclass(frozen=True)
class StagedPlan(Result):
    """A double or multiple plan as the standard prescribes it beside a single one.

    Samples are not cumulated, numbers are. Where the standard has no plan of so many stages for a cell (acceptance
    number 0, the smallest samples), it is the one of fewer stages that the standard sends to. Only Z1.4's reduced
    inspection leaves a gap in the last stage: a count in it accepts the lot and ends reduced inspection.
    """

    single: StandardPlan
    scheme: Scheme
    sizes: tuple[int, ...]
    accept: tuple[int, ...]
    reject: tuple[int, ...]

    @property
    def plan(self) -> AttributePlan:
        """The plan for `characteristic`; a count below the last rejection number accepts."""
        return AttributePlan(self.sizes, (*self.accept[:-1], self.reject[-1] - 1), self.reject)

    def table(self) -> Table:
        """Return a row for each stage, with the numbers as printed."""
        rows = [
            (stage, size, sum(self.sizes[:stage]), low, high)
            for stage, (size, low, high) in enumerate(
                zip(self.sizes, self.accept, self.reject, strict=True), 1
            )
        ]
        return Table(("stage", "sample", "cumulative sample", "accept", "reject"), tuple(rows))

    def figure(self) -> dict[str, Any]:
        """Return the OC curve of the plan (binomial) as an ECharts option."""
        return self.plan.figure()


@dataclass(frozen=True)
class Reading(Part):
    """What the samples drawn so far say: "accept", "reject" or "continue", after how many, with what found."""

    decision: Literal["accept", "reject", "continue"]
    stage: int
    found: int
    in_gap: bool = False


def staged_plan(single: StandardPlan, scheme: str) -> StagedPlan:
    """Return the double or multiple plan of the standard that does nearly what a single plan of it does.

    Double plans: two equal samples; multiple plans: seven (Z1.4, MIL-STD-105E). ISO 2859-1:1999 has five stages, whose
    numbers are not in this library: read them in the standard and give them to `multiple`.

    Sources: MIL-STD-105E (1989), tables III and IV; ISO 2859-1:1999, table 3. Raises ValueError at ``scheme`` (single,
    double, multiple; multiple of ISO 2859-1), and at ``single`` where all samples together exceed the lot.

    >>> from setsquare.methods.sampling import standard_plan
    >>> staged_plan(standard_plan(1000, 1.0), "double").table().rows
    ((1, 50, 50, 0, 3), (2, 50, 100, 3, 4))
    """
    of_kind("single", single, StandardPlan, "a plan that standard_plan() looks up")
    kind = one_of("scheme", scheme, SCHEMES)
    if kind == "multiple" and single.standard == "ISO 2859-1":
        raise ValueError(
            "scheme: multiple plans of ISO 2859-1 are not tabled; give their numbers to multiple"
        )
    alone = StagedPlan(single, kind, (single.n,), (single.accept,), (single.reject,))
    if kind == "single" or single.whole_lot or single.accept == 0 and single.reject == 1:
        return alone
    rank = SIZES.index(single.n)
    for form, smaller in (("multiple", 3), ("double", 1)):
        numbers = NUMBERS.get((form, single.standard), {}).get((single.accept, single.reject))
        if numbers and rank >= smaller and (form == "double" or kind == "multiple"):
            sizes = (SIZES[rank - smaller],) * len(numbers)
            if sum(sizes) > single.lot_size:
                raise ValueError(f"single: {sum(sizes)} items of all samples are more than the lot has")
            return StagedPlan(
                single, kind, sizes, tuple(low for low, _ in numbers), tuple(high for _, high in numbers)
            )
    return alone


def read_samples(plan: StagedPlan, found: int | Sequence[int]) -> Reading:
    """Read the counts of the samples drawn so far, in their order, against a plan; one number is one sample.

    Raises ValueError at ``found`` (empty, more samples than the plan has, negative, or samples after the decision).

    >>> from setsquare.methods.sampling import standard_plan
    >>> plan = staged_plan(standard_plan(1000, 1.0), "double")
    >>> read_samples(plan, [1]).decision, read_samples(plan, [1, 2]).decision
    ('continue', 'accept')
    """
    of_kind("plan", plan, StagedPlan, "a plan that staged_plan() looks up")
    counts = [found] if isinstance(found, Integral) else listed("found", found)
    if not 1 <= len(counts) <= len(plan.sizes):
        raise ValueError(f"found: give the counts of 1 to {len(plan.sizes)} samples, not {len(counts)}")
    total, last = 0, len(plan.sizes)
    for stage, count in enumerate(counts, 1):
        total += whole("found", count, least=0)
        low, high = plan.accept[stage - 1], plan.reject[stage - 1]
        in_gap = stage == last and low < total < high
        if total >= high or total <= low or in_gap:
            if stage < len(counts):
                raise ValueError(
                    f"found: the plan decides after {stage} samples, but {len(counts)} are given"
                )
            return Reading("reject" if total >= high else "accept", stage, total, in_gap)
    return Reading("continue", len(counts), total)
