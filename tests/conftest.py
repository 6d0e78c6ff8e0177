"""What every test gets: a real database file, no outside mail, a clock that stands still where it is asked to."""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, not memory: threads then meet the same locks as in production.
        folder = tempfile.mkdtemp(prefix="trajectum-test-")
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(Path(folder) / f"test-{os.getpid()}.sqlite3")}
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.OUTBOX_IN_WEB_PROCESS = False
    settings.SITE_URL = "http://testserver"
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]


@pytest.fixture
def clock():
    """Stand still at NOW; `clock.shift(timedelta(…))` moves it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
