"""The data that is measured with: 1,000 public events, and one of them with 20,000 people."""

import copy
import uuid
from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from events.models import CalendarState, Event, EventKind, Session
from projects.models import Membership, Organisation, Partner, Programme, Project
from registrations.models import AttendanceRecord, Person, Registration
from venues.models import Venue

EVENTS = 1_000
PEOPLE = 20_000
NAMES = (
    "Ágnes Kovács",
    "Γιώργος Παπαδόπουλος",
    "Søren Ødegård",
    "Łucja Wiśniewska",
    "Иванка Петрова",
    "João Conceição",
)


@transaction.atomic
def make() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (value varchar(100))")
    programme = Programme.objects.create(name="Bench 2027", slug="bench-2027")
    project = Project.objects.create(
        programme=programme, acronym="BENCH", slug="bench", full_name="A project to measure with"
    )
    partners = []
    for number in range(1, 9):
        organisation = Organisation.objects.create(name=f"City number {number}", city=f"Town {number}", country="NL")
        partners.append(
            Partner.objects.create(
                project=project, organisation=organisation, number=number, is_lead=number == 1, slug=f"bench-{number}"
            )
        )
    lead = User.objects.create_user("lead@example.org", name="Lead")
    Membership.objects.create(user=lead, role=Membership.Role.LEAD, project=project)
    kinds = [
        EventKind.objects.get_or_create(slug=slug, defaults={"name": slug, "plural": slug})[0]
        for slug in ("thematic-event", "study-visit", "import-workshop", "final-conference")
    ]
    venues = [
        Venue.objects.create(name=f"Hall {n}", city=f"Town {n}", country="NL", latitude=50.8, longitude=5.7)
        for n in range(50)
    ]
    today = timezone.now().date()
    Event.objects.bulk_create(
        Event(
            slug=f"bench-event-{n}",
            title=f"Event {n}: bio-waste, innovation and what the regions make of them",
            summary="Two days on what the partner regions learned from each other, and what they carry home.",
            project=project,
            kind=kinds[n % 4],
            host=partners[n % 8],
            status=Event.Status.ANNOUNCED,
            date_precision=Event.DatePrecision.DAY,
            starts_on=today + timedelta(days=10 + n % 300),
            ends_on=today + timedelta(days=10 + n % 300),
            start_time=time(9),
            end_time=time(16),
            time_zone="Europe/Amsterdam",
            mode=Event.Mode.ON_SITE,
            venue=venues[n % 50],
            registration_opens_at=timezone.now() - timedelta(days=1),
        )
        for n in range(EVENTS)
    )
    event = Event.objects.get(slug="bench-event-0")
    event.starts_on = event.ends_on = today - timedelta(days=1)
    # Or 20,000 mails would be written beside what is measured, to thank everybody and ask how it was.
    event.feedback_closes_on = event.ends_on
    event.save()
    conference = conference_event()
    for position in range(12):
        Session.objects.create(
            event=conference,
            position=position + 1,
            day=1,
            start_time=time(9 + position // 2, 30 * (position % 2)),
            title=f"Session {position + 1}: a talk about regional cooperation",
            speaker="Head of unit, regional government",
        )
    people(event)
    CalendarState.advance()


def session_of(user: User) -> str:
    """Sign somebody in; return what their browser holds in the cookie of SESSION_COOKIE_NAME."""
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = settings.AUTHENTICATION_BACKENDS[0]
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def conference_event() -> Event:
    """The event whose page and registration are measured."""
    return Event.objects.get(slug="bench-event-1")


def more_events(count: int) -> None:
    """Add events like those that are there."""
    events = list(Event.objects.filter(slug__startswith="bench-event-"))
    more = [copy.copy(events[n % len(events)]) for n in range(count)]
    for n, event in enumerate(more):
        event.pk, event.uid, event.slug = None, uuid.uuid4(), f"more-events-{n}"
    Event.objects.bulk_create(more)


def people(event: Event) -> None:
    now = timezone.now()
    persons = Person.objects.bulk_create(
        (
            Person(
                project=event.project,
                name=f"{NAMES[n % 6]} {n}",
                email=f"person-{n}@example.org",
                name_key=f"person {n}",
            )
            for n in range(PEOPLE)
        ),
        batch_size=2_000,
    )
    registrations = Registration.objects.bulk_create(
        (
            Registration(
                event=event,
                person=person,
                name=person.name,
                email=person.email,
                organisation_name=f"Regional Development Agency of Town {n % 700}",
                country=("NL", "SE", "HU", "PT", "GR", "BG")[n % 6],
                phone=f"+3225550{n % 10000:04}" if n % 3 == 0 else "",
                state=Registration.State.CONFIRMED,
                joined_at=now - timedelta(minutes=n),
                confirmed_at=now - timedelta(minutes=n),
                search_text=f"person {n}",
            )
            for n, person in enumerate(persons)
        ),
        batch_size=2_000,
    )
    AttendanceRecord.objects.bulk_create(
        (
            AttendanceRecord(
                registration=registration,
                day=event.starts_on,
                what=AttendanceRecord.What.IN,
                happened_at=datetime.combine(event.starts_on, time(9), timezone.get_default_timezone()),
                how=AttendanceRecord.How.SIGNED_LIST,
            )
            for n, registration in enumerate(registrations)
            if n % 2
        ),
        batch_size=2_000,
    )
