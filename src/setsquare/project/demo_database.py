"""The database of the demo: whether it is there and complete, how it is loaded and thrown away."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import connection, connections

from setsquare.kernel.sealing.sequencer import seal_all
from setsquare.project import installation, purpose
from setsquare.project.configuration import Configuration
from setsquare.project.demo import loader
from setsquare.project.models import Installation
from setsquare.project.terminal import Refused


def is_complete() -> bool:
    """Whether the demo organisation was loaded to its end."""
    here = purpose.current()
    return here is not None and here.purpose == Installation.Purpose.DEMO and here.demo_loaded is not None


def is_partial() -> bool:
    """Whether an earlier load was interrupted."""
    here = purpose.current()
    return here is not None and here.purpose == Installation.Purpose.DEMO and here.demo_loaded is None


def refuse_foreign() -> None:
    """Refuse to put the demo into a database that holds anything else."""
    here = purpose.current()
    is_production = here is not None and here.purpose == Installation.Purpose.PRODUCTION
    if is_production or (here is None and get_user_model()._default_manager.exists()):
        raise Refused(
            "This database is in use for something else, and the demo must not be mixed into it: "
            "set DATABASE_URL to an empty database."
        )


def load(tell: Callable[[dt.date], None]) -> None:
    """Load the demo organisation and `tell` how far it is; an interruption leaves it marked as partial."""
    purpose.declare(Installation.Purpose.DEMO)
    loader.load(tell)
    seal_all()
    purpose.note_demo_loaded()


def remove(settings: Configuration) -> None:
    """Throw the demo's database and files away; a database that is not the demo's is refused."""
    refuse_foreign()
    if settings.store.vendor == "sqlite":
        connections.close_all()
        for ending in installation.SQLITE_FILES:
            Path(settings.store.name + ending).unlink(missing_ok=True)
    else:
        _drop_tables()
    shutil.rmtree(settings.files_directory, ignore_errors=True)
    shutil.rmtree(django_settings.SEAL_DIRECTORY, ignore_errors=True)


def _drop_tables() -> None:
    """Drop everything in the schema of this PostgreSQL database; the schema and its rights stay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
        if tables:
            cursor.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = current_schema() AND p.prokind = 'f' "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        for (function,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION IF EXISTS {function} CASCADE")
    connection.close()
