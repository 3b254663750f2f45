"""Which keys a badge may be signed by: ours, that of a did:key, those entered, those that its issuer tells."""

import json
from typing import Any, NamedTuple
from urllib.parse import unquote

from django.conf import settings
from django.utils.translation import gettext as _

from setsquare.domains.training.badges import keys
from setsquare.domains.training.badges.encoding import PublicKey, from_jwk, from_multikey, multikey
from setsquare.domains.training.badges.fetching import CannotFetch, fetch, may_ask, netloc, place
from setsquare.domains.training.badges.reading import Badge

DID_KEY, DID_WEB = "did:key:", "did:web:"
OWN, KNOWN, HOST = "own", "known", "host"
"""By what it is shown whose a key is: it is ours, of a known issuer, or its issuer tells it at its own address."""
MOST = 20
"""Keys that are tried."""


class UnknownKey(Exception):
    """Nothing tells by which key the badge would have to be signed; the message is a sentence."""


class NoKey(ValueError):
    """What was entered is no key; the message is a sentence."""


class Keys(NamedTuple):
    """Keys by one of which a badge has to be signed, and by what it is shown that they are its issuer's."""

    keys: list[PublicKey]
    shown_by: str = ""
    """Empty where nothing shows it: anybody can make a key, and enter one."""


def keys_of(badge: Badge, entered: str = "") -> Keys:
    """Return the keys by one of which a badge has to be signed; raises UnknownKey and NoKey."""
    if names_us(badge.issuer):
        return Keys(_own(badge), OWN)
    if "@" in netloc(url_of(badge.issuer)):
        raise UnknownKey(
            _("The address of its issuer holds a sign-in name, by which it passes for another one.")
        )
    if entered.strip():
        return Keys(entered_keys(entered.strip()))
    if badge.issuer.startswith(DID_KEY):
        return Keys(_did_key(badge))
    return Keys(_told(badge), HOST)


def names_us(address: str) -> bool:
    """Tell whether an address is of our host, however it is spelt, unless another one there may be asked."""
    url, ours = url_of(address), place(settings.SETSQUARE.address)
    host, port = place(url)
    return bool(host) and host == ours[0] and (port == ours[1] or not may_ask(url))


def _own(badge: Badge) -> list[PublicKey]:
    named = badge.key.replace("#", "/").rpartition("/")[2]
    for key in keys.public_keys():
        if named in (multikey(key), keys.thumbprint(key)):
            return [key]
    raise UnknownKey(_("It claims to be of this organisation, but is signed by another key."))


def _did_key(badge: Badge) -> list[PublicKey]:
    if badge.key.partition("#")[0] not in ("", badge.issuer):
        raise UnknownKey(_("It is signed by the key of somebody else than its issuer."))
    try:
        return [from_multikey(badge.issuer.removeprefix(DID_KEY))]
    except ValueError:
        raise UnknownKey(_("The key that it names is of a kind that is not known here.")) from None


def entered_keys(text: str) -> list[PublicKey]:
    """Return the keys of a text: a Multikey, a did:key, a JWK or a set of them; raises NoKey."""
    try:
        if text.startswith("{"):
            found = _in(json.loads(text), "")
        else:
            found = [from_multikey(text.removeprefix(DID_KEY).partition("#")[0])]
    except (ValueError, RecursionError):
        found = []
    if not found:
        raise NoKey(_("This is no public key: give a JWK, a JWKS, or a key that begins with z6Mk."))
    return found


def _told(badge: Badge) -> list[PublicKey]:
    """Return the keys that the issuer tells at its own address."""
    issuer, named = (url_of(one) for one in (badge.issuer, badge.key or badge.issuer))
    if place(named) != place(issuer):
        raise UnknownKey(_("It names a key at another address than its issuer’s."))
    try:
        found = _in(fetch(named), badge.key)
    except CannotFetch as why:
        sentence = _("The key of %(issuer)s is not known here: enter it. %(why)s")
        raise UnknownKey(sentence % {"issuer": badge.issuer_name[:100], "why": why}) from None
    if not found:
        sentence = _("%(issuer)s does not tell the key that the badge names.")
        raise UnknownKey(sentence % {"issuer": badge.issuer_name[:100]})
    return found


def url_of(name: str) -> str:
    """Return where a name is told: itself, or the document of a did:web."""
    if not name.startswith(DID_WEB):
        return name
    host, *path = (unquote(part) for part in name.partition("#")[0].removeprefix(DID_WEB).split(":"))
    return f"https://{host}/{'/'.join(path) or '.well-known'}/did.json"


def _in(document: Any, named: str) -> list[PublicKey]:
    """Return the keys of a document: a JWK, a JWKS, or methods of verification; `named` narrows them."""
    if not isinstance(document, dict):
        return []
    rows = [document]
    for name in ("keys", "verificationMethod", "assertionMethod", "publicKey"):
        given = document.get(name)
        rows += [row for row in (given if isinstance(given, list) else [given]) if isinstance(row, dict)]
    of_name = [row for row in rows if named and named in (row.get("id"), row.get("kid"))]
    found = []
    for row in (of_name or rows)[:MOST]:
        try:
            found.append(_key(row))
        except ValueError:
            continue
    return found


def _key(row: dict[str, Any]) -> PublicKey:
    if isinstance(row.get("publicKeyMultibase"), str):
        return from_multikey(row["publicKeyMultibase"])
    return from_jwk(row.get("publicKeyJwk") or row)
