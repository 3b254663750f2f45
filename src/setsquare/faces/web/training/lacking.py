"""From a course to who lacks what it leads to, on the pages of gaps."""

from typing import Any

from django.http import HttpRequest

from setsquare.faces.web.addresses import view_address
from setsquare.kernel.qualifications.subjects import parts_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def lacking_part(_request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Show where it is told who lacks what a course leads to."""
    outcomes, _asked = record.course.outcomes_and_shortfalls
    parts = parts_of(row.subject for row in outcomes)
    return {
        "lacking": [
            (
                parts[row.subject.pk, row.topic].title if (row.subject.pk, row.topic) in parts else row.topic,
                view_address("gaps_component", row.subject.number, row.topic),
            )
            for row in outcomes
        ]
    }
