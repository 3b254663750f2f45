"""The hand-made pages of competence: where they hang, and the content of frameworks to take away."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from setsquare.domains.competence.exchange.giving import MEDIA_TYPES, given
from setsquare.domains.competence.thing import FRAMEWORKS
from setsquare.domains.documents.publishing import address_on_paper
from setsquare.faces.web import pages
from setsquare.faces.web.access import record_at, signed_in
from setsquare.faces.web.competence import changing, choosing, content, editions, profiles
from setsquare.faces.web.competence.profile_tables import beside_page, profile_table, profiles_table
from setsquare.faces.web.pages import Part, PastPart, Tab
from setsquare.kernel.commands.errors import NotFound

ICONS: Mapping[str, str] = {
    "edit": "edit",
    "add_item": "plus",
    "set_scale": "sort-ascending",
    "set_attributes": "list-details",
    "import_content": "upload",
    "discard_draft": "trash",
    "discard": "trash",
    "withdraw": "circle-x",
}
PROFILE_ICONS: Mapping[str, str] = {
    "edit": "edit",
    "put_in_force": "circle-check",
    "set_requirements": "list-check",
    "set_titles": "id",
    "assign": "user-plus",
    "withdraw": "circle-x",
}


@require_GET
@signed_in
def framework_export(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Send the content of a framework as a CASE package or a table."""
    record = record_at(request, FRAMEWORKS, number)
    if form not in MEDIA_TYPES:
        raise Http404
    try:
        file = given(record, form, address_on_paper(record.number), request.GET.get("edition", ""))
    except NotFound:
        raise Http404 from None
    answer = HttpResponse(file.data, content_type=file.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-cache"
    return answer


def told_text(_value: Any, _request: HttpRequest) -> str:
    """Tell a content in the history by saying that it is one, not by its digest."""
    return str(_("(content)"))


def told_editions(value: Any, _request: HttpRequest) -> str:
    """Tell editions in the history by their numbers and what changed with each."""
    return "; ".join(f"{one['edition']}: {one['summary']}" for one in value or ())


pages.extend(
    "framework",
    first_label=_("Content"),
    overview=Part("competence/content.html.jinja", content.content_part),
    then=PastPart("competence/content.html.jinja", content.content_then),
    tabs=(
        Tab("draft", _("Draft"), content.draft_tab, content.draft_shown),
        Tab("editions", _("Editions"), editions.editions_tab, count=lambda record: record.framework.edition),
    ),
    commands={"change_item": changing.change_page},
    furnished={
        "add_item": changing.offer_new,
        "change_item": changing.offer_names,
        "move_item": changing.offer_names,
        "remove_item": changing.offer_names,
    },
    values={"content": told_text, "draft": told_text, "editions": told_editions},
    icons=ICONS,
)
pages.extend(
    "role_profile",
    first_label=_("Profile"),
    overview=Part("competence/profile.html.jinja", profiles.profile_part),
    then=PastPart("competence/profile.html.jinja", profiles.profile_then),
    tabs=(Tab("holders", _("Who has it"), profiles.holders_tab),),
    commands={"set_requirements": choosing.choose_page},
    asked={("create", "requirements"): "hidden"},
    values={"requirements": profiles.told_requirements, "given_to": profiles.told_given},
    register=((_("Side by side"), "role_profiles_beside", "table"),),
    icons=PROFILE_ICONS,
)
pages.extend(
    "person", tabs=(Tab("profiles", _("Role profiles"), profiles.person_tab, profiles.reads_profiles),)
)
pages.add_urls(
    [
        path("frameworks/<number:number>/export/<slug:form>/", framework_export, name="framework_export"),
        path("role-profiles/side-by-side/", beside_page, name="role_profiles_beside"),
        path("role-profiles/table/<slug:form>/", profiles_table, name="role_profiles_table"),
        path("role-profiles/<number:number>/table/", profile_table, name="role_profile_table"),
    ]
)
