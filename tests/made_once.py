"""The empty database of the tests: migrated once for each state of the code, and copied from then on.

On SQLite the copy is a file in pytest's own cache. On PostgreSQL it is a database beside the others, and is made only
where KEEP_DATABASE=1 says that the server is one that is thrown away (tests.everything).

It also gives a test that really commits its empty database back, without emptying a hundred tables and putting up every
trigger anew.
"""

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent


def arrange(cache: Path) -> None:
    """Let the database of this run be a copy, and the first one be kept, on SQLite in the folder `cache`."""
    made: OnSQLite | OnPostgreSQL
    if connection.vendor == "sqlite":
        made = OnSQLite(cache)
    elif os.environ.get("KEEP_DATABASE"):
        made = OnPostgreSQL()
    else:
        return
    migrate = connection.creation.create_test_db

    def create_test_db(**options: Any) -> str:
        if made.is_there():
            return made.copy()
        name = migrate(**options)
        made.keep()
        return name

    connection.creation.create_test_db = create_test_db
    TransactionTestCase._fixture_teardown = lambda test: made.restore()


def state_of_the_code() -> str:
    """Return a short name for all that decides how an empty database looks: our code, and Django's migrations."""
    digest = hashlib.sha256(django.__version__.encode())
    paths = list((ROOT / "config").rglob("*.py"))
    for app in apps.get_app_configs():
        folder = Path(app.path)
        paths += folder.rglob("*.py") if folder.parent == ROOT else folder.glob("migrations/*.py")
    for path in sorted(paths):
        digest.update(f"{path}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


class OnSQLite:
    def __init__(self, cache: Path) -> None:
        self.cache = cache
        self.kept = cache / f"{django.__version__}-{state_of_the_code()}.sqlite3"

    def is_there(self) -> bool:
        return self.kept.exists()

    @property
    def empty(self) -> str:
        """Our own copy: what is kept is gone once somebody begins who has changed the code."""
        return f"{connection.settings_dict['TEST']['NAME']}.empty"

    def copy(self) -> str:
        name = connection.settings_dict["TEST"]["NAME"]
        shutil.copy(self.kept, self.empty)
        shutil.copy(self.empty, name)
        return _go_to(name)

    def keep(self) -> None:
        for older in self.cache.glob(f"{django.__version__}-*"):
            older.unlink(missing_ok=True)
        # Under another name until it is whole: another run may look for it meanwhile.
        growing = self.kept.with_suffix(f".{os.getpid()}")
        with closing(sqlite3.connect(growing)) as kept:
            connection.connection.backup(kept)
        shutil.copy(growing, self.empty)
        growing.replace(self.kept)

    def restore(self) -> None:
        """Write every page of the empty database over those of this one."""
        connection.ensure_connection()
        # Nothing else writes it, so there is no need of the files that SQLite lays beside one that is shared.
        with closing(sqlite3.connect(f"file:{self.empty}?immutable=1", uri=True)) as kept:
            kept.backup(connection.connection)


class OnPostgreSQL:
    # What migrating writes, and no test changes.
    STAYS = {"auth_permission", "django_content_type", "django_migrations"}

    def __init__(self) -> None:
        self.kept = f"made_once_{state_of_the_code()}"

    def is_there(self) -> bool:
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.kept])
            return cursor.fetchone() is not None

    def copy(self) -> str:
        name = connection.creation._get_test_db_name()
        self._copy(self.kept, name)
        return _go_to(name)

    def keep(self) -> None:
        connection.close()
        # Another run was faster.
        with suppress(ProgrammingError):
            self._copy(connection.settings_dict["NAME"], self.kept)

    def restore(self) -> None:
        """Delete what the tables hold, whatever their triggers say: most are empty, and TRUNCATE makes each anew."""
        tables = set(connection.introspection.table_names()) - self.STAYS
        has_rows = ", ".join(f"CASE WHEN EXISTS (SELECT 1 FROM {name}) THEN '{name}' END" for name in sorted(tables))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT array_remove(ARRAY[{has_rows}], NULL)")
            (full,) = cursor.fetchone()
            cursor.execute("SET LOCAL session_replication_role = replica")
            for name in full:
                cursor.execute(f"DELETE FROM {name}")

    def _copy(self, source: str, target: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}")


def _go_to(name: str) -> str:
    """As Django's own create_test_db does at its end."""
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    return name
