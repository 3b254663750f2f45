"""Reading documents: lists, trees, what was in force when, and what their pages show."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from setsquare.domains.documents.meanings import CARRIED_OVER
from setsquare.domains.documents.models import Audience, Comment, ControlledCopy, Document, Revision
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.reading import Reading, reading_of
from setsquare.domains.documents.states import REVISION as LIFECYCLE
from setsquare.domains.documents.texts import words_of
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.kernel.accounts.models import UnitPath, User
from setsquare.kernel.accounts.rights import units_where
from setsquare.kernel.commands.manners import COUNTERSIGNED
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, visible_to
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.tasks.queries import open_on
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.trail.reading import Passage, told
from setsquare.kernel.writing.markdown import references

_BACK = [name for name, move in LIFECYCLE.moves.items() if move.target == "draft"]
"""Commands by which a revision goes back to draft."""


@dataclass(frozen=True)
class Branch:
    """A branch of the tree of documents: a type, process area or unit, and how many documents stand there.

    `depth` indents units below one another; of these `count` includes all below.
    """

    code: str
    label: Label
    count: int
    depth: int = 0


def tree_by_type(user: User) -> list[Branch]:
    """Return the document types with the number of documents of each that `user` sees, withdrawn ones left out."""
    rows = _seen(user).values_list("document__kind__code", "document__kind__record__title")
    counted = rows.annotate(count=Count("pk")).order_by("document__kind__record__title")
    return [Branch(code, label, count) for code, label, count in counted]


def tree_by_area(user: User) -> list[Branch]:
    """Return the process areas with the number of documents in each; without an area comes last."""
    counted = _seen(user).values_list("document__area").annotate(count=Count("pk"))
    rows = sorted(counted, key=lambda row: (not row[0], row[0].casefold()))
    return [Branch(area, area, count) for area, count in rows]


def tree_by_unit(user: User) -> list[Branch]:
    """Return the units that hold documents, parents before children, counts with all below."""
    counts = dict(_seen(user).values_list("unit_id").annotate(count=Count("pk")))
    paths = UnitPath.objects.filter(descendant_id__in=counts).select_related("ancestor__parent")
    total: dict[int, int] = {}
    units = {}
    for path in paths:
        units[path.ancestor_id] = path.ancestor
        total[path.ancestor_id] = total.get(path.ancestor_id, 0) + counts[path.descendant_id]
    below: dict[int | None, list[int]] = {}
    for key, unit in units.items():
        below.setdefault(unit.parent_id, []).append(key)
    found: list[Branch] = []

    def grow(parent: int | None, depth: int) -> None:
        for key in sorted(below.get(parent, []), key=lambda pk: units[pk].name):
            found.append(Branch(units[key].code, units[key].name, total[key], depth))
            grow(key, depth + 1)

    grow(None, 0)
    return found


def _seen(user: User) -> QuerySet[Record]:
    return DOCUMENT.visible_to(user).exclude(state="withdrawn").order_by()


def review_due(user: User, within_days: int = 90) -> QuerySet[Record]:
    """Return the documents in force that `user` sees and whose periodic review is due, the longest overdue first."""
    bound = timezone.localdate() + dt.timedelta(days=within_days)
    due = DOCUMENT.visible_to(user).filter(state="effective", document__next_review__lte=bound)
    related = due.select_related("owner", "unit", "document__kind__record", "document__current__record")
    return related.order_by("document__next_review", "pk")


def revisions_of(user: User, document: Document) -> QuerySet[Record]:
    """Return the revisions of a document that `user` sees, newest first."""
    seen = REVISION.visible_to(user).filter(revision__document=document)
    return seen.select_related("owner", "revision").order_by("-revision__ordinal")


def in_force_on(document: Document, at: dt.datetime) -> Revision | None:
    """Return the revision that was in force at a time, if any."""
    return _in_force(at).filter(document=document).first()


def all_in_force_on(user: User, at: dt.datetime) -> QuerySet[Revision]:
    """Return the revisions that were in force at a time, of the documents that `user` sees now, by number."""
    seen = REVISION.visible_to(user).values("pk")
    return _in_force(at).filter(pk__in=seen).order_by("document__record__number")


def _in_force(at: dt.datetime) -> QuerySet[Revision]:
    ended = Q(superseded_at__isnull=True) | Q(superseded_at__gt=at)
    return Revision.objects.filter(ended, effective_at__lte=at).select_related(
        "record", "document__record", "document__kind__record"
    )


@dataclass(frozen=True)
class Pair:
    """Two revisions to be compared, the older first, with their texts.

    `of_files` says that at least one is a file, of which only the text that could be read is compared.
    """

    old: Revision
    new: Revision
    old_text: str
    new_text: str
    of_files: bool


def pair_of(user: User, document: Document, one: int, other: int) -> Pair:
    """Return two revisions of a document, by their ordinals, to be compared.

    Raises Revision.DoesNotExist where there is no such revision, and alike where `user` may not see it.
    """
    seen = REVISION.visible_to(user).filter(revision__document=document).values("pk")
    rows = Revision.objects.filter(pk__in=seen, ordinal__in=(one, other))
    found = {row.ordinal: row for row in rows.select_related("record", "content", "file")}
    if one not in found or other not in found:
        raise Revision.DoesNotExist
    old, new = sorted((found[one], found[other]), key=lambda revision: revision.ordinal)
    return Pair(old, new, _text(old), _text(new), old.content is None or new.content is None)


def before(revision: Revision) -> Revision | None:
    """Return the revision that was in force before this one, or is while it is open: what readers knew."""
    issued = Revision.objects.filter(document_id=revision.document_id, ordinal__lt=revision.ordinal)
    return (
        issued.filter(effective_at__isnull=False)
        .select_related("record", "content", "file")
        .order_by("-ordinal")
        .first()
    )


def missing_references(text: str) -> list[str]:
    """Return the numbers that a text links to and that no record has, in order; one query where it links to any."""
    numbers = references(text)
    if not numbers:
        return []
    return sorted(numbers - set(Record.objects.filter(number__in=numbers).values_list("number", flat=True)))


def told_missing(text: str) -> list[str]:
    """Return a sentence for each record that a text refers to and that does not exist."""
    return [
        _("The text refers to %(number)s, which does not exist.") % {"number": number}
        for number in missing_references(text)
    ]


def successor_of(revision: Revision) -> Revision | None:
    """Return the revision that took a superseded one's place; None where there is none."""
    later = Revision.objects.filter(
        document_id=revision.document_id, ordinal__gt=revision.ordinal, effective_at__isnull=False
    )
    return later.select_related("record").order_by("ordinal").first()


def _text(revision: Revision) -> str:
    return revision.content.body if revision.content is not None else words_of(revision)


def copies(user: User, *, out_only: bool = False) -> QuerySet[ControlledCopy]:
    """Return the register of controlled copies of documents that `user` controls, or holds, newest first."""
    controlled = Q(document__record__unit_id__in=units_where(user, CONTROL))
    rows = ControlledCopy.objects.filter(controlled | Q(holder=user))
    if out_only:
        rows = rows.filter(reconciled__isnull=True)
    return rows.select_related("document__record", "revision__record", "holder", "issued_by").order_by("-pk")


@dataclass(frozen=True)
class Thread:
    """A comment and its answers."""

    comment: Comment
    replies: Sequence[Comment]


def threads(revision: Revision) -> list[Thread]:
    """Return the discussion of a revision, oldest thread first; two queries."""
    replies = Comment.objects.select_related("author", "text").order_by("number")
    firsts = revision.comments.filter(answers__isnull=True).select_related("author", "text", "resolved_by")
    found = firsts.prefetch_related(Prefetch("replies", replies)).order_by("number")
    return [Thread(comment, list(comment.replies.all())) for comment in found]


def signatures_on(revision: Revision) -> list[Signature]:
    """Return the signatures that count for a revision as it stands, oldest first: its approvals, no readings.

    What was countersigned on the way counts as well. What was signed before it went back to draft stays in its history
    and is left out here. Of a revision that was approved outside Setsquare it is the signature of who carried its
    document over.
    """
    beside = ("signer", "on_behalf_of", "entry")
    if revision.approved_outside_by:
        made = Signature.objects.filter(record_id=revision.document_id, meaning=CARRIED_OVER.code)
        return list(made.select_related(*beside).defer("entry__state").order_by("id")[:1])
    back = Entry.objects.filter(record_id=revision.pk, command__in=_BACK).order_by("-seq").values("seq")[:1]
    counts = Q(meaning=COUNTERSIGNED.code, entry__seq__gt=Coalesce(Subquery(back), 0))
    if revision.sent is not None:
        counts |= Q(at__gte=revision.sent)
    made = Signature.objects.filter(counts, record_id=revision.pk).exclude(meaning="read")
    return list(made.select_related(*beside).defer("entry__state").order_by("id"))


@dataclass(frozen=True)
class CarriedOver:
    """Who approved a revision outside Setsquare and when, and who carried it over (empty where nobody signed)."""

    approved_by: str
    approved_on: dt.date
    carried_by: str
    carried_at: dt.datetime | None
    evidence: Attachment | None


def carried_over(revision: Revision) -> CarriedOver | None:
    """Return by whom and when a revision was approved outside Setsquare; None for one that was approved here."""
    if not revision.approved_outside_by or revision.approved_outside_on is None:
        return None
    made = next(iter(signatures_on(revision)), None)
    kept = Attachment.objects.filter(record_id=revision.pk, role="evidence", removed__isnull=True)
    return CarriedOver(
        revision.approved_outside_by,
        revision.approved_outside_on,
        made.printed_name if made is not None else "",
        made.at if made is not None else None,
        kept.select_related("blob").first() if revision.evidence_id else None,
    )


def carried_over_in_words(found: CarriedOver, carried_on: str) -> str:
    """Return what stands in place of an approval's signatures; `carried_on` is the day where the reader is."""
    words = {"approver": found.approved_by, "approved": formats.date_format(found.approved_on)}
    if found.carried_at is None:
        return _("Approved outside Setsquare by %(approver)s on %(approved)s.") % words
    sentence = _(
        "Approved outside Setsquare by %(approver)s on %(approved)s; carried over by %(carrier)s on %(carried)s."
    )
    return sentence % {**words, "carrier": found.carried_by, "carried": carried_on}


def history(record: Record, *, before_seq: int | None = None, limit: int = 50) -> list[Passage]:
    """Return a page of what happened to a record, newest first; `before_seq` is the last one of the page before.

    A revision that thousands have read has as many entries; none of its pages reads them all.
    """
    entries = Entry.objects.filter(record=record).select_related("actor", "on_behalf_of")
    if before_seq is not None:
        entries = entries.filter(seq__lt=before_seq)
    page = list(entries.order_by("-seq")[: limit + 1])[::-1]
    passages = told(page)
    return (passages if len(page) <= limit else passages[1:])[::-1]


@dataclass(frozen=True)
class DocumentPage:
    """What the page of a document shows, beside its record's own columns."""

    document: Document
    revisions: Sequence[Record]
    """Those that the person sees, newest first."""
    audience: Sequence[Audience]
    reading: Reading | None
    """Of the revision in force."""
    signatures: Sequence[Signature]
    tasks: Sequence[Task]
    """Open on the document or its revision in work."""
    refers_to: Sequence[Link]
    referred_by: Sequence[Link]
    copies_out: int


def document_page(user: User, record: Record) -> DocumentPage:
    """Return what a document's page shows, in at most nine queries; links show only what `user` may see.

    `record` is one read along with what its register reads along.
    """
    document: Document = record.document
    revisions = list(revisions_of(user, document))
    seen = visible_to(user).values("pk")
    current = document.current
    if current is not None:
        current.document = document
    about = [record.pk, *([document.open_revision_id] if document.open_revision_id else [])]
    tasks = Task.objects.filter(record_id__in=about, done__isnull=True).select_related("assignee", "record")
    return DocumentPage(
        document=document,
        revisions=revisions,
        audience=list(document.audience.select_related("role", "unit", "person").order_by("id")),
        reading=reading_of(current) if current is not None else None,
        signatures=signatures_on(current) if current is not None else [],
        tasks=list(tasks.order_by("due", "id")[:100]),
        refers_to=list(
            Link.objects.filter(source=record, target__in=seen)
            .select_related("target")
            .order_by("target__number")
        ),
        referred_by=list(
            Link.objects.filter(target=record, source__in=seen)
            .select_related("source")
            .order_by("source__number")
        ),
        copies_out=document.copies.filter(reconciled__isnull=True).count(),
    )


@dataclass(frozen=True)
class RevisionPage:
    """What the page of a revision shows, beside its record's own columns."""

    revision: Revision
    threads: Sequence[Thread]
    tasks: Sequence[Task]
    signatures: Sequence[Signature]
    attachments: Sequence[Attachment]
    before: Revision | None
    """What readers knew before, to be compared with."""


def revision_page(record: Record) -> RevisionPage:
    """Return what a revision's page shows, in at most seven queries; open tasks of readers are left out."""
    revision: Revision = record.revision
    attachments = record.attachments.filter(removed__isnull=True).select_related("blob")
    return RevisionPage(
        revision=revision,
        threads=threads(revision),
        tasks=list(open_on(record).exclude(kind="read")[:100]),
        signatures=signatures_on(revision),
        attachments=list(attachments.order_by("added", "id")),
        before=before(revision),
    )
