"""Building the demonstration, and taking it away again."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Manager, Model, ProtectedError, QuerySet
from django.utils import timezone

from accounts.models import User
from events.loading import load_kinds
from events.models import Event
from events.signals import calendar_changes_at_once
from projects.models import Membership, Organisation, Partner, Programme, Project
from registrations.models import AttendanceRecord, Person, Registration
from venues.models import Site, Venue

from ..models import Feedback, OutcomeRating
from .admitting import admit
from .assessing import assess_regions
from .delegations import hold_seats
from .door import open_the_door
from .guests import Guests
from .happenings import CONFERENCE, ONLINE, VISIT, Diary
from .journeys import carry_home
from .mails import ask_again, word_the_confirmation
from .online import upload_report
from .people import make_up_people
from .project import CONTENT, PROGRAMME, SOURCE_KEY, TOWNS, make_project
from .proof import prove, take_away
from .questions import ask_at_the_conference, ask_on_the_visit
from .reports import hand_in, take_back
from .surveys import ask_what_was_learned, take_surveys_away

# Any number does. This is the day in 1992 on which the treaty of Maastricht was signed.
SEED = 19920207

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What is there of the demonstration."""

    project: Project
    events: int
    people: int
    registrations: int
    records: int
    feedback: int


def find() -> Demonstration | None:
    """Return the demonstration, or None while it was not built."""
    project = Project.objects.filter(source_key=SOURCE_KEY).first()
    return _counted(project) if project else None


def _counted(project: Project) -> Demonstration:
    return Demonstration(
        project=project,
        events=project.events.count(),
        people=project.persons.count(),
        registrations=Registration.objects.filter(event__project=project).count(),
        records=AttendanceRecord.objects.filter(registration__event__project=project).count(),
        feedback=Feedback.objects.filter(registration__event__project=project).count(),
    )


def build(
    *, at: datetime | None = None, organiser: User | None = None, tell: Callable[[str], object] = lambda line: None
) -> Demonstration:
    """Build the demonstration as it is at an instant (default: now). `organiser` did what an organiser does in it."""
    at = (at or timezone.now()).replace(microsecond=0)
    chance = random.Random(SEED)  # noqa: S311 - made-up people need no secrets
    with calendar_changes_at_once():
        load_kinds()
        setting = make_project(at.date())
        tell(f"{setting.project.acronym}: {len(setting.partners)} partners, {len(setting.practices)} good practices")
        happenings = Diary(setting, at, organiser).write()
        carry_home(setting, by=organiser, at=at)
        assess_regions(setting, by=organiser)
        tell(f"{setting.project.events.count()} events around {at.date().isoformat()}")
        people = make_up_people(chance, setting.organisations, CONTENT["typed"])
        guests = Guests(chance, setting.project, people, at, organiser)
        registrations = guests.register(happenings)
        tell(f"{len(people)} people with {sum(map(len, registrations.values()))} registrations")
        visit = setting.project.events.get(slug=VISIT)
        hold_seats(visit, setting.partners, registrations[visit.pk])
        conference = setting.project.events.get(slug=CONFERENCE)
        # Their own chance: what else is made up stays as it is.
        ask_at_the_conference(conference, registrations[conference.pk], random.Random(SEED))  # noqa: S311
        open_the_door(conference, by=organiser)
        ask_on_the_visit(visit, registrations[visit.pk])
        word_the_confirmation(conference, at=at)
        moved = setting.project.events.get(slug="meuse-van-seminar")
        ask_again(moved, registrations[moved.pk])
        admit(setting.project, at=at, organiser=organiser)
        online = setting.project.events.get(slug=ONLINE)
        upload_report(online, registrations[online.pk], by=organiser)
        came = guests.attend(happenings, registrations)
        guests.answer(happenings, registrations, came)
        ask_what_was_learned(setting, random.Random(SEED), at=at)  # noqa: S311
        prove(setting.project, by=organiser, at=at)
        hand_in(setting.project, by=organiser, at=at)
        tell(f"{sum(came.values())} of them came, and some said what they learned")
    return _counted(setting.project)


def make_users() -> dict[str, User]:
    """Return a user for each role of the demonstration, by the name of the role; those that are there stay as they are.

    They have no password: they sign in by link.
    """
    return {
        "administrator": _user("administrator", "Ada Minister", make=User.objects.create_superuser),
        "officer": _user("officer", "Odile Feuerbach"),
        "lead": _user("lead", "Lisbet Nyholm"),
        "host": _user("host", "Hubert van Overkant"),
        "coordinator": _user("coordinator", "Kaja Emajõgi"),
    }


def give_roles(users: dict[str, User]) -> None:
    """Let each user do in the demonstration what their role is for."""
    project = Project.objects.select_related("programme").get(source_key=SOURCE_KEY)
    partners = {partner.organisation.city: partner for partner in project.partners.select_related("organisation")}
    _role(users["officer"], Role.OFFICER, programme=project.programme)
    _role(users["lead"], Role.LEAD, project=project)
    _role(users["host"], Role.COORDINATOR, partner=partners["Maastricht"])
    _role(users["coordinator"], Role.COORDINATOR, partner=partners["Tartu"])


def _user(role: str, name: str, *, make: Callable[..., User] = User.objects.create_user) -> User:
    email = f"{role}@example.org"
    return User.objects.filter(email__iexact=email).first() or make(email, name=name)


def _role(user: User, role: str, **about: Programme | Project | Partner) -> None:
    Membership.objects.get_or_create(user=user, **about, defaults={"role": role})


def remove() -> None:
    """Take the demonstration away, with what people typed into it since. Users and what others use as well stay."""
    with calendar_changes_at_once():
        of_project = {"registration__event__project__source_key": SOURCE_KEY}
        # It was made up: nothing of it is evidence.
        Project.objects.filter(source_key=SOURCE_KEY).update(evidence_kept_until=date.min)
        OutcomeRating.objects.filter(**{f"feedback__{name}": value for name, value in of_project.items()}).delete()
        Feedback.objects.filter(**of_project).delete()
        OutcomeRating.objects.filter(feedback__event__project__source_key=SOURCE_KEY).delete()
        Feedback.objects.filter(event__project__source_key=SOURCE_KEY).delete()
        take_away()
        take_back()
        take_surveys_away()
        AttendanceRecord.objects.filter(**of_project).delete()
        Registration.objects.filter(event__project__source_key=SOURCE_KEY).delete()
        Person.objects.filter(project__source_key=SOURCE_KEY).delete()
        Event.objects.filter(project__source_key=SOURCE_KEY).delete()
        Project.objects.filter(source_key=SOURCE_KEY).delete()
        rows: list[Model] = [
            *Programme.objects.filter(name=PROGRAMME),
            *_named(Venue.objects, CONTENT["venues"]),
            *_named(Site.objects, CONTENT["sites"]),
            # Whoever registered elsewhere may have been matched with one of these.
            *_named(Organisation.objects.filter(registrations=None), CONTENT["partners"]),
            *_named(Organisation.objects.filter(registrations=None), CONTENT["stakeholders"]),
        ]
        for row in rows:
            _delete_unless_used(row)


def _named(rows: Manager | QuerySet, content: list[dict]) -> Iterator[Model]:
    for values in content:
        yield from rows.filter(name=values["name"], city=values["city"], country=TOWNS[values["city"]].country)


def _delete_unless_used(row: Model) -> None:
    try:
        row.delete()
    except ProtectedError:
        # Somebody used it for something of their own: then it is theirs.
        return
