"""The sequencer: gives every entry of the trail its leaf, and signs checkpoints.

The entries themselves are what waits; a writing transaction does nothing for it. One sequencer appends at a time, for
it locks the log's row, and each batch is one transaction, so a kill at any point leaves a whole log.

On PostgreSQL an entry with a smaller id may be committed after one with a larger. Hence `Log.settled`: the sequencer
looks for entries without a leaf beyond that id, and moves it up to an id only when every transaction has ended that was
writing entries when this id was already taken. Such a transaction holds a lock on the trail's table, taken before the
id was drawn.
"""

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from setsquare.kernel.database.in_flight import writers_of
from setsquare.kernel.sealing import keys, log
from setsquare.kernel.sealing.leaves import content_of, hash_of, signatures_of
from setsquare.kernel.sealing.merkle import fold
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Log, Subtree
from setsquare.kernel.sealing.notes import Statement
from setsquare.kernel.trail.models import Entry

BATCH = 200
"""Entries of one transaction: few, since on SQLite writers wait for it."""
AT_ONCE = 10_000
"""Entries of one run by the clock: after them the worker's other jobs have their turn."""


def seal_waiting(most: int | None = None) -> int:
    """Give their leaves to the entries that have none (to about `most` of them); returns to how many."""
    sealed = 0
    while (most is None or sealed < most) and _waiting(_settled()).exists():
        batch = _seal_batch()
        sealed += batch
        if not batch:  # another sequencer was quicker
            break
    return sealed


def make_checkpoint() -> Checkpoint | None:
    """Sign the log as it is now; returns its newest checkpoint, None while the log is empty.

    Raises KeyUnusable where the key is gone: a new one in its place would look like somebody else's log.
    """
    if not log.size():
        return None
    # Looked up before the key, which another may be making just now.
    signed_before = Checkpoint.objects.exists()
    signer = keys.read_key()
    if signer is None:
        if signed_before:
            raise keys.KeyUnusable(
                f"The key of the seal is missing: put {keys.directory() / 'key'} back from a backup, "
                "or make a new one by `setsquare seal new-key`."
            )
        signer = keys.make_key()
    with transaction.atomic():
        here = _locked()
        found = Checkpoint.objects.filter(size=here.size).first()
        if found is None:
            root = log.root_at(here.size)
            note = signer.sign(Statement(signer.name, here.size, root).written())
            found = Checkpoint.objects.create(size=here.size, root=root, note=note, at=timezone.now())
    if keys.kept_newest() != found.note:
        keys.keep_newest(found.note)
    return found


def seal_all() -> Checkpoint | None:
    """Give every entry its leaf and sign the log; returns the newest checkpoint."""
    seal_waiting()
    return make_checkpoint()


def _settled() -> int:
    return Log.objects.filter(pk=1).values_list("settled", flat=True).first() or 0


def _waiting(settled: int) -> QuerySet[Entry]:
    return Entry.objects.filter(pk__gt=settled, leaf__isnull=True).order_by("pk")


def _locked() -> Log:
    """Return the log's row, claimed for this transaction."""
    Log.objects.get_or_create(pk=1)
    return Log.objects.select_for_update().get(pk=1)


@transaction.atomic
def _seal_batch() -> int:
    here = _locked()
    writing = writers_of(Entry._meta.db_table)
    waiting = _waiting(here.settled).select_related("record", "actor", "on_behalf_of").defer("state")
    entries = list(waiting[:BATCH])
    if not entries:
        return 0
    signatures = signatures_of(entries)
    Leaf.objects.bulk_create(
        Leaf(index=index, entry=entry, hash=hash_of(content_of(entry, signatures.get(entry.pk, ()))))
        for index, entry in enumerate(entries, here.size)
    )
    _store_subtrees(here.size, here.size + len(entries))
    here.size += len(entries)
    _settle(here, entries, writing)
    here.save()
    return len(entries)


def _settle(here: Log, entries: list[Entry], writing: frozenset[str]) -> None:
    """Move `settled` on where nothing can come any more; `writing` was read before the entries were."""
    sealed_all_below = len(entries) < BATCH or entries[-1].pk >= here.pending
    if here.pending > here.settled and sealed_all_below and not writing.intersection(here.writers):
        here.settled = here.pending
    if here.settled == here.pending:
        here.pending = max(here.pending, entries[-1].pk)
        here.writers = sorted(writers_of(Entry._meta.db_table))


def _store_subtrees(before: int, after: int) -> None:
    """Store the subtrees that the new leaves complete."""
    level = log.STEP
    while after >> level:
        for index in range(before >> level, after >> level):
            first = index << log.STEP
            children = log.stored_hashes(level - log.STEP, first, first + (1 << log.STEP))
            Subtree.objects.create(level=level, index=index, hash=fold(children))
        level += log.STEP
