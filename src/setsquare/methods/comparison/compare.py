"""Align the blocks of two texts and compare the words of those that belong together."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import sqrt

from .alignment import gaps, heaviest_chain, match, spread
from .blocks import Block, blocks_of
from .result import BlockChange, Comparison, RowChange, Run, RunOp
from .tables import compare_tables, one_table
from .words import compare_words, whole

_ALL_PAIRS = 2500
_RARE = 12
_BEST = 6
_WEIGHTLESS = 1e-6  # decides only between pairs that are equally alike


def compare(old: str, new: str) -> Comparison:
    """Compare two Markdown texts.

    Blocks are aligned by equality first and by their shared words then; a block that moved is removed in one
    place and added in the other. Swapping the texts gives the same difference the other way round. The cost
    is close to linear in the length of the texts. Any text is accepted; what is none raises ValueError.

    Source: Bram Cohen's patience alignment, with an exact longest common subsequence in small gaps.

    >>> compare("Keep records.", "Keep all records.").changed
    1
    """
    for name, text in (("old", old), ("new", new)):
        if not isinstance(text, str):
            raise ValueError(f"{name}: give a text, not {type(text).__name__}")
    a, b = blocks_of(old), blocks_of(new)
    pairs = _aligned(a, b) if old <= new else [(i, j) for j, i in _aligned(b, a)]
    return Comparison(tuple(_change(a, b, i, j) for i, j in spread(pairs, len(a), len(b))))


def _change(old: Sequence[Block], new: Sequence[Block], i: int | None, j: int | None) -> BlockChange:
    if i is not None and j is not None:
        return _paired(old[i], new[j])
    return _alone(old[i], "removed") if i is not None else _alone(new[j or 0], "added")


def _aligned(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[int, int]]:
    """Pairs of blocks that are equal or versions of each other, increasing in both."""
    left, right = [block.key for block in old], [block.key for block in new]
    pairs = match(left, right, repeated=False)
    for in_old, in_new in list(gaps(pairs, len(old), len(new))):
        found = _similar([old[i] for i in in_old], [new[j] for j in in_new])
        pairs.extend((in_old[i], in_new[j]) for i, j in found)
    pairs.sort()
    for in_old, in_new in list(gaps(pairs, len(old), len(new))):
        found = match([left[i] for i in in_old], [right[j] for j in in_new])
        pairs.extend((in_old[i], in_new[j]) for i, j in found)
    return sorted(pairs)


def _similar(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[int, int]]:
    """Pairs of blocks in a gap that are versions of each other, in order."""
    bags_a, bags_b = [_bag(block) for block in old], [_bag(block) for block in new]
    lonely = len(old) == len(new) == 1
    found = []
    for i, j in _candidates(bags_a, bags_b):
        likeness = _likeness(old[i], bags_a[i], new[j], bags_b[j])
        if likeness >= _needed(old[i], new[j], lonely):
            nearness = 1 - abs(i / len(old) - j / len(new))
            weight = likeness * sqrt(1 + bags_a[i].total() + bags_b[j].total())
            found.append((i, j, weight + _WEIGHTLESS * nearness))
    return heaviest_chain(found)


def _candidates(a: list[Counter[str]], b: list[Counter[str]]) -> Iterator[tuple[int, int]]:
    """All pairs of a small gap; in a large one, for each block those that share most of its rare words."""
    if len(a) * len(b) <= _ALL_PAIRS:
        yield from ((i, j) for i in range(len(a)) for j in range(len(b)))
        return
    places: defaultdict[str, list[int]] = defaultdict(list)
    for j, bag in enumerate(b):
        for word in bag:
            places[word].append(j)
    for i, bag in enumerate(a):
        votes: Counter[int] = Counter()
        for word in bag:
            where = places.get(word, ())
            if len(where) <= _RARE:
                votes.update(where)
        yield from ((i, j) for j, _ in votes.most_common(_BEST))


def _bag(block: Block) -> Counter[str]:
    bag = Counter(word.text.lower() for word in block.words() if any(sign.isalnum() for sign in word.text))
    if block.kind == "image" and block.pieces:
        bag["\t" + block.pieces[0].target] += 2
    return bag


def _likeness(a: Block, bag_a: Counter[str], b: Block, bag_b: Counter[str]) -> float:
    """Dice's coefficient of the two bags of words, in 0..1."""
    total = bag_a.total() + bag_b.total()
    if not total:
        return 1.0 if a.text == b.text else 0.0
    return 2 * (bag_a & bag_b).total() / total


def _needed(a: Block, b: Block, lonely: bool) -> float:
    """How alike two blocks have to be to count as versions of one block."""
    kinds = {a.kind, b.kind}
    if len(kinds) == 1:
        return 0.15 if a.kind == "table" or lonely else 0.3 if a.kind == "image" else 0.35
    if kinds & {"table", "code", "image", "rule"}:
        return 2.0
    return 0.8 if "heading" in kinds else 0.6


def _paired(old: Block, new: Block) -> BlockChange:
    same = old.key == new.key
    rows: tuple[RowChange, ...] = ()
    runs: tuple[Run, ...] = ()
    if new.kind == "table":
        rows = one_table(new.rows, "same") if same else compare_tables(old.rows, new.rows)
    else:
        runs = whole("same", new.pieces) if same else compare_words(old.pieces, new.pieces)
    shape, former = (new.kind, new.level), (old.kind, old.level)
    return BlockChange(
        op="same" if same else "changed",
        kind=new.kind,
        level=new.level,
        old=old.text,
        new=new.text,
        runs=runs,
        rows=rows,
        marker=new.marker,
        was=former if shape != former else None,
        line=new.line,
    )


def _alone(block: Block, op: RunOp) -> BlockChange:
    added = op == "added"
    return BlockChange(
        op=op,
        kind=block.kind,
        level=block.level,
        old=None if added else block.text,
        new=block.text if added else None,
        runs=() if block.kind == "table" else whole(op, block.pieces),
        rows=one_table(block.rows, op) if block.kind == "table" else (),
        marker=block.marker,
        line=block.line if added else None,
    )
