"""Who was registered and who came: one row for each person at each event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from events.models import Event
from projects.search import fold
from registrations.models import AttendanceRecord, Invitation, Registration
from registrations.models.attendance import What, weight

from ..rows import Guest
from ..subject import Subject


def registrations_of(subject: Subject) -> QuerySet[Registration]:
    """Return the registrations that a subject is about.

    Of a partner, those of its delegations and those matched with its organisation; else all, of whatever event.
    """
    partner = subject.partner
    if partner is None:
        return Registration.objects.all()
    return Registration.objects.filter(Q(delegation__partner=partner) | Q(organisation=partner.organisation_id))


def invited(events: Iterable[int], *, at: datetime) -> dict[int, int]:
    """Return to how many a personal link had been sent, by the keys of events; one query.

    Of a link that was sent again only the last instant is known, so it counts from when it was made.
    """
    sent = Invitation.objects.filter(event__in=events, made_at__lte=at, sent_at__isnull=False)
    return dict(sent.order_by().values_list("event").annotate(n=Count("pk")))


def presence(events: Iterable[int], *, at: datetime) -> tuple[dict[int, set[date]], set[int]]:
    """Return the days on which each registration was present, and the events that have any record.

    See also AttendanceQuerySet.present and registrations/attendance: of the acts on one day that were not taken back
    until then the last one counts, and a session alone makes no day.
    """
    records = AttendanceRecord.objects.filter(registration__event__in=events, session__isnull=True, recorded_at__lte=at)
    of_record = ("registration_id", "registration__event_id", "day", "happened_at", "act", "what", "how", "undoes")
    rows = list(records.values_list(*of_record))
    undos = {(row[0], row[-1]) for row in rows if row[-1]}
    latest: dict[tuple[int, date], tuple[datetime, int, bool]] = {}
    with_records = set()
    for registration_id, event_id, day, happened_at, act, what, how, _undoes in rows:
        with_records.add(event_id)
        if what not in (What.IN, What.ABSENT) or (registration_id, act) in undos:
            continue
        said = (happened_at, weight(what, how), what == What.IN)
        latest[registration_id, day] = max(latest.get((registration_id, day), said), said)
    days: dict[int, set[date]] = defaultdict(set)
    for (registration_id, day), (_happened_at, _weight, is_present) in latest.items():
        if is_present:
            days[registration_id].add(day)
    return days, with_records


def guests_of(
    subject: Subject, events: dict[int, Event], days: dict[int, set[date]], *, at: datetime
) -> tuple[tuple[Guest, ...], tuple[Guest, ...]]:
    """Return the guests of events by their keys, and those who were seen though their registration is cancelled.

    `days` is what `presence` returns. Both are in the order of the events, then of names. One query.
    """
    registrations = registrations_of(subject).filter(event__in=events, joined_at__lte=at)
    # Of two persons who were joined the other one keeps a registration where both have one for the same event.
    registrations = registrations.annotate(human=Coalesce("person__merged_into", "person"))
    guests: dict[tuple[int, int], Guest] = {}
    contradictions = []
    for registration in registrations.select_related("organisation", "delegation").order_by("joined_at", "pk"):
        was_cancelled = registration.cancelled_at is not None and registration.cancelled_at <= at
        organisation = registration.organisation
        guest = Guest(
            registrations=(registration.pk,),
            person_id=registration.human,
            event=events[registration.event_id],
            name=registration.name,
            organisation=organisation.name if organisation else registration.organisation_name,
            organisation_id=registration.organisation_id,
            country=registration.country.code or "",  # type: ignore[attr-defined]
            country_name=registration.country.name,  # type: ignore[attr-defined]
            region=organisation.nuts[:4] if organisation else "",
            organisation_kind=organisation.kind if organisation else "",
            partner_id=delegation.partner_id if (delegation := registration.delegation) else None,
            is_registered=(
                not was_cancelled and registration.confirmed_at is not None and registration.confirmed_at <= at
            ),
            days=tuple(sorted(days.get(registration.pk, ()))),
        )
        if was_cancelled:
            if guest.has_attended:
                contradictions.append(guest)
        elif guest.is_registered or guest.has_attended:
            one = guest.person_id, registration.event_id
            guests[one] = _together(guests[one], guest) if one in guests else guest
    order = {pk: position for position, pk in enumerate(events)}

    def in_order(found: Iterable[Guest]) -> tuple[Guest, ...]:
        return tuple(sorted(found, key=lambda guest: (order[guest.event.pk], fold(guest.name), guest.registrations)))

    return in_order(guests.values()), in_order(contradictions)


def _together(first: Guest, second: Guest) -> Guest:
    """Return two registrations of one person for one event as one guest."""
    came_as = second if second.has_attended and not first.has_attended else first
    return replace(
        came_as,
        registrations=first.registrations + second.registrations,
        is_registered=first.is_registered or second.is_registered,
        days=tuple(sorted({*first.days, *second.days})),
    )
