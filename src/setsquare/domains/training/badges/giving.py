"""A certificate's badge as a file, and what came of looking at a badge, as plain values."""

import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.badges import baking, pictures
from setsquare.domains.training.badges.credentials import as_json, as_jwt, organisation, why_none
from setsquare.domains.training.badges.fetching import shown
from setsquare.domains.training.badges.keys import KeyUnusable
from setsquare.domains.training.badges.known import BADGE_ISSUERS
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.reading import NotABadge
from setsquare.domains.training.badges.resolving import NoKey
from setsquare.domains.training.badges.verifying import Verdict, verify
from setsquare.domains.training.models import Certificate, Course
from setsquare.domains.training.scopes import people_followed_by
from setsquare.domains.training.thing import CERTIFICATES
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import plain
from setsquare.kernel.writing.sentences import in_words

MEDIA_TYPES = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "json": "application/ld+json",
    "jwt": "text/plain",
}
"""The forms of a badge; the pictures have it within them."""


@dataclass(frozen=True)
class File:
    """A badge as a file."""

    name: str
    media_type: str
    data: bytes


def given(record: Record, form: str) -> File:
    """Return the badge of a certificate as a file; raises WrongState where there is none, Refused for other forms."""
    if form not in MEDIA_TYPES:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(MEDIA_TYPES)}})
    certificate: Certificate = record.certificate
    if why := why_none(certificate):
        raise WrongState(why)
    try:
        data = _written(certificate, form)
    except KeyUnusable:
        sentence = _(
            "The key that signs badges cannot be used; `setsquare check` tells an administrator why."
        )
        raise WrongState(sentence) from None
    return File(f"badge-{record.number}.{form}", MEDIA_TYPES[form], data)


def _written(certificate: Certificate, form: str) -> bytes:
    if form == "jwt":
        return as_jwt(certificate).encode()
    if form == "png":
        return baking.into_png(pictures.painted(picture_of(certificate)), as_jwt(certificate))
    said = json.dumps(as_json(certificate), ensure_ascii=False, indent=1)
    return (said if form == "json" else baking.into_svg(picture_of(certificate), said)).encode()


def picture_of(certificate: Certificate) -> str:
    """Return how the badge of a certificate looks, as SVG."""
    until = certificate.expires
    foot = (
        _("until %(day)s") % {"day": in_words(until)} if until is not None else in_words(certificate.issued)
    )
    return pictures.drawn(certificate.record.title, organisation(), foot)


def picture_of_course(course: Course) -> str:
    """Return how the badges of a course look, as SVG."""
    return pictures.drawn(course.record.title, organisation())


def told(verdict: Verdict, user: User) -> dict[str, Any]:
    """Return what came of looking at a badge, as `user` may know it."""
    badge, own = verdict.badge, verdict.certificate
    seen = own is not None and CERTIFICATES.visible_to(user).filter(pk=own.pk).exists()
    return {
        "valid": verdict.valid,
        "name": badge.name,
        "issuer": verdict.issuer_name,
        "issuer_id": shown(badge.issuer),
        "id": badge.id,
        "valid_from": plain(_here(badge.begins)),
        "valid_until": plain(_here(badge.ends)),
        "last_day": plain(verdict.last_day),
        "key": verdict.key or None,
        "issuer_shown_by": verdict.shown_by or None,
        "known_issuer": verdict.known.record.number if verdict.known else None,
        "doubt": verdict.doubt or None,
        "person": verdict.person.username if verdict.person else None,
        "certificate": own.number if own is not None and seen else None,
        "findings": [
            {"code": one.code, "good": one.good, "sentence": one.sentence} for one in verdict.findings
        ],
    }


def _here(at: Any) -> Any:
    return timezone.localtime(at) if at is not None else None


def examined(data: bytes, entered: str, user: User) -> Verdict:
    """Look at the badge in a file for a person; raises Refused at `file` or `key`."""
    try:
        known = BadgeIssuer.objects.filter(record__in=BADGE_ISSUERS.visible_to(user), record__state="known")
        followed = User.objects.filter(people_followed_by(user))
        return verify(data, followed, known.select_related("record"), entered=entered)
    except NotABadge as wrong:
        raise Refused({"file": str(wrong)}) from None
    except NoKey as wrong:
        raise Refused({"key": str(wrong)}) from None
