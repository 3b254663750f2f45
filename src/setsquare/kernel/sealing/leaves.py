"""What a leaf of the log says: every column of an entry and of the signatures made with it.

A value that is empty is left out, so that a column which a later version adds changes no leaf that was made before it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain
from setsquare.kernel.sealing.merkle import leaf_hash
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

BY_DIGEST = frozenset({"state", "signed"})
"""Texts that stand in a leaf by their SHA-256 only, which the row holds beside them."""
OF_THE_ENTRY = frozenset({"entry"})
EMPTY: tuple[Any, ...] = (None, "")


def content_of(entry: Entry, signatures: Iterable[Signature] = ()) -> dict[str, Any]:
    """Return what the leaf of an entry says, as JSON values; `signatures` are all of this entry's."""
    made = [_row(signature) for signature in sorted(signatures, key=lambda signature: signature.pk)]
    content: dict[str, Any] = {"entry": _row(entry)}
    return {**content, "signatures": made} if made else content


def hash_of(content: Mapping[str, Any]) -> bytes:
    """Return the leaf's hash: that of the content's canonical JSON."""
    return leaf_hash(canonical(content))


def signatures_of(entries: Iterable[Entry]) -> dict[int, list[Signature]]:
    """Return the signatures of entries, by the entry's key, in one query."""
    found: dict[int, list[Signature]] = defaultdict(list)
    chosen = Signature.objects.filter(entry__in=[entry.pk for entry in entries])
    for signature in chosen.select_related("record", "signer", "on_behalf_of").order_by("id"):
        found[signature.entry_id].append(signature)
    return found


def _row(row: models.Model) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for column in row._meta.concrete_fields:
        if column.primary_key or column.name in BY_DIGEST or column.name in OF_THE_ENTRY:
            continue
        value = _said(getattr(row, column.name))
        if value not in EMPTY:
            said[column.name] = value
    return said


def _said(value: Any) -> Any:
    """Return a value as the leaf says it: a record by its lasting id and number, a person by the sign-in name."""
    if isinstance(value, Record):
        return {"uid": str(value.uid), "type": value.type, "number": value.number}
    if isinstance(value, User):
        return value.username
    return plain(value)
