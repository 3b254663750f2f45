"""Numbers of certificates from elsewhere: one number of an issuer is of one person."""

from typing import Any

import pytest

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.importing.running import bring_in, table_from
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from tests.training.conftest import School, ago

UNTOLD = (
    "A certificate of somebody else has this number of this issuer already. Look at the number; if it is right, ask"
    " who runs training."
)


def hand_in(school: School, who: User, course: Record, number: str, **body: Any) -> Record:
    file = take_in(who, b"%PDF-1.4 certificate", "certificate.pdf").blob_id
    given = {
        "course": course.number,
        "issued": ago(10),
        "issuer": "TÜV",
        "external_number": number,
        "file": file,
    }
    return carry_out("certificate", "submit", Actor(who), body={**given, **body}).record


def refused(error: pytest.ExceptionInfo[Refused]) -> str:
    assert list(error.value.fields) == ["external_number"]
    return str(error.value.fields["external_number"])


@pytest.mark.parametrize(
    ("issuer", "number"), [("TÜV", "Ä-1"), ("tüv", "ä-1"), (" TÜ V", " Ä - 1 "), ("TÜV", "Ä\u00a0-1")]
)
def test_a_number_that_is_of_somebody_else_is_refused_however_it_is_written(
    school: School, issuer: str, number: str
) -> None:
    course = school.course("Crane", kind="external")
    made = hand_in(school, school.anna, course, "Ä-1")
    told = f"The certificate {made.number} of Anna Example has this number of this issuer already."
    given = {"issuer": issuer, "external_number": number}
    with pytest.raises(Refused) as error:
        school.certified("ben", course, ago(5), **given)
    assert refused(error) == told
    with pytest.raises(Refused) as error:
        hand_in(school, school.ben, course, number, issuer=issuer)
    assert refused(error) == UNTOLD, "whose it is only who sees it is told"


def test_what_differs_or_says_no_number_is_taken(school: School) -> None:
    course, other = school.course("Crane", kind="external"), school.course("Forklift", kind="external")
    hand_in(school, school.anna, course, "A-1")
    hand_in(school, school.anna, course, "A-1", issued=ago(5))
    assert hand_in(school, school.ben, other, "A-1").state == "submitted", "of another course"
    assert hand_in(school, school.ben, course, "A-1", issuer="DEKRA").state == "submitted"
    hand_in(school, school.anna, course, "", issued=ago(3))
    assert hand_in(school, school.ben, course, "", issued=ago(3)).state == "submitted"
    school.certified("anna", course, ago(2), external_number="7")
    assert school.certified("ben", course, ago(2), external_number="7").state == "valid", "nobody’s number"


def test_what_was_refused_or_revoked_leaves_its_number(school: School) -> None:
    course = school.course("Crane", kind="external")
    school.do(school.cora, hand_in(school, school.anna, course, "A-1"), "refuse", because="It is of Ben.")
    given = {"issuer": "TÜV", "external_number": "A-1"}
    made = school.certified("ben", course, ago(5), **given)
    school.do(school.cora, made, "revoke", because="It is of Olga.")
    assert school.certified("olga", course, ago(5), **given).state == "valid"


def test_a_correction_does_not_take_the_number_of_somebody_else_either(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    one = school.certified("anna", course, ago(10), issuer="TÜV", external_number="A-1")
    told = f"The certificate {one.number} of Anna Example has this number of this issuer already."
    mine = hand_in(school, school.olga, course, "A-2")
    same = {"course": course.number, "issued": ago(10), "issuer": "TÜV"}
    with pytest.raises(Refused) as error:
        school.do(school.olga, mine, "edit", **same, external_number="a-1")
    assert refused(error) == UNTOLD
    school.do(school.olga, mine, "edit", **same, external_number="A-3")
    other = school.certified("tom", course, ago(10), issuer="TÜV", external_number="A-4")
    slip = {"issued": ago(10), "issuer": "TÜV"}
    with pytest.raises(Refused) as error:
        school.do(school.cora, other, "rectify", **slip, external_number="A-1")
    assert refused(error) == told
    assert school.do(school.cora, other, "rectify", **slip, external_number="A-5").record.state == "valid"


def test_the_number_that_a_waiting_correction_would_give_back_is_still_of_its_person(school: School) -> None:
    bootstrap.grant(school.ben, "coordinator", "NW")
    course = school.course("Crane", kind="external")
    made = hand_in(school, school.anna, course, "A-1")
    school.do(school.ben, made, "verify")
    slip = {"issued": ago(10), "issuer": "TÜV", "external_number": "A-2"}
    assert school.do(school.cora, made, "rectify", **slip).record.state == "submitted"
    for number in ("A-1", "A-2"):
        with pytest.raises(Refused) as error:
            hand_in(school, school.olga, course, number)
        assert refused(error) == UNTOLD
    school.do(school.ben, made, "verify")
    assert hand_in(school, school.olga, course, "A-1").state == "submitted"


def test_an_import_tells_the_row_whose_number_is_taken(school: School) -> None:
    course = school.course("Crane", kind="external")
    rows = [
        "person,course,issued,issuer,external_number",
        f"anna,{course.number},{ago(30)},TÜV,A-1",
        f"ben,{course.number},{ago(30)},Tüv,a-1",
    ]
    report = bring_in(thing_of("certificate"), Actor(school.cora), table_from("\n".join(rows).encode()))
    assert [(one.line, one.column) for one in report.wrong] == [(3, "external_number")]
    assert report.wrong[0].sentence.endswith("of Anna Example has this number of this issuer already.")
