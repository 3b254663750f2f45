"""Rows of notices."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One sentence for one person, about a record or none."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="notices", db_index=False)
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    """The sentence in English, as the catalogue of translations knows it, with named places."""
    values = models.JSONField(default=dict)
    at = models.DateTimeField()
    read = models.DateTimeField(null=True)
    mailed = models.DateTimeField(null=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-at", "-id"], name="notice_recent"),
            models.Index(fields=["user"], name="notice_unread", condition=Q(read__isnull=True)),
            models.Index(fields=["at"], name="notice_unmailed", condition=Q(mailed__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.text % self.values)
