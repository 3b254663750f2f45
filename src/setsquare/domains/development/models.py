"""The rows of development plans: the plan, its targets, its actions, and what was noted on the way."""

from functools import cached_property
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class DevelopmentPlan(models.Model):
    """What a person is to be able to do by when, and who helps them. Its rows keep their numbers."""

    class Confidence(models.TextChoices):
        """How a review judges it."""

        ON_TRACK = "on_track"
        AT_RISK = "at_risk"
        OFF_TRACK = "off_track"

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="development_plan"
    )
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="development_plans")
    mentor = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    aim = models.TextField()
    begins = models.DateField()
    ends = models.DateField()
    """The last day."""
    next_review = models.DateField(null=True)
    confidence = models.CharField(max_length=20, choices=Confidence.choices, blank=True)
    """What the newest review says."""
    progress = models.PositiveSmallIntegerField(default=0)
    """Of its actions, those dropped left aside, how many of a hundred are done."""
    outcome = models.TextField(blank=True)
    """What came of it, once it is completed."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gte=F("begins")), name="plan_ends_after_it_begins"),
            models.CheckConstraint(
                condition=Q(mentor__isnull=True) | ~Q(mentor=F("person")), name="plan_mentor_is_another"
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)

    @cached_property
    def all_targets(self) -> "list[Target]":
        """Return its targets by number."""
        return list(self.targets.select_related("subject").order_by("number"))

    @cached_property
    def all_actions(self) -> "list[Action]":
        """Return its actions by number."""
        return list(self.actions.select_related("about", "responsible").order_by("number"))

    @cached_property
    def all_notes(self) -> "list[Note]":
        """Return what was noted, the newest first."""
        return list(self.notes.select_related("author").order_by("-number"))


class Target(models.Model):
    """What the person is to be qualified in: a subject or a part of it, at a level, by a day."""

    plan = models.ForeignKey(DevelopmentPlan, models.PROTECT, related_name="targets", db_index=False)
    number = models.PositiveSmallIntegerField()
    subject = models.ForeignKey("records.Record", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    due = models.DateField(null=True)
    """By when; without a day by the end of the plan."""
    met = models.DateField(null=True)
    """The day on which it was first seen to be met."""
    held = models.PositiveSmallIntegerField(null=True)
    """The level that the person held as the plan was completed; 0: none."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="target_number"),
            models.UniqueConstraint(fields=["plan", "subject", "topic"], name="target_once"),
        ]

    def __str__(self) -> str:
        return " ".join([self.subject.number, *([self.topic] if self.topic else [])])


class Action(models.Model):
    """What somebody does for the plan, and what came of it."""

    class Kind(models.TextChoices):
        """How one learns by it."""

        TRAINING = "training"
        ON_THE_JOB = "on_the_job"
        COACHING = "coaching"
        READING = "reading"
        PROJECT = "project"
        OTHER = "other"

    class State(models.TextChoices):
        """How far it is."""

        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    plan = models.ForeignKey(DevelopmentPlan, models.PROTECT, related_name="actions", db_index=False)
    number = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=300)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+")
    """What it is done with: a course, a session, a document."""
    responsible = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    due = models.DateField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    result = models.TextField(blank=True)
    """What came of it, or why it was dropped."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="action_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"


class Note(models.Model):
    """What somebody noted on the way; one that judges the plan is a review."""

    plan = models.ForeignKey(DevelopmentPlan, models.PROTECT, related_name="notes", db_index=False)
    number = models.PositiveSmallIntegerField()
    author = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    day = models.DateField()
    text = models.TextField()
    confidence = models.CharField(max_length=20, choices=DevelopmentPlan.Confidence.choices, blank=True)
    next_review = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "number"], name="note_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.author_id}"
