"""The commands of authority: rules, supervised work, uses of break-glass; importing this declares all of them."""

from setsquare.domains.authority.commands import (
    deciding,
    keeping_after,
    lapsing,
    moving_on,
    overriding,
    supervised,
    writing,
)

__all__ = ["deciding", "keeping_after", "lapsing", "moving_on", "overriding", "supervised", "writing"]
