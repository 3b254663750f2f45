"""Opening revisions and writing on them: what several commands share."""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ConfigDict, WithJsonSchema

from setsquare.domains.documents.fields import Imported
from setsquare.domains.documents.models import Document, DocumentType, Revision
from setsquare.kernel.accounts.models import Unit, UnitPath, User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Attachment, Blob, Text, Upload
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import visible_to
from setsquare.kernel.writing.links import with_links
from setsquare.kernel.writing.markdown import images
from setsquare.kernel.writing.required import begun_from

_by_digest = WithJsonSchema({"type": "string", "format": "sha256"})


OfDocument = Annotated[RecordRef, Shown(gettext_lazy("Document"))]


ByAuthor = Annotated[Person, Shown(gettext_lazy("Author"))]


class Opening(Body):
    """What a new revision begins with; made by other commands, never by a person directly."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    document: OfDocument
    author: ByAuthor
    title: Annotated[str, Shown(gettext_lazy("Title"))]
    kind: Annotated[str, Shown(gettext_lazy("Change"))] = "normal"
    summary: Annotated[str, Shown(gettext_lazy("What changed"))] = ""
    why: Annotated[str, Shown(gettext_lazy("Why"))] = ""
    content: Annotated[Text | None, _by_digest, Shown(gettext_lazy("Content"))] = None
    file: Annotated[Blob | None, _by_digest, Shown(gettext_lazy("File"))] = None
    file_name: Annotated[str, Shown(gettext_lazy("File name"))] = ""
    figures: Annotated[list[tuple[Blob, str]], _by_digest, Shown(gettext_lazy("Figures"))] = []
    authors: Annotated[list[str], Shown(gettext_lazy("Who wrote what it begins with"))] = []


def open_revision(act: Act, opening: Opening) -> Revision:
    """Make a document's next revision within a command of the document."""
    revision: Revision = act.also("revision", "create", None, opening).revision
    return revision


def site_of(unit: Unit) -> str:
    """Return the code of the site that a unit belongs to, its own where there is none above."""
    above = UnitPath.objects.filter(descendant=unit, ancestor__kind=Unit.Kind.SITE).order_by("depth")
    return above.values_list("ancestor__code", flat=True).first() or unit.code


def from_template(kind: DocumentType, title: str, number: str) -> str:
    """Return what a new document of this type begins with."""
    return begun_from(kind.template.body, title, number)


def note_author(act: Act, revision: Revision) -> None:
    """Keep that the actor wrote on the revision: authors do not approve."""
    if act.actor.user is not None and act.user.username not in revision.authors:
        revision.authors = [*revision.authors, act.user.username]


def require_text(kind: DocumentType, field: str) -> None:
    """Refuse a text where the type asks for a file."""
    if kind.content == DocumentType.Content.FILE:
        sentence = _("Documents of the type “%(type)s” are files; upload one.")
        raise Refused({field: sentence % {"type": kind.record.title}})


def require_file(kind: DocumentType, field: str) -> None:
    """Refuse a file where the type asks for a text."""
    if kind.content == DocumentType.Content.TEXT:
        sentence = _("Documents of the type “%(type)s” are texts; import the file instead.")
        raise Refused({field: sentence % {"type": kind.record.title}})


def set_text(act: Act, revision: Revision, body: str) -> None:
    """Make a text the revision's content; a file that was it is kept as removed."""
    if revision.file_id is not None:
        _take_out_file(act)
    revision.content = act.text(body)
    revision.file = None
    revision.file_name = ""


def set_file(act: Act, revision: Revision, upload: Upload) -> None:
    """Make an uploaded file the revision's content; an earlier one is kept as removed."""
    _take_out_file(act)
    act.attach(upload.blob, upload.name, "content")
    revision.file = upload.blob
    revision.file_name = upload.name
    revision.content = None


def _take_out_file(act: Act) -> None:
    for former in act.record.attachments.filter(role="content", removed__isnull=True):
        act.detach(former)


def take_out_unshown(act: Act, revision: Revision) -> None:
    """Keep the figures that the text does not show as removed: they belong to earlier drafts."""
    figures = figures_of(act.record)
    shown = images(revision.content.body) if figures and revision.content is not None else ()
    for digest, figure in figures.items():
        if digest not in shown:
            act.detach(figure)


def attach_pictures(act: Act, pictures: Iterable[tuple[Blob, str]]) -> None:
    """Attach pictures to the record as figures of its text; those it has already are not attached again."""
    have = set(figures_of(act.record))
    for blob, name in pictures:
        if blob.digest not in have:
            act.attach(blob, name, "figure")
            have.add(blob.digest)


def figures_of(record: Record) -> Mapping[str, Attachment]:
    """Return the figures of a revision by digest."""
    figures = record.attachments.filter(role="figure", removed__isnull=True).select_related("blob")
    return {figure.blob_id: figure for figure in figures}


def pictures_in(act: Act, document: Document | None, text: str, field: str) -> list[tuple[Blob, str]]:
    """Return the pictures that a text shows, each uploaded by the actor or part of an earlier revision.

    Raises Refused at `field` for a picture that is neither, so that nobody shows what they may not see.
    """
    wanted = images(text)
    if not wanted:
        return []
    known: dict[str, tuple[Blob, str]] = {}
    if document is not None:
        earlier = Attachment.objects.filter(
            record__revision__document=document, role="figure", blob_id__in=wanted
        )
        known.update({row.blob_id: (row.blob, row.name) for row in earlier.select_related("blob")})
    uploads = Upload.objects.filter(blob_id__in=wanted).select_related("blob")
    if act.actor.user is not None:
        uploads = uploads.filter(user=act.user)
    known.update({row.blob_id: (row.blob, row.name) for row in uploads})
    if missing := wanted - set(known):
        sentence = _("The text shows a picture that was not uploaded by you: %(digest)s …")
        raise Refused({field: sentence % {"digest": sorted(missing)[0][:12]}})
    return list(known.values())


def linked(act: Act, text: str) -> str:
    """Return a typed text with `[[SOP-001]]` as a link, for each record that is there and that the actor may see."""

    def known(numbers: Collection[str]) -> set[str]:
        seen = visible_to(act.user) if act.actor.user is not None else Record.objects.all()
        return set(seen.filter(number__in=numbers).values_list("number", flat=True))

    return with_links(text, known)


def say_imported(act: Act, source: Imported) -> None:
    """Tell the trail from which file a text is, and what of it was changed or left out."""
    name, remarks = source.upload.name, " ".join(source.warnings)
    if remarks:
        act.say(gettext_noop("from %(name)s: %(remarks)s"), name=name, remarks=remarks)
    else:
        act.say(gettext_noop("from %(name)s"), name=name)


def begin_text(
    act: Act, document: Document, source: Imported | None, content: str | None
) -> dict[str, object]:
    """Return the content and figures of an opening from an imported file or a given text."""
    if source is not None:
        return {"content": act.text(source.markdown), "figures": list(source.pictures)}
    if content is not None:
        pictures = pictures_in(act, document, content, "content")
        return {"content": act.text(linked(act, content)), "figures": pictures}
    return {}


def someone(act: Act, fallback: User) -> User:
    """Return who acts, or `fallback` for the system."""
    return act.actor.user or fallback
