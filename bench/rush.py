"""Many people at the same moment, over HTTP, at several server processes: who gets a place, and how long it takes.

Each rush is prepared first (connections, opened forms); then everybody sends at once. What is stored afterwards must be
right to the last row, whatever the speed.
"""

import os
import threading
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts.models import User
from events.models import Event
from registrations.models import Delegation, Option, Person, Question, Registration
from registrations.questions.wording import keep_words

from .client import Client, Measured, hidden_fields, many
from .server import WORKERS, Server

# BENCH_CROWD=20 tries the rushes out.
CROWD = int(os.environ.get("BENCH_CROWD", "200"))
PLACES, LEAVING, TRYING = CROWD // 4, CROWD // 2, CROWD // 4
SLOWEST_MS = 5_000
# What is reported of one rush: words, what was measured, what was wanted, whether that was reached.
Report = Callable[[str, str, str, bool], None]

State = Registration.State


def measure(server: Server, report: Report) -> None:
    for limit in ("place", "session", "answer", "delegation"):
        _for_what_is_limited(server, limit, report)
    _cancelling_while_registering(server, report)
    _tries_in_a_row(server, report)


# --- Two hundred for fifty ---------------------------------------------------------------------------------------


def _for_what_is_limited(server: Server, limit: str, report: Report) -> None:
    event, fields, has_place = _limited(limit)
    if limit == "delegation":
        requests = [_naming(server, event, number) for number in range(CROWD)]
    else:
        requests = [_registering(server, event, number, fields) for number in range(CROWD)]
    measured = _all_at_once(requests)
    people = list(event.registrations.order_by("joined_at", "pk"))
    held = [registration for registration in people if has_place(registration)]
    # Under the lock, the order of arrival is the order of the keys: whoever came first has a place.
    is_right = len(people) == CROWD and held == people[:PLACES] == sorted(people, key=lambda one: one.pk)[:PLACES]
    what = {"place": "", "session": " of a visit", "answer": " of an answer", "delegation": " of a delegation"}[limit]
    report(
        f"{CROWD} people at once for {PLACES} places{what}",
        f"{len(held)} places, {len(people) - len(held)} waiting{' in order' * is_right}, {_times(measured)}",
        f"{PLACES} places, {CROWD - PLACES} waiting in order, none over {SLOWEST_MS // 1000} s",
        is_right and max(measured.times_ms) <= SLOWEST_MS,
    )


def _limited(limit: str) -> tuple[Event, dict[str, str], Callable[[Registration], bool]]:
    """An event with so many places of one kind, what the form then asks, and who has one."""
    event = _event({"place": 10, "session": 11, "answer": 12, "delegation": 13}[limit])
    if limit == "session":
        session = event.sessions.create(position=1, day=1, title="A visit", places=PLACES)
        return event, {"sessions": str(session.pk), "step": "check"}, lambda one: one.choices.get().has_place
    if limit == "answer":
        question = Question.objects.create(
            event=event,
            position=1,
            kind=Question.Kind.ONE_OF,
            label="Do you come to the dinner?",
            purpose="To book the tables",
            delete_on=event.ends_on,
        )
        option = Option.objects.create(question=question, position=1, label="Yes", places=PLACES)
        keep_words(question)
        return event, {f"q{question.pk}": str(option.pk)}, lambda one: one.choices.get().has_place
    if limit == "delegation":
        partner = event.project.partners.exclude(pk=event.host_id).order_by("pk")[0]
        Delegation.objects.create(event=event, partner=partner, seats=PLACES)
        return event, {}, lambda one: one.is_confirmed
    event.places = PLACES
    event.save()
    return event, {}, lambda one: one.is_confirmed


def _registering(server: Server, event: Event, number: int, fields: dict[str, str]) -> tuple[Client, bytes]:
    client = Client(server.port)
    path = f"/en/events/{event.slug}/register/"
    form = client.get(path)
    assert form.status == 200, form.status
    return client, client.posting(path, hidden_fields(form.body) | _answers(f"rush-{event.slug}-{number}") | fields)


def _naming(server: Server, event: Event, number: int) -> tuple[Client, bytes]:
    client = _signed_in(server)
    delegation = event.delegations.get()
    path = f"/en/partner/{delegation.partner.slug}/{event.slug}/"
    fields = hidden_fields(client.get(path).body) | _answers(f"rush-{event.slug}-{number}")
    return client, client.posting(f"{path}name/", fields | {"participant_kind": "delegate"})


def _answers(person: str) -> dict[str, str]:
    return {
        "name": f"Person {person}",
        "email": f"{person}@example.org",
        "organisation_name": "City of Gävle",
        "country": "SE",
    }


# --- A hundred leave while a hundred come ------------------------------------------------------------------------


def _cancelling_while_registering(server: Server, report: Report) -> None:
    event, number_of_people = _event(14), LEAVING
    event.places = number_of_people
    event.save()
    requests = [_registering(server, event, number, {}) for number in range(number_of_people)]
    for seated in _seated(event, number_of_people):
        client = _signed_in(server)
        path = f"/en/organise/{event.slug}/people/{seated.pk}/"
        fields = hidden_fields(client.get(path).body)
        requests.append((client, client.posting(f"{path}cancel/", fields | {"reason": "Registered twice"})))
    measured = _all_at_once(requests)
    held = event.registrations.holding_a_place().count()
    waiting = event.registrations.waiting().count()
    cancelled = event.registrations.filter(state=State.CANCELLED).count()
    report(
        f"{number_of_people} are cancelled while {number_of_people} register",
        f"{held} places taken or offered, {waiting} waiting, {cancelled} cancelled, {_times(measured)}",
        f"{number_of_people} places, nobody waiting, none over {SLOWEST_MS // 1000} s",
        (held, waiting, cancelled) == (number_of_people, 0, number_of_people) and max(measured.times_ms) <= SLOWEST_MS,
    )


def _seated(event: Event, number: int) -> list[Registration]:
    now = timezone.now()
    people = [f"seated {n}" for n in range(number)]
    persons = Person.objects.bulk_create(
        Person(project=event.project, name=name, email=f"{name}@example.org".replace(" ", "-"), name_key=name)
        for name in people
    )
    return Registration.objects.bulk_create(
        Registration(
            event=event,
            person=person,
            name=person.name,
            email=person.email,
            organisation_name="City of Gävle",
            country="SE",
            state=State.CONFIRMED,
            joined_at=now,
            confirmed_at=now,
        )
        for person in persons
    )


# --- Fifty browsers that try three times -------------------------------------------------------------------------


def _tries_in_a_row(server: Server, report: Report) -> None:
    """The whole flow, form and confirmation too, as others were measured who took 31 and 56 seconds for it."""
    from .run import register

    event, clients, places = _event(15), TRYING, TRYING * 2
    event.places = places
    event.save()
    connections = [Client(server.port) for _ in range(clients)]
    tries = iter(range(10**6))
    turn = threading.Lock()

    def act(number: int) -> None:
        with turn:
            person = next(tries)
        connections[number].cookies.clear()
        register(connections[number], event.slug, person)

    measured = many(act, clients=clients, times=3)
    seats, waiting = event.registrations.confirmed().count(), event.registrations.waiting().count()
    report(
        f"{clients * 3} tries of {clients} people at once for {places} places",
        f"{measured.seconds:.2f} s in all, {seats} places, {waiting} waiting",
        f"{places} places, {clients * 3 - places} waiting, ≤ 3 s",
        (seats, waiting) == (places, clients * 3 - places) and measured.seconds <= 3,
    )


# --- What all of them use ----------------------------------------------------------------------------------------


def _event(number: int) -> Event:
    return Event.objects.select_related("project").get(slug=f"bench-event-{number}")


def _signed_in(server: Server) -> Client:
    """A browser of the lead partner, who organises every event and names people for every partner."""
    lead = User.objects.get(email="lead@example.org")
    if not lead.is_superuser:
        lead.is_superuser = True
        lead.save()
    session = SessionStore()
    session["_auth_user_id"] = str(lead.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = lead.get_session_auth_hash()
    session.save()
    client = Client(server.port)
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def _all_at_once(requests: list[tuple[Client, bytes]]) -> Measured:
    """Send every request in the same moment, and refuse any answer but the redirect after a change."""
    for client, _request in requests:
        client.connect()

    def send(number: int) -> None:
        client, request = requests[number]
        answer = client.send(request)
        assert answer.status == 302, f"{answer.status}: {answer.body[:2000].decode(errors='replace')}"

    return many(send, clients=len(requests), times=1)


def _times(measured: Measured) -> str:
    return (
        f"{measured.per_second:.0f}/s with {WORKERS} processes, p95 {measured.p95_ms:.0f} ms, "
        f"slowest {max(measured.times_ms):.0f} ms"
    )
