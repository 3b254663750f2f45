"""The `setsquare` command: quick help, clear refusals, and what init and check say."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from setsquare.project.configuration import read
from tests.project.installed import INIT, PASSWORD, init, setsquare
from tests.servers.migrated import Migrated

pytestmark = pytest.mark.once


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path


def test_help_lists_the_commands_without_loading_django():
    code = (
        "import sys; from setsquare.project.main import main; main(['--help']); "
        "print(sorted({'django', 'pydantic'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for name in ("init", "serve", "worker", "demo", "check", "bench", "manage"):
        assert f"\n  {name} " in out
    assert out.endswith("[]\n")


@pytest.mark.parametrize("command", ["init", "serve", "worker", "demo", "check", "bench"])
def test_each_command_explains_itself(place, command):
    done = setsquare(place, command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: setsquare {command}")


def test_a_bad_setting_is_one_sentence(place):
    done = setsquare(place, "serve", SETSQUARE_PROT="1")
    assert done.returncode == 1
    assert done.stderr == "setsquare: SETSQUARE_PROT is not a setting (did you mean SETSQUARE_PORT?).\n"


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1", "", "8000 9000", "８０８０"])
def test_what_is_no_port_is_one_sentence(place, port):
    said = f"setsquare: {port!r} is not a port: choose a number from 1024 to 65535, such as 8123.\n"
    for command in ("serve", "demo"):
        done = setsquare(place, command, f"--port={port}")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert list(place.iterdir()) == []


def test_make_run_refuses_what_is_no_port_with_the_same_sentence():
    root = Path(__file__).parents[2]
    make = ["make", "--no-print-directory", "run", "PORT=abc"]
    done = subprocess.run(make, cwd=root, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0].startswith("'abc' is not a port: choose")
    assert done.stdout == ""


def test_words_that_are_not_understood_are_one_sentence(place):
    done = setsquare(place, "serve", "--prot", "1")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "setsquare: unrecognized arguments: --prot 1; `setsquare serve --help` explains.\n"
    assert "workers is not a whole number" in setsquare(place, "serve", "--workers", "many").stderr


def test_serving_without_a_key_says_what_to_do(place):
    assert "run `setsquare init`" in setsquare(place, "serve").stderr


def test_init_makes_an_installation_with_its_first_person(installation):
    settings = (installation / "setsquare.toml").read_text()
    assert 'mode = "production"' in settings
    assert (installation / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (installation / "data" / "setsquare.sqlite3").stat().st_mode & 0o777 == 0o600
    code = (
        "from django.contrib.auth import get_user_model as g; u = g().objects.get(username='ada'); "
        f"print(u.name, u.check_password({PASSWORD!r}))"
    )
    assert (
        setsquare(installation, "manage", "shell", "-v0", "-c", code)
        .stdout.strip()
        .endswith("Ada Admin True")
    )


def test_init_never_overwrites(installation):
    before = (installation / "setsquare.toml").read_text()
    assert "exists already" in init(installation).stderr
    assert (installation / "setsquare.toml").read_text() == before


@pytest.mark.parametrize(
    ("wrong", "text", "sentence"),
    [
        (("--email", "nonsense"), PASSWORD, "email: Give an address such as"),
        ((), "short", "password: This password is too short"),
        (
            ("--address", "http://qms.example.org"),
            PASSWORD,
            "Cookies would travel over plain HTTP: set address",
        ),
        (("--time-zone", "Mars/Base"), PASSWORD, "time_zone is not a time zone"),
        (("--database-url", "postgresql://127.0.0.1:1/none"), PASSWORD, "The database could not be prepared"),
        (  # what does not fit is told before a database is looked for
            ("--database-url", "postgresql://127.0.0.1:1/none", "--email", "nonsense"),
            PASSWORD,
            "setsquare: email: Give an address such as",
        ),
    ],
)
def test_a_refused_init_leaves_nothing_behind(place, wrong, text, sentence):
    given = ["init", "new/here", "--address", "https://q.example", *INIT, *wrong, "--password-stdin"]
    done = setsquare(place, *given, text=text + "\n")
    assert done.returncode == 1
    assert sentence in done.stderr
    assert list(place.iterdir()) == []


def test_a_refused_init_leaves_alone_what_was_there_and_can_be_run_again(place):
    (place / "data").mkdir()
    (place / "data" / "notes.txt").write_text("mine")
    assert "email: Give an address such as" in init(place, "--email", "nonsense").stderr
    assert "time_zone is not a time zone" in init(place, "--time-zone", "Mars/Base").stderr
    short = ["init", "--address", "https://q.example", *INIT, "--password-stdin"]
    assert "password: This password is too short" in setsquare(place, *short, text="short\n").stderr
    assert sorted(path.name for path in place.rglob("*")) == ["data", "notes.txt"]
    assert init(place).returncode == 0


def test_init_does_not_take_a_database_that_is_in_use(place, installation):
    database = installation / "data" / "setsquare.sqlite3"
    before = database.read_bytes()
    done = init(place, "second", "--database-url", f"sqlite:///{database}")
    assert "This database holds the installation of Example Ltd already" in done.stderr
    assert not (place / "second").exists()
    assert database.read_bytes() == before


def test_the_settings_of_init_say_where_the_data_are_from_wherever_it_is_started(
    place: Path, django_db_setup: Migrated
) -> None:
    django_db_setup.copy(str(place / "own.sqlite3"))  # prepared, so that init need not
    done = init(place, "one", "--database-url", "sqlite:///own.sqlite3", SETSQUARE_DATA_DIRECTORY="elsewhere")
    assert done.returncode == 0, done.stderr
    assert not (place / "elsewhere").exists()
    settings = read({"SETSQUARE_CONFIG": str(place / "one" / "setsquare.toml")})
    assert settings.store.name == str(place / "own.sqlite3")
    assert settings.data_directory == place / "one" / "data"
    with closing(sqlite3.connect(settings.store.name)) as file:
        assert file.execute("SELECT name FROM accounts_unit").fetchall() == [("Example Ltd",)]


def test_init_names_what_is_missing(place):
    done = setsquare(place, "init", "--address", "https://qms.example.org")
    assert done.stderr == "setsquare: These are needed: --organisation, --administrator, --name, --email.\n"


def test_init_where_nothing_can_be_written_is_one_sentence(place):
    (place / "data").write_text("a file where the directory would be")
    done = init(place)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("lax", "sentence"),
    [
        ({"SETSQUARE_DEBUG": "true"}, "debug is on"),
        ({"SETSQUARE_SECRET_KEY": "changeme"}, "secret_key is shorter than 50 characters"),
        ({"SETSQUARE_ADDRESS": "http://qms.example.org"}, "Cookies would travel over plain HTTP"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_lax_production_is_refused_at_start(installation, command, lax, sentence):
    done = setsquare(installation, command, **lax)
    assert done.returncode == 1
    assert sentence in done.stderr


def test_another_server_refuses_lax_production_too(installation):
    environment = os.environ | {
        "SETSQUARE_CONFIG": str(installation / "setsquare.toml"),
        "SETSQUARE_DEBUG": "true",
    }
    environment = {
        n: v for n, v in environment.items() if n not in ("SETSQUARE_MODE", "SETSQUARE_DATA_DIRECTORY")
    }
    done = subprocess.run(
        [sys.executable, "-c", "import setsquare.project.wsgi"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert "debug is on" in done.stderr


def test_the_demo_is_not_served_in_production(installation):
    code = "from setsquare.project.models import Installation as I; I.objects.update(purpose='demo')"
    setsquare(installation, "manage", "shell", "-v0", "-c", code)
    done = setsquare(installation, "serve")
    assert done.returncode == 1
    assert "This database holds the demo organisation, whose accounts everybody knows" in done.stderr


@pytest.mark.parametrize("mode", ["demo", "test"])
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_real_work_is_not_opened_with_lax_settings(installation, command, mode):
    done = setsquare(installation, command, SETSQUARE_MODE=mode)
    assert done.returncode == 1
    assert "This database holds real work" in done.stderr
    assert "set mode to production" in done.stderr


def test_another_server_does_not_open_real_work_as_a_demo(installation):
    settings = {
        "SETSQUARE_CONFIG": str(installation / "setsquare.toml"),
        "SETSQUARE_MODE": "demo",
        "SETSQUARE_DATA_DIRECTORY": str(installation / "data"),
        "DATABASE_URL": f"sqlite:///{installation}/data/setsquare.sqlite3",
    }
    line = [sys.executable, "-c", "import setsquare.project.wsgi"]
    done = subprocess.run(line, env=os.environ | settings, capture_output=True, text=True)
    assert "This database holds real work" in done.stderr


def test_an_old_database_is_not_served(installation):
    with closing(sqlite3.connect(installation / "data" / "setsquare.sqlite3")) as file, file:
        newest = "SELECT max(id) FROM django_migrations WHERE app = 'competence'"
        file.execute(f"DELETE FROM django_migrations WHERE id = ({newest})")
    assert "run `setsquare manage migrate`" in setsquare(installation, "serve").stderr
    report = json.loads(setsquare(installation, "check", "--json").stdout)
    assert {"subject": "migrations", "level": "error"}.items() <= report[-1].items()


def test_check_finds_a_fresh_installation_wanting_a_proxy_only(installation):
    done = setsquare(installation, "check", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert [f["subject"] for f in report if f["level"] == "error"] == ["reverse proxy"]
    assert all(f["mend"] for f in report if f["level"] != "ok")
    done = setsquare(installation, "check", SETSQUARE_TRUSTED_PROXIES="127.0.0.1")
    assert done.returncode == 0
    assert "0 to mend" in done.stdout


def test_check_hints_at_permissions_that_came_with_a_new_version(installation):
    """As an installation from before: no role holds them, which is told and no error."""
    with sqlite3.connect(installation / "data" / "setsquare.sqlite3") as file:
        file.execute("DELETE FROM accounts_rolepermission WHERE permission LIKE 'quizzes.%'")
    file.close()
    proxies = {"SETSQUARE_TRUSTED_PROXIES": "127.0.0.1"}

    done = setsquare(installation, "check", **proxies)
    said = "No role holds quizzes.manage, quizzes.read: nobody may do what that allows."
    assert done.returncode == 0
    [line] = [one for one in done.stdout.splitlines() if one.startswith("hint")]
    assert line.split(maxsplit=2) == ["hint", "permissions", said]
    assert ", 1 to think of, " in done.stdout.splitlines()[-1]
    report = json.loads(setsquare(installation, "check", "--json", **proxies).stdout)
    [found] = [one for one in report if one["subject"] == "permissions"]
    assert (found["level"], found["message"]) == ("hint", said)
    assert found["mend"].startswith("If you want it done, give roles what is missing by “Set permissions”.")


def test_check_reports_bad_settings_and_a_silent_database(installation):
    report = json.loads(setsquare(installation, "check", "--json", SETSQUARE_PORT="x").stdout)
    assert [f["subject"] for f in report] == ["settings"]
    url = "postgresql://127.0.0.1:1/none"
    report = json.loads(setsquare(installation, "check", "--json", DATABASE_URL=url).stdout)
    assert (report[-1]["subject"], report[-1]["level"]) == ("database", "error")
    assert "127.0.0.1" in report[-1]["mend"]


@pytest.mark.parametrize("command", ["verify", "checkpoint"])
def test_a_database_that_is_away_is_one_sentence(installation, command):
    done = setsquare(installation, command, DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("setsquare: The database cannot be used: ")
    assert "Connection refused" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_full_disk_is_one_sentence_and_leaves_nothing_behind(place):
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 100; trap "" XFSZ; exec "$@"', "bash", sys.executable, "-m"]
        + ["setsquare.project.main", "init", "new", "--address", "https://q.example", *INIT],
        cwd=place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("setsquare: The database could not be prepared: ")
    assert done.stderr.count("\n") == 1
    assert not (place / "new").exists()


def test_the_demo_is_not_put_into_a_database_in_use(installation):
    url = f"sqlite:///{installation}/data/setsquare.sqlite3"
    done = setsquare(installation, "demo", "--data", "demo", DATABASE_URL=url)
    assert "in use for something else" in done.stderr
    done = setsquare(installation, "demo", "--reset", "--data", "demo", DATABASE_URL=url)
    assert "in use for something else" in done.stderr
    assert (installation / "data" / "setsquare.sqlite3").exists()
