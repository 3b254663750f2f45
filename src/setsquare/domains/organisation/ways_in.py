"""Who had a hand in how a person signs in, and who can vouch for it as a second person.

An administrator changes the address of somebody who signs in, or sends them a link; either could let in somebody else.
So three things hold, each of which the others need:

- such an access is confirmed by a second person before it signs anything or its roles count for more than reading and
  drafting; the person is told by notice, and at their old address by mail;
- to a new address of somebody who signs in already, no link to set a password goes until that is confirmed: what
  one administrator writes there takes over nobody's account, and the person signs in as before;
- where no second person is left who could confirm it, it is refused: however many accesses one administrator touches,
  somebody else remains who signs, and who gives the others back what they need, one after another.

Who works here alone (`rules.is_alone`) is exempt, as is the system.
"""

from django.utils.translation import gettext as _

from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import can_sign_in
from setsquare.kernel.trail.everything import PERMISSION as TRAIL
from setsquare.kernel.trail.reading import Passage, since


def _since_confirmed(record: Record) -> list[Passage]:
    """Return what happened to a person since their access was last confirmed."""
    confirmed = record.trail.filter(command="confirm_access").order_by("-seq")
    return list(since(record, confirmed.values_list("seq", flat=True).first() or 0))


def hands_in(record: Record) -> set[int | None]:
    """Return everybody who had a hand in how the person signs in since that was last confirmed.

    They entered them, changed their address or had a link sent: whoever comes later does not make up for it.
    """
    return {
        passage.entry.actor_id
        for passage in _since_confirmed(record)
        if passage.entry.command in ("hire", "invite") or any(one.path == "email" for one in passage.changes)
    }


def _signs_in(user: User) -> bool:
    """Tell whether somebody has signed in before, or could by now: whoever has no way in yet has nothing to lose."""
    return user.last_login is not None or can_sign_in(user)


def waits_for_address(user: User) -> bool:
    """Tell whether somebody who signs in has a new address that nobody else has confirmed yet."""
    if user.may_sign or not _signs_in(user) or not hasattr(user, "file"):
        return False
    changed = (one for one in _since_confirmed(user.file.record) if one.entry.command == "edit")
    return any(change.path == "email" for passage in changed for change in passage.changes)


def check_confirmable(act: Act, user: User, field: str = "") -> None:
    """Refuse to touch the access of somebody who signs in and signs, where no second person could confirm it then."""
    if not user.may_sign or not _signs_in(user):
        return
    barred = {user.pk, act.user.pk, *hands_in(act.record)}
    may = [*who_may(ADMINISTER, act.record.unit_id), *who_may(TRAIL, act.record.unit_id)]
    if user.manager is not None and user.manager.is_active and user.manager.may_sign:
        may.append(user.manager)
    if all(person.pk in barred for person in may):
        sentence = _(
            "Nobody else could confirm this access afterwards, so %(name)s would sign nothing any more. First give"
            " somebody else a role that may administer here or read the history."
        )
        raise Refused({field: sentence % {"name": user.name}})
