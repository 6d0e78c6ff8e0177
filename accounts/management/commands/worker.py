"""Sends the mails and does the periodic work where web processes do not (OUTBOX_IN_WEB_PROCESS=0)."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from accounts import outbox, periodic

PAUSE_SECONDS = 2


class Command(BaseCommand):
    help = (
        "Send waiting mails and do periodic work until stopped. Any number may run at once. "
        "Ctrl-C or SIGTERM ends it after the mail it is sending."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Send what is due now, then end.")

    def handle(self, *, once: bool, **options: Any) -> None:
        stopping = threading.Event()
        previous = {
            number: signal.signal(number, lambda *_: stopping.set()) for number in (signal.SIGTERM, signal.SIGINT)
        }
        try:
            while not stopping.is_set():
                sent = self.work(stopping)
                if once and not sent:
                    break
                if not sent:
                    stopping.wait(PAUSE_SECONDS)
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def work(self, stopping: threading.Event) -> int:
        close_old_connections()
        for name in periodic.run_due():
            self.stdout.write(f"done: {name}")
        sent = outbox.drain(stop=stopping.is_set)
        if sent:
            self.stdout.write(f"mails sent: {sent}")
        return sent
