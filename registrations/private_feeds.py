"""Private calendars: named subscriptions whose address is a secret, and what each shows whenever it is asked for.

Of an address only a hash is kept, so it is shown once. What a calendar shows is decided anew at each poll, by the rules
that decide what its holder sees on pages: whoever loses a role goes on with what everybody sees, and nothing has to be
taken back for it. Only what was stopped by its holder, or belongs to an account that was closed, is gone for good.
docs/decisions/private-calendars.md says why.
"""

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from accounts.periodic import every
from events.entries import calendar_of
from events.ical import Personal, deadline_vevent
from events.models import Event, EventQuerySet
from events.patience import written_if_possible
from events.polling import CalendarBody
from projects.models import Partner, Project

from . import calendar_mail
from .models import PrivateFeed, Registration

# 192 random bits.
TOKEN_OCTETS = 24
_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
# Enough for every device somebody has; each is one more address that can get lost.
MOST_OF_ONE_HOLDER = 20
# Programs go on asking for an address long after it was stopped; for so long they are told that it is gone.
STOPPED_ARE_KEPT = timedelta(days=365)
# A deadline stays in the calendar for a while after it has passed.
DEADLINES_STAY = timedelta(days=30)

Kind = PrivateFeed.Kind

# Words in the names by which programs introduce themselves, the particular before the general.
_PROGRAMS = (
    ("google", "Google Calendar"),
    ("thunderbird", "Thunderbird"),
    ("outlook", "Outlook"),
    ("microsoft", "Outlook"),
    ("exchange", "Outlook"),
    ("icsx5", "ICSx5"),
    ("nextcloud", "Nextcloud"),
    ("evolution", "Evolution"),
    ("vdirsyncer", "vdirsyncer"),
    ("dataaccessd", "Apple Calendar"),
    ("calendaragent", "Apple Calendar"),
    ("ios", "Apple Calendar"),
    ("mac", "Apple Calendar"),
)


# --- Making and stopping -----------------------------------------------------------------------------------------


def make(feed: PrivateFeed) -> str:
    """Store a private calendar and return its address: from now on nobody can read it anywhere but at its holder's."""
    token = secrets.token_urlsafe(TOKEN_OCTETS)
    feed.token_hash = _hash(token)
    feed.save()
    return settings.SITE_URL + reverse("private_calendars:feed", args=[token])


def find(token: str) -> PrivateFeed | None:
    """Return the private calendar with this token, stopped ones too; None for anything that is no token."""
    if not _TOKEN.fullmatch(token):
        return None
    holders = ("user", "person", "partner__project", "partner__organisation")
    return PrivateFeed.objects.select_related(*holders).filter(token_hash=_hash(token)).first()


def stop(feed: PrivateFeed, *, at: datetime | None = None) -> None:
    """Let the address of a private calendar work no longer, for good; a second time changes nothing."""
    PrivateFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=at or timezone.now())


def is_gone(feed: PrivateFeed) -> bool:
    """Whether its address was stopped by its holder, or the holder may not sign in any more."""
    return feed.revoked_at is not None or (feed.user is not None and not feed.user.is_active)


def note_use(feed: PrivateFeed, request: HttpRequest, *, on: date | None = None) -> None:
    """Note that a calendar was fetched, and by which program: once a day, so that polls are not writes."""
    on = on or timezone.now().date()
    if feed.last_used_on == on:
        return
    program = program_of(request.headers.get("User-Agent", ""))
    todays = PrivateFeed.objects.filter(pk=feed.pk).exclude(last_used_on=on)
    written_if_possible(lambda: todays.update(last_used_on=on, last_used_by=program))


def program_of(agent: str) -> str:
    """Return the name of a calendar program; “” for one that we do not know. What it said of itself is not kept."""
    agent = agent.casefold()
    return next((name for word, name in _PROGRAMS if word in agent), "")


def partners_of(user: User) -> QuerySet[Partner]:
    """Return the partners whose calendar this user may have: those they coordinate, and all of projects they lead."""
    led = Project.objects.led_by(user).values("pk")
    coordinated = Partner.objects.coordinated_by(user).values("pk")
    partners = Partner.objects.filter(Q(project__in=led) | Q(pk__in=coordinated))
    return partners.select_related("project", "organisation").order_by("project__acronym", "number")


@every(minutes=24 * 60)
def forget_stopped_feeds(*, at: datetime | None = None) -> int:
    """Delete what was stopped a year ago; return how many."""
    number, _by_model = PrivateFeed.objects.filter(revoked_at__lt=(at or timezone.now()) - STOPPED_ARE_KEPT).delete()
    return number


def _hash(token: str) -> str:
    # The token is random, so nobody can guess it from its hash, however fast that is made.
    return hashlib.sha256(token.encode()).hexdigest()


# --- What it shows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shown:
    name: str
    page: str
    events: EventQuerySet
    whole_programme: EventQuerySet
    personal: dict[int, Personal] = field(default_factory=dict)
    more: list[bytes] = field(default_factory=list)


def calendar(feed: PrivateFeed, *, at: datetime | None = None) -> CalendarBody:
    """Return the calendar as its holder may see it at this moment (default: now)."""
    at = at or timezone.now()
    with translation.override(feed.language):
        shown = _shown(feed, at)
        octets = calendar_of(
            shown.events,
            language=feed.language,
            name=shown.name,
            # No source: whoever passes the file on would pass the address on with it.
            page=settings.SITE_URL + shown.page,
            with_sessions=feed.with_sessions,
            whole_programme=shown.whole_programme,
            personal=shown.personal,
            on=at.date(),
            more=shown.more,
        )
    return CalendarBody.of(octets, key=f"private:{feed.pk}")


def _shown(feed: PrivateFeed, at: datetime) -> _Shown:
    if feed.kind == Kind.PARTNER and feed.user is not None and feed.partner is not None:
        return _of_partner(feed.user, feed.partner, at)
    if feed.kind == Kind.ORGANISED and feed.user is not None:
        return _Shown(
            name=gettext("Events that I organise"),
            page=reverse("registrations:organise"),
            events=Event.objects.organised_by(feed.user),
            whole_programme=_with_a_role(feed.user),
        )
    return _of_registrations(feed)


def _with_a_role(user: User) -> EventQuerySet:
    """Events of projects in which a user has a role: of those they see the whole programme."""
    return Event.objects.filter(project__in=Project.objects.with_member(user).values("pk"))


def _of_partner(user: User, partner: Partner, at: datetime) -> _Shown:
    hosted = Event.objects.of_partner(partner).values("pk")
    of_project = Event.objects.of_project(partner.project).values("pk")
    events = Event.objects.visible_to(user).published().filter(Q(pk__in=hosted) | Q(pk__in=of_project))
    has_role = partners_of(user).filter(pk=partner.pk).exists()
    return _Shown(
        name=gettext("%(partner)s (%(project)s)")
        % {"partner": partner.organisation.name, "project": partner.project.acronym},
        page=partner.project.get_absolute_url(),
        events=events,
        whole_programme=_with_a_role(user),
        # What is due is the business of those who act for the partner.
        more=list(_deadlines(events, at)) if has_role else [],
    )


def _deadlines(events: EventQuerySet, at: datetime) -> Iterator[bytes]:
    closing = events.filter(
        status=Event.Status.ANNOUNCED,
        registration_opens_at__isnull=False,
        registration_closes_at__gte=at - DEADLINES_STAY,
    )
    language = translation.get_language() or settings.LANGUAGE_CODE
    for event in closing.order_by("registration_closes_at", "pk"):
        if event.registration_closes_at is not None:
            title = event.in_language("title", language).text
            yield deadline_vevent(
                f"registration-closes-{event.uid}",
                summary=gettext("Registration closes: %(title)s") % {"title": title},
                description="",
                page=settings.SITE_URL + event.get_absolute_url(),
                category=gettext("Deadline"),
                at=event.registration_closes_at,
                changed_at=event.changed_at,
            )


def _of_registrations(feed: PrivateFeed) -> _Shown:
    """The events somebody comes to, or waits for. Who cancelled, sees them no longer."""
    registrations = Registration.objects.live().filter(event__in=Event.objects.published())
    if feed.person is not None:
        # Who was found to be somebody else goes on with what was registered under this address, and sees no more.
        moved = Q(person=feed.person.merged_into_id, email__iexact=feed.person.email)
        registrations = registrations.filter(Q(person=feed.person) | moved)
        page = reverse("events:events")
    else:
        address = feed.user.email if feed.user else ""
        registrations = registrations.filter(email__iexact=address)
        page = reverse("registrations:organise")
    # Of two people with one mailbox, whoever has a seat counts.
    mine = sorted(registrations.select_related("event"), key=lambda registration: registration.is_confirmed)
    return _Shown(
        name=gettext("My registrations"),
        page=page,
        events=Event.objects.filter(pk__in=[registration.event_id for registration in mine]),
        whole_programme=_with_a_role(feed.user) if feed.user else Event.objects.none(),
        personal={registration.event_id: _personal(registration) for registration in mine},
    )


def _personal(registration: Registration) -> Personal:
    notes = {
        Registration.State.WAITING: gettext("You are on the waiting list."),
        Registration.State.OFFERED: gettext("A place is held for you. The link in your mail accepts it."),
        Registration.State.FOR_APPROVAL: gettext("Your registration waits for approval."),
    }
    own = calendar_mail.personal(registration)
    return Personal(
        join_url=own.join_url,
        note=notes.get(Registration.State(registration.state), ""),
        blocks_days=own.blocks_days,
        is_tentative=own.is_tentative,
    )
