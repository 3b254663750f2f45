"""The commands of documents, by subject."""

from setsquare.domains.documents import work
from setsquare.domains.documents.commands import (
    approving,
    commenting,
    copies,
    deciding,
    distributing,
    identity,
    importing,
    opening,
    periodic_review,
    qualifying,
    redefining,
    releasing,
    reviewing,
    ruling,
    types,
    withdrawing,
    writing,
)

__all__ = [
    "approving",
    "commenting",
    "copies",
    "deciding",
    "distributing",
    "identity",
    "opening",
    "importing",
    "periodic_review",
    "qualifying",
    "redefining",
    "releasing",
    "reviewing",
    "ruling",
    "types",
    "work",
    "withdrawing",
    "writing",
]
