"""The questions of a quiz as one table, a row for each: written as .xlsx and .csv and read again without loss.

`right` says of a choice the places of the right options (2, or 1, 3), of a matching question to what each option
belongs, otherwise the right answer; each stands on a line of its own within the cell. The options of an ordering stand
in the right order, and `right` is empty.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from setsquare.domains.quizzes.content import (
    CHOICES,
    MATCHING,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    ORDERING,
    PLACED,
    Content,
    Question,
    faults,
)
from setsquare.domains.quizzes.drafts import free_code
from setsquare.kernel.commands.complaints import sentence
from setsquare.kernel.files.models import Upload
from setsquare.kernel.files.store import read as bytes_of
from setsquare.kernel.importing.tables import ZIP, Row, read_table, text_of_cell
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.representation.tables import CSV, DANGEROUS, csv_rows
from setsquare.kernel.representation.workbooks import XLSX, xlsx_parts
from setsquare.kernel.writing.limits import Unreadable

MEDIA_TYPES = {"xlsx": XLSX, "csv": CSV}
"""The forms in which questions are given out."""
COLUMNS = ("code", "kind", "section", "question", "right", "tolerance", "points", "explanation", "retired")
_OPTIONS = tuple(f"option {place}" for place in range(1, MOST_OPTIONS + 1))
_PLACES = re.compile(r"[,;\s]+")
_FIELDS = {"text": "question", "accepted": "right", "options": "options"}
_YES = ("yes", "true", "1", "x")
_RIGHT = {
    ORDERING: gettext_noop("Leave it empty: the options stand in the right order."),
    MATCHING: gettext_noop(
        "Write to what each option belongs, each on a line of its own, in the order of the options."
    ),
}
MOST_TOLD = 30
MOST_BYTES = 20 * 1024 * 1024


class Misfit(Exception):
    """The table cannot be taken; `reasons` tell why, each with its line."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(reasons[0])
        more = len(reasons) - MOST_TOLD
        self.reasons = list(reasons[:MOST_TOLD])
        if more > 0:
            words = ngettext("%(n)s more row does not fit.", "%(n)s more rows do not fit.", more)
            self.reasons.append(words % {"n": more})


def written(content: Content, form: str) -> bytes:
    """Return the questions as a table, `xlsx` or `csv`."""
    head = [*COLUMNS, *_OPTIONS]
    rows = (_cells(question) for question in content.questions)
    if form == "csv":
        return "".join(csv_rows(head, ([_kept(text) for text in row] for row in rows))).encode()
    return b"".join(xlsx_parts(str(_("Questions")), head, rows))


def _cells(question: Question) -> list[str]:
    right = (
        ", ".join(str(place) for place, option in enumerate(question.options, 1) if option.right)
        if question.kind in CHOICES
        else "\n".join(
            [option.match for option in question.options] if question.kind == MATCHING else question.accepted
        )
    )
    told = [question.code, question.kind, question.section, question.text, right, question.tolerance]
    told += [str(question.points), question.explanation, "yes" if question.retired else ""]
    options = [option.text for option in question.options]
    return told + options + [""] * (MOST_OPTIONS - len(options))


def brought(upload: Upload, before: Content) -> Content:
    """Return a content with the questions of an uploaded table: new ones added, those with a known code changed.

    Raises Misfit with a reason for each row that does not fit.
    """
    try:
        head, rows, separated = _rows(upload.blob_id, upload)
    except Unreadable as refused:
        raise Misfit([refused.sentence]) from None
    if "question" not in head:
        raise Misfit([_("There is no column “question”. Export the questions to see how a table looks.")])
    if unknown := sorted(head - {"", *COLUMNS, *_OPTIONS}):
        sentence = _("There is no column “%(name)s”; there are: %(names)s.")
        names = ", ".join((*COLUMNS, *_OPTIONS))
        raise Misfit([sentence % {"name": name, "names": names} for name in unknown])
    content, wrong = before, []
    lines: dict[str, int] = {}
    for row in rows:
        told = {_plain(name): text_of_cell(cell).strip() for name, cell in row.cells.items()}
        told = {name: _bare(text) for name, text in told.items()} if separated else told
        code = told.get("code") or free_code(content)
        if code in lines:
            wrong.append(_at(row.line, "code", _("The code “%(code)s” is used twice.") % {"code": code}))
            continue
        lines[code] = row.line
        made, reasons = _read(code, told)
        wrong += [_at(row.line, name, why) for name, why in reasons]
        if made is not None and code in content.by_code:
            content = content.with_question(made)
        elif made is not None and len(content.questions) < MOST_QUESTIONS:
            content = content.having(questions=(*content.questions, made))
        elif made is not None:
            wrong.append(
                _at(row.line, "", _("A quiz has %(most)s questions at most.") % {"most": MOST_QUESTIONS})
            )
    if wrong:
        raise Misfit(wrong)
    return content


@lru_cache(maxsize=4)
def _read_once(digest: str, data: bytes) -> tuple[frozenset[str], tuple[Row, ...], bool]:
    table = read_table(data, MOST_QUESTIONS)
    return frozenset(_plain(name) for name in table.head), tuple(table.rows), not data.startswith(ZIP)


def _rows(digest: str, upload: Upload) -> tuple[frozenset[str], tuple[Row, ...], bool]:
    if upload.blob.size > MOST_BYTES:
        raise Unreadable(
            _("This is more than %(most)s MB; bring in a part of it.") % {"most": MOST_BYTES // 2**20}
        )
    return _read_once(digest, bytes_of(upload.blob))


def _plain(name: str) -> str:
    return " ".join(str(name).lower().replace("_", " ").split())


def _read(code: str, told: Mapping[str, str]) -> tuple[Question | None, list[tuple[str, str]]]:
    """Return the question of a row, or by column why there is none."""
    kind = told.get("kind", "").lower().replace(" ", "_") or "single"
    options = [told[name] for name in _OPTIONS if told.get(name)]
    right = told.get("right", "")
    given: dict[str, Any] = {"code": code, "kind": kind, "text": told.get("question", "")}
    given |= {
        name: told[name] for name in ("section", "tolerance", "points", "explanation") if told.get(name)
    }
    given["retired"] = told.get("retired", "").lower() in _YES
    if kind in CHOICES:
        places = [one for one in _PLACES.split(right) if one]
        known = {str(place) for place in range(1, len(options) + 1)}
        if not known.issuperset(places):
            return None, [("right", _("Write the places of the right options, such as 2 or 1, 3."))]
        given["options"] = [
            {"text": text, "right": str(place) in places} for place, text in enumerate(options, 1)
        ]
    elif kind in PLACED:
        matches = [line.strip() for line in right.splitlines() if line.strip()]
        if len(matches) != (len(options) if kind == MATCHING else 0):
            return None, [("right", _(_RIGHT[kind]))]
        given["options"] = [
            {"text": text, "match": match}
            for text, match in zip(options, matches or [""] * len(options), strict=True)
        ]
    else:
        lines = [line.strip() for line in right.splitlines() if line.strip()]
        given["accepted"] = [line.lower() for line in lines] if kind == "true_false" else lines
        given["options"] = [{"text": text} for text in options]
    try:
        made = Question.model_validate(given)
    except ValidationError as wrong:
        return None, [
            (_FIELDS.get(str(one["loc"][0]), str(one["loc"][0])), str(sentence(one)))
            for one in wrong.errors(include_url=False)
        ]
    found = faults(Content(questions=(made,)))
    reasons = [(place.split(".")[2], why) for place, why in found.items()]
    return (None if reasons else made), [(_FIELDS.get(name, name), why) for name, why in reasons]


def _at(line: int, column: str, why: str) -> str:
    where = _("Line %(line)s") % {"line": line}
    return f"{where}, {column}: {why}" if column else f"{where}: {why}"


def _kept(text: str) -> str:
    """Return a cell that gets back its own apostrophe when it is read again."""
    return f"'{text}" if _marked(text) else text


def _bare(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:].strip() if _marked(text) else text


def _marked(text: str) -> bool:
    return text.startswith("'") and text.lstrip("' ").startswith(DANGEROUS)


def rows_of(content: Content) -> Iterator[dict[str, Any]]:
    """Yield the questions as values, with what is right: for who knows the answers."""
    for question in content.questions:
        yield question.model_dump(mode="json")
