"""Rows of events and of the jobs that the clock runs."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """What a command announced, written in its transaction and delivered by the worker."""

    name = models.CharField(max_length=80)
    record = models.ForeignKey("records.Record", models.PROTECT, null=True, related_name="+", db_index=False)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    delivered = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], name="event_waiting", condition=Q(delivered__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"


class Delivery(models.Model):
    """That one handler has dealt with one event, written in the handler's own transaction."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    handler = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "handler"], name="delivered_once")]


class ClockRun(models.Model):
    """When a job of the clock ran last."""

    job = models.CharField(max_length=120, primary_key=True)
    last = models.DateTimeField()
    error = models.TextField(blank=True)
