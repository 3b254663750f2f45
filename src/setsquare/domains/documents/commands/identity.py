"""The document as such: making it, its details, its audience, opening its revisions."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from setsquare.domains.documents.audiences import audience_rows, place_audience, readers, refuse_closed
from setsquare.domains.documents.dates import next_review_after
from setsquare.domains.documents.fields import (
    AudienceRow,
    Line,
    Lines,
    Markdown,
    TextFile,
    Title,
    TypeRef,
    Words,
    types_in_use,
)
from setsquare.domains.documents.foreseeing import wrong_with_new
from setsquare.domains.documents.importing.fitting import fitted
from setsquare.domains.documents.models import Document, DocumentType
from setsquare.domains.documents.permissions import CONTROL, WORK
from setsquare.domains.documents.revising import (
    Opening,
    begin_text,
    from_template,
    note_author,
    open_revision,
    say_imported,
    site_of,
    someone,
)
from setsquare.domains.documents.rules import (
    RESPONSIBLE,
    controls,
    open_number,
)
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import (
    AnyUnit,
    Body,
    FileRef,
    Person,
    Shown,
    UnitRef,
    Widget,
    why_closed,
)
from setsquare.kernel.commands.declaration import Reason, Situation, command, command_of, permitted
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.leaving import PASSED_ON, PassOn, take_over
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task

AREA = Shown(gettext_lazy("Process area"), gettext_lazy("Such as Purchasing; documents are grouped by it."))
KEYWORDS = Shown(gettext_lazy("Keywords"), gettext_lazy("Words by which people look for it."))
STANDARDS = Shown(gettext_lazy("Standards"), gettext_lazy("What it answers, such as ISO 9001:2015 7.5."))
LANGUAGE = Shown(gettext_lazy("Language"), gettext_lazy("Such as en or de."))
PUBLISHER = Shown(gettext_lazy("Publisher"))
EDITION = Shown(gettext_lazy("Edition"))
COPY_PLACE = Shown(
    gettext_lazy("Licensed copy"), gettext_lazy("Where the copy of an external document is kept.")
)
Area = Annotated[str, Field(max_length=120)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")]
Name = Annotated[str, Field(max_length=200)]


ChosenType = Annotated[
    TypeRef, Shown(gettext_lazy("Type"), widget=Widget.CHOICE, of="document_type", choices=types_in_use)
]


InUnit = Annotated[UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("It applies here and in all below."))]


def _whole_number(number: str) -> str:
    if "/" in number or number != number.strip():  # what follows a stroke is the number of a revision
        raise ValueError(
            _("Leave %(characters)s out of a number; write it such as SOP-001.") % {"characters": "/"}
        )
    return number


class CreateDocument(Body):
    """A new document and its first revision."""

    type: ChosenType
    title: Annotated[Title, Shown(gettext_lazy("Title"))]
    unit: InUnit
    owner: Annotated[Person | None, Shown(gettext_lazy("Owner"), gettext_lazy("Empty: you."))] = None
    number: Annotated[
        str,
        Field(max_length=70),
        AfterValidator(_whole_number),
        Shown(gettext_lazy("Number"), gettext_lazy("Empty: the next one of its type.")),
    ] = ""
    area: Annotated[Area, AREA] = ""
    keywords: Annotated[Line, KEYWORDS] = ""
    standards: Annotated[Lines, STANDARDS] = []
    language: Annotated[Language, LANGUAGE] = "en"
    review_months: Annotated[
        int | None,
        Field(ge=0, le=120),
        Shown(gettext_lazy("Months between reviews"), gettext_lazy("Empty: as its type says.")),
    ] = None
    audience: Annotated[
        list[AudienceRow] | None,
        Field(max_length=200),
        Shown(gettext_lazy("Audience"), gettext_lazy("Empty: as its type says."), Widget.ROWS),
    ] = None
    source: Annotated[
        TextFile | None,
        Shown(
            gettext_lazy("Take the text from a file"),
            gettext_lazy("Word, OpenDocument, Markdown or HTML."),
            Widget.FILE,
        ),
    ] = None
    file: Annotated[
        FileRef | None,
        Shown(gettext_lazy("Controlled file"), gettext_lazy("The file itself is the content."), Widget.FILE),
    ] = None
    content: Annotated[
        Markdown | None,
        Shown(gettext_lazy("Text"), gettext_lazy("Empty: the type's template."), Widget.MARKDOWN),
    ] = None
    why: Annotated[Words, Shown(gettext_lazy("Why it is made"), widget=Widget.LONG_TEXT)] = ""
    publisher: Annotated[Name, PUBLISHER] = ""
    edition: Annotated[Area, EDITION] = ""
    copy_place: Annotated[Line, COPY_PLACE] = ""


@command(
    "document",
    "create",
    label=gettext_lazy("New document"),
    past=gettext_lazy("made the document"),
    body=CreateDocument,
    who=(permitted(WORK), permitted(CONTROL)),
    creates=True,
    foresees=wrong_with_new,
)
def create(act: Act, body: CreateDocument) -> Record:
    """Make a document with its first revision, from its type's template, a text or a file."""
    kind: DocumentType = body.type.document_type
    owner = body.owner or someone(act, kind.record.owner)
    record = act.create(
        title=body.title,
        unit=body.unit,
        owner=owner,
        number=body.number,
        series_pattern=kind.number_pattern,
        series_values={"site": site_of(body.unit), "type": kind.code.upper()},
        kind=kind,
        review_months=kind.review_months if body.review_months is None else body.review_months,
        **body.model_dump(include={"area", "keywords", "standards", "language"}),
        **body.model_dump(include={"publisher", "edition", "copy_place"}),
    )
    document: Document = record.document
    given = kind.audience if body.audience is None else None
    place_audience(document, audience_rows(document, body.audience or [], given))
    source = fitted(body.source, body.title, kind) if body.source is not None else None
    begun = begin_text(act, document, source, body.content)
    if source is not None:
        say_imported(act, source)
    if body.file is not None:
        begun = {"file": body.file.blob, "file_name": body.file.name}
    elif not begun and kind.content != DocumentType.Content.FILE:
        begun = {"content": act.text(from_template(kind, body.title, record.number))}
    author = someone(act, owner)
    opening = Opening.model_validate(
        {"document": record, "author": author, "title": body.title, "why": body.why, **begun}
    )
    document.open_revision = open_revision(act, opening)
    act.conclude(
        gettext_noop("%(number)s was made. Its first revision is a draft now; %(name)s goes on with it."),
        name=author.name,
    )
    return record


class EditDocument(Body):
    """A document's details; what is left out stays as it is."""

    title: Annotated[Title | None, Shown(gettext_lazy("Title"))] = None
    owner: Annotated[Person | None, Shown(gettext_lazy("Owner"))] = None
    unit: Annotated[AnyUnit | None, Shown(gettext_lazy("Unit"))] = None
    area: Annotated[Area | None, AREA] = None
    keywords: Annotated[Line | None, KEYWORDS] = None
    standards: Annotated[Lines | None, STANDARDS] = None
    language: Annotated[Language | None, LANGUAGE] = None
    review_months: Annotated[
        int | None,
        Field(ge=0, le=120),
        Shown(
            gettext_lazy("Months between reviews"),
            gettext_lazy("0 for a document that is not reviewed periodically."),
        ),
    ] = None
    publisher: Annotated[Name | None, PUBLISHER] = None
    edition: Annotated[Area | None, EDITION] = None
    copy_place: Annotated[Line | None, COPY_PLACE] = None


PLAIN = ("area", "keywords", "standards", "language", "publisher", "edition", "copy_place")


APPROVED_WITH_IT = ("standards", "language", "publisher", "edition")
"""What of it counts as approved, besides title and unit, as soon as a revision is in force."""


def as_is(situation: Situation) -> Mapping[str, Any]:
    """Return the document's details as a form shows them."""
    record, document = situation.subject, situation.detail
    return {
        "title": record.title,
        "owner": record.owner.username,
        "unit": record.unit.code,
        "review_months": document.review_months,
        **{name: getattr(document, name) for name in PLAIN},
    }


@command(
    "document",
    "edit",
    label=gettext_lazy("Edit details"),
    past=gettext_lazy("edited its details"),
    body=EditDocument,
    who=(permitted(CONTROL), permitted(WORK)),
    initial=as_is,
    edits=True,
    bulk=True,
)
def edit(act: Act, body: EditDocument) -> None:
    """Change a document's details."""
    record, document = act.record, act.detail
    if record.state == "effective" and not controls(act):
        raise NotPermitted(_("It is in force; who controls documents changes its details."))
    _keep_as_approved(record, document, body)
    for name in PLAIN:
        if (value := getattr(body, name)) is not None:
            setattr(document, name, value)
    if body.review_months is not None and body.review_months != document.review_months:
        _check_interval(act, document, body.review_months)
        document.review_months = body.review_months
        begun = document.last_review
        document.next_review = next_review_after(begun, body.review_months) if begun else None
    if body.title is not None and body.title != record.title:
        _retitle(act, document, body.title)
    if body.owner is not None and body.owner.pk != record.owner_id:
        _hand_over(act, record, body.owner)
    if body.unit is not None and body.unit.pk != record.unit_id:
        place_in(act, record, body.unit, WORK)
    act.conclude(gettext_noop("The details of %(number)s are as given now."))


def _check_interval(act: Act, document: Document, months: int) -> None:
    """Keep a document in force to the longest interval of its type; without one, nobody is asked to review it."""
    longest = document.kind.review_months
    if act.record.state == "effective" and longest and not 0 < months <= longest:
        sentence = _(
            "Documents of this type are reviewed at least every %(months)s months; give that or fewer."
        )
        raise Refused({"review_months": sentence % {"months": longest}})
    if not months:
        act.finish(Task.objects.filter(record=act.record, kind="periodic_review"), "not_needed")


def _keep_as_approved(record: Record, document: Document, body: EditDocument) -> None:
    """Refuse to change in passing what is before the approvers, or was approved with the revision in force."""
    changed = [
        name
        for name in APPROVED_WITH_IT
        if getattr(body, name) is not None and getattr(body, name) != getattr(document, name)
    ]
    if body.unit is not None and body.unit.pk != record.unit_id:
        changed.append("unit")
    opened = document.open_revision
    if opened is not None and opened.record.state in BEFORE_APPROVERS:
        if body.review_months is not None and body.review_months != document.review_months:
            changed.append("review_months")
        if changed:
            sentence = _(
                "%(number)s is approved with this, and on its way: take it back to the draft first, then change it."
            )
            raise Refused(dict.fromkeys(changed, sentence % {"number": opened.record.number}))
    revision = document.current
    if revision is None:
        return
    number = revision.record.number
    if body.title is not None and body.title != record.title:
        sentence = _(
            "The title was approved with %(number)s: it changes with the next revision, in its draft."
        )
        raise Refused({"title": sentence % {"number": number}})
    if changed:
        sentence = _(
            "This was approved with %(number)s: who may approve documents changes it, by “%(command)s”."
        )
        words = {"number": number, "command": command_of("document", "redefine").label}
        raise Refused(dict.fromkeys(changed, sentence % words))


BEFORE_APPROVERS = ("in_approval", "approved")
"""States of a revision in which what is approved with it stays as it is."""


def _retitle(act: Act, document: Document, title: str) -> None:
    revision = document.open_revision
    if revision is not None:
        if revision.record.state != "draft":
            sentence = _("%(number)s is on its way to approval; its title is changed in the draft.")
            raise Refused({"title": sentence % {"number": open_number(document)}})
        act.also("revision", "retitle", revision.record, {"title": title})
    act.record.title = title


def _hand_over(act: Act, record: Record, owner: User) -> None:
    record.owner = owner
    waiting = Task.objects.filter(record=record, kind="periodic_review", done__isnull=True).first()
    if waiting is not None:
        act.finish([waiting], "handed_over")
        act.ask("periodic_review", owner, waiting.due)


@command("document", "pass_on", **PASSED_ON, reason=Reason.NEVER)
def pass_on(act: Act, body: PassOn) -> None:
    """Give the document and its periodic review to who takes over from somebody who left; the system does this."""
    take_over(act, body)
    for task in Task.objects.filter(record=act.record, assignee=body.person, done__isnull=True):
        act.finish([task], "handed_over")
        act.ask(task.kind, body.to, task.due, step=task.step, **task.details)


def place_in(act: Act, record: Record, unit: Unit, needed: str) -> None:
    """Move the act's document with its revisions to another unit, where the actor needs a permission as well."""
    if why := why_closed(unit):
        raise Refused({"unit": why})
    if act.actor.user is not None and not _may_place(act, unit, needed):
        raise Refused({"unit": _("You may not place documents in %(unit)s.") % {"unit": unit.name}})
    record.unit = unit
    document: Document = act.detail
    place_audience(document, list(document.audience.order_by("id")))
    for revision in document.revisions.select_related("record").order_by("ordinal"):
        act.also("revision", "relocate", revision.record, {"unit": unit})


def _may_place(act: Act, unit: Unit, needed: str) -> bool:
    there = Situation(act.actor, act.thing, None, unit.pk).permissions
    return needed in there or (needed == WORK and CONTROL in there)


class Retitle(Body):
    """A new title."""

    title: Annotated[Title, Shown(gettext_lazy("Title"))]


@command(
    "document",
    "retitle",
    label=gettext_lazy("Change the title"),
    past=gettext_lazy("changed its title"),
    body=Retitle,
    reason=Reason.NEVER,
)
@command(
    "revision",
    "retitle",
    label=gettext_lazy("Change the title"),
    past=gettext_lazy("changed its title"),
    body=Retitle,
    reason=Reason.NEVER,
)
def retitle(act: Act, body: Retitle) -> None:
    """Give a document in preparation or a draft another title; part of other commands. Who does is an author of it."""
    act.record.title = body.title
    if act.record.type == "revision":
        note_author(act, act.detail)


NewPlace = Annotated[UnitRef, Shown(gettext_lazy("Unit"))]


class Relocate(Body):
    """A new unit."""

    unit: NewPlace


@command(
    "revision",
    "relocate",
    label=gettext_lazy("Move"),
    past=gettext_lazy("moved it with its document"),
    body=Relocate,
    reason=Reason.NEVER,
)
def relocate(act: Act, body: Relocate) -> None:
    """Move a revision along with its document; part of editing the document."""
    act.record.unit = body.unit


class SetAudience(Body):
    """Who has to read it."""

    audience: Annotated[
        list[AudienceRow], Field(max_length=200), Shown(gettext_lazy("Audience"), widget=Widget.ROWS)
    ]


def _audience_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.audience.select_related("role", "unit", "person").order_by("id")
    return {
        "audience": [
            {
                "role": row.role.code if row.role else None,
                "unit": row.unit.code if row.unit else None,
                "person": row.person.username if row.person else None,
            }
            for row in rows
        ]
    }


@command(
    "document",
    "set_audience",
    label=gettext_lazy("Set the audience"),
    past=gettext_lazy("set its audience"),
    body=SetAudience,
    who=RESPONSIBLE,
    initial=_audience_as_is,
    edits=True,
    bulk=True,
    reindexes=False,
)
def set_audience(act: Act, body: SetAudience) -> None:
    """Say who has to read the document; whoever is added is asked soon after, whoever is left out no longer."""
    document: Document = act.detail
    if not body.audience and act.record.state == "effective" and act.actor.user is not None:
        raise Refused({"audience": _("It is in force: say who has to read it.")})
    kept = document.audience.filter(unit__isnull=False).values_list("unit__code", flat=True)
    refuse_closed(body.audience, set(kept))
    place_audience(document, audience_rows(document, body.audience))
    if not readers(document).exists():
        act.conclude(gettext_noop("The audience of %(number)s reaches nobody who works here now."))
        return
    act.conclude(
        gettext_noop(
            "Whoever is new in the audience of %(number)s is asked to read it; whoever is not in it no longer is."
        )
        if document.current_id is not None
        else gettext_noop("The audience of %(number)s is asked to read it once it is in force.")
    )
