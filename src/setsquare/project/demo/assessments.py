"""The demo's assessments of competence: agreed ones, some by two assessors, one that ends soon, and some that wait."""

import datetime as dt
from typing import Any

from setsquare.project.demo.stage import Stage, do, record

SIGNED_AFTER = 4
"""Days between submitting and agreeing."""


def plan(stage: Stage, told: dict[str, Any]) -> None:
    """Plan every assessment that the content tells of."""
    for place, one in enumerate(told["assessments"]):
        Story(stage, one).plan(place)


class Story:
    """The life of one assessment."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.number = ""

    def plan(self, place: int) -> None:
        """Plan that it is begun and submitted, and some days later agreed."""
        day = self.told["day"]
        begun = self.stage.at(day, f"assessment {place}", hour=13) + dt.timedelta(minutes=place)
        self.stage.plan(min(begun, self.stage.real_now), self.begin)
        if "agreed" in self.told:
            self.stage.plan(self.stage.at(day + SIGNED_AFTER, f"agreed {place}", hour=15), self.agree)

    def begin(self) -> None:
        """Begin it, rate the components, and submit it unless it stays a draft."""
        told, by = self.told, self.told["by"]
        made = do(
            by,
            "assessment.begin",
            person=told["person"],
            framework=told["framework"],
            method=told["method"],
            day=(self.stage.today + dt.timedelta(days=told["day"])).date(),
            note=told.get("note", ""),
        )
        self.number, because = made.record.number, told.get("because", {})
        ratings = [
            {"component": code, "level": level, "reason": because.get(code, "")}
            for code, level in told["levels"].items()
        ]
        do(by, "assessment.rate", record(self.number), ratings=ratings)
        if not told.get("draft"):
            do(by, "assessment.submit", record(self.number))
        if told.get("answer"):
            do(told["person"], "assessment.answer", record(self.number), answer=told["answer"])

    def agree(self) -> None:
        """Have another one agree, with what they saw otherwise."""
        levels = [{"component": code, **said} for code, said in self.told.get("changed", {}).items()]
        do(
            self.told["agreed"],
            "assessment.agree",
            record(self.number),
            levels=levels,
            months=self.told["months"],
        )
