"""Compare two tables: columns by their headers, rows by likeness, cells by words."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from .alignment import Pair, gaps, heaviest_chain, match, spread
from .blocks import Word, plain
from .result import CellChange, RowChange
from .words import compare_words, whole

Row = tuple[tuple[Word, ...], ...]
Ordered = TypeVar("Ordered", str, Row)

_LIKE = 0.3
_MOST_PAIRS = 2500


def compare_tables(old: Sequence[Row], new: Sequence[Row]) -> tuple[RowChange, ...]:
    """Merge the rows of both tables in reading order; the first row of each is its header."""
    columns = _columns(old, new)
    rows: list[RowChange] = [_row(old[0], new[0], columns, header=True)]
    shared = [(i, j) for i, j in columns if i is not None and j is not None]
    before = [_seen(row, [i for i, _ in shared]) for row in old[1:]]
    after = [_seen(row, [j for _, j in shared]) for row in new[1:]]
    for i, j in _paired_rows(before, after):
        rows.append(
            _row(None if i is None else old[i + 1], None if j is None else new[j + 1], columns, header=False)
        )
    return tuple(rows)


def one_table(rows: Sequence[Row], op: str) -> tuple[RowChange, ...]:
    """Return a table of one fate: ``same``, ``added`` or ``removed``."""
    places: list[Pair] = [(place, place) for place in range(max((len(row) for row in rows), default=0))]
    return tuple(
        _row(row if op != "added" else None, row if op != "removed" else None, places, header=place == 0)
        for place, row in enumerate(rows)
    )


def _columns(old: Sequence[Row], new: Sequence[Row]) -> list[Pair]:
    """Match columns by header text; where a gap has as many on both sides, pair these in order."""
    left, right = [plain(cell) for cell in old[0]], [plain(cell) for cell in new[0]]
    pairs = _both_ways(left, right)
    for in_old, in_new in list(gaps(pairs, len(left), len(right))):
        if len(in_old) == len(in_new):
            pairs.extend(zip(in_old, in_new, strict=True))
    return list(spread(sorted(pairs), len(left), len(right)))


def _both_ways(old: Sequence[Ordered], new: Sequence[Ordered]) -> list[tuple[int, int]]:
    """Match in one direction only, so that comparing the other way round shows the same difference."""
    if list(new) < list(old):
        return [(i, j) for j, i in match(new, old)]
    return match(old, new)


def _seen(row: Row, shared: Sequence[int]) -> Row:
    """Take the cells in the columns that both tables have, by which rows are found again."""
    return tuple(row[place] for place in shared if place < len(row))


def _paired_rows(old: list[Row], new: list[Row]) -> Iterator[Pair]:
    pairs = _both_ways(old, new)
    for in_old, in_new in list(gaps(pairs, len(old), len(new))):
        found = _similar_rows([old[i] for i in in_old], [new[j] for j in in_new])
        pairs.extend((in_old[i], in_new[j]) for i, j in found)
    return spread(sorted(pairs), len(old), len(new))


def _similar_rows(old: list[Row], new: list[Row]) -> list[tuple[int, int]]:
    """Pair the rows of a gap by their cells and words; in a very large gap by their first cell alone."""
    if len(old) * len(new) > _MOST_PAIRS:
        return _both_ways(
            [plain(row[0]) if row else "" for row in old], [plain(row[0]) if row else "" for row in new]
        )
    left, right = [_bag(row) for row in old], [_bag(row) for row in new]
    scored = [(i, j, _likeness(a, b)) for i, a in enumerate(left) for j, b in enumerate(right)]
    wanted = [candidate for candidate in scored if candidate[2] >= _LIKE]
    if new < old:
        return [(i, j) for j, i in heaviest_chain([(j, i, weight) for i, j, weight in wanted])]
    return heaviest_chain(wanted)


def _bag(row: Row) -> Counter[tuple[int, str]]:
    """Words by column, and each filled cell as a whole with double weight."""
    bag: Counter[tuple[int, str]] = Counter()
    for place, cell in enumerate(row):
        text = plain(cell)
        bag.update((place, word) for word in text.lower().split())
        if text:
            bag[place, "\t" + text] += 2
    return bag


def _likeness(a: Counter[tuple[int, str]], b: Counter[tuple[int, str]]) -> float:
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 1.0


def _row(old: Row | None, new: Row | None, columns: list[Pair], *, header: bool) -> RowChange:
    cells = tuple(_cell(_at(old, left), _at(new, right)) for left, right in columns)
    if old is None:
        return RowChange("added", header, cells)
    if new is None:
        return RowChange("removed", header, cells)
    return RowChange("same" if all(cell.op == "same" for cell in cells) else "changed", header, cells)


def _at(row: Row | None, column: int | None) -> tuple[Word, ...] | None:
    return None if row is None or column is None or column >= len(row) else row[column]


def _cell(old: tuple[Word, ...] | None, new: tuple[Word, ...] | None) -> CellChange:
    if old is None and new is None:
        return CellChange("same", None, None, ())
    if old is None:
        return CellChange("added", None, plain(new or ()), whole("added", new or ()))
    if new is None:
        return CellChange("removed", plain(old), None, whole("removed", old))
    if old == new:
        return CellChange("same", plain(old), plain(new), whole("same", old))
    return CellChange("changed", plain(old), plain(new), compare_words(old, new))
