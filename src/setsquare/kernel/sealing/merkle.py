"""The Merkle tree of RFC 9162 (section 2.1): hashes, roots and proofs. Pure; knows nothing of where hashes are kept."""

import hashlib
from collections.abc import Callable, Iterator, Sequence

Hashes = Callable[[int, int], bytes]
"""From level and index to the hash of a complete subtree: its leaves are index * 2**level and the following."""

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of equal, complete subtrees; their number is a power of two."""
    while len(hashes) > 1:
        hashes = [node_hash(*hashes[place : place + 2]) for place in range(0, len(hashes), 2)]
    return hashes[0]


def root_of(size: int, hashes: Hashes) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return _range(0, size, hashes) if size else EMPTY


def inclusion_proof(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the proof (2.1.3.1) that the tree of `size` leaves holds the leaf at `index`."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    return _path(index, 0, size, hashes)


def consistency_proof(earlier: int, later: int, hashes: Hashes) -> list[bytes]:
    """Return the proof (2.1.4.1) that the tree of `later` leaves begins with that of `earlier` leaves."""
    if not 0 < earlier <= later:
        raise ValueError(f"no proof from {earlier} to {later} leaves")
    return _subproof(earlier, 0, later, hashes, whole=True)


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the tree of this root has the leaf hash at `index` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def continues(
    earlier: int, earlier_root: bytes, later: int, later_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the proof shows that the later tree begins with the earlier one (2.1.4.2)."""
    if not 0 < earlier <= later:
        return False
    if earlier == later:
        return not proof and earlier_root == later_root
    nodes = list(proof)
    if earlier & (earlier - 1) == 0:
        nodes.insert(0, earlier_root)
    if not nodes:
        return False
    place, last = earlier - 1, later - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_root and new == later_root


class Growing:
    """A tree to which leaves are added one by one; it holds one hash for each bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add a leaf hash; yields level, index and hash of each subtree that it completes."""
        level, found, index = 0, leaf, self.size
        self.size += 1
        while self._peaks and self._peaks[-1][0] == level:
            found = node_hash(self._peaks.pop()[1], found)
            level, index = level + 1, index >> 1
            yield level, index, found
        self._peaks.append((level, found))

    @property
    def root(self) -> bytes:
        """Return the root of all leaves so far."""
        return _joined([peak for _level, peak in self._peaks]) if self._peaks else EMPTY


def _joined(parts: Sequence[bytes]) -> bytes:
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found


def _range(start: int, end: int, hashes: Hashes) -> bytes:
    """Return the hash over the leaves of a range that the splitting of a tree leads to."""
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(hashes(level, start >> level))
        start += 1 << level
    return _joined(parts)


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, start: int, end: int, hashes: Hashes) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, hashes), _range(middle, end, hashes)]
    return [*_path(index, middle, end, hashes), _range(start, middle, hashes)]


def _subproof(earlier: int, start: int, end: int, hashes: Hashes, *, whole: bool) -> list[bytes]:
    if earlier == end:
        return [] if whole else [_range(start, end, hashes)]
    middle = start + _split(end - start)
    if earlier <= middle:
        return [*_subproof(earlier, start, middle, hashes, whole=whole), _range(middle, end, hashes)]
    return [*_subproof(earlier, middle, end, hashes, whole=False), _range(start, middle, hashes)]
