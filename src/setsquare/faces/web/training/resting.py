"""What a certificate rests on, on its page: asked for after the first screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from setsquare.domains.training.resting import grounds_of
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import record_address
from setsquare.kernel.records.things import visible_to


@require_GET
@signed_in
def grounds_part(request: HttpRequest, number: str) -> HttpResponse:
    """Show who signed what a certificate rests on, with links to where that stands as far as the person sees it."""
    record = record_at(request, CERTIFICATES, number)
    grounds = grounds_of(record.certificate)
    stands_in = {one.record.pk for one in grounds}
    seen = set(visible_to(person_of(request)).filter(pk__in=stands_in).values_list("pk", flat=True))
    elsewhere = seen - {record.pk}  # who reads this is on the certificate's own page
    rows = [
        {
            "what": one.what,
            "who": one.who,
            "at": one.at,
            "number": one.record.number,
            "url": f"{record_address(one.record)}signatures/" if one.record.pk in elsewhere else "",
        }
        for one in grounds
    ]
    return render(request, "training/grounds.html.jinja", {"grounds": rows})
