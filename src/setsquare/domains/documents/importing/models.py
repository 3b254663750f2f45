"""Rows of imports: what was brought in, what was found wrong with it, and what came of each line."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class ImportJob(models.Model):
    """One import of many documents. It writes through commands alone and is no record itself."""

    class State(models.TextChoices):
        """How far it is."""

        CHECKING = "checking"
        CHECKED = "checked"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="imports")
    """Who imports: rights are theirs, at the time of each line."""
    name = models.CharField(max_length=255)
    source = models.ForeignKey("files.Blob", models.PROTECT, related_name="+", db_index=False)
    """The zip of a folder, or the list."""
    files = models.ForeignKey("files.Blob", models.PROTECT, null=True, related_name="+", db_index=False)
    """The zip with the files of a list."""
    options = models.JSONField(default=dict)
    """What holds where a line says nothing: type, unit, owner, its approval; and reason, effective, reading."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    batch = models.ForeignKey("signatures.Batch", models.PROTECT, null=True, related_name="+", db_index=False)
    """The signature under what it takes over as in force, given when it was started last."""
    made = models.DateTimeField()
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="import_of_person"),
            models.Index(
                fields=["id"], name="import_at_work", condition=Q(state__in=("checking", "running"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """One line of an import: one document. Its number within the job is its key: it is imported once or not at all."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting"
        """Not checked yet."""
        RIGHT = "right"
        """Checked, and can be imported."""
        WRONG = "wrong"
        """Checked or tried, and refused: `problems` says why."""
        IMPORTED = "imported"
        BEFORE = "before"
        """An earlier import made it already."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="rows", db_index=False)
    row = models.PositiveIntegerField()
    """The line of the list, or the place of the file in the folder, from 1."""
    values = models.JSONField(default=dict)
    """What was read, by column, as texts."""
    fingerprint = models.CharField(max_length=64, db_index=True)
    """SHA-256 of the values and the file, to know the same line again."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    problems = models.JSONField(default=list)
    """`[[column, sentence]]`; an empty column concerns the whole line."""
    remarks = models.JSONField(default=list)
    """Sentences on what was changed or left out when the file was read."""
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "row"], name="import_row_once")]
        indexes: ClassVar = [models.Index(fields=["job", "state", "row"], name="import_row_waiting")]

    def __str__(self) -> str:
        return f"{self.job_id}.{self.row}"
