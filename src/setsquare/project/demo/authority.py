"""The demo's authority: rules in force, a deed that waits for a countersignature, a break-glass to be reviewed."""

import datetime as dt
from typing import Any

from django.utils import timezone

from setsquare.kernel.commands.declaration import Actor, Situation, command_of
from setsquare.kernel.commands.running import carry_out, why_in_the_way
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.project.demo.stage import PASSWORD, Stage, do, person, record

WRITES, APPROVES = "hlindqvist", "madler"
POLICY, FIRE, PROFESSION = "TC-002", "TC-007", "FW-001"
RULES: tuple[dict[str, Any], ...] = (
    {
        "title": "Sending documents for review or approval",
        "why": "Who sends a document on knows what our policy asks of it. Others learn it by doing it "
        "under the eyes of somebody who does.",
        "unit": "THV",
        "commands": ["revision.submit", "revision.send_for_approval"],
        "needs": [{"subject": POLICY}],
        "countersigned": True,
    },
    {
        "title": "Deciding on changes in Braga",
        "why": "Changes at machines and benches can bring heat and solvents together.",
        "unit": "BRG",
        "commands": ["change_request.accept"],
        "needs": [{"subject": FIRE}],
        "countersigned": True,
        "break_glass": True,
    },
    {
        "title": "Verifying certificates",
        "why": "Nobody verifies what they handed in themself.",
        "unit": "THV",
        "commands": ["certificate.verify"],
        "independent": True,
    },
)
WAITS_FOR_APPROVAL: dict[str, Any] = {
    "title": "Withdrawing documents and assessing changes",
    "why": "What is withdrawn is missed by somebody, and what a change means is easily overlooked: "
    "it takes experience in change and configuration, or somebody beside who has it.",
    "unit": "THV",
    "commands": ["document.withdraw", "change_request.assess"],
    "needs": [{"subject": PROFESSION, "topic": "GOV-4", "level": 3}],
    "countersigned": True,
    "of_supervised": [{"subject": PROFESSION, "topic": "GOV-4", "level": 1}],
}
BY_TIER: dict[str, Any] = {
    "title": "Approving documents",
    "why": "Who puts a document into force is experienced in documents and records, and has shown it.",
    "unit": "THV",
    "commands": ["revision.approve"],
    "needs": [{"subject": PROFESSION, "topic": "GOV-3", "level": 3}],
}
"""The rule that asks for a tier."""
CHANGE: dict[str, Any] = {
    "title": "Bypass the failed extractor on bench 3",
    "what": "Lead the air of bench 3 to the extractor of bench 4 until the motor is replaced.",
    "why": "The motor failed in the night shift; without extraction nobody may solder there.",
    "unit": "BRG",
    "priority": "urgent",
}
IMPACT: dict[str, str] = {
    "quality": "None, as long as the air flow is measured each shift.",
    "regulatory": "None.",
    "training": "The shift is told by the supervisor.",
    "cost": "Two hours of maintenance.",
    "risk": "Both benches at once would be too much for one extractor: only one is used at a time.",
}


BURN_IN: dict[str, Any] = {
    "title": "Deliver returned drives without a second burn-in",
    "what": "Skip the burn-in of the 40 drives that came back from the painter.",
    "why": "The truck to the customer leaves at six.",
    "unit": "BRG",
    "priority": "urgent",
}
HARMLESS: dict[str, str] = {
    "quality": "A fault by heat would show only at the customer’s.",
    "regulatory": "None.",
    "training": "None.",
    "cost": "Eight hours of the test bench are saved.",
    "risk": "Early failures; the drives were tested once before they were painted.",
}


def plan(stage: Stage) -> None:
    """Plan the rules as the last thing that happened, so that they rule nothing of the past."""
    for minutes, scene in enumerate((_rules, _night_shift, _burn_in, _assistant)):
        stage.plan(stage.real_now - dt.timedelta(minutes=5 - minutes), scene)


def _rules() -> None:
    """Write the rules, and put all but one into force."""
    for told in (*RULES, WAITS_FOR_APPROVAL, BY_TIER):
        rule = do(WRITES, "authority_rule.create", **told).record
        do(WRITES, "authority_rule.submit", record(rule.number))
        if told is not WAITS_FOR_APPROVAL:
            do(APPROVES, "authority_rule.approve", record(rule.number))


def _night_shift() -> None:
    """Have a change decided in the night by the only one who was there, who lacks what the rule asks for."""
    _break_the_glass(
        CHANGE,
        IMPACT,
        reason="One bench at a time is safe enough until the motor comes.",
        glass="The night shift stands still, and nobody with fire protection can be reached before the morning.",
    )


def _burn_in() -> None:
    """Have the same done once more where it was no emergency: found not justified, nobody has said what follows."""
    _break_the_glass(
        BURN_IN,
        HARMLESS,
        reason="The drives were tested before.",
        glass="The truck leaves at six and nobody answers the phone.",
    )
    use = Record.objects.filter(type="override").latest("pk")
    do(
        APPROVES,
        "override.review",
        use,
        verdict="not_justified",
        finding="A truck that leaves is no emergency, and two people who may decide were in the plant.",
    )


def _break_the_glass(told: dict[str, Any], impact: dict[str, str], *, reason: str, glass: str) -> None:
    """Have a change accepted by breaking the glass."""
    change = do("bmoura", "change_request.create", **told).record
    do("bmoura", "change_request.submit", record(change.number))
    do("rtavares", "change_request.assess", record(change.number), **impact)
    about = record(change.number)
    carry_out(
        "change_request",
        "accept",
        Actor(person("icarvalho"), "web"),
        record=about,
        body={"verify": True},
        version=about.version,
        reason=reason,
        credentials=Credentials(password=PASSWORD),
        glass=glass,
    )


def _assistant() -> None:
    """Have the quality assistant send a draft on, which waits for somebody's countersignature."""
    actor = Actor(person("lhartmann"), "web")
    due = (timezone.now() + dt.timedelta(days=10)).date().isoformat()
    ways: dict[str, dict[str, Any]] = {
        "submit": {"reviewers": ["jbrandt", "tzielinski"], "due": due},
        "send_for_approval": {},
    }
    drafts = Record.objects.filter(type="revision", state="draft", owner=actor.user)
    for about in drafts.select_related("owner", "unit").order_by("number"):
        situation = Situation(actor, thing_of(about.type), about)
        for name, body in ways.items():
            if why_in_the_way(command_of(about.type, name), situation) is None:
                carry_out(about.type, name, actor, record=about, body=body, version=about.version, waits=True)
                return
