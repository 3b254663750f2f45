"""Fitting the text of a file to its document: what Setsquare shows above it is left out, and the remarks say so."""

from dataclasses import replace
from typing import TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from setsquare.domains.documents.fields import Imported
from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.writing.conversion import Converted
from setsquare.kernel.writing.openings import without_title, without_title_block

Text = TypeVar("Text", Imported, Converted)


def title_block() -> tuple[str, ...]:
    """Return the names of the rows above a text that is given out as a file, in the active language."""
    return (_("Number"), _("State"), _("Effective"), _("Owner"), _("Unit"))


def fitted(source: Text, title: str, kind: DocumentType | None) -> Text:
    """Return a file's text as it stands below the document's title.

    Left out are a first heading that says the title, unless a section of that name is required, and the title block
    of a file that Setsquare itself gave out.
    """
    markdown, warnings = source.markdown, list(source.warnings)
    sections = kind.required_sections if kind is not None else ()
    if (rest := without_title(markdown, title, sections)) is not None:
        markdown = rest
        warnings.append(_("The first heading “%(title)s” was left out: it is the title.") % {"title": title})
    if (rest := without_title_block(markdown, _title_blocks())) is not None:
        markdown = rest
        warnings.append(_("The title block that Setsquare put above the text was left out."))
    return (
        replace(source, markdown=markdown, warnings=tuple(warnings))
        if markdown != source.markdown
        else source
    )


def _title_blocks() -> list[tuple[str, ...]]:
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(title_block())
    return found
