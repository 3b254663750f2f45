"""From what was brought in to the lines of an import, and from a line to the command that makes its document."""

import hashlib
import re
import string
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.documents.fields import Imported
from setsquare.domains.documents.importing.fitting import fitted
from setsquare.domains.documents.importing.models import ImportRow
from setsquare.domains.documents.importing.sources import Folder, leads_out
from setsquare.domains.documents.importing.tables import Table
from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.accounts.models import User
from setsquare.kernel.files.intake import Judged, judge
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import store
from setsquare.kernel.records.numbering import key_of
from setsquare.kernel.writing.canonical import canonical
from setsquare.kernel.writing.conversion import Converted, to_markdown
from setsquare.kernel.writing.media import extension_of

TAKING_OVER = "import_effective"
"""The command of a line whose document is in force already."""
CONVERTIBLE = frozenset({"docx", "odt", "md", "html", "htm", "txt"})
FILES = ("file", "evidence")
"""Columns that name files: the content, and the proof of its approval."""
HELD = (
    "type",
    "unit",
    "owner",
    "effective",
    "effective_since",
    "approved_by",
    "approved_on",
    "reading",
    "reason",
)
"""Options that decide what becomes of a line."""
Problem = tuple[str, str]
"""A column (empty: the whole line) and a sentence."""
_NUMBERED = re.compile(
    r"^(?P<number>[A-Za-z]{1,8}(?:[- ]?[A-Z0-9]{1,8}){0,3}?[- ]?\d{1,6}[A-Za-z]?)(?:[ -]+(?P<title>.*))?$"
)
_CODED = re.compile(
    r"^(?P<number>[A-Z][A-Z0-9]{0,7}(?:-[A-Z0-9]{1,8}){0,3}-\d{1,6}[A-Za-z]?(?=[_ ])"
    r"|[A-Z]{1,8}\d{1,6}[A-Za-z]?(?=_))[_ -]+(?!(?:rev|revision|v|version)[ ._-]*\d+[A-Za-z]?$)(?=\S)",
)
"""A name that begins with a number, `SOP-017 Title` or `SOP017_Title`: letters and digits alone are a title."""
_REVISION = re.compile(r"[ _-]+(?:rev|revision|v|version)[ ._-]*\d+[a-z]?$", re.IGNORECASE)


@dataclass(frozen=True)
class Kinds:
    """The document types in use, found by what people write: code, name, number or the folder's name."""

    by_word: Mapping[str, DocumentType]

    @classmethod
    def load(cls) -> "Kinds":
        """Read them, by one query."""
        words: dict[str, DocumentType] = {}
        for kind in DocumentType.objects.filter(record__state="in_use").select_related("record__unit"):
            title = kind.record.title
            for word in (kind.code, kind.record.number, title, f"{title}s", re.sub(r"y$", "ies", title)):
                words.setdefault(word.casefold().replace("-", " ").replace("_", " "), kind)
        return cls(words)

    def find(self, word: str) -> DocumentType | None:
        """Return the type that a word names."""
        return self.by_word.get(" ".join(word.casefold().replace("-", " ").replace("_", " ").split()))

    def by_number(self, number: str) -> DocumentType | None:
        """Return the type in whose series a number is."""
        for kind in self.by_word.values():
            before, brace, after = kind.number_pattern.partition("{n")
            if brace and "{" not in before and before and number.startswith(before):
                rest = after.partition("}")[2]
                if re.fullmatch(r"\d+" + re.escape(rest), number[len(before) :]):
                    return kind
        return None

    def has_series_of(self, number: str) -> bool:
        """Tell whether a number is one of a type's series, whatever it says of site, unit or year."""
        return any(re.fullmatch(_series(kind.number_pattern), number) for kind in self.by_word.values())


def _series(pattern: str) -> str:
    """Return what the numbers of a pattern look like, as a regular expression."""
    parts = string.Formatter().parse(pattern)
    return "".join(
        re.escape(text) + ("" if name is None else r"\d+" if name == "n" else r"\w+")
        for text, name, _form, _way in parts
    )


def lines_of_folder(folder: Folder, kinds: Kinds) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield a line for each file of a folder, read from its path: `Procedures/SOP-004 Training.docx`."""
    for number, path in enumerate(folder.documents(), 1):
        place = PurePosixPath(path)
        values = {"file": path, **_named(place.stem, kinds)}
        parts = (folder.top.rstrip("/"), *place.parts[:-1])
        folders = [kind for part in parts if (kind := kinds.find(part))]
        kind = (folders[-1] if folders else None) or kinds.by_number(values.get("number", ""))
        if kind is not None:
            values["type"] = kind.code
        yield number, values


def _named(stem: str, kinds: Kinds) -> dict[str, str]:
    """Return number and title from a file's name; a number is one of a type's series, or stands before a title."""
    words = _REVISION.sub("", stem.replace("_", " ").strip())
    coded = _CODED.match(stem.strip())
    if coded is not None:
        return {"number": coded["number"], "title": words[coded.end() :].strip(" -")}
    found = _NUMBERED.match(words)
    number = found["number"].strip().replace(" ", "-") if found is not None else ""
    if found is None or not kinds.has_series_of(number):
        return {"title": words}
    return {"number": number, "title": (found["title"] or "").strip(" -_") or words}


def lines_of_table(table: Table, folder: Folder | None) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the lines of a list; the paths of files are written as the folder has them."""
    for number, values in table.rows:
        paths = {
            column: known
            for column in FILES
            if folder is not None and values.get(column) and (known := folder.find(values[column]))
        }
        yield number, {**values, **paths}


def fingerprint(values: Mapping[str, str], content: bytes, evidence: bytes = b"") -> str:
    """Return what tells a line and its files from all others."""
    whole = {**values, "sha256": hashlib.sha256(content).hexdigest()}
    if evidence:
        whole["evidence_sha256"] = hashlib.sha256(evidence).hexdigest()
    return hashlib.sha256(canonical(whole)).hexdigest()


def item_of(fingerprint: str, options: Mapping[str, Any]) -> str:
    """Return what is signed of a line that is taken over as in force: it, its files, and what holds besides."""
    held = {name: options.get(name) or "" for name in HELD}
    return hashlib.sha256(canonical({"line": fingerprint, "options": held})).hexdigest()


def first_problems(
    lines: Sequence[tuple[int, dict[str, str]]], folder: Folder | None, options: Mapping[str, Any]
) -> dict[int, list[Problem]]:
    """Return what can be seen at once, by line: what is missing, stands twice, or names no file."""
    numbers = Counter(key_of(values["number"]) for _line, values in lines if values.get("number"))
    files = Counter(
        values["file"] for _line, values in lines if values.get("file")
    )  # one proof may serve many
    found: dict[int, list[Problem]] = {}
    for line, values in lines:
        problems = list(_problems(values, folder, options))
        if numbers[key_of(values.get("number", ""))] > 1:
            problems.append(("number", _("This number stands in more than one line.")))
        if files[values.get("file", "")] > 1:
            problems.append(("file", _("This file stands in more than one line.")))
        found[line] = problems
    return found


def _problems(
    values: Mapping[str, str], folder: Folder | None, options: Mapping[str, Any]
) -> Iterator[Problem]:
    if not values.get("title"):
        yield "title", _("Give the document a title.")
    for column, label in (("type", _("a type")), ("unit", _("a unit"))):
        if not values.get(column) and not options.get(column):
            yield column, _("Give %(what)s here, or one for all lines.") % {"what": label}
    for column in FILES:
        named = values.get(column)
        if named and (folder is None or named not in folder.names):
            yield column, _why_no_file(named, folder)
        elif named and leads_out(named):
            yield column, _("Its path leads out of the folder (“..”); pack the folder anew without it.")


def _why_no_file(named: str, folder: Folder | None) -> str:
    names = folder.names if folder is not None else ()
    if sum(PurePosixPath(name).name == PurePosixPath(named).name for name in names) > 1:
        return _("Several files have this name; give the folder as well.")
    return _("There is no such file.")


def command_for(values: Mapping[str, str], options: Mapping[str, Any]) -> str:
    """Return the command that makes the document of a line: a draft, or one that is in force already."""
    return TAKING_OVER if options.get("effective") or values.get("effective_since") else "create"


@dataclass(frozen=True)
class Content:
    """A line's file, read and converted; nothing is stored yet."""

    name: str
    converted: Converted | None
    """Where it becomes a text."""
    judged: Judged | None
    """Where the file itself is the content."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what was changed or left out by the conversion."""
        return tuple(self.converted.warnings) if self.converted is not None else ()

    def fields(self, user: User) -> dict[str, Any]:
        """Store it for the person and return the fields of the command's body."""
        if self.judged is not None:
            return {"file": self.judged.keep(user)}
        if self.converted is None:
            return {}
        pictures = tuple((store(image.data, image.media_type), image.name) for image in self.converted.images)
        upload = Upload(user=user, name=self.name)
        return {
            "source": Imported(
                upload, self.converted.markdown, self.converted.title, self.converted.warnings, pictures
            )
        }


def content_of(values: Mapping[str, str], data: bytes, kind: DocumentType | None) -> Content:
    """Read a line's file as its type wants it: as a text where it may be one. Raises Unreadable."""
    name = PurePosixPath(values["file"]).name
    as_file = kind is not None and kind.content == DocumentType.Content.FILE
    as_text = not as_file and extension_of(name) in CONVERTIBLE
    if as_text:
        return Content(name, fitted(to_markdown(data, name), values.get("title", ""), kind), None)
    return Content(name, None, judge(data, name))


def body_of(values: Mapping[str, str], kinds: Kinds, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain body of a line's command, without its file; values that say nothing are left out."""
    word = values.get("type") or str(options.get("type", ""))
    kind = kinds.find(word)
    body: dict[str, Any] = {
        "type": kind.code if kind is not None else word,
        "title": values.get("title", ""),
        "unit": values.get("unit") or options.get("unit", ""),
        "owner": values.get("owner") or options.get("owner") or None,
        "standards": _split(values.get("standards", "")),
    }
    for name in ("number", "area", "keywords", "language"):
        if values.get(name):
            body[name] = values[name]
    if values.get("review_months"):
        body["review_months"] = values["review_months"]
    if command_for(values, options) == TAKING_OVER:
        for name in ("effective_since", "approved_by", "approved_on"):
            body[name] = values.get(name) or options.get(name, "")
        body["to_be_read"] = bool(options.get("reading"))
    else:
        body["why"] = str(options.get("reason", ""))
    return body


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def rows_of(
    lines: Iterable[tuple[int, dict[str, str]]], problems: Mapping[int, Sequence[Problem]]
) -> Iterator[ImportRow]:
    """Yield the rows of a job, not stored, with what can be seen at once; the check finds the rest of it."""
    for line, values in lines:
        yield ImportRow(row=line, values=values, problems=[list(problem) for problem in problems[line]])


class Findings:
    """What is wrong with a line, gathered in the order in which it is found."""

    def __init__(self, values: Mapping[str, str], seen: Iterable[Sequence[str]]) -> None:
        self.values = values
        self.problems: list[Problem] = [(column, sentence) for column, sentence in seen]

    def add(self, found: Iterable[Problem]) -> None:
        """Add what a further look found; what is known to be missing or unreadable is not told in other words."""
        known = {column for column, _sentence in self.problems}
        settled = {column for column in known if column in FILES or column and not self.values.get(column)}
        new = [problem for problem in found if problem[0] not in settled]
        self.problems += [problem for problem in dict.fromkeys(new) if problem not in self.problems]

    def about(self, column: str) -> bool:
        """Tell whether anything is wrong in a column."""
        return any(known == column for known, _sentence in self.problems)
