import os
import socket
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

SHIPPED_PROJECTS = settings.BASE_DIR / "events" / "data" / "seed_projects.json"


class Command(BaseCommand):
    help = "Bring this installation up to date (see prepare) and serve it on 127.0.0.1; PORT says where."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1), help="processes that answer")

    def handle(self, *, workers: int, **options: Any) -> None:
        refuse_taken_port(settings.PORT)
        call_command("prepare")
        if settings.DEMONSTRATION:
            load_demonstration()
        serve(settings.PORT, workers)


def load_demonstration() -> None:
    call_command("load_projects", str(SHIPPED_PROJECTS))
    call_command("load_history")
    call_command("load_indicators")
    call_command("load_demonstration")
    print(flush=True)
    call_command("demonstration_sign_ins")


def refuse_taken_port(port: int) -> None:
    """Ask before the long steps, not after them."""
    with socket.socket() as listener:
        # As the server does, so that a port that was closed a moment ago counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}): perhaps Trajectum runs already. "
                f"Stop what uses it, or choose another port: make demo PORT={port + 1}"
            ) from error


def serve(port: int, workers: int) -> None:
    """Answer requests until a signal ends it. The processes are copies of this one, so they start at once."""
    import_module("config.wsgi")
    connections.close_all()  # A connection must not be shared with the copies.
    server = Granian(
        "config.wsgi:of_this_process",
        factory=True,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        respawn_failed_workers=True,
        # One that is asked to stop before it is ready does not hear it.
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    )
    server.on_startup(lambda: print(f"\nTrajectum is at {home_page()}   (Ctrl-C ends it)\n", flush=True))
    server.serve()


def home_page() -> str:
    return settings.SITE_URL + reverse("events:home")
