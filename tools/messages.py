"""The sentences of Setsquare and their translations: ``tools/messages.py update | compile | check``.

``update`` gathers every marked sentence of the Python sources and the templates and merges them into the catalogue of
each language; ``compile`` writes the form that is read at run time, which is committed too, since an installation
has no gettext; ``check`` says what is missing, doubtful or at odds with its sentence. Needs Babel, which reads
Python and Jinja alike.
"""

import re
import sys
from pathlib import Path
from tokenize import TokenError

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "setsquare"
LANGUAGES = ("de",)
METHODS = [
    ("project/demo/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**/static/**", "ignore"),
    ("**.py", "python"),
    ("**.jinja", "jinja2"),
]
OPTIONS = {
    "**.jinja": {
        "silent": "false",
        "newstyle_gettext": "true",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "extensions": "jinja2.ext.i18n,jinja2.ext.do,setsquare.faces.web.keeping.Kept",
    }
}
"""As `setsquare.project.jinja` sets the environment up, or else a sentence over two lines would not be found again."""
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]")


def extracted() -> Catalog:
    """Return every sentence that is marked in the sources now."""
    catalog = Catalog(project="Setsquare", charset="utf-8", fuzzy=False)
    found = extract_from_dir(str(SOURCE), METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for file, _line, message, comments, context in found:
        catalog.add(message, None, [(f"src/setsquare/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def po_file(language: str) -> Path:
    """Return where a language's catalogue is kept."""
    return SOURCE / "locale" / language / "LC_MESSAGES" / "django.po"


def load(language: str) -> Catalog:
    """Return a language's catalogue, empty where there is none yet."""
    file = po_file(language)
    if not file.is_file():
        return Catalog(locale=language, project="Setsquare", charset="utf-8", fuzzy=False)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def update(language: str) -> None:
    """Merge the sentences of now into a language's catalogue; what nobody says any more is dropped."""
    catalog = load(language)
    catalog.update(extracted(), no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    save(language, catalog)


def save(language: str, catalog: Catalog) -> None:
    """Write a catalogue without line numbers and dates, which would change with every edit of the sources."""
    file = po_file(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment = "# The sentences of Setsquare; kept by tools/messages.py."
    catalog.fuzzy = False
    with file.open("wb") as stream:
        write_po(stream, catalog, width=110, no_location=True, sort_output=True, omit_header=False)
    lines = file.read_text("utf-8").splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not re.match(r'"(POT-Creation|PO-Revision)-Date|"Last-Translator|"Generated-By', line)
    ]
    file.write_text("".join(kept), "utf-8")


def compile_catalogue(language: str) -> None:
    """Write the form that is read at run time."""
    with po_file(language).with_suffix(".mo").open("wb") as stream:
        write_mo(stream, load(language))


def complaints(language: str) -> list[str]:
    """Return what is wrong with a language's catalogue: one line for each sentence."""
    catalog = load(language)
    found = []
    for wanted in extracted():
        if not wanted.id:
            continue
        message = catalog.get(wanted.id, wanted.context)
        if message is None or not all(_strings(message)):
            found.append(f"untranslated: {wanted.id!r}")
        elif message.fuzzy:
            found.append(f"doubtful: {wanted.id!r}")
        elif odd := _odd(message):
            found.append(f"{odd}: {wanted.id!r}")
    return found


def _strings(message: Message) -> tuple[str, ...]:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return tuple(string or "" for string in strings)


def _odd(message: Message) -> str:
    """Say whether a translation has other places for values than its sentence."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    allowed = [set(PLACES.findall(text)) for text in ids]
    for string in _strings(message):
        if set(PLACES.findall(string)) not in allowed:
            return "other placeholders"
    return ""


def main(arguments: list[str]) -> int:
    """Do what is asked for every language; returns 1 where `check` finds something."""
    does = {"update": update, "compile": compile_catalogue}
    if arguments == ["check"]:
        found = [line for language in LANGUAGES for line in complaints(language)]
        print("\n".join(found) or "Every sentence is translated.")
        return 1 if found else 0
    if len(arguments) != 1 or arguments[0] not in does:
        print(__doc__)
        return 2
    for language in LANGUAGES:
        does[arguments[0]](language)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (SyntaxError, TokenError) as unreadable:
        sys.exit(f"A source cannot be read: {unreadable}")
