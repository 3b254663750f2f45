"""Telling learning record stores what people complete here: at least once, under an id by which they know it again."""

import base64
import datetime as dt
import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from setsquare.domains.training.badges.credentials import address, moment, organisation
from setsquare.domains.training.models import Certificate
from setsquare.domains.training.states import GIVEN
from setsquare.domains.training.xapi.checking import VERBS, VOIDED
from setsquare.domains.training.xapi.models import Outgoing
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.qualifications.days import start_of
from setsquare.kernel.records.models import Record

VERSION = "1.0.3"
SECONDS = 10.0
AT_ONCE = 50
LONGEST_PAUSE = 6 * 3600
log = structlog.get_logger()


def uid_of(record: Record, what: str) -> uuid.UUID:
    """Return the id of the statement about a certificate: the same whenever it is made."""
    return uuid.uuid5(record.uid, f"setsquare xapi {what}")


@subscribe(
    "certificate.create",
    "certificate.issue",
    "certificate.verify",
    "certificate.submit_badge",
    "certificate.revoke",
)
def tell_stores(event: Event) -> None:
    """Have every store told that somebody completed a course, or that this was taken back."""
    record = event.record
    if record is None or record.state not in (*GIVEN, "revoked"):
        return
    told = _voiding(record) if event.name == "certificate.revoke" else _completed(record.certificate)
    for store in settings.SETSQUARE.learning_records:
        if event.name == "certificate.revoke" and not _was_told(store.id, record):
            continue
        Outgoing.objects.get_or_create(
            store=store.id,
            uid=told["id"],
            defaults={"content": json.dumps(told, ensure_ascii=False), "made": timezone.now()},
        )


def _was_told(store: str, record: Record) -> bool:
    return Outgoing.objects.filter(store=store, uid=uid_of(record, "completed")).exists()


def _actor(certificate: Certificate) -> dict[str, Any]:
    account = {"homePage": settings.SETSQUARE.address, "name": certificate.person.username}
    return {"objectType": "Agent", "account": account}


def _completed(certificate: Certificate) -> dict[str, Any]:
    course = certificate.course
    return {
        "id": str(uid_of(certificate.record, "completed")),
        "actor": _actor(certificate),
        "verb": {"id": f"{VERBS}completed", "display": {"en": "completed"}},
        "object": {
            "objectType": "Activity",
            "id": course.activity or address(f"achievements/{course.record.uid}"),
            "definition": {
                "type": "http://adlnet.gov/expapi/activities/course",
                "name": {settings.LANGUAGE_CODE: course.record.title},
            },
        },
        "result": {"completion": True, "success": True},
        "context": {"platform": organisation()},
        "timestamp": moment(start_of(certificate.issued, certificate.person.unit)),
    }


def _voiding(record: Record) -> dict[str, Any]:
    revoked = uid_of(record, "completed")
    return {
        "id": str(uid_of(record, "voided")),
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": settings.SETSQUARE.address, "name": "setsquare"},
        },
        "verb": {"id": VOIDED, "display": {"en": "voided"}},
        "object": {"objectType": "StatementRef", "id": str(revoked)},
        "timestamp": moment(record.changed),
    }


@every(seconds=15)
def send_waiting() -> int:
    """Send what waits, outside any transaction; a store that does not answer is left alone for a while."""
    return sum(_send_to(store) for store in settings.SETSQUARE.learning_records)


def _send_to(store: Any) -> int:
    now, done = timezone.now(), 0
    waiting = Outgoing.objects.filter(store=store.id, sent__isnull=True).order_by("id")
    first = waiting.first()
    if first is None or (first.not_before is not None and first.not_before > now):
        return 0
    for row in waiting.filter(Q(not_before__isnull=True) | Q(not_before__lte=now))[:AT_ONCE]:
        error = put(store, row)
        if error:
            _put_off(row, error)
            log.warning("learning_record_not_sent", store=store.id, statement=str(row.uid), why=error)
            break
        Outgoing.objects.filter(pk=row.pk).update(sent=timezone.now(), error="")
        done += 1
    return done


def _put_off(row: Outgoing, error: str) -> None:
    pause = dt.timedelta(seconds=min(2 ** (row.attempts + 4), LONGEST_PAUSE))
    with transaction.atomic():
        Outgoing.objects.filter(pk=row.pk).update(
            attempts=row.attempts + 1, not_before=timezone.now() + pause, error=error[:500]
        )


def put(store: Any, row: Outgoing) -> str:
    """Send a statement; returns why that failed, empty where the store has it now."""
    status, said = ask(store, "PUT", f"/statements?statementId={row.uid}", row.content)
    if status in (200, 204) or (
        status == 409 and row.attempts
    ):  # it has it from an attempt whose answer was lost
        return ""
    return said if status == 0 else f"{status} {said}".strip()


def ask(store: Any, method: str, path: str, body: str = "") -> tuple[int, str]:
    """Ask a store; returns the status (0: no answer) and what it said."""
    parts = urlsplit(store.address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    secret = f"{store.key}:{store.secret.get_secret_value()}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(secret).decode()}",
        "Content-Type": "application/json",
        "X-Experience-API-Version": VERSION,
    }
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request(method, f"{parts.path}{path}", body.encode() if body else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as wrong:
        return 0, str(wrong) or type(wrong).__name__
    finally:
        connection.close()
