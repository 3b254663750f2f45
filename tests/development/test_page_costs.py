"""What pages of development plans cost: no more queries however many plans, targets and actions there are."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.development.conftest import Team, day

MOST_QUERIES = 15


def test_plans_cost_the_same_however_many_and_however_long_they_are(team: Team, client: Client) -> None:
    found: list[dict[str, int]] = []
    for many in (1, 5):
        for _one in range(many):
            actions = [
                {"what": f"Step {at}", "kind": "on_the_job", "due": day(30 + at)} for at in range(many)
            ]
            plan = team.agreed(actions=actions)
        found.append({})
        for who, address in (
            (team.mara, "/development-plans/"),
            (team.mara, f"/development-plans/{plan.number}/"),
            (team.anna, "/development-plans/?person=me"),
            (team.max, "/development-plans/?mentor=me"),
        ):
            client.force_login(who)
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200, address
            found[-1][address.replace(plan.number, "one")] = len(captured)
    assert found[0] == found[1]
    assert max(found[0].values()) <= MOST_QUERIES, found[0]
