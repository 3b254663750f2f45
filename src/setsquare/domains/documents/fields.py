"""Fields that the commands of documents share."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from setsquare.domains.documents.meanings import APPROVAL_LABELS
from setsquare.domains.documents.models import DocumentType
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.bodies import (
    AnyUnit,
    Body,
    Person,
    RoleRef,
    Shown,
    UploadRef,
    Widget,
    name_in,
)
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Blob, Upload
from setsquare.kernel.files.store import read, store
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Fact, Kind, Label, thing_of
from setsquare.kernel.writing.bounds import LONGEST, why_too_heavy
from setsquare.kernel.writing.conversion import Unreadable, to_markdown
from setsquare.kernel.writing.markdown import images, to_text

LONGEST_WORDS = 4000


def _light(text: str) -> str:
    if why := why_too_heavy(text):
        raise ValueError(why)
    return text


def _read_before(text: str) -> str:
    """Parse a text now: what is found is remembered, so that the command need not while others wait for it."""
    to_text(_light(text))
    images(text)
    return text


Markdown = Annotated[str, Field(max_length=LONGEST), AfterValidator(_read_before)]
Words = Annotated[str, Field(max_length=LONGEST_WORDS), AfterValidator(_light)]
Line = Annotated[str, Field(max_length=300)]
Title = Annotated[str, Field(min_length=1, max_length=300)]
Lines = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=100)]


class AudienceRow(Body):
    """Who reads: a person, the members of a unit, or the holders of a role within a unit."""

    role: Annotated[RoleRef | None, Shown(gettext_lazy("Role"))] = None
    unit: Annotated[
        AnyUnit | None,
        Shown(gettext_lazy("Unit"), gettext_lazy("With all below it; empty is the document's own.")),
    ] = None
    person: Annotated[Person | None, Shown(gettext_lazy("Person"))] = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.person is not None and (self.role is not None or self.unit is not None):
            raise ValueError(_("Give a person alone, or a role and a unit."))
        if self.person is None and self.role is None and self.unit is None:
            raise ValueError(_("Give a role, a unit or a person."))
        return self


class StepRow(Body):
    """A step of an approval route."""

    name: Annotated[Line, Field(min_length=1), Shown(gettext_lazy("Step"))]
    mode: Annotated[
        Literal["all", "some"],
        Shown(
            gettext_lazy("Who has to sign"),
            choices={"all": gettext_lazy("All of them"), "some": gettext_lazy("Some of them")},
        ),
    ] = "some"
    needed: Annotated[
        int,
        Field(ge=1, le=50),
        Shown(gettext_lazy("How many"), gettext_lazy("Where some of them have to sign.")),
    ] = 1
    roles: Annotated[list[RoleRef], Shown(gettext_lazy("Holders of these roles"), widget=Widget.ROLES)] = []
    people: Annotated[list[Person], Shown(gettext_lazy("These people"), widget=Widget.PEOPLE)] = []
    meaning: Annotated[
        Literal["checked", "verified", "approved", "released"],
        Shown(gettext_lazy("What the signature says"), choices=APPROVAL_LABELS),
    ] = "approved"

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.roles and not self.people:
            raise ValueError(_("Say who signs this step: roles or people."))
        return self

    def plain(self) -> dict[str, Any]:
        """Return the step as a document type keeps it."""
        return {
            "name": self.name,
            "mode": self.mode,
            "needed": self.needed if self.mode == "some" else 0,
            "roles": [role.code for role in self.roles],
            "people": [person.username for person in self.people],
            "meaning": self.meaning,
        }


@dataclass(frozen=True)
class Imported:
    """A text made from a file, its pictures stored."""

    upload: Upload
    markdown: str
    title: str | None
    warnings: tuple[str, ...]
    pictures: tuple[tuple[Blob, str], ...]
    """With their names."""


def _imported(value: Any, info: ValidationInfo) -> Imported:
    """Convert before the transaction begins: it takes a while, and writers should not wait for it."""
    if isinstance(value, Imported):
        _read_before(value.markdown)
        return value
    upload: Upload = _upload.validate_python(value, context=info.context)
    try:
        converted = to_markdown(read(upload.blob), upload.name)
    except Unreadable as refused:
        raise ValueError(refused.sentence) from refused
    _read_before(converted.markdown)
    pictures = tuple((store(image.data, image.media_type), image.name) for image in converted.images)
    return Imported(upload, converted.markdown, converted.title, converted.warnings, pictures)


_upload: TypeAdapter[Upload] = TypeAdapter(UploadRef)
_sha256 = {"type": "string", "format": "sha256"}
TextFile = Annotated[Imported, PlainValidator(_imported), WithJsonSchema(_sha256)]
"""A Word, OpenDocument, Markdown or HTML file that the actor uploaded, given by its SHA-256, read as text."""


MOST_TYPES = 30
"""Document types that a sentence names."""


def _usable_types(actor: Any) -> str:
    """Return the codes of the document types that the person may use, one after another."""
    in_use = DocumentType.objects.filter(record__state="in_use")
    if actor is not None and actor.user is not None:
        in_use = in_use.filter(record__in=thing_of("document_type").visible_to(actor.user).values("pk"))
    codes = list(in_use.order_by("code").values_list("code", flat=True)[: MOST_TYPES + 1])
    return ", ".join([*codes[:MOST_TYPES], *(["…"] if len(codes) > MOST_TYPES else [])])


def _document_type(value: Any, info: ValidationInfo) -> Record:
    if isinstance(value, Record):
        return value
    kinds = DocumentType.objects.select_related("record__unit", "template")
    code = name_in(value)
    found = kinds.filter(code=code).first() or kinds.filter(record__number=code).first()
    if found is None:
        usable = _usable_types((info.context or {}).get("actor"))
        if not usable:
            raise ValueError(_("There is no document type “%(code)s”.") % {"code": code})
        sentence = _("There is no document type “%(code)s”; there are: %(types)s.")
        raise ValueError(sentence % {"code": code, "types": usable})
    if found.record.state == "proposed":
        sentence = _("%(name)s is not adopted yet; somebody else than its author signs for it first.")
        raise ValueError(sentence % {"name": found.record.title})
    if found.record.state != "in_use":
        raise ValueError(
            _("%(name)s is retired; choose a type that is in use.") % {"name": found.record.title}
        )
    return found.record


TypeRef = Annotated[
    Record, PlainValidator(_document_type), WithJsonSchema({"type": "string", "format": "record"})
]
"""A document type in use, given by its code or number."""


def types_in_use() -> dict[str, Label]:
    """Return the document types by code."""
    in_use = DocumentType.objects.filter(record__state="in_use").order_by("record__title")
    return dict(in_use.values_list("code", "record__title"))


READ_BY = (
    Fact(gettext_lazy("Has to be read by"), "revision__readers_in_words", Kind.LIST),
    Fact(gettext_lazy("Decided on reading and training"), "revision__decided", Kind.LIST),
)
"""What of a revision stands before whoever sends it for approval or sets when it takes effect."""
FARTHEST = 25
"""Years that a day may lie ahead."""


def refuse_far(field: str, day: dt.date, today: dt.date) -> None:
    """Refuse a day at `field` that lies so far ahead that it can only be a slip."""
    if day.year - today.year > FARTHEST:
        sentence = _("This is more than %(years)s years away; choose an earlier day.")
        raise Refused({field: sentence % {"years": FARTHEST}})


def end_of(day: dt.date, unit: Unit) -> dt.datetime:
    """Return the last second of a day where the unit is."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=zone(unit))


def today_at(unit: Unit, now: dt.datetime) -> dt.date:
    """Return the day that it is where the unit is."""
    return now.astimezone(zone(unit)).date()
