"""Words that stand in addresses where the number of a record does; no record has one of them as its number."""

from collections.abc import Iterable, Iterator
from functools import cache

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, get_urlconf
from django.urls.resolvers import RoutePattern

from setsquare.kernel.records.numbering import reserve
from setsquare.kernel.records.things import all_things, thing_of

OF_EVERY_TYPE = "<slug:slug>"


def words_beside(type_code: str) -> frozenset[str]:
    """Return the words that follow the address of a type's register and are no number, in lower case."""
    slugs = tuple(thing.slug for thing in all_things())
    known = _words(get_urlconf() or settings.ROOT_URLCONF, slugs)
    return known.get(thing_of(type_code).slug, frozenset()) | known[OF_EVERY_TYPE]


def keep_words_free() -> None:
    """Have these words refused as numbers, by whatever face a record is made."""
    reserve(words_beside)


@cache
def _words(addresses: str, slugs: tuple[str, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {slug: set() for slug in (OF_EVERY_TYPE, *slugs)}
    for route in _routes(get_resolver(addresses).url_patterns):
        first, slash, rest = route.partition("/")
        word = rest.partition("/")[0]
        if slash and first in found and word and "<" not in word:
            found[first].add(word.casefold())
    return {slug: frozenset(words) for slug, words in found.items()}


def _routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """Yield every address as it is declared, such as `documents/<number:number>/compare/`."""
    for declared in patterns:
        route = before
        if isinstance(declared.pattern, RoutePattern):
            route += str(declared.pattern)
        if isinstance(declared, URLResolver):
            yield from _routes(declared.url_patterns, route)
        else:
            yield route
