"""What an assessment says, on its page: each rated component, how it was rated and what was agreed."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from setsquare.domains.competence.assessing import people_assessed_by
from setsquare.domains.competence.assessment import assessment_state
from setsquare.domains.competence.models import Assessment, Component
from setsquare.domains.competence.standing import names_of_levels
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.assessing.evidence import evidence_shown
from setsquare.faces.web.pages import Rows
from setsquare.faces.web.records.states import Words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.representation.past import Past


def ratings_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show the ratings, and lead to all that the person is able to."""
    assessment: Assessment = record.assessment
    seen = User.objects.filter(people_assessed_by(person_of(request)), pk=assessment.person_id).exists()
    return {
        "ratings": _told(assessment, assessment_state(record)["ratings"]),
        "of_url": view_address("competence_of", assessment.person.username) if seen else "",
        "person": assessment.person,
        "evidence": evidence_shown(record, person_of(request)),
    }


def ratings_then(_request: HttpRequest, _thing: Thing, past: Past) -> dict[str, Any]:
    """Show the ratings as they stood."""
    assessment: Assessment = past.record.assessment
    return {
        "ratings": _told(assessment, past.state.get("ratings") or {}),
        "of_url": "",
        "person": None,
        "evidence": None,
    }


def _told(assessment: Assessment, ratings: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = names_of_levels(assessment.framework)
    rows = Component.objects.filter(framework=assessment.framework_id, code__in=list(ratings))
    titles = dict(rows.values_list("code", "title"))
    return [
        {
            "code": code,
            "title": titles.get(code, code),
            "level": names.get(row["level"], str(row["level"])),
            "reason": row["reason"],
            "agreed": names.get(row["agreed"], str(row["agreed"])) if row["agreed"] is not None else "",
            "agreed_reason": row["agreed_reason"],
            "differs": row["agreed"] is not None and row["agreed"] != row["level"],
        }
        for code, row in ratings.items()
    ]


def _changed(
    before: Mapping[str, Any] | None, after: Mapping[str, Any], _words: Words
) -> tuple[str | None, str | None]:
    return (_in_words(before) if before is not None else None), _in_words(after)


def _in_words(row: Mapping[str, Any]) -> str:
    parts = [_("level %(level)s") % {"level": row.get("level")}, str(row.get("reason") or "")]
    if row.get("agreed") is not None:
        parts += [_("agreed %(level)s") % {"level": row["agreed"]}, str(row.get("agreed_reason") or "")]
    return " · ".join(part for part in parts if part)


TOLD = Rows(label=str, told=_changed)
"""How the ratings of an assessment are told in its history."""
