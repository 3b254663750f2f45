"""One row for each command that changed a record; the database itself refuses to change or delete it."""

import json
from typing import Any, ClassVar

from django.db import models


class Entry(models.Model):
    """What one command did to one record. `seq` counts from 1 within the record and equals its version."""

    record = models.ForeignKey("records.Record", models.PROTECT, related_name="trail", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="deeds", db_index=False
    )
    """Who did it; null is the system itself."""
    on_behalf_of = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150, blank=True)
    """The actor's name at that time: who is renamed later does not rewrite what was."""
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    command = models.CharField(max_length=60)
    reason = models.TextField(blank=True)
    channel = models.CharField(max_length=20)
    """web, api, cli, import or worker."""
    request = models.CharField(max_length=64, blank=True)
    note = models.JSONField(null=True)
    """What to say of it beyond the command's own sentence: {"text": msgid, "values": {...}}."""
    beside = models.JSONField(null=True)
    """What it did to the record's tasks, links and files; `kernel/trail/beside.py` says how it is written.

    Null where the entry was made before this was kept.
    """
    authority = models.JSONField(null=True)
    """How it was done where rules of authority did not let the person do it outright: who countersigned it, or why
    the glass was broken, and by which rules that was needed."""
    state = models.TextField()
    """The full canonical state after it, as canonical JSON (RFC 8785)."""
    digest = models.CharField(max_length=64)
    """SHA-256 of `state`, hexadecimal."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "seq"], name="trail_seq")]
        indexes: ClassVar = [
            models.Index(fields=["-at", "-id"], name="trail_recent"),
            models.Index(fields=["actor", "-at", "-id"], name="trail_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id}.{self.seq} {self.command}"

    @property
    def values(self) -> dict[str, Any]:
        """Return the state after the command as a mapping."""
        loaded: dict[str, Any] = json.loads(self.state)
        return loaded
