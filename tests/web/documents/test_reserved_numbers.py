"""Numbers given by hand: none stands for a page, so every record can be reached by its address."""

from collections.abc import Iterable

import pytest
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from setsquare.faces.web.addresses import numbered
from setsquare.faces.web.reserved import words_beside
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import all_things
from tests.web.documents_house import House


def every_word() -> set[str]:
    """Return every fixed part of every address of the installation, of all faces."""
    found: set[str] = set()

    def walk(patterns: Iterable[URLPattern | URLResolver]) -> None:
        for declared in patterns:
            found.update(part for part in str(declared.pattern).split("/") if part and "<" not in part)
            if isinstance(declared, URLResolver):
                walk(declared.url_patterns)

    walk(get_resolver().url_patterns)
    return found


def leads_to(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


@pytest.mark.parametrize("end", ["", "history/", "do/edit/", "links/"])
def test_no_part_of_an_address_escapes(end: str) -> None:
    """Whatever word stands in any address: the record with it as its number is found, or the word is reserved."""
    wanted = {"": "record", "history/": "history", "do/edit/": "command", "links/": "tab"}[end]
    words = every_word()
    assert {"tree", "import", "reviews", "copies", "new", "next-number"} <= words
    escaped = {
        (thing.slug, word)
        for thing in all_things()
        for word in words
        if word.casefold() not in words_beside(thing.code)
        and leads_to(f"/{thing.slug}/{word}/{end}") != wanted
    }
    assert escaped == set()


@pytest.mark.parametrize(
    "number", ["tree", "TREE", "Import", "reviews", "copies", "new", "views", "export", "bulk", "..", "."]
)
def test_a_number_that_stands_for_a_page_is_refused(house: House, number: str) -> None:
    with pytest.raises(Refused) as refused:
        house.make("cora", "document", type="procedure", title="Trees", unit="NW", number=number)
    assert "cannot be used; choose another" in str(refused.value.fields["number"])


@pytest.mark.parametrize("number", ["tree-1", "do", "history", "links", "a?b", "50%", "Ä 7", "x#y", "..."])
def test_any_other_number_has_a_page(house: House, number: str) -> None:
    record = house.make("cora", "document", type="procedure", title="Trees", unit="NW", number=number)
    client = Client()
    client.force_login(house.people["cora"])
    for part in ("", "history"):
        page = client.get(numbered("document", record.number, part))
        assert page.status_code == 200, part
        assert "Trees" in page.content.decode()
