"""Making the search index anew, where it is not what the records say."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from setsquare.kernel.records.models import Record
from setsquare.kernel.records.seeing import read_anew
from setsquare.kernel.records.things import all_things
from setsquare.kernel.search.index import index


class Command(BaseCommand):
    """Read every record anew for search, one at a time, while people work."""

    help = "Make the search index anew from the records."

    def handle(self, *args: Any, **options: Any) -> None:
        """Index all records."""
        count = 0
        for thing in all_things():
            if thing.search is None:
                continue
            for key in Record.objects.filter(type=thing.code).values_list("pk", flat=True):
                with transaction.atomic():
                    Record.objects.select_for_update().get(pk=key)
                    record = read_anew(thing, key)
                    index(record, thing.search(record))
                count += 1
        self.stdout.write(f"{count} records are indexed.")
