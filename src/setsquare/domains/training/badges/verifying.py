"""Whether a badge is valid, and if not, why: signature, validity, revocation, and whose it is."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.badges import credentials
from setsquare.domains.training.badges.credentials import identity_hash
from setsquare.domains.training.badges.encoding import PublicKey, key_name, shortened
from setsquare.domains.training.badges.fetching import CannotFetch, fetch, place
from setsquare.domains.training.badges.known import keys_known, named_by
from setsquare.domains.training.badges.models import BadgeIssuer
from setsquare.domains.training.badges.proofs import jws_fits, proof_fits
from setsquare.domains.training.badges.reading import Badge, read
from setsquare.domains.training.badges.resolving import (
    HOST,
    KNOWN,
    OWN,
    Keys,
    UnknownKey,
    keys_of,
    names_us,
    url_of,
)
from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from setsquare.kernel.writing.sentences import in_words

DOUBTS = frozenset({"issuer", "name"})
"""Findings that say that it is not shown who issued it."""
A_MOMENT = dt.timedelta(seconds=1)
COMPARED = {"emailAddress": "email", "userName": "username"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    code: str
    good: bool | None
    """None where it could not be found out, or says nothing against the badge."""
    sentence: str


@dataclass(frozen=True)
class Verdict:
    """What came of looking at a badge."""

    badge: Badge
    findings: tuple[Finding, ...]
    person: User | None
    """Whose it is, of those whose training the one who asks follows."""
    named: bool
    """Whether it says whose it is in a way that can be compared."""
    certificate: Record | None = None
    """Our own certificate that it is of."""
    key: str = ""
    """The name of the key that signed it, empty where none is known to have done so."""
    shown_by: str = ""
    """By what it is shown that this is its issuer's key, empty where nothing shows it."""
    known: BadgeIssuer | None = None
    """The known issuer who issued it."""

    @property
    def valid(self) -> bool:
        """Tell whether nothing speaks against it."""
        return all(finding.good is not False for finding in self.findings)

    @property
    def why_not(self) -> str:
        """Return the first thing that speaks against it."""
        return next((finding.sentence for finding in self.findings if finding.good is False), "")

    @property
    def issuer_name(self) -> str:
        """Return what its issuer is called: as it is known here, else as the badge says."""
        return self.known.record.title if self.known is not None else self.badge.issuer_name

    @property
    def doubt(self) -> str:
        """Return what leaves open who issued it, empty where that is shown."""
        return next((finding.sentence for finding in self.findings if finding.code in DOUBTS), "")

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day on which it is valid, whole or not."""
        return _last_day(self.badge.ends)


def verify(
    data: bytes,
    among: QuerySet[User],
    known: QuerySet[BadgeIssuer],
    *,
    entered: str = "",
    now: dt.datetime | None = None,
) -> Verdict:
    """Look at the badge in a file; raises NotABadge and, where `entered` is no key, NoKey.

    It is said whose it is of the people `among`, and by whom it was issued of the `known` issuers.
    """
    badge = read(data)
    findings: list[Finding] = []
    certificate, key, shown_by = None, None, ""
    issuer = _known_issuer(badge, known)
    try:
        may_be = Keys(keys_known(issuer), KNOWN) if issuer is not None else keys_of(badge, entered)
    except UnknownKey as unknown:
        findings = [Finding("key", False, str(unknown))]
    else:
        key, shown_by = _signer(badge, may_be.keys), may_be.shown_by
        findings = list(_signature(badge, key, shown_by, issuer))
    findings += _validity(badge, now or timezone.now(), believed=key is not None)
    if key is not None:
        certificate, status = _own_status(badge) if shown_by == OWN else (None, _status(badge))
        findings.append(status)
    person, recipient = _recipient(badge, among, believed=key is not None)
    named = any(True for _one in _identities(badge))
    signer = key_name(key) if key is not None else ""
    return Verdict(badge, (*findings, recipient), person, named, certificate, signer, shown_by, issuer)


def _known_issuer(badge: Badge, known: QuerySet[BadgeIssuer]) -> BadgeIssuer | None:
    """Return the known issuer whose address the badge names and whose key signed it."""
    named = [] if names_us(badge.issuer) else named_by(badge.issuer, known)
    return next((one for one in named if _signer(badge, keys_known(one)) is not None), None)


def _signer(badge: Badge, keys: list[PublicKey]) -> PublicKey | None:
    """Return the key that signed it, of those by which it has to be signed."""
    for key in keys:
        if jws_fits(badge.token, key) if badge.token else proof_fits(badge.credential, badge.proof, key):
            return key
    return None


def _signature(
    badge: Badge, key: PublicKey | None, shown_by: str, issuer: BadgeIssuer | None
) -> Iterator[Finding]:
    """Yield which key signed it, and what leaves open whose key that is."""
    if key is None:
        altered = _("The signature is wrong: it was altered, or signed by somebody else than its issuer.")
        if shown_by == OWN:
            altered = _(
                "The signature is wrong: it was altered since we issued it, or somebody else made it."
            )
        yield Finding("signature", False, altered)
        return
    told = {"issuer": badge.issuer_name[:100], "key": shortened(key_name(key))}
    if issuer is not None:
        said = _("Signed by %(issuer)s, a known issuer (%(number)s), and unchanged since.")
        told |= {"issuer": issuer.record.title, "number": issuer.record.number}
    elif shown_by == OWN:
        said = _("Signed by %(issuer)s, and unchanged since.")
    elif shown_by == HOST:
        said = _(
            "Signed by a key that %(host)s tells, and unchanged since. It calls its issuer “%(issuer)s”."
        )
        told["host"] = place(url_of(badge.issuer))[0]
    else:
        said = _("Signed by the key %(key)s, and unchanged since.")
    yield Finding("signature", True, said % told)
    if shown_by not in (OWN, KNOWN) and _named_as_we_are(badge):
        said = _("It gives its issuer our name, but is signed by another key: %(key)s.")
        yield Finding("name", None, said % told)
    elif not shown_by:
        said = _("It calls its issuer “%(issuer)s”; nothing shows that the key %(key)s is theirs.")
        yield Finding("issuer", None, said % told)


def _named_as_we_are(badge: Badge) -> bool:
    """Tell whether a badge gives its issuer our name, or our address beside another one."""
    issuer = badge.credential["issuer"]
    url = issuer.get("url") if isinstance(issuer, dict) else None
    same = _letters(badge.issuer_name) == _letters(credentials.organisation()) != ""
    return same or (isinstance(url, str) and names_us(url))


def _letters(name: str) -> str:
    return "".join(letter for letter in normalize("NFKC", name).casefold() if letter.isalnum())


def _last_day(ends: dt.datetime | None) -> dt.date | None:
    """Return the last day in UTC, as it stands in the badge; where it ends at midnight, the day before."""
    return (ends - A_MOMENT).astimezone(dt.UTC).date() if ends is not None else None


def _validity(badge: Badge, now: dt.datetime, *, believed: bool) -> Iterator[Finding]:
    """Yield whether it is valid now; of a badge that is not to be believed, what it says counts for nothing."""
    begins, ends = badge.begins, badge.ends
    last = in_words(day) if (day := _last_day(ends)) is not None else ""
    if begins is not None and begins > now:
        yield Finding(
            "not_yet",
            False,
            _("It is not valid before %(day)s.") % {"day": in_words(timezone.localtime(begins))},
        )
    elif ends is not None and ends <= now:
        yield Finding("expired", False, _("It has expired: its last day was %(day)s.") % {"day": last})
    elif not believed:
        said = _("It says that it is valid until %(day)s.") if last else _("It says that it does not expire.")
        yield Finding("validity", None, said % {"day": last} if last else said)
    elif ends is not None:
        yield Finding("validity", True, _("It is valid until %(day)s.") % {"day": last})
    else:
        yield Finding("validity", True, _("It does not expire."))


def _status(badge: Badge) -> Finding:
    given = badge.credential.get("credentialStatus")
    given = given[0] if isinstance(given, list) and given else given
    if not isinstance(given, dict):
        return Finding("status", None, _("Its issuer does not say where revoked badges are listed."))
    url = str(given.get("id", ""))
    if given.get("type") != credentials.REVOCATION or place(url) != place(badge.issuer):
        return Finding("status", None, _("Whether it was revoked cannot be found out from here."))
    try:
        listed = fetch(url)
    except CannotFetch as why:
        said = _("Whether it was revoked is not known: %(why)s") % {"why": why}
        return Finding("status", None, said)
    if _lists(listed, badge.id):
        return Finding("revoked", False, _("Its issuer has revoked it."))
    return Finding("status", True, _("Its issuer has not revoked it."))


def _lists(document: Any, name: str) -> bool:
    rows: Any = []
    if isinstance(document, dict):
        rows = document.get("revokedCredential") or document.get("revokedCredentials") or []
    return any(
        row == name or (isinstance(row, dict) and row.get("id") == name and row.get("revoked", True))
        for row in (rows if isinstance(rows, list) else [rows])
    )


def _own_status(badge: Badge) -> tuple[Record | None, Finding]:
    try:
        uid = UUID(badge.id.removeprefix("urn:uuid:"))
    except ValueError:
        uid = None
    record = Record.objects.filter(type="certificate", uid=uid).first() if uid is not None else None
    if record is None:
        return None, Finding("revoked", False, _("There is no certificate here that it is of."))
    if record.state == "expired":
        return record, Finding("status", True, _("Its issuer has not revoked it."))
    if record.state != "valid":
        return record, Finding("revoked", False, _("The certificate that it is of was revoked."))
    return record, Finding("status", True, _("The certificate that it is of is in force."))


def _recipient(badge: Badge, among: QuerySet[User], *, believed: bool) -> tuple[User | None, Finding]:
    identities = list(_identities(badge))
    if not identities:
        return None, Finding(
            "recipient", None, _("It does not say whose it is in a way that can be compared.")
        )
    for pk, email, username in among.values_list("pk", "email", "username"):
        known = {"email": email, "username": username}
        if any(_is(known[COMPARED[row["identityType"]]], row) for row in identities):
            person = User.objects.get(pk=pk)
            told = {"name": person.name}
            if not believed:
                said = _("It says that it was given to %(name)s.")
                return person, Finding("recipient", None, said % told)
            return person, Finding("recipient", True, _("It was given to %(name)s.") % told)
    said = _("It was given to nobody whose training you follow: none of their addresses fits.")
    return None, Finding("recipient", None, said)


def _identities(badge: Badge) -> Iterator[dict[str, Any]]:
    """Yield what a badge says of whose it is, as far as it can be compared with people."""
    given = badge.subject.get("identifier")
    for row in given if isinstance(given, list) else [given]:
        if not isinstance(row, dict):
            continue
        kind = row.get("identityType")
        if isinstance(kind, str) and kind in COMPARED and row.get("identityHash"):
            yield row


def _is(known: str, row: dict[str, Any]) -> bool:
    """Tell whether an identity, hashed or plain, is the known one; addresses without regard to case."""
    said = str(row["identityHash"])
    if not known:
        return False
    if row.get("hashed") is not True:
        return said.strip().lower() == known.lower()
    salt = str(row.get("salt") or "")
    return any(identity_hash(one, salt) == said.lower() for one in (known, known.lower()))
