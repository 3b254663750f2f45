"""Compare the words of two paired blocks and keep the result readable."""

from collections.abc import Iterable, Sequence

from .alignment import match
from .blocks import Word, split
from .result import Run, RunOp

_LEAST_SHARED = 0.2

Segment = tuple[list[Word], list[Word], bool]
"""Words of the old and of the new text; True where they are the same."""


def compare_words(old: Sequence[Word], new: Sequence[Word]) -> tuple[Run, ...]:
    """Find the runs that lead from the pieces of one block to those of another, removed before added."""
    a, b = split(old), split(new)
    segments = _joined(_segments(a, b))
    shared = sum(len(word.text) for left, _, same in segments if same for word in left)
    longest = max(sum(len(word.text) for word in a), sum(len(word.text) for word in b))
    if shared < _LEAST_SHARED * longest:
        segments = [(a, b, False)]
    runs: list[Run] = []
    for left, right, same in segments:
        if same:
            _extend(runs, "same", left)
        else:
            _extend(runs, "removed", left)
            _extend(runs, "added", right)
    return tuple(runs)


def whole(op: RunOp, pieces: Iterable[Word]) -> tuple[Run, ...]:
    """Turn a block's pieces into runs of one fate."""
    return tuple(Run(op, piece.text, piece.marks, piece.target) for piece in pieces)


def _segments(a: list[Word], b: list[Word]) -> list[Segment]:
    """Match the words; spaces go with what is around them, so they cannot pull an alignment apart."""
    places_a = [i for i, word in enumerate(a) if not word.is_space]
    places_b = [j for j, word in enumerate(b) if not word.is_space]
    if (
        b < a
    ):  # matched in one direction only, so that comparing the other way round shows the same difference
        pairs = [(x, y) for y, x in match([b[j] for j in places_b], [a[i] for i in places_a])]
    else:
        pairs = match([a[i] for i in places_a], [b[j] for j in places_b])
    segments: list[Segment] = []
    i = j = 0
    for x, y in [*((places_a[x], places_b[y]) for x, y in pairs), (len(a), len(b))]:
        segments.extend(_gap(a[i:x], b[j:y]))
        if x < len(a):
            segments.append(([a[x]], [b[y]], True))
        i, j = x + 1, y + 1
    return segments


def _gap(left: list[Word], right: list[Word]) -> list[Segment]:
    """Divide what stands between two matched words: equal words (spaces) at its ends are the same."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    stop = 0
    while stop < min(len(left), len(right)) - start and left[-1 - stop] == right[-1 - stop]:
        stop += 1
    end_left, end_right = len(left) - stop, len(right) - stop
    found: list[Segment] = [
        (left[:start], right[:start], True),
        (left[start:end_left], right[start:end_right], False),
        (left[end_left:], right[end_right:], True),
    ]
    return [segment for segment in found if segment[0] or segment[1]]


def _joined(segments: list[Segment]) -> list[Segment]:
    """Join neighbours of one fate, and replaced words that only spaces or signs divide."""
    merged = _neighbours(segments)
    for place in range(1, len(merged) - 1):
        left, right, same = merged[place]
        before, after = merged[place - 1], merged[place + 1]
        replaced = all(side for segment in (before, after) for side in segment[:2])
        if same and replaced and not any(any(sign.isalnum() for sign in word.text) for word in left):
            merged[place] = (left, right, False)
    return _neighbours(merged)


def _neighbours(segments: list[Segment]) -> list[Segment]:
    merged: list[Segment] = []
    for left, right, same in segments:
        if merged and merged[-1][2] == same:
            merged[-1][0].extend(left)
            merged[-1][1].extend(right)
        else:
            merged.append((list(left), list(right), same))
    return merged


def _extend(runs: list[Run], op: RunOp, words: list[Word]) -> None:
    """Add words as runs, one per stretch of equal formatting."""
    start = 0
    for stop in range(1, len(words) + 1):
        first = words[start]
        alone = "image" in first.marks or "task" in first.marks
        alike = stop < len(words) and (words[stop].marks, words[stop].target) == (first.marks, first.target)
        if alike and not alone:
            continue
        runs.append(Run(op, "".join(word.text for word in words[start:stop]), first.marks, first.target))
        start = stop
