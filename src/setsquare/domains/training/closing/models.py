"""Rows of what courses lead to, and of people who are asked to take one because they lack it."""

from typing import ClassVar

from django.db import models


class LearningOutcome(models.Model):
    """A part of a subject, at a level, that a course leads to: an assessment shows whether somebody got there."""

    course = models.ForeignKey("training.Course", models.PROTECT, related_name="outcomes", db_index=False)
    subject = models.ForeignKey("records.Record", models.PROTECT, related_name="+")
    """Such as a framework."""
    topic = models.CharField(max_length=80)
    """Which part of it, by its code there."""
    level = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "subject", "topic"], name="course_leads_to_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} to {self.subject_id} {self.topic} at {self.level}"


class Shortfall(models.Model):
    """Somebody who is asked to take a course as long as they lack a part of a subject at a level."""

    course = models.ForeignKey("training.Course", models.PROTECT, related_name="shortfalls", db_index=False)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    lacking = models.ForeignKey("records.Record", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=80)
    level = models.PositiveSmallIntegerField()
    days = models.PositiveSmallIntegerField()
    """In how many days they have to have it."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["course", "person", "lacking", "topic"], name="asked_because_of_gap_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} lacks {self.lacking_id} {self.topic} at {self.level}"
