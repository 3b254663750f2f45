"""Learning records that came in, and how far those went that are sent to others."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.domains.training.thing import COURSES
from setsquare.domains.training.xapi import listing
from setsquare.faces.web.access import person_of, signed_in
from setsquare.faces.web.addresses import numbered, register_address
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.rights import units_where

AT_ONCE = 50
COLOURS = {"certificate": "green", "shown": "green", "waits": "blue", "unknown_learner": "orange"}
UNKNOWN = "unknown"


@signed_in
def statements_page(request: HttpRequest) -> HttpResponse:
    """Show the learning records that a person may read."""
    user, show = person_of(request), request.GET.get("show", "")
    page = Paginator(listing.statements_of(user, unknown=show == UNKNOWN), AT_ONCE).get_page(
        request.GET.get("page")
    )
    shown = list(page.object_list)
    rows = [
        {
            **row,
            "by": one.sender.name,
            "whom": one.person.name if one.person else one.actor.removeprefix("mailto:"),
            "said": listing.said(one),
            "at": one.happened,
            "word": listing.OUTCOMES[row["outcome"]],
            "colour": COLOURS.get(row["outcome"], "grey"),
            "url": numbered("certificate", row["certificate"]) if row["certificate"] else "",
        }
        for one, row in zip(shown, listing.told(shown), strict=True)
    ]
    here = reverse("statements")
    administers = Unit.objects.filter(pk__in=units_where(user, ADMINISTER)).exists()
    context = {
        "page_title": _("Learning records"),
        "page_lead": _("What learning systems sent of you and of those whose training you run (xAPI)."),
        "crumbs": [(COURSES.plural, register_address(COURSES)), (_("Learning records"), "")],
        "ways": [
            {"label": _("All"), "url": here, "current": show != UNKNOWN},
            {"label": _("Unknown learners"), "url": f"{here}?show={UNKNOWN}", "current": show == UNKNOWN},
        ],
        "rows": rows,
        "pages": page,
        "query": [("show", show)] if show else [],
        "stores": listing.stores() if administers else [],
    }
    return render(request, "training/statements.html.jinja", context)
