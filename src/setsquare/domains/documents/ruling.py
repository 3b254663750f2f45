"""How documents of a type are numbered, written, reviewed, approved and read: nobody sets that alone.

What somebody changes of it waits as a proposal until somebody else adopts it by signature. Where nobody else is there
who could, as in an installation that is being set up, it holds at once, and the history says so.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from setsquare.domains.documents.in_words import RULED
from setsquare.domains.documents.models import DocumentType
from setsquare.domains.documents.permissions import APPROVE, CONTROL
from setsquare.domains.organisation.taking import taken_by, told_of
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Text
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

DAYS = dt.timedelta(days=7)
MOST_NAMED = 3

Rules = dict[str, Any]


def deciders(unit: Unit, authors: list[str]) -> list[User]:
    """Return who is asked to adopt what these people propose: who controls documents there, or else approves them."""
    for permission in (CONTROL, APPROVE):
        people = people_permitted(permission, unit).exclude(username__in=authors).order_by("pk")
        if people:
            return list(people)
    return []


def begin(act: Act, kind: DocumentType) -> None:
    """Have a type adopted before it can be used; one that the system makes, or nobody can adopt, is in use."""
    asked = act.actor.user is not None and _put_forward(act, kind, {}, kind.template)
    kind.never_adopted = asked
    act.move_to("proposed" if asked else "in_use")
    if not asked:
        _say_it_holds(act)


def rule(act: Act, kind: DocumentType, wanted: Rules, template: Text) -> None:
    """Change what is ruled of a type: at once by the system or where nobody else is there, else as a proposal."""
    if act.actor.user is None:
        put_in(kind, wanted, template)
        return
    as_it_is = template == kind.template and all(getattr(kind, name) == wanted[name] for name in RULED)
    if as_proposed(kind) != {**wanted, "template": template.body} and not as_it_is:
        _refuse_to_write_over(act, kind)
    if kind.record.state == "proposed":
        put_in(kind, wanted, template)
        begin(act, kind)
    elif as_it_is:
        act.conclude(
            gettext_noop("Name and description of the type %(type)s are as given; its rules stay."),
            type=act.record.title,
        )
        if kind.proposed is not None:
            drop(act, kind, "not_needed")
            act.say(gettext_noop("what was proposed before is taken back"))
            act.conclude(
                gettext_noop(
                    "The rules of the type %(type)s stay as they are; what was proposed is taken back."
                ),
                type=act.record.title,
            )
    elif as_proposed(kind) == {**wanted, "template": template.body}:
        act.conclude(
            gettext_noop("What is proposed for the type %(type)s stays as it is and waits to be adopted."),
            type=act.record.title,
        )
    elif not _put_forward(act, kind, wanted, template):
        put_in(kind, wanted, template)
        _say_it_holds(act)


def _say_it_holds(act: Act) -> None:
    """Tell that a type can be used as it is now."""
    act.conclude(
        gettext_noop("The type %(type)s holds as it is now for new documents."), type=act.record.title
    )


def put_in(kind: DocumentType, wanted: Rules, template: Text) -> None:
    """Let rules hold from now on."""
    for name in RULED:
        setattr(kind, name, wanted[name])
    kind.template = template


def drop(act: Act, kind: DocumentType, outcome: str) -> None:
    """End what was proposed, and what was asked because of it."""
    close(act, outcome)
    kind.proposed = None
    kind.proposed_template = None


def close(act: Act, outcome: str) -> None:
    """End what was asked because of a proposal."""
    act.finish(_asked(act), outcome)


def as_proposed(kind: DocumentType) -> Rules:
    """Return the rules as they would be once adopted, with the template's text, as a form shows them."""
    rules = {name: (kind.proposed or {}).get(name, getattr(kind, name)) for name in RULED}
    return {**rules, "template": (kind.proposed_template or kind.template).body}


def not_its_author(situation: Situation) -> Label | None:
    """Rule: who proposed it does not adopt it, nor does anybody in their place."""
    kind: DocumentType = situation.detail
    task = situation.task("adopt_rules")
    authors = (kind.proposed or {}).get("authors", [])
    if situation.user.username in authors or (task is not None and task.assignee.username in authors):
        return _("You proposed this; somebody else has to look at it and adopt it.")
    return None


def _refuse_to_write_over(act: Act, kind: DocumentType) -> None:
    """Refuse to change what somebody else proposed where nobody would be left to look at what both wrote."""
    authors = (kind.proposed or {}).get("authors", [])
    others = User.objects.filter(username__in=authors, is_active=True).exclude(pk=act.user.pk)
    if others and not deciders(act.record.unit, [*authors, act.user.username]):
        sentence = _(
            "What %(names)s proposed waits for you: adopt or decline it first, and propose yours then."
        )
        raise Refused(sentence % {"names": ", ".join(person.name for person in others.order_by("name"))})


def _asked(act: Act) -> Any:
    return Task.objects.filter(record=act.record, kind="adopt_rules", done__isnull=True)


def _put_forward(act: Act, kind: DocumentType, wanted: Rules, template: Text) -> bool:
    """Propose rules and ask the deciders; tells whether there is anybody to ask."""
    before = (kind.proposed or {}).get("authors", [])
    authors = sorted({*before, act.user.username})
    people = deciders(act.record.unit, authors)
    act.finish(_asked(act), "not_needed")
    if not people:
        taken = taken_by(act.user, [CONTROL, APPROVE], act.record.unit_id).exclude(username__in=authors)
        if why := told_of(one.name for one in taken):
            raise Refused(why)
        act.say(gettext_noop("nobody else could be asked to adopt it"))
        kind.proposed, kind.proposed_template = None, None
        return False
    kind.proposed = {"authors": authors, **wanted}
    kind.proposed_template = template if wanted else None
    act.ask_all("adopt_rules", people, act.now + DAYS)
    act.say(gettext_noop("it waits for somebody else’s signature"))
    act.conclude(
        gettext_noop("What you propose waits for somebody else’s signature: %(names)s can give it."),
        names=", ".join(person.name for person in people[:MOST_NAMED])
        + (" …" if len(people) > MOST_NAMED else ""),
    )
    return True
