"""Sentences that are kept as a msgid with values, to be told in the language of whoever reads them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def told(text: str, values: Mapping[str, Any] | None) -> str:
    """Return a kept sentence in the reader's language; without its values where it has other places by now."""
    sentence = _(text) if text else ""
    try:
        return sentence % values if values else sentence
    except (KeyError, TypeError, ValueError):  # kept by another version, whose sentence had other places
        return sentence
