"""Requests that are sent again: with an idempotency key the same request acts once and is answered alike.

A row claims the key before anything is done; the answer is kept in it for a day. Where a process ended in the
middle, the trail tells whether the request took effect: its entry carries the row's mark.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from setsquare.faces.api.callers import caller_of
from setsquare.faces.api.models import Answer
from setsquare.faces.api.problems import Problem
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical

KEPT = dt.timedelta(hours=24)
PRESUMED_DEAD = dt.timedelta(minutes=5)
HEADERS = ("Content-Type", "ETag", "Location")

Act = Callable[[str], HttpResponse]
"""Does what is asked, under the mark that the trail shall name it by."""
Tell = Callable[[Entry], HttpResponse]
"""Answers for what was done already, by its entry in the trail."""


def once(request: HttpRequest, act: Act, tell: Tell, content: bytes | None = None) -> HttpResponse:
    """Answer by `act`, or as it was answered before where the request has an idempotency key that was used.

    `content` stands for the body where that was read as a form.
    """
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        return act("")
    if len(key) > 255 or not key.isprintable():
        raise Refused(
            {"Idempotency-Key": _("Write at most %(max_length)s characters.") % {"max_length": 255}}
        )
    claim, revived = _claim(request, key, request.body if content is None else content)
    if claim.status is not None:
        if not hmac.compare_digest(claim.proof, _proof(claim)):
            raise Problem("key_reused", _("The answer kept for this key is not the one that was given."))
        return _again(claim)
    done = _done_before(claim) if revived else None
    try:
        answer = tell(done) if done is not None else act(claim.mark)
    except BaseException:
        if _done_before(claim) is None:
            Answer.objects.filter(pk=claim.pk).delete()  # nothing was done, so the key is free again
        raise
    claim.status = answer.status_code
    claim.headers = {name: answer[name] for name in HEADERS if name in answer}
    claim.body = answer.content.decode()
    claim.proof = _proof(claim)
    claim.save()
    return answer


def _digest(request: HttpRequest, content: bytes) -> str:
    """Return what tells one request from another; by the server's key, for its body may hold a password.

    Without the key nobody who has the database can try passwords against it.
    """
    parts = (request.method or "", request.path, request.headers.get("If-Match", ""))
    said = "\n".join(parts).encode() + b"\n" + content
    return salted_hmac("setsquare.faces.api.repeating", said, algorithm="sha256").hexdigest()


def _proof(kept: Answer) -> str:
    """Return what binds an answer to its request, so that another put into the database is not given for it."""
    said = canonical([kept.user_id, kept.key, kept.asked, kept.status, kept.headers, kept.body])
    return salted_hmac("setsquare.faces.api.repeating.answer", said, algorithm="sha256").hexdigest()


def _claim(request: HttpRequest, key: str, content: bytes) -> tuple[Answer, bool]:
    """Return the key's row, new (without a status) or with its answer, and whether it was left by the dead."""
    user, now = caller_of(request).user, timezone.now()
    mark = f"{str(getattr(request, 'request_id', ''))[:40]}.{secrets.token_hex(8)}"
    fresh = Answer(user=user, key=key, asked=_digest(request, content), mark=mark, at=now)
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
        return fresh, False
    except IntegrityError:
        found = Answer.objects.filter(user=user, key=key).first()
    if found is not None and found.at < now - KEPT and _take(found, fresh):
        return fresh, False
    if found is not None and found.asked != fresh.asked:
        raise Problem("key_reused", _("Use a new idempotency key for a new request."))
    if found is not None and found.status is not None:
        return found, False
    if found is not None and found.at < now - PRESUMED_DEAD and _revive(found, now):
        return found, True
    raise Problem("under_way", _("Wait for its answer, then ask again."), headers={"Retry-After": "1"})


def _take(old: Answer, fresh: Answer) -> bool:
    """Give an outlived row to a new request; False where another one was faster."""
    fresh.pk = old.pk
    values = {
        name: getattr(fresh, name) for name in ("asked", "mark", "at", "status", "headers", "body", "proof")
    }
    return Answer.objects.filter(pk=old.pk, at=old.at).update(**values) == 1


def _revive(dead: Answer, now: dt.datetime) -> bool:
    """Go on where a process ended; False where another one was faster."""
    before, dead.at = dead.at, now
    return Answer.objects.filter(pk=dead.pk, at=before, status__isnull=True).update(at=now) == 1


def _done_before(claim: Answer) -> Entry | None:
    entries = Entry.objects.filter(actor_id=claim.user_id, at__gte=timezone.now() - KEPT, request=claim.mark)
    return entries.select_related("record").order_by("at", "id").first()


def _again(kept: Answer) -> HttpResponse:
    answer = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        answer[name] = value
    answer["Cache-Control"] = "private, no-cache"
    answer["Idempotent-Replayed"] = "true"
    return answer
