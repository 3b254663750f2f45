"""Registers: filters, words, sorting and pages, on the kernel's own record type."""

import datetime as dt

import pytest
from django.utils import timezone

from setsquare.kernel.accounts.models import Grant
from setsquare.kernel.accounts.units import place
from setsquare.kernel.database.keyset import cut
from setsquare.kernel.records.conditions import RegisterError, place_at
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.registers import count, page, select
from setsquare.kernel.signatures.credentials import Credentials

PASSWORD = "a long enough password"


def numbers(found) -> list[str]:
    return [record.number for record in found]


def walk(house, thing, **asked):
    """Return every page's numbers, following the cursors forwards, and the pages on the way back."""
    pages, cursor = [], ""
    while True:
        found = page(thing, house.writer, cursor=cursor, **asked)
        pages.append(numbers(found.records))
        if not found.next:
            break
        cursor = found.next
    back = []
    while found.previous:
        found = page(thing, house.writer, cursor=found.previous, **asked)
        back.insert(0, numbers(found.records))
    return pages, back


@pytest.mark.parametrize("sort", ["", "changed", "number", "-number", "title", "-title", "created"])
def test_pages_hold_each_record_once_forwards_and_backwards(house, note_type, sort):
    for title in ("b", "a", "a", "c", "b"):
        house.note(title)
    moment = timezone.now()
    Record.objects.update(changed=moment)  # equal values: the id decides

    pages, back = walk(house, note_type, sort=sort, limit=2)

    assert [len(found) for found in pages] == [2, 2, 1]
    assert sorted(sum(pages, [])) == ["N-001", "N-002", "N-003", "N-004", "N-005"]
    assert back == pages[:-1]
    assert sum(pages, []) == numbers(page(note_type, house.writer, sort=sort).records)


def test_a_record_without_a_value_comes_last_either_way(house, note_type):
    for number in range(5):
        house.note(f"note {number}")
    Record.objects.filter(number__in=["N-002", "N-004"]).update(closed=timezone.now())
    Record.objects.filter(number="N-004").update(closed=timezone.now() + dt.timedelta(days=1))

    def through(descending: bool) -> tuple[list[str], list[str]]:
        cursor, there, back = "", [], []
        while True:
            found = cut(
                Record.objects.all(),
                place_at("closed"),
                descending=descending,
                limit=2,
                cursor=cursor,
                name="t",
            )
            there += numbers(found.rows)
            if not found.next:
                break
            cursor = found.next
        back = numbers(found.rows)
        while found.previous:
            found = cut(
                Record.objects.all(),
                place_at("closed"),
                descending=descending,
                limit=2,
                cursor=found.previous,
                name="t",
            )
            back = numbers(found.rows) + back
        return there, back

    there, back = through(descending=False)
    assert there == back == ["N-002", "N-004", "N-001", "N-003", "N-005"]
    there, back = through(descending=True)
    assert there == back == ["N-004", "N-002", "N-005", "N-003", "N-001"]


def test_a_page_shows_only_what_the_person_may_see(house, note_type):
    house.note("ours")
    house.do("create", user=house.other, body={"title": "theirs", "unit": "GNT"})

    assert numbers(page(note_type, house.writer).records) == ["N-001"]
    assert numbers(page(note_type, house.other).records) == ["N-002"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"state": ["signed"]}, ["N-002"]),
        ({"state": ["draft", "signed"]}, ["N-001", "N-002", "N-003"]),
        ({"state": [""]}, ["N-001", "N-002", "N-003"]),
        ({"owner": ["me"]}, ["N-001", "N-002"]),
        ({"owner": ["BRAM"]}, ["N-003"]),
        ({"unit": ["BER"]}, ["N-001", "N-002"]),
        ({"unit": ["ORG"]}, ["N-001", "N-002", "N-003"]),
        ({"unit": ["BER", "GNT"], "state": ["draft"]}, ["N-001", "N-003"]),
        ({"created": ["today"]}, ["N-001", "N-002", "N-003"]),
        ({"created": ["..2001-01-01"]}, []),
        ({"created": ["2001-01-01.."]}, ["N-001", "N-002", "N-003"]),
        ({"created": ["2001-01-01..2001-12-31", "2001-01-01T00:00:00Z.."]}, ["N-001", "N-002", "N-003"]),
    ],
)
def test_filters(house, note_type, filters, expected):
    Grant.objects.create(user=house.writer, role=house.role, unit=house.ghent, starts=timezone.now())
    Grant.objects.create(user=house.writer, role=house.role, unit=house.root, starts=timezone.now())
    house.note("one")
    house.do("sign", house.note("two"), credentials=Credentials(password=PASSWORD))
    house.do("create", user=house.other, body={"title": "three", "unit": "GNT"})

    assert sorted(numbers(select(note_type, house.writer, filters=filters))) == expected


def test_a_filter_by_unit_includes_what_is_below_it(house, note_type):
    team = type(house.berlin)(code="BER-T", name="Team", kind="team")
    place(team, house.berlin)
    house.note("in the team", unit="BER-T")

    assert numbers(select(note_type, house.writer, filters={"unit": ["BER"]})) == ["N-001"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"filters": {"colour": ["red"]}}, "colour"),
        ({"filters": {"state": ["nowhere"]}}, "state"),
        ({"filters": {"unit": ["NOWHERE"]}}, "unit"),
        ({"filters": {"created": ["yesterday"]}}, "created"),
        ({"filters": {"created": [".."]}}, "created"),
        ({"filters": {"created": ["0001-01-01..9999-12-31"]}}, "created"),
        ({"filters": {"owner": ["a\x00"]}}, "owner"),
        ({"filters": {"owner": ["x"] * 60}}, "owner"),
        ({"filters": {"owner": ["x" * 70_000]}}, "owner"),
        ({"query": "x" * 70_000}, "q"),
        ({"sort": "colour"}, "sort"),
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"cursor": "forged"}, "after"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_parameter(house, note_type, asked, field):
    with pytest.raises(RegisterError) as refusal:
        page(note_type, house.writer, **asked)

    assert list(refusal.value.fields) == [field]


def test_a_cursor_is_of_its_list_and_sorting_only(house, note_type):
    for title in "abc":
        house.note(title)
    cursor = page(note_type, house.writer, limit=1).next

    with pytest.raises(RegisterError):
        page(note_type, house.writer, limit=1, sort="title", cursor=cursor)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("calibr", ["N-001"]),
        ("calibration GAUGES", ["N-001"]),
        ("n-00", ["N-001", "N-002"]),
        ("N-002", ["N-002"]),
        ("nothing of the sort", []),
        ("' OR 1=1 --", []),
        ("%", []),
        ("\x00", []),
        ("NEAR(a b) AND * ^", []),
    ],
)
def test_words(house, note_type, query, expected):
    house.note("Calibration of gauges")
    house.note("Purchasing")

    assert sorted(numbers(select(note_type, house.writer, query=query))) == expected


def test_a_count_stops_at_its_cap(house, note_type):
    for title in "abc":
        house.note(title)
    everything = select(note_type, house.writer)

    assert (count(everything).number, count(everything).capped) == (3, False)
    assert (count(everything, cap=2).number, count(everything, cap=2).capped) == (2, True)


@pytest.mark.parametrize("size", [1, 3, 60])
def test_a_page_costs_one_query_whatever_it_holds(house, note_type, size, django_assert_num_queries):
    for number in range(size):
        house.note(f"note {number}")

    with django_assert_num_queries(1):
        found = page(note_type, house.writer, limit=200)
        assert {record.owner.username + record.unit.code for record in found.records} == {"annaBER"}
        assert len(found.records) == size
