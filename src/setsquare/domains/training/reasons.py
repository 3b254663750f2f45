"""Why a person needs a course: as themself, for their unit or role, because of a gap, or anew."""

from django.utils.translation import gettext as _

from setsquare.domains.training.closing.queries import still_lacking
from setsquare.domains.training.closing.told import part_in_words
from setsquare.domains.training.needs import requirements_of
from setsquare.domains.training.retraining.queries import still_to_do
from setsquare.kernel.accounts.models import User
from setsquare.kernel.qualifications.subjects import parts_of


def why_needed(person: User) -> dict[int, list[str]]:
    """Return by course why a person needs it, a line for each reason; four queries."""
    needs = list(requirements_of(person).select_related("role", "unit", "lacking").order_by("id"))
    gaps = list(still_lacking().filter(person=person).select_related("lacking").order_by("id"))
    anew = still_to_do().filter(person=person).select_related("retraining__because").order_by("id")
    lacking = [need.lacking for need in needs if need.lacking is not None]
    parts = parts_of([*lacking, *(gap.lacking for gap in gaps)])
    found: dict[int, list[str]] = {}
    for need in needs:
        names = " · ".join(one.name for one in (need.role, need.unit) if one is not None)
        told = _("needed by: %(names)s") % {"names": names} if names else _("needed of you by name")
        if need.lacking is not None and need.level is not None:
            part = part_in_words(need.lacking, need.topic, need.level, parts)
            told = _("%(needed)s, as you lack %(part)s") % {"needed": told, "part": part}
        found.setdefault(need.course_id, []).append(told)
    for gap in gaps:
        part = part_in_words(gap.lacking, gap.topic, gap.level, parts)
        found.setdefault(gap.course_id, []).append(_("asked because you lack %(part)s") % {"part": part})
    for trainee in anew:
        row = trainee.retraining
        told = _("to be taken anew because of %(number)s: %(why)s")
        words = {"number": row.because.number, "why": row.reason}
        found.setdefault(row.course_id, []).append(told % words)
    return found
