"""Rows of the rules in force."""

from typing import ClassVar

from django.db import models


class Rule(models.Model):
    """What a record has as a rule in force, as commands ask it; a rule that no longer holds has no row.

    It holds in `unit` and below, for the commands and signature meanings that are its targets. The record itself,
    its trail and its signatures say who approved it.
    """

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="rule_in_force"
    )
    version = models.PositiveIntegerField()
    """Of the record, as it was approved."""
    unit = models.ForeignKey("accounts.Unit", models.PROTECT, related_name="+")
    commands = models.JSONField(default=list)
    """Full names of commands, such as `revision.approve`."""
    meanings = models.JSONField(default=list)
    """Codes of what signatures say."""
    kinds = models.JSONField(default=list)
    """For which kinds of records (`Thing.kind_of`); empty: whatever the kind."""
    roles = models.ManyToManyField("accounts.Role", related_name="rules_in_force")
    """One of them is needed; none at all: no role is."""
    role_names = models.JSONField(default=list)
    independent = models.BooleanField(default=False)
    """Whether it is kept from the record's owner and authors."""
    countersigned = models.BooleanField(default=False)
    """Whether who is not qualified may do it under supervision: somebody else countersigns it."""
    break_glass = models.BooleanField(default=False)
    """Whether who is not qualified may do it all the same in an emergency, with a reason and a review."""

    def __str__(self) -> str:
        return f"{self.record_id} at {self.version}"


class Target(models.Model):
    """For commands of which record type a rule in force is asked; without one, whatever the type: for a meaning."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="targets")
    thing = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thing", "rule"], name="authority_target_once")
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.thing}"


class Whose(models.TextChoices):
    """Of whom a rule asks a qualification."""

    EVERYBODY = ""
    SUPERVISED = "supervised"
    """Of who does it under supervision, instead of the usual."""
    SUPERVISOR = "supervisor"
    """Of who countersigns, besides the usual."""


class Need(models.Model):
    """A qualification that a rule in force asks for: at `level` or above of `topic` in `subject`."""

    whose = models.CharField(max_length=12, blank=True, choices=Whose, default=Whose.EVERYBODY)
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="needs")
    subject = models.ForeignKey("records.Record", models.PROTECT, related_name="+")
    topic = models.CharField(max_length=80, blank=True)
    level = models.PositiveSmallIntegerField(default=1)
    title = models.CharField(max_length=300, blank=True)
    """What the topic was called when the rule was written, and its level, where they have names."""
    grade = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return f"{self.subject_id} {self.topic} at {self.level}"
