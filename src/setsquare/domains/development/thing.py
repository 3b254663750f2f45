"""The record type of development plans."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from setsquare.domains.development import work
from setsquare.domains.development.models import Action, DevelopmentPlan, Note, Target
from setsquare.domains.development.permissions import PLAN
from setsquare.domains.development.scopes import plan_scope
from setsquare.domains.development.states import DEVELOPMENT_PLAN
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
)
from setsquare.kernel.representation.past import Rows

KINDS: dict[str, Label] = {
    "training": _("Training"),
    "on_the_job": _("On the job"),
    "coaching": _("Coaching or mentoring"),
    "reading": _("Reading"),
    "project": _("Project"),
    "other": _("Other"),
}
CONFIDENCE: dict[str, Label] = {
    "on_track": _("On track"),
    "at_risk": _("At risk"),
    "off_track": _("Off track"),
}
STATES: dict[str, Label] = {"open": _("Still open"), "done": _("Done"), "dropped": _("Dropped")}
TASKS = (work.AGREE, work.ACT, work.REVIEW)
_TARGET = ("subject", "topic", "level", "due", "met", "held")
_ACTION = ("what", "kind", "about", "responsible", "due", "state", "result")
_NOTE = ("author", "day", "text", "confidence", "next_review")


def plan_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of a plan besides its columns: targets, actions and notes by number."""
    plan: DevelopmentPlan = record.development_plan
    rows: dict[str, tuple[tuple[str, ...], models.QuerySet[Any]]] = {
        "targets": (_TARGET, plan.targets.select_related("subject")),
        "actions": (_ACTION, plan.actions.select_related("about", "responsible")),
        "notes": (_NOTE, plan.notes.select_related("author")),
    }
    return {
        name: {str(row.number): {key: getattr(row, key) for key in keys} for row in found.order_by("number")}
        for name, (keys, found) in rows.items()
    }


def plan_restored(record: Record, state: Mapping[str, Any], rows: Rows) -> None:
    """Give a plan as it stood its targets, actions and notes."""
    plan: DevelopmentPlan = record.development_plan
    plan.all_targets = [
        Target(plan=plan, number=int(number), **_dated(row) | {"subject": subject})
        for number, row in (state.get("targets") or {}).items()
        if (subject := rows.record(row["subject"])) is not None
    ]
    plan.all_actions = [
        Action(plan=plan, number=int(number), **_dated(row) | {"about": about, "responsible": person})
        for number, row in (state.get("actions") or {}).items()
        if (person := rows.person(row["responsible"])) is not None
        for about in (rows.record(row["about"]) if row["about"] else None,)
    ]
    plan.all_notes = [
        Note(plan=plan, number=int(number), **_dated(row) | {"author": author})
        for number, row in reversed((state.get("notes") or {}).items())
        if (author := rows.person(row["author"])) is not None
    ]


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its days as days."""
    days = ("due", "met", "day", "next_review")
    return {
        key: dt.date.fromisoformat(value) if key in days and value else value for key, value in row.items()
    }


DEVELOPMENT_PLANS = register(
    Thing(
        code="development_plan",
        slug="development-plans",
        name=_("Development plan"),
        plural=_("Development plans"),
        element=Element.LEADERSHIP,
        area=_("Competence"),
        icon="trending-up",
        lifecycle=DEVELOPMENT_PLAN,
        read=PLAN,
        numbering="DP-{year}-{n:03}",
        model=DevelopmentPlan,
        description=_("What people want to be able to do, who helps them, and how far they are."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("person", _("Person"), "development_plan__person", Kind.PERSON),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("progress", _("Done, %"), "development_plan__progress", Kind.NUMBER, sortable=True),
            Column(
                "confidence", _("Confidence"), "development_plan__confidence", Kind.CHOICE, choices=CONFIDENCE
            ),
            Column("next_review", _("Next review"), "development_plan__next_review", Kind.DUE, sortable=True),
            Column("ends", _("Ends"), "development_plan__ends", Kind.DATE, sortable=True),
            Column("mentor", _("Mentor"), "development_plan__mentor", Kind.PERSON, shown=False),
            Column("unit", _("Unit"), "unit", Kind.UNIT, shown=False),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        filters=(
            Filter("person", _("Person"), "development_plan__person", Kind.PERSON),
            Filter("mentor", _("Mentor"), "development_plan__mentor", Kind.PERSON),
            Filter("confidence", _("Confidence"), "development_plan__confidence", choices=CONFIDENCE),
            Filter("next_review", _("Next review"), "development_plan__next_review", Kind.DATE),
        ),
        sections=(
            Section(
                _("Plan"),
                (
                    Fact(_("Person"), "development_plan__person", Kind.PERSON),
                    Fact(_("Mentor"), "development_plan__mentor", Kind.PERSON),
                    Fact(_("Begins"), "development_plan__begins", Kind.DATE),
                    Fact(_("Ends"), "development_plan__ends", Kind.DATE),
                ),
            ),
            Section(
                _("How it goes"),
                (
                    Fact(_("Confidence"), "development_plan__confidence", Kind.CHOICE, CONFIDENCE),
                    Fact(_("Next review"), "development_plan__next_review", Kind.DUE),
                    Fact(_("What came of it"), "development_plan__outcome", Kind.LONG_TEXT),
                ),
                sparse=True,
            ),
        ),
        related=("development_plan__person__unit", "development_plan__mentor"),
        labels={
            "aim": _("Aim"),
            "targets": _("Targets"),
            "actions": _("Actions"),
            "notes": _("Notes and reviews"),
        },
        search=lambda record: SearchText(
            record.title, record.development_plan.person.name, record.development_plan.aim
        ),
        scope=plan_scope,
        about=lambda record: (record.development_plan.person.username,),
        proof=Proof(
            holds=frozenset({"agreed", "completed"}),
            never=frozenset({"cancelled"}),
            person="development_plan__person",
        ),
        parts=plan_state,
        restore=plan_restored,
        confidential=True,
    )
)
