"""Rules of authority for ``competence.py``, and what they add to commands: everything here is done by commands."""

from collections.abc import Sequence
from typing import Any

from competence_people import PASSWORD

from competence import queries_of
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.database.sizes import look_at_sizes
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials

NEEDS = [{"subject": "FW-001", "topic": f"C-{place:03}", "level": 1} for place in (0, 20, 40)]
IMPACT = dict.fromkeys(("quality", "regulatory", "training", "cost", "risk"), "None.")
WHAT = ("revision.approve", "change_request.assess", "change_request.create")
OPEN = 8
"""Change requests that wait to be assessed, each in another unit."""


def with_and_without() -> list[str]:
    """Put rules into force; return what commands cost before and after."""
    writer, second = (User.objects.get(username=name) for name in ("bench", "second"))
    for person in (writer, second):
        _qualify(person)
    _document_type(second)
    _approved(writer, second), _assessed(writer, second)  # what is asked for the first time alone
    before = [_approved(writer, second), _assessed(writer, second)]
    _rule(writer, second, NEEDS, roles=["reader"])
    _rule(writer, second, NEEDS[:1], roles=["reader", "head"])
    _rule(writer, second, NEEDS[1:2])
    after = [_approved(writer, second), _assessed(writer, second)]
    _rule(writer, second, [{**NEEDS[0], "level": 3}], approve=False)
    for place in range(OPEN):
        _submitted(writer, f"U{place}")
    look_at_sizes()
    lines = [f"{'':30}{'without rules':>15}{'with rules':>15}"]
    for name, one, other in zip(("approve a revision", "assess a change"), before, after, strict=True):
        lines.append(f"{name:30}{one:>15}{other:>15}")
    return lines


def _do(who: User, record: Record, name: str, **body: Any) -> Any:
    current = Record.objects.get(pk=record.pk)
    reason = body.pop("because", "It is so.")
    done = carry_out(
        current.type,
        name,
        Actor(who),
        record=current,
        body=body,
        version=current.version,
        reason=reason,
        credentials=Credentials(password=PASSWORD),
    )
    while deliver_waiting():
        pass
    return done


def _qualify(person: User) -> None:
    framework = Record.objects.get(number="FW-001")
    known = Qualification.objects.first()
    assert known is not None
    for need in NEEDS:
        Qualification.objects.update_or_create(
            user=person,
            subject=framework,
            topic=need["topic"],
            ended=None,
            defaults={
                "level": 4,
                "since": known.since,
                "given": known.given,
                "until": None,
                "evidence": framework,
            },
        )


def _rule(
    writer: User,
    second: User,
    needs: list[dict[str, Any]],
    *,
    roles: Sequence[str] = (),
    approve: bool = True,
) -> None:
    body = {
        "title": "Who may",
        "why": "It takes skill.",
        "unit": "W",
        "commands": list(WHAT),
        "needs": needs,
        "roles": list(roles),
        "countersigned": True,
    }
    rule = carry_out("authority_rule", "create", Actor(writer), body=body).record
    if approve:
        _do(writer, rule, "submit")
        _do(second, rule, "approve")


def _document_type(approver: User) -> None:
    step = {"name": "Approval", "mode": "all", "people": [approver.username], "meaning": "approved"}
    body = {"code": "prc", "name": "Procedure", "number_pattern": "PRC-{n:03}", "unit": "W", "route": [step]}
    body |= {"review_required": False, "reading_days": 5}
    carry_out("document_type", "create", Actor.system("import"), body=body)


def _approved(writer: User, second: User) -> int:
    kind = Record.objects.get(type="document_type")
    body = {"type": kind.number, "title": "Checks", "unit": "W", "content": "# Checks\n\nDo it.\n"}
    document = carry_out("document", "create", Actor(writer), body=body).record
    revision = Record.objects.get(revision__document__record=document)
    _do(writer, revision, "save", content="# It\n\nDo it better.\n", summary="Step 4 is gone.")
    _do(writer, revision, "send_for_approval")
    return _cost(second, revision, "approve")


def _submitted(writer: User, unit: str) -> Record:
    """Return a change request that somebody is asked to assess."""
    body = {"title": "Shorter", "what": "Leave out step 4.", "why": "It is done twice.", "unit": unit}
    change = carry_out("change_request", "create", Actor(writer), body=body).record
    _do(writer, change, "submit")
    return change


def _assessed(writer: User, second: User) -> int:
    return _cost(second, _submitted(writer, "W"), "assess", **IMPACT)


def _cost(who: User, record: Record, name: str, **body: Any) -> int:
    """Return how many queries a command takes, once nothing is asked for the first time any more."""
    current = Record.objects.get(pk=record.pk)
    actor = Actor(User.objects.get(pk=who.pk))
    return queries_of(
        lambda: carry_out(
            current.type,
            name,
            actor,
            record=current,
            body=body,
            version=current.version,
            credentials=Credentials(password=PASSWORD),
        )
    )
