"""Numbers: in order, apart for each series, never given twice."""

import datetime as dt

import pytest

from setsquare.kernel.records.numbering import NumberingError, check_pattern, next_number

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_series_run_apart(db):
    assert [next_number("SOP-{n:03}", at=AT) for _ in range(3)] == ["SOP-001", "SOP-002", "SOP-003"]
    assert next_number("CR-{year}-{n:04}", at=AT) == "CR-2026-0001"
    assert next_number("CR-{year}-{n:04}", at=AT.replace(year=2027)) == "CR-2027-0001"
    assert next_number("{unit}-WI-{n}", at=AT, unit="BER") == "BER-WI-1"
    assert next_number("{unit}-WI-{n}", at=AT, unit="GNT") == "GNT-WI-1"


@pytest.mark.parametrize("pattern", ["SOP", "SOP-{m}", "SOP-{n", "{n.real}", "{0}{n}", "{n!r:q}"])
def test_a_pattern_that_cannot_number_is_refused(pattern):
    with pytest.raises(NumberingError):
        check_pattern(pattern)
