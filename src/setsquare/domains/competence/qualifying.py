"""What an agreed assessment does to its person's qualifications: gives them, ends them, counts in another's place."""

from collections.abc import Iterable

from setsquare.domains.competence.models import Assessment, Rating
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.qualifications.days import expiry_of, start_of
from setsquare.kernel.qualifications.models import Qualification


def one_at_a_time(person: User) -> None:
    """Wait until nobody else changes what a person is qualified in: two may agree on two assessments at once."""
    User.objects.select_for_update().only("pk").get(pk=person.pk)


def qualify(act: Act, ratings: Iterable[Rating]) -> None:
    """Qualify the person at the agreed levels of ratings of the act's assessment.

    Level 0 qualifies in nothing, and for good: it stands until a newer assessment finds something else.
    """
    assessment: Assessment = act.detail
    unit = assessment.person.unit
    since = min(start_of(assessment.day, unit), act.now)
    until = expiry_of(assessment.valid_until, unit) if assessment.valid_until is not None else None
    for rating in ratings:
        act.qualify(
            assessment.person,
            assessment.framework.record,
            topic=rating.component.code,
            level=rating.agreed or 0,
            since=since,
            until=until if rating.agreed else None,
        )


def said_by(assessment: Assessment) -> dict[str, int]:
    """Return of which components an assessment is the newest word, by code, each with the level that it found."""
    rows = Qualification.objects.filter(evidence=assessment.record, ended__isnull=True)
    return dict(rows.values_list("topic", "level"))


def next_newest(assessment: Assessment, codes: Iterable[str]) -> dict[Assessment, list[str]]:
    """Return which agreed assessments stand in place of one that is revoked, each with its components.

    Of each component the newest other one, also where it found level 0 or is over: older ones do not count beside it.
    """
    others = Rating.objects.filter(
        assessment__person=assessment.person,
        assessment__record__state="agreed",
        component__framework=assessment.framework,
        component__code__in=list(codes),
    ).exclude(assessment=assessment)
    newest: dict[str, Rating] = {}
    for rating in others.select_related("component", "assessment__record").order_by(
        "assessment__day", "assessment__agreed"
    ):
        newest[rating.component.code] = rating
    found: dict[Assessment, list[str]] = {}
    for code, rating in sorted(newest.items()):
        found.setdefault(rating.assessment, []).append(code)
    return found
