"""The tag `{% kept %}`: a part of a page that is the same for the same key is made once and kept for a while.

    {% kept "name", key, further key %} ... {% endkept %}

What stands in it may depend on nothing but the key and the language. Kept in the memory of the process.
"""

import time
from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language
from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

SECONDS = 60
MOST = 1_000


class Kept(Extension):
    """Keeps what the tag's body made, for each key and language."""

    tags = {"kept"}

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.made: dict[tuple[Any, ...], tuple[float, Markup]] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into a call with its body."""
        line = next(parser.stream).lineno
        key = [parser.parse_expression()]
        while parser.stream.skip_if("comma"):
            key.append(parser.parse_expression())
        body = parser.parse_statements(("name:endkept",), drop_needle=True)
        call = self.call_method("_kept", [nodes.Tuple(key, "load")])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _kept(self, key: tuple[Any, ...], caller: Callable[[], str]) -> Markup:
        full = (get_language(), *key)
        now = time.monotonic()
        found = self.made.get(full)
        if found is not None and found[0] > now:
            return found[1]
        if len(self.made) >= MOST:
            self.made.clear()
        made = Markup(caller())  # noqa: S704 - the body escapes by itself
        self.made[full] = now + SECONDS, made
        return made
