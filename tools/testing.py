"""Everything that CI checks, in one go: ``testing.py``, or ``testing.py --lint`` for what needs no test run.

Runs every step even when one fails, and ends with a table. Chromium and PostgreSQL are installed by apt where that
is allowed; where it is not, what is missing is named first and last, and the rest is run. The exit code is 0 when
everything was run and passed, 1 when something failed, and 3 when what could be run passed but a part is missing.
With ``CI=true`` a missing part is a failure.
"""

import ctypes.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
PACKAGES = {"Chromium": ("chromium", "libatomic1"), "PostgreSQL": ("postgresql",)}
"""Debian's packages of each part: the Node by which Playwright drives Chromium needs libatomic1."""
LEFT_OUT = {"Chromium": "the tests in the browser", "PostgreSQL": "the tests on PostgreSQL"}
OLDEST_POSTGRESQL = 15
INCOMPLETE = 3
PROCESSES = str(min(4, os.cpu_count() or 2))


@dataclass
class Step:
    """One line of the table at the end."""

    name: str
    passed: bool
    seconds: float
    words: str = ""


def main(arguments: list[str]) -> int:
    """Run the steps; returns 1 when one failed."""
    os.chdir(ROOT)
    with_tests = "--lint" not in arguments
    missing = provide() if with_tests else []
    if missing:
        print(sentence_about(missing), flush=True)
    steps = lint()
    if with_tests:
        steps += tests(missing)
    lines, code = verdict(steps, missing, in_ci=IN_CI)
    print("\n" + "-" * 100, *lines, sep="\n")
    return code


def verdict(steps: Sequence[Step], missing: Sequence[str], *, in_ci: bool) -> tuple[list[str], int]:
    """Say what came of the run, line by line, with the exit code; nothing reads as passed that was not run."""
    absent = {LEFT_OUT[part]: " ".join(PACKAGES[part]) for part in missing}
    width = max(map(len, [*(step.name for step in steps), *absent]))
    lines = []
    for step in steps:
        word = "passed" if step.passed else "FAILED"
        lines.append(f"{word:<7}  {step.name:<{width}}  {step.seconds:6.1f} s  {step.words}".rstrip())
    word = "FAILED" if in_ci else "NOT RUN"
    lines += [f"{word:<7}  {name:<{width}}  apt-get install {packages}" for name, packages in absent.items()]
    failed = [step.name for step in steps if not step.passed]
    if missing:
        lines += ["", sentence_about(missing)]
    if failed or (missing and in_ci):
        lines += [f"FAILED: {', '.join([*failed, *(absent if in_ci else [])])}."]
        return lines, 1
    if missing:
        lines += ["INCOMPLETE: what could be run has passed, and not everything could be run."]
        return lines, INCOMPLETE
    return lines, 0


def sentence_about(missing: Sequence[str]) -> str:
    """Say what is left out, why, and how to have it run."""
    packages = " ".join(name for part in missing for name in PACKAGES[part])
    parts = " and ".join(missing)
    left_out = " and ".join(LEFT_OUT[part] for part in missing)
    are = "are" if len(missing) > 1 else "is"
    return f"{parts} {are} missing: {left_out} are not run. To run them too: apt-get install {packages}"


def lint() -> list[Step]:
    """Check style, house rules, import contracts and types."""
    return [
        run("style", PROGRAMS / "ruff", "check", "--quiet", "src", "tests", "tools"),
        run("house rules", sys.executable, "tools/lint_house.py"),
        run("import contracts", PROGRAMS / "lint-imports", "--no-logo"),
        run("types", PROGRAMS / "mypy", "--no-error-summary", "src", "tools"),
    ]


def provide() -> list[str]:
    """Install what is missing where that is allowed; returns the parts that are missing still."""
    absent = [part for part in PACKAGES if not present(part)]
    if absent:
        install(absent)
    return [part for part in absent if not present(part)]


def tests(missing: Sequence[str]) -> list[Step]:
    """Run the tests on both databases, without those that need a missing part."""
    pytest: list[str | Path] = [PROGRAMS / "pytest", "-q", "-n", PROCESSES]
    without = ["-m", "not browser"] if "Chromium" in missing else []
    steps = [run("tests on SQLite", *pytest, "--database", "sqlite", *without)]
    if "PostgreSQL" not in missing:
        steps.append(run("tests on PostgreSQL", *pytest, "--database", "postgresql", *without))
    return steps


def present(part: str) -> bool:
    """Whether Chromium, or a PostgreSQL server that is new enough, is installed."""
    if part == "Chromium":
        browser = any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
        return browser and ctypes.util.find_library("atomic") is not None
    versions = [file.parts[-3] for file in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    new = any(version.isdigit() and int(version) >= OLDEST_POSTGRESQL for version in versions)
    return new or shutil.which("initdb") is not None


def install(parts: Sequence[str]) -> None:
    """Install Debian packages when this account may do so without being asked; otherwise do nothing."""
    if not shutil.which("apt-get"):
        return
    if os.getuid() == 0:
        before: list[str] = []
    elif shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        before = ["sudo", "-n"]
    else:
        return
    print(f"Installing {' and '.join(parts)} by apt ...", flush=True)
    packages = [name for part in parts for name in PACKAGES[part]]
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
    subprocess.run(
        [*apt, "install", "--yes", "--no-install-recommends", *packages],
        stdout=subprocess.DEVNULL,
        check=False,
    )


def run(name: str, *command: str | Path) -> Step:
    """Run one step, showing its output; the last line is kept for the table."""
    print(f"\n== {name}", flush=True)
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "MYPY_FORCE_COLOR": "0"}
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    last = ""
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    code = process.wait()
    words = last if "pytest" in str(command[0]) else ""
    return Step(name, code == 0, time.monotonic() - started, words)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
