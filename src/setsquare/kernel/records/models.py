"""The row that everything under control has, and the series its numbers come from."""

import secrets
import time
import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from setsquare.kernel.writing.titles import title_told

LONGEST_NAME = 80
LONGEST_QUERY = 2000


def uuid7() -> uuid.UUID:
    """Return a UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then randomness."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


class Record(models.Model):
    """One controlled thing, whatever its type; what its type adds stands in a detail table of that domain.

    Written only by commands (`setsquare.kernel.commands`). `version` counts the commands that changed it and equals
    the number of its newest trail entry.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    type = models.CharField(max_length=40)
    number = models.CharField(max_length=80, unique=True)
    number_key = models.CharField(max_length=160, unique=True, editable=False)
    """How the number looks (`numbering.key_of`): two numbers that nobody can tell apart are one."""
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=40)
    owner = models.ForeignKey("accounts.User", models.PROTECT, related_name="owned", db_index=False)
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="records", db_index=False)
    version = models.PositiveIntegerField(default=0)
    created = models.DateTimeField()
    changed = models.DateTimeField()
    closed = models.DateTimeField(null=True, blank=True)

    unnamed: frozenset[str] = frozenset()
    """Paths from it to records that whoever it was read for may not see; no column (`records.naming`)."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["type", "state", "-changed", "-id", "unit"], name="record_by_state"),
            models.Index(fields=["type", "-changed", "-id"], name="record_by_type"),
            models.Index(fields=["-changed", "-id"], name="record_recent"),
            models.Index(fields=["type", "number"], name="record_by_number"),
            models.Index(fields=["type", "title", "id"], name="record_by_title"),
            models.Index(fields=["owner", "type", "-changed", "-id"], name="record_by_owner"),
            models.Index(fields=["owner", "-changed", "-id"], name="record_of_owner_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.told}"

    @property
    def told(self) -> str:
        """Return its title in the reader's language, where the program made it."""
        return title_told(self.title)


class NumberSeries(models.Model):
    """The last number given in a series; a series belongs to a pattern such as `SOP-{n:03}` or `BER-WI-{n:04}`."""

    pattern = models.CharField(max_length=80, unique=True)
    last = models.PositiveIntegerField(default=0)


class SavedView(models.Model):
    """How a person wants to see a register. Without a name it is their own usual one."""

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="saved_views")
    thing = models.CharField(max_length=40)
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    query = models.CharField(max_length=LONGEST_QUERY, blank=True)
    """Filters, words, sorting and columns, as they stand in the address."""
    shared = models.BooleanField(default=False)
    """Whether everybody who reads the register is offered it."""
    made = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "thing", "name"], name="saved_view_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["thing", "name"], name="saved_view_shared", condition=Q(shared=True))
        ]

    def __str__(self) -> str:
        return self.name
