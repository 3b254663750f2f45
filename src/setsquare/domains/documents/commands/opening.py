"""Opening a document's revisions."""

from typing import Annotated, Any, Literal

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.fields import Words
from setsquare.domains.documents.models import Document, DocumentType, Revision
from setsquare.domains.documents.next_steps import TO_WRITE, ask_to_work_on
from setsquare.domains.documents.revising import Opening, attach_pictures, open_revision, someone
from setsquare.domains.documents.rules import WRITERS, nothing_open
from setsquare.domains.documents.texts import find_anew
from setsquare.domains.documents.thing import CHANGES
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record


@command(
    "revision",
    "create",
    label=gettext_lazy("New revision"),
    past=gettext_lazy("opened the revision"),
    body=Opening,
    creates=True,
)
def create_revision(act: Act, body: Opening) -> Record:
    """Make a document's next revision; part of commands of the document.

    Who opens it gives it its title or says why it is made or changed, and so is one of its authors.
    """
    document: Document = body.document.document
    last = document.revisions.aggregate(last=Max("ordinal"))["last"] or 0
    kind: DocumentType = document.kind
    editorial = body.kind == Revision.Kind.EDITORIAL
    record = act.create(
        title=body.title,
        unit=body.document.unit,
        owner=body.author,
        number=f"{body.document.number}/{last + 1}",
        document=document,
        ordinal=last + 1,
        kind=body.kind,
        content=body.content,
        file=body.file,
        file_name=body.file_name,
        summary=body.summary,
        reason=body.why,
        authors=sorted({*body.authors, *([act.user.username] if act.actor.user else [])}),
        reading=Revision.Reading.NOTHING if editorial else Revision.Reading.WHOLE,
        reading_days=kind.reading_days,
        reading_signature=kind.reading_signature,
    )
    if document.current is not None:
        ask_to_work_on(act, TO_WRITE)
    attach_pictures(act, body.figures)
    if body.file is not None:
        act.attach(body.file, body.file_name, "content")
    return record


class NewRevision(Body):
    """Why there is to be a next revision."""

    kind: Annotated[
        Literal["normal", "editorial"],
        Shown(
            gettext_lazy("Change"),
            gettext_lazy(
                "Editorial: nothing that people do changes; one approval by who controls documents."
            ),
            choices=CHANGES,
        ),
    ] = "normal"
    why: Annotated[
        Words, Field(min_length=1), Shown(gettext_lazy("Why it is changed"), widget=Widget.LONG_TEXT)
    ]
    summary: Annotated[
        Words, Shown(gettext_lazy("What changes"), gettext_lazy("Readers see this first."), Widget.LONG_TEXT)
    ] = ""
    author: Annotated[Person | None, Shown(gettext_lazy("Author"), gettext_lazy("Empty: you."))] = None


@command(
    "document",
    "new_revision",
    label=gettext_lazy("New revision"),
    past=gettext_lazy("opened a new revision"),
    body=NewRevision,
    who=WRITERS,
    conditions=(nothing_open,),
    reason=Reason.NEVER,
    prominent=True,
    bulk=True,
    reindexes=False,
)
def new_revision(act: Act, body: NewRevision) -> None:
    """Open the next revision, with the content of the one in force."""
    begin_revision(act, kind=body.kind, why=body.why, summary=body.summary, author=body.author)


def begin_revision(act: Act, *, kind: str, why: str, summary: str = "", author: User | None = None) -> None:
    """Open a document's next revision within one of its commands."""
    document: Document = act.detail
    if document.open_revision is not None:
        raise WrongState(nothing_open(act.situation) or "")
    if kind == Revision.Kind.EDITORIAL and document.current is None:
        raise Refused({"kind": _("Nothing is in force yet, so the change cannot be editorial.")})
    former = document.current or document.revisions.order_by("-ordinal").first()
    opening: dict[str, Any] = {
        "document": act.record,
        "author": author or someone(act, act.record.owner),
        "title": act.record.title,
        "kind": kind,
        "why": why,
        "summary": summary,
    }
    if former is not None:
        if former != document.current:  # its text was approved by nobody: who wrote it wrote on this one, too
            opening["authors"] = [*former.authors, former.record.owner.username]
        figures = former.record.attachments.filter(role="figure", removed__isnull=True)
        opening |= {
            "content": former.content,
            "file": former.file,
            "file_name": former.file_name,
            "figures": [(figure.blob, figure.name) for figure in figures.select_related("blob")],
        }
    document.open_revision = open_revision(act, Opening.model_validate(opening))
    opened = document.open_revision.record
    act.say(gettext_noop("%(revision)s"), revision=opened.number)
    act.conclude(
        gettext_noop("%(revision)s is open as a draft; %(name)s works on it."),
        revision=opened.number,
        name=opened.owner.name,
    )
    if document.current is None:
        find_anew(document)


@command(
    "document",
    "close_revision",
    label=gettext_lazy("Close the revision in work"),
    past=gettext_lazy("closed the revision in work"),
    reason=Reason.NEVER,
    reindexes=False,
)
def close_revision(act: Act, _body: Body) -> None:
    """Note that a document's open revision was discarded; part of discarding it."""
    act.detail.open_revision = None
