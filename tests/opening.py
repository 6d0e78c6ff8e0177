"""Who of the people of a test opens a page."""

from django.test import Client

from accounts.models import User


def answers_to(client: Client, address: str, *users: User, follow: bool = False) -> dict[str, int]:
    """Return the status that each of the users gets at an address, by their name; the last one stays signed in."""
    answers = {}
    for user in users:
        client.force_login(user)
        answers[user.name] = client.get(address, follow=follow).status_code
    return answers
