"""The demo's development plans: one that runs well, one proposed, one whose review is overdue, one completed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from setsquare.kernel.records.models import Record
from setsquare.project.demo.lessons import record_certificate
from setsquare.project.demo.stage import Stage, do, record

COORDINATOR = "cweiss"
PROFESSION, AUDIT, TRADES = (
    "Competence of the quality profession",
    "Competence of auditors",
    "Trades in production",
)
PLANS: tuple[dict[str, Any], ...] = (
    {
        "day": -150,
        "person": "lhartmann",
        "line": "skoch",
        "mentor": "tzielinski",
        "title": "From assistant to coordinator",
        "aim": "Lena runs the document register of a site on her own, and joins internal audits.",
        "days": (-150, 210),
        "targets": (
            ("Internal auditor", "", 1, -10),
            ("Finding causes", "", 1, 120),
            (PROFESSION, "GOV-3", 3, 150),
            (PROFESSION, "ASS-1", 2, None),
        ),
        "actions": (
            ("Course for internal auditors", "training", "Internal auditor", None, -20),
            ("Keep the register of Venlo for two months, under supervision", "on_the_job", "", None, -40),
            ("Talk through each month’s cases", "coaching", "", "tzielinski", 180),
            ("Course on finding causes, then one case with a team", "training", "Finding causes", None, 100),
            ("Observe the audit of goods in", "on_the_job", "", None, 60),
        ),
        "done": (
            (-38, "lhartmann", 2, "Nothing was left open; the line in Venlo asked for her again."),
            (-18, "lhartmann", 1, "Passed, with distinction in planning."),
        ),
        "notes": (
            (-95, "tzielinski", "note", "She writes clearly. Next: asking why once more before closing."),
            (-60, "skoch", "review", "The register is in good hands. Audits come next.", "on_track", 30),
        ),
        "certified": ("Internal auditor", -19, "Auditors’ academy"),
    },
    {
        "day": -4,
        "person": "jbrandt",
        "line": "",
        "mentor": "mdubois",
        "title": "Lead internal audits",
        "aim": "Jonas leads audits of development projects, from planning to the closing meeting.",
        "days": (5, 370),
        "targets": (
            ("Internal auditor", "", 1, 120),
            (AUDIT, "SKI-1", 2, 200),
            (AUDIT, "SKI-4", 3, None),
        ),
        "actions": (
            ("Course for internal auditors", "training", "Internal auditor", None, 90),
            ("Read the audit reports of the last two years", "reading", "", None, 40),
            ("Two audits as second auditor", "coaching", "", "mdubois", 220),
            ("Lead one audit, with Marguerite watching", "project", "", None, 340),
        ),
    },
    {
        "day": -80,
        "person": "msantos",
        "line": "bmoura",
        "mentor": None,
        "title": "Measure and test leaks alone",
        "aim": "Miguel measures housings and tests them for leaks without somebody beside him.",
        "days": (-80, 60),
        "targets": ((TRADES, "CHK-1", 3, 20), (TRADES, "CHK-3", 2, 50)),
        "actions": (
            ("Instruction on caliper and height gauge", "training", "", "bmoura", -60),
            ("Fifty housings, checked by a second person", "on_the_job", "", None, -15),
            ("Learn the leak tester from Beatriz", "coaching", "", "bmoura", 25),
        ),
        "done": ((-63, "bmoura", 1, "Instructed; the gauge was off once and he noticed."),),
        "first_review": -9,
    },
    {
        "day": -260,
        "person": "nvisser",
        "line": "wjansen",
        "mentor": None,
        "title": "Help out in the warehouse",
        "aim": "Noor loads and receives with the forklift when the warehouse is short of people.",
        "days": (-260, -140),
        "targets": (("Driving a forklift", "", 1, -170),),
        "actions": (
            ("Licence and yearly instruction", "training", "Driving a forklift", None, -175),
            ("Ten shifts in the warehouse", "on_the_job", "", None, -145),
        ),
        "done": (
            (-179, "nvisser", 1, "Licence received."),
            (-150, "nvisser", 2, "Twelve shifts, nothing damaged."),
        ),
        "notes": (
            (-200, "wjansen", "review", "Waits for the licence; shifts are agreed.", "on_track", -160),
        ),
        "completed": (-142, "Stands in for the warehouse every second Friday."),
    },
)


def plan(stage: Stage) -> None:
    """Plan the life of each."""
    for told in PLANS:
        Story(stage, told).plan()


class Story:
    """The life of one plan."""

    def __init__(self, stage: Stage, told: dict[str, Any]) -> None:
        self.stage, self.told = stage, told
        self.number = ""

    def plan(self) -> None:
        """Plan its scenes."""
        told = self.told
        written = self.stage.at(told["day"], told["person"])
        self.stage.plan(written, self.write)
        self.stage.plan(written + dt.timedelta(hours=2), lambda: self._do(told["person"], "propose"))
        if told["line"]:
            self._at(told["day"] + 2, told["line"], self.agree)
        for day, who, action, result in told.get("done", ()):
            self._at(day, who, self._doing(who, "finish_action", action=action, result=result))
        for day, who, *said in told.get("notes", ()):
            self._at(day, f"{who} notes", self._noting(day, who, *said))
        if "certified" in told:
            self._at(told["certified"][1], "certified", self.certify)
        if "completed" in told:
            day, outcome = told["completed"]
            self._at(day, "completed", self._doing(told["line"], "complete", outcome=outcome))

    def write(self) -> None:
        """Write it down as its person does."""
        told = self.told
        begins, ends = (self._day(day) for day in told["days"])
        made = do(
            told["person"],
            "development_plan.create",
            title=told["title"],
            aim=told["aim"],
            mentor=told["mentor"],
            begins=begins,
            ends=ends,
            targets=[
                {"subject": _titled(title), "topic": topic, "level": level, "due": self._day(due)}
                for title, topic, level, due in told["targets"]
            ],
            actions=[
                {
                    "what": what,
                    "kind": kind,
                    "about": _titled(about) if about else None,
                    "responsible": who,
                    "due": self._day(due),
                }
                for what, kind, about, who, due in told["actions"]
            ],
        )
        self.number = made.record.number

    def agree(self) -> None:
        """Agree it, as the line manager does."""
        first = self.told.get("first_review", self.told["day"] + 92)
        self._do(self.told["line"], "agree", next_review=self._day(min(first, self.told["days"][1])))

    def certify(self) -> None:
        """Record the certificate by which a target is met."""
        title, day, issuer = self.told["certified"]
        given = {"person": self.told["person"], "course": _titled(title), "issuer": issuer}
        record_certificate(COORDINATOR, issued=self._day(day), **given)

    def _noting(self, day: int, who: str, name: str, text: str, *more: Any) -> Callable[[], None]:
        if name == "note":
            return self._doing(who, "note", text=text)
        confidence, following = more
        return self._doing(who, "review", text=text, confidence=confidence, next_review=self._day(following))

    def _at(self, day: int, seed: str, scene: Callable[[], None]) -> None:
        self.stage.plan(self.stage.at(day, f"{self.told['title']} {seed}", hour=14), scene)

    def _doing(self, who: str, name: str, **body: Any) -> Callable[[], None]:
        return lambda: self._do(who, name, **body)

    def _do(self, who: str, name: str, **body: Any) -> None:
        do(who, f"development_plan.{name}", record(self.number), **body)

    def _day(self, day: int | None) -> dt.date | None:
        return (self.stage.today + dt.timedelta(days=day)).date() if day is not None else None


def _titled(title: str) -> str:
    return Record.objects.filter(type__in=("framework", "course"), title=title).get().number
