"""What a database is for, and which background workers serve it: kept in the database itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """The one row that says whether real work or the demo lives here, so that they are never mixed up."""

    class Purpose(models.TextChoices):
        """Uses of a database."""

        PRODUCTION = "production", _("Production")
        DEMO = "demo", _("Demonstration")

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    made = models.DateTimeField(auto_now_add=True)
    demo_loaded = models.DateTimeField(null=True)
    """When the demo organisation was complete; empty while it is being loaded."""

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one")]

    def __str__(self) -> str:
        return self.get_purpose_display()


class BackgroundWorker(models.Model):
    """A running worker process and its last sign of life."""

    id = models.CharField(primary_key=True, max_length=64)
    part = models.CharField(max_length=20)
    started = models.DateTimeField()
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} {self.id}"
