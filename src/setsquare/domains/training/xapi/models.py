"""Statements that came in, which are only ever appended, and those that wait to go out."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from setsquare.kernel.accounts.models import User


class Statement(models.Model):
    """What a learning system told of a person, as it told it."""

    uid = models.UUIDField(unique=True)
    person = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="statements")
    """Whom it is about; none: a learner who was not known here when it came."""
    actor = models.CharField(max_length=600)
    """By what the statement names them."""
    sender = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    """Whose token brought it."""
    verb = models.CharField(max_length=600)
    activity = models.CharField(max_length=600, db_index=True)
    happened = models.DateTimeField()
    stored = models.DateTimeField()
    content = models.TextField()
    """The statement as it came, as JSON."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["actor"], name="statement_unknown", condition=Q(person__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.activity}"

    @property
    def learner(self) -> User | None:
        """Return whom it is about, also where that came to be known later."""
        if self.person is not None:
            return self.person
        known: Recognised | None = getattr(self, "recognised", None)
        return known.person if known is not None else None


class Recognised(models.Model):
    """That the unknown learner of a statement turned out to be somebody here; only ever appended, as statements are."""

    statement = models.OneToOneField(Statement, models.PROTECT, primary_key=True, related_name="recognised")
    person = models.ForeignKey("accounts.User", models.PROTECT, related_name="recognised_statements")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.person}"


class Outgoing(models.Model):
    """A statement that a learning record store is to be told, and how far that came."""

    store = models.CharField(max_length=40)
    uid = models.UUIDField()
    content = models.TextField()
    made = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    sent = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["store", "uid"], name="statement_sent_once")]
        indexes: ClassVar = [
            models.Index(fields=["store", "id"], name="statement_waiting", condition=Q(sent__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.uid} to {self.store}"
