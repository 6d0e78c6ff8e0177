"""What every test gets: a real database file, no outside mail, a clock that stands still where it is asked to."""

import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache

from tests import made_once, shares

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)

_folder = tempfile.TemporaryDirectory(prefix="trajectum-test-")


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    from config.catalogues import compile_catalogues

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, not memory: threads then meet the same locks as in production.
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(Path(_folder.name) / "test.sqlite3")}
    elif os.environ.get("TEST_SHARE"):
        # Others share the server.
        database["TEST"] = {**database.get("TEST", {}), "NAME": f"test_{os.getpid()}"}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT = _folder.name
    settings.MEDIA_ROOT = Path(_folder.name) / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.OUTBOX_IN_WEB_PROCESS = False
    settings.SITE_URL = "http://testserver"
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    compile_catalogues()


def pytest_unconfigure(config: pytest.Config) -> None:
    _folder.cleanup()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what really commits, instead of being rolled back: there each database is most itself."""
    of_database = item.get_closest_marker("django_db")
    commits = of_database is not None and of_database.kwargs.get("transaction")
    if commits or {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ())):
        item.add_marker("commits")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other database: that is no gap, the other run has it."""
    from django.db import connection

    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """With TEST_SHARE, the folder that several processes have in common, run only what no other one has taken."""
    folder = os.environ.get("TEST_SHARE")
    return shares.run(session, Path(folder)) if folder else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """With SKIPPING_FAILS=1 (make test-all), a test that is skipped has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("SKIPPING_FAILS"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which is not allowed here: {report.longrepr[-1]}"
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pytestconfig: pytest.Config, django_db_use_migrations: bool) -> None:
    """Migrate only what nobody migrated yet."""
    if django_db_use_migrations:
        made_once.arrange(pytestconfig.cache.mkdir("database"))


@pytest.fixture
def clock():
    """Stand still at NOW; `clock.shift(timedelta(…))` moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def no_limits_from_other_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty the cache after a test that really commits: its table is no model's, so nothing else empties it."""
    yield
    if {"transactional_db", "live_server"} & set(request.fixturenames):
        cache.clear()


@pytest.fixture
def redis_url() -> str:
    """The address of a Redis server that may be emptied."""
    if not (url := os.environ.get("TEST_REDIS_URL")):
        pytest.skip("No Redis here: install the package redis-server, and run “make test”.")
    return url
