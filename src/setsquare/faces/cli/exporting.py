"""`setsquare export`: registers, histories and documents as files; `compare`: what two revisions differ in."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from django.utils import timezone
from django.utils.translation import gettext as _

from setsquare.domains.competence.exchange import giving, profiles
from setsquare.domains.competence.thing import FRAMEWORKS, PROFILES
from setsquare.domains.documents import comparing
from setsquare.domains.documents.models import ControlledCopy, Revision
from setsquare.domains.documents.publishing import address_on_paper, exported, pdf_of
from setsquare.domains.documents.queries import copies
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.domains.organisation.thing import PEOPLE
from setsquare.domains.quizzes import table as bank
from setsquare.domains.quizzes.models import Quiz
from setsquare.domains.quizzes.scopes import knows_answers
from setsquare.domains.quizzes.thing import QUIZZES
from setsquare.domains.training.attendance_list import attendance_pdf, may_print
from setsquare.domains.training.badges import giving as giving_badges
from setsquare.domains.training.thing import CERTIFICATES, SESSIONS
from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.files import add_output_options, write
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.reading import Options, add_narrowing, filters_given, find, trail_entries
from setsquare.faces.cli.showing import as_json, say
from setsquare.flows import training_record
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, NotPermitted, Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import OPEN, Hidden, Thing, all_things, thing_by_slug, thing_of
from setsquare.kernel.representation import tables
from setsquare.kernel.representation.workbooks import xlsx_parts
from setsquare.kernel.trail.everything import heard_by
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import entries_of, heard
from setsquare.kernel.writing.conversion import Format
from setsquare.methods.comparison import BlockChange, Run

TABLES = ("csv", "xlsx", "json")
TEXTS: dict[str, Format] = {"docx": "docx", "md": "md"}
PAPERS = ("pdf", *TEXTS)
TRAIL = "trail"
SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def add_export_options(parser: argparse.ArgumentParser) -> None:
    """Add what an export takes."""
    slugs = ", ".join(thing.slug for thing in all_things())
    parser.add_argument(
        "what", metavar="REGISTER", help=_("one of: %(names)s") % {"names": f"{slugs}, {TRAIL}"}
    )
    parser.add_argument(
        "number",
        metavar="NUMBER",
        nargs="?",
        help=_(
            "one document or revision (pdf, docx, md), framework (case, xlsx, csv), quiz (xlsx, csv), certificate"
            " (its badge: png, svg, json, jwt), person (their training record: pdf, json),"
            " training session (its attendance list: pdf), or its history"
        ),
    )
    parser.add_argument(
        "--format",
        choices=[*TABLES, *PAPERS, "case", "png", "svg", "jwt"],
        default="",
        help=_("csv, or of a document pdf, of a framework case, of a certificate its badge as png"),
    )
    parser.add_argument("--history", action="store_true", help=_("the history of the record (csv, json)"))
    parser.add_argument("--copy", metavar="LABEL", help=_("a controlled copy of the document, such as 2-1"))
    parser.add_argument(
        "--requirements",
        action="store_true",
        help=_("of role profiles, all or one: what they ask for, as an import takes it"),
    )
    parser.add_argument("--edition", default="", help=_("of a framework or quiz: a number, or draft"))
    group = parser.add_argument_group(_("of a register"))
    group.add_argument("--words", default="", help=_("only records that hold these words"))
    group.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE", help=_("as in `list`"))
    group.add_argument("--sort", default="", help=_("as in `list`"))
    group.add_argument(
        "--columns", action="append", default=[], metavar="NAME", help=_("only these, in this order")
    )
    add_narrowing(parser.add_argument_group(_("of the trail")))
    add_output_options(parser)


def export(caller: Caller, options: Options) -> None:
    """Write a register, the trail, a history or a document as a file."""
    if options.what == TRAIL:
        form = _form(options, ("csv", "json"), "csv")
        entries = heard_by(trail_entries(caller, options).iterator(chunk_size=500), caller.user)
        write(_entries(entries, form, states=False), f"{TRAIL}-{_today()}.{form}", options)
        return
    try:
        thing = thing_by_slug(options.what)
    except KeyError:
        known = ", ".join([*(thing.slug for thing in all_things()), TRAIL])
        sentence = _("There is no register “%(name)s”; there are: %(names)s.")
        raise Usage(sentence % {"name": options.what, "names": known}) from None
    caller.require(Scope.READ, thing.code)
    if options.requirements:
        _requirements(caller, thing, options)
    elif options.number is None:
        _register(caller, thing, options)
    elif options.history:
        record = find(caller, thing, options.number)
        form = _form(options, ("csv", "json"), "csv")
        hidden = thing.hidden_from(caller.user, record)
        found = entries_of(record, hidden).select_related("record", "actor", "on_behalf_of")
        entries = heard(found.iterator(chunk_size=500), hidden)
        name = f"{record.number.replace('/', '-')}-history.{form}"
        write(
            _entries(entries, form, states=True, hidden=hidden),
            name,
            options,
        )
    else:
        _ONE.get(thing.code, _document)(caller, thing, options)


def _framework(caller: Caller, thing: Thing, options: Options) -> None:
    record = find(caller, thing, options.number)
    form = _form(options, giving.MEDIA_TYPES, "case")
    file = giving.given(record, form, address_on_paper(record.number), options.edition)
    write([file.data], f"{record.number}.{giving.EXTENSIONS[form]}", options)


def _badge(caller: Caller, thing: Thing, options: Options) -> None:
    record = find(caller, thing, options.number)
    badge = giving_badges.given(record, options.format or "png")
    write([badge.data], badge.name, options)


def _attendance(caller: Caller, thing: Thing, options: Options) -> None:
    """Write the attendance list of a session, for who gives or runs it."""
    record = find(caller, thing, options.number)
    _form(options, ("pdf",), "pdf")
    if not may_print(record, caller.user):
        raise NotFound(record.number)
    write([attendance_pdf(record)], f"{record.number}-attendance.pdf", options)


def _requirements(caller: Caller, thing: Thing, options: Options) -> None:
    if thing is not PROFILES:
        raise Usage(_("--requirements is for %(register)s.") % {"register": PROFILES.slug})
    form = _form(options, profiles.FORMS, "csv")
    records = PROFILES.visible_to(caller.user).order_by("number")
    found = [find(caller, thing, options.number)] if options.number else records
    name = f"{options.number or thing.slug}-{_today()}.{form}"
    write(tables.as_asked(profiles.given_out(found, form)), name, options)


def _questions(caller: Caller, _thing: Thing, options: Options) -> None:
    """Write the questions of a quiz with what is right, for who manages it."""
    record = find(caller, QUIZZES, options.number)
    if not knows_answers(record, caller.user):
        raise NotPermitted(_("Questions and statistics are for who manages the quiz."))
    quiz: Quiz = record.quiz
    form = _form(options, bank.MEDIA_TYPES, "csv")
    content = quiz.drafted if options.edition == "draft" else quiz.in_force or quiz.latest
    if options.edition.isdigit():
        content = quiz.at(int(options.edition))
    if content is None:
        raise NotFound
    write([bank.written(content, form)], f"{record.number}.{form}", options)


def _training(caller: Caller, _thing: Thing, options: Options) -> None:
    """Write the training record of a person, for who follows their training."""
    for told_of in training_record.TOLD:
        caller.require(Scope.READ, told_of.code)
    record = find(caller, PEOPLE, options.number)
    form = _form(options, ("pdf", "json"), "pdf")
    if not training_record.may_see_record(caller.user, record.person_file.user):
        raise NotFound(record.number)
    told = training_record.record_of(caller.user, record.person_file.user)
    if form == "json":
        data = json.dumps(training_record.values_of(told), ensure_ascii=False, indent=2).encode()
    else:
        data = training_record.pdf_of(told)
    write([data], f"{record.number}-training.{form}", options)


def _today() -> str:
    return timezone.localdate().isoformat()


def _form(options: Options, known: Iterable[str], usual: str) -> str:
    form: str = options.format or usual
    if form not in known:
        raise Refused({"format": _("Choose one of: %(expected)s.") % {"expected": ", ".join(known)}})
    return form


def _register(caller: Caller, thing: Thing, options: Options) -> None:
    if options.history or options.copy:
        raise Usage(_("Say of which record: setsquare export %(slug)s NUMBER.") % {"slug": thing.slug})
    form = _form(options, TABLES, "csv")
    columns = tables.chosen_columns(thing, options.columns)
    records = tables.register_records(
        thing,
        caller.user,
        form,
        filters=filters_given(options.filter),
        query=options.words,
        sort=options.sort,
    )
    name = f"{thing.slug}-{_today()}.{form}"
    if form == "json":
        parts = tables.as_asked(tables.json_rows(tables.values_of(thing, columns, r) for r in records))
    else:
        head = tables.head_of(columns)
        rows = (tables.cells_of(thing, columns, record) for record in records)
        made = xlsx_parts(str(thing.plural), head, rows) if form == "xlsx" else tables.csv_rows(head, rows)
        parts = tables.as_asked(made)
    write(parts, name, options)


def _entries(entries: Iterable[Entry], form: str, *, states: bool, hidden: Hidden = OPEN) -> Iterator[bytes]:
    if form == "json":
        values = tables.trail_values(entries, thing_of, states=states, hidden=hidden)
        return tables.as_asked(tables.json_rows(values))
    return tables.as_asked(tables.csv_rows(tables.trail_head(), tables.trail_rows(entries, thing_of)))


# --- documents --------------------------------------------------------------------------------------


def _document(caller: Caller, thing: Thing, options: Options) -> None:
    if thing not in (DOCUMENT, REVISION):
        sentence = _("%(register)s are exported as a register, or one with --history.")
        raise Usage(sentence % {"register": thing.plural})
    record = find(caller, thing, options.number)
    if options.copy:
        _copy(caller, record, options)
        return
    if thing is DOCUMENT:
        revision = record.document.current or record.document.open_revision
        if revision is None:
            raise NotFound(record.number)
        record = find(caller, REVISION, revision.record.number)
    form = _form(options, PAPERS, "pdf")
    whole = _whole(record)
    if form == "pdf":
        data = pdf_of(whole, viewer=caller.user, address_of=address_on_paper)
    else:
        try:
            data = exported(whole, TEXTS[form], viewer=caller.user, address_of=address_on_paper)
        except Refused as refused:
            raise Refused({"format": refused.sentence}) from None
    write([data], f"{record.number.replace('/', '-')}.{form}", options)


def _whole(record: Record) -> Revision:
    of_document = ("document__record__owner", "document__record__unit", "document__kind__record")
    related = ("record__owner", "record__unit", *of_document, "content", "file")
    return Revision.objects.select_related(*related).get(pk=record.pk)


def _copy(caller: Caller, record: Record, options: Options) -> None:
    ordinal, _dash, count = options.copy.partition("-")
    known = all(part.isascii() and part.isdigit() and len(part) < 7 for part in (ordinal, count))
    mine = copies(caller.user).filter(document_id=record.pk)
    found: ControlledCopy | None = (
        mine.filter(revision__ordinal=int(ordinal), number=int(count)).first() if known else None
    )
    if found is None:
        raise NotFound
    if found.reconciled is not None:
        raise Refused({"copy": _("This copy is settled; it is not printed again.")})
    data = pdf_of(
        _whole(found.revision.record),
        viewer=caller.user,
        address_of=address_on_paper,
        copy=found,
    )
    write([data], f"{record.number.replace('/', '-')}-copy-{found.label}.pdf", options)


_ONE: dict[str, Callable[[Caller, Thing, Options], None]] = {
    FRAMEWORKS.code: _framework,
    CERTIFICATES.code: _badge,
    QUIZZES.code: _questions,
    PEOPLE.code: _training,
    SESSIONS.code: _attendance,
}
"""What one record of a type is taken away as; others are documents or their revisions."""


# --- comparing --------------------------------------------------------------------------------------


def add_compare_options(parser: argparse.ArgumentParser) -> None:
    """Add what a comparison takes."""
    parser.add_argument("number", metavar="NUMBER", help=str(DOCUMENT.name))
    parser.add_argument(
        "--from", dest="first", type=int, metavar="N", help=_("number of the earlier revision")
    )
    parser.add_argument("--to", dest="second", type=int, metavar="N", help=_("number of the later revision"))
    parser.add_argument("--all", action="store_true", help=_("what is the same too"))


def compare(caller: Caller, options: Options) -> None:
    """Show what two revisions of a document differ in, block by block."""
    caller.require(Scope.READ, DOCUMENT.code)
    record = find(caller, DOCUMENT, options.number)
    found = comparing.compared(caller.user, record, options.first, options.second)
    result = found.result
    blocks = [block for block in result.blocks if options.all or block.op != "same"] if result else []
    if options.json:
        as_json(
            {
                "from": found.old.record.number,
                "to": found.new.record.number,
                "of_files": found.of_files,
                "same_file": found.same_file,
                "too_long": found.too_long,
                "summary": asdict(result.summary()) if result else {},
                "blocks": [asdict(block) for block in blocks],
            }
        )
        return
    say(f"{found.old.record.number}  ->  {found.new.record.number}")
    if result is None:
        say(_why_not(found))
        return
    counts = result.summary()
    words = {"changes": result.changed, "added": counts.words_added, "removed": counts.words_removed}
    say(_("%(changes)s blocks differ; %(added)s words added, %(removed)s removed.") % words)
    for block in blocks:
        say()
        for text in _lines(block):
            say(f"{SIGNS.get(block.op, ' ')} {text}")


def _why_not(found: comparing.Compared) -> str:
    if found.same_file:
        return _("Both are the same file.")
    if found.too_long:
        return _("The files hold too much text to be compared.")
    return _("What is in these files cannot be read, so that they cannot be compared.")


def _lines(block: BlockChange) -> Iterator[str]:
    """Yield a block as text; what was added stands in {+ +}, what was removed in [- -]."""
    if block.rows:
        for row in block.rows if block.op != "changed" else [row for row in block.rows if row.op != "same"]:
            yield " | ".join(_marked(cell.runs) for cell in row.cells)
        return
    before = (
        f"{block.marker} "
        if block.kind == "list_item"
        else "#" * block.level + " " * (block.kind == "heading")
    )
    text = (
        _marked(block.runs)
        if block.kind in ("heading", "list_item") or block.runs
        else block.new or block.old or ""
    )
    yield from (f"{before if block.kind in ('heading', 'list_item') else ''}{text}").splitlines() or [""]


def _marked(runs: Iterable[Run]) -> str:
    marks = {"added": ("{+", "+}"), "removed": ("[-", "-]")}
    parts = []
    for run in runs:
        begin, end = marks.get(run.op, ("", ""))
        parts.append(f"{begin}{run.text}{end}")
    return "".join(parts)
