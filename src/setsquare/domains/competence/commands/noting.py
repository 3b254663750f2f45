"""What the trail keeps besides of a second look at an assessment: that nothing showed it, and by whose hand it was."""

import datetime as dt

from setsquare.domains.competence.assessing import hand_of, holds_permission
from setsquare.domains.competence.hands import lost_it, places_of
from setsquare.domains.competence.models import Assessment
from setsquare.domains.competence.showing import is_shown
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.owing import LASTING
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.trail.everything import PERMISSION as READ_TRAIL
from setsquare.kernel.writing.sentences import some

AT_ONCE = dt.timedelta(hours=12)
"""Of what somebody looks at by the same hand within that time, others are told once."""
GAVE = {
    True: gettext_noop(
        "Nobody else could: %(giver)s, who assessed or recorded it, gave the right to do this within the last"
        " %(days)s days."
    ),
    False: gettext_noop(
        "No record and no file shows it. Nobody else could: %(giver)s, who assessed or recorded it, gave the right to"
        " do this within the last %(days)s days."
    ),
}
"""What the trail says of a deed by somebody's hand, by whether anything shows the assessment."""
GAVE_AND_TOOK = {
    True: gettext_noop(
        "Nobody else could: %(giver)s, who assessed or recorded it, gave the right to do this within the last"
        " %(days)s days, and it was taken from %(names)s."
    ),
    False: gettext_noop(
        "No record and no file shows it. Nobody else could: %(giver)s, who assessed or recorded it, gave the right to"
        " do this within the last %(days)s days, and it was taken from %(names)s."
    ),
}
TOLD = gettext_noop(
    "%(who)s looked at the assessment %(number)s of %(name)s, as nobody else could: %(giver)s, who assessed or recorded"
    " it, let them do so within the last %(days)s days, and took that from %(names)s."
)
"""What those who look after the units are told."""


def note_second_look(act: Act) -> None:
    """Keep in the trail that nothing showed the assessment, also in what is signed, and by whose hand it was done.

    Where the right was taken from others, who heads or administers the units is told.
    """
    assessment: Assessment = act.detail
    shown = is_shown(act.record)
    if not shown:
        act.say(gettext_noop("No record and no file shows it."))
        act.given = {**act.given, "shown_by": []}
    giver = hand_of(assessment, act.user, by_role=holds_permission(act.user, assessment.person))
    if giver is None:
        return
    names = some(one.name for one in lost_it(assessment) if one.pk != act.user.pk)
    said = GAVE_AND_TOOK if names else GAVE
    values: dict[str, str | int] = {"giver": giver.name, "days": LASTING.days}
    if names:
        values["names"] = names
        _tell_of_the_units(act, giver, values)
    act.say(said[shown], **values)


def _tell_of_the_units(act: Act, giver: User, values: dict[str, str | int]) -> None:
    """Tell who administers where the person is or was, and who reads the history there, as the head does."""
    assessment: Assessment = act.detail
    person = assessment.person
    people = {
        one.pk: one
        for unit in places_of(assessment)
        for permission in (READ_TRAIL, ADMINISTER)
        for one in who_may(permission, unit.pk)
    }
    lately = Notice.objects.filter(text=TOLD, values__giver=giver.name, at__gte=act.now - AT_ONCE)
    known = set(lately.filter(values__who=act.user.name).values_list("user_id", flat=True))
    about = person.file.record if hasattr(person, "file") else None
    given = {**values, "who": act.user.name, "number": act.record.number, "name": person.name}
    for pk, one in people.items():
        if pk not in known | {act.user.pk, giver.pk, person.pk}:
            act.tell(one, "competence", TOLD, about, **given)
