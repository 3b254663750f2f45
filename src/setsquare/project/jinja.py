"""The environment of the Jinja templates of the web face."""

from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation
from jinja2 import Environment, StrictUndefined, Template, pass_eval_context, select_autoescape
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext, Expr
from markupsafe import Markup

from setsquare.faces.web.escaping import escaped
from setsquare.faces.web.jinja import extend
from setsquare.faces.web.keeping import Kept


class Sheet(Template):
    """A template whose macros, imported by others, are made once.

    Jinja looks anew at each import whether the importing page knows further globals; ours stand in the environment.
    """

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module()


class Writer(CodeGenerator):
    """Writes out values by `escaped`, which is markupsafe's `escape` without a new object for each value."""

    def _output_child_pre(self, node: Expr, frame: Frame, finalize: Any) -> None:
        if finalize.src is None and frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class PageEnvironment(Environment):
    """An environment whose templates are written out by `Writer`."""

    template_class = Sheet
    code_generator_class = Writer
    escaped = staticmethod(escaped)


def environment(**options: Any) -> Environment:
    """Build the environment: everything is escaped but plain text, and an unknown name is an error."""
    options.setdefault("undefined", StrictUndefined)
    options["autoescape"] = select_autoescape(disabled_extensions=("txt", "txt.jinja"), default=True)
    options["trim_blocks"] = options["lstrip_blocks"] = True
    made = PageEnvironment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", Kept], **options)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        translation.gettext,
        translation.ngettext,
        newstyle=True,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
    )
    made.globals.update(_=_gettext, gettext=_gettext)
    made.globals.update(static=lru_cache(static), url=_url)
    extend(made)
    return made


@pass_eval_context
def _gettext(context: EvalContext, message: str, /, **values: Any) -> str:
    """Jinja's new-style gettext with its answers remembered: a page asks for two hundred sentences."""
    told = _told(str(message), translation.get_language(), context.autoescape, not values)
    return told % values if values else told


@lru_cache(maxsize=8192)
def _told(message: str, _language: str | None, autoescape: bool, whole: bool) -> str:
    told = translation.gettext(message)
    if autoescape:
        told = Markup(told)  # noqa: S704 - a sentence of ours
    return told % {} if whole else told


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a view: by position or by name."""
    return address(name, args, tuple(kwargs.items()), get_urlconf(), get_script_prefix())


@lru_cache(maxsize=1024)
def address(
    name: str, args: tuple[Any, ...], named: tuple[tuple[str, Any], ...], urlconf: str | None, _prefix: str
) -> str:
    """The address of a view, remembered: finding it anew costs more than the rest of a button."""
    return reverse(name, urlconf=urlconf, args=args or None, kwargs=dict(named) or None)
