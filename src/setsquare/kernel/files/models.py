"""Rows of texts and files, named by what they contain."""

from typing import ClassVar

from django.db import models


class Text(models.Model):
    """A text as it once stood; the trail refers to it by digest, so it is never changed or deleted."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the UTF-8 bytes, hexadecimal."""
    body = models.TextField()

    def __str__(self) -> str:
        return self.digest[:12]


class Blob(models.Model):
    """A file's content: its bytes lie in the file store under their digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    """SHA-256 of the bytes, hexadecimal."""
    size = models.PositiveBigIntegerField()
    """In bytes."""
    media_type = models.CharField(max_length=120)
    stored = models.DateTimeField()
    text = models.TextField(blank=True)
    """What can be searched in it."""

    def __str__(self) -> str:
        return self.digest[:12]


class Attachment(models.Model):
    """A file that belongs to a record, under the name that it was given."""

    record = models.ForeignKey("records.Record", models.PROTECT, related_name="attachments")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=255)
    role = models.CharField(max_length=20, default="attachment")
    """content (the controlled file itself), figure (a picture in the text) or attachment."""
    added = models.DateTimeField()
    added_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    removed = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["added", "id"]


class Upload(models.Model):
    """Who brought a file in, before a record holds it; only they may use it."""

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="uploads")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=255)
    at = models.DateTimeField()
    warning = ""
    """What search will not find of it; told when it is taken in, kept nowhere."""
