"""A badge as it comes: as JSON, as JWS, or within a picture. Nothing of it is believed yet."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.training.badges.baking import taken_out
from setsquare.domains.training.badges.encoding import base64url
from setsquare.domains.training.badges.proofs import SUITE, load, read_jws
from setsquare.kernel.writing.canonical import canonical

LARGEST = 5 * 2**20
"""Bytes of the largest file that is looked into."""
FIRST, LAST = dt.datetime(2, 1, 1, tzinfo=dt.UTC), dt.datetime(9998, 12, 31, tzinfo=dt.UTC)
CLAIMS = frozenset({"iss", "jti", "sub", "nbf", "exp", "iat", "vc"})
KINDS = frozenset({"OpenBadgeCredential", "AchievementCredential"})
Json = dict[str, Any]


class NotABadge(Exception):
    """The file is none that can be verified; the message is a sentence."""


@dataclass(frozen=True)
class Badge:
    """A badge, not verified."""

    credential: Json
    token: str = ""
    """The compact JWS, where it came as one."""
    proof: Json = field(default_factory=dict)
    header: Json = field(default_factory=dict)
    claims: Json = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return by which its issuer knows it."""
        return _text(self.credential.get("id"))

    @property
    def issuer(self) -> str:
        """Return the address of who issued it, or so it says."""
        given = self.credential["issuer"]
        return _text(given.get("id")) if isinstance(given, dict) else _text(given)

    @property
    def issuer_name(self) -> str:
        """Return what its issuer is called, or so it says."""
        given = self.credential["issuer"]
        return (_text(given.get("name")) if isinstance(given, dict) else "") or self.issuer

    @property
    def name(self) -> str:
        """Return what it is for."""
        return _text(self.achievement.get("name")) or _text(self.credential.get("name"))

    @property
    def achievement(self) -> Json:
        """Return what was achieved."""
        given = self.subject.get("achievement")
        return given if isinstance(given, dict) else {}

    @property
    def criteria(self) -> str:
        """Return what had to be done for it: in words, by an address, or both."""
        given = self.achievement.get("criteria")
        told = given if isinstance(given, dict) else {}
        return "\n\n".join(filter(None, (_text(told.get(name)) for name in ("narrative", "id"))))

    @property
    def subject(self) -> Json:
        """Return of whom it is told."""
        given = self.credential["credentialSubject"]
        found: Json = given[0] if isinstance(given, list) else given
        return found

    @property
    def key(self) -> str:
        """Return what it names the key that signed it by."""
        return _text(self.proof.get("verificationMethod") or self.header.get("kid"))

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what it says, however it is secured: the same badge gives the same.

        In base64: a state that holds hexadecimal digits of that length speaks of a kept text or file.
        """
        told = {name: value for name, value in self.credential.items() if name != "proof"}
        try:
            plain = canonical(told)
        except ValueError:  # numbers that canonical JSON does not know
            plain = json.dumps(told, sort_keys=True).encode()
        return f"SHA256:{base64url(hashlib.sha256(plain).digest())}"

    @property
    def begins(self) -> dt.datetime | None:
        """Return from when on it is valid."""
        given = [_moment(self.credential.get(name)) for name in ("validFrom", "issuanceDate")]
        return max(filter(None, [*given, _stamp(self.claims.get("nbf"))]), default=None)

    @property
    def ends(self) -> dt.datetime | None:
        """Return until when it is valid."""
        given = [_moment(self.credential.get(name)) for name in ("validUntil", "expirationDate")]
        return min(filter(None, [*given, _stamp(self.claims.get("exp"))]), default=None)


def read(data: bytes) -> Badge:
    """Return the badge of a file; raises NotABadge."""
    wrong = NotABadge(
        _("This is no badge: a badge is a JSON file, a JWT, or a PNG or SVG picture with one of them in it.")
    )
    if len(data) > LARGEST:
        raise NotABadge(_("This file is too large for a badge."))
    try:
        text = taken_out(data)
    except ValueError:
        raise NotABadge(_("There is no badge in this picture.")) from None
    try:
        text = (data.decode("utf-8-sig") if text is None else text).strip()
        badge = _of_json(load(text)) if text.startswith("{") else _of_jws(text)
    except (ValueError, RecursionError):
        raise wrong from None
    _check(badge)
    return badge


def _of_json(given: Json) -> Badge:
    if "Assertion" in _list(given.get("type")):
        raise NotABadge(_("This is a badge of Open Badges 2; those of Open Badges 3.0 can be verified here."))
    proofs = [proof for proof in _list(given.get("proof")) if isinstance(proof, dict)]
    fitting = [proof for proof in proofs if proof.get("cryptosuite") == SUITE]
    if _list(given.get("type")) and not proofs:
        raise NotABadge(_("This badge is not signed, so nothing shows who issued it."))
    if proofs and not fitting:
        named = _text(proofs[0].get("cryptosuite") or proofs[0].get("type")) or "?"
        sentence = _(
            "This badge is signed by “%(name)s”, which is not read here; ask its issuer for it as JWT."
        )
        raise NotABadge(sentence % {"name": named[:60]})
    return Badge(given, proof=fitting[0] if fitting else {})


def _of_jws(text: str) -> Badge:
    header, payload = read_jws(text)
    within = payload.get("vc")
    whole = within if isinstance(within, dict) else payload
    told = {name: value for name, value in whole.items() if whole is within or name not in CLAIMS}
    claims = {name: payload[name] for name in CLAIMS if name in payload}
    return Badge(told, token=text, header=header, claims=claims)


def _check(badge: Badge) -> None:
    """Refuse what is another kind of credential, or says of itself two different things."""
    told = badge.credential
    subjects, issuer = _list(told.get("credentialSubject")), told.get("issuer")
    if not KINDS.intersection(filter(None, map(_text, _list(told.get("type"))))):
        raise NotABadge(_("This is no badge of Open Badges 3.0."))
    if len(subjects) != 1 or not isinstance(subjects[0], dict) or not isinstance(issuer, dict | str):
        raise NotABadge(_("This badge does not say who issued it, or for what."))
    if not badge.issuer or not badge.name:
        raise NotABadge(_("This badge does not say who issued it, or for what."))
    if badge.begins is None:
        raise NotABadge(_("This badge does not say from when on it is valid."))
    for claim, said in (("iss", badge.issuer), ("jti", badge.id)):
        if badge.claims.get(claim, said) != said:
            raise NotABadge(
                _("This badge contradicts itself: its envelope says something else than it does.")
            )


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _text(given: Any) -> str:
    if not isinstance(given, str):
        return ""
    kept = given.encode("utf-8", "replace").decode()  # JSON may hold halves of characters,
    return kept.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()  # and what no database keeps in a text


def _moment(given: Any) -> dt.datetime | None:
    if given is None:
        return None
    try:
        found = dt.datetime.fromisoformat(given)
    except (TypeError, ValueError):
        raise NotABadge(_("This badge holds a date that is none.")) from None
    return _bounded(found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC))


def _bounded(at: dt.datetime) -> dt.datetime:
    """Return a moment that every time zone can tell; “for good” is often written as the last day of the calendar."""
    return min(max(at, FIRST), LAST)


def _stamp(given: Any) -> dt.datetime | None:
    if given is None:
        return None
    try:
        return _bounded(dt.datetime.fromtimestamp(given, dt.UTC))
    except (TypeError, ValueError, OverflowError, OSError):
        raise NotABadge(_("This badge holds a date that is none.")) from None
