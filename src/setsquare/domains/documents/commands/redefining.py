"""Changing what was approved with a document in force and stands in none of its texts, such as where it applies."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents.commands.identity import (
    APPROVED_WITH_IT,
    EDITION,
    LANGUAGE,
    PUBLISHER,
    STANDARDS,
    Area,
    Language,
    Name,
    as_is,
    place_in,
)
from setsquare.domains.documents.fields import Lines
from setsquare.domains.documents.meanings import REDEFINED
from setsquare.domains.documents.models import Document
from setsquare.domains.documents.permissions import APPROVE
from setsquare.domains.documents.rules import wrote
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyUnit, Body, Shown
from setsquare.kernel.commands.declaration import Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical


class Redefine(Body):
    """What was approved with the document; what is left out stays as it is."""

    unit: Annotated[AnyUnit | None, Shown(gettext_lazy("Unit"))] = None
    standards: Annotated[Lines | None, STANDARDS] = None
    language: Annotated[Language | None, LANGUAGE] = None
    publisher: Annotated[Name | None, PUBLISHER] = None
    edition: Annotated[Area | None, EDITION] = None


def _as_is(situation: Situation) -> Mapping[str, Any]:
    return {name: value for name, value in as_is(situation).items() if name in Redefine.model_fields}


def _not_ones_own(situation: Situation) -> Label | None:
    """Rule: who owns the document or wrote its revision in force does not approve what is changed of it."""
    document: Document = situation.detail
    written = document.current is not None and wrote(situation.user, document.current)
    if not written and situation.subject.owner_id != situation.user.pk:
        return None
    return _("You own this document or wrote on it; somebody else who may approve changes what was approved.")


def _owned(document: Document, user: User) -> bool:
    """Tell whether a person owned the document at any time since its revision in force took effect."""
    if document.effective_since is None:
        return False
    since = Entry.objects.filter(record=document.pk, at__gte=document.effective_since)
    return since.filter(state__contains=canonical({"owner": user.username}).decode().strip("{}")).exists()


@command(
    "document",
    "redefine",
    label=gettext_lazy("Change what was approved"),
    past=gettext_lazy("changed what was approved with it"),
    body=Redefine,
    who=(permitted(APPROVE),),
    barred=(_not_ones_own,),
    signature=REDEFINED,
    reason=Reason.ALWAYS,
    bulk=True,
    initial=_as_is,
    hint=gettext_lazy(
        "Where it applies, what it answers and in which edition: who may approve documents changes it, by signature."
    ),
)
def redefine(act: Act, body: Redefine) -> None:
    """Change what was approved with a document in force, without a revision; who signs approves the change."""
    document: Document = act.detail
    if _owned(document, act.user):  # who handed it over may take it back; the trail is asked only now
        sentence = _(
            "You owned this document since its revision took effect; somebody else who may approve changes what was"
            " approved."
        )
        raise NotPermitted(sentence)
    changed = False
    for name in APPROVED_WITH_IT:
        value = getattr(body, name)
        if value is not None and value != getattr(document, name):
            setattr(document, name, value)
            changed = True
    if body.unit is not None and body.unit.pk != act.record.unit_id:
        place_in(act, act.record, body.unit, APPROVE)
        changed = True
    if not changed:
        raise Refused(_("Nothing of it is changed."))
    act.conclude(gettext_noop("What was approved with %(number)s is changed, by your signature."))
