from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from learning.loading import load_indicators, load_known_indicators, sets
from projects.models import Programme


class Command(BaseCommand):
    help = "Gives programmes without indicators those that are shipped for them, or one programme a set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", help="the short name of one programme; without it, those the sets are for")
        parser.add_argument("--set", choices=sets(), dest="chosen", help="the set of indicators that it gets")

    def handle(self, *args: Any, programme: str | None, chosen: str | None, **options: Any) -> None:
        if (programme is None) != (chosen is None):
            raise CommandError("Say both --programme and --set, or neither.")
        if programme is None or chosen is None:
            created = load_known_indicators()
        else:
            found = Programme.objects.filter(slug=programme).first()
            if found is None:
                raise CommandError(f"There is no programme {programme}.")
            created = load_indicators(found, sets()[chosen])
        for indicator in created:
            self.stdout.write(str(indicator))
        self.stdout.write(f"{len(created)} indicators created." if created else "Every indicator is there already.")
