"""Reading the log: its hashes, its roots and its proofs, each in a few short queries whatever its size."""

from setsquare.kernel.sealing import merkle
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Log, Subtree

STEP = 8
"""Subtrees are stored for every eighth level: one row for 256 of the level below."""


def size() -> int:
    """Return how many leaves the log has."""
    return Log.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def subtree(level: int, index: int) -> bytes:
    """Return the hash of a complete subtree, from the nearest level that is stored."""
    stored = level - level % STEP
    first, count = index << (level - stored), 1 << (level - stored)
    hashes = stored_hashes(stored, first, first + count)
    if len(hashes) != count:
        raise LookupError(f"The log lacks hashes of level {stored} from {first} on.")
    return merkle.fold(hashes)


def stored_hashes(level: int, first: int, end: int) -> list[bytes]:
    """Return the stored hashes of a level, a multiple of STEP, from `first` to before `end`."""
    if level == 0:
        rows = Leaf.objects.filter(index__gte=first, index__lt=end).order_by("index")
        return [bytes(found) for found in rows.values_list("hash", flat=True)]
    nodes = Subtree.objects.filter(level=level, index__gte=first, index__lt=end).order_by("index")
    return [bytes(found) for found in nodes.values_list("hash", flat=True)]


def root_at(leaves: int) -> bytes:
    """Return the root of the log's first leaves."""
    return merkle.root_of(leaves, subtree)


def prove_inclusion(index: int, leaves: int) -> list[bytes]:
    """Return the proof that the log of this many leaves holds the one at `index`."""
    return merkle.inclusion_proof(index, leaves, subtree)


def prove_consistency(earlier: int, later: int) -> list[bytes]:
    """Return the proof that the log of `later` leaves begins with the log of `earlier` ones."""
    return merkle.consistency_proof(earlier, later, subtree)


def newest() -> Checkpoint | None:
    """Return the newest checkpoint."""
    return Checkpoint.objects.order_by("-size").first()
