"""Writing authority rules, and sending them for approval."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field

from setsquare.domains.authority import in_words
from setsquare.domains.authority.lockout import always_concerned_by, concerned_by
from setsquare.domains.authority.models import AuthorityRule
from setsquare.domains.authority.permissions import APPROVE, RULES
from setsquare.domains.authority.states import OPEN
from setsquare.domains.authority.thing import AS_THEY_ARE
from setsquare.domains.authority.work import APPROVING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, RoleRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, only_its_own, owner, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.subjects import (
    Parts,
    parts_of,
    types_of_subjects,
    why_not_there,
)
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

MOST = 50
QUALIFIED = ("needs", "of_supervised", "of_supervisor")
"""Fields of a rule that are qualifications."""
APPROVING_TIME = dt.timedelta(days=7)
WRITERS = (permitted(RULES),)
SAID = (
    "why",
    "commands",
    "meanings",
    "kinds",
    "roles",
    "needs",
    "independent",
    "countersigned",
    "of_supervised",
    "of_supervisor",
    "break_glass",
)
"""What a rule says."""
InUnit = Annotated[
    UnitRef,
    Shown(
        gettext_lazy("Unit"),
        gettext_lazy("It holds there and in everything below."),
        under=gettext_lazy("Where it holds"),
    ),
]
Subject = Annotated[
    RecordRef,
    Shown(
        gettext_lazy("In"),
        gettext_lazy("A framework, a course, a quiz, a document."),
        Widget.RECORD,
        types_of_subjects,
        states={"framework": ("in_force",)},
    ),
]
OfRule = Annotated[RecordRef, Shown(gettext_lazy("Of"))]


def _known_command(key: str) -> str:
    if key not in in_words.done_by_people():
        raise ValueError(_("There is no command “%(key)s” that people carry out.") % {"key": key})
    if in_words.asked_of_deeds(key):
        raise ValueError(_said_elsewhere())
    return key


def _said_elsewhere() -> str:
    field = Content.model_fields["of_supervisor"].metadata
    named = next(one.label for one in field if isinstance(one, Shown))
    sentence = _("Who countersigns is said in the rule of what is prepared, at “%(field)s”.")
    return sentence % {"field": named}


def _known_meaning(code: str) -> str:
    if code not in in_words.meaning_choices():
        raise ValueError(_("No signature says “%(code)s”.") % {"code": code})
    if code not in in_words.namable_meanings():
        raise ValueError(_said_elsewhere())
    return code


def _known_kind(code: str) -> str:
    if code not in in_words.kind_choices():
        raise ValueError(_("There is no kind of record “%(code)s”.") % {"code": code})
    return code


class NeedRow(Body):
    """A qualification that is needed."""

    subject: Subject
    topic: Annotated[
        str,
        Field(max_length=80),
        Shown(
            gettext_lazy("For which part"),
            gettext_lazy("A component of the framework. Empty: as a whole."),
            Widget.PART,
            "subject",
        ),
    ] = ""
    level: Annotated[
        int,
        Field(ge=1, le=99),
        Shown(
            gettext_lazy("Level at least"),
            gettext_lazy("1 where there are no levels."),
            Widget.LEVEL,
            of="subject",
            part="topic",
        ),
    ] = 1


class Content(Body):
    """What a rule says."""

    title: Annotated[
        str,
        Field(min_length=1, max_length=300),
        Shown(gettext_lazy("Title"), under=gettext_lazy("What the rule is for")),
    ]
    why: Annotated[
        str, Field(min_length=1, max_length=10_000), Shown(gettext_lazy("Why"), widget=Widget.LONG_TEXT)
    ]
    commands: Annotated[
        list[Annotated[str, AfterValidator(_known_command)]],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("When somebody does this"),
            gettext_lazy("The rule is asked at these commands. Who countersigns is said further below."),
            Widget.CHOICES,
            choices=in_words.namable_commands,
            headings=in_words.command_areas,
            either=True,
            under=gettext_lazy("When the rule is asked"),
        ),
    ] = []
    meanings: Annotated[
        list[Annotated[str, AfterValidator(_known_meaning)]],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Or signs with this meaning"),
            gettext_lazy("The rule is asked at each signature that says so, whatever is signed."),
            Widget.CHOICES,
            choices=in_words.namable_meanings,
            either=True,
        ),
    ] = []
    kinds: Annotated[
        list[Annotated[str, AfterValidator(_known_kind)]],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Only for these kinds of records"),
            gettext_lazy(
                "Such as documents of a type. Empty: for all. What is only being made has no kind yet."
            ),
            Widget.CHOICES,
            choices=in_words.kind_choices,
            headings=in_words.kind_areas,
            living=True,
        ),
    ] = []
    roles: Annotated[
        list[RoleRef],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Needed: one of these roles"),
            gettext_lazy("Whoever does it holds at least one of them. Empty: no role is asked for."),
            Widget.ROLES,
            under=gettext_lazy("What it asks for"),
        ),
    ] = []
    needs: Annotated[
        list[NeedRow],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Needed: each of these qualifications"),
            gettext_lazy("Whoever does it holds all of them at that moment. Empty: none is asked for."),
            Widget.ROWS,
        ),
    ] = []
    independent: Annotated[
        bool,
        Shown(
            gettext_lazy("Not by the owner or an author of the record"),
            gettext_lazy(
                "Who owns the record or wrote on it does not do this; nor, while others may, to whom they gave the"
                " right within the last 30 days."
            ),
        ),
    ] = False
    countersigned: Annotated[
        bool,
        Shown(
            gettext_lazy("Who lacks a qualification may do it under supervision"),
            gettext_lazy("Who lacks a qualification prepares it; who has them all countersigns it."),
            under=gettext_lazy("Who does it all the same"),
        ),
    ] = False
    of_supervised: Annotated[
        list[NeedRow],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Who is supervised needs"),
            gettext_lazy("Instead of the qualifications above. Empty: none."),
            Widget.ROWS,
        ),
    ] = []
    of_supervisor: Annotated[
        list[NeedRow],
        Field(max_length=MOST),
        Shown(
            gettext_lazy("Who countersigns needs besides"),
            gettext_lazy("Besides all qualifications above, such as a higher level. Empty: no more."),
            Widget.ROWS,
        ),
    ] = []
    break_glass: Annotated[
        bool,
        Shown(
            gettext_lazy("In an emergency, the glass may be broken"),
            gettext_lazy(
                "Who lacks a qualification may do it in an emergency: with a reason, an alarm and a review."
            ),
        ),
    ] = False

    def plain(self) -> dict[str, Any]:
        """Return what the detail row keeps of it; raises Refused where it asks for nothing, or at nothing."""
        wrong: dict[str, Label] = {}
        if not self.commands and not self.meanings:
            wrong["commands"] = _("Say at which commands or signatures the rule is asked.")
        if not self.roles and not self.needs and not self.independent:
            wrong["needs"] = _("Say what is needed: a role, a qualification, or independence.")
        wrong |= self._wrong_ways() | self._wrong_independence() | self._wrong_kinds()
        parts = parts_of(row.subject for name in QUALIFIED for row in getattr(self, name))
        wrong |= self._wrong_needs(parts)
        if wrong:
            raise Refused(wrong)
        plain = self.model_dump(include={"why", *AS_THEY_ARE})
        rows = {name: [_plain(row, parts) for row in getattr(self, name)] for name in QUALIFIED}
        return {**plain, "roles": [role.code for role in self.roles], **rows}

    def _wrong_independence(self) -> dict[str, Label]:
        """Refuse independence of what only those of the record ever do: nobody could do it any more."""
        if not self.independent:
            return {}
        own = next((one for one in always_concerned_by(self) if only_its_own(one)), None)
        if own is None:
            return {}
        sentence = _("“%(command)s” is only ever done by whose record it is: nobody is independent of it.")
        return {"independent": sentence % {"command": in_words.told(own)}}

    def _wrong_kinds(self) -> dict[str, Label]:
        """Return which kinds no record is of at which the rule is asked, by field."""
        known = in_words.kinds_of(one.thing for one in concerned_by(self))
        names = in_words.kind_choices() if self.kinds else {}
        sentence = _("Nothing that the rule is asked at is done to a record of the kind “%(kind)s”.")
        return {
            f"kinds.{place}": sentence % {"kind": names.get(code, code)}
            for place, code in enumerate(self.kinds if self.commands or self.meanings else [])
            if code not in known
        }

    def _wrong_needs(self, parts: Parts) -> dict[str, Label]:
        """Return which qualifications there are not, by field; as they are by now, so an edition may outdate a rule."""
        wrong: dict[str, Label] = {}
        for name in QUALIFIED:
            for place, row in enumerate(getattr(self, name)):
                if why := why_not_there(row.subject, row.topic, row.level, parts):
                    wrong[f"{name}.{place}.{why[0]}"] = why[1]
        return wrong

    def _wrong_ways(self) -> dict[str, Label]:
        """Return what does not fit of how others may do it all the same, by field."""
        wrong: dict[str, Label] = {}
        for name in ("of_supervised", "of_supervisor"):
            if getattr(self, name) and not self.countersigned:
                wrong[name] = _("This is asked only where others may do it under supervision.")
        known = in_words.done_by_people()
        always = [key for key in self.commands if known[key].outright or known[key].never_locked]
        for name in ("countersigned", "break_glass"):
            if not getattr(self, name):
                continue
            if not self.needs:
                wrong[name] = _("Say first which qualifications are needed: only these may be lacking.")
            elif always:
                sentence = _("“%(command)s” is only ever done by who meets the rule.")
                wrong[name] = sentence % {"command": in_words.told(known[always[0]])}
        return wrong


def _plain(row: NeedRow, parts: Parts) -> dict[str, Any]:
    """Return what a rule keeps of a qualification: also what topic and level are called, where they have names."""
    part = parts.get((row.subject.pk, row.topic))
    names = {"title": part.title, "grade": part.levels[row.level]} if part is not None else {}
    kept = {"subject": row.subject.number, "topic": row.topic, "level": row.level}
    return kept | {name: text for name, text in names.items() if text}


class NewRule(Content):
    """A rule, and where it is to hold."""

    unit: InUnit


class NextEdition(Body):
    """Which rule the next edition is of."""

    of: OfRule


def _as_it_is(situation: Situation) -> Mapping[str, Any]:
    rule: AuthorityRule = situation.detail
    rows = {
        name: [{field: row[field] for field in NeedRow.model_fields} for row in getattr(rule, name)]
        for name in QUALIFIED
    }
    return {"title": situation.subject.title, **{name: getattr(rule, name) for name in SAID}, **rows}


def _no_other_edition(situation: Situation) -> Label | None:
    """Condition: no next edition is being written."""
    others = Record.objects.filter(authority_rule__replaces=situation.subject, state__in=OPEN)
    number = others.values_list("number", flat=True).first()
    return _("%(number)s is being written already.") % {"number": number} if number else None


def approvers(rule: AuthorityRule) -> list[User]:
    """Return who may approve a rule: whoever holds the permission there and did not write it."""
    may = people_permitted(APPROVE, rule.record.unit).exclude(pk=rule.record.owner_id)
    return list(may.exclude(username__in=rule.authors))


def waiting(act: Act) -> Any:
    """Return what people are asked about the rule."""
    return Task.objects.filter(record=act.record, done__isnull=True)


def note_author(act: Act, rule: AuthorityRule) -> None:
    """Keep that the actor wrote on the rule."""
    if act.actor.user is not None and act.user.username not in rule.authors:
        rule.authors = [*rule.authors, act.user.username]


@command(
    "authority_rule",
    "create",
    label=gettext_lazy("New authority rule"),
    past=gettext_lazy("drafted it"),
    body=NewRule,
    who=WRITERS,
    creates=True,
)
def create(act: Act, body: NewRule) -> Record:
    """Write down what somebody needs for what."""
    made = act.create(
        title=body.title, unit=body.unit, owner=act.user, authors=[act.user.username], **body.plain()
    )
    act.conclude(gettext_noop("%(number)s is a draft. Submit it, and somebody else approves it."))
    return made


@command(
    "authority_rule",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Content,
    who=WRITERS,
    initial=_as_it_is,
    edits=True,
)
def edit(act: Act, body: Content) -> None:
    """Change what a draft says."""
    rule: AuthorityRule = act.detail
    act.record.title = body.title
    for name, value in body.plain().items():
        setattr(rule, name, value)
    note_author(act, rule)
    act.conclude(
        gettext_noop(
            "The draft %(number)s is changed; it comes into force once somebody else has approved it."
        )
    )


@command(
    "authority_rule",
    "submit",
    label=gettext_lazy("Submit for approval"),
    past=gettext_lazy("submitted it for approval"),
    who=WRITERS,
    prominent=True,
    reindexes=False,
)
def submit(act: Act, _body: Body) -> None:
    """Ask those who may approve it."""
    people = approvers(act.detail)
    if not people:
        sentence = _(
            "Nobody else may approve authority rules for %(unit)s; ask an administrator to grant the role."
        )
        raise Refused(sentence % {"unit": act.record.unit.name})
    ask(act, people)
    asked = waiting(act).order_by("assignee__name", "assignee_id")
    act.conclude(
        gettext_noop("%(number)s waits for approval. Asked: %(names)s."),
        names=some(asked.values_list("assignee__name", flat=True)),
    )


def ask(act: Act, people: list[User]) -> None:
    """Ask people to approve the rule: those of them whom rules in force let, while there is any."""
    act.ask_all(APPROVING.code, people, act.now + APPROVING_TIME)


@command(
    "authority_rule",
    "revise",
    label=gettext_lazy("Revise"),
    past=gettext_lazy("began its next edition"),
    who=WRITERS,
    conditions=(_no_other_edition,),
    hint=gettext_lazy("This edition stays in force until the next one is approved."),
    reindexes=False,
)
def revise(act: Act, _body: Body) -> None:
    """Begin the next edition as a draft."""
    made = act.also("authority_rule", "begin_edition", None, {"of": act.record})
    act.say(gettext_noop("as %(number)s"), number=made.number)
    act.conclude(
        gettext_noop("The next edition is %(next)s, a draft; %(number)s stays in force."), next=made.number
    )


@command(
    "authority_rule",
    "begin_edition",
    label=gettext_lazy("Begin the next edition"),
    past=gettext_lazy("drafted it"),
    body=NextEdition,
    reason=Reason.NEVER,
    creates=True,
)
def begin_edition(act: Act, body: NextEdition) -> Record:
    """Make the next edition of a rule, which begins as the present one is; done by revising that."""
    rule: AuthorityRule = body.of.authority_rule
    first, _slash, edition = body.of.number.partition("/")
    number = int(edition or 1) + 1
    while Record.objects.filter(number=f"{first}/{number}").exists():  # one that was discarded
        number += 1
    return act.create(
        title=body.of.title,
        unit=body.of.unit,
        owner=act.user,
        number=f"{first}/{number}",
        replaces=body.of,
        authors=[act.user.username],
        **{name: getattr(rule, name) for name in SAID},
    )


@command(
    "authority_rule",
    "discard",
    label=gettext_lazy("Discard"),
    past=gettext_lazy("discarded it"),
    who=(*WRITERS, owner()),
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
)
def discard(act: Act, _body: Body) -> None:
    """End a rule that was never in force."""
    act.finish(waiting(act), "discarded")
    act.conclude(gettext_noop("%(number)s is discarded; it never was in force."))
