"""What search finds documents by, and keeping it in step while a first revision is written."""

from setsquare.domains.documents.models import Document, Revision
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import SearchText
from setsquare.kernel.search.index import index
from setsquare.kernel.writing.markdown import to_text


def document_words(record: Record) -> SearchText:
    """Return the words of a document: those of the revision in force.

    Before there is one, those of the draft, since a document in preparation is seen only by who works on it.
    A later draft is never found by its words, so that readers meet no text that is not in force.
    """
    document: Document = record.document
    revision = document.current or document.open_revision
    kind = document.kind.record.title
    named = [document.area, document.keywords, document.publisher, document.edition, kind]
    return SearchText(
        record.title,
        " ".join(word for word in [*named, *document.standards] if word),
        words_of(revision) if revision is not None else "",
    )


def words_of(revision: Revision) -> str:
    """Return the plain text of a revision's content, its paragraphs apart."""
    if revision.content is not None:
        return to_text(revision.content.body).replace("\n", "\n\n")
    return revision.file.text if revision.file is not None else ""


def find_anew(document: Document) -> None:
    """Renew what search knows of a document whose first revision was changed."""
    revisions = Revision.objects.select_related("content", "file")
    document.open_revision = revisions.get(pk=document.open_revision_id)
    index(document.record, document_words(document.record))


def type_words(record: Record) -> SearchText:
    """Return the words of a document type."""
    kind = record.document_type
    return SearchText(record.title, f"{kind.code} {kind.description}")
