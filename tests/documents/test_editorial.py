"""An editorial change: its approver sees how much changed and confirms that it is one; the trail keeps both."""

import pytest

from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.telling import sentence_of
from setsquare.kernel.records.things import thing_of
from tests.documents.conftest import Works


def editorial(works: Works) -> str:
    second = works.second(works.in_force(), kind="editorial")
    works.do("ada", "revision.send_for_approval", second)
    return second


def test_the_approver_confirms_that_it_is_editorial(works: Works) -> None:
    second = editorial(works)
    with pytest.raises(Refused) as refused:
        works.do("cora", "revision.approve", second)
    assert refused.value.fields == {
        "editorial": "Look at what changed and confirm that it is editorial; if it is not, reject it."
    }
    done = works.do("cora", "revision.approve", second, editorial=True)
    assert sentence_of(done.entry, thing_of("revision")) == (
        "Cora Controller signed it: as approved, as it is editorial. Passages changed: 1; words added: 1, removed: 1."
    )
    assert done.signature is not None
    assert done.signature.meaning == "approved_editorial"


def test_a_normal_change_is_not_confirmed_as_editorial(works: Works) -> None:
    first = f"{works.draft()}/1"
    works.reviewed(first)
    works.do("ada", "revision.send_for_approval", first, approvers=["mia", "hedda"])
    with pytest.raises(Refused, match="This is a normal change"):
        works.do("mia", "revision.approve", first, editorial=True)


def test_who_starts_it_says_why(works: Works) -> None:
    second = works.second(works.in_force(), kind="editorial")
    works.do("ada", "revision.save", second, why="")
    with pytest.raises(Refused, match="Say why it is changed"):
        works.do("ada", "revision.send_for_approval", second)
