"""Who owes the right to release a quiz to the one who wrote it does not release it, while others can."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.telling import deed_of
from setsquare.kernel.records.things import thing_of
from tests.quizzes.conftest import Hall


def test_a_quiz_of_who_gave_the_right(hall: Hall) -> None:
    bootstrap.grant(hall.cora, "administrator", "NW")
    draft = hall.draft()
    hall.do(hall.cora, hall.tom.file.record, "grant_role", role="coordinator", unit="NW", because="He helps.")
    with pytest.raises(
        NotPermitted, match=r"Cora Example, whose work this is, .* somebody else does it: Mark Example\."
    ):
        hall.do(hall.tom, draft, "release", summary="The first.")
    hall.do(
        hall.cora, hall.mark.file.record, "revoke_role", role="manager", unit="NW", because="He moves on."
    )
    entry = hall.do(hall.tom, draft, "release", summary="The first.").entry
    assert deed_of(entry, thing_of("quiz")) == (
        "released it: version 1: The first. Nobody else could: Cora Example, whose work it is, gave the right to do"
        " this within the last 30 days, and it was taken from Mark Example."
    )
