"""The number that the next document would get, to be shown before it is made."""

import datetime as dt
import string

from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.revising import site_of
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.records.models import NumberSeries, Record

TRIES = 50


def next_number_of(kind: DocumentType, unit: Unit, at: dt.datetime) -> str:
    """Return the number that a document of this type would get in a unit now; making it may give a later one."""
    names = {name for _text, name, _form, _way in string.Formatter().parse(kind.number_pattern) if name}
    site = site_of(unit) if "site" in names else ""
    values: dict[str, str | int] = {
        "unit": unit.code,
        "site": site,
        "type": kind.code.upper(),
        "year": at.year,
    }
    series = kind.number_pattern
    for name in names - {"n"}:
        series = series.replace("{" + name + "}", str(values[name]))
    last = NumberSeries.objects.filter(pattern=series).values_list("last", flat=True).first() or 0
    numbers = [kind.number_pattern.format(**values, n=last + step) for step in range(1, TRIES)]
    taken = set(Record.objects.filter(number__in=numbers).values_list("number", flat=True))
    return next((number for number in numbers if number not in taken), numbers[-1])
