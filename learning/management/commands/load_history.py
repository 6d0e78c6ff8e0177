from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from learning.history import SHIPPED, HistoryRefused, load_history


class Command(BaseCommand):
    help = "Loads what sources say of plans and practices of projects that are here. A second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", default=SHIPPED)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_history(options["file"], tell=self.stdout.write)
        except HistoryRefused as refusal:
            raise CommandError("\n".join(["Nothing was loaded:", *refusal.problems])) from refusal
