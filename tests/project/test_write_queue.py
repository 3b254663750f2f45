"""Writers of one SQLite file take turns in the order in which they came, whatever becomes of the others."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from setsquare.kernel.database.queue import QueueTimeout, WriteQueue

pytestmark = pytest.mark.once

HOLDER = """
import sys
from setsquare.kernel.database.queue import WriteQueue
queue = WriteQueue(sys.argv[1])
queue.enter(10)
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "queue")


def hold(path: str) -> subprocess.Popen[str]:
    """Another process that holds the turn."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_turn_is_held_until_it_is_left(path):
    first, second = WriteQueue(path), WriteQueue(path)
    first.enter(1)
    with pytest.raises(QueueTimeout):
        second.enter(0.05)
    first.leave()
    second.enter(5)
    assert second.held
    assert not first.held


def test_entering_twice_takes_one_turn(path):
    queue, other = WriteQueue(path), WriteQueue(path)
    queue.enter(1)
    ticket = queue.ticket
    queue.enter(1)
    assert queue.ticket == ticket
    queue.leave()
    queue.leave()
    other.enter(1)
    assert other.held


def test_turns_follow_the_order_of_arrival(path):
    holder = WriteQueue(path)
    holder.enter(1)
    tickets: list[int | None] = []
    guard = threading.Lock()

    def write() -> None:
        queue = WriteQueue(path)
        queue.enter(30)
        with guard:
            tickets.append(queue.ticket)
        queue.leave()

    threads = [threading.Thread(target=write) for _ in range(12)]
    for thread in threads:
        thread.start()
    holder.leave()
    for thread in threads:
        thread.join()
    assert len(tickets) == 12
    assert tickets == sorted(tickets)


def test_who_gave_up_waiting_does_not_block_the_others(path):
    holder, impatient, patient = WriteQueue(path), WriteQueue(path), WriteQueue(path)
    holder.enter(1)
    with pytest.raises(QueueTimeout):
        impatient.enter(0.05)
    assert not impatient.held
    holder.leave()
    patient.enter(5)
    assert patient.held


def test_a_waiter_that_gives_up_lets_nobody_pass_the_holder(path):
    holder, impatient, patient = WriteQueue(path), WriteQueue(path), WriteQueue(path)
    holder.enter(1)
    with pytest.raises(QueueTimeout):
        impatient.enter(0.05)
    with pytest.raises(QueueTimeout):
        patient.enter(0.05)
    assert holder.held


def test_the_turn_of_a_killed_process_is_free_again(path):
    process = hold(path)
    queue = WriteQueue(path)
    with pytest.raises(QueueTimeout):
        queue.enter(0.05)
    process.kill()
    process.wait()
    queue.enter(10)
    assert queue.held


def test_the_counter_starts_anew_when_its_file_is_gone(path):
    queue = WriteQueue(path)
    queue.enter(1)
    queue.leave()
    Path(path).unlink()
    queue.enter(1)
    assert queue.ticket == 1
