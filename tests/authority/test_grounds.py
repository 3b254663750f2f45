"""What a signature relied on leads to the records that it names, and says what has become of them since."""

import datetime as dt
import html
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials
from tests.authority.conftest import Office
from tests.cases import MOST_QUERIES
from tests.changes.conftest import IMPACT, PASSWORD


def certified(office: Office, course: Record) -> Record:
    """Have Dora hold a certificate of a course, recorded by Hugo."""
    given = {"person": "dora", "course": course.number, "issued": timezone.localdate() - dt.timedelta(days=3)}
    signed = Credentials(password=PASSWORD)
    return carry_out("certificate", "create", Actor(office.hugo), body=given, credentials=signed).record


def grounds(who: User, record: Record) -> str:
    """Return the line of what a signature relied on, as the tab shows it."""
    client = Client()
    client.force_login(who)
    client.get(f"/change-requests/{record.number}/signatures/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/change-requests/{record.number}/signatures/").content.decode()
    assert len(queries) <= MOST_QUERIES
    [line] = re.findall(r'<div class="small muted">(.*?)</div>', page)
    return html.unescape(line)


def test_the_grounds_of_a_signature_are_links_and_tell_what_became_of_them(office: Office):
    desk = office.desk
    for who in (office.hugo, desk.dora):
        bootstrap.grant(who, "coordinator", "N")
    body = {"title": "Deciding", "unit": "N", "kind": "classroom", "content": "All of it."}
    course = carry_out("course", "create", Actor(desk.dora), body=body).record
    desk.do(desk.dora, course, "offer")
    shown = certified(office, course)
    rule = office.in_force(commands=["change_request.accept"], needs=[{"subject": course.number}])
    change = desk.request(who=desk.anna)
    desk.do(desk.anna, change, "submit")
    desk.do(desk.ben, change, "assess", **IMPACT)
    desk.do(desk.dora, change, "accept", verify=False, because="It is worth it.")

    version = Record.objects.get(pk=rule.pk).rule_in_force.version

    def told(rule_since: str = "", since: str = "") -> str:
        return (
            f'Rule <a href="/authority-rules/{rule.number}/">{rule.number}</a>{rule_since}, version '
            f"{version}: "
            f'a current qualification in <a href="/courses/{course.number}/">{course.number}</a> Deciding, shown by '
            f'<a href="/certificates/{shown.number}/">{shown.number}</a>{since}'
        )

    assert grounds(office.hugo, change) == told()
    unseen = grounds(desk.ben, change)
    assert shown.number in unseen and "/certificates/" not in unseen, "Ben does not see Dora’s certificates"
    Qualification.objects.filter(evidence=shown).update(ended=timezone.now())
    assert grounds(office.hugo, change) == told(since=" (no longer counted since)")
    desk.do(office.hugo, shown, "revoke", because="It was another course.")
    assert grounds(office.hugo, change) == told(since=" (revoked since)")
    Record.objects.filter(pk=rule.pk).update(state="superseded")
    assert grounds(office.hugo, change) == told(" (replaced since)", " (revoked since)")
    assert "since" not in grounds(desk.ben, change).replace(" (replaced since)", "")
