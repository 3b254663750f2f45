"""Who may see competence sees it of everybody in their unit, and changes nothing of it."""

import pytest
from django.test import Client

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import NotPermitted
from setsquare.kernel.commands.running import carry_out
from tests.api.conftest import Caller
from tests.competence.bench import Bench, ago
from tests.competence.conftest import PASSWORD


@pytest.fixture
def auditor(bench: Bench) -> User:
    reads = ["competence.read", "organisation.read", "competence.see", "development.see"]
    bootstrap.add_role("auditing", "Auditing", "", reads)
    person = bootstrap.add_person("alma", "Alma Auditor", "S", password=PASSWORD)
    bootstrap.grant(person, "auditing", "N")
    return person


def test_who_may_see_competence_sees_levels_gaps_and_calibration(
    bench: Bench, auditor: User, client: Client
) -> None:
    made = bench.agreed("ada", G_1=2)
    paths = (
        "/assessments/",
        f"/assessments/{made.number}/",
        "/assessments/of/ada/",
        "/assessments/calibration/",
    )
    for person, status in ((auditor, 200), (bench.rob, 404)):
        client.force_login(person)
        assert client.get(f"/assessments/{made.number}/").status_code == status
        assert client.get("/assessments/of/ada/").status_code == status
    client.force_login(auditor)
    for path in paths:
        page = client.get(path)
        assert page.status_code == 200 and "/do/revoke/" not in page.content.decode(), path
    assert "Mark Example" in client.get("/assessments/calibration/").content.decode()
    assert client.get("/assessments/of/sol/").status_code == 404, "he is of another unit"
    client.force_login(bench.rob)
    assert client.get("/assessments/calibration/").status_code == 403
    assert Caller(auditor, ("read",)).get(f"/assessments/{made.number}").status_code == 200
    with pytest.raises(NotPermitted):
        bench.do(auditor, made, "revoke", because="I only look.")
    past = {"framework": bench.framework.number, "component": "G-1", "level": 2, "day": ago(30)}
    with pytest.raises(NotPermitted):
        carry_out("assessment", "create", Actor(auditor), body={**past, "person": "ada"})
