"""By which records it can be put right what was done by breaking the glass without justification."""

from django.db.models import Q
from django.utils.translation import gettext as _

from setsquare.domains.authority.models import Override
from setsquare.kernel.links.models import Link
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, all_things
from setsquare.kernel.trail.models import Entry

NEVER = ("person", "unit", "role", "role_profile")
"""Record types that tell who somebody is and where they work: nothing is put right in them, though they are linked."""


def choosable(override: Override) -> Q:
    """Return the condition on the records by which it can be put right; three queries at most.

    The record itself once somebody did something to it since, what is linked to it, and all of the types in which
    things are put right, such as change requests.
    """
    target = override.target_id
    kinds = [thing.code for thing in all_things() if thing.puts_right]
    out = Link.objects.filter(source=target).values("target_id")
    back = Link.objects.filter(target=target).values("source_id")
    found = Q(type__in=kinds) | ((Q(pk__in=out) | Q(pk__in=back)) & ~Q(type__in=NEVER))
    found &= ~Q(pk=target) & ~Q(pk=override.pk)
    return found | Q(pk=target) if _moved_on(override) else found


def _moved_on(override: Override) -> bool:
    """Tell whether somebody did something to the record since the glass was broken."""
    later = Entry.objects.filter(record=override.target_id, seq__gt=override.target_version)
    return later.exclude(actor=None).exists()


def why_not_by(override: Override, record: Record) -> Label | None:
    """Return why it cannot be put right by a record, or None."""
    if Record.objects.filter(choosable(override), pk=record.pk).exists():
        return None
    target = override.target
    if record.pk == target.pk:
        sentence = _(
            "Nobody did anything to %(number)s since the glass was broken: put it right there first,"
            " or name the record in which that is done."
        )
        return sentence % {"number": target.number}
    sentence = _(
        "Nothing is put right for %(target)s by %(number)s. Name %(target)s itself once it is put right, a record that"
        " is linked to it, or the change request or document in which it is corrected or undone."
    )
    return sentence % {"number": record.number, "target": target.number}
