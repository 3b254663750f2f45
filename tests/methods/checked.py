"""Says what a test holds a method against; `tools/checked_against.py` makes the page of these from the sources.

The arguments are plain strings, because that script reads them without running anything.
"""

from collections.abc import Callable
from typing import Literal, TypeVar

Test = TypeVar("Test", bound=Callable[..., object])
By = Literal["figures", "program", "simulation", "twin"]


def checked(source: str, *methods: str, by: By = "figures") -> Callable[[Test], Test]:
    """Say that a test holds `methods` (as "charts.xbar_r") against `source`.

    `by`: printed "figures" of a book, paper or standard; another "program" (R, scipy, statsmodels), run or quoted; a
    "simulation" held against theory; a "twin", the same computed in a plain or another way, and properties.
    """
    assert source and methods and by
    return lambda test: test
