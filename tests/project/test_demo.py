"""The demo organisation, loaded as a whole: what somebody who looks around in it is told to find there."""

import datetime as dt
import re
from collections import Counter

import pytest
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from setsquare.domains.authority.models import SupervisedDeed
from setsquare.domains.competence.gaps.asking import Asking
from setsquare.domains.competence.gaps.cells import stand
from setsquare.domains.competence.gaps.standing import SOON as EXPIRES_SOON
from setsquare.domains.competence.gaps.standing import AsOf
from setsquare.domains.competence.gaps.totals import single_points
from setsquare.domains.competence.models import Assessment
from setsquare.domains.training.matrix import EXPIRED, GRACE, MISSING, RETRAIN, SOON, VALID, cells
from setsquare.domains.training.models import Certificate, Course, Requirement, TrainingSession
from setsquare.domains.training.needs import people_of
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.authority.models import Need, Rule
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.project.demo import loader
from tests.houses import database

pytestmark = pytest.mark.once
MONTH = dt.timedelta(days=30)


def load() -> str:
    loader.load(lambda day: None)
    return "loaded"


db = database(demo=load)


@pytest.fixture
def demo(db: None) -> None:
    """The demo, loaded once for all tests here: that takes minutes."""


def people() -> list[User]:
    return list(User.objects.filter(is_active=True).select_related("unit"))


def operators() -> list[User]:
    return list(User.objects.filter(is_active=True, grants__role__code="line_operator"))


def stands_to_courses() -> Counter[tuple[str, str]]:
    """Return how many people stand how to which course, of which it is asked or who hold it."""
    courses = list(Course.objects.filter(record__state="offered").select_related("record"))
    number = {course.pk: course.record.number for course in courses}
    return Counter(
        (number[course], cell.standing) for (_person, course), cell in cells(people(), courses).items()
    )


def test_sign_ins_to_try_name_those_who_lead_coordinate_and_audit() -> None:
    """This one needs no demo and stands first, as the demo is given up where a test does without."""
    told = {row.username: row for row in loader.sign_ins()}
    assert [*told] == [
        "hlindqvist",
        "madler",
        "skoch",
        "lhartmann",
        "mdubois",
        "pnowak",
        "cweiss",
        "msantos",
    ]
    assert told["cweiss"].language == "German"
    assert told["mdubois"].description.startswith("Internal lead auditor: The auditor. Follow a record ")


def test_five_things_expire_next_month_and_two_have_lapsed(demo: None) -> None:
    """Whoever counts certificates and components over the whole organisation comes to the same, whatever the page."""
    now = timezone.now()
    held = Qualification.objects.filter(
        Q(subject__type="course") | Q(subject__type="framework"), user__is_active=True, ended__isnull=True
    )
    told = held.order_by("until").values_list("subject__number", "topic")
    assert sorted(told.filter(until__gt=now, until__lte=now + MONTH)) == [
        ("TC-004", ""),
        ("TC-005", ""),
        ("TC-007", ""),
        ("TC-014", ""),
        ("TC-015", ""),
    ]
    assert sorted(told.filter(until__lte=now)) == [("TC-008", ""), ("TC-016", "")]
    stands = stands_to_courses()
    assert sum(count for (_course, standing), count in stands.items() if standing == SOON) == 5
    assert sum(count for (_course, standing), count in stands.items() if standing in (EXPIRED, GRACE)) == 2
    gaps = stand(people(), Asking(AsOf.of(None)))
    assert not [cell for cell in gaps.cells.values() if cell.standing == EXPIRES_SOON]


def test_packers_are_retrained_because_of_one_standard_and_part_of_them_were(demo: None) -> None:
    stands = stands_to_courses()
    assert {standing: stands["TC-016", standing] for standing in (RETRAIN, VALID, EXPIRED)} == {
        RETRAIN: 29,
        VALID: 14,
        EXPIRED: 1,
    }
    course = Record.objects.get(number="TC-016")
    assert [row.because.number for row in course.course.retrainings.select_related("because")] == ["WI-006/2"]


def test_one_assistant_works_under_supervision(demo: None) -> None:
    deeds = SupervisedDeed.objects.select_related("record")
    assert [(one.record.owner.username, one.record.state) for one in deeds] == [("lhartmann", "waiting")]


def test_two_hundred_operators_over_three_sites_know_what_everybody_has_to(demo: None) -> None:
    assert len(operators()) == 200
    courses = list(Course.objects.filter(record__number__in=("TC-001", "TC-002")).select_related("record"))
    stands = Counter(cell.standing for cell in cells(operators(), courses).values())
    assert set(stands) == {VALID, MISSING}
    assert 4 <= stands[MISSING] <= 12


@pytest.mark.parametrize(
    ("username", "needed"),
    [
        ("aamaral200", ["TC-001", "TC-002", "TC-014"]),
        ("lpires416", ["TC-001", "TC-002", "TC-014", "TC-015"]),
        ("djanssen202", ["TC-001", "TC-002", "TC-007", "TC-014", "TC-016"]),
    ],
)
def test_operators_find_the_courses_that_they_need(
    demo: None, client: Client, username: str, needed: list[str]
) -> None:
    client.force_login(User.objects.get(username=username))
    page = client.get("/courses/mine/").content.decode()
    assert sorted(re.findall(r'<th scope="row"><a [^>]*>(TC-\d+) ', page)) == needed
    assert "You do not need it now." not in page
    assert {client.get(f"/courses/{number}/").status_code for number in needed} == {200}


def test_a_rule_in_force_asks_for_a_tier_that_the_director_holds(demo: None) -> None:
    tiers = Need.objects.filter(rule__isnull=False).exclude(topic="")
    assert [(one.subject.number, one.topic, one.level) for one in tiers] == [("FW-001", "GOV-3", 3)]
    director = User.objects.get(username="hlindqvist")
    cells_of = stand([director], Asking(AsOf.of(None))).of(director)
    assert Counter(not cell.gap for cell in cells_of.values()) == {True: 13, False: 2}
    assert Qualification.objects.filter(user=director, subject__number="TC-002", ended__isnull=True).exists()


def test_one_course_is_still_missing_that_the_director_needs(demo: None) -> None:
    director = User.objects.get(username="hlindqvist")
    courses = list(Course.objects.filter(record__state="offered").select_related("record"))
    number = {course.pk: course.record.number for course in courses}
    found = {number[course]: cell for (_person, course), cell in cells([director], courses).items()}
    needed = {course: cell.standing for course, cell in found.items() if cell.needed}
    assert needed == {
        "TC-001": VALID,
        "TC-002": VALID,
        "TC-005": VALID,
        "TC-007": VALID,
        "TC-011": VALID,
        "TC-012": MISSING,
    }
    waits = Certificate.objects.filter(person=director, record__state="submitted")
    assert [one.course.record.number for one in waits] == ["TC-012"]


def test_each_site_asks_for_fire_protection_itself_and_braga_learns_it_soon(demo: None) -> None:
    """A role that is held of the whole organisation would be asked for by every site."""
    rows = Requirement.objects.filter(course__record__number="TC-007")
    asked = {row.unit.code: {*people_of(row)} for row in rows if row.unit is not None and row.role is None}
    assert len(asked) == rows.count()
    assert {*asked} == {"FRB", "VEN", "PRD", "BQC", "BWH"}
    near = {code: {person.unit.code for person in people if person.unit} for code, people in asked.items()}
    assert near["PRD"] | near["BQC"] | near["BWH"] == {"PRD", "LN1", "BQC", "BWH"}
    assert not {"PRD", "LN1", "BQC", "BWH"} & (near["FRB"] | near["VEN"])
    planned = TrainingSession.objects.get(
        course__record__number="TC-007", record__unit__code="BRG", record__state="planned"
    )
    assert {*planned.attendances.values_list("person__unit__code", flat=True)} == {"PRD", "LN1", "BQC", "BWH"}


def test_somebody_may_decide_on_changes_in_braga(demo: None) -> None:
    """The rule that asks for fire protection there can be met, though not by who was there in the night."""
    rule = Rule.objects.get(record__number="AR-002")
    [need] = rule.needs.all()
    held = {*holding(timezone.now()).filter(subject=need.subject).values_list("user__username", flat=True)}
    decide = {
        *people_permitted("changes.decide", Unit.objects.get(code="BRG")).values_list("username", flat=True)
    }
    assert decide - held == {"icarvalho"}
    assert decide & held == {"hlindqvist", "madler", "tzielinski"}


def test_certificates_from_elsewhere_have_their_scan(demo: None) -> None:
    """What a learning system told has its statement instead."""
    external = Certificate.objects.filter(source="external").exclude(issuer="Thalvent Learning")
    assert external.count() == 15
    assert [one.record.number for one in external if one.file is None] == []
    pictures = Attachment.objects.filter(record__certificate__in=external, name__endswith=".png")
    assert pictures.count() == 13
    assert max(pictures.values_list("blob__size", flat=True)) < 40_000


def test_what_was_agreed_of_the_staff_is_shown_by_something(demo: None) -> None:
    staff = User.objects.exclude(grants__role__code="line_operator")
    agreed = Assessment.objects.filter(record__state="agreed", person__in=staff)
    shown = Link.objects.filter(source__in=agreed.values("record"), kind="shown_by")
    sheets = Attachment.objects.filter(record__in=agreed.values("record"))
    with_any = {*shown.values_list("source", flat=True), *sheets.values_list("record", flat=True)}
    assert len(with_any) >= agreed.count() * 0.9


def test_little_hangs_on_nobody(demo: None) -> None:
    everybody = User.objects.filter(is_active=True)
    found = single_points(everybody, Asking(AsOf.of(None)))
    assert len([one for one in found if one.only is None]) <= 6


def test_courses_teach_documents_and_lead_to_components(demo: None) -> None:
    offered = Course.objects.filter(record__state="offered")
    assert offered.filter(outcomes__isnull=False).distinct().count() == 9
    teaching = Link.objects.filter(source__in=offered.values("record"), kind="teaches")
    assert len({*teaching.values_list("source", flat=True)}) == 10
