"""Rows that belong to the pages alone: they are no records and leave no trail."""

from typing import ClassVar

from django.db import models


class SentForm(models.Model):
    """A form that was carried out; the same form sent a second time leads to the record and does nothing."""

    key = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="+")
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="sent_form_at")]
