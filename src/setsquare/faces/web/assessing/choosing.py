"""Choosing by name in the plain forms of ratings: the component, and the level at which somebody is."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import Content
from setsquare.domains.competence.models import Assessment
from setsquare.faces.web.addresses import view_address
from setsquare.faces.web.forms.fields import Field, choose_among
from setsquare.kernel.commands.declaration import Situation


def offer_components(situation: Situation, fields: Sequence[Field]) -> None:
    """Have each rating name its component and level by choosing, among those of the edition in force."""
    content = _content(situation)
    number = situation.detail.framework.record.number
    for component, level in _rows(fields, "ratings"):
        code = str(component.value)
        choose_among(component, _titles(content, [code] if code else []), _("Find by code or title …"))
        component.source = f"{view_address('choose', 'parts')}?of={number}&q="
        choose_among(level, _levels(content, code), _("Choose a level …"))


def offer_rated(situation: Situation, fields: Sequence[Field]) -> None:
    """Have each agreed level name its component among those that were rated, and the level by choosing."""
    content, assessment = _content(situation), situation.detail
    rows = assessment.ratings.select_related("component").order_by("component__place", "id")
    rated = [row.component.code for row in rows]
    for component, level in _rows(fields, "levels"):
        code = str(component.value)
        choose_among(component, _titles(content, rated), _("Find by code or title …"))
        choose_among(level, _levels(content, code), _("Choose a level …"))


def _content(situation: Situation) -> Content:
    assessment: Assessment = situation.detail
    return assessment.framework.in_force or Content()


def _rows(fields: Sequence[Field], name: str) -> Iterator[tuple[Field, Field]]:
    """Yield component and level of each row, and of the one that is yet to be added."""
    for one in fields:
        if one.name == name:
            for row in (*one.rows, one.blank):
                by_name = {inner.name.rpartition(".")[2]: inner for inner in row}
                by_name["component"].hint = ""  # nobody types its code here
                yield by_name["component"], by_name["level"]


def _titles(content: Content, codes: Sequence[str]) -> dict[str, str]:
    known = content.by_code
    return {code: f"{code} {known[code].title}" if code in known else code for code in codes}


def _levels(content: Content, code: str) -> dict[str, str]:
    """Return the levels of a component, those of the whole scale where none is chosen yet."""
    item = content.by_code.get(code)
    ranks = {level.rank for level in content.scale} if item is None else set(item.ranks)
    named = {str(level.rank): f"{level.code} {level.name}" for level in content.scale if level.rank in ranks}
    return {"0": _("0 Not yet"), **named}
