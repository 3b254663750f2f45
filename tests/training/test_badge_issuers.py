"""Whose a badge is: what shows that a key is its issuer's, and what waits for somebody who finds that out."""

import json
from typing import Any

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.domains.training.badges import proofs
from setsquare.domains.training.badges.encoding import multikey
from setsquare.domains.training.badges.giving import examined
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from tests.cases import ThingCase
from tests.training.conftest import School
from tests.training.test_badges import Academy, _bytes, keys_of_their_own, submit  # noqa: F401


class TestBadgeIssuers(ThingCase):
    thing = "badge_issuer"

    @pytest.fixture
    def prepared(self, school: School) -> None:
        self.school = school

    def make(self, number: int) -> Record:
        return entered(self.school, Academy(f"https://badges{number}.example/issuer"))

    def reader(self) -> User:
        return self.school.cora

    def stranger(self) -> User:
        return self.school.olga  # reads in the south


def entered(school: School, academy: Academy, **body: Any) -> Record:
    key = "" if academy.issuer.startswith("did:key") else multikey(academy.key.public_key())
    given = {"title": "Norm Academy", "address": academy.issuer, "key": key, "unit": "N", **body}
    return carry_out("badge_issuer", "create", Actor(school.cora), body=given).record


@pytest.mark.parametrize("address", ["", "https://badges.example/issuer"])
def test_a_known_issuer_was_entered_by_one_and_confirmed_by_another(school: School, address: str) -> None:
    bootstrap.grant(school.ben, "coordinator", "N")
    academy = Academy(address)
    issuer = entered(school, academy)
    badge = academy.badge()
    assert not examined(_bytes(badge), "", school.ben).shown_by
    with pytest.raises(NotPermitted, match="You entered it; somebody else who runs training confirms it"):
        school.do(school.cora, issuer, "confirm")
    assert school.do(school.ben, issuer, "confirm").signature is not None
    verdict = examined(_bytes(badge), "", school.ben)
    assert (verdict.valid, verdict.doubt, verdict.shown_by) == (True, "", "known")
    assert verdict.findings[0].sentence.startswith(
        f"Signed by Norm Academy, a known issuer ({issuer.number})"
    )
    made = submit(school, school.cora, badge, person="anna")
    assert (made.state, made.certificate.issuer) == ("valid", "Norm Academy")
    assert not examined(_bytes(badge), "", school.olga).shown_by  # it is known in the north
    other = Academy("https://badges.example/issuer") if address else Academy()
    other.issuer = academy.issuer
    other.method = academy.method
    assert not examined(_bytes(other.badge()), "", school.ben).valid  # its name and address, another's key
    school.do(school.cora, issuer, "withdraw", because="The key was disclosed.")
    assert not examined(_bytes(badge), "", school.ben).shown_by


def test_an_old_badge_without_an_end_is_kept_as_expired_where_its_course_gives_so_many_months(
    school: School,
) -> None:
    bootstrap.grant(school.ben, "coordinator", "N")
    academy = Academy("https://badges.example/issuer")
    school.do(school.ben, entered(school, academy), "confirm")
    course = school.course("Crane", kind="external", validity_months=12)
    body = {
        "person": "anna",
        "course": course.number,
        "file": take_in(
            school.cora, _bytes(academy.badge(validFrom="2020-01-05T10:00:00Z")), "b.json"
        ).blob_id,
    }
    done = carry_out("certificate", "submit_badge", Actor(school.cora), body=body)
    made = done.record
    assert (made.state, str(made.certificate.expires)) == ("expired", "2021-01-05")
    assert done.conclusion == (
        f"{made.number} is over and kept as expired: the badge is genuine, and it is Anna Example’s."
    )
    assert not holding().filter(user=school.anna, subject=course).exists()


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ({"address": "http://a.example/"}, "address", "Write an address that begins with https"),
        ({"address": "https://a@b.example/"}, "address", "Write an address that begins with https"),
        ({"address": "http://LOCALHOST:8000/"}, "address", "This is this organisation itself"),
        ({"address": "HTTPS://Badges.example:443/issuer/"}, "address", "BI-001 is this issuer already."),
        ({"key": "hello"}, "key", "This is no public key"),
        ({"address": "did:key:z6Mk", "key": ""}, "address", "This is no public key"),
        (
            {"address": f"did:key:{multikey(Academy().key.public_key())}"},
            "key",
            "The key stands in the did:key already; leave this empty.",
        ),
    ],
)
def test_what_is_no_issuer_of_others_is_refused_at_its_field(
    school: School, body: dict[str, Any], field: str, sentence: str
) -> None:
    entered(school, Academy("https://badges.example/issuer"))
    with pytest.raises(Refused) as refused:
        entered(school, Academy("https://other.example/issuer"), **body)
    assert [(name, str(said).startswith(sentence)) for name, said in refused.value.fields.items()] == [
        (field, True)
    ]


def test_a_key_that_nothing_ties_to_the_issuer_waits_for_somebody_else(
    school: School, client: Client
) -> None:
    academy = Academy()
    named = {"issuer": {"id": academy.issuer, "name": "NORMA  works"}}
    verdict = examined(_bytes(academy.badge()), "", school.cora)
    name = multikey(academy.key.public_key())
    short = f"{name[:14]}…{name[-8:]}"
    assert (verdict.valid, verdict.key, verdict.shown_by) == (True, name, "")
    assert verdict.findings[0].sentence == f"Signed by the key {short}, and unchanged since."
    assert verdict.doubt == f"It calls its issuer “Academy”; nothing shows that the key {short} is theirs."
    assert (
        "our name, but is signed by another key"
        in examined(_bytes(academy.badge(**named)), "", school.cora).doubt
    )
    bootstrap.grant(school.ben, "coordinator", "N")
    made = submit(school, school.cora, academy.badge(), person="anna")
    assert made.state == "submitted"
    assert [task.assignee for task in Task.objects.filter(record=made)] == [school.ben]
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.cora, made, "verify")
    client.force_login(school.ben)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert "It is not shown who issued this" in page and short in page
    asked = client.get(f"/certificates/{made.number}/do/verify/").content.decode()
    assert "Nothing in the badge shows who issued this certificate" in asked
    assert "Nothing shows that this key is of" in asked and "badge.json</a>" in asked
    told = client.post("/certificates/verify/", {"text": json.dumps(academy.badge())}).content.decode()
    assert "it is not shown who issued it" in told and "This badge is valid" not in told
    school.do(school.ben, made, "verify")
    assert holding().get(user=school.anna).evidence == made


def known(school: School) -> Academy:
    """Return an academy whose key Cora entered and Ben, who runs training as well, confirmed."""
    bootstrap.grant(school.ben, "coordinator", "N")
    academy = Academy()
    school.do(school.ben, entered(school, academy), "confirm")
    return academy


@pytest.mark.parametrize("kind", ["on_the_job", "read", "online", "classroom", "external"])
def test_a_badge_stands_for_no_course_that_is_completed_here_until_somebody_else_looked(
    school: School, client: Client, kind: str
) -> None:
    academy, course = known(school), school.course("Welding", kind=kind)
    told = academy.told()
    told["credentialSubject"]["achievement"] |= {
        "name": "Yoga\0 for beginners",
        "criteria": {"id": "https://academy.example/yoga", "narrative": "Ten evenings."},
    }
    made = submit(school, school.cora, academy.badge(**told), person="anna", course=course.number)
    certificate = made.certificate
    assert certificate.badge_for == "Yoga\N{REPLACEMENT CHARACTER} for beginners"
    assert certificate.badge_criteria == "Ten evenings.\n\nhttps://academy.example/yoga"
    held = holding().filter(user=school.anna, subject=course)
    client.force_login(school.ben)
    page = client.get(f"/certificates/{made.number}/").content.decode()
    assert "for beginners" in page and "Ten evenings." in page
    if kind in ("classroom", "external"):
        assert made.state == "valid" and held.get().evidence == made
        return
    assert made.state == "submitted" and not held.exists()
    assert [task.assignee for task in Task.objects.filter(record=made)] == [school.ben]
    why = "A badge is not what completes this course; somebody else looks at whether it stands for that. "
    assert certificate.looked_at == why + course.course.completed_how and why in page
    with pytest.raises(NotPermitted, match="You handed this certificate in; somebody else verifies it"):
        school.do(school.cora, made, "verify")
    form = client.get(f"/certificates/{made.number}/do/verify/").content.decode()
    places = [form.index(words) for words in ("Welding", "for beginners", "Ten evenings.", "Issued")]
    assert places == sorted(places), "what it is for stands beside the course"
    school.do(school.ben, made, "verify")
    assert held.get().evidence == made


def test_a_badge_passes_no_quiz(school: School) -> None:
    academy = known(school)
    quiz = carry_out(
        "quiz", "create", Actor(school.cora), body={"title": "Q", "purpose": "P", "unit": "NW"}
    ).record
    course = school.course("First aid", kind="classroom", quiz=quiz.number)
    made = submit(school, school.cora, academy.badge(), person="anna", course=course.number)
    assert made.state == "submitted" and made.certificate.looked_at.startswith(
        "A badge is not what completes"
    )


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({"validFrom": "0001-01-01T00:00:00Z"}, "This day is more than 60 years ago; look at the year."),
        (
            {"validUntil": "9999-12-31T23:59:59Z"},
            "This day is more than 100 years after it was issued; look at the year.",
        ),
        (
            {"validFrom": "2020-01-02T00:00:00Z", "validUntil": "2120-01-03T12:00:00Z"},
            "This day is more than 100 years after it was issued; look at the year.",
        ),
    ],
)
def test_days_of_a_badge_are_looked_at_as_days_that_are_typed_in(
    school: School, days: dict[str, str], sentence: str
) -> None:
    academy = known(school)
    for who, person in ((school.cora, "anna"), (school.anna, "anna")):
        with pytest.raises(Refused) as refused:
            submit(school, who, academy.badge(**days), person=person)
        assert refused.value.fields == {"file": sentence}
    assert not Record.objects.filter(type="certificate").exists()


def test_a_badge_that_does_not_say_whose_it_is_is_handed_in_by_one_person(school: School) -> None:
    academy = Academy()
    nobodys = {"type": ["AchievementSubject"], "achievement": {"name": "Aid"}}
    badge = academy.badge(credentialSubject=nobodys)
    made = submit(school, school.anna, badge)
    as_jwt = proofs.jws(
        academy.told(credentialSubject=nobodys, validFrom=badge["validFrom"]), academy.key, academy.method
    )
    said = "A certificate of somebody else was recorded from this badge already; it does not say whose it is."
    for same in (badge, as_jwt):
        with pytest.raises(Refused) as refused:
            submit(school, school.ben, same)
        assert refused.value.fields == {"file": said}
    submit(school, school.ben, academy.badge(credentialSubject=nobodys, id="urn:x:another"))
    school.do(school.cora, made, "refuse", because="It is not hers.")
    assert submit(school, school.ben, badge).state == "submitted", (
        "once it was refused, another one may have it"
    )
