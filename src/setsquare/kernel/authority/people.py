"""What many people have of what rules ask: two queries, however many they are."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Q

from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.accounts.rights import in_force
from setsquare.kernel.authority.asking import signer_of_evidence
from setsquare.kernel.authority.deciding import Held, RuleInForce, Standing
from setsquare.kernel.qualifications.models import Qualification


def standings(
    people: Iterable[User], rules: Sequence[RuleInForce], unit_id: int, now: dt.datetime
) -> dict[int, Standing]:
    """Return what each of the people has of what the rules ask in a unit, by their ids."""
    keys = [person.pk for person in people]
    held: dict[int, dict[tuple[str, str], Held]] = {key: {} for key in keys}
    in_role: dict[int, set[int]] = {key: set() for key in keys}
    asked = {(need.subject, need.topic) for rule in rules for need in rule.of_anybody}
    if asked:
        subjects = {subject for subject, _topic in asked}
        rows = Qualification.objects.filter(
            user_id__in=keys, subject__number__in=subjects, ended__isnull=True, since__lte=now, level__gt=0
        ).values_list(
            *("user_id", "subject__number", "topic", "level", "until", "evidence__number"),
            signer_of_evidence(),
        )
        for user, subject, topic, level, until, evidence, signed_by in rows:
            held[user][subject, topic] = Held(level, until, evidence, signed_by or "")
    if with_roles := [rule.pk for rule in rules if rule.roles]:
        here = Q(unit__paths_down__descendant_id=unit_id)
        grants = Grant.objects.filter(in_force(now), here, user_id__in=keys)
        granted = grants.filter(role__rules_in_force__in=with_roles)
        for user, rule in granted.values_list("user_id", "role__rules_in_force"):
            in_role[user].add(rule)
    return {key: Standing(held[key], frozenset(in_role[key]), key) for key in keys}
