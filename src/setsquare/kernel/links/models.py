"""Rows of links."""

from typing import ClassVar

from django.db import models


class Link(models.Model):
    """A typed link from one record to another, such as `affects`, `refers_to`, `opened`; one of each kind."""

    source = models.ForeignKey("records.Record", models.PROTECT, related_name="links_out", db_index=False)
    target = models.ForeignKey("records.Record", models.PROTECT, related_name="links_in", db_index=False)
    kind = models.CharField(max_length=40)
    made = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "kind", "target"], name="link_once")
        ]
        indexes: ClassVar = [models.Index(fields=["target", "kind"], name="link_back")]
