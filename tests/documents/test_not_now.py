"""Every command in every state, by somebody with every right: what the state forbids is never told as a prohibition."""

from collections.abc import Iterator

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.domains.organisation.permissions import known
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor, Command, Situation, commands_of
from setsquare.kernel.commands.errors import CommandError, NotPermitted, WrongState
from setsquare.kernel.commands.running import check_before
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from tests.documents.conftest import Works

NOT_ONES_TURN = {"This is not among your tasks now.", "You are not asked to read this now."}


@pytest.fixture
def alma(works: Works) -> User:
    """Somebody with every right in the whole organisation, whom nobody asked for anything."""
    bootstrap.add_role("everything", "Everything", "", sorted(known()))
    alma = bootstrap.add_person("alma", "Alma All", "NW")
    bootstrap.grant(alma, "everything", "NW")
    return alma


@pytest.fixture
def records(works: Works) -> list[Record]:
    document = works.in_force()
    works.second(document)
    change = works.do("ada", "change_request.create", title="Faster", what="This.", why="That.", unit="H")
    kinds = Record.objects.filter(type="document_type").order_by("pk")[:1]
    return [works.record(document), works.record(f"{document}/2"), change.record, *kinds]


def refusal(command: Command, user: User, record: Record) -> CommandError | None:
    fresh = Record.objects.select_related("owner", "unit").get(pk=record.pk)
    try:
        check_before(command, Situation(Actor(user), thing_of(record.type), fresh))
    except CommandError as refused:
        return refused
    return None


def walk(records: list[Record]) -> Iterator[tuple[Record, str, Command]]:
    for record in records:
        for state in thing_of(record.type).lifecycle.states:
            Record.objects.filter(pk=record.pk).update(state=state.code)
            for command in commands_of(record.type):
                if not command.creates:
                    yield record, state.code, command


def test_what_the_state_forbids_is_a_conflict(alma: User, records: list[Record]) -> None:
    seen = 0
    for record, state, command in walk(records):
        refused, where = refusal(command, alma, record), f"{command.key} in {state}"
        sources = thing_of(record.type).lifecycle.move(command.name).sources
        if not command.who:
            assert str(refused) == "Only the system does this.", where
        elif state not in sources:
            assert isinstance(refused, WrongState), where
            assert (refused.state, refused.states) == (state, sources), where
            assert f"this is done while it is “{' / '.join(labels(record, sources))}”." in str(refused)
        else:
            assert not isinstance(refused, NotPermitted) or str(refused) in NOT_ONES_TURN, where
        seen += 1
    assert seen > 400


def labels(record: Record, states: tuple[str, ...]) -> list[str]:
    return [thing_of(record.type).lifecycle.state(state).label for state in states]


def test_it_is_told_what_comes_first(alma: User, records: list[Record]) -> None:
    _document, revision, change, _kind = records
    approve = next(one for one in commands_of("revision") if one.name == "approve")
    refused = refusal(approve, alma, revision)
    assert isinstance(refused, WrongState)
    assert str(refused) == (
        f"{revision.number} is “Draft”; this is done while it is “In approval”."
        " Before that: “Send for approval”."
    )
    assert refused.first == ("send_for_approval",)
    accept = next(one for one in commands_of("change_request") if one.name == "accept")
    refused = refusal(accept, alma, change)
    assert isinstance(refused, WrongState) and refused.first == ("submit",)
    refused = refusal(accept, User.objects.get(username="rolf"), change)
    assert isinstance(refused, WrongState) and refused.first == (), "he may not submit it"
    assert str(refused) == f"{change.number} is “Draft”; this is done while it is “Assessed”."
    Record.objects.filter(pk=revision.pk).update(state="superseded")
    refused = refusal(approve, alma, revision)
    assert isinstance(refused, WrongState) and refused.first == ()
