"""The demo's assessments of competence: agreed ones, some by two assessors, some that wait, and what shows them."""

import datetime as dt
from typing import Any

from setsquare.domains.training.models import Certificate
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.records.things import visible_to
from setsquare.project.demo.stage import Stage, do, person, record

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
        self._show()
        if not told.get("draft"):
            do(by, "assessment.submit", record(self.number))
        if told.get("answer"):
            do(told["person"], "assessment.answer", record(self.number), answer=told["answer"])

    def _show(self) -> None:
        """Say which records show it, as far as there were any by then, and add what was written down of it."""
        told, by = self.told, self.told["by"]
        if named := told.get("evidence"):
            numbers = [self._certificate(one) if one.startswith("TC-") else one for one in named]
            seen = visible_to(person(by)).filter(number__in=[one for one in numbers if one])
            shown = sorted(seen.values_list("number", flat=True))
            if shown:
                do(by, "assessment.set_evidence", record(self.number), records=shown)
        if sheet := told.get("sheet"):
            text = "\n".join((sheet["title"], "", *sheet["lines"], ""))
            upload = take_in(person(by), text.encode(), f"{sheet['title']}.txt")
            do(by, "assessment.add_files", record(self.number), files=[upload.blob_id])

    def _certificate(self, course: str) -> str | None:
        """Return the newest certificate of the person in a course."""
        found = Certificate.objects.filter(
            person__username=self.told["person"], course__record__number=course, record__state="valid"
        )
        return found.order_by("-issued").values_list("record__number", flat=True).first()

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
