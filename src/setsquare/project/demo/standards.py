"""The demo's revised standards: one waits for its readers, one has the packers of two sites learn anew."""

import datetime as dt
import random

from setsquare.kernel.tasks.models import Task
from setsquare.project.demo.stage import Stage, do, record

REVISION = "SOP-006/3"
OWNER = "mdubois"
DECIDED, READ_FROM = -19, -5
"""The days on which it was decided, and from which on it was read."""
SHARE_THAT_READS = 0.6
LABELS, LABELS_BY, LABELS_DECIDED = "WI-006/2", "rtavares", -24
"""The revision whose retraining is in progress, who decided on it, and on which day."""
PACKERS = ("AS4", "RF2")
"""The teams that pack and label."""


def plan(stage: Stage) -> None:
    """Plan the decision on the reading and training of the revision, and who has read it so far."""
    stage.plan(stage.at(DECIDED, REVISION), lambda: _decide(stage))
    stage.plan(stage.at(READ_FROM, REVISION, hour=7), lambda: _plan_readers(stage))
    stage.plan(stage.at(LABELS_DECIDED, LABELS), _decide_on_labels)


def _decide(stage: Stage) -> None:
    latest = (stage.today + dt.timedelta(days=21)).date()
    do(
        OWNER,
        "revision.decide_training",
        record(REVISION),
        who="everybody",
        why="Remote audits are new to everybody who leads an area or audits.",
        passages=["Remote audits", "Findings"],
        days=14,
        retraining=[
            {
                "course": "TC-006",
                "role": "auditor",
                "unit": "THV",
                "days": 60,
                "reason": "Remote audits are part of it now.",
            },
            {
                "course": "TC-012",
                "role": "leader",
                "unit": "THV",
                "days": 30,
                "reason": "Minors found twice need their causes found.",
            },
        ],
        threshold=80,
        latest=latest,
        kept_days=7,
    )


def _decide_on_labels() -> None:
    """Have those who pack and label learn anew what the instruction on labels asks now."""
    row = {"course": "TC-016", "role": "line_operator", "days": 45}
    why = "Code grade B, the new rub test, and what happens when a label is missing."
    do(
        LABELS_BY,
        "revision.decide_training",
        record(LABELS),
        who="everybody",
        why="Whoever prints, packs or ships has to know the new limits.",
        days=7,
        retraining=[{**row, "unit": unit, "reason": why} for unit in PACKERS],
    )


def _plan_readers(stage: Stage) -> None:
    opened = Task.objects.filter(record__number=REVISION, kind="read", done__isnull=True)
    chance = random.Random(REVISION)  # noqa: S311  the same story at every load
    for reader in sorted(opened.values_list("assignee__username", flat=True)):
        if chance.random() < SHARE_THAT_READS:
            moment = stage.at(round(chance.uniform(READ_FROM + 1, -1)), reader)
            stage.plan(moment, lambda reader=reader: _read(reader))  # type: ignore[misc]


def _read(reader: str) -> None:
    waits = Task.objects.filter(
        record__number=REVISION, kind="read", assignee__username=reader, done__isnull=True
    )
    if waits.exists():
        do(reader, "revision.confirm_reading", record(REVISION))
