"""Imports at work: begun, checked line by line, imported line by line, resumed after an interruption.

Checking a line carries out the very command that will import it, in a transaction that is rolled back; so a dry
run finds what the import would find. Each line is imported in a transaction of its own which also marks the line,
so that a restart neither repeats nor loses one.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from setsquare.domains.documents.approved_outside import tell_of_approvals
from setsquare.domains.documents.importing.models import ImportJob, ImportRow
from setsquare.domains.documents.importing.planning import (
    TAKING_OVER,
    Content,
    Findings,
    Kinds,
    Problem,
    body_of,
    command_for,
    content_of,
    fingerprint,
    first_problems,
    item_of,
    lines_of_folder,
    lines_of_table,
    rows_of,
)
from setsquare.domains.documents.importing.sources import Folder, open_folder
from setsquare.domains.documents.importing.tables import Table, read_table
from setsquare.domains.documents.meanings import CARRIED_OVER
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.bodies import parse
from setsquare.kernel.commands.declaration import Actor, command_of
from setsquare.kernel.commands.errors import CommandError, Refused, SignatureRefused
from setsquare.kernel.commands.running import carry_out, rehearse
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.store import path_of, store
from setsquare.kernel.importing.tables import ZIP
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.signatures.batches import OfBatch, sign_batch
from setsquare.kernel.signatures.credentials import Credentials, CredentialsRefused
from setsquare.kernel.signatures.models import Batch
from setsquare.kernel.writing.limits import Unreadable

CHANNEL = "import"
ROUND_ROWS = 25
ROUND_SECONDS = 4.0
"""What one round of the worker does at most, so that everything else is not kept waiting."""
NO_FILE = b""
COLUMN_OF = {"source": "file", "content": "file"}
"""The column of a list that says what a field of the command is given."""


@dataclass(frozen=True)
class Progress:
    """How far an import is, in lines."""

    total: int
    waiting: int
    right: int
    wrong: int
    imported: int
    before: int

    @property
    def done(self) -> int:
        """Return how many lines need nothing more in an import that runs."""
        return self.imported + self.before + self.wrong


def begin(
    user: User,
    data: bytes,
    name: str,
    *,
    files: bytes | None = None,
    options: Mapping[str, Any],
    wrong: Mapping[str, Label] | None = None,
) -> ImportJob:
    """Take in a zip of a folder, or a list with a zip of its files, and note a line for each document.

    `options`: type, unit, owner for lines that say none; effective, effective_since, approved_by, approved_on,
    reading, reason. Raises Refused at `source`, `files` and options with what would be right, and with what the
    caller found `wrong` already.
    """
    found: dict[str, Label] = {}
    kinds = Kinds.load()
    wanted = dict(options)
    if wanted.get("type") and kinds.find(str(wanted["type"])) is None:
        found["type"] = _("There is no document type “%(code)s”.") % {"code": wanted["type"]}
    folder, table, lines = None, None, []
    try:
        source = _kept(data, "source")
        with_files = _kept(files, "files") if files else None
        folder, table = _looked_into(source, with_files, data)
        lines = list(
            lines_of_table(table, folder) if table is not None else lines_of_folder(_there(folder), kinds)
        )
        if not lines:
            found["source"] = _("There is no document in it.")
    except Refused as refused:
        found |= refused.fields
    if found or wrong:
        raise Refused({**found, **(wrong or {})})
    if table is not None and table.unknown:
        wanted["unknown_columns"] = table.unknown
    with transaction.atomic():
        job = ImportJob.objects.create(
            user=user, name=name[:255], source=source, files=with_files, options=wanted, made=timezone.now()
        )
        rows = list(rows_of(lines, first_problems(lines, folder, wanted)))
        for row in rows:
            row.job = job
        ImportRow.objects.bulk_create(rows, batch_size=500)
    return job


def _kept(data: bytes, field: str) -> Any:
    if len(data) > settings.UPLOAD_LIMIT:
        most = settings.UPLOAD_LIMIT // 2**20
        raise Refused({field: _("This is too large: at most %(most)d MB are accepted.") % {"most": most}})
    if not data:
        raise Refused({field: _("This file is empty.")})
    zipped = data.startswith(ZIP)
    return store(data, "application/zip" if zipped else "text/csv")


def _looked_into(source: Any, files: Any, data: bytes) -> tuple[Folder | None, Table | None]:
    """Return the folder and the list of an import, either of which may be missing; raises Refused."""
    wrong: dict[str, Label] = {}
    folder: Folder | None = None
    table: Table | None = None
    try:
        if files is not None:
            folder = open_folder(path_of(files))
    except Unreadable as why:
        wrong["files"] = why.sentence
    try:
        if files is None and data.startswith(ZIP):
            folder = open_folder(path_of(source))
            folder = None if "[Content_Types].xml" in folder.names else folder
        if files is not None or folder is None:
            table = read_table(data)
        elif folder.list_name:
            table = read_table(folder.read(folder.list_name))
    except Unreadable as why:
        wrong["source"] = why.sentence
    if wrong:
        raise Refused(wrong)
    return folder, table


def _there(folder: Folder | None) -> Folder:
    if folder is None:
        raise Refused({"source": _("There is no document in it.")})
    return folder


def folder_of(job: ImportJob) -> Folder | None:
    """Return the files of a job, None where its list comes alone."""
    if job.files is not None:
        return open_folder(path_of(job.files))
    if job.source.media_type != "application/zip":
        return None
    folder = open_folder(path_of(job.source))
    return None if "[Content_Types].xml" in folder.names else folder


STARTABLE = (ImportJob.State.CHECKED, ImportJob.State.STOPPED)
"""States in which an import can be started; one that was stopped while it was checked is checked to its end first."""


def to_sign(job: ImportJob) -> list[ImportRow]:
    """Return the lines that take a document over as in force: who starts the import signs them, all at once."""
    right = job.rows.filter(state=ImportRow.State.RIGHT).order_by("row")
    return [row for row in right if command_for(row.values, job.options) == TAKING_OVER]


def start(job: ImportJob, credentials: Credentials | None = None) -> None:
    """Let the worker import the lines that are right; raises Refused unless the job is checked.

    What is taken over as in force is signed here, once, by the person whose import it is: with `credentials` of
    theirs, bound to each line, its files and its options. Raises SignatureRefused where they do not fit.
    """
    refused = Refused(_("This import cannot be started now; look at how far it is."))
    job.refresh_from_db()
    if job.state not in STARTABLE or job.rows.filter(state=ImportRow.State.WAITING).exists():
        raise refused
    taken_over = to_sign(job)
    batch = _signed(job, taken_over, credentials)
    for_all = [str(job.options.get(name, "")) for name in ("approved_by", "unit")]
    with transaction.atomic():
        changed = ImportJob.objects.filter(pk=job.pk, state__in=STARTABLE).update(
            state=ImportJob.State.RUNNING, started=timezone.now(), finished=None, batch=batch
        )
        if not changed:
            raise refused
        named = ((row.values.get("approved_by"), row.values.get("unit")) for row in taken_over)
        tell_of_approvals(job.user, [(by or for_all[0], unit or for_all[1]) for by, unit in named])
    job.refresh_from_db()


def _signed(job: ImportJob, lines: list[ImportRow], credentials: Credentials | None) -> Batch | None:
    if not lines:
        return None
    items = [item_of(row.fingerprint, job.options) for row in lines]
    try:
        return sign_batch(job.user, CARRIED_OVER.code, items, credentials)
    except CredentialsRefused as why:
        raise SignatureRefused(str(why)) from None


def stop(job: ImportJob) -> None:
    """Halt after the line at work; `start` goes on with the next."""
    ImportJob.objects.filter(pk=job.pk, state__in=("checking", "running")).update(
        state=ImportJob.State.STOPPED
    )
    job.refresh_from_db()


def go_on_checking(job: ImportJob) -> None:
    """Check the lines that are left of an import that was stopped while it was checked."""
    stopped = ImportJob.objects.filter(pk=job.pk, state=ImportJob.State.STOPPED)
    if job.rows.filter(state=ImportRow.State.WAITING).exists():
        stopped.update(state=ImportJob.State.CHECKING)
    job.refresh_from_db()


def progress(job: ImportJob) -> Progress:
    """Count the lines of a job by what became of them, by one query."""
    counted = dict(job.rows.values_list("state").annotate(number=Count("pk")).order_by())
    numbers = {state: counted.get(state, 0) for state in ImportRow.State.values}
    return Progress(total=sum(numbers.values()), **numbers)


def run_some(job: ImportJob, rows: int = ROUND_ROWS, seconds: float = ROUND_SECONDS) -> int:
    """Check or import the next lines of a job, no more than a round's; returns how many were dealt with."""
    checking = job.state == ImportJob.State.CHECKING
    wanted = ImportRow.State.WAITING if checking else ImportRow.State.RIGHT
    until = time.monotonic() + seconds
    done = 0
    with translation.override(job.user.language or settings.LANGUAGE_CODE):
        workshop = _Workshop(job)
        for row in job.rows.filter(state=wanted).order_by("row")[:rows]:
            if checking:
                workshop.check(row)
            else:
                workshop.bring_in(row)
            done += 1
            if time.monotonic() > until:
                break
    if not job.rows.filter(state=wanted).exists():
        _finish(job, checking=checking)
    return done


def _finish(job: ImportJob, *, checking: bool) -> None:
    before = ImportJob.State.CHECKING if checking else ImportJob.State.RUNNING
    after = ImportJob.State.CHECKED if checking else ImportJob.State.DONE
    finished = None if checking else timezone.now()
    ImportJob.objects.filter(pk=job.pk, state=before).update(state=after, finished=finished)
    job.refresh_from_db()


def carry_on() -> int:
    """Give each import at work a round; returns how many lines were dealt with. The clock calls it."""
    at_work = ImportJob.objects.filter(state__in=("checking", "running"))
    return sum(run_some(job) for job in at_work.select_related("user", "source", "files").order_by("pk"))


def run_to_end(job: ImportJob) -> None:
    """Work until the job waits for a person or is done; for the command line."""
    while job.state in (ImportJob.State.CHECKING, ImportJob.State.RUNNING):
        run_some(job, rows=500, seconds=60)
        job.refresh_from_db()


class _Workshop:
    """What dealing with the lines of one job needs, read once a round."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self.options: Mapping[str, Any] = job.options
        self.actor = Actor(job.user, CHANNEL, f"import-{job.pk}")
        self.kinds = Kinds.load()
        self.folder = folder_of(job)

    def check(self, row: ImportRow) -> None:
        """Find out all that keeps a line from being imported, and leave nothing behind."""
        found = Findings(row.values, row.problems)
        data, proof = self._looked_at(row, "file", found), self._looked_at(row, "evidence", found)
        row.fingerprint = fingerprint(row.values, data, proof)
        earlier = self._earlier(row) if not found.problems else None
        if earlier is not None:
            row.record, row.state = earlier, ImportRow.State.BEFORE
        else:
            row.remarks = self._try(row, data, proof, found)
            row.problems = [list(problem) for problem in found.problems]
            row.state = ImportRow.State.WRONG if found.problems else ImportRow.State.RIGHT
        row.save()

    def _try(self, row: ImportRow, data: bytes, proof: bytes, found: Findings) -> list[str]:
        """Carry out a line's command and take it back; returns what was changed or left out of its file."""
        content = None
        if not found.about("file"):
            try:
                content = self._content(row, data)
            except Unreadable as why:
                found.add([("file", why.sentence)])
        with transaction.atomic():
            plain, wrong = self._body(row, content, proof)
            found.add(wrong)
            try:
                rehearse("document", self._command(row), self.actor, body=plain, reason=self._reason)
            except CommandError as refused:
                found.add(_sentences(refused))
            transaction.set_rollback(True)
        return list(content.remarks) if content is not None else []

    def _looked_at(self, row: ImportRow, column: str, found: Findings) -> bytes:
        """Return the bytes of a file that a line names, none where it cannot be read."""
        try:
            return NO_FILE if found.about(column) else self._named(row.values.get(column))
        except Unreadable as why:
            found.add([(column, why.sentence)])
            return NO_FILE

    def bring_in(self, row: ImportRow) -> None:
        """Import a line: its document and the line's mark in one transaction, all that needs no lock before it."""
        try:
            make = self._ready(row) if self._earlier(row) is None else None
            with transaction.atomic():
                claimed = ImportRow.objects.filter(pk=row.pk, state=ImportRow.State.RIGHT).update(
                    state=ImportRow.State.IMPORTED, at=timezone.now()
                )
                if not claimed:
                    return
                earlier = self._earlier(row)
                record = earlier or (make() if make is not None else None)
                state = ImportRow.State.BEFORE if earlier is not None else ImportRow.State.IMPORTED
                ImportRow.objects.filter(pk=row.pk).update(record=record, state=state)
        except (CommandError, Unreadable) as refused:
            _refuse(row, _sentences(refused))
            row.save()

    def _bytes(self, row: ImportRow) -> bytes:
        return self._named(row.values.get("file"))

    def _evidence(self, row: ImportRow) -> bytes:
        try:
            return self._named(row.values.get("evidence"))
        except Unreadable as why:
            raise Refused({"evidence": why.sentence}) from None

    def _named(self, name: str | None) -> bytes:
        return self.folder.read(name) if name and self.folder is not None else NO_FILE

    @property
    def _reason(self) -> str:
        return str(self.options.get("reason", ""))

    def _command(self, row: ImportRow) -> str:
        return command_for(row.values, self.options)

    def _content(self, row: ImportRow, data: bytes) -> Content | None:
        if not row.values.get("file"):
            return None
        kind = self.kinds.find(row.values.get("type") or str(self.options.get("type", "")))
        return content_of(row.values, data, kind)

    def _earlier(self, row: ImportRow) -> Record | None:
        """Return the document that the same line made in this or an earlier import."""
        same = ImportRow.objects.filter(fingerprint=row.fingerprint, state=ImportRow.State.IMPORTED)
        found = same.exclude(record=None).select_related("record").order_by("pk").first()
        return found.record if found is not None else None

    def _ready(self, row: ImportRow) -> Callable[[], Record]:
        """Read all of a line and keep its files; what is returned carries its command out.

        One that takes a document over counts as signed if it is what was signed.
        """
        name, data, proof = self._command(row), self._bytes(row), self._evidence(row)
        body, wrong = self._body(row, self._content(row, data), proof)
        if wrong:
            raise Refused(dict(wrong))
        credentials = None
        if name == TAKING_OVER and self.job.batch_id is not None:
            same = fingerprint(row.values, data, proof)
            credentials = OfBatch(self.job.batch_id, item_of(same, self.options))
        read: Any = body
        with suppress(Refused):  # the command tells all that does not fit
            read = parse(command_of("document", name).body, body, self.actor)

        def make() -> Record:
            return carry_out(
                "document", name, self.actor, body=read, reason=self._reason, credentials=credentials
            ).record

        return make

    def _body(
        self, row: ImportRow, content: Content | None, proof: bytes
    ) -> tuple[dict[str, Any], list[Problem]]:
        """Return the plain body of a line's command with its files, and what is wrong with these."""
        plain = body_of(row.values, self.kinds, self.options)
        wrong: list[Problem] = []
        try:
            plain |= content.fields(self.job.user) if content is not None else {}
        except Unreadable as why:
            wrong.append(("file", why.sentence))
        if proof and self._command(row) == TAKING_OVER:
            try:
                plain["evidence"] = take_in(self.job.user, proof, PurePosixPath(row.values["evidence"]).name)
            except Unreadable as why:
                wrong.append(("evidence", why.sentence))
        return plain, wrong


def _refuse(row: ImportRow, sentences: Sequence[tuple[str, str]]) -> None:
    row.state = ImportRow.State.WRONG
    row.problems = [list(problem) for problem in sentences]


def _sentences(refused: CommandError | Unreadable) -> list[Problem]:
    if isinstance(refused, Refused):
        told = ((place.partition(".")[0], str(sentence)) for place, sentence in refused.fields.items())
        return [(COLUMN_OF.get(name, name), sentence) for name, sentence in told]
    return [("file" if isinstance(refused, Unreadable) else "", str(refused.sentence))]
