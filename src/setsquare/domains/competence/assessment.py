"""The record type of assessments of competence."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence import work
from setsquare.domains.competence.assessing import ASSESSED_BY, METHODS, assessment_scope
from setsquare.domains.competence.evidence import FILES, RECORDS, evidence_state, hidden_of_assessment
from setsquare.domains.competence.models import Assessment, Rating
from setsquare.domains.competence.permissions import READ
from setsquare.domains.competence.standing import names_of_levels
from setsquare.domains.competence.states import ASSESSMENT
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proof import Proof
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Filter,
    Hidden,
    Kind,
    Label,
    SearchText,
    Section,
    Thing,
    register,
)

TASKS = (work.AGREE, work.CONFIRM, work.REWORK, work.REASSESS)
LASTS: dict[str, Label] = {
    "over": _("Over"),
    "30": _("Ends within 30 days"),
    "60": _("Ends within 60 days"),
    "good": _("Never ends"),
}


def assessment_state(record: Record) -> Mapping[str, Any]:
    """Return what the trail keeps of an assessment besides its columns: ratings by the component's code, evidence."""
    rows = record.assessment.ratings.select_related("component").order_by("component__place", "id")
    return {
        "ratings": {
            row.component.code: {
                "level": row.level,
                "reason": row.reason,
                "agreed": row.agreed,
                "agreed_reason": row.agreed_reason,
            }
            for row in rows
        },
        **evidence_state(record),
    }


def assessments_in_short(records: Sequence[Record]) -> dict[int, str]:
    """Return of each assessment the levels, by whom and when, and until when they hold: what is signed for many."""
    found = Rating.objects.filter(assessment__in=[record.pk for record in records])
    told: dict[int, list[str]] = {}
    names: dict[int, dict[int, str]] = {}
    for row in found.select_related("component__framework").order_by("component__place", "id"):
        level = row.level if row.agreed is None else row.agreed
        framework = row.component.framework
        if framework.pk not in names:
            names[framework.pk] = names_of_levels(framework)
        said = f"{row.component.code} {row.component.title}: {names[framework.pk].get(level, str(level))}"
        told.setdefault(row.assessment_id, []).append(said)
    return {record.pk: _in_short(record.assessment, told.get(record.pk, [])) for record in records}


def _in_short(assessment: Assessment, levels: Sequence[str]) -> str:
    until = assessment.valid_until
    sentence = gettext("%(levels)s. Assessed on %(day)s by %(who)s, valid until %(until)s.")
    if until is None:
        sentence = gettext("%(levels)s. Assessed on %(day)s by %(who)s, for good.")
    said = sentence % {
        "levels": "; ".join(levels),
        "day": date_format(assessment.day),
        "who": assessment.assessor.name,
        "until": date_format(until) if until is not None else "",
    }
    if assessment.recorder is None:
        return said
    by = gettext("Recorded by %(name)s.") % {"name": assessment.recorder.name}
    return f"{said} {by}"


def assessment_authors(record: Record) -> set[str]:
    """Return the sign-in names of who assessed, and of who recorded afterwards what was assessed before."""
    assessment: Assessment = record.assessment
    recorder = assessment.recorder
    return {assessment.assessor.username, *([recorder.username] if recorder is not None else [])}


def assessment_words(record: Record) -> SearchText:
    """Return what search finds an assessment by."""
    assessment: Assessment = record.assessment
    keywords = f"{assessment.person.name} {assessment.framework.record.number}"
    return SearchText(record.title, keywords, assessment.note)


def _lasts(value: str, _user: User) -> Q:
    today = timezone.localdate()
    agreed = Q(state="agreed")
    if value == "good":
        return agreed & Q(assessment__valid_until__isnull=True)
    if value == "over":
        return agreed & Q(assessment__valid_until__lt=today)
    return agreed & Q(assessment__valid_until__range=(today, today + dt.timedelta(days=int(value))))


def _of_framework(number: str, _user: User) -> Q:
    return Q(assessment__framework__record__number__iexact=number)


ASSESSMENTS = register(
    Thing(
        code="assessment",
        slug="assessments",
        name=_("Assessment of competence"),
        plural=_("Assessments"),
        element=Element.LEADERSHIP,
        area=_("Competence"),
        icon="checklist",
        lifecycle=ASSESSMENT,
        read=READ,
        numbering="AS-{year}-{n:05}",
        model=Assessment,
        description=_("How somebody does in the components of a framework, and what was agreed of it."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("person", _("Person"), "assessment__person", Kind.PERSON, shown=False),
            Column("title", _("Title"), "title", sortable=True),
            Column(
                "framework",
                _("Framework"),
                "assessment__framework__record",
                Kind.RECORD,
                shown=False,
            ),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("method", _("Method"), "assessment__method", Kind.CHOICE, choices=METHODS),
            Column("assessor", ASSESSED_BY, "assessment__assessor", Kind.PERSON),
            Column("day", _("Day"), "assessment__day", Kind.DATE, sortable=True),
            Column("valid_until", _("Valid until"), "assessment__valid_until", Kind.DUE, sortable=True),
            Column("unit", _("Unit"), "unit", Kind.UNIT, shown=False),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True, shown=False),
        ),
        filters=(
            Filter("person", _("Person"), "assessment__person", Kind.PERSON),
            Filter("assessor", ASSESSED_BY, "assessment__assessor", Kind.PERSON),
            Filter("method", _("Method"), "assessment__method", choices=METHODS),
            Filter("framework", _("Framework"), kind=Kind.TEXT, condition=_of_framework),
            Filter("lasts", _("Validity"), choices=LASTS, condition=_lasts),
            Filter("day", _("Day"), "assessment__day", Kind.DATE),
            Filter("recorder", _("Recorded afterwards by"), "assessment__recorder", Kind.PERSON),
        ),
        sections=(
            Section(
                _("Assessment"),
                (
                    Fact(_("Person"), "assessment__person", Kind.PERSON),
                    Fact(_("Framework"), "assessment__framework__record", Kind.RECORD),
                    Fact(_("Method"), "assessment__method", Kind.CHOICE, METHODS),
                    Fact(ASSESSED_BY, "assessment__assessor", Kind.PERSON),
                    Fact(_("Day"), "assessment__day", Kind.DATE),
                    Fact(_("Note"), "assessment__note", Kind.LONG_TEXT),
                ),
                sparse=True,
            ),
            Section(
                _("What was agreed"),
                (
                    Fact(_("Recorded afterwards"), "assessment__recorded_at", Kind.DATETIME),
                    Fact(_("Recorded afterwards by"), "assessment__recorded_by", Kind.PERSON),
                    Fact(_("Confirmed"), "assessment__confirmed_at", Kind.DATETIME),
                    Fact(_("Confirmed by"), "assessment__confirmed_by", Kind.PERSON),
                    Fact(_("Agreed by"), "assessment__agreed_here_by", Kind.PERSON),
                    Fact(_("Agreed"), "assessment__agreed_here", Kind.DATETIME),
                    Fact(_("Valid until"), "assessment__valid_until", Kind.DUE),
                    Fact(_("Valid until"), "assessment__for_good"),
                    Fact(_("Answer of the person"), "assessment__answer", Kind.LONG_TEXT),
                ),
                sparse=True,
            ),
        ),
        related=(
            "assessment__person",
            "assessment__assessor",
            "assessment__framework__record",
            "assessment__agreed_by",
            "assessment__recorder",
        ),
        search=assessment_words,
        scope=assessment_scope,
        confidential=True,
        parts=assessment_state,
        beside_too=frozenset({FILES, RECORDS}),
        private=Hidden(keys=frozenset({RECORDS})),
        hides=hidden_of_assessment,
        in_short=assessments_in_short,
        labels={
            "ratings": _("Ratings"),
            RECORDS: _("Evidence"),
            FILES: _("Files that show it"),
            "shown_by": _("Evidence"),
        },
        authors=assessment_authors,
        about=lambda record: (record.assessment.person.username,),
        proof=Proof(
            holds=frozenset({"agreed"}),
            never=frozenset({"draft", "refused", "dropped"}),
            ended=frozenset({"revoked"}),
            last="assessment__valid_until",
            person="assessment__person",
        ),
        kind_of=lambda record: str(record.assessment.method),
        kinds=lambda: METHODS,
    )
)
