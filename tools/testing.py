"""Everything that CI checks, in one go: ``testing.py``, or ``testing.py --lint`` for what needs no test run.

Runs every step even when one fails, and ends with a table. Chromium and PostgreSQL are installed by apt where that
is allowed; where it is not, what is missing is named and the rest is run. With ``CI=true`` a missing part is a
failure.
"""

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
PACKAGES = {"chromium": ("chromium", "libatomic1"), "postgresql": ("postgresql",)}
"""Debian's packages of each part: the Node by which Playwright drives Chromium needs libatomic1."""
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
    steps = lint()
    if "--lint" not in arguments:
        steps += tests()
    width = max(len(step.name) for step in steps)
    print("\n" + "-" * 100)
    for step in steps:
        verdict = "passed" if step.passed else "FAILED"
        print(f"{verdict}  {step.name:<{width}}  {step.seconds:6.1f} s  {step.words}".rstrip())
    return 0 if all(step.passed for step in steps) else 1


def lint() -> list[Step]:
    """Check style, house rules, import contracts and types."""
    return [
        run("style", PROGRAMS / "ruff", "check", "--quiet", "src", "tests", "tools"),
        run("house rules", sys.executable, "tools/lint_house.py"),
        run("import contracts", PROGRAMS / "lint-imports", "--no-logo"),
        run("types", PROGRAMS / "mypy", "--no-error-summary", "src", "tools"),
    ]


def tests() -> list[Step]:
    """Run the tests on both databases, with and without what can be had on this machine."""
    absent = [part for part in ("chromium", "postgresql") if not present(part)]
    if absent:
        install(absent)
    steps = []
    pytest: list[str | Path] = [PROGRAMS / "pytest", "-q", "-n", PROCESSES]
    without = [] if present("chromium") else ["-m", "not browser"]
    steps.append(run("tests on SQLite", *pytest, "--database", "sqlite", *without))
    if present("postgresql"):
        steps.append(run("tests on PostgreSQL", *pytest, "--database", "postgresql", *without))
    for part in absent:
        if not present(part):
            words = f"not run: {part} is missing; install it with: apt-get install {' '.join(PACKAGES[part])}"
            steps.append(Step(f"tests with {part}", not IN_CI, 0, words))
    return steps


def present(part: str) -> bool:
    """Whether Chromium or a PostgreSQL server is installed."""
    if part == "chromium":
        return any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


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
