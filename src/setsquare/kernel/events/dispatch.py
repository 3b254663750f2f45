"""Delivering events: each handler in a transaction of its own, at least once, with growing pauses after failures."""

import datetime as dt
import traceback
from collections.abc import Callable

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from setsquare.kernel.events.models import Delivery, Event

Handler = Callable[[Event], None]
log = structlog.get_logger()

_handlers: dict[str, list[tuple[str, Handler]]] = {}
MOST_ATTEMPTS = 12
"""After so many failures (about three days) an event is left for the administrator to look at."""


def subscribe(*names: str) -> Callable[[Handler], Handler]:
    """Have the decorated function called for each event of these names. It must be idempotent."""

    def wire(handler: Handler) -> Handler:
        for name in names:
            _handlers.setdefault(name, []).append((f"{handler.__module__}.{handler.__qualname__}", handler))
        return handler

    return wire


def deliver_waiting(limit: int = 200) -> int:
    """Deliver up to `limit` waiting events, the oldest first; returns how many were dealt with."""
    now = timezone.now()
    waiting = Event.objects.filter(
        Q(not_before__isnull=True) | Q(not_before__lte=now),
        delivered__isnull=True,
        attempts__lt=MOST_ATTEMPTS,
    ).order_by("id")[:limit]
    events = list(waiting.select_related("record"))
    unheard = [event.pk for event in events if event.name not in _handlers]
    Event.objects.filter(pk__in=unheard).update(delivered=now)
    for event in events:
        if event.name in _handlers:
            deliver(event)
    return len(events)


def deliver(event: Event) -> None:
    """Call every handler that has not dealt with the event yet; a failure is kept and tried again later."""
    done = set(event.deliveries.values_list("handler", flat=True)) if event.attempts else set()
    try:
        for name, handler in _handlers.get(event.name, []):
            if name in done:
                continue
            with transaction.atomic():
                handler(event)
                Delivery.objects.create(event=event, handler=name, at=timezone.now())
    except Exception as error:  # a handler may fail in any way; the event stays and is tried again
        log.exception("event_failed", event_id=event.pk, name=event.name)
        pause = dt.timedelta(seconds=min(2 ** (event.attempts + 1), 6 * 3600))
        Event.objects.filter(pk=event.pk).update(
            attempts=F("attempts") + 1,
            not_before=timezone.now() + pause,
            error="".join(traceback.format_exception_only(error))[:2000],
        )
    else:
        Event.objects.filter(pk=event.pk).update(delivered=timezone.now(), error="")
