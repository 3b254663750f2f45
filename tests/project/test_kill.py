"""Processes killed in the middle of commands and events: the trail, the rows and the files agree, nothing is lost."""

import hashlib
import itertools
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import override_settings

from setsquare.domains.organisation import bootstrap
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.events.models import Delivery, Event
from setsquare.kernel.files.intake import take_in
from setsquare.kernel.files.models import Blob
from setsquare.kernel.files.store import read
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import thing_of
from setsquare.kernel.signatures.credentials import Credentials
from setsquare.kernel.signatures.models import Signature
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical
from tests.servers.live import Installations, LiveSetsquare
from tests.servers.processes import begin, end_of

KILLS = 4
PASSWORD = "a-quiet-river-42"
QUICK = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])


@pytest.fixture
def live(installations: Installations, django_db_blocker: Any) -> Iterator[LiveSetsquare]:
    made = installations.make(with_worker=False)
    with django_db_blocker.unblock(), made.orm(), QUICK:
        prepare()
        yield made
    installations.discard(made)


def prepare() -> None:
    first = {"username": "rita", "name": "Rita Root", "password": PASSWORD}
    bootstrap.establish("Norma Works", "NW", "Europe/Berlin", **first)
    bootstrap.add_unit("N", "North", "site", "NW")
    for name, role in (("carl", "controller"), ("dora", "head"), ("olga", "reader"), ("otto", "reader")):
        person = bootstrap.add_person(name, name.title(), "N", password=PASSWORD)
        bootstrap.grant(person, role, "N")
    step = {"name": "Approval", "mode": "all", "people": ["dora"], "meaning": "approved"}
    kind = {"code": "plan", "name": "Plan", "number_pattern": "PLN-{n:03}", "unit": "NW", "content": "file"}
    kind |= {"route": [step], "review_required": False, "audience": [{"role": "reader", "unit": "N"}]}
    carry_out("document_type", "create", Actor.system("import"), body=kind)


def work(say: Callable[[], None]) -> None:
    """Make, send, approve and release one document after the other, until killed."""
    carl, dora = (User.objects.get(username=name) for name in ("carl", "dora"))

    def act(who: User, record: Record, name: str, **body: object) -> None:
        fresh = Record.objects.get(pk=record.pk)
        signed = Credentials(password=PASSWORD)
        carry_out(
            fresh.type, name, Actor(who), record=fresh, body=body, version=fresh.version, credentials=signed
        )
        say()

    for turn in itertools.count():
        upload = take_in(carl, f"{os.getpid()} {turn}\n".encode() * 400, "plan.txt")
        body = {"type": "plan", "title": f"Plan {turn}", "unit": "N", "file": upload.blob_id}
        document = carry_out("document", "create", Actor(carl), body=body).record
        say()
        revision = document.document.open_revision.record
        act(carl, revision, "send_for_approval")
        act(dora, revision, "approve")
        act(carl, revision, "schedule", at_once=True)


def deliver() -> None:
    """Deliver events as the worker does, until killed."""
    while True:
        deliver_waiting(20)
        time.sleep(0.01)


def killed_after(deeds: int) -> None:
    """Let both processes work, and kill them when so many deeds were told and a moment has passed."""
    told, out = os.pipe()
    crew = [begin(lambda: work(lambda: os.write(out, b".") and None))]
    os.close(out)
    crew.append(begin(deliver))
    try:
        for _deed in range(deeds):
            assert os.read(told, 1), "the processes ended by themselves"
        time.sleep(random.uniform(0.0, 0.03))
    finally:
        for child in crew:
            os.kill(child, signal.SIGKILL)
    for child in crew:
        assert end_of(child) == -signal.SIGKILL
    os.close(told)


def check_agreement() -> None:
    """Each row is what the newest entry of its trail says, each signature and file is whole."""
    for record in Record.objects.all():
        entries = list(Entry.objects.filter(record=record).order_by("seq"))
        assert [entry.seq for entry in entries] == list(range(1, record.version + 1)), record
        state = canonical(thing_of(record.type).state_of(record))
        assert entries[-1].state == state.decode(), record
        assert entries[-1].digest == hashlib.sha256(state).hexdigest()
        told = Event.objects.filter(
            record=record, name__startswith=f"{record.type}.", payload__has_key="version"
        )
        assert Counter(event.payload["version"] for event in told) == Counter(entry.seq for entry in entries)
    for signature in Signature.objects.select_related("entry"):
        assert hashlib.sha256(signature.signed.encode()).hexdigest() == signature.digest
        assert signature.entry.command == "approve"
    approved = Entry.objects.filter(command="approve").count()
    assert approved == Signature.objects.count()
    assert Task.objects.filter(kind="approve", outcome="approved").count() == approved
    for blob in Blob.objects.all():
        assert len(read(blob)) == blob.size
    for revision in Record.objects.filter(type="revision", state="effective"):
        document = revision.revision.document
        assert (document.current_id, document.record.state) == (revision.pk, "effective")


def test_killed_anywhere_the_trail_the_rows_and_the_files_agree(live: LiveSetsquare) -> None:
    for turn in range(KILLS):
        killed_after(3 + 2 * turn)
        check_agreement()

    assert Event.objects.filter(delivered__isnull=True).exists() or Delivery.objects.exists()
    Event.objects.filter(name="document.effective", deliveries__isnull=False).update(delivered=None)
    while deliver_waiting():
        pass
    Event.objects.update(not_before=None)  # what had run already was refused once, and is only noted now
    while deliver_waiting():
        pass

    assert not Event.objects.filter(delivered__isnull=True).exists()
    effective = list(Record.objects.filter(type="revision", state="effective"))
    assert effective
    for revision in effective:
        asked = Task.objects.filter(record=revision, kind="read").values_list("assignee__username", flat=True)
        assert sorted(asked) == ["olga", "otto", "rita"], revision
        told = Notice.objects.filter(record=revision, kind="task.read")
        assert sorted(told.values_list("user__username", flat=True)) == ["olga", "otto", "rita"], revision
    check_agreement()
