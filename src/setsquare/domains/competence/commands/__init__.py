"""The commands of competence; importing this declares all of them."""

from setsquare.domains.competence.commands import (
    agreeing,
    assessed_before,
    assessing,
    drafting,
    framework,
    importing,
    profiling,
    reassessing,
    releasing,
    starting,
)

__all__ = [
    "agreeing",
    "assessed_before",
    "assessing",
    "drafting",
    "framework",
    "importing",
    "profiling",
    "reassessing",
    "releasing",
    "starting",
]
