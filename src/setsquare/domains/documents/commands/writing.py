"""Writing a revision while it is a draft."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.documents.fields import Markdown, TextFile, Title, Words
from setsquare.domains.documents.importing.fitting import fitted
from setsquare.domains.documents.models import Revision, WorkingText, decision_of
from setsquare.domains.documents.next_steps import hand_steps_over
from setsquare.domains.documents.revising import (
    attach_pictures,
    linked,
    note_author,
    pictures_in,
    require_file,
    require_text,
    say_imported,
    set_file,
    set_text,
)
from setsquare.domains.documents.rules import RESPONSIBLE, WRITERS, controls
from setsquare.domains.documents.states import TALK
from setsquare.domains.documents.texts import find_anew
from setsquare.domains.documents.thing import READINGS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.files.store import read
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.reading import as_of
from setsquare.kernel.writing.media import sniff_picture


class Save(Body):
    """What was written; what is left out stays as it is."""

    content: Annotated[Markdown | None, Shown(gettext_lazy("Text"), widget=Widget.MARKDOWN)] = None
    title: Annotated[Title | None, Shown(gettext_lazy("Title"))] = None
    summary: Annotated[
        Words | None,
        Shown(gettext_lazy("What changed"), gettext_lazy("Readers see this first."), Widget.LONG_TEXT),
    ] = None
    why: Annotated[Words | None, Shown(gettext_lazy("Why it is changed"), widget=Widget.LONG_TEXT)] = None


def _as_is(situation: Situation) -> Mapping[str, Any]:
    revision: Revision = situation.detail
    return {
        "content": revision.content.body if revision.content else "",
        "title": situation.subject.title,
        "summary": revision.summary,
        "why": revision.reason,
    }


@command(
    "revision",
    "save",
    label=gettext_lazy("Save"),
    past=gettext_lazy("edited it"),
    body=Save,
    who=WRITERS,
    listed=False,
    tolerates=TALK | {"escalate", "plan_reading", "attach_figure"},
    initial=_as_is,
)
def save(act: Act, body: Save) -> None:
    """Save text, title and what is said of the change."""
    revision: Revision = act.detail
    if body.content is not None:
        require_text(revision.document.kind, "content")
        attach_pictures(act, pictures_in(act, revision.document, body.content, "content"))
        set_text(act, revision, linked(act, body.content))
    if body.summary is not None:
        revision.summary = body.summary
    if body.why is not None:
        revision.reason = body.why
    if body.title is not None and body.title != act.record.title:
        act.record.title = body.title
    _written(act, revision)


def _written(act: Act, revision: Revision) -> None:
    """Note the author, drop what they had not saved, and keep a document in preparation in step."""
    note_author(act, revision)
    if act.actor.user is not None:
        WorkingText.objects.filter(revision=revision, user=act.user).delete()
    document = revision.document
    if document.record.state != "preparing" or document.open_revision_id != revision.pk:
        return
    revision.save()
    if document.record.title != act.record.title:
        act.also("document", "retitle", document.record, {"title": act.record.title})
    find_anew(type(document).objects.select_related("record", "kind__record").get(pk=document.pk))


Figure = Annotated[
    FileRef,
    Shown(gettext_lazy("Picture"), gettext_lazy("PNG, JPEG or GIF, at most 50 megapixels."), Widget.FILE),
]


class AttachFigure(Body):
    """A picture for the text."""

    file: Figure


@command(
    "revision",
    "attach_figure",
    label=gettext_lazy("Add a figure"),
    past=gettext_lazy("added a figure"),
    body=AttachFigure,
    who=WRITERS,
    listed=False,
    tolerates=TALK | {"escalate", "save", "plan_reading", "attach_figure"},
)
def attach_figure(act: Act, body: AttachFigure) -> None:
    """Keep a picture with the draft; the text shows it by its digest, so who adds it is among its authors."""
    if sniff_picture(read(body.file.blob)) is None:
        raise Refused({"file": _("This is not a picture; upload a PNG, JPEG or GIF file.")})
    attach_pictures(act, [(body.file.blob, body.file.name)])
    note_author(act, act.detail)
    act.say(gettext_noop("%(name)s"), name=body.file.name)


TextSource = Annotated[
    TextFile,
    Shown(gettext_lazy("File"), gettext_lazy("Word, OpenDocument, Markdown or HTML."), Widget.FILE),
]


class ImportContent(Body):
    """A file to take the text from."""

    source: TextSource


@command(
    "revision",
    "import_content",
    label=gettext_lazy("Import a text"),
    past=gettext_lazy("imported its text"),
    body=ImportContent,
    who=WRITERS,
    hint=gettext_lazy(
        "Replaces the draft's text by that of the file, with its headings, tables and pictures."
    ),
)
def import_content(act: Act, body: ImportContent) -> None:
    """Replace the draft's text by that of a file."""
    revision: Revision = act.detail
    require_text(revision.document.kind, "source")
    source = fitted(body.source, act.record.title, revision.document.kind)
    attach_pictures(act, source.pictures)
    set_text(act, revision, source.markdown)
    say_imported(act, source)
    act.conclude(gettext_noop("The text of %(number)s is that of the file now."))
    _written(act, revision)


ContentFile = Annotated[FileRef, Shown(gettext_lazy("File"), widget=Widget.FILE)]


class UseFile(Body):
    """A file that is to be the controlled content."""

    file: ContentFile


@command(
    "revision",
    "use_file",
    label=gettext_lazy("Use a file"),
    past=gettext_lazy("put in a file"),
    body=UseFile,
    who=WRITERS,
    hint=gettext_lazy("The file itself becomes the controlled content."),
)
def use_file(act: Act, body: UseFile) -> None:
    """Make a file the draft's content."""
    revision: Revision = act.detail
    require_file(revision.document.kind, "file")
    set_file(act, revision, body.file)
    act.say(gettext_noop("%(name)s"), name=body.file.name)
    act.conclude(gettext_noop("The file %(name)s is the content of %(number)s now."), name=body.file.name)
    _written(act, revision)


class PlanReading(Body):
    """What the audience will have to read, and how long they have."""

    reading: Annotated[
        Literal["whole", "changes", "nothing"], Shown(gettext_lazy("To be read"), choices=READINGS)
    ]
    days: Annotated[int, Field(ge=1, le=365), Shown(gettext_lazy("Days to read"))] = 14


READ_THEN = {
    "whole": gettext_noop(
        "Once %(number)s is in force, its audience is asked to read all of it. Days to read: %(days)s."
    ),
    "changes": gettext_noop(
        "Once %(number)s is in force, its audience is asked to read what changed. Days to read: %(days)s."
    ),
    "nothing": gettext_noop("Once %(number)s is in force, nobody is asked to read it."),
}


def _nothing_decided(situation: Situation) -> Label | None:
    """Rule: who reads it was not decided together with the training."""
    if decision_of(situation.detail) is None:
        return None
    return _("Who reads it was decided together with the training: decide that anew.")


def _plan_as_is(situation: Situation) -> Mapping[str, Any]:
    return {"reading": situation.detail.reading, "days": situation.detail.reading_days}


@command(
    "revision",
    "plan_reading",
    label=gettext_lazy("Plan the reading"),
    past=gettext_lazy("planned its reading"),
    body=PlanReading,
    who=WRITERS,
    reason=Reason.CONTROLLED,
    occasion=_nothing_decided,
    initial=_plan_as_is,
    edits=True,
    tolerates=TALK | {"escalate", "save", "review", "approve", "attach_figure"},
)
def plan_reading(act: Act, body: PlanReading) -> None:
    """Decide what the audience has to read when the revision takes effect."""
    revision: Revision = act.detail
    if act.record.state == "approved":
        _only_more_than_approved(act, body)
    if body.reading != "whole" and revision.document.current_id is None:
        raise Refused({"reading": _("It is the first revision: there is nothing yet that has been read.")})
    revision.reading = body.reading
    revision.reading_days = body.days
    act.conclude(READ_THEN[body.reading], days=body.days)


_MUCH = ("nothing", "changes", "whole")
"""What is to be read, from the least to the most."""


def _only_more_than_approved(act: Act, body: PlanReading) -> None:
    """Have an approved revision keep at least the reading that was signed with it; those who control documents add."""
    if not controls(act):
        raise NotPermitted(_("It is approved; who controls documents plans its reading now."))
    approved = as_of(act.record, act.detail.approved) if act.detail.approved is not None else None
    signed = approved.values["reading"] if approved is not None else act.detail.reading
    if _MUCH.index(body.reading) < _MUCH.index(signed):
        sentence = _(
            "It was approved with more to be read: %(reading)s. To have less read, recall it and have it approved anew."
        )
        raise Refused({"reading": sentence % {"reading": READINGS[signed]}})


NextAuthor = Annotated[Person, Shown(gettext_lazy("Author"))]


class HandOver(Body):
    """Who is to write on."""

    author: NextAuthor


@command(
    "revision",
    "hand_over",
    label=gettext_lazy("Hand over"),
    past=gettext_lazy("handed it over"),
    body=HandOver,
    who=RESPONSIBLE,
    bulk=True,
)
def hand_over(act: Act, body: HandOver) -> None:
    """Make somebody else the author in charge; who wrote before stays an author."""
    revision: Revision = act.detail
    record: Record = act.record
    approvals = Task.objects.filter(record=record, kind="approve", assignee=body.author)
    if revision.sent is not None and approvals.filter(opened__gte=revision.sent).exists():
        sentence = _("%(name)s is among those who approve it; choose somebody else.")
        raise Refused({"author": sentence % {"name": body.author.name}})
    reviews = Task.objects.filter(record=record, kind="review", assignee=body.author, done__isnull=True)
    if reviews.exists():
        sentence = _(
            "%(name)s is asked to review it, and no author does that: reassign the review to somebody else first."
        )
        raise Refused({"author": sentence % {"name": body.author.name}})
    if record.owner.username not in revision.authors and revision.round:
        revision.authors = [*revision.authors, record.owner.username]
    record.owner = body.author
    hand_steps_over(act, body.author)
    act.say(gettext_noop("to %(name)s"), name=body.author.name)
    act.conclude(gettext_noop("%(name)s is the author of %(number)s now."), name=body.author.name)
    if act.actor.user is None or act.user.pk != body.author.pk:
        act.tell(
            body.author,
            "handed_over",
            gettext_noop("You are now the author of %(number)s %(title)s."),
            number=record.number,
            title=record.title,
        )
