"""Numbers of certificates from elsewhere: that of one issuer and course is of one person."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext as _

from setsquare.domains.training.corrections import CORRECTED, before_correction
from setsquare.domains.training.models import Certificate, Course
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.seeing import may_see
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.trail.models import Entry


def check_number_of_one(act: Act, person: User, course: Course, issuer: str, number: str) -> None:
    """Refuse the number of an issuer that stands on the certificate of somebody else of the same course.

    Case and blanks make no difference. What was refused or revoked does not count; what a correction that waits may
    give back does. Where there is no issuer or no number, nothing is the same.
    """
    if not (_folded(issuer) and _folded(number)):
        return
    Course.objects.select_for_update(no_key=True).only("pk").get(pk=course.pk)  # two may enter it at once
    others = (
        Certificate.objects.filter(course=course).exclude(person=person).select_related("record", "person")
    )
    same = (_folded(issuer), _folded(number))
    for other in others.filter(pk__in=_spelt(others, number)).order_by("pk"):
        if (_folded(other.issuer), _folded(other.external_number)) == same:
            raise Refused({"external_number": _told(act, other)})
    for other in _corrected(others):
        before = before_correction(other)
        if before and (_folded(before["issuer"]), _folded(before["external_number"])) == same:
            raise Refused({"external_number": _told(act, other)})


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _spelt(certificates: QuerySet[Certificate], number: str) -> QuerySet[Certificate, int]:
    """Return those that may have the number: SQLite knows upper and lower case of the letters A to Z alone."""
    bare = "".join(number.split())
    ways = {bare.lower(), "".join(one.lower() if one.isascii() else one.upper() for one in bare)}
    blanks = Replace(Replace(F("external_number"), Value(" ")), Value("\u00a0"))
    found = certificates.filter(record__state__in=("submitted", *GIVEN)).annotate(spelt=Lower(blanks))
    return found.filter(spelt__in=ways | {bare}).values_list("pk", flat=True)


def _corrected(certificates: QuerySet[Certificate]) -> Iterator[Certificate]:
    """Yield those of which a correction waits."""
    entries = Entry.objects.filter(record=OuterRef("record"), command=CORRECTED)
    yield from certificates.filter(Exists(entries), record__state="submitted").order_by("pk")


def _told(act: Act, other: Certificate) -> str:
    user = act.actor.user
    if user is None or may_see(thing_of("certificate"), user, other.record):
        sentence = _("The certificate %(number)s of %(name)s has this number of this issuer already.")
        return sentence % {"number": other.record.number, "name": other.person.name}
    return _(
        "A certificate of somebody else has this number of this issuer already. Look at the number; if it is right,"
        " ask who runs training."
    )
