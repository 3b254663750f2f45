"""Find what two sequences have in common, in order, without ever comparing everything with everything.

Patience alignment (Bram Cohen's: anchor on items that occur once in either sequence, and recurse between the
anchors), with pairs and quadruples of items where no single item is unique. Where none of these is, an exact
longest common subsequence in gaps of at most `_EXACT_CELLS` cells, and matching by the number of the
occurrence in larger ones. The cost is O(n log n) for each of at most `_MAX_DEPTH` levels.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence

_EXACT_CELLS = 4096
_MAX_DEPTH = 40
_GRAMS = (1, 2, 4)

Pair = tuple[int | None, int | None]
"""Places in the old and in the new sequence; None where an item has no counterpart."""


def match(
    old: Sequence[Hashable], new: Sequence[Hashable], *, repeated: bool = True
) -> list[tuple[int, int]]:
    """Find pairs ``(i, j)`` with ``old[i] == new[j]``, strictly increasing: a long common subsequence.

    Without ``repeated`` only items that tell their place are matched: what is unique, and what is next to it.
    """
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    pairs: list[tuple[int, int]] = []
    gaps = [(0, len(a), 0, len(b), 0)]
    while gaps:
        a_from, a_to, b_from, b_to, depth = gaps.pop()
        while a_from < a_to and b_from < b_to and a[a_from] == b[b_from]:
            pairs.append((a_from, b_from))
            a_from, b_from = a_from + 1, b_from + 1
        while a_from < a_to and b_from < b_to and a[a_to - 1] == b[b_to - 1]:
            a_to, b_to = a_to - 1, b_to - 1
            pairs.append((a_to, b_to))
        if a_from == a_to or b_from == b_to:
            continue
        anchors = _anchors(a, a_from, a_to, b, b_from, b_to) if depth < _MAX_DEPTH else []
        small = (a_to - a_from) * (b_to - b_from) <= _EXACT_CELLS
        if not anchors and repeated and not small:
            anchors = _by_number(a, a_from, a_to, b, b_from, b_to) if depth < _MAX_DEPTH else []
        if anchors:
            pairs.extend(anchors)
            for i, j in [*anchors, (a_to, b_to)]:
                gaps.append((a_from, i, b_from, j, depth + 1))
                a_from, b_from = i + 1, j + 1
        elif repeated and small:
            pairs.extend(_exact(a, a_from, a_to, b, b_from, b_to))
    pairs.sort()
    return pairs


def _anchors(
    a: list[int], a_from: int, a_to: int, b: list[int], b_from: int, b_to: int
) -> list[tuple[int, int]]:
    """Find the longest increasing chain of items, or short stretches, that are unique in both."""
    for length in _GRAMS:
        in_a, in_b = _unique(a, a_from, a_to, length), _unique(b, b_from, b_to, length)
        common: list[tuple[int, int]] = [
            (i, in_b[key]) for key, i in in_a.items() if i >= 0 and in_b.get(key, -1) >= 0
        ]
        if common:
            return _longest_chain(common)
    return []


def _unique(items: list[int], start: int, stop: int, length: int) -> dict[Hashable, int]:
    """Each stretch of ``length`` items with its position, or -1 where it occurs more than once."""
    places: dict[Hashable, int] = {}
    for position in range(start, stop - length + 1):
        key: Hashable = items[position] if length == 1 else tuple(items[position : position + length])
        places[key] = -1 if key in places else position
    return places


def _numbered(items: list[int], start: int, stop: int) -> dict[tuple[int, int], int]:
    """Tell repeated items apart by number: the third "yes" of one side stands for that of the other."""
    seen: Counter[int] = Counter()
    places = {}
    for position in range(start, stop):
        item = items[position]
        places[item, seen[item]] = position
        seen[item] += 1
    return places


def _by_number(
    a: list[int], a_from: int, a_to: int, b: list[int], b_from: int, b_to: int
) -> list[tuple[int, int]]:
    """Match repeated items by the number of their occurrence."""
    in_a, in_b = _numbered(a, a_from, a_to), _numbered(b, b_from, b_to)
    return _longest_chain([(i, in_b[key]) for key, i in in_a.items() if key in in_b])


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Find the longest chain increasing in both coordinates, by patience sorting of sorted pairs."""
    tops: list[int] = []
    top_at: list[int] = []
    before: list[int] = []
    for position, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(top_at[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            top_at.append(position)
        else:
            tops[pile], top_at[pile] = j, position
    chain = []
    position = top_at[-1] if top_at else -1
    while position >= 0:
        chain.append(pairs[position])
        position = before[position]
    return chain[::-1]


def _exact(
    a: list[int], a_from: int, a_to: int, b: list[int], b_from: int, b_to: int
) -> list[tuple[int, int]]:
    """Find a longest common subsequence by dynamic programming, for small ranges."""
    rows, columns = a_to - a_from, b_to - b_from
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        here, below = best[i], best[i + 1]
        for j in range(columns - 1, -1, -1):
            here[j] = below[j + 1] + 1 if a[a_from + i] == b[b_from + j] else max(below[j], here[j + 1])
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        if a[a_from + i] == b[b_from + j]:
            pairs.append((a_from + i, b_from + j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def heaviest_chain(candidates: Sequence[tuple[int, int, float]]) -> list[tuple[int, int]]:
    """Choose from weighted pairs ``(i, j, weight)`` the heaviest chain increasing in both coordinates.

    O(k log k) by a Fenwick tree of maxima over ``j``.
    """
    ordered = sorted(candidates, key=lambda c: (c[0], -c[1]))
    size = max((j for _, j, _ in ordered), default=-1) + 1
    tree: list[tuple[float, int]] = [(0.0, -1)] * (size + 1)
    before: list[int] = []
    end = (0.0, -1)
    for position, (_, j, weight) in enumerate(ordered):
        best, slot = (0.0, -1), j
        while slot > 0:
            best, slot = max(best, tree[slot]), slot - (slot & -slot)
        before.append(best[1])
        total, slot = (best[0] + weight, position), j + 1
        while slot <= size:
            tree[slot], slot = max(tree[slot], total), slot + (slot & -slot)
        end = max(end, total)
    chain = []
    position = end[1]
    while position >= 0:
        chain.append((ordered[position][0], ordered[position][1]))
        position = before[position]
    return chain[::-1]


def spread(pairs: Iterable[tuple[int, int]], old: int, new: int) -> Iterator[Pair]:
    """Yield all places of two sequences by their lengths: pairs, and between them what stands alone.

    In each gap the places of the old sequence come before those of the new one.
    """
    i = j = 0
    for x, y in [*pairs, (old, new)]:
        yield from ((place, None) for place in range(i, x))
        yield from ((None, place) for place in range(j, y))
        if x < old:
            yield x, y
        i, j = x + 1, y + 1


def gaps(pairs: Iterable[tuple[int, int]], old: int, new: int) -> Iterator[tuple[range, range]]:
    """Yield the stretches between matched pairs that are empty on neither side."""
    i = j = 0
    for x, y in [*pairs, (old, new)]:
        if i < x and j < y:
            yield range(i, x), range(j, y)
        i, j = x + 1, y + 1
