"""Rows of the log; the database itself refuses to change or delete all but the one that says how far it is."""

from typing import ClassVar

from django.db import models


class Log(models.Model):
    """How far the log is: one row, which the sequencer locks while it appends."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    size = models.BigIntegerField(default=0)
    """Leaves of the log."""
    settled = models.BigIntegerField(default=0)
    """Every entry up to this id that will ever be has its leaf, so the sequencer looks only beyond it."""
    pending = models.BigIntegerField(default=0)
    """The next `settled`, as soon as the transactions of `writers` have ended."""
    writers = models.JSONField(default=list)
    """Transactions that were writing entries when `pending` was noted: theirs may have smaller ids."""

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="log_is_one")]

    def __str__(self) -> str:
        return f"{self.size} leaves"


class Leaf(models.Model):
    """An entry's place in the log."""

    index = models.BigIntegerField(primary_key=True)
    """Counts from 0, without gaps."""
    entry = models.OneToOneField("trail.Entry", models.PROTECT, related_name="leaf")
    hash = models.BinaryField(max_length=32)
    """RFC 9162's hash of what `leaves.content_of` says of the entry."""

    def __str__(self) -> str:
        return f"leaf {self.index}"


class Subtree(models.Model):
    """The hash of a complete subtree of 256, 65536, ... leaves; smaller ones are computed from these and the leaves."""

    level = models.PositiveSmallIntegerField()
    """The subtree has 2**level leaves."""
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["level", "index"], name="subtree_once")]

    def __str__(self) -> str:
        return f"subtree {self.level}.{self.index}"


class Checkpoint(models.Model):
    """What the installation signed of its log at one time."""

    size = models.BigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    """The signed note (C2SP tlog-checkpoint): origin, size and root, with the signature."""
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size} leaves"
