from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from learning.demonstration import build, find, give_roles, make_users, remove


class Command(BaseCommand):
    help = "Builds one made-up project with which everything can be tried. A second time changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="remove the demonstration first, and build it around today"
        )
        parser.add_argument(
            "--with-users",
            action="store_true",
            help="make a user for each role, an administrator among them, even if DEMONSTRATION is not set",
        )

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        has_users = settings.DEMONSTRATION or options["with_users"]
        if options["anew"] and find():
            remove()
            self.stdout.write("The demonstration was removed.")
        users = make_users() if has_users else {}
        found = find()
        there = found or build(organiser=users.get("host"), tell=self.stdout.write)
        if has_users:
            give_roles(users)
        self.stdout.write(
            f"{there.events} events, {there.people} people, {there.registrations} registrations, "
            f"{there.records} records of presence, {there.feedback} answers."
        )
        if found:
            self.stdout.write(
                "The demonstration is here already; nothing was changed. --anew builds it again, around today."
            )
        if not has_users:
            self.stdout.write("No users were made. --with-users makes one for each role, an administrator among them.")
