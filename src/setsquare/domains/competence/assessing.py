"""Who assesses whom by which method, who agrees, and who sees what came of it."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from setsquare.domains.competence.hands import (
    able_by_rules,
    made_by,
    owing_to_makers,
    who_gave_manager,
)
from setsquare.domains.competence.models import Assessment, Component
from setsquare.domains.competence.permissions import ASSESS, SEE
from setsquare.domains.organisation.taking import taken_over, told_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import leads, led_by, people_permitted, permissions_in, units_where
from setsquare.kernel.commands.declaration import Situation, by_permission, of_its_own
from setsquare.kernel.commands.owing import LASTING
from setsquare.kernel.records.things import Label, Thing
from setsquare.kernel.writing.sentences import some

M = Assessment.Method
METHODS: dict[str, Label] = {
    M.SELF: gettext_lazy("Self-assessment"),
    M.MANAGER: gettext_lazy("Line manager"),
    M.PEER: gettext_lazy("Peer"),
    M.ASSESSOR: gettext_lazy("Assessor"),
    M.EXAM: gettext_lazy("Exam"),
    M.PRACTICE: gettext_lazy("Observed practice"),
}
IN_FORCE = {"framework": ("in_force",)}
"""Of frameworks, those can be named that are in force: of others no component is known."""
ASSESSED_BY: Label = pgettext_lazy("competence", "Assessed by")
BY_ANOTHER = (M.SELF, M.PEER)
"""What was assessed by these methods, the one who assessed never agrees themself."""


def holds_permission(user: User, person: User) -> bool:
    """Tell whether somebody may assess in the unit of a person; who has no unit is assessed by their manager alone."""
    return person.unit_id is not None and ASSESS in permissions_in(user, person.unit_id)


def assesses(user: User, person: User) -> bool:
    """Tell whether somebody may assess a person and agree on their competence: as assessor, or as their manager."""
    return leads(user, person) or holds_permission(user, person)


def people_assessed_by(user: User) -> Q:
    """Return the condition on people whose competence somebody sees: their own, whom they lead, where they may."""
    return Q(pk=user.pk) | led_by(user) | Q(unit_id__in=units_where(user, ASSESS, SEE))


def assessment_scope(_thing: Thing, user: User) -> Q:
    """Assessments of oneself, made by oneself, of the people whom one leads, and where one may see or assess."""
    return (
        Q(assessment__person_id=user.pk)
        | Q(assessment__assessor_id=user.pk)
        | led_by(user, "assessment__person__")
        | Q(assessment__person__unit_id__in=units_where(user, ASSESS, SEE))
    )


def why_not_by(method: str, person: User, assessor: User) -> str | None:
    """Return why somebody may not assess a person by a method, or None."""
    name = {"name": person.name}
    if method == M.SELF:
        return None if person.pk == assessor.pk else _("Only %(name)s assesses themself.") % name
    if person.pk == assessor.pk:
        return _("You assess yourself by the method “Self-assessment” alone.")
    if method == M.MANAGER:
        return None if leads(assessor, person) else _("You are not the line manager of %(name)s.") % name
    if method == M.PEER:
        same = person.unit_id is not None and person.unit_id == assessor.unit_id
        return None if same or assesses(assessor, person) else _("%(name)s works in another unit.") % name
    return None if assesses(assessor, person) else _("Your roles do not let you assess %(name)s.") % name


def agreeing(assessment: Assessment, barred: frozenset[int] = frozenset()) -> list[User]:
    """Return who is asked to agree on an assessment, or to see to the next one: never the person.

    The line manager; where they made it themself or there is none, who may assess in the person's unit: also where the
    one who assessed or recorded it gave the person that manager a short while ago. Who may only because these gave them
    the right a short while ago is asked where nobody else can; after them the one who assessed, if the method lets
    them. Whom rules in force keep from it is asked where these let nobody.
    """
    person, alone = assessment.person, assessment.assessor
    kept_out = {person.pk, *barred}
    turns = _turns(assessment, kept_out | {alone.pk})
    for people in turns:
        if able := able_by_rules(assessment, people):
            return able
    if turns:
        return turns[0]
    lets = assessment.method not in BY_ANOTHER and alone.is_active and assesses(alone, person)
    return [alone] if lets and alone.pk not in kept_out else []


def _turns(assessment: Assessment, kept_out: set[int]) -> list[list[User]]:
    """Return who would be asked to agree, one after the other where nobody of those before can."""
    person = assessment.person
    manager = person.manager
    leading = [manager] if manager is not None and manager.is_active and manager.pk not in kept_out else []
    by_hand = bool(leading) and who_gave_manager(assessment) is not None
    if leading and not by_hand and able_by_rules(assessment, leading):
        return [leading]
    found = list(people_permitted(ASSESS, person.unit).exclude(pk__in=kept_out)) if person.unit else []
    helped = owing_to_makers(assessment) if found else {}
    free = [one for one in found if one.pk not in helped]
    turns = [free] if by_hand else [leading, free]
    if not (free and able_by_rules(assessment, free)):
        turns += [[one for one in found if one.pk in helped], leading if by_hand else []]
    return [people for people in turns if people]


def confirming(assessment: Assessment, barred: frozenset[int] = frozenset()) -> list[User]:
    """Return who is asked to confirm what was recorded of the past: never its person, nor who recorded it.

    Who is named as its assessor, where they may assess the person; else who may. Where there is nobody else, it is who
    recorded it.
    """
    person, named, recorder = assessment.person, assessment.assessor, assessment.recorder
    kept_out = barred | ({recorder.pk} if recorder is not None else frozenset())
    if (
        named.pk not in kept_out | {person.pk}
        and named.is_active
        and assessment.method not in BY_ANOTHER
        and assesses(named, person)
    ):
        return [named]
    found = agreeing(assessment, kept_out)
    if found or recorder is None or recorder.pk in barred | {person.pk}:
        return found
    own_peer = assessment.method in BY_ANOTHER and recorder.pk == named.pk
    return [recorder] if recorder.is_active and not own_peer and assesses(recorder, person) else []


@of_its_own
def drops(situation: Situation) -> Label | None:
    """Rule: the one who assesses or owns it; of what was recorded of the past, the one who recorded it."""
    assessment, user = situation.detail, situation.user
    if situation.subject.state == "recorded":
        own = assessment.recorder_id == user.pk
        return None if own else _("Only who recorded it drops it; refuse it where it was not so.")
    if situation.subject.owner_id == user.pk:
        return None
    return is_assessor(situation)


def not_of_own_word(situation: Situation) -> Label | None:
    """Rule: what somebody assessed as a peer, or of themself, somebody else confirms."""
    assessment: Assessment = situation.detail
    if assessment.method in BY_ANOTHER and assessment.assessor_id == situation.user.pk:
        return _("You assessed this as a peer; somebody else confirms it.")
    return None


def not_recorded_alone(situation: Situation) -> Label | None:
    """Rule: who recorded it does not confirm it, too, while somebody else may: two look at what qualifies somebody."""
    assessment: Assessment = situation.detail
    if assessment.recorder_id != situation.user.pk:
        return None
    others = [one for one in confirming(assessment) if one.pk != situation.user.pk]
    if not others:
        return _why_taken(assessment.person, situation.user)
    if not (able := able_by_rules(assessment, others)):
        return _("You recorded this; somebody else confirms it, but nobody who may can do it now.")
    return _("You recorded this; somebody else confirms it: %(names)s.") % {
        "names": some(one.name for one in able)
    }


@of_its_own
def is_assessor(situation: Situation) -> Label | None:
    """Rule: the one who assesses."""
    assessment: Assessment = situation.detail
    if assessment.assessor_id == situation.user.pk:
        return None
    return _("Only %(name)s, who assesses, may do this.") % {"name": assessment.assessor.name}


@of_its_own
def is_recorder(situation: Situation) -> Label | None:
    """Rule: the one who recorded afterwards what was assessed before."""
    assessment: Assessment = situation.detail
    if assessment.recorder_id is not None and assessment.recorder_id == situation.user.pk:
        return None
    return _("Only who recorded it may do this.")


def is_assessed(situation: Situation) -> Label | None:
    """Rule: the person who is assessed."""
    assessment: Assessment = situation.detail
    if assessment.person_id == situation.user.pk:
        return None
    return _("Only %(name)s, who is assessed, may do this.") % {"name": assessment.person.name}


@by_permission(ASSESS, line=True)
def agrees(situation: Situation) -> Label | None:
    """Rule: the person's line manager, or who may assess in their unit."""
    assessment: Assessment = situation.detail
    if why := not_of_oneself(situation):
        return why
    person = assessment.person
    if leads(situation.user, person) or _may_assess(situation, person):
        return None
    sentence = _("Only the line manager of %(name)s, or who may assess there, may do this.")
    return sentence % {"name": assessment.person.name}


def _may_assess(situation: Situation, person: User) -> bool:
    if situation.subject.unit_id == person.unit_id:  # whose permissions are known already
        return ASSESS in situation.permissions
    known: dict[int, bool] = vars(situation).setdefault("_may_assess", {})
    if person.pk not in known:
        known[person.pk] = holds_permission(situation.user, person)
    return known[person.pk]


def not_of_oneself(situation: Situation) -> Label | None:
    """Rule: nobody agrees on their own competence, whatever they may do otherwise."""
    if situation.detail.person_id == situation.user.pk:
        return _("This is about your own competence; somebody else agrees on it.")
    return None


def not_own_peer(situation: Situation) -> Label | None:
    """Rule: what a peer assessed, another one agrees on."""
    assessment: Assessment = situation.detail
    if assessment.method not in BY_ANOTHER or assessment.assessor_id != situation.user.pk:
        return None
    if named_by_another(situation) is None:
        return None
    return _("You assessed this as a peer; somebody else agrees on it.")


def named_by_another(situation: Situation) -> Label | None:
    """Rule: somebody else recorded an assessment of the past and named the one who acts as its assessor."""
    assessment: Assessment = situation.detail
    if assessment.assessor_id == situation.user.pk and assessment.recorded_by not in (None, situation.user):
        return None
    return _("Only who is named as the assessor of what somebody else recorded may do this.")


def hand_of(assessment: Assessment, user: User, *, by_role: bool) -> User | None:
    """Return by whose hand alone somebody agrees or confirms, of those who assessed or recorded it; None by nobody's.

    That is who leads the person, or may assess there (`by_role`), only because these had it so a short while ago.
    """
    if user.pk in {assessment.assessor_id, assessment.recorder_id}:  # of whom other rules tell
        return None
    leading = leads(user, assessment.person)
    led_by_hand = who_gave_manager(assessment)
    if leading and led_by_hand is None:
        return None
    if by_role:
        return owing_to_makers(assessment).get(user.pk)
    return led_by_hand if leading else None


def not_by_their_hand(situation: Situation) -> Label | None:
    """Rule: who owes the right to do this to the one who assessed or recorded it is no second one, while others may."""
    assessment, user = situation.detail, situation.user
    by_role = _may_assess(situation, assessment.person)
    giver = hand_of(assessment, user, by_role=by_role)
    if giver is None:
        return None
    others = _others_than(assessment, user)
    values = {
        "giver": giver.name,
        "name": assessment.person.name,
        "days": LASTING.days,
        "names": some(others),
    }
    if others and by_role:
        sentence = _(
            "%(giver)s, who assessed or recorded this, gave you the right to do this within the last %(days)s days;"
            " somebody else looks at it: %(names)s."
        )
    elif others:
        sentence = _(
            "%(giver)s, who assessed or recorded this, made you the manager of %(name)s within the last %(days)s days;"
            " somebody else looks at it: %(names)s."
        )
    else:
        return None
    return sentence % values


def _others_than(assessment: Assessment, user: User) -> list[str]:
    """Return who else can look at an assessment now, by name, and owes that to nobody who made it."""
    person, named = assessment.person, assessment.assessor
    kept_out = {person.pk, user.pk, *(one.pk for one in made_by(assessment))}
    if (
        assessment.record.state == "recorded"
        and named.pk != assessment.recorder_id
        and assessment.method not in BY_ANOTHER
    ):
        kept_out -= {named.pk} - {person.pk, user.pk}  # who is named confirms it in the first place
    helped = owing_to_makers(assessment)
    people = (
        [one for one in people_permitted(ASSESS, person.unit) if one.pk not in helped] if person.unit else []
    )
    manager = person.manager
    free = manager is not None and manager.is_active and who_gave_manager(assessment) is None
    if free and manager is not None and leads(manager, person):
        people.insert(0, manager)
    others = {one.pk: one for one in people if one.pk not in kept_out}
    return [one.name for one in able_by_rules(assessment, list(others.values()))]


def not_alone(situation: Situation) -> Label | None:
    """Rule: who assessed does not agree on it, too, while somebody else may: two look at what qualifies somebody."""
    return why_not_alone(situation.detail, situation.user)


def why_not_alone(assessment: Assessment, user: User) -> str | None:
    """Return why somebody may not agree on what they assessed themself, or None."""
    own = assessment.assessor_id == user.pk and assessment.method not in BY_ANOTHER
    if not own:
        return None
    others = [one for one in agreeing(assessment) if one.pk != user.pk]
    if not others:
        return _why_taken(assessment.person, user)
    if not (able := able_by_rules(assessment, others)):
        return _("You made this assessment; somebody else agrees on it, but nobody who may can do it now.")
    return _("You made this assessment; somebody else agrees on it: %(names)s.") % {
        "names": some(one.name for one in able)
    }


def _why_taken(person: User, user: User) -> str | None:
    """Return why who took from others what lets them agree does not agree alone, or None."""
    return told_of(one.name for one in taken_over(person, user, ASSESS))


def framework_in_force(situation: Situation) -> Label | None:
    """Rule: the framework is still in force."""
    framework = situation.detail.framework.record
    if framework.state == "in_force":
        return None
    return _("%(number)s is no longer in force; nobody is assessed by it.") % {"number": framework.number}


def why_no_level(component: Component, level: int) -> str | None:
    """Return why nobody can be at a level of a component, or None; 0 is below the lowest of each."""
    if level == 0 or level in component.levels:
        return None
    known = ", ".join(str(rank) for rank in (0, *component.levels))
    sentence = _("“%(code)s” has no level %(level)s; choose one of: %(known)s.")
    return sentence % {"code": component.code, "level": level, "known": known}
