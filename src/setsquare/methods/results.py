"""What every method answers: a small frozen object that becomes JSON, a table and a picture."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows under headings, as a page or a spreadsheet shows them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """The base of results: subclasses are frozen dataclasses of plain values, arrays and other results.

    Each has ``figure()`` as well, an ECharts option as plain data, but for those that are a `Part`.
    """

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-ready values: arrays as lists, NaN and infinities as None."""
        made: dict[str, Any] = plain(self)
        return made

    def table(self) -> Table:
        """Return the result as rows of name and value, parts by names with dots; overridden where it is a series.

        A pair of numbers, as an interval is, makes two rows; a long column only says how many values it has.
        """
        return Table(("name", "value"), tuple(_rows("", self.to_dict())))


@dataclasses.dataclass(frozen=True, slots=True)
class Part(Result):
    """A result that there is nothing to draw of by itself, so that it has no ``figure()``.

    It stands inside another result and is drawn there (a stage of a chart, a row of a table of variance), defines
    something (a rule, limits), says where a series of lots stands, or is a number or two.
    """


_LONGEST = 8

BELOW = {"nameLocation": "middle", "nameGap": 28}
"""Where an ECharts option has the name of its horizontal axis: below it, as beside it most would be cut off."""
BESIDE = {"nameLocation": "middle", "nameGap": 44}
"""Where it has the name of a vertical axis: beside the axis, reading upwards, where no title stands."""
EVERY = {"interval": 0, "hideOverlap": False, "overflow": "break", "width": 84, "fontSize": 11}
"""Labels of categories that are few and have all to be read."""


def _rows(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _rows(f"{name}.{key}" if name else key, item)
    elif not isinstance(value, list):
        yield name, value
    elif len(value) == 2 and all(isinstance(item, int | float | None) for item in value):
        yield from zip((f"{name}.low", f"{name}.high"), value, strict=True)
    elif len(value) > _LONGEST:
        yield name, f"{len(value)} values"
    else:
        for place, item in enumerate(value):
            yield from _rows(f"{name}.{place}", item)


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "tolist"):  # an array or a number of numpy's, which is not loaded for this
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value
