"""What an event still lacks: before it is announced, and after it took place. For its organisers only.

What is asked depends on the kind of the event: its switches and the documents that it expects (models/kinds.py).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext

from .models import Document, Event, EvidenceKind
from .models.kinds import Due

# Returns what shows that a piece of evidence was there at an instant, for events by their keys: rows of `trace`.
Keeper = Callable[[Collection[int], datetime], Iterable[QuerySet]]

# Evidence that is more than a document, and kept by an app that stands above events.
_KEPT_ELSEWHERE: dict[str, Keeper] = {}


def kept_elsewhere(key: str, traces: Keeper) -> None:
    """Let a higher app answer for which events a piece of evidence is there. `key` is one of EvidenceKind."""
    _KEPT_ELSEWHERE[key] = traces


def trace(found: QuerySet, piece: Any, *, event: str = "event", day: Any = None) -> QuerySet:
    """Return rows (key of the event, piece of evidence, day) of a queryset, made so that one query reads many such.

    `piece` and `day` are a field's name or an expression; a day of None is a piece that belongs to no day.
    """
    return found.order_by().values_list(F(event), piece, day or Cast(Value(None), DateField()))


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, where it is mended, and whether nothing goes on without it.

    `is_warning`: its kind asks for it, so an organiser announces without it only knowingly.
    """

    words: str
    address: str
    is_needed: bool = False
    is_warning: bool = False


def before_save_the_date(event: Event) -> list[Missing]:
    """Return what must be there before an event is published as a save the date."""
    return list(_date(event)) if event.starts_on is None else []


def before_announcing(event: Event) -> list[Missing]:
    """Return what people look for on the page of an announced event and would not find, what matters most first.

    Needed is what a reader must know to come or to decide: when, where, and who invites. What the kind of the event
    asks for beyond that is a warning: a programme that is not agreed yet keeps nobody from saying when and where.
    At most four queries, however long the programme is.
    """
    found = [*_date(event), *_place(event), *_texts(event), *_of_its_kind(event)]
    return sorted(found, key=lambda one: (not one.is_needed, not one.is_warning))


def still_missing(event: Event, *, at: datetime | None = None) -> list[Missing]:
    """Return what the editor of an event lists: what is needed or warned of while it is ahead, then what is due."""
    at = at or timezone.now()
    if event.is_cancelled or event.is_postponed or event.is_over(at=at):
        return after_holding(event, at=at)
    return [one for one in before_announcing(event) if one.is_needed or one.is_warning]


def _date(event: Event) -> Iterator[Missing]:
    plan = _page(event, "plan")
    if event.starts_on is None:
        yield Missing(gettext("The date, or at least its month"), plan, is_needed=True)
    elif not event.has_exact_date:
        yield Missing(gettext("The exact date: registration cannot open without it"), plan)
    elif event.start_time is None:
        yield Missing(gettext("When it starts"), plan)


def _place(event: Event) -> Iterator[Missing]:
    plan = _page(event, "plan")
    # A place that is said to be open is an answer, too.
    is_open = event.place_to_be_confirmed
    if not event.mode:
        words = gettext("Whether people meet on site, online or both")
        yield Missing(words, plan, is_needed=not is_open, is_warning=is_open)
    elif event.mode != Event.Mode.ONLINE and event.venue is None:
        words = gettext("The venue, or at least its town; or say that the place is to be confirmed")
        yield Missing(words, plan, is_needed=not is_open, is_warning=is_open)
    elif event.mode != Event.Mode.ONLINE and event.venue is not None and event.venue.is_only_a_town:
        yield Missing(gettext("The venue"), plan)
    if event.has_online_part and not event.join_url:
        yield Missing(gettext("The address to join online"), plan)


def _texts(event: Event) -> Iterator[Missing]:
    texts, kind = _page(event, "organise_event"), event.kind
    if event.host_id is None:
        yield Missing(gettext("The host"), texts, is_needed=True)
    if not event.contact_email:
        # People come from far for these, and somebody must hear of a missed train.
        is_warning = kind.has_delegations or kind.asks_for_phone or kind.visits_sites
        yield Missing(gettext("Whom to ask"), texts, is_warning=is_warning)
    if event.registration_opens_at is None:
        yield Missing(gettext("When registration opens"), texts)
    if not event.summary:
        yield Missing(gettext("A summary"), texts)
    if kind.is_numbered and event.number is None:
        yield Missing(gettext("Its number in the series"), texts)
    if kind.is_public and event.visibility != Event.Visibility.PUBLIC:
        yield Missing(gettext("That everybody sees it: this kind of event is open to the public"), texts)


def _of_its_kind(event: Event) -> Iterator[Missing]:
    texts, kind = _page(event, "organise_event"), event.kind
    if kind.has_importing_partner and event.importing_partner_id is None:
        yield Missing(gettext("Who carries the practice home"), texts, is_warning=True)
    if kind.has_importing_partner or kind.shows_practices:
        has_practices = event.practices.exists()
        if kind.has_importing_partner and not has_practices:
            yield Missing(gettext("The good practice that is carried home"), texts, is_warning=True)
        elif not has_practices and not event.themes:
            yield Missing(gettext("Its themes, or the good practices that it shows"), texts, is_warning=True)
    yield from _programme(event)


def _programme(event: Event) -> Iterator[Missing]:
    programme, kind = _page(event, "organise_programme"), event.kind
    sessions = list(event.sessions.select_related("site"))
    if not sessions and event.programme_follows_on is None:
        words = gettext("The programme, or the day by which it follows")
        yield Missing(words, programme)
    if kind.visits_sites and event.mode != Event.Mode.ONLINE:
        sites = list(dict.fromkeys(session.site for session in sessions if session.site))
        if not sites:
            yield Missing(gettext("A site that is visited, in the programme"), programme, is_warning=True)
        elif not any(site.has_rules for site in sites):
            words = gettext("What %(site)s asks of visitors: identity document, shoes, photos, or that it asks nothing")
            address = reverse("events:edit_place", args=["sites", sites[0].pk])
            yield Missing(words % {"site": sites[0]}, address, is_warning=True)
    if kind.has_speakers and not any(session.speaker for session in sessions) and not event.speakers.exists():
        yield Missing(gettext("Who speaks"), _page(event, "organise_speakers"))


def has_taken_place(event: Event, *, at: datetime | None = None) -> bool:
    """Whether an event is over at an instant (default: now) and was neither called off nor put off."""
    return event.is_published and not event.is_cancelled and not event.is_postponed and event.is_over(at=at)


def after_holding(event: Event, *, at: datetime | None = None) -> list[Missing]:
    """Return what an event that is over still lacks, as far as events know. Who came is known to registrations."""
    if not has_taken_place(event, at=at):
        return []
    plan, texts = _page(event, "plan"), _page(event, "organise_event")
    missing = []
    if event.status != Event.Status.HELD:
        missing.append(Missing(gettext("The note that it took place"), plan))
    if event.starts_on is None:
        missing.append(Missing(gettext("When it took place"), plan))
    if event.reported_participants is None:
        missing.append(Missing(gettext("How many people took part, as you report it"), texts))
    if event.feedback_closes_on is None:
        missing.append(Missing(gettext("Until when people give feedback"), texts))
    if due := evidence_missing(event):
        words = gettext("Documents that are expected: %(names)s.") % {"names": ", ".join(due)}
        missing.append(Missing(words, _page(event, "organise_documents")))
    return missing


def evidence_missing(event: Event) -> list[str]:
    """Return the names of the evidence that the kind of an event expects and that is not there yet, in its order."""
    return [str(each.name) for each in evidence_missing_of([event])[event.pk]]


def evidence_missing_of(events: Collection[Event], *, at: datetime | None = None) -> dict[int, list[Due]]:
    """Return for each event, by its key, the evidence that its kind expects and that was not there at an instant.

    The instant is now where none is given. A document is there with its file, whoever may open it; some evidence is
    kept by other apps. See also learning/evidence/folder.py, which looks at the files, too. One query, however many
    events there are, and none where no kind expects anything.
    """
    due = {event.pk: event.kind.evidence for event in events}
    days = _days_of_pieces(events, at=at or timezone.now())

    def is_there(event: Event, key: str) -> bool:
        found = days[event.pk, key]
        # A document does not say of which day it is the list.
        return found.issuperset(event.days or [None]) if key == EvidenceKind.SIGNED_LISTS else bool(found)

    return {event.pk: [each for each in due[event.pk] if not is_there(event, each.key)] for event in events}


def _days_of_pieces(events: Collection[Event], *, at: datetime) -> dict[tuple[int, str], set[date | None]]:
    """Return of which days a piece of evidence is there, by the key of the event and of the piece."""
    asked: dict[str, list[int]] = defaultdict(list)
    for event in events:
        for each in event.kind.evidence:
            asked[each.key].append(event.pk)
    documents = Document.with_deleted.filter(
        Q(deleted_at__isnull=True) | Q(deleted_at__gt=at), ~Q(evidence=""), ~Q(file=""), added_at__lte=at
    )
    traces = [trace(documents.filter(event__in={pk for keys in asked.values() for pk in keys}), F("evidence"))]
    for key, keeper in _KEPT_ELSEWHERE.items():
        traces += keeper(asked[key], at) if key in asked else ()
    found: dict[tuple[int, str], set[date | None]] = defaultdict(set)
    for event, key, day in traces[0].union(*traces[1:]).order_by() if asked else ():
        found[event, key].add(day)
    return found


def _page(event: Event, name: str) -> str:
    try:
        return reverse(f"events:{name}", args=[event.slug])
    except NoReverseMatch:
        return reverse("events:organise_event", args=[event.slug])
