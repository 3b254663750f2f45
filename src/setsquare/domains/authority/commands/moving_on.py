"""What is asked of who may no longer countersign moves on to who may; where nobody may, the line is told once."""

from contextlib import suppress

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from setsquare.domains.authority.commands.supervised import TIME
from setsquare.domains.authority.countersigners import Fallen, countersigners, fallen
from setsquare.domains.authority.overseen import SUPERVISED_DEEDS
from setsquare.domains.authority.work import COUNTERSIGNING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.authorising import concerning, decide_on_supervisor
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Actor, Reason, command
from setsquare.kernel.commands.errors import CommandError, WrongState
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.commands.supervising import (
    Deed,
    decided_on,
    why_kept_apart,
    why_no_right,
    why_not_now,
    why_over,
)
from setsquare.kernel.events.clock import every
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import some

THING = SUPERVISED_DEEDS.code
MOVE_ON = "move_on"
TELL_NOBODY_MAY = "tell_nobody_may"


@command(
    THING,
    MOVE_ON,
    label=gettext_lazy("Entrust to who may"),
    past=gettext_lazy("entrusted what was asked to who may"),
    reason=Reason.NEVER,
    reindexes=False,
)
def move_on(act: Act, _body: Body) -> None:
    """Ask who may countersign in place of those who may no longer; the system does this."""
    found = _found(act)
    deed: Deed = act.detail.deed
    people = [] if found.left else countersigners(deed, deed.before(deed.by))
    if not (people or found.left):
        raise WrongState(_("Nobody may countersign this now."))
    told = [(task.assignee, _why_not(deed, task.assignee)) for task in found.lost]
    act.finish(found.lost, "entrusted")
    names, lost = some(one.name for one in people), some(one.name for one, _why in told)
    if people:
        act.ask_all(COUNTERSIGNING.code, people, act.now + TIME)
        act.say(gettext_noop("to %(names)s in place of %(person)s"), names=names, person=lost)
        text = gettext_noop(
            "%(number)s %(title)s waits for %(names)s now: %(person)s may not countersign it."
        )
        act.tell_all([act.record.owner], THING, text, **_named(act), names=names, person=lost)
    else:
        act.say(gettext_noop("to those who are asked besides %(person)s"), person=lost)
    text = gettext_noop("%(number)s %(title)s no longer waits for you: %(why)s")
    for person, why in told:
        act.tell_all([person], "entrusted", text, **_named(act), why=why)


def _named(act: Act) -> dict[str, str]:
    return {"number": act.record.number, "title": act.record.title}


def _found(act: Act) -> Fallen:
    """Return who may no longer, as things stand now; raises WrongState where all may again."""
    found = next(fallen([act.record]), None)
    if found is None:
        raise WrongState(_("Everybody who is asked may countersign this now."))
    return found


def _why_not(deed: Deed, person: User) -> str:
    """Return why somebody may not countersign a deed, with what leads there, in their language."""
    with override(person.language):
        situation = deed.before(person)
        why = why_no_right(deed, situation) or why_kept_apart(deed, situation)
        return str(why or decided_on(deed, situation).sentence or why_not_now(deed, situation) or "")


@command(
    THING,
    TELL_NOBODY_MAY,
    label=gettext_lazy("Tell that nobody may countersign it"),
    past=gettext_lazy("told the line that nobody may countersign it"),
    reason=Reason.NEVER,
    reindexes=False,
)
def tell_nobody_may(act: Act, _body: Body) -> None:
    """Tell who prepared it, their manager and the owners of the rules that nobody may; the system does this, once."""
    found = _found(act)
    deed: Deed = act.detail.deed
    rules: set[str] = set()
    lacking: dict[str, None] = {}
    for task in found.lost:
        theirs = deed.before(task.assignee)
        rules |= {rule.number for rule in concerning(theirs.authority.rules, theirs, deed.known)}
        lacking |= dict.fromkeys(filter(None, [decide_on_supervisor(theirs, deed.known).for_others]))
    owners = User.objects.filter(owned__number__in=rules, owned__type="authority_rule")
    told = {act.record.owner, *owners} | ({deed.by.manager} if deed.by.manager is not None else set())
    people = sorted((one for one in told if one.is_active), key=lambda one: one.pk)
    names = some(task.assignee.name for task in found.lost)
    text = gettext_noop(
        "Nobody may countersign %(number)s %(title)s, not even who is asked, %(names)s. %(why)s"
    )
    act.tell_all(people, "gap", text, **_named(act), names=names, why=" ".join(lacking))
    act.say(gettext_noop("to nobody, as nobody else may; %(person)s is still asked"), person=names)


@every(minutes=5)
def move_countersigning_on() -> int:
    """Ask others wherever those who are asked may no longer countersign; where nobody may, tell the line once."""
    told = Entry.objects.filter(
        record=OuterRef("pk"), command=TELL_NOBODY_MAY, at__gte=OuterRef("supervised_deed__prepared")
    )
    open_since = Task.objects.filter(record=OuterRef("record"), done__isnull=True, opened__gt=OuterRef("at"))
    rows = Record.objects.filter(type=THING, state="waiting").annotate(
        line_told=Exists(told.exclude(Exists(open_since)))
    )
    related = ("owner__manager", "unit", "supervised_deed__target__owner", "supervised_deed__target__unit")
    done = 0
    for found in fallen(list(rows.select_related(*related).order_by("id"))):
        deed: Deed = found.record.supervised_deed.deed
        moves = found.left or bool(countersigners(deed, deed.before(deed.by)))
        if not moves and (getattr(found.record, "line_told", False) or why_over(deed) is not None):
            continue
        with suppress(CommandError):  # somebody ended it, or may again, at this very moment
            carry_out(THING, MOVE_ON if moves else TELL_NOBODY_MAY, Actor.system(), record=found.record)
            done += 1
    return done
