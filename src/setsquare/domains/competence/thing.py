"""The record types of competence: frameworks here, role profiles beside."""

from django.utils.translation import gettext_lazy as _

from setsquare.domains.competence.gaps.people import people_followed_by
from setsquare.domains.competence.models import Component, Framework
from setsquare.domains.competence.permissions import READ
from setsquare.domains.competence.profile import PROFILES
from setsquare.domains.competence.states import FRAMEWORK
from setsquare.domains.competence.subjects import components_told
from setsquare.kernel.qualifications.subjects import tell_followed, tell_parts
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import (
    Column,
    Element,
    Fact,
    Kind,
    SearchText,
    Section,
    Thing,
    register,
    scope_from_below,
)

__all__ = ["FRAMEWORKS", "PROFILES"]
MOST_FOUND = 200_000
"""Characters by which search finds a framework."""


def framework_words(record: Record) -> SearchText:
    """Return what search finds a framework by: what it is for, and what its components say."""
    framework: Framework = record.framework
    items = [f"{item.code} {item.title}. {item.text}" for item in framework.latest.items]
    body = "\n".join([framework.purpose, framework.source, *items])
    return SearchText(record.title, body=body[:MOST_FOUND])


def components_astray(record: Record) -> list[str]:
    """Return the codes of components whose rows do not follow from the edition in force."""
    framework: Framework = record.framework
    content = framework.in_force
    read = list(content.walk()) if content is not None else []
    said = {
        item.code: (item.parent, item.kind, item.title, place, depth, item.ranks)
        for place, (item, depth) in enumerate(read)
    }
    rows = Component.objects.filter(framework=framework).select_related("parent")
    kept = {
        row.code: (
            row.parent.code if row.parent is not None else "",
            row.kind,
            row.title,
            row.place,
            row.depth,
            row.levels,
        )
        for row in rows
        if row.retired is None
    }
    return [code for code in {**said, **kept} if said.get(code) != kept.get(code)]


FRAMEWORKS = register(
    Thing(
        code="framework",
        slug="frameworks",
        name=_("Competence framework"),
        plural=_("Competence frameworks"),
        element=Element.LEADERSHIP,
        area=_("Competence"),
        icon="list-tree",
        lifecycle=FRAMEWORK,
        read=READ,
        numbering="FW-{n:03}",
        model=Framework,
        description=_("What people are to be able to do, and what each level of it means."),
        columns=(
            Column("number", _("Number"), "number", sortable=True),
            Column("title", _("Title"), "title", sortable=True),
            Column("state", _("State"), "state", Kind.STATE, sortable=True),
            Column("edition", _("Edition"), "framework__edition", Kind.NUMBER, sortable=True),
            Column("released", _("Released"), "framework__released", Kind.DATETIME, sortable=True),
            Column("released_by", _("Released by"), "framework__released_by", Kind.PERSON, shown=False),
            Column("owner", _("Owner"), "owner", Kind.PERSON),
            Column("unit", _("Unit"), "unit", Kind.UNIT),
            Column("changed", _("Changed"), "changed", Kind.DATETIME, sortable=True),
        ),
        sections=(
            Section(
                _("Framework"),
                (
                    Fact(_("Purpose"), "framework__purpose", Kind.LONG_TEXT),
                    Fact(_("Source"), "framework__source", Kind.LONG_TEXT),
                    Fact(_("Licence"), "framework__licence", Kind.LONG_TEXT),
                    Fact(_("Edition in force"), "framework__edition_in_words"),
                    Fact(_("Extent"), "framework__size_in_words"),
                    Fact(_("Evidence of assessments"), "framework__evidence_in_words"),
                    Fact(_("Released by"), "framework__released_by", Kind.PERSON),
                    Fact(_("Owner"), "owner", Kind.PERSON),
                    Fact(_("Unit"), "unit", Kind.UNIT),
                ),
            ),
        ),
        related=("framework__released_by",),
        search=framework_words,
        scope=scope_from_below,
        derived=components_astray,
        labels={
            "content": _("Content in force"),
            "draft": _("Draft of the content"),
            "authors": _("Authors of the draft"),
            "editions": _("Editions"),
            "evidence_required": _("Evidence is required"),
        },
        authors=lambda record: {record.owner.username, *record.framework.authors},
    )
)
tell_parts("framework", components_told)
tell_followed("framework", people_followed_by)
