"""Who owes the right to look at it to the one whose work it is does not verify or confirm it, while others can."""

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import Grant, User
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.trail.models import Entry
from tests.training.conftest import School
from tests.training.test_badge_issuers import entered
from tests.training.test_badges import Academy
from tests.training.test_certificates import submit

OWES = (
    "Cora Example, whose work this is, gave you the right to do this within the last 30 days; somebody else does it:"
    " Ben Example."
)
NOBODY_ELSE = (
    "Nobody else could: Cora Example, whose work it is, gave the right to do this within the last 30 days"
)


@pytest.fixture
def helped(school: School) -> School:
    """Have Cora administer and run training as Ben does, and give Tom the right to run it."""
    Grant.objects.filter(user=school.sven).delete()
    bootstrap.grant(school.cora, "administrator", "NW")
    bootstrap.grant(school.ben, "coordinator", "NW")
    school.do(school.cora, school.tom.file.record, "grant_role", role="coordinator", unit="NW")
    return school


def take(school: School, person: User) -> None:
    school.do(school.cora, person.file.record, "revoke_role", role="coordinator", unit="NW")


def said(record: Record) -> str:
    entry = Entry.objects.filter(record=record).order_by("-seq").first()
    assert entry is not None and entry.note is not None
    return entry.note["text"] % entry.note["values"]


def test_a_certificate_of_who_gave_the_right(helped: School) -> None:
    course = helped.course("External", kind="external")
    made = submit(helped, helped.cora, course)
    with pytest.raises(NotPermitted) as refused:
        helped.do(helped.tom, made, "verify")
    assert str(refused.value) == OWES
    assert not holding().filter(user=helped.cora, subject=course).exists()
    take(helped, helped.ben)
    assert helped.do(helped.tom, made, "verify").record.state == "valid"
    assert said(made) == f"{NOBODY_ELSE}, and it was taken from Ben Example."
    told = Notice.objects.get(user=helped.rita, kind="authority")  # who administers, and sees no certificates
    assert made.number not in told.text % told.values
    assert (told.text % told.values).startswith(
        "Tom Example gave something a second look that you do not see,"
    )


def test_an_issuer_of_badges_entered_by_who_gave_the_right(helped: School) -> None:
    made = entered(helped, Academy("https://badges.example/issuer"))
    with pytest.raises(NotPermitted) as refused:
        helped.do(helped.tom, made, "confirm")
    assert str(refused.value) == OWES
    Grant.objects.filter(user=helped.ben).delete()
    assert helped.do(helped.tom, made, "confirm").record.state == "known"
    assert said(made) == f"{NOBODY_ELSE}."
