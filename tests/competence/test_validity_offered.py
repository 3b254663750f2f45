"""For how long what is agreed holds where whoever agrees does not say: as long as the form would have offered."""

import datetime as dt
import json
import re

from django.test import Client

from setsquare.kernel.qualifications.days import months_later
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.models import Signature
from tests.api.conftest import Caller
from tests.competence.bench import TODAY, Bench
from tests.competence.conftest import PASSWORD


def test_it_holds_as_long_as_the_form_offers_unless_something_else_is_said(
    bench: Bench, client: Client
) -> None:
    def until(made: Record) -> dt.date | None:
        return Record.objects.get(pk=made.pk).assessment.valid_until

    def waiting(name: str) -> Record:
        return bench.submitted(bench.mark, name, "manager", G_1=1)

    caller = Caller(bench.hanna, ("read", "write"))
    signed = {"signature": {"password": PASSWORD}}
    offered, for_good, by_day = waiting("ada"), waiting("ben"), waiting("ada")
    assert caller.post(f"/assessments/{offered.number}:agree", signed).status_code == 200
    assert until(offered) == months_later(TODAY, 24)
    assert json.loads(Signature.objects.get(record=offered).signed)["given"]["months"] == 24
    assert caller.post(f"/assessments/{for_good.number}:agree", {**signed, "months": None}).status_code == 200
    assert until(for_good) is None
    day = TODAY + dt.timedelta(days=90)
    answer = caller.post(f"/assessments/{by_day.number}:agree", {**signed, "valid_until": day.isoformat()})
    assert answer.status_code == 200 and until(by_day) == day
    emptied = waiting("ben")
    client.force_login(bench.hanna)
    given = {"password": PASSWORD, "months": "", "valid_until": "", "_version": str(emptied.version)}
    page = client.get(f"/assessments/{emptied.number}/do/agree/").content.decode()
    assert re.search(r'name="months" value="24"', page)
    given["_version"] = str(Record.objects.get(pk=emptied.pk).version)
    assert client.post(f"/assessments/{emptied.number}/do/agree/", given).status_code == 303
    assert until(emptied) is None
