from django.core.management.base import BaseCommand

from events.loading import load_kinds


class Command(BaseCommand):
    help = "Creates the event kinds that are missing; those that are there stay as they are."

    def handle(self, *args, **options) -> None:
        created = load_kinds()
        for kind in created:
            self.stdout.write(kind.name)
        self.stdout.write(f"{len(created)} event kinds created." if created else "Every event kind is there already.")
