"""Days and times in cells: as ISO 8601 writes them, and as the language of the page does."""

import datetime as dt

from django.utils.formats import get_format

EXAMPLE = dt.datetime(2026, 11, 30, 9, 0, tzinfo=dt.UTC)
DAYS, MOMENTS = "DATE_INPUT_FORMATS", "DATETIME_INPUT_FORMATS"


def day_in(text: str) -> str:
    """Return a day in ISO 8601 that is written as the language writes days; anything else as it is."""
    found = _read(text, DAYS)
    return found.date().isoformat() if found is not None else text


def moment_in(text: str) -> str:
    """Return a day and time in ISO 8601 that is written as the language writes them; anything else as it is."""
    found = _read(text, MOMENTS)
    return found.isoformat(timespec="minutes") if found is not None else text


def written(kind: str) -> str:
    """Return the example as the language writes it: as one of its `DAYS` or of its `MOMENTS`."""
    return EXAMPLE.strftime(get_format(kind)[0])


def _read(text: str, kind: str) -> dt.datetime | None:
    for form in get_format(kind):
        if form.startswith("%Y"):  # ISO 8601, which the input itself reads
            continue
        try:
            return dt.datetime.strptime(text.strip(), form)  # noqa: DTZ007 - the unit's clock is taken for it later
        except ValueError:
            continue
    return None
