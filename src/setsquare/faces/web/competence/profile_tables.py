"""Role profiles side by side, and as tables to take away."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from setsquare.domains.competence.exchange.profiles import FORMS, given_out
from setsquare.domains.competence.models import Component, Framework, ProfileRequirement
from setsquare.domains.competence.profile import PROFILES
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import record_address, register_address
from setsquare.faces.web.competence.profiles import scale_of
from setsquare.faces.web.exports import sent
from setsquare.kernel.records.models import Record
from setsquare.kernel.representation.tables import MEDIA_TYPES

MOST_PROFILES, MOST_COMPONENTS = 40, 400
"""Columns and rows of the comparison."""


@signed_in
def beside_page(request: HttpRequest) -> HttpResponse:
    """Show what profiles ask for of a framework, side by side."""
    user = person_of(request)
    profiles = list(PROFILES.visible_to(user).exclude(state="withdrawn").order_by("number")[:MOST_PROFILES])
    asked = ProfileRequirement.objects.filter(profile__in=[one.pk for one in profiles])
    used = asked.values("component__framework_id")
    frameworks = list(
        FRAMEWORKS.visible_to(user).filter(pk__in=used).order_by("number").select_related("framework")
    )
    number = request.GET.get("framework", "")
    shown = next((one for one in frameworks if one.number == number), frameworks[0] if frameworks else None)
    context: dict[str, Any] = {
        "page_title": _("Role profiles side by side"),
        "page_lead": _("Which level of which component each role needs."),
        "crumbs": [(PROFILES.plural, register_address(PROFILES)), (_("Side by side"), "")],
        "here": reverse("role_profiles_beside"),
        "frameworks": frameworks,
        "shown": shown,
        "exports": [(form.upper(), reverse("role_profiles_table", args=[form])) for form in FORMS[:2]],
    }
    if shown is not None:
        context |= _beside(shown.framework, profiles)
    return render(request, "competence/beside.html.jinja", context)


def _beside(framework: Framework, profiles: list[Record]) -> dict[str, Any]:
    rows = ProfileRequirement.objects.filter(
        profile__in=[one.pk for one in profiles], component__framework=framework
    )
    cells = {(row.component_id, row.profile_id): row for row in rows}
    columns = [one for one in profiles if any(profile == one.pk for _component, profile in cells)]
    wanted = {component for component, _profile in cells}
    components = Component.objects.filter(pk__in=wanted).order_by("place")[:MOST_COMPONENTS]
    levels = scale_of(framework)
    return {
        "columns": [{"record": one, "url": record_address(one)} for one in columns],
        "rows": [
            {"component": one, "cells": [cells.get((one.pk, column.pk)) for column in columns]}
            for one in components
        ],
        "levels": levels,
        "legend": list(levels.values()),
    }


@require_GET
@signed_in
def profiles_table(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send all profiles that the person sees as a table that can be brought in again."""
    if form not in FORMS:
        raise Http404
    return _sent(PROFILES.visible_to(person_of(request)).order_by("number"), form, "role-profiles")


@require_GET
@signed_in
def profile_table(request: HttpRequest, number: str) -> HttpResponseBase:
    """Send one profile as such a table."""
    form = request.GET.get("format", "xlsx")
    if form not in FORMS:
        raise Http404
    record = record_at(request, PROFILES, number)
    return _sent([record], form, record.number)


def _sent(records: Any, form: str, name: str) -> HttpResponseBase:
    return sent(
        given_out(records, form), f"{name}-{timezone.localdate().isoformat()}.{form}", MEDIA_TYPES[form]
    )
