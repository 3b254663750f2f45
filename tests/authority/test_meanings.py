"""Rules on what signatures say, also where the record chooses that, and at deeds that were prepared under a rule."""

from django.core.checks import run_checks

from setsquare.domains.authority.lockout import always_concerned_by, concerned_by
from setsquare.domains.authority.looking import what_may, who_may
from setsquare.domains.authority.simulating import effect
from setsquare.domains.authority.withdrawing import kept_from
from setsquare.kernel.commands.declaration import command_of
from setsquare.kernel.records.models import Record
from tests.authority.conftest import Office
from tests.authority.test_supervised import accepts, seal_directory
from tests.changes.conftest import IMPACT, state_of

__all__ = ["seal_directory"]


def test_a_meaning_concerns_those_commands_alone_whose_signature_may_say_it(office: Office):
    """Nobody who approves revisions is in the role, which is none of the rule’s business."""
    rule = office.in_force(meanings=["read"], commands=[], needs=[], roles=["specialist"]).authority_rule
    assert [command.key for command in concerned_by(rule)] == ["revision.confirm_reading"]
    assert [command.key for command in always_concerned_by(rule)] == ["revision.confirm_reading"]
    assert kept_from(rule, office.desk.ben) is None
    north = office.desk.ben.unit
    assert north is not None
    verified = who_may(command_of("certificate", "verify"), north)
    assert verified.rules == () and office.desk.dora in verified.may


def test_what_the_record_chooses_to_be_signed_locks_nobody_out(office: Office):
    """Of approvals in general a rule on editorial ones says nothing: that depends on the record."""
    rule = office.in_force(meanings=["approved_editorial"], commands=[], needs=[], roles=["auditor"])
    ruled, north = rule.authority_rule, rule.unit
    approve = command_of("revision", "approve")
    assert [command.key for command in concerned_by(ruled)] == ["revision.approve"]
    assert list(always_concerned_by(ruled)) == []
    found = who_may(approve, north)
    assert (found.rules, [one.number for one in found.by_meaning]) == ((), [rule.number])
    assert found.by_the_record and office.desk.dora in found.may
    mine = next(one for one in what_may(office.desk.dora, north) if one.command == approve)
    assert mine.why_not.startswith("Where the signature says “Approved as editorial”: This needs the role")
    assert effect(ruled, approve, north).record_alone


def test_a_signature_that_cannot_say_anything_else_may_lock_out(office: Office):
    """All that a verified certificate may be signed with says the same."""
    verify = command_of("certificate", "verify")
    assert verify.sayings == {"certificate_verified"}
    office.qualify(office.desk.dora)
    rule = office.in_force(meanings=["certificate_verified"], commands=[])
    assert [one.number for one in who_may(verify, rule.unit).rules] == [rule.number]


def test_every_signature_that_the_record_chooses_says_what_it_may_be():
    assert [found for found in run_checks(tags=["setsquare"]) if found.id == "setsquare.E007"] == []


def test_a_deed_prepared_under_a_rule_on_its_signature_is_prepared_anew(office: Office):
    """The rule is asked at what is prepared, and not once more at preparing that anew."""
    desk = office.desk
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    office.qualify(desk.dora)
    office.in_force(meanings=["accepted"], commands=[], countersigned=True)
    deed = accepts(office, change).record
    desk.do(desk.ben, change, "assess", **{**IMPACT, "risk": "Some."})
    desk.do(office.hugo, deed, "renew")
    desk.do(desk.dora, deed, "countersign")
    assert (state_of(change), state_of(deed)) == ("accepted", "carried_out")
    assert Record.objects.get(pk=deed.pk).supervised_deed.meaning == "accepted"
