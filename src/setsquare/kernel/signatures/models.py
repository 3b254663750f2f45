"""Rows of signatures; the database itself refuses to change or delete them."""

from typing import ClassVar

from django.db import models


class Signature(models.Model):
    """A person's signature under exactly what they saw; only its maker can make it, by signing in again."""

    record = models.ForeignKey("records.Record", models.PROTECT, related_name="signatures", db_index=False)
    entry = models.ForeignKey("trail.Entry", models.PROTECT, related_name="signatures")
    signer = models.ForeignKey("accounts.User", models.PROTECT, related_name="signatures")
    on_behalf_of = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """Whose task it was, where the signer stood in for somebody."""
    printed_name = models.CharField(max_length=150)
    printed_title = models.CharField(max_length=150, blank=True)
    on_behalf_of_name = models.CharField(max_length=150, blank=True)
    meaning = models.CharField(max_length=60)
    at = models.DateTimeField()
    method = models.CharField(max_length=20)
    """How the signer proved who they are: password or passkey."""
    reason = models.TextField(blank=True)
    signed = models.TextField()
    """Canonical JSON (RFC 8785) of exactly what was signed."""
    digest = models.CharField(max_length=64)
    """SHA-256 of `signed`, hexadecimal."""
    authority = models.JSONField(null=True)
    """The rules that the signer met then, with version, and the qualifications by which; None: no rule was asked."""

    class Meta:
        indexes: ClassVar = [models.Index(fields=["record", "id"], name="signature_of_record")]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.meaning}"


class Batch(models.Model):
    """A signature given once for many records that are made afterwards, each known by the digest of what it becomes.

    It signs nothing by itself: each record gets a signature of its own, which names the batch. The database itself
    refuses to change or delete it.
    """

    signer = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=60)
    at = models.DateTimeField()
    method = models.CharField(max_length=20)
    """How the signer proved who they are: password or passkey."""
    signed = models.TextField()
    """Canonical JSON (RFC 8785) of exactly what was signed, with the digest of each item."""
    digest = models.CharField(max_length=64)
    """SHA-256 of `signed`, hexadecimal."""

    def __str__(self) -> str:
        return f"{self.signer_id}: {self.meaning}"


class AnsweredChallenge(models.Model):
    """A challenge of a signature that a passkey answered: it counts once, whoever else answers it."""

    challenge = models.CharField(max_length=64, primary_key=True)
    """What tells it from any other, as it was made."""
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.challenge
