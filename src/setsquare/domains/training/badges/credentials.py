"""What we issue: our profile, a course as an achievement, and a certificate as an OpenBadgeCredential."""

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.training.badges import keys
from setsquare.domains.training.badges.encoding import jwk, multikey
from setsquare.domains.training.badges.proofs import jws, with_proof
from setsquare.domains.training.models import Certificate, Course
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.thing import KINDS
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.qualifications.days import end_of, start_of
from setsquare.kernel.records.models import Record

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
REVOCATION = "1EdTechRevocationList"
A_MOMENT = dt.timedelta(seconds=1)
"""How much before midnight a badge ends, so that programs show its last day."""
Json = dict[str, Any]


def address(path: str) -> str:
    """Return the address of something that everybody may fetch."""
    return f"{settings.SETSQUARE.address.rstrip('/')}/badges/{path}"


def issuer_id() -> str:
    """Return by which address we issue badges."""
    return address("issuer")


def organisation() -> str:
    """Return the name under which we issue badges: that of the uppermost unit."""
    return str(
        Unit.objects.filter(parent__isnull=True).order_by("pk").values_list("name", flat=True).first() or ""
    )


def method_of(key: Ed25519PublicKey) -> str:
    """Return by which a proof names a key."""
    return f"{issuer_id()}#{multikey(key)}"


def kid_of(key: Ed25519PublicKey) -> str:
    """Return by which a JWS names a key: the address where it can be fetched as JWK."""
    return address(f"keys/{keys.thumbprint(key)}")


def profile() -> Json:
    """Return who issues badges here, with the public keys."""
    published = keys.public_keys()
    methods = [
        {
            "id": method_of(key),
            "type": "Multikey",
            "controller": issuer_id(),
            "publicKeyMultibase": multikey(key),
        }
        for key in published
    ]
    return {
        "@context": [VC, OB, "https://w3id.org/security/multikey/v1"],
        "id": issuer_id(),
        "type": ["Profile"],
        "name": organisation() or urlsplit(settings.SETSQUARE.address).netloc,
        "url": settings.SETSQUARE.address,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def key_set() -> Json:
    """Return the public keys as JWKS."""
    return {"keys": [_published(key) for key in keys.public_keys()]}


def published_key(thumbprint: str) -> Json | None:
    """Return one public key as JWK, None where there never was one of this name."""
    known = (key for key in keys.public_keys() if keys.thumbprint(key) == thumbprint)
    return next(map(_published, known), None)


def _published(key: Ed25519PublicKey) -> Json:
    return {**jwk(key), "kid": kid_of(key), "alg": "EdDSA", "use": "sig"}


def achievement(course: Course) -> Json:
    """Return a course as an achievement, in the language of the installation."""
    with translation.override(settings.LANGUAGE_CODE):
        about = address(f"achievements/{course.record.uid}")
        return {
            "id": about,
            "type": ["Achievement"],
            "achievementType": "Course",
            "name": course.record.title,
            "description": course.description or course.record.title,
            "criteria": {"narrative": _narrative(course)},
            "humanCode": course.record.number,
            "image": {"id": f"{about}/picture", "type": "Image"},
        }


def _narrative(course: Course) -> str:
    told = [str(KINDS[course.kind])]
    if course.hours is not None:
        hours = ngettext("%(count)s hour", "%(count)s hours", 2 if course.length != "1" else 1)
        told.append(hours % {"count": course.length})
    completed = _(
        "Completed the course “%(title)s” (%(how)s), confirmed by a trainer or by who runs training."
    )
    return completed % {"title": course.record.title, "how": ", ".join(told)}


def why_none(certificate: Certificate, now: dt.datetime | None = None) -> str:
    """Return why there is no badge of a certificate now, empty where there is one."""
    if certificate.record.state not in GIVEN:
        return _("There is a badge once the certificate is valid, and as long as it is.")
    until = _until(certificate)
    if certificate.record.state == "expired" or until is not None and until <= (now or timezone.now()):
        return _("This certificate has expired; there is no badge of it any more.")
    return ""


def _until(certificate: Certificate) -> dt.datetime | None:
    return end_of(certificate.expires, certificate.person.unit) if certificate.expires is not None else None


def credential(certificate: Certificate) -> Json:
    """Return a certificate as a credential without proof."""
    record = certificate.record
    until = _until(certificate)
    return {
        "@context": [VC, OB, EXTENSIONS],
        "id": credential_id(record),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": record.title,
        "issuer": {name: value for name, value in profile().items() if name in ("id", "type", "name", "url")},
        "validFrom": moment(start_of(certificate.issued, certificate.person.unit)),
        **({"validUntil": moment(until - A_MOMENT)} if until is not None else {}),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [identity(certificate.person, record)],
            "achievement": achievement(certificate.course),
        },
        "credentialStatus": {"id": address(f"status/{record.uid}"), "type": REVOCATION},
    }


def credential_id(record: Record) -> str:
    """Return by which a certificate's badge is known: it tells nothing of the person."""
    return f"urn:uuid:{record.uid}"


def identity(person: User, record: Record) -> Json:
    """Return whose it is, as a salted hash: who knows the address can compare it, nobody else reads it."""
    salt = hashlib.sha256(f"badge {record.uid}".encode()).hexdigest()[:32]
    kind, known = ("emailAddress", person.email.lower()) if person.email else ("userName", person.username)
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(known, salt),
        "identityType": kind,
        "salt": salt,
    }


def identity_hash(identity: str, salt: str) -> str:
    """Return the hash of an identity as badges write it."""
    return f"sha256${hashlib.sha256((identity + salt).encode()).hexdigest()}"


def moment(at: dt.datetime) -> str:
    """Write a moment as badges do."""
    return at.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def as_json(certificate: Certificate) -> Json:
    """Return the badge with a proof within it."""
    key = keys.signing_key()
    created = moment(certificate.record.created)
    return with_proof(credential(certificate), key, method_of(key.public_key()), created)


def as_jwt(certificate: Certificate) -> str:
    """Return the badge as VC-JWT."""
    made = credential(certificate)
    claims: Json = {"iss": made["issuer"]["id"], "jti": made["id"], "nbf": _seconds(made["validFrom"])}
    if "validUntil" in made:
        claims["exp"] = _seconds(made["validUntil"])
    key = keys.signing_key()
    return jws({**made, **claims}, key, kid_of(key.public_key()))


def _seconds(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


def status(record: Record) -> Json:
    """Return whether a certificate was revoked, as a list with its badge or with none."""
    revoked = [{"id": credential_id(record), "revoked": True}] if record.state == "revoked" else []
    return {"id": address(f"status/{record.uid}"), "issuer": issuer_id(), "revokedCredential": revoked}
