"""What a register's address asks for, and addresses that ask for something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

from setsquare.faces.web.values import RECORD_LABELS
from setsquare.kernel.records.conditions import RANGE
from setsquare.kernel.records.registers import NEWEST_FIRST, filters_of
from setsquare.kernel.records.things import Column, Filter, Kind, Thing

RANGES = frozenset({Kind.DATE, Kind.DATETIME, Kind.NUMBER})
SORT, CURSOR, WORDS, COLUMNS, VIEW, SIZE = "sort", "after", "q", "columns", "view", "rows"
ROWS = (25, 50, 100)
"""Records on a page: as many as a screen holds, or more where a person asks for it."""
ALWAYS = ("number", "title")
"""What says which record a row is; it is not among the columns to choose."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a register."""

    thing: Thing
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: str = ""
    sort: str = NEWEST_FIRST
    cursor: str = ""
    columns: tuple[str, ...] = ()
    """Codes of the chosen columns; empty: those that the type shows."""
    view: str = ""
    """The saved view that it began with."""
    rows: int = ROWS[0]
    """Records on a page."""

    @property
    def is_narrowed(self) -> bool:
        """Tell whether something is left out of the register."""
        return bool(self.filters or self.words)

    def shown_columns(self) -> list[tuple[Column, bool]]:
        """Return every column with whether it is shown now; number and title always are."""
        chosen = set(self.columns)
        return [
            (column, column.path in ALWAYS or (column.code in chosen if chosen else column.shown))
            for column in columns_of(self.thing)
        ]

    def pairs(self, *, cursor: str = "", without: tuple[str, str] | None = None) -> list[tuple[str, str]]:
        """Return the parameters of an address that asks for the same; the place in it is left out unless given."""
        pairs = [(code, value) for code, values in self.filters.items() for value in values]
        if self.words:
            pairs.append((WORDS, self.words))
        if without is not None:
            pairs = [pair for pair in pairs if pair != without]
        if self.sort != NEWEST_FIRST:
            pairs.append((SORT, self.sort))
        pairs += [(COLUMNS, code) for code in self.columns]
        if self.view:
            pairs.append((VIEW, self.view))
        if self.rows != ROWS[0]:
            pairs.append((SIZE, str(self.rows)))
        return [*pairs, (CURSOR, cursor)] if cursor else pairs

    def query(self, *, cursor: str = "", without: tuple[str, str] | None = None) -> str:
        """Return the query of such an address; never an empty one, which would ask for the person's usual view."""
        pairs = self.pairs(cursor=cursor, without=without)
        return f"?{urlencode(pairs or [(SORT, NEWEST_FIRST)])}"

    def sized(self, rows: int) -> str:
        """Return the query for pages of this many records."""
        return f"?{urlencode([*(pair for pair in self.pairs() if pair[0] != SIZE), (SIZE, str(rows))])}"

    def sorted_by(self, code: str) -> str:
        """Return the query that sorts by a column: upwards first, downwards where it is upwards already."""
        sort = f"-{code}" if self.sort == code else code
        pairs = [(name, value) for name, value in self.pairs() if name != SORT]
        return f"?{urlencode([*pairs, (SORT, sort)])}"


def columns_of(thing: Thing) -> tuple[Column, ...]:
    """Return the columns of a register; a title is never missing."""
    if any(column.path == "title" for column in thing.columns):
        return thing.columns
    number = Column("number", RECORD_LABELS["number"], "number", sortable=True)
    title = Column("title", RECORD_LABELS["title"], "title", sortable=True)
    state = Column("state", RECORD_LABELS["state"], "state", Kind.STATE)
    return (number, title, *thing.columns) if thing.columns else (number, title, state)


def wanted_of(thing: Thing, given: QueryDict) -> Wanted:
    """Read what an address asks for; unknown parameters are passed over, as addresses grow old."""
    filters: dict[str, list[str]] = {}
    for declared in filters_of(thing):
        values = [value for value in given.getlist(declared.code) if value.strip()]
        if declared.kind in RANGES and (between := _range(declared, given)):
            values = [between]
        if values:
            filters[declared.code] = values
    known = {column.code for column in columns_of(thing)}
    return Wanted(
        thing,
        filters,
        given.get(WORDS, "").strip()[:200],
        given.get(SORT, "") or NEWEST_FIRST,
        given.get(CURSOR, ""),
        tuple(code for code in dict.fromkeys(given.getlist(COLUMNS)) if code in known),
        given.get(VIEW, "")[:80],
        next((size for size in ROWS if given.get(SIZE) == str(size)), ROWS[0]),
    )


def _range(declared: Filter, given: QueryDict) -> str:
    """Return the range of a form's two fields, empty where neither is filled."""
    low, high = (given.get(f"{declared.code}_{end}", "").strip() for end in ("from", "to"))
    return f"{low}{RANGE}{high}" if low or high else ""
