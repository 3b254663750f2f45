"""What records of a type show as evidence of what people are able to; `records.proofs` reads it."""

from dataclasses import dataclass, field

from django.db.models import Q


@dataclass(frozen=True)
class Proof:
    """That records of a type show what people are able to, as evidence does: in which states, and of whom."""

    holds: frozenset[str]
    """States in which it does, and nothing has to be said of them."""
    never: frozenset[str] = frozenset()
    """States in which it shows nothing, whenever it came into them."""
    ended: frozenset[str] = frozenset()
    """States in which it shows nothing any more: of an earlier day it still does."""
    last: str = ""
    """The path from Record to the last day on which it does; where there is none, it does for good."""
    person: str = ""
    """The path from Record to whom it is about; empty: about nobody, so it may show something of anybody."""
    where: Q = field(default_factory=Q)
    """Of which rows on that path it is about, such as those who were there."""
    named: bool = True
    """Whether everybody who sees a record may know whom it is about."""
