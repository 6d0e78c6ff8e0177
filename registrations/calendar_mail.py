"""The event in the calendar of somebody with a seat: the invitation in their mails, and the file (RFC 5546, RFC 6047).

Mails that confirm a seat, tell of a change or take the seat back carry an invitation as another form of their text, so
that calendars enter, move or strike out the event by themselves. Its organizer is the address that reads answers; where
there is none, a plain file is attached and nobody is invited. Whoever waits, or is offered a place, gets neither.

SEQUENCE is that of the event plus how often this invitation was taken back or sent anew, so that the newest message has
the highest one, whatever happened to event and seat in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote

from django.db.models import Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact
from django.utils import timezone, translation
from django.utils.translation import pgettext
from icalendar import vCalAddress, vText
from icalendar.parser import Contentline, Parameters

from accounts.letters import absolute_url
from accounts.outbox import one_line, sender_address
from events.ical import FORMAT_EPOCH, KEPT_ENTRIES, Entry, Personal, calendar_bytes, component_of, entry

from .compiled import Compiled
from .models import Registration
from .online.joining import join_address

# What a mail address may hold that an address on the web need not escape. Calendars compare it as it stands.
_PLAIN = "@!$&'*+-/=^_`{|}~.:[]"


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with a mail: triples of file name, mimetype and content, as `outbox.write` takes them."""

    attachments: Sequence[tuple[str, str, bytes]] = ()
    alternatives: Sequence[tuple[str, str, bytes]] = ()


NOTHING = Enclosed()


def enclosed(registration: Registration, *, at: datetime | None = None) -> Enclosed:
    """Return the invitation for somebody with a seat, or what takes it back, and the same as a file to be saved.

    Nothing for whoever never had a seat, and for an event without any date.
    """
    if not _had_a_seat(registration) or (shown := _entry_for(registration)) is None:
        return NOTHING
    file_name, organizer = f"{registration.event.slug}.ics", registration.event.contact
    fragment = _fragment(shown)
    file = calendar_bytes([fragment])
    if not organizer:
        return Enclosed(attachments=[(file_name, "text/calendar", file)] if registration.is_live else [])
    if not registration.is_live and _has_another_seat(registration):
        # Two people of one mailbox share its calendar: the entry is still right for the other.
        return NOTHING
    method = "CANCEL" if shown.status == "CANCELLED" else "REQUEST"
    invitation = calendar_bytes([_invitation(fragment, registration, organizer, at or timezone.now())])
    return Enclosed(
        # Called so, as Google does, the file is not taken for a second message to the calendar.
        attachments=[(file_name, "application/ics", file)] if registration.is_live else [],
        alternatives=[("invitation.ics", f"text/calendar; method={method}", _with_method(invitation, method))],
    )


def calendar_file(registration: Registration) -> bytes:
    """Return the event for the calendar of one person, with the link to their registration; b"" without any date.

    It says so when the person cancelled. How to join online is told to those only who have a place.
    """
    shown = _entry_for(registration)
    return calendar_bytes([_fragment(shown)]) if shown else b""


def personal(registration: Registration, *, manage_url: str = "") -> Personal:
    """Return what the calendar of one person says about an event beyond what it says to everybody."""
    may_join = registration.is_confirmed and not registration.event.is_cancelled
    return Personal(
        join_url=join_address(registration) if may_join else "",
        manage_url=manage_url,
        # In public calendars several days are a note; whoever takes part is away on them.
        blocks_days=registration.is_confirmed,
        is_tentative=registration.is_live and not registration.is_confirmed,
    )


# --- What it shows -----------------------------------------------------------------------------------------------


def _had_a_seat(registration: Registration) -> bool:
    return registration.is_confirmed or (not registration.is_live and registration.confirmed_at is not None)


def _has_another_seat(registration: Registration) -> bool:
    return bool(_OTHER_SEATS.tuples(event=registration.event_id, but=registration.pk, email=registration.email))


# Asked before the lock of each seat that is given back. `iexact` would put signs of its own into the address.
_OTHER_SEATS = Compiled(
    lambda event, but, email: (
        Registration.objects.confirmed()
        .filter(Exact(Upper("email"), Upper(Value(email))), event=event)
        .exclude(pk=but)
        .order_by()
        .values_list("pk")[:1]
    ),
    "event",
    "but",
    email=str,
)


def _entry_for(registration: Registration) -> Entry | None:
    event, language = registration.event, registration.language
    manage_url = absolute_url("registrations:registration", registration.code, language=language)
    shown = entry(event, language, personal(registration, manage_url=manage_url))
    if shown is None:
        return None
    shown = replace(shown, sequence=event.sequence + registration.invitation_revision)
    if registration.is_live or event.is_cancelled:
        return shown
    with translation.override(language):
        # Outlook shows no STATUS.
        summary = pgettext("title of a calendar entry", "CANCELLED: %(entry)s") % {"entry": shown.summary}
    changed_at = max(shown.changed_at, registration.changed_at)
    return replace(shown, summary=summary, status="CANCELLED", is_transparent=True, busy="FREE", changed_at=changed_at)


# --- Bytes -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=KEPT_ENTRIES)
def _shared(shown: Entry) -> bytes:
    return component_of(shown).to_ical()


def _fragment(shown: Entry) -> bytes:
    # What people get of the same event differs in the description and, once it was taken back, in the instant of that:
    # only these lines are written for each of them.
    fragment = _shared(replace(shown, description="", changed_at=FORMAT_EPOCH))
    description = _line("DESCRIPTION", vText(shown.description))
    fragment = fragment.replace(b"\r\nDESCRIPTION:\r\n", b"\r\n" + description, 1)
    return _at(_at(fragment, b"DTSTAMP", shown.changed_at), b"LAST-MODIFIED", shown.changed_at)


def _at(fragment: bytes, name: bytes, at: datetime) -> bytes:
    """Put another instant into the line of this name."""
    before, line, rest = fragment.partition(b"\r\n" + name + b":")
    return before + line + f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode() + b"\r\n" + rest.partition(b"\r\n")[2]


def _invitation(fragment: bytes, registration: Registration, organizer: str, at: datetime) -> bytes:
    host = registration.event.host
    name = host.organisation.name if host else registration.event.project.acronym
    people = _organizer(organizer, name, sender_address()) + _line(
        "ATTENDEE",
        vCalAddress(_mailto(registration.email)),
        {
            "CN": one_line(registration.name),
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": "ACCEPTED",
            "RSVP": "FALSE",
        },
    )
    # With a METHOD the stamp says when the message was made (RFC 5545 §3.8.7.2).
    return _at(fragment, b"DTSTAMP", at).replace(
        b"\r\nEND:VEVENT", b"\r\n" + people.removesuffix(b"\r\n") + b"\r\nEND:VEVENT", 1
    )


@lru_cache(maxsize=KEPT_ENTRIES)
def _organizer(organizer: str, name: str, sender: str) -> bytes:
    acting = {} if sender.casefold() == organizer.casefold() else {"SENT-BY": _mailto(sender)}
    return _line("ORGANIZER", vCalAddress(_mailto(organizer)), {"CN": one_line(name), **acting})


def _with_method(calendar: bytes, method: str) -> bytes:
    return calendar.replace(b"\r\nVERSION:2.0\r\n", f"\r\nVERSION:2.0\r\nMETHOD:{method}\r\n".encode(), 1)


def _line(name: str, value: vText | vCalAddress, params: dict[str, str] | None = None) -> bytes:
    return Contentline.from_parts(name, Parameters(params or {}), value).to_ical() + b"\r\n"


def _mailto(address: str) -> str:
    return f"mailto:{quote(address, safe=_PLAIN)}"
