"""The background worker: its signs of life, and what becomes of a dead worker's jobs."""

import datetime as dt
import os
import signal

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from setsquare.project import background, vitals
from setsquare.project.models import BackgroundWorker

pytestmark = pytest.mark.django_db


def job(worker: str, *, started: dt.datetime, status: str = TaskResultStatus.RUNNING) -> DBTaskResult:
    return DBTaskResult.objects.create(
        status=status,
        task_path="tests.none",
        args_kwargs={"args": [], "kwargs": {}},
        backend_name="default",
        run_after=timezone.now(),
        started_at=started,
        worker_ids=[worker],
    )


def seen(worker: str, ago: dt.timedelta) -> None:
    now = timezone.now()
    BackgroundWorker.objects.create(
        id=worker, part="jobs", started=now - dt.timedelta(days=1), seen=now - ago
    )


LONG_AGO = vitals.LEASE * 2


def test_a_sign_of_life_is_written_now_and_then(django_assert_num_queries):
    life = vitals.SignOfLife("events")
    life.beat()
    with django_assert_num_queries(0):
        life.beat()
    assert vitals.seconds_since(vitals.last_beat()) is not None
    life.end()
    assert vitals.last_beat() is None


def test_jobs_of_a_dead_worker_go_back_into_the_queue():
    seen("dead", LONG_AGO)
    seen("alive", dt.timedelta(0))
    before = timezone.now() - LONG_AGO
    abandoned, running = job("dead", started=before), job("alive", started=before)
    finished = job("dead", started=before, status=TaskResultStatus.SUCCESSFUL)
    assert vitals.give_back_abandoned_jobs() == 1
    for row, status in ((abandoned, "READY"), (running, "RUNNING"), (finished, "SUCCESSFUL")):
        row.refresh_from_db()
        assert row.status == status
    assert [worker.id for worker in BackgroundWorker.objects.all()] == ["alive"]


def test_a_job_that_has_only_just_begun_is_left_alone():
    job("not yet seen", started=timezone.now())
    assert vitals.give_back_abandoned_jobs() == 0


def test_the_loop_goes_on_after_a_failure_and_stops_at_a_signal(monkeypatch):
    rounds = []

    def step() -> int:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise RuntimeError("a faulty job")
        if len(rounds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return 1

    monkeypatch.setattr(background, "REST", 0.01)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        assert background._loop("events", step, vitals.SignOfLife("events")) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert rounds == [0, 1, 2]
