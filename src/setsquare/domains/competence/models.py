"""Rows of competence frameworks and of their components; what a framework says is kept as texts by digest."""

import datetime as dt
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.keeping import content_at
from setsquare.kernel.accounts.models import User


class Framework(models.Model):
    """What people are to be able to do, and at which levels.

    `content` is the edition in force, `draft` what the next one is to be: digests of kept texts that hold a `Content`
    as canonical JSON. `editions` are all released ones, the oldest first: `{"edition", "content", "released", "by",
    "summary"}`.
    """

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="framework"
    )
    purpose = models.TextField()
    source = models.TextField(blank=True)
    """Where it comes from, in words."""
    licence = models.TextField(blank=True)
    """By which right it is used here, in words."""
    edition = models.PositiveIntegerField(default=0)
    """The number of the edition in force; 0 is none yet."""
    content = models.ForeignKey("files.Text", models.PROTECT, null=True, related_name="+", db_index=False)
    draft = models.ForeignKey("files.Text", models.PROTECT, null=True, related_name="+", db_index=False)
    authors = models.JSONField(default=list)
    """Sign-in names of those who wrote the draft."""
    released = models.DateTimeField(null=True)
    """Since when the edition is in force."""
    released_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    editions = models.JSONField(default=list)
    evidence_required = models.BooleanField(default=False)
    """Whether nobody agrees on an assessment of somebody else that no record and no file shows."""

    @property
    def evidence_in_words(self) -> str:
        """Return whether an assessment needs evidence to be agreed."""
        return str(_("Required")) if self.evidence_required else str(_("Not required"))

    @property
    def in_force(self) -> Content | None:
        """Return the content of the edition in force."""
        return content_at(self.content_id) if self.content_id else None

    @property
    def drafted(self) -> Content | None:
        """Return the content of the draft, None where there is none."""
        return content_at(self.draft_id) if self.draft_id else None

    @property
    def latest(self) -> Content:
        """Return what the draft says, without one what is in force."""
        return self.drafted or self.in_force or Content()

    @property
    def level_names(self) -> dict[int, str]:
        """Return what each level of the scale is called, by rank; 0 is below the lowest."""
        content = self.in_force or self.latest
        return {0: "0"} | {level.rank: f"{level.code} {level.name}" for level in content.scale}

    @property
    def size_in_words(self) -> str:
        """Return how many components and levels it has."""
        content = self.in_force or self.latest
        count = len(content.components)
        components = ngettext("%(n)s component", "%(n)s components", count) % {"n": count}
        levels = ngettext("%(n)s level", "%(n)s levels", len(content.scale)) % {"n": len(content.scale)}
        return f"{components} · {levels}"

    @property
    def edition_in_words(self) -> str:
        """Return which edition is in force, and since when."""
        if not self.edition or self.released is None:
            return str(_("None is released yet"))
        words = _("Edition %(number)s, since %(day)s")
        return words % {"number": self.edition, "day": date_format(localtime(self.released))}


class Component(models.Model):
    """A group or component of a framework, as its newest edition has it; kept for good, as others refer to it.

    A code of the framework is one row for ever: what an edition leaves out is retired, what comes again is not.
    """

    class Kind(models.TextChoices):
        """What it is."""

        GROUP = "group"
        COMPONENT = "component"

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="components", db_index=False)
    code = models.CharField(max_length=80)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="parts", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=300)
    place = models.PositiveIntegerField()
    """Its place among all of the framework, as a reader goes through it."""
    depth = models.PositiveSmallIntegerField()
    levels = models.JSONField(default=list)
    """The ranks at which it is described."""
    retired = models.PositiveIntegerField(null=True)
    """The edition that left it out."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["framework", "code"], name="component_code"),
        ]

    def __str__(self) -> str:
        return self.code


class RoleProfile(models.Model):
    """What somebody in a role has to be able to do: components of frameworks, each at a level.

    Who has the profile: the people to whom it was given (`holdings`), and those whose job title maps onto it
    (`titles`).
    """

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="role_profile"
    )
    purpose = models.TextField(blank=True)

    def __str__(self) -> str:
        return str(self.record)

    @cached_property
    def spellings(self) -> frozenset[str]:
        """Return the job titles that map onto it, as people have them; one query.

        Compared here, as SQLite knows the capitals of ASCII alone.
        """
        mine = self.titles.values_list("title", models.Value(True))
        written = User.objects.exclude(title="").values_list("title", models.Value(False))
        both = list(mine.order_by().union(written.order_by()))
        wanted = {title.casefold() for title, own in both if own}
        return frozenset(title for title, own in both if not own and title.casefold() in wanted)


class ProfileRequirement(models.Model):
    """That a profile asks for a component: at which level, at which one it would be better, and how soon."""

    profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="requirements", db_index=False)
    component = models.ForeignKey(Component, models.PROTECT, related_name="+")
    required = models.PositiveSmallIntegerField()
    """The rank on the framework's scale that is needed."""
    desired = models.PositiveSmallIntegerField(null=True)
    """A higher rank that would be better."""
    months = models.PositiveSmallIntegerField(null=True)
    """How many months somebody new in the role has to reach what is needed; none: from the first day."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "component"], name="profile_asks_once"),
            models.CheckConstraint(
                condition=models.Q(desired__isnull=True) | models.Q(desired__gt=models.F("required")),
                name="profile_desired_above_required",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component_id} at {self.required}"


class ProfileTitle(models.Model):
    """A job title that maps onto a profile, written as it stands on people."""

    profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="titles", db_index=False)
    title = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["title", "profile"], name="profile_title_once"),
        ]

    def __str__(self) -> str:
        return self.title


class ProfileHolding(models.Model):
    """That a profile was given to a person, from a day and perhaps until one."""

    profile = models.ForeignKey(RoleProfile, models.PROTECT, related_name="holdings", db_index=False)
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    """The last day."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["profile", "person"], name="profile_held_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="profile_held_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} has {self.profile_id}"


class Assessment(models.Model):
    """How one person does in components of one framework, by one method on one day, and what was agreed of it.

    What was agreed qualifies the person: in the framework, for each component, at the agreed level.
    """

    class Method(models.TextChoices):
        """By whom, or how."""

        SELF = "self"
        MANAGER = "manager"
        PEER = "peer"
        ASSESSOR = "assessor"
        EXAM = "exam"
        PRACTICE = "practice"

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="assessment"
    )
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="assessments")
    assessor = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    framework = models.ForeignKey(Framework, models.PROTECT, related_name="+", db_index=False)
    method = models.CharField(max_length=10, choices=Method.choices)
    day = models.DateField()
    """The day as of which it holds."""
    note = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    """What the person says to it."""
    agreed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    agreed = models.DateTimeField(null=True)
    valid_until = models.DateField(null=True)
    """The last day of what was agreed; none: for good."""
    recorder = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    """Who wrote it down afterwards, where it was assessed before; none: the system, or it came about here."""
    recorded = models.DateTimeField(null=True)
    """When it was written down afterwards; none: it came about here."""

    def __str__(self) -> str:
        return str(self.record)

    @property
    def recorded_by(self) -> User | None:
        """Return who wrote it down afterwards, as agreed before; None of one that came about here."""
        return self.recorder if self.recorded is not None else self._counted_at_once_by

    @property
    def recorded_at(self) -> dt.datetime | None:
        """Return when it was written down afterwards; None of one that came about here."""
        return self.recorded or (self.agreed if self._counted_at_once_by is not None else None)

    @property
    def confirmed_by(self) -> User | None:
        """Return who confirmed what was written down afterwards."""
        return self.agreed_by if self.recorded is not None else None

    @property
    def confirmed_at(self) -> dt.datetime | None:
        """Return when somebody confirmed what was written down afterwards."""
        return self.agreed if self.recorded is not None else None

    @property
    def agreed_here_by(self) -> User | None:
        """Return who agreed on what came about here."""
        return self.agreed_by if self.recorded_at is None else None

    @property
    def agreed_here(self) -> dt.datetime | None:
        """Return when somebody agreed on what came about here."""
        return self.agreed if self.recorded_at is None else None

    @property
    def agreed_levels(self) -> list[str]:
        """Return the level that was agreed of each component, a line for each."""
        names = self.framework.level_names
        rows = (
            self.ratings.exclude(agreed=None).select_related("component").order_by("component__place", "id")
        )
        return [
            f"{row.component.code} {row.component.title}: {names.get(row.agreed or 0, row.agreed)}"
            for row in rows
        ]

    @property
    def for_good(self) -> str:
        """Return that it holds for good, where that was agreed or recorded; empty where it ends or is open yet."""
        said = self.record.state in ("recorded", "agreed") and self.valid_until is None
        return _("For good") if said else ""

    @property
    def _counted_at_once_by(self) -> User | None:
        """Return who wrote it down while what was written down still counted at once, without a signature."""
        return self.agreed_by if self.recorded is None and self.agreed == self.record.created else None


class Rating(models.Model):
    """How an assessment rates one component, and the level that was agreed; 0 is below the lowest level."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="ratings", db_index=False)
    component = models.ForeignKey(Component, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    reason = models.TextField(blank=True)
    agreed = models.PositiveSmallIntegerField(null=True)
    agreed_reason = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "component"], name="rated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.component_id} at {self.level}"
