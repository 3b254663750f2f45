"""The sealed log as one file for an auditor: a zip of leaves, checkpoints and verifier keys."""

import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from setsquare.kernel.sealing import keys
from setsquare.kernel.sealing.findings import in_chunks
from setsquare.kernel.sealing.leaves import content_of, signatures_of
from setsquare.kernel.sealing.models import Checkpoint, Leaf
from setsquare.kernel.sealing.offline import CHECKPOINTS, KEYS, LEAVES, README
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

EXPLAINED = """\
The sealed log of an installation of Setsquare.

leaves.jsonl      one leaf a line, in the order of the log; each line is canonical JSON (RFC 8785)
checkpoints.txt   the signed checkpoints (C2SP tlog-checkpoint), the oldest first, each after a line "== N"
keys.txt          the verifier keys of the installation, one a line

A leaf's hash is SHA-256 of a zero byte and the line without its end; roots are those of RFC 9162. States of records and
texts that were signed stand in the leaves by their SHA-256. Compare the key with the one that you know from elsewhere.
"""


def write(file: Path, size: int) -> None:
    """Write the first `size` leaves of the log and its checkpoints up to there; the file is whole or not there."""
    handle, temporary = tempfile.mkstemp(dir=file.absolute().parent)
    try:
        with os.fdopen(handle, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(README, EXPLAINED)
            archive.writestr(KEYS, "".join(f"{verifier}\n" for verifier in keys.verifiers()))
            _add(archive, LEAVES, _leaves(size))
            _add(archive, CHECKPOINTS, _checkpoints(size))
        Path(temporary).replace(file)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, name: str, lines: Iterator[bytes]) -> None:
    with archive.open(name, "w", force_zip64=True) as raw, io.BufferedWriter(raw) as out:
        for line in lines:
            out.write(line)


def _leaves(size: int) -> Iterator[bytes]:
    related = Entry.objects.select_related("record", "actor", "on_behalf_of").defer("state")
    for leaves in in_chunks(Leaf.objects.filter(index__lt=size), "index"):
        entries = related.in_bulk([leaf.entry_id for leaf in leaves])
        signatures = signatures_of(entries.values())
        for leaf in leaves:
            if leaf.entry_id not in entries:
                raise LookupError(f"The entry of leaf {leaf.index} was deleted from the trail.")
            content = content_of(entries[leaf.entry_id], signatures.get(leaf.entry_id, ()))
            yield canonical(content) + b"\n"


def _checkpoints(size: int) -> Iterator[bytes]:
    for chunk in in_chunks(Checkpoint.objects.filter(size__lte=size), "size"):
        for row in chunk:
            yield f"== {row.size}\n{row.note}".encode()
