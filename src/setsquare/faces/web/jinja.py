"""What the templates of the web face know beside the environment's own."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from setsquare.faces.web.addresses import (
    command_address,
    create_address,
    file_address,
    record_address,
    register_address,
)
from setsquare.faces.web.times import day_text, time_text
from setsquare.faces.web.values import markdown_shown


def extend(environment: Environment) -> None:
    """Add the face's functions to the environment of the templates."""
    environment.globals.update(
        record_address=record_address,
        register_address=register_address,
        command_address=command_address,
        create_address=create_address,
        file_address=file_address,
        part=part,
        day_text=day_text,
        time_text=time_text,
        zone_name=timezone.get_current_timezone_name,
        words=words,
        crumbs=(),
        page_title="",
        page_lead="",
    )
    environment.filters["markdown"] = markdown_shown


@pass_context
def part(context: Context, template: str, **values: Any) -> Markup:
    """Render another template within this page's context, with further values: a hand-made part."""
    found = context.environment.get_template(template)
    return Markup(found.render({**context.get_all(), **values}))  # noqa: S704 - templates escape by themselves


_words: dict[str, Markup] = {}


@pass_context
def words(context: Context) -> Markup:
    """Return the sentences for scripts; they are the same on every page, so they are made once for each language."""
    language = get_language() or ""
    if language not in _words:
        made = context.environment.get_template("parts/words.html.jinja").make_module()
        _words[language] = Markup(made.words())  # type: ignore[attr-defined]  # noqa: S704 - escaped there
    return _words[language]
