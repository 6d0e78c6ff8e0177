"""What an event still lacks: before it is announced, and after it took place. For its organisers only."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext

from .models import Event


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, where it is mended, and whether nothing goes on without it."""

    words: str
    address: str
    is_needed: bool = False


def before_announcing(event: Event) -> list[Missing]:
    """Return what people look for on the page of an announced event and would not find, what is needed first."""
    plan, texts = reverse("events:plan", args=[event.slug]), reverse("events:organise_event", args=[event.slug])
    missing = []
    if event.starts_on is None:
        missing.append(Missing(gettext("The date, or at least its month"), plan, is_needed=True))
    elif not event.has_exact_date:
        missing.append(Missing(gettext("The exact date: registration cannot open without it"), plan))
    elif event.start_time is None:
        missing.append(Missing(gettext("When it starts"), plan))
    if not event.mode:
        missing.append(Missing(gettext("Whether people meet on site, online or both"), plan))
    elif event.mode != Event.Mode.ONLINE and (event.venue is None or event.venue.is_only_a_town):
        missing.append(Missing(gettext("The venue"), plan))
    if event.mode in (Event.Mode.ONLINE, Event.Mode.HYBRID) and not event.join_url:
        missing.append(Missing(gettext("The address to join online"), plan))
    if event.registration_opens_at is None:
        missing.append(Missing(gettext("When registration opens"), texts))
    if not event.summary:
        missing.append(Missing(gettext("A summary"), texts))
    if event.host_id is None:
        missing.append(Missing(gettext("The host"), texts))
    if not event.contact_email:
        missing.append(Missing(gettext("Whom to ask"), texts))
    return missing


def after_holding(event: Event, *, at: datetime | None = None) -> list[Missing]:
    """Return what an event that is over still lacks, as far as events know. Who came is known to registrations."""
    at = at or timezone.now()
    if not event.is_published or event.is_cancelled or event.is_postponed or not event.is_over(at=at):
        return []
    plan, texts = reverse("events:plan", args=[event.slug]), reverse("events:organise_event", args=[event.slug])
    missing = []
    if event.status != Event.Status.HELD:
        missing.append(Missing(gettext("The note that it took place"), plan))
    if event.starts_on is None:
        missing.append(Missing(gettext("When it took place"), plan))
    if event.reported_participants is None:
        missing.append(Missing(gettext("How many people took part, as you report it"), texts))
    if event.feedback_closes_on is None:
        missing.append(Missing(gettext("Until when people give feedback"), texts))
    due = [str(evidence.name) for evidence in event.kind.evidence]
    there = event.documents.count() if due else 0
    if there < len(due):
        words = gettext("Documents that are expected: %(names)s. There are %(count)s.")
        missing.append(Missing(words % {"names": ", ".join(due), "count": there}, documents_address(event) or texts))
    return missing


def documents_address(event: Event) -> str:
    """Return the organisers' page of an event's documents; "" where there is none."""
    try:
        return reverse("events:organise_documents", args=[event.slug])
    except NoReverseMatch:
        return ""
