"""`make test`: what it says at the end of a run in which a part could not be run."""

import pytest
from tools.testing import Step, verdict

pytestmark = pytest.mark.once

GOOD = [Step("style", True, 1.0), Step("tests on SQLite", True, 600.0, "2000 passed in 600 s")]
BAD = [Step("style", False, 1.0), GOOD[1]]


def test_a_whole_run_that_passes_is_a_pass():
    lines, code = verdict(GOOD, [], in_ci=False)
    assert code == 0
    assert [line.split()[0] for line in lines] == ["passed", "passed"]


def test_a_failure_is_one_wherever_it_stands():
    lines, code = verdict(BAD, [], in_ci=False)
    assert code == 1
    assert lines[-1] == "FAILED: style."


@pytest.mark.parametrize(
    ("missing", "packages", "left_out"),
    [
        (["Chromium"], "chromium libatomic1", "the tests in the browser"),
        (["PostgreSQL"], "postgresql", "the tests on PostgreSQL"),
        (
            ["Chromium", "PostgreSQL"],
            "chromium libatomic1 postgresql",
            "the tests in the browser and the tests",
        ),
    ],
)
def test_a_missing_part_is_named_last_and_the_run_is_no_pass(missing, packages, left_out):
    lines, code = verdict(GOOD, missing, in_ci=False)
    assert code == 3
    assert lines[-1].startswith("INCOMPLETE: ")
    assert f"apt-get install {packages}" in lines[-2]
    assert left_out in lines[-2]
    told = [line for line in lines if line.startswith("NOT RUN")]
    assert len(told) == len(missing)
    assert all("passed" not in line for line in told)


def test_in_ci_a_missing_part_is_a_failure():
    lines, code = verdict(GOOD, ["PostgreSQL"], in_ci=True)
    assert code == 1
    assert lines[-1] == "FAILED: the tests on PostgreSQL."
    assert any(line.startswith("FAILED   the tests on PostgreSQL") for line in lines)


def test_what_failed_is_named_beside_what_is_missing():
    lines, code = verdict(BAD, ["Chromium"], in_ci=False)
    assert code == 1
    assert lines[-1] == "FAILED: style."
    assert "apt-get install chromium libatomic1" in lines[-2]
