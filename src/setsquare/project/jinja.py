"""The environment of the Jinja templates of the web face."""

from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined, select_autoescape

from setsquare.faces.web.jinja import extend
from setsquare.faces.web.keeping import Kept


def environment(**options: Any) -> Environment:
    """Build the environment: everything is escaped but plain text, and an unknown name is an error."""
    options.setdefault("undefined", StrictUndefined)
    options["autoescape"] = select_autoescape(disabled_extensions=("txt", "txt.jinja"), default=True)
    options["trim_blocks"] = options["lstrip_blocks"] = True
    made = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", Kept], **options)  # noqa: S701 - set above
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals.update(static=static, url=_url)
    extend(made)
    return made


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view: by position or by name."""
    return address(name, args, tuple(kwargs.items()), get_urlconf(), get_script_prefix())


@lru_cache(maxsize=1024)
def address(
    name: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...], urlconf: str | None, _prefix: str
) -> str:
    """The address of a view, remembered: finding it anew costs more than the rest of a button."""
    return reverse(name, urlconf=urlconf, args=args or None, kwargs=dict(named) or None)
