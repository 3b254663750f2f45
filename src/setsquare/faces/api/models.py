"""Rows of answers kept for requests that are sent again."""

from typing import ClassVar

from django.db import models


class Answer(models.Model):
    """What was answered to a request with an idempotency key, so that the same request acts only once.

    Without a `status` the request is under way, or its process ended in the middle of it.
    """

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    """HMAC-SHA-256, by the server's secret key, of method, path, version asked for and body, hexadecimal."""
    mark = models.CharField(max_length=64)
    """What the trail names the request by, which tells whether it took effect."""
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    proof = models.CharField(max_length=64, blank=True)
    """HMAC-SHA-256, by the server's secret key, of the request and what was answered: only that is answered again."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="api_answer_key")]
        indexes: ClassVar = [models.Index(fields=["at"], name="api_answer_age")]

    def __str__(self) -> str:
        return self.key
