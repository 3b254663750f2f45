"""Comparing revisions of a document, or versions of one: texts by blocks and words, of files what is read in them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.queries import before
from setsquare.domains.documents.rules import asked_of_all
from setsquare.domains.documents.scopes import readable_then
from setsquare.domains.documents.thing import REVISION
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import NotFound, Refused
from setsquare.kernel.files.models import Blob, Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import as_of, entries_of
from setsquare.methods.comparison import Comparison, compare

LONGEST_FILE_TEXT = 200_000
"""Characters of a file's text that are compared; beyond this a comparison by words takes too long to wait for."""


@dataclass(frozen=True)
class Compared:
    """Two revisions, the earlier first, and what differs; `result` is None where there is nothing to compare."""

    old: Revision
    new: Revision
    result: Comparison | None
    texts: tuple[str, str]
    of_files: bool
    """At least one is a file, of which only the text that could be read is compared."""
    same_file: bool = False
    too_long: bool = False


def revisions_seen(user: User, document: Record) -> list[Revision]:
    """Return the document's revisions that the person may see, the latest first."""
    visible = REVISION.visible_to(user).filter(revision__document_id=document.pk)
    found = Revision.objects.filter(record__in=visible).select_related("record")
    return list(found.order_by("-ordinal"))


def compared(user: User, document: Record, first: int | None = None, second: int | None = None) -> Compared:
    """Compare two revisions of a document, named by their ordinals.

    Without a choice the last one that counts, and what was in force before it. Raises NotFound where there is no such
    revision, and alike where `user` may not see it; Refused where there is only one.
    """
    seen = revisions_seen(user, document)
    if len(seen) < 2:
        sentence = _("%(number)s has no second revision to compare with.") % {"number": document.number}
        raise Refused({"to": sentence})
    return compared_with(*chosen(document, seen, first, second))


def chosen(
    document: Record, seen: Sequence[Revision], first: int | None, second: int | None
) -> tuple[Revision, Revision]:
    """Return the two revisions to compare, the earlier first; raises NotFound."""
    by_ordinal = {revision.ordinal: revision for revision in seen}
    lasting = [revision for revision in seen if revision.record.state != "discarded"]
    usual = lasting if len(lasting) > 1 else seen
    new = by_ordinal.get(usual[0].ordinal if second is None else second)
    if new is None:
        raise NotFound(f"{document.number}/{second}")
    earlier = [revision for revision in seen if revision.ordinal < new.ordinal]
    issued = [revision for revision in earlier if revision.effective_at is not None]
    base = next(iter([*issued, *earlier]), usual[1])
    old = by_ordinal.get(base.ordinal if first is None else first)
    if old is None:
        raise NotFound(f"{document.number}/{first}")
    one, other = sorted((old, new), key=lambda revision: revision.ordinal)
    return one, other


SENT_BACK = frozenset({"changes_needed", "rejected"})
"""Outcomes of tasks by which somebody had the text changed."""


def judged_before(situation: Situation) -> dt.datetime | None:
    """Return when the person last reviewed or signed the revision in an earlier round; None where they did not."""
    revision: Revision = situation.detail
    began = {"no_objection": revision.submitted, "approved": revision.sent}
    times = [
        task.done
        for task in asked_of_all(situation)
        if task.done is not None and task.done_by_id == situation.user.pk
        if task.outcome in SENT_BACK or task.done < (began.get(task.outcome) or task.done)
    ]
    return max(times, default=None)


def version_at(record: Record, at: dt.datetime) -> int:
    """Return which version of the record held at a time."""
    entry = as_of(record, at)
    return entry.seq if entry is not None else 0


def compared_versions(user: User, record: Record, first: int, second: int) -> tuple[Entry, Entry, Compared]:
    """Compare the texts that a revision had in two versions of its record.

    Raises NotFound where there is no such version, or `user` may not read what the revision said in it.
    """
    found = {entry.seq: entry for entry in entries_of(record).filter(seq__in=(first, second))}
    for seq in (first, second):
        if seq not in found or not readable_then(record, found[seq].values["state"], user):
            raise NotFound(record.number)
    old, new = found[first], found[second]
    return old, new, compared_with(_as_kept(old), _as_kept(new))


def _as_kept(entry: Entry) -> Revision:
    """Return as much of a revision as comparing reads, as an entry of its history has it."""
    return Revision(content_id=entry.values.get("content"), file_id=entry.values.get("file"))


@dataclass(frozen=True)
class Size:
    """How much a revision changes of what was in force before it."""

    passages: int
    words_added: int
    words_removed: int


def size_of(revision: Revision) -> Size | None:
    """Return how much of the text a revision changes; None where there is nothing before it, or nothing to count."""
    former = before(revision)
    result = compared_with(former, revision).result if former is not None else None
    if result is None:
        return None
    counts = result.summary()
    return Size(result.changed, counts.words_added, counts.words_removed)


def compared_with(old: Revision, new: Revision) -> Compared:
    """Compare two revisions by at most two queries."""
    of_files = old.file_id is not None or new.file_id is not None
    digests = [revision.content_id for revision in (old, new) if revision.content_id]
    bodies = dict(Text.objects.filter(digest__in=digests).values_list("digest", "body"))
    blobs = [revision.file_id for revision in (old, new) if revision.file_id]
    read = dict(Blob.objects.filter(digest__in=blobs).values_list("digest", "text")) if blobs else {}
    before, after = (
        as_markdown(read.get(revision.file_id, ""))
        if revision.file_id
        else bodies.get(revision.content_id or "", "")
        for revision in (old, new)
    )
    same = old.file_id is not None and old.file_id == new.file_id
    too_long = of_files and max(len(before), len(after)) > LONGEST_FILE_TEXT
    unread = of_files and not (before and after)
    result = None if same or too_long or unread else compare(before, after)
    return Compared(old, new, result, (before, after), of_files, same, too_long)


def as_markdown(text: str) -> str:
    """Return the text of a file as paragraphs, none of it read as Markdown."""
    lines = (line.strip() for line in text.splitlines())
    escaped = (
        "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|<>~&" else sign for sign in line) for line in lines
    )
    return "\n\n".join(line for line in escaped if line)
