"""Commands of courses, training sessions and certificates."""

from setsquare.domains.training.badges import knowing, recording
from setsquare.domains.training.commands import (
    asking,
    attending,
    certifying,
    closing,
    correcting,
    following,
    needing,
    planning,
    rectifying,
    retraining,
    revoking,
    teaching,
    verifying,
)
from setsquare.domains.training.xapi import carrying

__all__ = [
    "asking",
    "attending",
    "carrying",
    "certifying",
    "closing",
    "correcting",
    "following",
    "knowing",
    "needing",
    "planning",
    "recording",
    "rectifying",
    "retraining",
    "revoking",
    "teaching",
    "verifying",
]
