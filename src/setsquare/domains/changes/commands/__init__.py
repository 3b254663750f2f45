"""The commands of change requests; importing this declares all of them."""

from setsquare.domains.changes.commands import deciding, handing_over, implementing, requesting

__all__ = ["deciding", "handing_over", "implementing", "requesting"]
