"""Taking a starter set of role profiles: a draft for each role, upon frameworks that are in force."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.assessing import IN_FORCE
from setsquare.domains.competence.commands.profiling import (
    InUnit,
    RequirementRow,
    ask_for,
    checked,
    map_titles,
)
from setsquare.domains.competence.models import Component
from setsquare.domains.competence.rules import MOST_NAMED, PROFILERS
from setsquare.domains.competence.starters import PROFILE_SETS, StarterProfile, starter_profiles
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of

OURS = "From Setsquare’s starter set, in its own words; change or replace it as you like."


class TakeSet(Body):
    """A set, and the frameworks upon which it builds."""

    set: Annotated[
        Literal["quality", "trades"],
        Shown(
            gettext_lazy("Starter set"),
            gettext_lazy("The sets are Setsquare’s own wording: change or replace them as you like."),
            choices=PROFILE_SETS,
        ),
    ]
    frameworks: Annotated[
        list[RecordRef],
        Field(min_length=1, max_length=20),
        Shown(
            gettext_lazy("Frameworks"),
            gettext_lazy(
                "In force, begun from the starter sets: the set’s components are looked for in these."
            ),
            Widget.RECORDS,
            of="framework",
            states=IN_FORCE,
        ),
    ]
    unit: InUnit


def _codes() -> set[str]:
    return {row[0] for code in PROFILE_SETS for one in starter_profiles(code) for row in one.asks}


def _frameworks_in_force(situation: Situation) -> Mapping[str, Any]:
    """Return for the form the frameworks that the person sees and that have components of the sets."""
    unit = situation.user.unit
    seen = thing_of("framework").visible_to(situation.user).filter(state="in_force")
    having = Component.objects.filter(code__in=_codes(), retired__isnull=True).values("framework_id")
    found = seen.filter(pk__in=having).order_by("number").values_list("number", flat=True)
    return {
        "set": "quality",
        "frameworks": list(found[:20]),
        "unit": unit.code if unit is not None else "",
    }


@command(
    "role_profile",
    "take_starters",
    label=gettext_lazy("Take a starter set"),
    past=gettext_lazy("began the profile from a starter set"),
    body=TakeSet,
    who=PROFILERS,
    creates=True,
    initial=_frameworks_in_force,
    hint=gettext_lazy("A draft for each role, with what it asks for and usual job titles."),
)
def take_starters(act: Act, body: TakeSet) -> Record:
    """Begin the profiles of a set as drafts."""
    profiles = starter_profiles(body.set)
    rows = _rows_of(profiles, body.frameworks)
    first, *others = profiles
    record = act.create(title=first.title, unit=body.unit, owner=act.user, purpose=_purpose(first))
    map_titles(record.role_profile, first.titles)
    ask_for(record.role_profile, rows[first.title])
    for one in others:
        told = {"title": one.title, "unit": body.unit, "purpose": _purpose(one), "titles": one.titles}
        act.also("role_profile", "create", None, {**told, "requirements": rows[one.title]})
    act.conclude(
        gettext_noop(
            "%(n)s profiles were made as drafts from %(number)s on. Look at them, then put them in force."
        ),
        n=len(profiles),
    )
    return record


def _purpose(one: StarterProfile) -> str:
    return f"{one.purpose}\n\n{OURS}"


def _rows_of(
    profiles: Sequence[StarterProfile], frameworks: Sequence[Record]
) -> dict[str, list[RequirementRow]]:
    """Return what each profile asks for; raises Refused where the frameworks do not have it."""
    for place, framework in enumerate(frameworks):
        if framework.type != "framework" or framework.state != "in_force":
            sentence = _("%(number)s is no competence framework in force.")
            raise Refused({f"frameworks.{place}": sentence % {"number": framework.number}})
    having = Component.objects.filter(framework__in=[one.pk for one in frameworks], retired__isnull=True)
    home: dict[str, int] = {}
    for framework in frameworks:
        for code in having.filter(framework=framework.pk, code__in=_codes()).values_list("code", flat=True):
            home.setdefault(code, framework.pk)
    missing = sorted({row[0] for one in profiles for row in one.asks if row[0] not in home})
    if missing:
        sentence = _(
            "These frameworks do not have %(codes)s. Begin one from its starter set, and release it."
        )
        more = " …" if len(missing) > MOST_NAMED else ""
        raise Refused({"frameworks": sentence % {"codes": ", ".join(missing[:MOST_NAMED]) + more}})
    by_pk = {one.pk: one for one in frameworks}
    rows = {one.title: [_row(by_pk[home[asks[0]]], *asks) for asks in one.asks] for one in profiles}
    for asked in rows.values():
        wrong, _found = checked(asked, {})
        if wrong:
            raise Refused({"frameworks": next(iter(wrong.values()))})
    return rows


def _row(framework: Record, code: str, required: int, desired: int, months: int) -> RequirementRow:
    return RequirementRow(
        framework=framework,
        component=code,
        required=required,
        desired=desired or None,
        months=months or None,
    )
