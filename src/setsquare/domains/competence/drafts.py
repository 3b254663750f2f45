"""Working on the draft of a framework's content: what a command puts into it, why it may not, and who is told."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from setsquare.domains.competence.content import MOST_ITEMS, Content, Item, faults
from setsquare.domains.competence.keeping import remember, written
from setsquare.domains.competence.models import Framework
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.things import Label


def put(act: Act, content: Content, field: Callable[[str], str], own: str = "") -> None:
    """Make `content` the draft; refuse what contradicts itself, each at the field that `field` names for its place.

    `own` is the code of the item that the form is about: of any other one the sentence says which. A draft that says
    what is in force already is none.
    """
    if found := faults(content):
        wrong: dict[str, Label] = {}
        for place, sentence in found.items():
            wrong.setdefault(field(place), _named(content, place, own, sentence))
        raise Refused(wrong)
    framework: Framework = act.detail
    settled = content.settled()
    text = act.text(written(settled))
    remember(text.digest, settled)
    if text.digest == (framework.draft_id or framework.content_id):
        return
    if text.digest == framework.content_id:
        framework.draft, framework.authors = None, []
        return
    framework.draft = text
    if act.actor.user is not None and act.actor.user.username not in framework.authors:
        framework.authors = [*framework.authors, act.actor.user.username]


def _named(content: Content, place: str, own: str, sentence: str) -> str:
    """Say of which item or attribute a sentence is."""
    kind, _dot, rest = place.partition(".")
    if kind == "scale":
        return sentence
    one = (content.items if kind == "items" else content.attributes)[int(rest.partition(".")[0])]
    return sentence if one.code == own else f"{one.code}: {sentence}"


def item_at(act: Act, code: str) -> Item:
    """Return the draft's item with this code; refuse where there is none."""
    found = act.detail.latest.by_code.get(code)
    if found is None:
        raise Refused({"code": _("There is no “%(code)s” in this framework.") % {"code": code}})
    item: Item = found
    return item


def placed(content: Content, item: Item, place: int | None) -> Content:
    """Return a content with `item` below its parent at a place from 1, otherwise last; it may stand elsewhere now."""
    others = [one for one in content.items if one.code != item.code]
    if len(others) >= MOST_ITEMS:
        sentence = _("A framework has at most %(most)s groups and components.")
        raise Refused({"code": sentence % {"most": MOST_ITEMS}})
    beside = [index for index, one in enumerate(others) if one.parent == item.parent]
    if place is not None and place <= len(beside):
        index = beside[place - 1]
    else:
        index = beside[-1] + 1 if beside else len(others)
    return content.having(items=(*others[:index], item, *others[index:]))


def without(content: Content, code: str) -> tuple[Content, int]:
    """Return a content without an item and all that stands below it, and how many that are."""
    gone = {code, *(item.code for item, _depth in content.walk(code))}
    return content.having(items=tuple(item for item in content.items if item.code not in gone)), len(gone)


def tell_authors(act: Act, text: str) -> list[str]:
    """Tell those who wrote on the draft, except who acts, what becomes of it and why; returns their names."""
    authors = User.objects.filter(username__in=act.detail.authors, is_active=True).order_by("name")
    people = list(authors.exclude(pk=act.user.pk))
    values = {"who": act.user.name, "number": act.record.number, "title": act.record.title}
    act.tell_all(people, "competence", text, **values, reason=act.reason[:200])
    return [person.name for person in people]
