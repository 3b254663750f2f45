"""Rows of who has to take a course anew."""

from typing import ClassVar

from django.db import models
from django.utils import formats
from django.utils.translation import gettext as _

from setsquare.kernel.qualifications.days import last_day


class Retraining(models.Model):
    """That certain people have to take a course anew because of a record, such as a revised standard."""

    course = models.ForeignKey("training.Course", models.PROTECT, related_name="retrainings")
    because = models.ForeignKey("records.Record", models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    since = models.DateField()
    """The first day of which a certificate counts."""
    due = models.DateTimeField()
    lapses = models.DateTimeField(null=True)
    """When older certificates cease to count; empty as long as that is not known."""
    people = models.ForeignKey("files.Text", models.PROTECT, related_name="+", db_index=False)
    """The sign-in names of whom it concerns, one a line: thousands may be, and the trail keeps them by digest."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "because"], name="retraining_because_once")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} because of {self.because_id}"

    @property
    def in_words(self) -> str:
        """Return why and by when."""
        day = formats.date_format(last_day(self.due) or self.due)
        words = {"number": self.because.number, "day": day, "why": self.reason}
        return _("Because of %(number)s, by %(day)s: %(why)s") % words


class Trainee(models.Model):
    """Somebody who has to take a course anew; follows from the list that the retraining keeps."""

    retraining = models.ForeignKey(Retraining, models.CASCADE, related_name="trainees", db_index=False)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["retraining", "person"], name="trainee_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.retraining_id}"
