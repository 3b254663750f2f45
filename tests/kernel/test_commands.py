"""The one door: what a command does, what it refuses, and that nothing is ever half done."""

import pytest

from setsquare.kernel.commands.declaration import Actor, Situation
from setsquare.kernel.commands.errors import (
    NotFound,
    NotPermitted,
    Refused,
    SignatureRefused,
    Stale,
    WrongState,
)
from setsquare.kernel.commands.offering import offers
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.trail.models import Entry

PASSWORD = "a long enough password"


def test_creating_gives_a_number_a_version_and_an_entry(house):
    done = house.do("create", body={"title": "  First  ", "unit": "BER"})

    record = Record.objects.get()
    assert (record.number, record.title, record.state, record.version) == ("N-001", "First", "draft", 1)
    assert (record.owner, record.unit) == (house.writer, house.berlin)
    assert done.entry.seq == 1
    assert done.entry.values == {
        "type": "kernel_note",
        "number": "N-001",
        "title": "First",
        "state": "draft",
        "owner": "anna",
        "unit": "BER",
        "version": 1,
    }
    assert list(Event.objects.values_list("name", "record")) == [("kernel_note.create", record.pk)]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"unit": "BER"}, {"title": "This has to be filled in."}),
        ({"title": "x", "unit": "NOWHERE"}, {"unit": "There is no unit with the code “NOWHERE”."}),
        ({"title": "x", "unit": "BER", "colour": "red"}, {"colour": "There is no such field here."}),
        ({"title": 5, "unit": "BER"}, {"title": "Write a text here."}),
    ],
)
def test_input_that_does_not_fit_is_refused_at_its_field(house, body, fields):
    with pytest.raises(Refused) as refusal:
        house.do("create", body=body)

    assert refusal.value.fields == fields
    assert not Record.objects.exists()


def test_a_number_given_by_hand_must_be_free_and_is_skipped_by_the_series(house):
    house.do("create", body={"title": "a", "unit": "BER", "number": "N-001"})

    with pytest.raises(Refused) as refusal:
        house.do("create", body={"title": "b", "unit": "BER", "number": "N-001"})

    assert refusal.value.fields == {"number": "The number N-001 is taken."}
    assert house.note("c").number == "N-002"


def test_rights_end_at_the_unit(house):
    with pytest.raises(NotPermitted) as refusal:
        house.do("create", body={"title": "x", "unit": "GNT"})
    assert str(refusal.value) == "Your roles do not allow this in this unit."


def test_a_record_of_another_site_looks_as_if_it_did_not_exist(house):
    record = house.note()
    with pytest.raises(NotFound) as refusal:
        house.do("rename", record, house.other, body={"title": "x"})
    assert str(refusal.value) == "There is no N-001 that you can see."


def test_the_second_of_two_editors_is_shown_what_changed(house):
    record = house.note()
    house.do("rename", record, body={"title": "Second"}, version=1)

    with pytest.raises(Stale) as refusal:
        house.do("rename", record, body={"title": "Third"}, version=1)

    (passage,) = refusal.value.passages
    assert [(c.path, c.before, c.after) for c in passage.changes] == [("title", "First", "Second")]
    assert Record.objects.get().title == "Second"


def test_commands_that_tolerate_one_another_do_not_make_each_other_stale(house):
    record = house.note()
    house.do("remark", record, version=1)
    house.do("remark", record, version=1)
    house.do("rename", record, body={"title": "x"}, version=3)
    with pytest.raises(Stale):
        house.do("remark", record, version=1)


def test_a_version_from_the_future_is_stale(house):
    with pytest.raises(Stale):
        house.do("rename", house.note(), body={"title": "x"}, version=7)


def test_a_command_that_fails_midway_leaves_no_trace(house):
    record = house.note()
    with pytest.raises(RuntimeError):
        house.do("break_off", record)

    fresh = Record.objects.get()
    assert (fresh.title, fresh.version, fresh.state) == ("First", 1, "draft")
    assert Entry.objects.count() == 1
    assert not Event.objects.filter(name="kernel_note.half_done").exists()


def test_a_controlled_state_asks_for_a_reason(house):
    record = house.note()
    house.do("sign", record, credentials=Credentials(password=PASSWORD))

    with pytest.raises(Refused) as refusal:
        house.do("rename", record, body={"title": "x"}, reason="  ")
    assert refusal.value.fields == {"reason": "Say why; the reason is kept in the record's history."}

    done = house.do("rename", record, body={"title": "x"}, reason="A spelling mistake")
    assert done.entry.reason == "A spelling mistake"


def test_the_lifecycle_table_is_obeyed(house):
    record = house.note()
    house.do("sign", record, credentials=Credentials(password=PASSWORD))
    with pytest.raises(WrongState) as refusal:
        house.do("sign", record, credentials=Credentials(password=PASSWORD))
    assert str(refusal.value) == "N-001 is “Signed”; this is done while it is “Draft”."
    assert Record.objects.get().closed is not None


def test_only_the_system_does_what_is_open_to_nobody(house):
    record = house.note()
    with pytest.raises(NotPermitted) as refusal:
        house.do("expire", record)
    assert str(refusal.value) == "Only the system does this."

    done = carry_out("kernel_note", "expire", Actor.system(), record=record)
    assert (done.entry.actor, done.entry.channel, done.record.state) == (None, "worker", "signed")


def test_the_system_cannot_sign(house):
    with pytest.raises(SignatureRefused):
        carry_out("kernel_note", "sign", Actor.system(), record=house.note())


def test_the_system_is_told_what_does_not_fit_as_people_are(house):
    with pytest.raises(Refused) as refused:
        carry_out("kernel_note", "rename", Actor.system(), record=house.note(), body={})
    assert set(refused.value.fields) == {"title"}


def test_somebody_who_left_can_do_nothing(house):
    record = house.note()
    house.writer.is_active = False
    with pytest.raises((NotPermitted, NotFound)):
        house.do("rename", record, body={"title": "x"})


def test_offers_say_what_may_be_done_and_why_not(house, note_type):
    record = house.note()
    offered = offers(Situation(house.actor(), note_type, record))
    assert [(o.command.name, o.why_not) for o in offered] == [
        ("sign", None),
        ("rename", None),
        ("remark", None),
        ("break_off", None),
    ]
    house.do("sign", record, credentials=Credentials(password=PASSWORD))
    offered = offers(Situation(house.actor(), note_type, Record.objects.get()))
    assert [(o.command.name, o.why_not, o.needs_reason) for o in offered][-2:] == [
        ("sign", "N-001 is “Signed”; this is done while it is “Draft”.", True),
        ("break_off", "N-001 is “Signed”; this is done while it is “Draft”.", True),
    ]


@pytest.mark.parametrize(
    ("body", "reason", "field"),
    [
        ({"title": "a\x00b"}, "", "title"),
        ({"title": "a\ud800b"}, "", "title"),
        ({"title": {"rows": ["fine", "a\x00"]}}, "", "title.rows.1"),
        ({"title": 2**63}, "", "title"),
        ({"title": "fine"}, "be\x00cause", "reason"),
    ],
)
def test_what_no_database_keeps_is_refused_at_its_place(house, body, reason, field):
    record = house.note()

    with pytest.raises(Refused) as refusal:
        house.do("rename", record, body=body, reason=reason)

    assert list(refusal.value.fields) == [field]


def test_a_reason_is_as_long_as_somebody_reads(house):
    record = house.note()

    with pytest.raises(Refused) as refusal:
        house.do("rename", record, body={"title": "Second"}, reason="x" * 2001)

    assert {place: str(said) for place, said in refusal.value.fields.items()} == {
        "reason": "Write at most 2000 characters."
    }
    record.refresh_from_db()
    assert (record.title, record.version) == ("First", 1)
    house.do("rename", record, body={"title": "Second"}, reason="x" * 2000)
    assert record.trail.get(seq=2).reason == "x" * 2000
