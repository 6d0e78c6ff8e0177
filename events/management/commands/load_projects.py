from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from events.loading import FileRefused, Tally, load_projects
from events.loading.records import FileRecord


class Command(BaseCommand):
    help = "Loads projects with their partners, practices and events from a JSON file. A second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="for example events/data/seed_projects.json")

    def handle(self, *args, **options) -> None:
        try:
            loaded = load_projects(options["file"], tell=self.stdout.write)
        except FileRefused as error:
            raise CommandError(f"{error}\nNothing was changed.") from error
        self._tell_what_happened(loaded.tally)
        self._compare(loaded.records)

    def _tell_what_happened(self, tally: Tally) -> None:
        if tally.has_changed_something:
            for word in ("created", "updated", "removed"):
                for model, number in getattr(tally, word).items():
                    name = model._meta.verbose_name if number == 1 else model._meta.verbose_name_plural
                    self.stdout.write(f"  {number} {name} {word}")
            self.stdout.write(f"  {sum(tally.unchanged.values())} rows unchanged")
        else:
            self.stdout.write(
                f"Nothing was changed: all {sum(tally.unchanged.values())} rows are as the file has them."
            )
        for record in tally.vanished:
            self.stdout.write(f"No longer in the file, kept: {record}")
        for event in tally.kept:
            self.stdout.write(f"Changed here since it was loaded, its plan is kept: {event}")

    def _compare(self, records: FileRecord) -> None:
        counted = {name.replace("_", " "): number for name, number in records.counted().items()}
        stated = {name.replace("_", " "): number for name, number in records.totals.items()}
        summary = ", ".join(f"{number} {name}" for name, number in counted.items())
        differing = [name for name, number in counted.items() if stated.get(name, number) != number]
        self.stdout.write(f"{summary}, as the file says of itself." if stated and not differing else f"{summary}.")
        for name in differing:
            self.stderr.write(f"The file says of itself that it holds {stated[name]} {name}; it holds {counted[name]}.")
