"""The detail row of change requests."""

from collections.abc import Iterable
from functools import cached_property
from urllib.parse import quote

from django.db import models

from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record


class ChangeRequest(models.Model):
    """What is to change and why, its assessed impact, and the decision.

    The documents that it affects, and the revisions that were opened for it, are links of the record of the kinds
    `affects` and `opened`.
    """

    class Priority(models.TextChoices):
        """How soon it matters."""

        LOW = "low"
        NORMAL = "normal"
        URGENT = "urgent"

    record = models.OneToOneField(
        "records.Record", models.PROTECT, primary_key=True, related_name="change_request"
    )
    what = models.TextField()
    why = models.TextField()
    requested_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="changes_requested")
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    wanted_by = models.DateField(null=True)
    quality = models.TextField(blank=True)
    regulatory = models.TextField(blank=True)
    training = models.TextField(blank=True)
    cost = models.TextField(blank=True)
    risk = models.TextField(blank=True)
    assessed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    assessed = models.DateTimeField(null=True)
    decision = models.TextField(blank=True)
    """Why it was accepted or rejected."""
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided = models.DateTimeField(null=True)
    verify = models.BooleanField(default=False)
    """Whether somebody looks at what came of it before it is closed."""
    implemented = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    """What came of it."""

    @cached_property
    def affected(self) -> str:
        """Return the documents that it affects, as a list in Markdown with links."""
        return listed(_linked(self.record, "affects"))

    @cached_property
    def opened(self) -> str:
        """Return the revisions in which it is made, as a list in Markdown with links."""
        return listed(_linked(self.record, "opened"))


def _linked(record: Record, kind: str) -> Iterable[str]:
    links = Link.objects.filter(source=record, kind=kind).order_by("target__number")
    return links.values_list("target__number", flat=True)


def listed(numbers: Iterable[str]) -> str:
    """Return the numbers of records as a list in Markdown with links."""
    return "\n".join(f"- [{number}](record:{quote(number)})" for number in numbers)
