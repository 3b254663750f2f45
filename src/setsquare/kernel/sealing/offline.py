"""Verifying an export of the log without the installation: no database, no settings, no Django."""

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from setsquare.kernel.sealing.merkle import Growing, leaf_hash
from setsquare.kernel.sealing.notes import NotANote, Note, Verifier
from setsquare.kernel.writing.canonical import canonical

LEAVES, CHECKPOINTS, KEYS, README = "leaves.jsonl", "checkpoints.txt", "keys.txt", "README.txt"


class Unreadable(Exception):
    """The file is not an export of the seal; the message is one sentence."""


class Export:
    """An export that is looked at; the counts are complete when `problems` has been read to its end."""

    def __init__(self, file: Path, key: str = "", handed_in: Sequence[tuple[str, str]] = ()) -> None:
        self.sealed = self.checkpoints = 0
        self.verifiers: list[Verifier] = []
        self._file, self._key, self._handed_in = file, key, handed_in

    def problems(self) -> Iterator[str]:
        """Yield everything that is wrong, in a sentence each; raises Unreadable."""
        try:
            with zipfile.ZipFile(self._file) as archive:
                yield from self._check(archive)
        except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError):
            raise Unreadable(f"{self._file} is not an export of the seal, or it is damaged.") from None

    def _check(self, archive: zipfile.ZipFile) -> Iterator[str]:
        try:
            lines = [self._key] if self._key else archive.read(KEYS).decode().splitlines()
            self.verifiers = [Verifier.read(line) for line in lines]
        except NotANote as wrong:
            raise Unreadable(str(wrong)) from None
        notes = [(f"The checkpoint of {size} leaves", text) for size, text in _checkpoints(archive)]
        self.checkpoints = len(notes)
        expected: dict[int, list[tuple[str, bytes]]] = {}
        for name, text in [*notes, *self._handed_in]:
            try:
                note = Note.read(text)
            except NotANote as wrong:
                yield f"{name} cannot be read. {wrong}"
                continue
            if not any(key.name == note.statement.origin and note.signed_by(key) for key in self.verifiers):
                yield f"{name} is not signed by {'this' if self._key else 'the export’s'} key."
            expected.setdefault(note.statement.size, []).append((name, note.statement.root))
        yield from self._grow(archive, expected)

    def _grow(self, archive: zipfile.ZipFile, expected: dict[int, list[tuple[str, bytes]]]) -> Iterator[str]:
        tree = Growing()
        with archive.open(LEAVES) as lines:
            for line in lines:
                yield from _not_canonical(line, tree.size)
                list(tree.add(leaf_hash(line.removesuffix(b"\n"))))
                for name, root in expected.pop(tree.size, ()):
                    if root != tree.root:
                        yield f"{name} does not fit the leaves: they are of another history."
        self.sealed = tree.size
        for size, known in sorted(expected.items()):
            for name, _root in known:
                yield f"{name} is of {size} leaves, but the export has {tree.size}."
        if not self.checkpoints:
            yield "There is no checkpoint in the export, so nothing of it is signed."


def _not_canonical(line: bytes, index: int) -> Iterator[str]:
    try:
        same = canonical(json.loads(line)) == line.removesuffix(b"\n")
    except ValueError:
        same = False
    if not same:
        yield f"Leaf {index} is not canonical JSON."


def _checkpoints(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    text = archive.read(CHECKPOINTS).decode()
    for part in ("\n" + text).split("\n== ")[1:]:
        size, _end, note = part.partition("\n")
        yield size, note if note.endswith("\n") else note + "\n"
