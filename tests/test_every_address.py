"""Each role on each address: what belongs to another project is not found.

The addresses are those that pages of the demonstration lead to, or send forms to, when its own people read them. Then
each role asks for each of them, and sends an empty form to it. What came out stands in docs/who-may-open-what.md:
`WRITE=1 pytest tests/test_every_address.py` writes it anew, and a change of it is a change of who may do what.
"""

import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, resolve
from django.urls.exceptions import Resolver404

from accounts.access import everybody, holder_of_the_link
from accounts.models import User
from events.models import Event, Session
from learning.demonstration import build, give_roles, make_users
from projects.models import Membership
from registrations.door.access import people_at_the_door
from tests.factories import (
    create_coordinator,
    create_lead,
    create_partner,
    create_programme,
    create_project,
    create_session,
    create_speaker,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
PAGE = Path(__file__).parent.parent / "docs" / "who-may-open-what.md"
# Whose pages are read for what they lead to, the first one of each route.
READERS = ("lead", "host", "coordinator", "administrator")
# Making them takes long, and who gets them is the same for all files of one route.
LARGE = (".pdf", ".odt", ".xlsx", ".zip")
LINKS = re.compile(r'(?:href|action|formaction|hx-get|hx-post|data-source)="(/[^"#]*)')
# Open to all, whatever project somebody belongs to; what they show of it is looked at elsewhere. Of a door, everybody
# gets the page that asks for the PIN.
PUBLIC = {everybody, holder_of_the_link, people_at_the_door}
# Venues and sites are shared by the organisers of all projects.
SHARED = {"events:place", "events:edit_place", "events:rooms", "events:choose_other_place", "events:new_place"}
OWN = ("administrator", "officer", "lead", "host", "coordinator")
STRANGERS = ("officer elsewhere", "lead elsewhere", "coordinator elsewhere", "no role")
CLOSED = (403, 404, 405)


@pytest.fixture(scope="module")
def people(django_db_setup, django_db_blocker) -> Iterator[dict[str, User]]:
    """The demonstration with its own people, and as many of another programme."""
    logging.disable(logging.WARNING)
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        users = make_users()
        build(organiser=users["host"])
        give_roles(users)
        elsewhere = create_project(programme=create_programme(slug="elsewhere"), acronym="ELSEWHERE", slug="elsewhere")
        create_partner(elsewhere, is_lead=True)
        add_what_the_demonstration_lacks()
        officer = create_user()
        Membership.objects.create(user=officer, role=Membership.Role.OFFICER, programme=elsewhere.programme)
        yield users | {
            "officer elsewhere": officer,
            "lead elsewhere": create_lead(elsewhere),
            "coordinator elsewhere": create_coordinator(create_partner(elsewhere)),
            "no role": create_user(),
        }
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def addresses(people, django_db_blocker) -> dict[str, list[str]]:
    """The addresses of the workspace that the pages of its own people lead to, by their route."""
    found: dict[str, list[str]] = defaultdict(list)
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False):
        for role in READERS:
            client, routes, seen = signed_in(people[role]), set(), ["/en/", *if_it_goes_on()]
            # It grows while it is gone through.
            for address in seen:
                match = resolve(address.partition("?")[0])
                if match.route in routes:
                    continue
                routes.add(match.route)
                if match.func.access_rule not in PUBLIC and address not in found[match.route]:
                    found[match.route].append(address)
                answer = client.get(address)
                if answer.get("Content-Type", "").startswith("text/html"):
                    links = (unescape(link) for link in LINKS.findall(answer.content.decode()))
                    seen += [link for link in dict.fromkeys(links) if link not in seen and is_ours(link)]
    return {route: known for route, known in sorted(found.items()) if known}


def the_event() -> Event:
    return Event.objects.get(slug="meuse-steering")


def add_what_the_demonstration_lacks() -> None:
    """Make things with addresses of their own that are not in the demonstration, at one event for partners alone."""
    event = the_event()
    create_speaker(event)
    create_session(event, title="Gone", deleted_at=NOW)
    event.choice_groups.create(name="Visits")
    event.documents.create(title="Minutes")
    event.invitations.create(name="Alice", email="alice@example.org")
    event.project.surveys.create(title="Still a draft", language="en")


def if_it_goes_on() -> Iterator[str]:
    """Addresses that pages only lead to when something has come that far: what they are about is there anyway."""
    event, project = the_event(), the_event().project
    day = event.days[0].isoformat()
    of_event = (
        "plan/undo/ plan/take-up-again/ programme/undo-shift/ evidence/pack/state/ invitations/send/ "
        "invitations/remind/ paper/certificates/ mails/try-again/ mails/confirmed/en/standard/ "
        f"paper/{day}/freeze/ paper/{day}/scans/"
    )
    yield from (f"/en/organise/{event.slug}/{rest}" for rest in of_event.split())
    for kind, things in (
        ("speakers", event.speakers.all()),
        ("documents", event.documents.all()),
        ("programme/choice-groups", event.choice_groups.all()),
        ("invitations", event.invitations.all()),
    ):
        for thing in things[:1]:
            for act in ("", "move/", "delete/", "restore/", "dissolve/", "send/", "withdraw/"):
                if is_ours(address := f"/en/organise/{event.slug}/{kind}/{thing.pk}/{act}"):
                    yield address
    gone = Session.with_deleted.get(event=event, title="Gone")
    yield f"/en/organise/{event.slug}/programme/{gone.pk}/restore/"
    for survey in project.surveys.filter(title="Still a draft"):
        yield f"/en/organise/projects/{project.slug}/surveys/{survey.pk}/edit/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def is_ours(address: str) -> bool:
    if address.partition("?")[0].endswith(LARGE):
        return False
    try:
        match = resolve(address.partition("?")[0])
    except Resolver404:
        return False
    return hasattr(match.func, "access_rule") and "elsewhere" not in match.kwargs.values()


def answers(client: Client, address: str) -> Iterator[tuple[str, int, str]]:
    """Ask for an address and send an empty form to it; nothing of that stays."""
    for method in (client.get, client.post):
        with transaction.atomic():
            answer = method(address)
            body = b"" if answer.streaming else answer.content
            transaction.set_rollback(True)
        yield method.__name__, answer.status_code, f"{answer.get('Location', '')}{body.decode(errors='replace')}"


def restricted_routes() -> set[str]:
    def below(patterns, before=""):
        for each in patterns:
            if isinstance(each, URLPattern):
                if getattr(each.callback, "access_rule", everybody) not in PUBLIC:
                    yield before + str(each.pattern)
            else:
                yield from below(each.url_patterns, before + str(each.pattern))

    return set(below(get_resolver().url_patterns))


@pytest.mark.parametrize("role", STRANGERS)
def test_what_belongs_to_a_project_is_not_found_by_whoever_belongs_to_another(people, addresses, clock, role):
    hidden = Event.objects.filter(project__acronym="MEUSE").exclude(pk__in=Event.objects.visible_to(None))
    names = {event.slug for event in hidden}
    client, tried, open_to_them = signed_in(people[role]), 0, []
    for address in (address for known in addresses.values() for address in known):
        match = resolve(address.partition("?")[0])
        is_about_one = bool(match.kwargs) and match.view_name not in SHARED
        for method, status, said in answers(client, address):
            tried += 1
            named = sorted(name for name in names if name in said.replace(address, ""))
            if named or (is_about_one and status not in CLOSED):
                open_to_them.append((method, address, status, named))

    assert open_to_them == []
    assert names
    assert tried > 500


def is_asked_to_sign_in(method: str, status: int, said: str) -> bool:
    if method == "post":
        # A form that was filled in is not sent away: its page asks to sign in, and keeps what was typed.
        return status == 403 and "<title>You are signed out – " in said
    return status == 302 and said.startswith("/en/sign-in/")


def test_whoever_did_not_sign_in_is_asked_to(addresses, clock):
    client = Client()
    let_in = [
        (method, address)
        for known in addresses.values()
        for address in known
        for method, status, said in answers(client, address)
        if not is_asked_to_sign_in(method, status, said)
    ]

    assert let_in == []


def test_who_may_open_what_stands_in_the_documentation(people, addresses, clock):
    clients = {role: signed_in(people[role]) for role in (*OWN, *STRANGERS)}
    rows = []
    for route, known in addresses.items():
        opened = [
            any(status not in CLOSED for address in known for _method, status, _said in answers(client, address))
            for client in clients.values()
        ]
        rows.append((route, opened))
    written = page(list(clients), rows, sorted(restricted_routes() - set(addresses)))
    if os.environ.get("WRITE"):
        PAGE.write_text(written)
    print(f"{len(rows)} routes, {sum(map(len, addresses.values()))} addresses, {len(clients)} roles")

    assert PAGE.read_text() == written


def page(roles: list[str], rows: list[tuple[str, list[bool]]], not_tried: list[str]) -> str:
    lines = [
        "# Who may open what",
        "",
        "Written by `tests/test_every_address.py`, which tries each role on each of these addresses with what belongs",
        "to the demonstration project, and fails when something comes out otherwise. A role that ends with “elsewhere”",
        "is the same in another programme. ✓: at least one of the addresses that were tried answers, or takes a form;",
        "–: it is not found, or refused. Where ✓ stands for somebody elsewhere, the address is about no project:",
        "everybody finds their own there, or venues, which all organisers share. Where nobody has ✓, there is only a",
        "form that is refused when it is empty.",
        "",
        f"| address | {' | '.join(roles)} |",
        f"|---{'|:-:' * len(roles)}|",
        *(f"| `/{route}` | {' | '.join('✓' if one else '–' for one in opened)} |" for route, opened in rows),
        "",
        "Not tried, because nothing in the demonstration has such an address:",
        "",
        *(f"- `/{route}`" for route in not_tried),
    ]
    return "\n".join(lines) + "\n"
