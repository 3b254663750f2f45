"""Commands of development plans."""

from setsquare.domains.development.commands import agreeing, doing, following, writing

__all__ = ["agreeing", "doing", "following", "writing"]
