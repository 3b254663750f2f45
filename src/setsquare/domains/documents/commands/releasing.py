"""When a revision takes effect, and what happens in that moment."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.audiences import reaches_nobody
from setsquare.domains.documents.dates import next_review_after
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.fields import READ_BY, today_at
from setsquare.domains.documents.models import Decision, Document, Revision, decision_of
from setsquare.domains.documents.next_steps import close_steps
from setsquare.domains.documents.rules import CONTROLLERS
from setsquare.domains.documents.states import ASIDE
from setsquare.kernel.accounts.models import Unit
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.markdown import references

FARTHEST = dt.timedelta(days=5 * 366)
REFERS_TO = "refers_to"


class Schedule(Body):
    """When it takes effect."""

    at_once: Annotated[bool, Shown(gettext_lazy("At once"), either=True)] = False
    effective_from: Annotated[
        dt.datetime | None,
        Shown(
            gettext_lazy("Takes effect"),
            gettext_lazy("Date and time at the document's site."),
            Widget.DATETIME,
            either=True,
        ),
    ] = None


def _tomorrow(situation: Situation) -> Mapping[str, Any]:
    unit = situation.subject.unit
    day = today_at(unit, situation.now) + dt.timedelta(days=1)
    return {"at_once": False, "effective_from": f"{day.isoformat()}T00:00"}


@command(
    "revision",
    "schedule",
    label=gettext_lazy("Set when it takes effect"),
    past=gettext_lazy("set when it takes effect"),
    body=Schedule,
    who=CONTROLLERS,
    reason=Reason.NEVER,
    prominent=True,
    bulk=True,
    initial=_tomorrow,
    deciding=READ_BY,
    tolerates=ASIDE | {"plan_reading", "decide_training"},
)
def schedule(act: Act, body: Schedule) -> None:
    """Choose the day and time, or let it take effect now."""
    revision: Revision = act.detail
    if body.at_once and body.effective_from is not None:
        raise Refused({"effective_from": _("Choose a date or “at once”, not both.")})
    close_steps(act)
    if body.at_once and _waits_still(act, revision):
        act.move_to("approved")
        return
    if body.at_once:
        act.say(gettext_noop("at once"))
        former = revision.document.current
        take_effect(act)
        act.move_to("effective")
        if former is None:
            act.conclude(gettext_noop("%(number)s is in force now."))
        else:
            sentence = gettext_noop("%(number)s is in force now; %(former)s is superseded.")
            act.conclude(sentence, former=former.record.number)
        return
    if body.effective_from is None:
        raise Refused({"effective_from": _("Give a date and time, or choose “at once”.")})
    revision.effective_from = moment_at(act.record.unit, body.effective_from, act.now)
    local = revision.effective_from.astimezone(zone(act.record.unit))
    act.say(gettext_noop("%(when)s"), when=local.strftime("%Y-%m-%d %H:%M %Z"))
    sentence = gettext_noop("%(number)s takes effect on %(when)s.")
    if reaches_nobody(revision):
        sentence = gettext_noop("%(number)s takes effect on %(when)s; its audience reaches nobody.")
    act.conclude(sentence, when=local)
    if (coverage := coverage_of(revision)) is not None and not coverage.reached:
        sentence = gettext_noop(
            "%(number)s takes effect on %(when)s, once %(threshold)s %% have done what it asks;"
            " %(share)s %% have so far."
        )
        act.conclude(sentence, when=local, threshold=coverage.threshold, share=coverage.share)
    act.move_to("approved")


def _waits_still(act: Act, revision: Revision) -> bool:
    """Have what waits for people take effect as soon as enough have done what it asks; tells whether it waits."""
    coverage = coverage_of(revision)
    if coverage is None or coverage.reached:
        return False
    revision.effective_from = act.now
    act.say(gettext_noop("as soon as enough people have done what it asks"))
    act.conclude(
        gettext_noop(
            "%(number)s takes effect once %(threshold)s %% have done what it asks; %(share)s %% have so far."
        ),
        threshold=coverage.threshold,
        share=coverage.share,
    )
    return True


def moment_at(unit: Unit, given: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return a date and time as the unit's clocks show it; one with an offset of its own is taken as it is.

    Raises Refused where it is past, does not exist on that day, or is too far away.
    """
    place = zone(unit)
    moment = given if given.tzinfo is not None else given.replace(tzinfo=place)
    if given.tzinfo is None:
        _check_clocks(unit, moment)
    if moment <= now:
        sentence = _("This is past: at its site (%(zone)s) it is %(now)s. Choose a later time, or “at once”.")
        shown = date_format(now.astimezone(place), "DATETIME_FORMAT")
        raise Refused({"effective_from": sentence % {"zone": place.key, "now": shown}})
    if moment - now > FARTHEST:
        raise Refused({"effective_from": _("This is more than five years away; choose an earlier day.")})
    return moment.astimezone(dt.UTC)


def _check_clocks(unit: Unit, moment: dt.datetime) -> None:
    """Refuse a time that the unit's clocks skip in spring, or show twice in autumn."""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return
    place = zone(unit)
    if first.astimezone(dt.UTC).astimezone(place).replace(tzinfo=None) != moment.replace(tzinfo=None, fold=0):
        sentence = _("The clocks of its site (%(zone)s) skip this time on that day; choose another.")
        raise Refused({"effective_from": sentence % {"zone": place.key}})
    sentence = _(
        "The clocks of its site (%(zone)s) show this time twice on that day: choose another, or say which by"
        " its offset, %(first)s or %(second)s."
    )
    both = {"first": first.isoformat("T", "minutes"), "second": second.isoformat("T", "minutes")}
    raise Refused({"effective_from": sentence % {"zone": place.key, **both}})


@command(
    "revision",
    "make_effective",
    label=gettext_lazy("Make effective"),
    past=gettext_lazy("made it effective"),
    reason=Reason.NEVER,
)
def make_effective(act: Act, _body: Body) -> None:
    """Put a scheduled revision into force; done by the clock."""
    revision: Revision = act.detail
    if revision.effective_from is None or revision.effective_from > act.now:
        raise Refused(_("It is not yet time for this revision to take effect."))
    if (coverage := coverage_of(revision)) is not None and not coverage.reached:
        raise Refused(_("Too few people have done yet what this revision asks of them."))
    close_steps(act, "not_needed")
    take_effect(act)


def take_effect(act: Act) -> None:
    """Put the act's revision into force and supersede the one before, all within its transaction."""
    revision: Revision = act.detail
    document = revision.document
    former = document.current
    revision.is_open = False
    revision.effective_from = revision.effective_from or act.now
    revision.effective_at = act.now
    decision = decision_of(revision)
    part = decision is not None and decision.who == Decision.Who.PART
    if revision.reading != Revision.Reading.NOTHING and not part:
        revision.reading_base = revision.ordinal
    elif former is not None:
        revision.reading_base = former.reading_base
    revision.save()
    act.finish(Task.objects.filter(record=act.record, kind="coverage"), "not_needed")
    if former is not None:
        act.also("revision", "supersede", former.record, {"at": act.now})
    act.also("document", "take_revision", document.record, {"revision": act.record})


class EndOfForce(Body):
    """Since when it is no longer in force: to the instant when its successor took effect."""

    at: Annotated[dt.datetime, Shown(gettext_lazy("At"))]


@command(
    "revision",
    "supersede",
    label=gettext_lazy("Supersede"),
    past=gettext_lazy("superseded it by the next revision"),
    body=EndOfForce,
    reason=Reason.NEVER,
)
def supersede(act: Act, body: EndOfForce) -> None:
    """Take a revision out of force for its successor; what was to be read of it need not be."""
    end_force(act, body.at, "superseded")


def end_force(act: Act, at: dt.datetime, outcome: str) -> None:
    """Note since when the act's revision is no longer in force and close its open reading."""
    revision: Revision = act.detail
    revision.superseded_at = at
    act.finish(Task.objects.filter(record=act.record, kind="read"), outcome)


InForce = Annotated[RecordRef, Shown(gettext_lazy("Revision"))]


class TakeRevision(Body):
    """The revision that is in force from now on."""

    revision: InForce


@command(
    "document",
    "take_revision",
    label=gettext_lazy("Put a revision into force"),
    past=gettext_lazy("put a revision into force"),
    body=TakeRevision,
    reason=Reason.NEVER,
)
def take_revision(act: Act, body: TakeRevision) -> None:
    """Make a revision the document's current one; part of its taking effect."""
    document: Document = act.detail
    revision: Revision = Revision.objects.select_related("record", "content", "file").get(pk=body.revision.pk)
    former = document.current
    if former is not None:
        recall_copies(act, document, former)
    document.current = revision
    document.open_revision = None
    document.effective_since = revision.effective_at
    act.record.title = body.revision.title
    if revision.kind == Revision.Kind.NORMAL or document.last_review is None:
        document.last_review = today_at(act.record.unit, act.now)
        document.next_review = next_review_after(document.last_review, document.review_months)
        act.finish(Task.objects.filter(record=act.record, kind="periodic_review"), "revised")
    link_references(act, revision)
    act.say(gettext_noop("%(revision)s"), revision=body.revision.number)
    act.emit("document.effective", revision=body.revision.number)


def link_references(act: Act, revision: Revision) -> None:
    """Keep the document's links to what its text refers to as the text now has them."""
    numbers = references(revision.content.body) if revision.content is not None else set()
    wanted = {record.pk: record for record in Record.objects.filter(number__in=numbers)}
    wanted.pop(act.record.pk, None)
    kept = Link.objects.filter(source=act.record, kind=REFERS_TO).select_related("target")
    for link in kept:
        if wanted.pop(link.target_id, None) is None:
            act.unlink(link.target, REFERS_TO)
    for record in wanted.values():
        act.link(record, REFERS_TO)


def recall_copies(act: Act, document: Document, revision: Revision | None = None) -> int:
    """Recall the copies that are out (of one revision) and tell their holders; returns how many."""
    copies = document.copies.filter(recalled__isnull=True, reconciled__isnull=True)
    if revision is not None:
        copies = copies.filter(revision=revision)
    out = list(copies.select_related("holder", "revision__record"))
    for copy in out:
        copy.recalled = act.now
        copy.save()
        if copy.holder is not None:
            act.tell(
                copy.holder,
                "copy_recalled",
                gettext_noop(
                    "Please give back or destroy copy %(copy)s of %(number)s: it is no longer in force."
                ),
                copy=copy.number,
                number=copy.revision.record.number,
            )
    return len(out)
