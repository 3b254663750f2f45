"""Rows of qualifications."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Qualification(models.Model):
    """That a person is qualified in a subject, at a level, for a time, and the record that is the evidence of it.

    Commands write it (`Act.qualify`, `Act.disqualify`); rows stay for good. Of one person, subject and topic one row at
    most has not ended: what is written later ends it.
    """

    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="qualifications", db_index=False)
    subject = models.ForeignKey("records.Record", models.PROTECT, related_name="+", db_index=False)
    """In what: a framework, a course, a document."""
    topic = models.CharField(max_length=80, blank=True)
    """Which part of the subject, by its code there, such as a component; empty: the subject as a whole."""
    level = models.PositiveSmallIntegerField(default=1)
    """The rank on the subject's own scale; 1 where there are no levels. What is above includes what is below.

    At 0 it holds nothing, and stays what was found last: what is older and written later is history beside it.
    """
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    """When it expires by itself."""
    given = models.DateTimeField()
    """When it was written down, which may be long after `since`."""
    ended = models.DateTimeField(null=True)
    """When it was taken away, or another one took its place."""
    evidence = models.ForeignKey(
        "records.Record", models.PROTECT, related_name="qualifications", db_index=False
    )
    """What shows it: an assessment, a certificate, a revision that was read."""

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["subject", "topic", "level"], name="qualification_in", condition=Q(ended__isnull=True)
            ),
            models.Index(fields=["until"], name="qualification_expiring", condition=Q(ended__isnull=True)),
            models.Index(fields=["user", "subject", "topic", "given"], name="qualification_of_person"),
            models.Index(fields=["evidence"], name="qualification_evidence"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "subject", "topic"], condition=Q(ended__isnull=True), name="qualified_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=models.F("since")), name="qualified_for_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.subject_id} {self.topic} at {self.level}"
