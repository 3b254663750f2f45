"""From an accepted change to revisions in draft, and from revisions in force to a closed change."""

import pytest

from setsquare.domains.changes.queries import affected_by, opened_by
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.events.models import Delivery, Event
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import history

from .conftest import Desk, deliver, state_of


def deliver_again(name: str) -> None:
    """Deliver events a second time, as after a crash between a handler and the note that it is done."""
    Delivery.objects.filter(event__name=name).delete()
    Event.objects.filter(name=name).update(delivered=None, attempts=1)
    deliver()


def test_acceptance_opens_a_draft_of_each_document(desk: Desk):
    one, two = desk.document("Incoming inspection"), desk.document("Final test")
    change = desk.decided(one, two)

    deliver()

    assert state_of(change) == "in_implementation"
    drafts = [*desk.drafts(one), *desk.drafts(two)]
    assert len(drafts) == 2
    assert set(opened_by(change)) == set(drafts)
    assert change.number in drafts[0].revision.reason
    newest = history(change)[0]
    assert newest.entry.actor is None
    assert newest.entry.values["opened"] == sorted(draft.number for draft in drafts)


def test_delivered_twice_it_opens_once(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.decided(document)
    deliver()
    entries = Entry.objects.count()

    deliver_again("change_request.accept")

    assert len(desk.drafts(document)) == 1
    assert opened_by(change).count() == 1
    assert Entry.objects.count() == entries


def test_a_revision_that_is_open_already_is_linked(desk: Desk):
    document = desk.document("Incoming inspection")
    desk.do(desk.carl, document, "new_revision", why="A typing error.")
    draft = desk.drafts(document)

    change = desk.decided(document)
    deliver()

    assert list(opened_by(change)) == draft
    assert state_of(change) == "in_implementation"


def test_it_closes_when_the_last_revision_is_in_force(desk: Desk):
    one, two = desk.document("Incoming inspection"), desk.document("Final test")
    change = desk.decided(one, two)
    deliver()

    desk.put_into_force(desk.drafts(one)[0])
    deliver()
    assert state_of(change) == "in_implementation"
    with pytest.raises(WrongState, match="still in work"):
        desk.do(desk.anna, change, "implement", outcome="Done.")

    desk.put_into_force(desk.drafts(two)[0])
    deliver()
    assert state_of(change) == "closed"
    closed = Record.objects.get(pk=change.pk)
    assert closed.change_request.implemented is not None
    assert Notice.objects.filter(user=desk.anna, text__contains="implemented and closed").count() == 1

    deliver_again("document.effective")
    assert state_of(change) == "closed"


def test_one_that_is_to_be_verified_waits_for_its_owner(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.decided(document, verify=True)
    deliver()
    desk.put_into_force(desk.drafts(document)[0])

    deliver()
    assert state_of(change) == "implemented"

    desk.do(desk.dora, change, "close", outcome="No mix-up in four weeks.")
    assert state_of(change) == "closed"


def test_one_revision_can_end_two_changes(desk: Desk):
    document = desk.document("Incoming inspection")
    first, second = desk.decided(document), desk.decided(document)
    deliver()

    desk.put_into_force(desk.drafts(document)[0])
    deliver()

    assert (state_of(first), state_of(second)) == ("closed", "closed")


def test_a_discarded_draft_is_told_and_can_be_opened_again(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.decided(document)
    deliver()
    desk.do(desk.carl, desk.drafts(document)[0], "discard", because="Began wrong.")
    deliver()

    assert state_of(change) == "in_implementation"
    assert Notice.objects.filter(user=desk.anna, text__contains="needs you").count() == 1

    desk.do(desk.anna, change, "open_revisions")
    deliver()
    draft = desk.drafts(document)[0]
    assert opened_by(change).count() == 2
    desk.put_into_force(draft)
    deliver()
    assert state_of(change) == "closed"


def test_a_document_that_is_withdrawn_or_taken_off_is_no_longer_waited_for(desk: Desk):
    one, two, three = (desk.document(title) for title in ("Incoming inspection", "Final test", "Packing"))
    change = desk.decided(one, two, three)
    deliver()
    desk.put_into_force(desk.drafts(one)[0])
    for document in (two, three):
        desk.do(desk.carl, desk.drafts(document)[0], "discard", because="Not needed.")
    desk.do(desk.carl, two, "withdraw", because="No longer done.")
    deliver()
    assert state_of(change) == "in_implementation"

    desk.do(desk.anna, change, "set_affected", affected=[one.number, two.number], because="Packing stays.")
    deliver()

    assert state_of(change) == "closed"
    assert set(affected_by(change)) == {one, two}


def test_no_document_is_added_to_what_was_accepted(desk: Desk):
    one, two = desk.document("Incoming inspection"), desk.document("Final test")
    change = desk.decided(one)
    deliver()

    with pytest.raises(Refused, match="It was assessed for the documents that it has") as refused:
        desk.do(desk.anna, change, "set_affected", affected=[one.number, two.number], because="There too.")
    assert list(refused.value.fields) == ["affected"]
    deliver()

    assert desk.drafts(two) == []
    assert opened_by(change).count() == 1


def test_a_cancelled_change_opens_nothing_more(desk: Desk):
    document = desk.document("Incoming inspection")
    change = desk.decided(document)
    desk.do(desk.dora, change, "cancel", because="The supplier left.")

    deliver()

    assert desk.drafts(document) == []
    assert state_of(change) == "cancelled"
