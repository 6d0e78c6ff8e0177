"""Reads one mail that came back, as a mail server's pipe gives it on the standard input."""

import sys
from argparse import ArgumentParser
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand

from accounts import bounces


class Command(BaseCommand):
    help = (
        "Read one report of a mail that could not be delivered from the standard input, and note it on the mail. "
        "What is no such report is passed over, so every mail to the sender's address may be piped here."
    )

    # For who calls it from Python: what to read instead of the standard input.
    stealth_options = ("source",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Say nothing: some mail servers return what is said.")

    def handle(self, *, quiet: bool, source: BinaryIO | None = None, **options: Any) -> None:
        source = source or sys.stdin.buffer
        returned = bounces.note(source.read(bounces.LARGEST))
        if quiet:
            return
        for mail in returned:
            self.stdout.write(f"came back: mail {mail.pk} to {mail.to}: {mail.bounce}")
        if not returned:
            self.stdout.write("nothing to note: this mail reports no failure of a mail of ours")
