import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.catalogues import compile_catalogues
from events.entries import are_written, write_entries
from events.loading import load_kinds
from events.models import EventKind
from learning.loading import load_known_indicators


class Command(BaseCommand):
    help = "Bring database, translations and static files up to date. Run it after every update of the program."

    def handle(self, **options: Any) -> None:
        with self.step("Database"):
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
            # A new installation begins with all kinds; one that an administrator removed later stays removed.
            if not EventKind.objects.exists():
                load_kinds()
            load_known_indicators()
        compile_catalogues()
        if (fingerprint := static_fingerprint()) != collected_fingerprint():
            with self.step("Style sheet, scripts and pictures"):
                call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            fingerprint_file().write_text(fingerprint, encoding="ascii")
        # Else the first program that asks for a calendar after an update would wait for all of it.
        if missing := [(code, name) for code, name in settings.LANGUAGES if not are_written(code)]:
            with self.step("Calendars"):
                for number, (code, name) in enumerate(missing, 1):
                    count = write_entries(code)
                    self.stdout.write(f"{number} of {len(missing)}: {name}, {count} entries …", ending=" ")
                    self.stdout.flush()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Name a step before it begins, since the first time it may take a while, and say how long it took."""
        self.stdout.write(f"{what} …", ending=" ")
        self.stdout.flush()
        started = time.monotonic()
        yield
        self.stdout.write(f"ready ({time.monotonic() - started:.1f} s)")


def static_fingerprint() -> str:
    """Return what changes when a static file of ours or of an installed package does."""
    fingerprint = hashlib.sha256(django.get_version().encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            fingerprint.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return fingerprint.hexdigest()


def fingerprint_file() -> Path:
    return Path(settings.STATIC_ROOT) / "fingerprint"


def collected_fingerprint() -> str:
    try:
        return fingerprint_file().read_text(encoding="ascii")
    except OSError:
        return ""
