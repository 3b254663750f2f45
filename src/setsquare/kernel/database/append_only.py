"""Tables that are only ever appended to: the database refuses to change or delete their rows, on both systems.

SQLite's `INSERT OR REPLACE` slips past update and delete triggers, so an insert of an existing key is refused too;
PostgreSQL needs a trigger of its own against TRUNCATE.
"""

from collections.abc import Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SQLITE = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN {existing}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""

POSTGRESQL = """
CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_append_only();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only();
"""


def _existing(table: str, keys: Sequence[Sequence[str]]) -> str:
    same = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys)
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {test})" for test in same)  # noqa: S608 - own names


def append_only(table: str, *keys: Sequence[str]) -> migrations.RunPython:
    """Return the migration step that makes `table` append-only; `keys` are its unique sets of columns."""

    def forwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            script = SQLITE.format(table=table, existing=_existing(table, keys))
            for statement in script.split("END;"):
                if statement.strip():
                    editor.execute(statement + "END;")
        else:
            editor.execute(POSTGRESQL.format(table=table))

    def backwards(_apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for name in ("update", "delete", "replace"):
                editor.execute(f"DROP TRIGGER {table}_no_{name}")
        else:
            editor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
            editor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
            editor.execute(f"DROP FUNCTION {table}_append_only()")

    return migrations.RunPython(forwards, backwards)
