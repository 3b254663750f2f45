"""Events: delivered at least once, each handler's work done exactly once."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from setsquare.kernel.events import dispatch
from setsquare.kernel.events.models import Event
from setsquare.kernel.notices.models import Notice


@pytest.fixture
def handlers() -> Iterator[None]:
    """Take the handlers of a test away again."""
    before = {name: list(wired) for name, wired in dispatch._handlers.items()}
    yield
    dispatch._handlers.clear()
    dispatch._handlers.update(before)


def test_one_failing_handler_neither_repeats_nor_undoes_the_other(house, handlers):
    broken = [True]

    @dispatch.subscribe("kernel_note.create")
    def tells(event: Event) -> None:
        Notice.objects.create(user=house.writer, kind="x", text="made", at=timezone.now())

    @dispatch.subscribe("kernel_note.create")
    def fails_at_first(event: Event) -> None:
        Notice.objects.create(user=house.writer, kind="y", text="half", at=timezone.now())
        if broken[0]:
            raise RuntimeError("not yet")

    house.note()
    dispatch.deliver_waiting()
    event = Event.objects.get(name="kernel_note.create")
    assert (event.delivered, event.attempts) == (None, 1)
    assert event.error.strip() == "RuntimeError: not yet"
    assert list(Notice.objects.values_list("kind", flat=True)) == ["x"]

    dispatch.deliver_waiting()
    assert Event.objects.get(pk=event.pk).attempts == 1, "tried again only after a pause"

    broken[0] = False
    Event.objects.filter(pk=event.pk).update(not_before=None)
    dispatch.deliver_waiting()
    dispatch.deliver_waiting()
    assert Event.objects.get(pk=event.pk).delivered is not None
    assert sorted(Notice.objects.values_list("kind", flat=True)) == ["x", "y"]
