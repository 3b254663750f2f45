"""Who owes the right to release a quiz to the one who wrote it does not release it, while others can."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.commands.errors import NotPermitted
from tests.quizzes.conftest import Hall


def test_a_quiz_of_who_gave_the_right(hall: Hall) -> None:
    bootstrap.grant(hall.cora, "administrator", "NW")
    draft = hall.draft()
    hall.do(hall.cora, hall.tom.file.record, "grant_role", role="coordinator", unit="NW", because="He helps.")
    with pytest.raises(
        NotPermitted, match=r"Cora Example, whose work this is, .* somebody else does it: Mark Example\."
    ):
        hall.do(hall.tom, draft, "release", summary="The first.")
    hall.do(hall.mark, draft, "release", summary="The first.")
