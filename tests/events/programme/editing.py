"""How tests of the editor of a programme write what they send, and read what became of it."""

from datetime import time

from django.test import Client
from django.urls import reverse

from events.models import Session
from tests.factories import create_session

NINE, TEN, ELEVEN, NOON = time(9), time(10), time(11), time(12)


def address(name: str, *args) -> str:
    return reverse(f"events:{name}", args=["conference", *args])


def hours(event) -> list[tuple[str, str, str]]:
    return [(one.title, f"{one.start_time:%H:%M}", f"{one.end_time:%H:%M}") for one in event.sessions.in_order()]


def typed(**fields) -> dict[str, str]:
    return {"day": "1", "start": "9:30", "title": "Opening", "kind": "opening", **SAID_NOTHING, **fields}


SAID_NOTHING = {"audience": "everyone", "visibility": "public"}


def opened(client: Client, session: Session) -> str:
    return client.get(address("edit_session", session.pk)).context["form"].initial["opened_with"]


def three(event) -> list[Session]:
    return [
        create_session(event, title="A", start_time=NINE, end_time=time(9, 30)),
        create_session(event, title="B", start_time=TEN, end_time=ELEVEN),
        create_session(event, title="C", start_time=ELEVEN, end_time=NOON),
    ]
