"""The demo's competence frameworks: the starter sets, taken up and released, one of them in a second edition."""

import datetime as dt
from typing import Any

from setsquare.project.demo.stage import Stage, do, record

AUTHOR, RELEASES = "madler", "hlindqvist"
OWN_WORDS = "Setsquare’s starter set, in its own words; adapted here as needed."
FRAMEWORKS: tuple[dict[str, Any], ...] = (
    {
        "start": "quality_profession",
        "day": -700,
        "title": "Competence of the quality profession",
        "purpose": "What everybody who works in quality is able to do, and how they grow.",
    },
    {
        "start": "responsibility",
        "day": -690,
        "title": "Levels of responsibility and skills around quality",
        "purpose": "One language for responsibility across departments, and for skills that many of them need.",
    },
    {
        "start": "audit",
        "day": -520,
        "title": "Competence of auditors",
        "purpose": "Whom we send into audits, and what they have to learn first.",
    },
    {
        "start": "trade",
        "day": -480,
        "title": "Trades in production",
        "purpose": "What operators in Braga can do, so that each order is worked on by somebody who is able to.",
    },
)
LEAK_TESTING: dict[str, Any] = {
    "code": "CHK-3",
    "parent": "CHK",
    "title": "Leak testing",
    "text": "Proving that housings and valves are tight.",
    "levels": [
        {"level": 1, "text": "Connects parts and starts the test under guidance."},
        {
            "level": 2,
            "text": "Tests by instruction and recognises a false leak.",
            "indicators": ["Checks with the master"],
        },
        {"level": 3, "text": "Finds the source of a leak, sets test pressures, and instructs."},
        {"level": 4, "text": "Develops test methods and proves what they detect."},
    ],
}
"""What the second edition of the trades adds."""


def plan(stage: Stage) -> None:
    """Plan how each framework is begun and released, and how the trades get their second edition."""
    for told in FRAMEWORKS:
        Story(stage, told).plan()


class Story:
    """The life of one framework."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.number = ""

    def plan(self) -> None:
        """Plan its scenes."""
        begun = self.stage.at(self.told["day"], self.told["title"])
        self.stage.plan(begun, self.begin)
        self.stage.plan(begun + dt.timedelta(days=6), self.release)
        if self.told["start"] == "trade":
            self.stage.plan(self.stage.at(-95, "leak testing"), self.revise)
            self.stage.plan(self.stage.at(-90, "leak testing"), self.release)
        if self.told["start"] == "quality_profession":
            self.stage.plan(self.stage.at(-3, "statistics"), self.draft)

    def begin(self) -> None:
        """Take up the starter set."""
        done = do(
            AUTHOR,
            "framework.create",
            title=self.told["title"],
            purpose=self.told["purpose"],
            source=OWN_WORDS,
            licence="Part of Setsquare; may be changed freely.",
            unit="THV",
            start=self.told["start"],
        )
        self.number = done.record.number

    def release(self) -> None:
        """Put the draft into force."""
        edition = record(self.number).framework.edition
        summary = (
            "Leak testing is a trade of its own now." if edition else "The first edition, for all sites."
        )
        do(RELEASES, "framework.release", record(self.number), summary=summary)

    def revise(self) -> None:
        """Draft the second edition."""
        do(AUTHOR, "framework.add_item", record(self.number), **LEAK_TESTING)

    def draft(self) -> None:
        """Draft what is not released yet."""
        item = record(self.number).framework.latest.by_code["IMP-2"]
        levels: list[dict[str, Any]] = [
            {"level": at.level, "text": at.text, "indicators": list(at.indicators)} for at in item.levels
        ]
        levels[1]["indicators"] = [
            *levels[1]["indicators"],
            "Tells a signal from noise by the rules of the chart",
        ]
        told: dict[str, Any] = {
            "code": item.code,
            "title": "Data, statistics and prediction",
            "text": item.text,
            "levels": levels,
        }
        do(AUTHOR, "framework.change_item", record(self.number), **told)
