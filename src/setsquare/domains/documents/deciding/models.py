"""Rows of what was decided on the reading and training that a revision brings."""

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Decision(models.Model):
    """What people have to read and learn because of a revision, and what its taking effect waits for."""

    class Who(models.TextChoices):
        """Who has to read it."""

        EVERYBODY = "everybody"
        PART = "part"
        NOBODY = "nobody"

    revision = models.OneToOneField(
        "documents.Revision", models.PROTECT, primary_key=True, related_name="decision"
    )
    who = models.CharField(max_length=10, choices=Who.choices, default=Who.EVERYBODY)
    """Of the document's audience."""
    why = models.TextField(blank=True)
    passages = models.JSONField(default=list)
    """Headings of the sections that readers see first; empty: the whole."""
    threshold = models.PositiveSmallIntegerField(null=True)
    """Percent of those who are asked that have to have read and learned it before it takes effect."""
    latest = models.DateField(null=True)
    """The last day on which it waits for them without anybody deciding anew."""
    kept_days = models.PositiveSmallIntegerField(default=0)
    """Days for which having read the revision before still counts once the reading of this one is due."""
    waived = models.DateTimeField(null=True)
    """When it was decided that it waits no longer."""

    def __str__(self) -> str:
        return f"{self.revision_id}: {self.who}"

    @property
    def waits(self) -> bool:
        """Tell whether taking effect waits for people."""
        return self.threshold is not None and self.waived is None

    @cached_property
    def named(self) -> "list[Named]":
        """Return whom it names, in order."""
        return list(self.rows.select_related("course", "role", "unit", "person").order_by("id"))

    @property
    def readers(self) -> "list[Named]":
        """Return which part of the audience has to read it."""
        return [row for row in self.named if row.course_id is None]

    @property
    def retraining(self) -> "list[Named]":
        """Return who has to take which course anew."""
        return [row for row in self.named if row.course_id is not None]


class Named(models.Model):
    """Whom a decision names: a part of the audience that reads, or people who have to take a course anew.

    A role within a unit, a unit or a person; of a course, none of these stands for all who have to read the revision.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="rows")
    course = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.ForeignKey("accounts.Role", models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    days = models.PositiveSmallIntegerField(default=0)
    """Of a course: days after the revision takes effect by which they have to have it."""
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, role__isnull=True, unit__isnull=True)
                | Q(person__isnull=True, unit__isnull=False)
                | Q(person__isnull=True, role__isnull=True, unit__isnull=True, course__isnull=False),
                name="decision_role_unit_or_person",
            )
        ]

    def __str__(self) -> str:
        return self.in_words

    @property
    def is_of_readers(self) -> bool:
        """Tell whether it stands for all who have to read the revision."""
        return self.unit_id is None and self.person_id is None

    @property
    def in_words(self) -> str:
        """Return whom the row reaches, by names."""
        return " · ".join(one.name for one in (self.person, self.role, self.unit) if one is not None)
