"""What pydantic complains of, as sentences in the person's language: nothing of Python is ever shown."""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic_core import ErrorDetails

_FILLED = gettext_lazy("This has to be filled in.")
_TEXT = gettext_lazy("Write a text here.")
_UNKEEPABLE = gettext_lazy("This holds a character that cannot be kept. Write it anew without.")
_WHOLE = gettext_lazy("Write a whole number.")
_NUMBER = gettext_lazy("Write a number.")
_SMALLER = gettext_lazy("Give a smaller number.")
_YES_OR_NO = gettext_lazy("Say yes or no.")
_LIST = gettext_lazy("Give a list.")
_OBJECT = gettext_lazy("Give an object: names and their values.")
_DATE = gettext_lazy("Give a date such as 2026-11-30.")
_TIME = gettext_lazy("Give a time such as 09:00.")
_MOMENT = gettext_lazy("Give a date and time such as 2026-11-30T09:00.")
_PAST = gettext_lazy("Give a time that is past.")
_FUTURE = gettext_lazy("Give a time that is yet to come.")
_SPAN = gettext_lazy("Give a span of time such as P3D or 02:30.")
_CHOICE = gettext_lazy("Choose one of: %(expected)s.")
_FORM = gettext_lazy("This is not of the expected form.")
_ADDRESS = gettext_lazy("Give an address such as https://example.org/page.")
_IDENTIFIER = gettext_lazy("Give an identifier such as 0197f2c4-6a1e-7cc3-98c4-dc0c0c07398f.")
_ANYTHING = gettext_lazy("This value does not fit here.")

_ALIKE: tuple[tuple[Promise, str], ...] = (
    (_FILLED, "missing missing_argument missing_sentinel_error"),
    (
        gettext_lazy("There is no such field here."),
        "extra_forbidden unexpected_keyword_argument no_such_attribute",
    ),
    (_TEXT, "string_type bytes_type"),
    (_UNKEEPABLE, "string_unicode bytes_invalid_encoding"),
    (gettext_lazy("Write only plain letters, digits and signs (ASCII)."), "string_not_ascii"),
    (gettext_lazy("Write at least %(min_length)s characters."), "string_too_short bytes_too_short"),
    (gettext_lazy("Write at most %(max_length)s characters."), "string_too_long bytes_too_long url_too_long"),
    (_FORM, "string_pattern_mismatch"),
    (gettext_lazy("Choose at least %(min_length)s."), "too_short"),
    (gettext_lazy("Choose at most %(max_length)s."), "too_long"),
    (_WHOLE, "int_type int_parsing int_from_float"),
    (_SMALLER, "int_parsing_size decimal_max_digits decimal_whole_digits"),
    (_NUMBER, "float_type float_parsing finite_number decimal_type decimal_parsing"),
    (_NUMBER, "fraction_type fraction_parsing complex_type complex_str_parsing"),
    (gettext_lazy("Give at most %(decimal_places)s places after the point."), "decimal_max_places"),
    (gettext_lazy("Give a multiple of %(multiple_of)s."), "multiple_of"),
    (gettext_lazy("Give %(ge)s or more."), "greater_than_equal"),
    (gettext_lazy("Give more than %(gt)s."), "greater_than"),
    (gettext_lazy("Give %(le)s or less."), "less_than_equal"),
    (gettext_lazy("Give less than %(lt)s."), "less_than"),
    (_YES_OR_NO, "bool_type bool_parsing"),
    (gettext_lazy("Leave this empty."), "none_required"),
    (_CHOICE, "enum literal_error"),
    (_LIST, "list_type tuple_type set_type frozen_set_type deque_type iterable_type iteration_error"),
    (gettext_lazy("Give texts or numbers only, each by itself."), "set_item_not_hashable"),
    (_OBJECT, "model_type model_attributes_type dict_type frozen_dict_type ordered_dict_type counter_type"),
    (_OBJECT, "mapping_type dataclass_type dataclass_exact_type named_tuple_type arguments_type"),
    (_DATE, "date_type date_parsing date_from_datetime_parsing date_from_datetime_inexact"),
    (gettext_lazy("Give a day that is past."), "date_past"),
    (gettext_lazy("Give a day that is yet to come."), "date_future"),
    (_TIME, "time_type time_parsing"),
    (_MOMENT, "datetime_type datetime_parsing datetime_object_invalid datetime_from_date_parsing"),
    (_PAST, "datetime_past"),
    (_FUTURE, "datetime_future"),
    (
        gettext_lazy("Give the time with its zone, such as 2026-11-30T09:00+01:00."),
        "timezone_aware timezone_offset",
    ),
    (gettext_lazy("Give the time without a zone, such as 2026-11-30T09:00."), "timezone_naive"),
    (_SPAN, "time_delta_type time_delta_parsing"),
    (_IDENTIFIER, "uuid_type uuid_parsing uuid_version"),
    (_ADDRESS, "url_type url_parsing url_syntax_violation url_scheme"),
    (gettext_lazy("This is not JSON."), "json_type json_invalid"),
    (gettext_lazy("This refers to itself."), "recursion_loop recursion_depth_exceeded"),
)
SENTENCES: Mapping[str, Promise] = {kind: said for said, kinds in _ALIKE for kind in kinds.split()}
"""The sentence for each type of pydantic's errors that a person can bring about, with places for its context."""


def sentence(error: ErrorDetails) -> str:
    """Return a clear sentence, in the person's language, for one of pydantic's complaints."""
    context = dict(error.get("ctx") or {})
    kind = error["type"]
    if kind == "value_error":  # raised by a field type of ours, with a sentence; else by Python itself
        raised = context.get("error")
        return str(raised) if type(raised) is ValueError and str(raised) else str(_ANYTHING)
    if kind in ("too_short", "too_long") and isinstance(
        error.get("input"), str
    ):  # of a type of ours for texts
        kind = f"string_{kind}"
    if kind == "string_too_short" and context.get("min_length") == 1:
        return str(_FILLED)
    if "expected" in context:
        context["expected"] = _codes(str(context["expected"]))
    try:
        return str(SENTENCES.get(kind, _ANYTHING)) % context
    except (KeyError, TypeError, ValueError):  # a later pydantic's context has other places
        return _("This value does not fit here.")


def _codes(expected: str) -> str:
    """Return what can be chosen without Python's quotes, pydantic's “or” and nothing: `'', 'b' or 'c'` as `b, c`."""
    return ", ".join(filter(None, re.findall(r"'((?:[^'\\]|\\.)*)'", expected))) or expected
