"""What stands above a record to which something was done under supervision or by breaking the glass."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, When
from django.http import HttpRequest

from setsquare.domains.authority.models import SupervisedDeed
from setsquare.domains.authority.overseen import GIVEN, OVERRIDES, SUPERVISED_DEEDS
from setsquare.domains.authority.work import COUNTERSIGNING
from setsquare.faces.web.access import person_of
from setsquare.faces.web.addresses import create_address, record_address, view_address
from setsquare.faces.web.choosers import RIGHT
from setsquare.faces.web.forms.fields import Field
from setsquare.faces.web.records.beside import attachment_shown
from setsquare.faces.web.values import state_shown
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.authorising import decide
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.manners import GLASS
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing, thing_of, visible_to
from setsquare.kernel.representation.files import held_by
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

MOST = 5
"""Uses of break-glass that stand above a record; the register has all of them."""


def deeds_on(record: Record, user: User) -> list[dict[str, Any]]:
    """Return what waits for a countersignature, and what was done by breaking the glass, the latest first."""
    rows = Record.objects.select_related("owner")
    waiting = list(
        rows.filter(supervised_deed__target=record, state="waiting").select_related("supervised_deed")
    )
    unsettled = Case(When(state="not_justified", then=0), default=1)
    broken = list(
        rows.filter(override__target=record).select_related("override").order_by(unsettled, "-created")[:MOST]
    )
    found = [*waiting, *broken]
    types = {SUPERVISED_DEEDS.code, OVERRIDES.code}
    seen = set(
        visible_to(user, types=types).filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True)
    )
    asked: dict[int, list[str]] = {}
    tasks = Task.objects.filter(
        record__in=waiting, kind=COUNTERSIGNING.code, done__isnull=True
    ).select_related("assignee")
    for task in tasks if waiting else ():
        asked.setdefault(task.record_id, []).append(task.assignee.name)
    whole = not thing_of(record.type).hidden_from(user, record).keys
    return [_shown(one, asked.get(one.pk, []), seen=one.pk in seen, whole=whole) for one in found]


def _shown(one: Record, asked: list[str], *, seen: bool, whole: bool) -> dict[str, Any]:
    supervised = one.type == SUPERVISED_DEEDS.code
    detail: Any = one.supervised_deed if supervised else one.override
    word = state_shown(SUPERVISED_DEEDS if supervised else OVERRIDES, one.state)
    return {
        "supervised": supervised,
        "number": one.number,
        "url": record_address(one) if seen else "",
        "what": detail.command_in_words,
        "told": detail.told if supervised and whole else [],
        "why": "" if supervised else detail.why,
        "who": one.owner,
        "when": one.created,
        "asked": some(asked),
        "unsettled": one.state == "not_justified",
        "state": {"word": word.text, "colour": word.extra},
    }


def given_files(request: HttpRequest, thing: Thing, record: Record) -> dict[str, Any]:
    """Return the files that a command is given under supervision, for those who may know what it is about.

    With the way by which who prepared it makes the record at once instead, where the glass may be broken.
    """
    user = person_of(request)
    rows = held_by(record, thing.hidden_from(user, record)).filter(role=GIVEN)
    return {
        "given": [attachment_shown(row) for row in rows.select_related("blob", "added_by")],
        "glass_url": _glass_instead(record, user),
    }


def offer_what_puts_right(situation: Situation, fields: Sequence[Field]) -> None:
    """Have the chooser offer the records alone by which it can be put right."""
    for one in fields:
        if one.name == "put_right_by":
            asked = urlencode({RIGHT: situation.subject.number})
            one.source = f"{view_address('choose', 'records')}?{asked}&q="


def _glass_instead(record: Record, user: User) -> str:
    """Return the form, filled as it was, in which who prepared a new record breaks the glass; empty where none does."""
    row: SupervisedDeed = record.supervised_deed
    if record.state != "waiting" or record.owner_id != user.pk or row.target_id is not None:
        return ""
    deed = row.deed
    if not decide(deed.before(user), deed.known).breakable:
        return ""
    plain = {name: value for name, value in deed.body.items() if value and not isinstance(value, dict)}
    given = urlencode({**plain, GLASS: "1"}, doseq=True)
    return f"{create_address(thing_of(deed.known.thing), deed.known.name)}?{given}"
