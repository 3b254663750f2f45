"""Makes ``.venv`` what the lock file says: ``environment.py run [PORT]`` or ``environment.py test``.

Needs Python's standard library alone: Debian leaves pip and ensurepip out, so packages are installed by the pip
wheel that lies beside this file. A second run takes no time; an interrupted one is done again from the start.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / ".venv"
STATE = TARGET / ".setsquare.json"
LOCKS = {"run": ROOT / "requirements" / "run.txt", "test": ROOT / "requirements" / "dev.txt"}
PIP = ROOT / "tools" / "pip-26.3-py3-none-any.whl"
PIP_SHA256 = "f3b60b20ffaadd4415ed7957212a38ac63fa4c5fa375bd0f4a797777940fad13"
LAUNCHER = """#!{python}
import sys

from setsquare.project.main import main

sys.exit(main())
"""


class Refused(Exception):
    """The environment cannot be made. The message is one sentence."""


def main(arguments: list[str]) -> int:
    """Make the environment for the kind named in ``arguments``; returns the exit code."""
    if len(arguments) not in (1, 2) or arguments[0] not in LOCKS:
        print("usage: environment.py run [PORT] | test", file=sys.stderr)
        return 2
    try:
        refuse_what_is_no_port(arguments[1:])
        ensure(arguments[0])
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next run starts the installation again.", file=sys.stderr)
        return 130
    return 0


def refuse_what_is_no_port(texts: list[str]) -> None:
    """Say so before the installation, and not a minute later."""
    for text in texts:
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
            raise Refused(f"{text!r} is not a port: choose a number from 1024 to 65535, such as 8123.")


def ensure(kind: str) -> None:
    """Install what ``kind`` needs unless it is there already."""
    if is_current(kind):
        return
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever Python there is
        raise Refused(f"Setsquare needs Python 3.11 or newer, and this is {sys.version.split()[0]}.")
    if not os.access(ROOT, os.W_OK):
        raise Refused(
            f"{ROOT} cannot be written: give yourself the right to write there, or copy it elsewhere."
        )
    try:
        (ROOT / "build").mkdir(exist_ok=True)
        with open(ROOT / "build" / "environment.lock", "w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            if not is_current(kind):  # another one may have installed it while this one waited
                install(kind, guard.fileno())
    except OSError as failed:
        raise Refused(f"The environment {TARGET} could not be made: {failed}.") from failed


def is_current(kind: str) -> bool:
    """Whether the environment exists, is whole, and holds what the lock file names."""
    state = read_state()
    return state.get(kind) == digest(LOCKS[kind]) and state.get("root") == str(ROOT) and python_works()


def install(kind: str, guard: int) -> None:
    """Make the environment and install the packages of ``kind``, under the lock held by the file ``guard``."""
    state = read_state()
    if TARGET.exists() and not reusable(state):
        shutil.rmtree(TARGET)
    if not TARGET.exists():
        venv.create(TARGET, with_pip=False, symlinks=True)
        state = {}
    print(
        f"Installing the packages of requirements/{LOCKS[kind].name} (once; about a minute) ...", flush=True
    )
    STATE.write_text(json.dumps({"installing": kind}), "utf-8")
    run_pip(LOCKS[kind], guard)
    link_package()
    state = {name: value for name, value in state.items() if name in LOCKS}
    state |= {kind: digest(LOCKS[kind]), "root": str(ROOT)}
    if kind == "test":  # it holds all that running needs
        state["run"] = digest(LOCKS["run"])
    STATE.write_text(json.dumps(state), "utf-8")


def reusable(state: dict[str, str]) -> bool:
    """Whether more can be installed into the environment: it works, is whole, and nothing in it is outdated.

    An environment without our note was made by a developer with another tool, and is never thrown away.
    """
    if not python_works():
        return False
    if not STATE.exists():
        return True
    current = all(state.get(kind) in (None, digest(lock)) for kind, lock in LOCKS.items())
    return current and state.get("root") == str(ROOT)


def run_pip(lock: Path, guard: int) -> None:
    """Install the packages of a lock file by the pip that comes with the source.

    pip inherits ``guard``, so that another run waits for it even when this one is killed.
    """
    if digest(PIP) != PIP_SHA256:
        raise Refused(f"{PIP.name} is not the file that was checked in: fetch the source afresh.")
    command = [
        str(python()),
        str(PIP / "pip"),
        "install",
        "--require-hashes",
        "--no-deps",
        "--requirement",
        str(lock),
    ]
    options = [
        "--only-binary",
        ":all:",
        "--no-compile",
        "-qq",
        "--disable-pip-version-check",
        "--no-input",
    ]
    if subprocess.run([*command, *options], check=False, pass_fds=[guard]).returncode:
        raise Refused(
            "The packages could not be installed; the lines above say why. "
            "Check that this machine reaches the package index and has 1 GB of free disk, then run the command again."
        )


def link_package() -> None:
    """Make the source importable and the ``setsquare`` command available."""
    site = TARGET / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "setsquare-source.pth").write_text(f"{ROOT / 'src'}\n", "utf-8")
    launcher = TARGET / "bin" / "setsquare"
    launcher.write_text(LAUNCHER.format(python=python()), "utf-8")
    launcher.chmod(0o755)


def python() -> Path:
    """Return the environment's Python."""
    return TARGET / "bin" / "python"


def python_works() -> bool:
    """Whether the environment's Python starts and has the version of this one."""
    ask = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        answer = subprocess.run(
            [str(python()), "-c", ask], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def read_state() -> dict[str, str]:
    """What the last complete installation noted; empty when there was none."""
    try:
        state = json.loads(STATE.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) else {}


def digest(file: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
