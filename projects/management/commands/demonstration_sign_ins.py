"""Prints how to sign in to the demonstration in each of its roles."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.letters import absolute_url
from accounts.models import User
from accounts.sign_in_links import link_for
from projects.models import Membership

# A working day, so that a link printed at the start still works when somebody gets to that role.
LINK_LASTS = timedelta(hours=12)


class Command(BaseCommand):
    help = "Print a sign-in link for each role of the demonstration. Each works once, for 12 hours."

    def handle(self, **options: Any) -> None:
        if not settings.DEMONSTRATION:
            raise CommandError(
                "This installation is no demonstration (DEMONSTRATION=1), so no sign-in link is printed."
            )
        roles = list(roles_of_the_demonstration())
        if not roles:
            raise CommandError("There is nobody to sign in as. Run “manage.py load_demonstration” first.")
        self.stdout.write("Sign in to the demonstration (each link works once, for 12 hours):\n")
        for user, role in roles:
            self.stdout.write(f"\n  {role}: {user.name} <{user.email}>\n  {link_for(user, lasts=LINK_LASTS)}\n")
        self.stdout.write(f"\nThe mails it writes: {absolute_url('accounts:mails', language='en')}\n")


def roles_of_the_demonstration() -> Iterator[tuple[User, str]]:
    """Yield each user of the demonstration once, administrators first, then from lead to officer."""
    made_up = User.objects.filter(is_active=True, email__endswith="@example.org")
    for user in made_up.filter(is_superuser=True).order_by("email"):
        yield user, "Administrator"
    memberships = (
        Membership.objects.active()
        .filter(
            Q(project__is_demonstration=True)
            | Q(partner__project__is_demonstration=True)
            | Q(programme__projects__is_demonstration=True),
            user__in=made_up,
            user__is_superuser=False,
        )
        .select_related("user", "programme", "project", "partner__organisation", "partner__project")
        .distinct()
    )
    order: list[str] = [Membership.Role.LEAD, Membership.Role.COORDINATOR, Membership.Role.OFFICER]
    seen = set()
    for membership in sorted(memberships, key=lambda m: (order.index(m.role), m.partner.number if m.partner else 0)):
        if membership.user_id not in seen:
            seen.add(membership.user_id)
            about = membership.project or membership.partner or membership.programme
            yield membership.user, f"{membership.get_role_display()} ({about})"
