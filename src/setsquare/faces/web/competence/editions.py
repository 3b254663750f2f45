"""The editions of a framework, and what differs between two of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from setsquare.domains.competence.differing import difference
from setsquare.domains.competence.exchange.giving import DRAFT, content_of, editions_of
from setsquare.domains.competence.models import Framework
from setsquare.faces.web.competence.content import changes_shown
from setsquare.faces.web.records.head import head_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing


def editions_tab(request: HttpRequest, thing: Thing, record: Record) -> HttpResponse:
    """List the editions, and compare the two that are asked for; without a choice the newest with the one before."""
    framework: Framework = record.framework
    context = head_of(request, thing, record, "editions")
    known = editions_of(framework)
    context |= {"rows": _rows(framework), "known": [(code, edition_name(code)) for code in known]}
    if len(known) > 1:
        old = _asked(request, "from", known, known[1])
        new = _asked(request, "to", known, known[0])
        before, after = content_of(framework, old), content_of(framework, new)
        found = difference(before, after)
        context |= {
            "old": old,
            "new": new,
            "found": found,
            "changed_rows": changes_shown(found, before, after),
        }
    return render(request, "competence/editions.html.jinja", context)


def edition_name(code: str) -> str:
    """Return what an edition is called."""
    return str(_("Draft")) if code == DRAFT else str(_("Edition %(number)s") % {"number": code})


def _asked(request: HttpRequest, name: str, known: list[str], usual: str) -> str:
    given = request.GET.get(name, "")
    return given if given in known else usual


def _rows(framework: Framework) -> list[dict[str, Any]]:
    people = User.objects.in_bulk({one["by"] for one in framework.editions}, field_name="username")
    return [
        {
            "edition": one["edition"],
            "name": edition_name(str(one["edition"])),
            "released": parse_datetime(one["released"]),
            "by": people.get(one["by"]),
            "summary": one["summary"],
        }
        for one in reversed(framework.editions)
    ]
