"""Settings: where they come from, which are refused, and with what sentence."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from setsquare.project import configuration
from setsquare.project.configuration import Configuration, ConfigurationError, read, refusals

pytestmark = pytest.mark.once

KEY = "a-key-that-is-long-enough-" + "0123456789abcdefghijklmnopqrstuvw"
GOOD = {"SETSQUARE_ADDRESS": "https://qms.example.org", "SETSQUARE_SECRET_KEY": KEY}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "setsquare.toml"


def from_file(file: Path, text: str, **environment: str) -> Configuration:
    file.write_text(text, "utf-8")
    return read({"SETSQUARE_CONFIG": str(file), **environment})


def test_without_settings_it_is_for_production_on_sqlite(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = read({})
    assert settings.in_production
    assert settings.data_directory == tmp_path / "data"
    assert settings.store.vendor == "sqlite"
    assert settings.store.name == str(tmp_path / "data" / "setsquare.sqlite3")


def test_the_file_is_read_and_the_environment_wins(file):
    settings = from_file(
        file,
        'port = 8123\nhosts = ["a.example", "b.example"]\n[mail]\nhost = "smtp.example"\nport = 25\n',
        SETSQUARE_PORT="9000",
        SETSQUARE_MAIL_PORT="465",
        SETSQUARE_TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8",
    )
    assert (settings.port, settings.mail.host, settings.mail.port) == (9000, "smtp.example", 465)
    assert settings.hosts == ("a.example", "b.example")
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")


def test_the_data_lie_beside_the_file(file):
    assert from_file(file, 'data_directory = "store"').data_directory == file.parent / "store"


def test_providers_are_listed_in_the_file(file):
    text = '[[openid]]\nid = "work"\nname = "Work"\nserver = "https://id.example"\nclient_id = "s"\nsecret = "t"\n'
    assert from_file(file, text).openid[0].name == "Work"


def test_database_url_is_understood():
    url = "postgresql://anna:p%40ss@db.example:5433/qms"
    assert read({"DATABASE_URL": url}).store.password == "p@ss"


WRONG = {
    "prot = 8000\n": "prot is not a setting (did you mean port?).",
    '[mail]\nhots = "x"\n': "mail.hots is not a setting (did you mean mail.host?).",
    'port = "many"\n': "port is not a whole number (it is 'many').",
    "port = 70000\n": "port has to be at most 65535 (it is 70000).",
    'mode = "live"\n': "mode has to be 'production', 'demo' or 'test' (it is 'live').",
    'debug = "perhaps"\n': "debug is neither true nor false (it is 'perhaps').",
    'address = "qms.example"\n': (
        "address has to begin with https:// (or http://) and name a host (it is 'qms.example')."
    ),
    'time_zone = "Mars/Base"\n': "time_zone is not a time zone such as Europe/Berlin (it is 'Mars/Base').",
    '[[openid]]\nid = "work"\n': "openid.0.name is missing.",
    "port = [1]\n": "port is not a whole number (it is [1]).",
    'hosts = "a.b"\n': """hosts has to be a list such as ["one", "two"] (it is 'a.b').""",
    'trusted_proxies = ["x"]\n': (
        """trusted_proxies has to list addresses or networks, such as ["127.0.0.1"] (it is ['x'])."""
    ),
    "listen = 5\n": "listen has to be a text in quotes (it is 5).",
    "data_directory = 5\n": "data_directory has to be a path in quotes (it is 5).",
    'mail = "x"\n': "mail has to be a section, its settings on lines of their own (it is 'x').",
    'address = "https://a b"\n': (
        "address has to begin with https:// (or http://) and name a host (it is 'https://a b')."
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_value_is_one_sentence(file, text):
    with pytest.raises(ConfigurationError) as refused:
        from_file(file, text)
    assert str(refused.value) == WRONG[text]


def test_a_wrong_variable_is_named():
    with pytest.raises(
        ConfigurationError, match=r"SETSQUARE_PROT is not a setting \(did you mean SETSQUARE_PORT"
    ):
        read({"SETSQUARE_PROT": "8000"})


def test_a_file_that_is_not_toml_is_named(file):
    with pytest.raises(ConfigurationError, match="is not valid TOML"):
        from_file(file, "port: 8000")


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="but there is no such file"):
        read({"SETSQUARE_CONFIG": str(tmp_path / "nowhere.toml")})


def test_a_secret_never_shows_in_a_sentence(file):
    with pytest.raises(ConfigurationError) as refused:
        from_file(file, "secret_key = 123456789\n")
    assert "123456789" not in str(refused.value)
    with pytest.raises(ConfigurationError) as refused:
        from_file(file, 'database_url = "mysql://anna:hidden@x/y"\n')
    assert "hidden" not in str(refused.value)


def test_secrets_are_hidden_when_settings_are_shown():
    assert KEY not in repr(read(GOOD))


def test_settings_do_not_change_after_reading():
    with pytest.raises(ValueError, match="frozen"):
        read(GOOD).port = 1


def test_a_generated_key_is_found_beside_the_data(tmp_path):
    (tmp_path / "secret_key").write_text(KEY + "\n")
    settings = read({"SETSQUARE_DATA_DIRECTORY": str(tmp_path)})
    assert settings.secret_key.get_secret_value() == KEY


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("https://qms.example.org", ("qms.example.org",)),
        ("https://qms.example.org:8443/", ("qms.example.org",)),
        ("https://[2001:db8::1]:8443", ("[2001:db8::1]",)),
    ],
)
def test_the_address_names_the_host(address, names):
    assert read(GOOD | {"SETSQUARE_ADDRESS": address}).host_names == names


def test_without_an_address_it_is_this_machine_at_the_port():
    assert read({"SETSQUARE_PORT": "8123"}).address == "http://localhost:8123"


def test_a_weak_key_is_refused_with_how_to_make_one():
    [sentence] = refusals(read(GOOD | {"SETSQUARE_SECRET_KEY": "django-insecure-" + KEY}))
    command = re.search(r"`python3 -c \"(.+)\"`", sentence)
    assert command is not None
    made = subprocess.run(
        [sys.executable, "-c", command[1]], capture_output=True, text=True, check=True
    ).stdout
    assert refusals(read(GOOD | {"SETSQUARE_SECRET_KEY": made.strip()})) == []


def test_good_production_settings_are_not_refused():
    assert refusals(read(GOOD)) == []


@pytest.mark.parametrize(
    ("lax", "sentence"),
    [
        ({"SETSQUARE_DEBUG": "true"}, "debug is on"),
        ({"SETSQUARE_SECRET_KEY": "short"}, "secret_key is shorter than 50 characters"),
        ({"SETSQUARE_SECRET_KEY": "a" * 60}, "secret_key has fewer than 10 different characters"),
        ({"SETSQUARE_SECRET_KEY": "changeme" * 8}, "secret_key has fewer than 10 different characters"),
        ({"SETSQUARE_SECRET_KEY": "0123456789ab" * 5}, "secret_key is the same few characters again and"),
        ({"SETSQUARE_SECRET_KEY": configuration.TEST_KEY}, "secret_key is one that stands in sources"),
        ({"SETSQUARE_SECRET_KEY": "django-insecure-" + KEY}, "secret_key is one that stands in sources"),
        ({"SETSQUARE_ADDRESS": "http://qms.example.org"}, "Cookies would travel over plain HTTP"),
        ({"SETSQUARE_SECURE_COOKIES": "false"}, "Cookies would travel over plain HTTP"),
    ],
)
def test_lax_settings_are_refused_in_production_and_let_be_in_the_demo(lax, sentence):
    found = refusals(read(GOOD | lax))
    assert len(found) == 1
    assert found[0].startswith(sentence)
    assert refusals(read(GOOD | lax | {"SETSQUARE_MODE": "demo"})) == []
