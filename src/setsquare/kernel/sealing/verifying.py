"""The verifier: bytes to leaves, leaves to roots, roots to signed checkpoints; then the records against the trail."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things, plain
from setsquare.kernel.sealing import keys, log
from setsquare.kernel.sealing.accounts import check_accounts
from setsquare.kernel.sealing.beside import check_beside
from setsquare.kernel.sealing.findings import Problem, in_chunks
from setsquare.kernel.sealing.leaves import content_of, hash_of, signatures_of
from setsquare.kernel.sealing.merkle import Growing
from setsquare.kernel.sealing.models import Checkpoint, Leaf, Log, Subtree
from setsquare.kernel.sealing.notes import NotANote, Note, Verifier
from setsquare.kernel.sealing.replay import check_files, check_records, check_texts, check_units, differences
from setsquare.kernel.signatures.models import Batch, Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

LOG = "log"
_DIGEST = re.compile(r'"([0-9a-f]{64})"')


_checks: list[Callable[[], Iterator[Problem]]] = []


def also_check(check: Callable[[], Iterator[Problem]]) -> None:
    """Have the verifier look at what the kernel does not know, such as the passkeys of a sign-in library."""
    _checks.append(check)


@dataclass
class Verification:
    """One run of the verifier; the counts are complete when `problems` has been read to its end."""

    handed_in: Sequence[tuple[str, str]] = ()
    """Checkpoints from outside: what to call them, and their text."""
    sealed: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    records: int = 0
    signatures: int = 0
    files: int = 0
    verifiers: list[Verifier] = field(default_factory=list)
    _tree: Growing = field(default_factory=Growing)
    _broken: bool = False
    """Whether leaves are missing, so that no hash of a subtree behind them can fit."""
    _limits: dict[int, list[tuple[str, bytes]]] = field(default_factory=dict)

    def problems(self) -> Iterator[Problem]:
        """Yield everything that is wrong."""
        try:
            self.verifiers = keys.verifiers()
        except keys.KeyUnusable as unusable:
            yield Problem("key", str(unusable))
        _items.cache_clear()
        end = log.size()
        yield from self._read_handed_in()
        yield from self._check_log(end)
        yield from self._check_unsealed()
        yield from check_records()
        yield from check_beside()
        yield from check_accounts()
        yield from check_units()
        yield from check_texts()
        yield from check_files()
        for check in _checks:
            yield from check()
        self.records, self.signatures = Record.objects.count(), Signature.objects.count()
        self.files = Blob.objects.count()

    def _read_handed_in(self) -> Iterator[Problem]:
        kept = keys.kept_newest()
        beside = [("The checkpoint that lies beside the key", kept)] if kept is not None else []
        for name, text in [*beside, *self.handed_in]:
            try:
                note = Note.read(text)
            except NotANote as wrong:
                yield Problem(name, f"{name} cannot be read. {wrong}")
                continue
            yield from _unsigned(note, name, self.verifiers)
            self._limits.setdefault(note.statement.size, []).append((name, note.statement.root))

    def _check_log(self, end: int) -> Iterator[Problem]:
        """Build the log anew from the entries, and compare it with what was kept and signed."""
        checkpoints = _Checkpoints(self.verifiers)
        for leaves in in_chunks(Leaf.objects.filter(index__lt=end), "index"):
            yield from self._check_leaves(leaves, checkpoints)
        if self._tree.size != end:
            yield Problem(
                LOG, f"The log has {self._tree.size} leaves, but {end} were made: the last ones are gone."
            )
        stray = Leaf.objects.filter(index__gte=max(end, log.size())).count()
        if stray:
            yield Problem(LOG, f"{stray} leaves were put behind the end of the log by something else.")
        yield from checkpoints.beyond(self._tree.size)
        self.checkpoints = checkpoints.count
        for size, known in self._limits.items():
            for name, _root in known if size > self._tree.size else ():
                said = f"{name} is of a log of {size} leaves, but the log has {self._tree.size}: it was cut short."
                yield Problem(LOG, said)

    def _check_leaves(self, leaves: Sequence[Leaf], checkpoints: "_Checkpoints") -> Iterator[Problem]:
        related = Entry.objects.select_related("record", "actor", "on_behalf_of")
        entries = related.in_bulk([leaf.entry_id for leaf in leaves])
        signatures = signatures_of(entries.values())
        complete: dict[tuple[int, int], bytes] = {}
        for leaf in leaves:
            if leaf.index != self._tree.size:
                missing = leaf.index - self._tree.size
                yield Problem(LOG, f"{missing} leaves before leaf {leaf.index} are gone from the log.")
                self._tree.size, self._broken = leaf.index, True
            entry = entries.get(leaf.entry_id)
            stored = bytes(leaf.hash)
            if entry is None:
                yield Problem(LOG, f"The entry of leaf {leaf.index} was deleted from the trail.")
            else:
                yield from _check_entry(entry, signatures.get(entry.pk, []), stored, leaf.index)
            for level, index, found in self._tree.add(stored):
                if level % log.STEP == 0 and not self._broken:
                    complete[level, index] = found
            self.sealed += 1
            yield from self._check_size(checkpoints)
        yield from _check_subtrees(complete)
        yield from _check_references(entries.values())
        yield from _check_signed(signatures)

    def _check_size(self, checkpoints: "_Checkpoints") -> Iterator[Problem]:
        """Compare the root with the checkpoints of just this size."""
        size = self._tree.size
        yield from checkpoints.at(self._tree)
        for name, root in self._limits.get(size, ()):
            if root != self._tree.root:
                said = f"{name} ({size} leaves) is of another history than the log: what was sealed has been changed."
                yield Problem(LOG, said)

    def _check_unsealed(self) -> Iterator[Problem]:
        """Look at the entries without a leaf: the newest ones wait for the sequencer, older ones slipped past it."""
        settled = Log.objects.filter(pk=1).values_list("settled", flat=True).first() or 0
        waiting = Entry.objects.filter(leaf__isnull=True).select_related("record")
        for entries in in_chunks(waiting, "pk"):
            signatures = signatures_of(entries)
            for entry in entries:
                self.unsealed += 1
                if entry.pk <= settled:
                    said = f"{_named(entry)} was put into the trail behind what is sealed."
                    yield Problem(entry.record.number, said)
                yield from _check_state(entry)
                for signature in signatures.get(entry.pk, ()):
                    yield from _check_signature(signature)
            yield from _check_references(entries)
            yield from _check_signed(signatures)


class _Checkpoints:
    """The kept checkpoints, in the order of their sizes, beside a tree that grows."""

    def __init__(self, verifiers: Sequence[Verifier]) -> None:
        self.count = self._misfits = 0
        self._verifiers = verifiers
        self._rows = (row for chunk in in_chunks(Checkpoint.objects.all(), "size") for row in chunk)
        self._next = next(self._rows, None)

    def at(self, tree: Growing) -> Iterator[Problem]:
        """Check those up to the tree's size; the tree is asked at each size."""
        while self._next is not None and self._next.size <= tree.size:
            yield from self._check(self._next, tree)
            self._step()

    def beyond(self, size: int) -> Iterator[Problem]:
        """Yield those that speak of more leaves than there are, and how many did not fit besides the first."""
        if self._misfits > 1:
            yield Problem(LOG, f"Nor do {self._misfits - 1} later checkpoints fit the log.")
        while self._next is not None:
            row = self._next
            newer = Log.objects.filter(pk=1, size__gte=row.size).exists() and row.size > size
            if not newer or Leaf.objects.filter(index__lt=row.size).count() < row.size:
                said = f"The checkpoint of {row.size} leaves speaks of more than the log has ({size})."
                yield Problem(LOG, said)
            self._step()

    def _step(self) -> None:
        self.count += 1
        self._next = next(self._rows, None)

    def _check(self, row: Checkpoint, tree: Growing) -> Iterator[Problem]:
        name = f"The checkpoint of {row.size} leaves"
        try:
            note = Note.read(row.note)
        except NotANote as wrong:
            yield Problem(LOG, f"{name} cannot be read. {wrong}")
            return
        yield from _unsigned(note, name, self._verifiers)
        said = note.statement
        if said.size != row.size or said.root != bytes(row.root):
            yield Problem(LOG, f"{name} is kept under a size or root that it does not say.")
        if row.size != tree.size or said.root != tree.root:
            self._misfits += 1  # whatever the first does not fit, none after it does
            if self._misfits == 1:
                yield Problem(LOG, f"{name} does not fit the log: leaves were changed after it was signed.")


def _unsigned(note: Note, name: str, verifiers: Sequence[Verifier]) -> Iterator[Problem]:
    if not any(verifier.name == note.statement.origin and note.signed_by(verifier) for verifier in verifiers):
        yield Problem(LOG, f"{name} is not signed by this installation's key.")


def _named(entry: Entry) -> str:
    return f"Entry {entry.seq} of {entry.record.number} ({entry.command})"


def _check_entry(
    entry: Entry, signatures: Sequence[Signature], stored: bytes, index: int
) -> Iterator[Problem]:
    yield from _check_state(entry)
    for signature in signatures:
        yield from _check_signature(signature)
    if hash_of(content_of(entry, signatures)) != stored:
        signed = " or its signatures" if signatures else ""
        said = f"{_named(entry)}{signed} was changed after it was sealed as leaf {index}."
        yield Problem(entry.record.number, said)


def _check_state(entry: Entry) -> Iterator[Problem]:
    if hashlib.sha256(entry.state.encode()).hexdigest() != entry.digest:
        yield Problem(
            entry.record.number, f"The state that {_named(entry)} keeps is not what its digest says."
        )


def _check_signature(signature: Signature) -> Iterator[Problem]:
    """Compare a signature's row with the bytes that were signed."""
    number = signature.record.number
    name = f"The signature of {signature.printed_name} under {number} ({signature.meaning})"
    if hashlib.sha256(signature.signed.encode()).hexdigest() != signature.digest:
        yield Problem(number, f"{name} does not match what was signed.")
        return
    said = {
        "authority": [],
        **json.loads(signature.signed),
    }  # which signatures of earlier versions did not hold
    deputised = signature.on_behalf_of
    row = {
        "signer": signature.signer.username,
        "printed_name": signature.printed_name,
        "meaning": signature.meaning,
        "at": plain(signature.at),
        "method": signature.method,
        "reason": signature.reason,
        "on_behalf_of": deputised.username if deputised else None,
        "on_behalf_of_name": signature.on_behalf_of_name or None,
        "authority": signature.authority or [],
    }
    differing = [key for key, value in row.items() if said.get(key) != value]
    if said.get("record", {}).get("number") != number:
        differing.append("record")
    if differing:
        yield Problem(number, f"{name} says other than what was signed: {', '.join(differing)}.")
    if "batch" in said and said.get("item") not in _items(said["batch"]):
        yield Problem(number, f"{name} was not among those that were signed at once.")


@lru_cache(maxsize=10)
def _items(batch: str) -> frozenset[str]:
    """Return what was signed at once, by the digest of that; nothing where it is gone or changed."""
    kept = Batch.objects.filter(digest=batch).first()
    if kept is None or hashlib.sha256(kept.signed.encode()).hexdigest() != batch:
        return frozenset()
    return frozenset(json.loads(kept.signed)["items"])


def _check_signed(signatures: dict[int, list[Signature]]) -> Iterator[Problem]:
    """Compare the record as the signer saw it with the trail of that version."""
    made = [signature for each in signatures.values() for signature in each]
    records = {signature.record_id for signature in made}
    rows = Entry.objects.filter(record__in=records).values_list("record", "seq", "digest") if made else ()
    digests = {(record, seq): digest for record, seq, digest in rows}
    for signature in made:
        try:
            seen = json.loads(signature.signed)["record"]
            known = digests.get((signature.record_id, seen["version"]))
        except (ValueError, KeyError, TypeError):
            continue  # told by _check_signature
        if known != hashlib.sha256(canonical(seen)).hexdigest() and not _as_kept_then(signature, seen):
            number = signature.record.number
            said = f"What {signature.printed_name} signed is not {number} at version {seen['version']}."
            yield Problem(number, said)


def _as_kept_then(signature: Signature, seen: dict[str, Any]) -> bool:
    """Tell whether what was signed is what the entry before kept, made by an earlier version that kept less."""
    entry = Entry.objects.filter(record=signature.record_id, seq=seen["version"]).first()
    known = {thing.code for thing in all_things()}
    return (
        entry is not None and seen.get("type") in known and not differences(entry, seen, signature.entry.at)
    )


def _check_subtrees(complete: dict[tuple[int, int], bytes]) -> Iterator[Problem]:
    for (level, index), computed in complete.items():
        stored = Subtree.objects.filter(level=level, index=index).first()
        if stored is None or bytes(stored.hash) != computed:
            yield Problem(
                LOG, f"The stored hash of {1 << level} leaves from {index << level} on is not theirs."
            )


def _check_references(entries: Iterable[Entry]) -> Iterator[Problem]:
    """Yield the texts and files that states speak of and that are not there."""
    named: dict[str, Entry] = {}
    for entry in entries:
        for digest in _DIGEST.findall(entry.state):
            named.setdefault(digest, entry)
    there = set(Text.objects.filter(digest__in=named).values_list("digest", flat=True))
    there |= set(Blob.objects.filter(digest__in=set(named) - there).values_list("digest", flat=True))
    for digest in sorted(set(named) - there):
        entry = named[digest]
        said = f"{_named(entry)} speaks of the text or file {digest}, which is not there."
        yield Problem(entry.record.number, said)
