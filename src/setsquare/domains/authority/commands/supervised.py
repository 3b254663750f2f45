"""What is done under supervision: kept as it was prepared, countersigned and so carried out, refused or taken back."""

import datetime as dt
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.authority.commands.writing import waiting
from setsquare.domains.authority.countersigners import countersigners
from setsquare.domains.authority.in_words import titled
from setsquare.domains.authority.models import SupervisedDeed
from setsquare.domains.authority.overseen import GIVEN, SUPERVISED_DEEDS
from setsquare.domains.authority.work import COUNTERSIGNING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.authority.deciding import ALLOWED, Decision
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Shown, Widget
from setsquare.kernel.commands.declaration import (
    Meaning,
    Reason,
    Situation,
    all_meanings,
    command,
    owner,
)
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.manners import COUNTERSIGNED, Countersigning, Keeping, Prepared, keep_by
from setsquare.kernel.commands.references import named_in
from setsquare.kernel.commands.seconding import note_hand
from setsquare.kernel.commands.supervising import (
    Deed,
    carry_out_prepared,
    decided_on,
    hand_in,
    prepare_anew,
    relied_on,
    why_kept_apart,
    why_no_right,
    why_not_now,
)
from setsquare.kernel.files.models import Upload
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.writing.sentences import some

THING = "supervised_deed"
TIME = dt.timedelta(days=5)
"""Within which somebody countersigns."""
DECIDING = SUPERVISED_DEEDS.sections[0].facts
keep_by(Keeping, THING, "prepare")


def _theirs(situation: Situation) -> Situation:
    """Return the person's situation before what the deed is about, made once."""
    known: Situation | None = vars(situation).get("_theirs")
    if known is None:
        known = situation.detail.deed.before(situation.user)
        known.permissions = situation.permissions  # of the same unit
        vars(situation)["_theirs"] = known
    return known


def _may(situation: Situation) -> Label | None:
    return why_no_right(situation.detail.deed, _theirs(situation))


def _supervises(situation: Situation) -> Label | None:
    known = vars(situation)
    if "_apart" not in known:  # looked up once
        known["_apart"] = why_kept_apart(situation.detail.deed, _theirs(situation))
    apart: Label | None = known["_apart"]
    return apart


def _decided(situation: Situation) -> Decision:
    """Return what the rules on what the deed is about say of who would countersign it, duties kept apart first."""
    if _supervises(situation) is not None:
        return ALLOWED
    decision: Decision | None = vars(situation).get("_decision")
    if decision is None:  # looked up once
        decide = relied_on if situation.told_to_others or not situation.closely else decided_on
        decision = vars(situation)["_decision"] = decide(situation.detail.deed, _theirs(situation))
    return decision


def _possible(situation: Situation) -> Label | None:
    return why_not_now(situation.detail.deed, _theirs(situation))


def _not_own(situation: Situation) -> Label | None:
    if situation.subject.owner_id == situation.user.pk:
        return _("You prepared this; take it back instead.")
    return None


def _meaning(situation: Situation) -> Meaning | None:
    code = situation.detail.meaning
    return next((meaning for meaning in all_meanings() if meaning.code == code), None)


@command(
    THING,
    "prepare",
    label=gettext_lazy("Prepare"),
    past=gettext_lazy("prepared it under supervision"),
    body=Keeping,
    reason=Reason.NEVER,
    creates=True,
    outright=True,
)
def prepare(act: Act, body: Keeping) -> Record:
    """Keep what somebody does under supervision, and ask those who may countersign it; the kernel does this."""
    prepared = body.prepared
    people = _asked(prepared, act)
    about = prepared.record
    made = act.create(
        title=titled(prepared.command, about.number if about is not None else ""),
        unit=prepared.unit,
        owner=act.user,
        target=about,
        **_kept(prepared),
        prepared=act.now,
    )
    _attach_given(act, prepared)
    _ask(act, people)
    return made


def _attach_given(act: Act, prepared: Prepared) -> None:
    """Have the deed hold the files that the command is given, for those who may know what that is."""
    digests = {name for kind, name in named_in(prepared.command.body, prepared.body) if kind is Upload}
    uploads = Upload.objects.filter(user=act.user, blob_id__in=digests).select_related("blob").order_by("id")
    for upload in {one.blob_id: one for one in uploads}.values() if digests else ():
        act.attach(upload.blob, upload.name, GIVEN)


def _kept(prepared: Prepared) -> dict[str, Any]:
    return {
        "command": prepared.command.key,
        "body": dict(prepared.body),
        "reason": prepared.reason,
        "seen_version": prepared.version,
        "seen": prepared.seen,
        "meaning": prepared.meaning,
        "digest": prepared.digest,
        "rules": sorted({lack.rule.number for lack in prepared.decision.lacks}),
    }


def _asked(prepared: Prepared, act: Act) -> list[User]:
    """Return whom to ask; raises Refused where the same waits already, or where nobody may countersign."""
    record = prepared.record
    if record is not None:
        same = Record.objects.filter(
            supervised_deed__target=record,
            supervised_deed__command=prepared.command.key,
            state="waiting",
            owner=prepared.by,
        )
        if act.command.name != "prepare":
            same = same.exclude(pk=act.record.pk)
        if (number := same.values_list("number", flat=True).first()) is not None:
            sentence = _("%(number)s of yours waits for a countersignature already; take it back first.")
            raise Refused(sentence % {"number": number})
    deed = Deed(
        prepared.command.key,
        record,
        prepared.by,
        prepared.body,
        prepared.reason,
        prepared.version,
        prepared.unit.pk,
    )
    people = countersigners(deed, prepared.situation)
    if not people:
        sentence = _("You may do this under supervision, but nobody may countersign it in %(unit)s. %(why)s")
        raise Refused(sentence % {"unit": prepared.unit.name, "why": prepared.decision.sentence})
    return people


def _ask(act: Act, people: list[User]) -> None:
    act.ask_all(COUNTERSIGNING.code, people, act.now + TIME)
    act.conclude(
        gettext_noop("It is not done yet: %(number)s waits for a countersignature. Asked: %(names)s."),
        names=some(person.name for person in people),
    )


@command(
    THING,
    "countersign",
    label=gettext_lazy("Countersign"),
    past=gettext_lazy("countersigned it, and so it was carried out"),
    who=(_may,),
    barred=(_supervises,),
    decided=_decided,
    conditions=(_possible,),
    signature=COUNTERSIGNED,
    reason=Reason.NEVER,
    prominent=True,
    outright=True,
    deciding=DECIDING,
    hint=gettext_lazy("It is carried out at once, as done by who prepared it; the record names you both."),
    reindexes=False,
)
def countersign(act: Act, _body: Body) -> None:
    """Carry out what was prepared, as its requester's deed, with both signatures."""
    row: SupervisedDeed = act.detail
    deed = row.deed
    relied = [{**one, "way": "supervisor"} for one in relied_on(deed, _theirs(act.situation)).relied]
    act.relied = relied
    note_hand(act, hand_in(deed, _theirs(act.situation)))
    outcome = carry_out_prepared(
        act,
        deed,
        Countersigning(
            number=act.record.number,
            digest=row.digest,
            at=row.prepared,
            meaning=row.meaning,
            method=_own_method(row),
            supervisor=act.user,
            supervisor_method=act.signed_by,
            relied=tuple(relied),
        ),
    )
    row.target = outcome.record
    row.countersigned_by = act.user
    act.finish(waiting(act), "countersigned")
    _tell_requester(act, gettext_noop("%(who)s countersigned %(number)s %(title)s: it is done."))
    act.conclude(gettext_noop("%(number)s is carried out: %(what)s."), what=outcome.record.number)


def _tell_requester(act: Act, text: str, reason: str = "") -> None:
    act.tell(
        act.record.owner,
        THING,
        text,
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        reason=reason,
    )


def _own_method(row: SupervisedDeed) -> str:
    """Return how the requester signed what they prepared; empty where that takes no signature."""
    if not row.meaning:
        return ""
    made = Signature.objects.filter(record=row.record, signer=row.record.owner, meaning=row.meaning)
    return made.order_by("-id").values_list("method", flat=True)[0]


class Refusal(Body):
    """Why what was prepared is not countersigned."""

    why: Annotated[
        str, Field(min_length=1, max_length=10_000), Shown(gettext_lazy("Why"), widget=Widget.LONG_TEXT)
    ]


@command(
    THING,
    "refuse",
    label=gettext_lazy("Refuse"),
    past=gettext_lazy("refused to countersign it"),
    body=Refusal,
    who=(_may,),
    barred=(_not_own,),
    reason=Reason.NEVER,
    danger=True,
    outright=True,
    deciding=DECIDING,
    hint=gettext_lazy("It is not carried out; who prepared it is told why."),
    reindexes=False,
)
def refuse(act: Act, body: Refusal) -> None:
    """Send back what was prepared, saying why."""
    act.detail.refusal = body.why
    act.finish(waiting(act), "refused")
    text = gettext_noop("%(who)s refused to countersign %(number)s %(title)s: %(reason)s")
    _tell_requester(act, text, reason=body.why[:200])
    act.conclude(gettext_noop("%(number)s is refused; who prepared it is told why."))


@command(
    THING,
    "renew",
    label=gettext_lazy("Prepare anew"),
    past=gettext_lazy("prepared it anew"),
    who=(owner(),),
    signature=_meaning,
    signs_made=True,
    reason=Reason.NEVER,
    outright=True,
    deciding=DECIDING,
    hint=gettext_lazy("For the record as it is now, where others changed it since."),
    reindexes=False,
)
def renew(act: Act, _body: Body) -> None:
    """Prepare the same for the record as it is now."""
    row: SupervisedDeed = act.detail
    prepared = prepare_anew(act, row.deed)
    if prepared.meaning != row.meaning:
        raise Refused(_("What your signature would say is another by now: take this back, and do it again."))
    people = _asked(prepared, act)
    for name, value in _kept(prepared).items():
        setattr(row, name, value)
    row.prepared = act.now
    act.relied = prepared.decision.relied
    act.finish(waiting(act), "prepared_anew")
    _ask(act, people)


@command(
    THING,
    "take_back",
    label=gettext_lazy("Take back"),
    past=gettext_lazy("took it back"),
    who=(owner(),),
    reason=Reason.NEVER,
    outright=True,
    hint=gettext_lazy("Nothing is carried out."),
    reindexes=False,
)
def take_back(act: Act, _body: Body) -> None:
    """Withdraw what one prepared."""
    act.finish(waiting(act), "taken_back")
    act.conclude(gettext_noop("%(number)s is taken back; nothing was carried out."))
