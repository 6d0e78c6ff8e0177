"""The mails about one registration, each written in the transaction of what it tells."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from zlib import crc32

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.letters import absolute_url, render_letter
from accounts.models import Mail
from events.ical import event_file
from events.models import Event
from events.times import dates_in_words, instant_in_words, when_in_words
from events.where import where_in_words

from .models import Offer, Registration

# Asked for more often than this, the link is mailed once.
LINK_AGAIN_AFTER = timedelta(minutes=10)


def state(registration: Registration) -> Mail | None:
    """Say how the registration stands: confirmed, on the waiting list, or offered a place."""
    if registration.state == Registration.State.WAITING:
        return _write("waiting", registration, place=registration.place_in_line)
    if registration.state == Registration.State.OFFERED:
        return offer(registration.offers.get(outcome=""))
    return _write("confirmed", registration, with_calendar=True)


def back_again(registration: Registration, cancelled_at: datetime) -> Mail | None:
    """Say that cancelling was undone."""
    return _write("confirmed", registration, key=str(cancelled_at.timestamp()), with_calendar=True)


def offer(offer: Offer) -> Mail | None:
    return _write("offer", offer.registration, key=str(offer.pk), until=offer.expires_at)


def offer_expired(offer: Offer) -> Mail | None:
    return _write("offer_expired", offer.registration, key=str(offer.pk), until=offer.expires_at)


def cancelled(registration: Registration) -> Mail | None:
    return _write("cancelled", registration, until=registration.seat_held_until)


def link(registration: Registration, *, at: datetime | None = None) -> Mail | None:
    """Send the link of a registration again."""
    at = at or timezone.now()
    return _write("link", registration, key=str(int(at.timestamp() // LINK_AGAIN_AFTER.total_seconds())))


def address_changed(registration: Registration, old_address: str) -> Mail | None:
    """Tell the old address that mails go elsewhere from now on."""
    return _write("address_changed", registration, to=old_address)


def calendar_file(registration: Registration) -> bytes:
    """Return the event for the calendar of one person, with the link to their registration; b"" without any date.

    How to join online is told to those only who have a place.
    """
    event, language = registration.event, registration.language
    return event_file(
        event,
        language=language,
        join_url=event.join_url if registration.is_confirmed else "",
        manage_url=absolute_url("registrations:registration", registration.code, language=language),
    )


def _write(
    name: str,
    registration: Registration,
    *,
    key: str = "",
    to: str = "",
    until: datetime | None = None,
    with_calendar: bool = False,
    **facts: Hashable,
) -> Mail | None:
    event, language, to = registration.event, registration.language, to or registration.email
    # An act that is repeated finds its mail written; another act, or the same for another address, does not.
    key = f"{name}:{registration.pk}:{key or registration.changed_at.timestamp()}:{crc32(to.casefold().encode()):x}"
    letter = render_letter(
        name,
        {**_context(registration), **_deadline(event, until, language), **facts},
        personal=_personal(registration),
        language=language,
    )
    attachments = []
    if with_calendar and (file := calendar_file(registration)):
        attachments.append((f"{event.slug}.ics", "text/calendar", file))
    return outbox.write(
        key=key,
        to=to,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        language=language,
        reply_to=event.contact_email,
        attachments=attachments,
    )


def _context(registration: Registration) -> dict[str, Hashable]:
    """What a letter says that it also says to others: of the event, and how somebody takes part."""
    event, language = registration.event, registration.language
    with translation.override(language):
        title = event.in_language("title", language).text
        when, where = when_in_words(event), where_in_words(event)
        facts = [(gettext("When"), when), (gettext("Where"), where)]
        if event.bring:
            facts.append((gettext("Bring"), event.bring))
    return {
        "project": event.project.acronym,
        "title": title,
        "facts": tuple(facts),
        "event_in_short": _in_short(event, title, language),
        "join_url": event.join_url,
        "contact_email": event.contact_email or settings.CONTACT_EMAIL,
        "event_url": absolute_url("events:event", event.slug, language=language),
        "mode": registration.mode,
        "is_confirmed": registration.is_confirmed,
        "by_host": registration.cancelled_by == Registration.CancelledBy.HOST,
        "reason": registration.cancel_reason,
    }


def _personal(registration: Registration) -> dict[str, str]:
    code, language = registration.code, registration.language
    return {
        "name": registration.name,
        "email": registration.email,
        "manage_url": absolute_url("registrations:registration", code, language=language),
        "offer_url": absolute_url("registrations:accept_offer", code, language=language),
    }


def _in_short(event: Event, title: str, language: str) -> str:
    """What subjects name an event by: “Round table, 20 May 2027, Maastricht”."""
    with translation.override(language):
        town = gettext("Online") if event.mode == Event.Mode.ONLINE else event.venue.city if event.venue else ""
        dates = dates_in_words(event.starts_on, event.ends_on) if event.has_exact_date else ""
    return ", ".join(part for part in (title, dates, town) if part)


def _deadline(event: Event, until: datetime | None, language: str) -> dict[str, str]:
    return {"until": instant_in_words(until, event.zone, language)} if until else {}
