"""Reads ``DATABASE_URL``: ``sqlite:///relative``, ``sqlite:////absolute`` or ``postgresql://user:password@host:port/name``."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Vendor = Literal["sqlite", "postgresql"]

CONNECT_SECONDS = 10
EXAMPLE = "write sqlite:////var/lib/setsquare/setsquare.sqlite3 or postgresql://user:password@host:5432/name"


@dataclass(frozen=True)
class Database:
    """Where the database is. For SQLite ``name`` is the file's path."""

    vendor: Vendor
    name: str
    host: str = ""
    port: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()
    """libpq parameters of PostgreSQL, such as ``("sslmode", "verify-full")``."""

    @classmethod
    def sqlite(cls, file: Path) -> Self:
        """A SQLite database in ``file``."""
        return cls("sqlite", str(file))

    def settings(
        self, *, statement_timeout: int = 0, connection_age: int = 0, pool: bool = False
    ) -> dict[str, Any]:
        """Django's ``DATABASES`` entry. Times in seconds; 0 is no limit."""
        if self.vendor == "sqlite":
            return {
                "ENGINE": "setsquare.kernel.database.sqlite",
                "NAME": self.name,
                "CONN_MAX_AGE": None,
                "OPTIONS": {},
            }
        options: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "prepare_threshold": 0,  # for kernel.database.statements only; other queries are not prepared
            **dict(self.options),
        }
        chosen = f"{options.get('options', '')} -c plan_cache_mode=force_generic_plan -c jit=off"
        if statement_timeout:
            chosen += f" -c statement_timeout={statement_timeout * 1000}"
        options["options"] = chosen.strip()
        if pool:
            options["pool"] = True
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "HOST": self.host,
            "PORT": self.port,
            "USER": self.user,
            "PASSWORD": self.password,
            "CONN_MAX_AGE": 0 if pool else connection_age,
            "CONN_HEALTH_CHECKS": not pool,
            "OPTIONS": options,
        }


def parse(url: str) -> Database:
    """Read a URL; raise ``ValueError`` with the rest of a sentence that begins with the setting's name."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts)
    if parts.scheme in ("postgresql", "postgres"):
        return _postgresql(parts)
    raise ValueError(f"is not the address of a database that Setsquare knows: {EXAMPLE}")


def _sqlite(parts: SplitResult) -> Database:
    path = unquote(parts.path)
    if parts.netloc or len(path) < 2:
        raise ValueError(f"names no file after sqlite:///: {EXAMPLE}")
    return Database("sqlite", path[1:])


def _postgresql(parts: SplitResult) -> Database:
    try:
        port = str(parts.port or "")
    except ValueError as wrong:
        raise ValueError(f"has a port that is not a number from 1 to 65535: {EXAMPLE}") from wrong
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise ValueError(f"names no database after the host: {EXAMPLE}")
    options = dict(parse_qsl(parts.query))
    return Database(
        "postgresql",
        name,
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=tuple(options.items()),
    )
