"""Rows of tasks."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Task(models.Model):
    """What one person is asked to do about one record. Done when `done` is set; `outcome` says how it ended."""

    record = models.ForeignKey("records.Record", models.PROTECT, related_name="tasks", db_index=False)
    kind = models.CharField(max_length=40)
    """What is asked: review, approve, read ...; the record type's declaration names it."""
    assignee = models.ForeignKey("accounts.User", models.PROTECT, related_name="tasks", db_index=False)
    due = models.DateTimeField()
    opened = models.DateTimeField()
    step = models.PositiveSmallIntegerField(default=0)
    details = models.JSONField(default=dict)
    done = models.DateTimeField(null=True)
    done_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=40, blank=True)
    reminded = models.DateTimeField(null=True)
    escalated = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["assignee", "due", "id"], name="task_inbox", condition=Q(done__isnull=True)),
            models.Index(fields=["record", "kind", "assignee"], name="task_of_record"),
            models.Index(fields=["due"], name="task_overdue", condition=Q(done__isnull=True)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["record", "kind", "assignee", "step"],
                condition=Q(done__isnull=True),
                name="task_asked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
