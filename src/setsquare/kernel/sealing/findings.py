"""What the verifier finds, and how it reads: in short queries by key, so that no writer waits and no memory fills."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

from django.db.models import Model, QuerySet

AT_ONCE = 500
FOUND_ALTERED = "found_altered"
"""What the trail calls it that a record was found changed otherwise than by commands."""
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    subject: str
    """The record's number, or what else it is about."""
    sentence: str

    def as_dict(self) -> dict[str, str]:
        """Return it as plain values."""
        return asdict(self)


def in_chunks(rows: QuerySet[Row], key: str) -> Iterator[list[Row]]:
    """Yield all rows in the order of a unique key, some at a time."""
    rows = rows.order_by(key)
    chunk = list(rows[:AT_ONCE])
    while chunk:
        yield chunk
        chunk = list(rows.filter(**{f"{key}__gt": getattr(chunk[-1], key)})[:AT_ONCE])


def shortened(numbers: Sequence[int]) -> str:
    """Return the first few numbers, and how many more there are."""
    named = ", ".join(map(str, numbers[:5]))
    return named if len(numbers) <= 5 else f"{named} and {len(numbers) - 5} more"
