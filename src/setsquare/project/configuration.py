"""What an administrator can set, read once from the environment and one TOML file.

Every setting of the file can be given as ``SETSQUARE_<NAME>`` as well; a section's name goes in front
(``[mail] host`` is ``SETSQUARE_MAIL_HOST``). The environment wins. ``DATABASE_URL`` is understood too.
A bad value is refused with one sentence that names it; no part of Django is imported here.
"""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from setsquare.project.database_url import Database, parse

PREFIX = "SETSQUARE_"
LOCATIONS = (Path("setsquare.toml"), Path("/etc/setsquare.toml"))
NOT_SETTINGS = (
    "SETSQUARE_CONFIG",
    "SETSQUARE_TEST_",
    "SETSQUARE_AS",
    "SETSQUARE_PASSWORD",
    "SETSQUARE_TOKEN",
)
TEST_KEY = "only-for-tests-" + "x" * 50
EXAMPLE_KEY = "django-insecure-"
"""How keys begin that Django's own tools write into example projects."""
KEY_LENGTH = 50
KEY_DIFFERENT = 10

REASONS = {
    "int_parsing": "is not a whole number",
    "int_from_float": "is not a whole number",
    "bool_parsing": "is neither true nor false",
    "literal_error": "has to be {expected}",
    "greater_than_equal": "has to be at least {ge}",
    "less_than_equal": "has to be at most {le}",
    "int_type": "is not a whole number",
    "bool_type": "is neither true nor false",
    "string_type": "has to be a text in quotes",
    "path_type": "has to be a path in quotes",
    "tuple_type": 'has to be a list such as ["one", "two"]',
    "model_type": "has to be a section, its settings on lines of their own",
}
"""What pydantic finds wrong, as the end of a sentence that begins with the setting's name."""

_HOST = re.compile(r"[^\s/]+(/\S*)?$")

Mode = Literal["production", "demo", "test"]
Port = Annotated[int, Field(ge=1, le=65535)]


def web_processes() -> int:
    """Return how many processes of the web server suit this machine: two for each processor, from 2 to 8."""
    return min(max(2 * (os.cpu_count() or 1), 2), 8)


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")) or not _HOST.match(value.partition("://")[2]):
        raise ValueError("has to begin with https:// (or http://) and name a host")
    return value.rstrip("/")


class ConfigurationError(Exception):
    """A setting is missing or wrong. The message is one sentence for the administrator."""


class Section(BaseModel):
    """A group of settings: unknown names are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DatabaseTuning(Section):
    """``[database]``: how connections to the database behave."""

    statement_timeout: Annotated[int, Field(ge=0)] = 30
    """Seconds after which PostgreSQL ends a statement of the web server; 0 is never."""
    connection_age: Annotated[int, Field(ge=0)] = 600
    """Seconds a PostgreSQL connection is kept open between requests."""
    pool: bool = False
    """Use psycopg's pool in each server process instead of one connection a thread (needs psycopg_pool)."""


class Mail(Section):
    """``[mail]``: the SMTP server. Without a host, mail is written to the log."""

    host: str = ""
    port: Port = 587
    user: str = ""
    password: SecretStr = SecretStr("")
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str = "setsquare@localhost"
    timeout: Annotated[int, Field(ge=1, le=300)] = 10


class SignIn(Section):
    """``[sign_in]``: sessions and lockout."""

    idle_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """A session that was not used for so long has to sign in again."""
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12
    """The longest life of a session, used or not."""
    failures: Annotated[int, Field(ge=3, le=100)] = 5
    """Wrong passwords for one person from one address until that pair is locked."""
    lockout_minutes: Annotated[int, Field(ge=1, le=1440)] = 15


class OpenIdProvider(Section):
    """``[[openid]]``: an OpenID Connect provider that people may sign in with."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    name: str
    server: str
    """Address of the provider, to which ``/.well-known/openid-configuration`` is added."""
    client_id: str
    secret: SecretStr

    def app(self) -> dict[str, Any]:
        """Return it as allauth takes it; with PKCE (RFC 7636), so a code that is caught is of no use."""
        return {
            "provider_id": self.id,
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret.get_secret_value(),
            "settings": {"server_url": self.server, "oauth_pkce_enabled": True},
        }


class Badges(Section):
    """``[badges]``: which issuers of Open Badges may be asked for their keys and revoked badges."""

    hosts: tuple[str, ...] = ()
    """Host names that may be asked by HTTPS, with their port where it is another than 443; by default none."""
    private_networks: bool = False
    """Whether these hosts may lie in a private network."""


class LearningRecordStore(Section):
    """``[[learning_records]]``: a learning record store (xAPI) that is told what people complete here."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    address: str
    """Address of its xAPI, to which ``/statements`` is added."""
    key: str
    secret: SecretStr

    @field_validator("address")
    @classmethod
    def _address_is_http(cls, value: str) -> str:
        return _web_address(value)


class Configuration(Section):
    """All settings of one installation."""

    mode: Mode = "production"
    secret_key: SecretStr = SecretStr("")
    data_directory: Annotated[Path, Field(validate_default=True)] = Path("data")
    """Where files, the generated key and (with SQLite) the database are kept."""
    database_url: str = ""
    """``sqlite:///path`` or ``postgresql://user:password@host/name``; default: SQLite in the data."""
    address: str = ""
    """The address that people type, by default this machine with the port; used in mail, printed codes, passkeys."""
    hosts: tuple[str, ...] = ()
    """Further host names to answer to, beside that of the address."""
    listen: str = "127.0.0.1"
    port: Port = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default_factory=web_processes)
    """Processes of the web server; by default two for each processor, at least 2 and at most 8.

    Python runs one thread of a process at a time, and clients fall unevenly on the processes: with one for each
    processor, one of them is often idle while the other is asked by six of eight clients.
    """
    threads: Annotated[int, Field(ge=1, le=64)] = 4
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of reverse proxies whose X-Forwarded headers are believed."""
    debug: bool = False
    secure_cookies: bool | None = None
    """Cookies only over HTTPS; by default so when the address begins with https."""
    hsts_seconds: Annotated[int, Field(ge=0)] = 31_536_000
    language: Literal["en", "de"] = "en"
    time_zone: str = "UTC"
    upload_megabytes: Annotated[int, Field(ge=1, le=4096)] = 100
    metrics_token: SecretStr = SecretStr("")
    log_format: Literal["json", "console"] | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    database: DatabaseTuning = DatabaseTuning()
    mail: Mail = Mail()
    sign_in: SignIn = SignIn()
    openid: tuple[OpenIdProvider, ...] = ()
    badges: Badges = Badges()
    learning_records: tuple[LearningRecordStore, ...] = ()

    @field_validator("data_directory", mode="after")
    @classmethod
    def _directory_is_absolute(cls, value: Path) -> Path:
        return value.absolute()

    @field_validator("address")
    @classmethod
    def _address_is_http(cls, value: str) -> str:
        return _web_address(value)

    @field_validator("learning_records")
    @classmethod
    def _stores_differ(cls, value: tuple[LearningRecordStore, ...]) -> tuple[LearningRecordStore, ...]:
        if len({store.id for store in value}) < len(value):
            raise ValueError("has to give each store an id of its own")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in value:
            try:
                ip_network(proxy, strict=False)
            except ValueError:
                raise ValueError('has to list addresses or networks, such as ["127.0.0.1"]') from None
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if value:
            parse(value)
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - only here, and slow to import

        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as missing:
            raise ValueError("is not a time zone such as Europe/Berlin") from missing
        return value

    @model_validator(mode="after")
    def _address_is_given_or_here(self) -> Self:
        if not self.address:
            object.__setattr__(self, "address", f"http://localhost:{self.port}")
        return self

    @model_validator(mode="after")
    def _test_has_a_key(self) -> Self:
        if self.mode == "test" and not self.secret_key.get_secret_value():
            object.__setattr__(self, "secret_key", SecretStr(TEST_KEY))
        return self

    @property
    def in_production(self) -> bool:
        """Whether real work is kept here, so that nothing may be lax."""
        return self.mode == "production"

    @property
    def served_over_https(self) -> bool:
        """Whether people reach the installation by HTTPS."""
        return self.address.startswith("https://")

    @property
    def cookies_are_secure(self) -> bool:
        """Whether cookies are sent over HTTPS only."""
        return self.served_over_https if self.secure_cookies is None else self.secure_cookies

    @property
    def host_names(self) -> tuple[str, ...]:
        """All host names to answer to."""
        own = self.address.partition("://")[2].partition("/")[0].rpartition("@")[2]
        name = own.partition("]")[0] + "]" if own.startswith("[") else own.partition(":")[0]
        names = dict.fromkeys((name, *self.hosts))
        if not self.in_production:
            names |= dict.fromkeys(("localhost", "127.0.0.1", "[::1]", "testserver"))
        return tuple(names)

    @property
    def store(self) -> Database:
        """The database of this installation."""
        return (
            parse(self.database_url)
            if self.database_url
            else Database.sqlite(self.data_directory / "setsquare.sqlite3")
        )

    @property
    def files_directory(self) -> Path:
        """Where the content of files is kept."""
        return self.data_directory / "files"


def find_file(environment: Mapping[str, str]) -> Path | None:
    """The configuration file: ``SETSQUARE_CONFIG``, or the first of the usual places that exists."""
    if named := environment.get("SETSQUARE_CONFIG"):
        if not Path(named).is_file():
            raise ConfigurationError(f"SETSQUARE_CONFIG names {named}, but there is no such file.")
        return Path(named)
    return next((place for place in LOCATIONS if place.is_file()), None)


def read(environment: Mapping[str, str]) -> Configuration:
    """Read the settings of ``environment`` and its file; :class:`ConfigurationError` says what is wrong."""
    values: dict[str, Any] = {}
    file = find_file(environment)
    if file is not None:
        values = _read_file(file)
    _merge_environment(values, environment)
    try:
        configuration = Configuration.model_validate(values)
    except ValidationError as wrong:
        raise ConfigurationError(_sentence(wrong)) from None
    return _with_generated_key(configuration)


@cache
def load() -> Configuration:
    """Read the settings of this process, once."""
    return read(os.environ)


def variable_names() -> dict[str, tuple[str, ...]]:
    """Each environment variable and the place of its setting, such as ``("mail", "host")``."""
    return {PREFIX + "_".join(place).upper(): place for place in _places(Configuration)}


def refusals(configuration: Configuration) -> list[str]:
    """Why an installation with these settings must not serve real work: one sentence each, none if it may."""
    if not configuration.in_production:
        return []
    found = []
    if configuration.debug:
        found.append("debug is on, which shows the system's inside to anybody: remove it or set it to false.")
    if weakness := weakness_of(configuration.secret_key.get_secret_value()):
        found.append(
            f"secret_key {weakness}, so that others can guess it: run `setsquare init`, or make one with "
            '`python3 -c "import secrets; print(secrets.token_urlsafe(50))"`.'
        )
    if not configuration.cookies_are_secure:
        found.append(
            "Cookies would travel over plain HTTP: set address to the https:// address that people use "
            "(and do not set secure_cookies to false)."
        )
    return found


def weakness_of(key: str) -> str:
    """What makes a secret key guessable, as the end of a sentence; empty when nothing does."""
    if key == TEST_KEY or key.startswith(EXAMPLE_KEY):
        return "is one that stands in sources and examples"
    if len(key) < KEY_LENGTH:
        return f"is shorter than {KEY_LENGTH} characters"
    if len(set(key)) < KEY_DIFFERENT:
        return f"has fewer than {KEY_DIFFERENT} different characters"
    if key in (key + key)[1:-1]:
        return "is the same few characters again and again"
    return ""


def _read_file(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except OSError as refused:
        raise ConfigurationError(f"{file} cannot be read: {refused.strerror}.") from refused
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ConfigurationError(f"{file} is not valid TOML: {wrong}.") from wrong
    directory = values.get("data_directory")
    if isinstance(directory, str):
        values["data_directory"] = file.parent / directory
    return values


def _merge_environment(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    if url := environment.get("DATABASE_URL"):
        values["database_url"] = url
    known = variable_names()
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name.startswith(NOT_SETTINGS):
            continue
        if name not in known:
            raise ConfigurationError(f"{name} is not a setting{_did_you_mean(name, known)}.")
        *sections, last = known[name]
        target = values
        for section in sections:
            target = target.setdefault(section, {})
        target[last] = _from_text(text, known[name])


def _from_text(text: str, place: tuple[str, ...]) -> Any:
    """Lists are written with commas; everything else is left to the model."""
    model: Any = Configuration
    for section in place[:-1]:
        model = model.model_fields[section].annotation
    if get_origin(model.model_fields[place[-1]].annotation) is tuple:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _places(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield from _places(kind, (*above, name))
        elif not any(isinstance(part, type) and issubclass(part, Section) for part in get_args(kind)):
            yield (*above, name)


def _with_generated_key(configuration: Configuration) -> Configuration:
    """Use the key that ``init`` or ``demo`` wrote beside the data, when none is given."""
    if configuration.secret_key.get_secret_value():
        return configuration
    file = key_file(configuration)
    try:
        key = file.read_text("ascii").strip()
    except FileNotFoundError:
        key = ""
    except OSError as refused:
        raise ConfigurationError(f"The secret key in {file} cannot be read: {refused.strerror}.") from refused
    return configuration.model_copy(update={"secret_key": SecretStr(key)})


def key_file(configuration: Configuration) -> Path:
    """Where a generated secret key is kept (mode 0600)."""
    return configuration.data_directory / "secret_key"


def _sentence(wrong: ValidationError) -> str:
    """The first thing that is wrong, as a sentence."""
    error = wrong.errors()[0]
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = [".".join(place) for place in variable_names().values()]
        return f"{name} is not a setting{_did_you_mean(name, known)}."
    if error["type"] == "missing":
        return f"{name} is missing."
    if error["type"] in REASONS:
        reason = REASONS[error["type"]].format(**error.get("ctx", {}))
    else:
        reason = error["msg"].removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
    shown = "" if "secret" in name or "password" in name or "url" in name else f" (it is {error['input']!r})"
    return f"{name} {reason}{shown}."


def _did_you_mean(name: str, known: Any) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""
