"""The demo's known issuer of badges, a badge of its, and one of somebody whom nobody knows yet."""

import datetime as dt
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from setsquare.domains.training.badges import credentials, proofs
from setsquare.domains.training.badges.encoding import multikey
from setsquare.domains.training.badges.resolving import DID_KEY
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.records.models import Record
from setsquare.project.demo.lessons import COORDINATOR, SECOND
from setsquare.project.demo.stage import Stage, do, person, record

ACADEMY, ADDRESS = "Rheinische Auditakademie", "https://badges.auditakademie.example/issuer"
CLUB = "Werkstatt für Ursachen"
ENTERED, RECORDED, HANDED_IN = -45, -40, -3
"""The days on which the academy was entered, its badge recorded, and the other one handed in."""
AUDITOR, LEARNER = "pnowak", "hlindqvist"
AUDITING, CAUSES = "TC-006", "TC-012"


def plan(stage: Stage) -> None:
    """Plan that one enters the academy and another confirms it, and what is recorded of badges."""
    stage.plan(stage.at(ENTERED, ACADEMY), _enter)
    stage.plan(stage.at(ENTERED + 2, ACADEMY), _confirm)
    stage.plan(stage.at(RECORDED, AUDITOR), lambda: _record(stage))
    stage.plan(stage.at(HANDED_IN, LEARNER), lambda: _hand_in(stage))


def _enter() -> None:
    do(
        COORDINATOR,
        "badge_issuer.create",
        title=ACADEMY,
        address=ADDRESS,
        key=multikey(_key(ACADEMY).public_key()),
        unit="THV",
        found_out="Asked Ms Brandner of their examination office by telephone; she read the key out.",
    )


def _confirm() -> None:
    do(SECOND, "badge_issuer.confirm", Record.objects.get(type="badge_issuer"))


def _record(stage: Stage) -> None:
    badge = _badge(stage.at(RECORDED - 5, ACADEMY), AUDITING, AUDITOR, ACADEMY, ADDRESS)
    file = take_in(person(COORDINATOR), badge, "internal-auditor.json").blob_id
    do(COORDINATOR, "certificate.submit_badge", person=AUDITOR, course=AUDITING, file=file)


def _hand_in(stage: Stage) -> None:
    issuer = f"{DID_KEY}{multikey(_key(CLUB).public_key())}"
    badge = _badge(stage.at(HANDED_IN - 20, CLUB), CAUSES, LEARNER, CLUB, issuer)
    file = take_in(person(LEARNER), badge, "finding-causes.json").blob_id
    do(LEARNER, "certificate.submit_badge", course=CAUSES, file=file)


def _key(name: str) -> Ed25519PrivateKey:
    """Return the key of an issuer of the demo, the same each time."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def _badge(begins: dt.datetime, course: str, username: str, name: str, issuer: str) -> bytes:
    """Return the badge of a person for a course, as its issuer sends it."""
    key, title = _key(name), record(course).title
    email = person(username).email.lower()
    told: dict[str, Any] = {
        "@context": [credentials.VC, credentials.OB],
        "id": f"urn:demo:{course}:{username}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": name},
        "validFrom": credentials.moment(begins),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityType": "emailAddress",
                    "identityHash": credentials.identity_hash(email, course),
                    "salt": course,
                }
            ],
            "achievement": {"id": f"urn:demo:{course}", "type": ["Achievement"], "name": title},
        },
    }
    method = f"{issuer}#{multikey(key.public_key())}"
    return json.dumps(proofs.with_proof(told, key, method, credentials.moment(begins))).encode()
