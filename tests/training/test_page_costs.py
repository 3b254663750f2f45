"""What pages of training cost: no more queries however many hold a course, take part, or are asked."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from setsquare.kernel.accounts.models import User
from setsquare.kernel.records.models import Record
from tests.training.conftest import School, ago
from tests.training.test_matrix import MOST_QUERIES


def counts(client: Client, *addresses: str) -> dict[str, int]:
    """Return how many queries pages take, once what is remembered has been read."""
    found = {}
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200, address
        found[address] = len(captured)
    return found


def newcomers(school: School, many: int) -> list[str]:
    first = User.objects.count()
    return [
        User.objects.create(
            username=f"p{at}", name=f"Person {at}", unit=school.anna.unit, title="fitter"
        ).username
        for at in range(first, first + many)
    ]


def test_course_session_and_certificates_cost_the_same_however_many_people(
    school: School, client: Client
) -> None:
    course = school.course("Measuring", {"unit": "N"})
    session = school.session(course)
    client.force_login(school.cora)
    found = []
    for many in (2, 10):
        people = newcomers(school, many)
        certificates = [school.certified(one, course, ago(20)) for one in people]
        school.do(school.cora, session, "enrol", people=people)
        found.append(
            counts(
                client,
                "/courses/",
                f"/courses/{course.number}/",
                f"/courses/{course.number}/given/",
                "/training-sessions/",
                f"/training-sessions/{session.number}/",
                "/certificates/",
            )
        )
    assert f"{many}" in client.get(f"/courses/{course.number}/given/").content.decode()
    assert certificates[-1].number in client.get("/certificates/").content.decode()
    assert found[0] == found[1]
    assert max(found[0].values()) <= MOST_QUERIES, found[0]


def test_my_training_costs_the_same_however_many_courses_i_need(school: School, client: Client) -> None:
    client.force_login(school.ben)
    found = []
    for many in (2, 8):
        for at in range(many):
            course = school.course(f"Course {many} {at}", {"unit": "N"})
            if at % 2 == 0:
                school.certified("ben", course, ago(5))
        found.append(counts(client, "/courses/mine/"))
    assert Record.objects.filter(type="course").count() == 10
    assert found[0] == found[1]
    assert max(found[0].values()) <= MOST_QUERIES, found[0]


def test_of_a_course_the_holders_are_told_whom_the_reader_may_see(school: School, client: Client) -> None:
    course, other = school.course("Measuring"), school.course("Milling")
    held, elsewhere = school.certified("anna", course, ago(5)), school.certified("ben", other, ago(5))
    client.force_login(school.cora)
    page = client.get(f"/courses/{course.number}/given/").content.decode()
    assert held.number in page and elsewhere.number not in page
    client.force_login(school.olga)
    page = client.get(f"/courses/{course.number}/given/").content.decode()
    assert held.number not in page and "Anna Example" not in page
