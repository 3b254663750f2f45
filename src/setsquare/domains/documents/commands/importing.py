"""Taking over documents that were in force before they came here: who carries them over signs for it."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from setsquare.domains.documents.approved_outside import tell_of_approvals
from setsquare.domains.documents.commands.identity import CreateDocument, create
from setsquare.domains.documents.commands.releasing import link_references
from setsquare.domains.documents.commands.reviewing import check_complete
from setsquare.domains.documents.dates import next_review_after
from setsquare.domains.documents.fields import Line, today_at
from setsquare.domains.documents.foreseeing import wrong_with_new
from setsquare.domains.documents.meanings import CARRIED_OVER
from setsquare.domains.documents.models import Document, Revision
from setsquare.domains.documents.rules import CONTROLLERS
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.importing.columns import imports_by_hand
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label

imports_by_hand("document")  # with their files, line by line in the background


NAME = re.compile(r"[^\W\d_]{2,}")


def _somebody(told: str) -> str:
    if len(NAME.findall(told)) < 2:
        raise ValueError(_("Give a name and a position, such as Maria Berg, head of quality."))
    return told


class ImportEffective(CreateDocument):
    """A document that is in force already, approved before and elsewhere."""

    approved_by: Annotated[
        Line,
        Field(min_length=1),
        AfterValidator(_somebody),
        Shown(
            gettext_lazy("Approved by"),
            gettext_lazy("Who approved its present issue outside Setsquare, with their position."),
        ),
    ]
    approved_on: Annotated[
        dt.date,
        Shown(gettext_lazy("Approved on"), gettext_lazy("The day of that approval."), Widget.DATE),
    ]
    evidence: Annotated[
        FileRef | None,
        Shown(
            gettext_lazy("Proof of the approval"),
            gettext_lazy("The signed original, such as a scan; kept with the revision."),
            Widget.FILE,
        ),
    ] = None
    effective_since: Annotated[
        dt.date,
        Shown(
            gettext_lazy("In force since"),
            gettext_lazy("The day that its present issue took effect."),
            Widget.DATE,
        ),
    ]
    to_be_read: Annotated[
        bool,
        Shown(
            gettext_lazy("The audience has to read it"),
            gettext_lazy("Otherwise only its next revision asks people to read."),
        ),
    ] = False


def _wrong_with_taken_over(situation: Situation, given: Mapping[str, Any]) -> dict[str, Label]:
    """Return what is wrong with a document that is taken over: what is wrong with any new one, and its days."""
    found = wrong_with_new(situation, given)
    since, approved = given.get("effective_since"), given.get("approved_on")
    if since is not None and given.get("unit") and since > today_at(given["unit"], situation.now):
        found["effective_since"] = _(
            "This day is still to come; a document that is in force took effect before."
        )
    began = Record.objects.filter(type="unit").order_by("created").values_list("created", flat=True).first()
    if approved is None:
        return found
    if began is not None and given.get("evidence") is None and approved > began.date():
        sentence = _(
            "On this day Setsquare was in use here already (since %(day)s): attach the proof of the approval."
        )
        found["approved_on"] = sentence % {"day": date_format(began.date())}
    elif since is not None and approved > since:
        sentence = _("It took effect on %(day)s; it was approved on that day or before.")
        found["approved_on"] = sentence % {"day": date_format(since)}
    return found


@command(
    "document",
    "import_effective",
    label=gettext_lazy("Take over a document in force"),
    past=gettext_lazy("took over the document, which was in force before"),
    body=ImportEffective,
    who=CONTROLLERS,
    signature=CARRIED_OVER,
    reason=Reason.ALWAYS,
    creates=True,
    foresees=_wrong_with_taken_over,
    listed=False,
    hint=gettext_lazy("It was approved before it came here; the reason says how that is known."),
)
def import_effective(act: Act, body: ImportEffective) -> Record:
    """Make a document whose first revision here is in force, signed by who carries it over."""
    record = create(act, body)
    if record is None:
        raise TypeError("create returned no record")
    document: Document = record.document
    revision: Revision = Revision.objects.select_related("record", "content", "file").get(document=document)
    check_complete(revision)
    since = dt.datetime.combine(body.effective_since, dt.time.min, tzinfo=zone(body.unit))
    approval = body.model_dump(include={"to_be_read", "approved_by", "approved_on", "evidence"})
    act.also("revision", "take_over", revision.record, {"since": since, **approval})
    document.current = Revision.objects.get(pk=revision.pk)
    document.open_revision = None
    document.effective_since = since
    document.last_review = body.effective_since
    document.next_review = next_review_after(body.effective_since, document.review_months)
    link_references(act, revision)
    _say_in_force(act, body)
    if act.actor.user is not None and act.actor.channel != "import":  # an import of many tells them once
        tell_of_approvals(act.user, [(body.approved_by, body.unit.code)])
    act.conclude(gettext_noop("%(number)s is in force since %(day)s."), day=body.effective_since)
    act.move_to("effective")
    act.emit("document.effective", revision=revision.record.number)
    return record


def _say_in_force(act: Act, body: ImportEffective) -> None:
    """Tell the history since when it is in force, by whose approval, and what the import of its text changed."""
    told = {
        "day": body.effective_since.isoformat(),
        "name": body.approved_by,
        "approved": body.approved_on.isoformat(),
    }
    remarks = ((act.note or {}).get("values") or {}).get("remarks", "")
    if remarks:
        sentence = gettext_noop(
            "in force since %(day)s, approved outside Setsquare by %(name)s on %(approved)s; of its text: %(remarks)s"
        )
        act.say(sentence, remarks=remarks, **told)
    else:
        act.say(
            gettext_noop("in force since %(day)s, approved outside Setsquare by %(name)s on %(approved)s"),
            **told,
        )


class TakeOver(Body):
    """Since when it is in force, and who approved it."""

    since: Annotated[dt.datetime, Shown(gettext_lazy("In force since"))]
    approved_by: Annotated[Line, Shown(gettext_lazy("Approved by"))]
    approved_on: Annotated[dt.date, Shown(gettext_lazy("Approved on"))]
    evidence: Annotated[FileRef | None, Shown(gettext_lazy("Proof of the approval"))] = None
    to_be_read: Annotated[bool, Shown(gettext_lazy("The audience has to read it"))] = False


@command(
    "revision",
    "take_over",
    label=gettext_lazy("Take over as in force"),
    past=gettext_lazy("took it over as in force"),
    body=TakeOver,
    reason=Reason.NEVER,
)
def take_over(act: Act, body: TakeOver) -> None:
    """Put a revision into force that was approved elsewhere; part of taking over its document."""
    revision: Revision = act.detail
    revision.is_open = False
    revision.approved_outside_by = body.approved_by
    revision.approved_outside_on = body.approved_on
    if body.evidence is not None:
        revision.evidence = body.evidence.blob
        act.attach(body.evidence.blob, body.evidence.name, "evidence")
    revision.effective_from = body.since
    revision.effective_at = body.since
    revision.reading_base = revision.ordinal if body.to_be_read else None
    revision.reading = Revision.Reading.WHOLE if body.to_be_read else Revision.Reading.NOTHING
