"""Days and times as pages write them."""

import datetime as dt

from django.utils import timezone, translation

from setsquare.faces.web.times import day_text, time_in_zone, time_text

AT = dt.datetime(2026, 3, 3, 23, 30, tzinfo=dt.UTC)


def test_days_and_times_are_written_in_one_style_in_the_readers_zone() -> None:
    for zone, told in (("Europe/Berlin", "4 March 2026, 00:30"), ("UTC", "3 March 2026, 23:30")):
        with timezone.override(zone):
            assert time_text(AT) == time_text(AT.isoformat()) == told
            assert day_text(AT) == told.partition(",")[0]
            assert time_in_zone(AT) == f"{told} ({zone})"
            assert day_text("2026-03-03") == day_text(dt.date(2026, 3, 3)) == "3 March 2026"
    with timezone.override("Europe/Berlin"), translation.override("de"):
        assert time_text(AT) == "4. März 2026, 00:30"
