from typing import Any

from django.core.management.base import BaseCommand

from config.catalogues import compile_catalogues


class Command(BaseCommand):
    help = "Compile the translations that changed. Needs no gettext."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        compiled = compile_catalogues()
        for source in compiled:
            self.stdout.write(f"Compiled {source}.")
        if not compiled:
            self.stdout.write("All catalogues are up to date.")
