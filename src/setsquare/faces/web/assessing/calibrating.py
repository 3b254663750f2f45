"""How assessors stand to what was agreed and to each other, on the screen."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from setsquare.domains.competence.assessment import ASSESSMENTS
from setsquare.domains.competence.calibration import Calibration, calibration
from setsquare.domains.competence.content import Level
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.permissions import SEEING
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import register_address, view_address
from setsquare.faces.web.competence.content import levels_in_words
from setsquare.faces.web.errors import forbidden
from setsquare.faces.web.navigation import reach_of
from setsquare.kernel.records.models import Record

ROWS = 50
"""Components on a page."""
MOST_CHARTED = 20
"""Assessors whose bars the chart has."""


@signed_in
def calibration_page(request: HttpRequest) -> HttpResponse:
    """Show the calibration of a framework, or of one of its components, where the person sees assessments."""
    if SEEING.isdisjoint(reach_of(request).permissions):
        return forbidden(request)
    user = person_of(request)
    known = list(FRAMEWORKS.visible_to(user).exclude(state__in=("draft", "discarded")).order_by("number"))
    chosen = _chosen(known, request.GET.get("framework", ""))
    component = request.GET.get("component", "")[:80]
    title = _("Calibration")
    context: dict[str, Any] = {
        "page_title": title,
        "page_lead": _("How the ratings of assessors stand to what somebody else agreed, and to each other."),
        "crumbs": [(ASSESSMENTS.plural, register_address(ASSESSMENTS)), (title, "")],
        "here": view_address("assessment_calibration"),
        "frameworks": known,
        "framework": chosen,
        "component": component,
    }
    if chosen is not None:
        framework = Framework.objects.get(pk=chosen.pk)
        found = calibration(framework, user, component)
        content = framework.in_force or framework.latest
        context |= {
            "found": found,
            "pages": Paginator(list(found.components.items()), ROWS).get_page(request.GET.get("page")),
            "query": [("framework", chosen.number), ("component", component)],
            "components": [(item.code, item.title) for item in content.components],
            "chart": _chart(found, content.scale),
            "levels": levels_in_words(content.scale),
            "decimal": lambda value: number_format(round(value, 2), 2, use_l10n=True),
        }
    return render(request, "assessing/calibration.html.jinja", context)


def _chosen(known: list[Record], number: str) -> Record | None:
    if not number:
        return known[0] if known else None
    return next((record for record in known if record.number == number), None)


def _chart(found: Calibration, scale: Sequence[Level]) -> dict[str, Any]:
    """Return a bar for each assessor: how far their ratings lie above or below what was agreed, in levels.

    The axis goes as far as the scale lets anybody be apart, a level at each mark.
    """
    furthest = max(len(scale), 1)  # ratings begin at 0, below the lowest level
    shown = list(found.assessors.items())[:MOST_CHARTED]
    return {
        "kind": "bar",
        "horizontal": True,
        "axis": _("Assessor"),
        "unit": "",
        "least": -furthest,
        "most": furthest,
        "labels": [name for _key, name in shown],
        "series": [
            {
                "name": _("Mean difference in levels"),
                "values": [round(found.overall[key].difference, 2) for key, _name in shown],
            }
        ],
        "colours": ["blue"],
    }
