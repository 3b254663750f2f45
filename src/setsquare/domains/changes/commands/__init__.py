"""The commands of change requests; importing this declares all of them."""

from setsquare.domains.changes.commands import deciding, handing_over, implementing, keeping_after, requesting

__all__ = ["deciding", "handing_over", "implementing", "keeping_after", "requesting"]
