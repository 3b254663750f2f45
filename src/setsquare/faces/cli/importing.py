"""`setsquare import`: documents from a folder, line by line; records of other types from a table, all or none."""

import argparse
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.documents.importing import jobs, reports
from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.importing.reports import STATES
from setsquare.domains.documents.importing.sources import pack
from setsquare.domains.documents.meanings import CARRIED_OVER
from setsquare.faces.cli import people
from setsquare.faces.cli.failures import Usage
from setsquare.faces.cli.people import Caller
from setsquare.faces.cli.showing import as_json, say, table
from setsquare.kernel.accounts.tokens import Scope
from setsquare.kernel.commands.errors import NotFound, Refused
from setsquare.kernel.importing import running
from setsquare.kernel.importing.columns import importing_command
from setsquare.kernel.importing.running import table_from
from setsquare.kernel.importing.templates import FORMS, template
from setsquare.kernel.records.things import Thing, all_things, thing_by_slug
from setsquare.kernel.representation.declarations import translated

DOCUMENTS = "documents"
ENDINGS = frozenset({".zip", ".xlsx", ".csv"})


def add_import_options(parser: argparse.ArgumentParser) -> None:
    """Add what an import takes."""
    slugs = [DOCUMENTS, *(thing.slug for thing in all_things() if importing_command(thing) is not None)]
    parser.add_argument("what", choices=slugs, metavar="REGISTER", help=", ".join(slugs))
    parser.add_argument(
        "path",
        metavar="PATH",
        type=Path,
        nargs="?",
        help=_(
            "documents: a folder, a .zip of one, or a list (.xlsx, .csv); others: a table (.xlsx, .csv, .json)"
        ),
    )
    parser.add_argument(
        "--template",
        metavar="PATH",
        type=Path,
        help=_("write the empty table (.xlsx, .csv) instead of importing"),
    )
    parser.add_argument("--files", type=Path, metavar="ZIP", help=_("the files of a list that comes alone"))
    parser.add_argument("--dry-run", action="store_true", help=_("check every line and make nothing"))
    for name, help_ in (
        ("type", _("the type where a line says none")),
        ("unit", _("the unit where a line says none")),
        ("owner", _("the owner where a line says none")),
        ("effective-since", _("a day: take everything over as in force since then")),
        ("approved-by", _("who approved what is taken over, where a line says nothing")),
        ("approved-on", _("the day of that approval, where a line says nothing")),
        ("reason", _("how it is known that they are approved")),
    ):
        parser.add_argument(f"--{name}", default="", help=help_)
    parser.add_argument(
        "--reading", action="store_true", help=_("the audience has to read what is taken over")
    )


def bring_in(caller: Caller, options: argparse.Namespace) -> None:
    """Import documents or a table of other records, or write the empty table."""
    if options.template is None and options.path is None:
        raise Usage(_("Say what to bring in, or --template PATH for the empty table."))
    if options.what == DOCUMENTS:
        if options.template is not None:
            _write(options.template, reports.template(), "xlsx")
        else:
            import_documents(caller, options)
        return
    thing = thing_by_slug(options.what)
    command = importing_command(thing)
    if command is None:  # not offered as a choice
        raise NotFound
    if options.template is not None:
        caller.require(Scope.READ, thing.code)
        form = options.template.suffix.lower().removeprefix(".") or "xlsx"
        if form not in FORMS:
            raise Usage(_("The empty table is an .xlsx or a .csv file."))
        _write(options.template, template(command, form), form)
    else:
        import_rows(caller, thing, options)


def _write(path: Path, data: bytes, form: str) -> None:
    target = path if path.suffix else path.with_suffix(f".{form}")
    try:
        with target.open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise Refused({"template": _("%(path)s is there already.") % {"path": target}}) from None
    except OSError as error:
        sentence = _("%(path)s cannot be written: %(why)s.")
        raise Refused({"template": sentence % {"path": target, "why": error.strerror}}) from None
    say(_("Written: %(path)s") % {"path": target})


def import_rows(caller: Caller, thing: Thing, options: argparse.Namespace) -> None:
    """Make a record of each row of a table, all or none; raises Refused where something has to be put right."""
    caller.require_change(thing)
    try:
        data = options.path.read_bytes()
    except OSError as error:
        sentence = _("%(path)s cannot be read: %(why)s.")
        raise Usage(sentence % {"path": options.path, "why": error.strerror}) from None
    rows = table_from(data)
    report = running.bring_in(thing, caller.actor, rows, dry_run=options.dry_run, reason=options.reason)
    _tell_report(report, for_programs=options.json)
    if report.wrong:
        sentence = ngettext(
            "Nothing was brought in; %(count)s thing has to be put right.",
            "Nothing was brought in; %(count)s things have to be put right.",
            len(report.wrong),
        )
        raise Refused(sentence % {"count": len(report.wrong)})


def _tell_report(report: running.Report, *, for_programs: bool) -> None:
    if for_programs:
        made = [{"row": one.line, "number": one.number, "title": one.title} for one in report.made]
        wrong = [{"row": one.line, "column": one.column, "sentence": one.sentence} for one in report.wrong]
        as_json({"rows": report.rows, "dry_run": report.dry_run, "made": made, "wrong": wrong})
    elif report.wrong:
        lines = [[str(one.line), str(one.column), one.sentence] for one in report.wrong]
        table([_("Row"), _("Column"), _("What has to be put right")], lines)
    else:
        table(
            [_("Row"), _("Number"), _("Title")],
            [[str(one.line), one.number, one.title] for one in report.made],
        )
        if report.dry_run:
            say(_("Everything can be brought in; nothing was made."))


def import_documents(caller: Caller, options: argparse.Namespace) -> None:
    """Check a folder or list, and import it unless only a dry run is wanted; raises Refused where lines are wrong."""
    caller.require(Scope.WRITE, "document")
    job = jobs.begin(
        caller.user,
        _data(options.path),
        options.path.name,
        files=_data(options.files) if options.files else None,
        options={
            "type": options.type,
            "unit": options.unit,
            "owner": options.owner,
            "effective": bool(options.effective_since),
            "effective_since": options.effective_since,
            "approved_by": options.approved_by,
            "approved_on": options.approved_on,
            "reading": options.reading,
            "reason": options.reason,
        },
    )
    jobs.run_to_end(job)
    if not options.dry_run and jobs.progress(job).right:
        statement = translated(CARRIED_OVER.statement)
        jobs.start(job, people.credentials(options, statement) if jobs.to_sign(job) else None)
        jobs.run_to_end(job)
    _tell(job, for_programs=options.json)
    if wrong := jobs.progress(job).wrong:
        sentence = ngettext(
            "%(count)s line has to be put right.", "%(count)s lines have to be put right.", wrong
        )
        raise Refused(sentence % {"count": wrong})


def _data(path: Path) -> bytes:
    if path.is_dir():
        return pack(path)
    if path.suffix.lower() not in ENDINGS:
        raise Usage(_("%(path)s is neither a folder nor a .zip, .xlsx or .csv file.") % {"path": path})
    try:
        return path.read_bytes()
    except OSError as error:
        raise Usage(_("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}) from None


def _tell(job: ImportJob, *, for_programs: bool) -> None:
    rows = list(job.rows.select_related("record").order_by("row"))
    if for_programs:
        as_json({"state": job.state, "rows": [_values(row) for row in rows]})
        return
    lines = [
        [str(row.row), str(STATES[row.state]), row.record.number if row.record else "", _words(row)]
        for row in rows
    ]
    table([_("Line"), _("Result"), _("Document"), _("What")], lines)
    if unknown := job.options.get("unknown_columns"):
        say(_("Columns that are not known were left out: %(names)s") % {"names": ", ".join(unknown)})


def _words(row: ImportRow) -> str:
    sentences = [f"{column}: {sentence}" if column else sentence for column, sentence in row.problems]
    return "; ".join([*sentences, *row.remarks]) or str(row.values.get("title", ""))


def _values(row: ImportRow) -> dict[str, Any]:
    return {
        "row": row.row,
        "state": row.state,
        "values": row.values,
        "problems": [{"field": column, "sentence": sentence} for column, sentence in row.problems],
        "document": row.record.number if row.record else None,
    }
