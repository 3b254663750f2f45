"""Who may write and release frameworks, and what has to be true first."""

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import gaps
from setsquare.domains.competence.models import Framework
from setsquare.domains.competence.permissions import FRAMEWORKS, PROFILES
from setsquare.domains.organisation.taking import why_taken
from setsquare.kernel.accounts.rights import who_may
from setsquare.kernel.commands.declaration import Situation, owner, permitted
from setsquare.kernel.records.things import Label

WRITERS = (permitted(FRAMEWORKS), owner())
CONTROLLERS = (permitted(FRAMEWORKS),)
PROFILERS = (permitted(PROFILES),)
PROFILE_WRITERS = (permitted(PROFILES), owner())
MOST_NAMED = 5
"""People or components that a sentence names."""


def not_alone(situation: Situation) -> Label | None:
    """Rule: who alone wrote the draft does not release it, where somebody else may."""
    framework: Framework = situation.detail
    if framework.authors != [situation.user.username] or situation.unit_id is None:
        return None
    others = [one.name for one in who_may(FRAMEWORKS, situation.unit_id) if one.pk != situation.user.pk]
    if not others:
        return why_taken(situation.user, [FRAMEWORKS], situation.unit_id)
    names = ", ".join(others[:MOST_NAMED]) + (" …" if len(others) > MOST_NAMED else "")
    return _("You alone wrote this draft; somebody else releases it: %(names)s.") % {"names": names}


def something_new(situation: Situation) -> Label | None:
    """Rule: there is a draft that says something else than what is in force."""
    if situation.detail.draft_id is None:
        return _("Nothing differs from the edition in force; change the content first.")
    return None


def complete(situation: Situation) -> dict[str, Label]:
    """Return what the draft lacks before it can be released, by place."""
    framework: Framework = situation.detail
    found = gaps(framework.drafted) if framework.drafted is not None else {}
    lacking = list(found.items())
    more = len(lacking) - MOST_NAMED
    if more > 1:
        lacking = [*lacking[:MOST_NAMED], ("", _("%(n)s more are not described either.") % {"n": more})]
    return dict(lacking)
