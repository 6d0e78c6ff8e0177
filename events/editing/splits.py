"""Events that become several, several that become one, and one as the template of the next.

Each keeps its identity: nobody's registration is moved silently, and both pages name each other for ever.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..addresses import free_slug
from ..exceptions import PlanRefused
from ..models import ChoiceGroup, Event, EventLink, Session

# What belongs to one event alone: its identity, its dates, who came and what was promised.
_NOT_COPIED = {
    "id",
    "uid",
    "slug",
    "status",
    "date_precision",
    "starts_on",
    "ends_on",
    "start_time",
    "end_time",
    "stated_semester",
    "programme_follows_on",
    "join_url",
    "registration_opens_at",
    "registration_closes_at",
    "registration_by_hand",
    "changes_until",
    "offers_until",
    "feedback_closes_on",
    "reported_participants",
    "reported_participants_note",
    "sequence",
    "cancelled_at",
    "created_at",
    "published_at",
    "changed_at",
    "search_text",
    "source_key",
    "sources",
    "note",
}

# A form that is sent again this soon was sent by a second press of its button.
SENT_TWICE = timedelta(minutes=1)


class SameEvent(PlanRefused):
    """An event cannot be merged into itself."""


@dataclass(frozen=True, slots=True)
class Links:
    """What an event became, and what it came from, as far as a reader may see it."""

    became: list[Event]
    came_from: list[Event]
    was_merged: bool = False


@transaction.atomic
def duplicate(event: Event, *, title: str = "", at: datetime | None = None) -> Event:
    """Make a draft like an event: texts, partners, programme, speakers and choices; no dates, people or documents.

    Asked for once more within a minute, as by a second press of the button, it is the draft that was made; one that
    has its date meanwhile is another one.
    """
    # Whoever copies it at the same moment waits, and finds the draft.
    event.lock()
    if before := _copied_before(event, title or event.title, at or timezone.now()):
        return before
    copied = Event(
        **{
            field.attname: getattr(event, field.attname)
            for field in event._meta.concrete_fields
            if field.name not in _NOT_COPIED
        }
    )
    copied.title = title or event.title
    copied.slug = free_slug(copied.title)
    copied.save()
    for name in ("co_hosts", "other_projects", "practices"):
        getattr(copied, name).set(getattr(event, name).all())
    _copy_programme(event, copied)
    return copied


def _copied_before(event: Event, title: str, at: datetime) -> Event | None:
    same = {name: getattr(event, name) for name in ("project", "kind", "host", "summary", "description")}
    drafts = Event.objects.filter(**same, title=title, status=Event.Status.DRAFT, starts_on=None, source_key=None)
    return drafts.filter(created_at__gt=at - SENT_TWICE).exclude(pk=event.pk).first()


def _split_before(event: Event, titles: list[str], at: datetime) -> list[Event]:
    latest = event.links_onward.filter(kind=EventLink.Kind.SPLIT, made_at__gt=at - SENT_TWICE)
    parts = [link.outcome for link in latest.select_related("outcome")]
    return parts if [part.title for part in parts] == titles else []


def _copy_programme(event: Event, copied: Event) -> None:
    groups: dict[int | None, ChoiceGroup] = {}
    sessions: dict[int, Session] = {}
    for group in event.choice_groups.all():
        old, group.pk = group.pk, None
        group._state.adding, group.event = True, copied
        group.save()
        groups[old] = group
    for session in event.sessions.all():
        old, session.pk = session.pk, None
        session._state.adding, session.event = True, copied
        session.choice_group = groups.get(session.choice_group_id)
        if hasattr(session, "source_key"):
            session.source_key = None
        session.save()
        sessions[old] = session
    for speaker in event.speakers.all():
        contributions = list(speaker.contributions.all())
        speaker.pk, speaker._state.adding, speaker.event = None, True, copied
        speaker.save()
        for contribution in contributions:
            if contribution.session_id in sessions:
                contribution.pk, contribution._state.adding = None, True
                contribution.session, contribution.speaker = sessions[contribution.session_id], speaker
                contribution.save()


@transaction.atomic
def split(
    event: Event, titles: Iterable[str], *, reason: str, cancels: bool = False, by=None, at: datetime | None = None
) -> list[Event]:
    """Split an event: make a draft for each title, linked both ways, and return them.

    The event stays as the first of the parts; with `cancels` it is cancelled, and all parts are new. Raises
    NotPublished for a draft, and AlreadyHeld or Cancelled for what is over. Asked for once more within a minute, the
    parts are those that were made.
    """
    at, titles = at or timezone.now(), list(titles)
    event.lock()
    if before := _split_before(event, titles, at):
        return before
    event.must_be_published()
    parts = []
    for title in titles:
        part = Event.objects.create(
            title=title,
            slug=free_slug(title),
            project=event.project,
            kind=event.kind,
            host=event.host,
            language=event.language,
            visibility=event.visibility,
            # A part of what was for some is not for everybody.
            admission=event.admission,
            needs_approval=event.needs_approval,
            time_zone=event.time_zone,
            contact_email=event.contact_email,
            audience=event.audience,
            spoken_languages=event.spoken_languages,
            summary=event.summary,
            themes=event.themes,
            registration_opens_at=event.registration_opens_at,
            translations=_texts_for_each_part(event),
        )
        for name in ("co_hosts", "other_projects", "practices"):
            getattr(part, name).set(getattr(event, name).all())
        EventLink.objects.create(kind=EventLink.Kind.SPLIT, origin=event, outcome=part, made_at=at)
        parts.append(part)
    if cancels:
        event.cancel(reason=reason, by=by, at=at)
    return parts


def _texts_for_each_part(event: Event) -> dict[str, dict[str, str]]:
    """The translations of what each part takes over; a title is its own, and the description tells of one day."""
    shared = ("summary", "themes", "audience", "spoken_languages")
    kept = {
        code: {name: texts[name] for name in shared if texts.get(name)} for code, texts in event.translations.items()
    }
    return {code: texts for code, texts in kept.items() if texts}


def other_parts(event: Event, user) -> list[Event]:
    """Return the events that belong to one that was split: its origin, its parts and theirs. One query.

    Only those that this user organises: they lead to editors.
    """
    origins = EventLink.objects.filter(outcome=event, kind=EventLink.Kind.SPLIT).values("origin")
    parts = EventLink.objects.filter(kind=EventLink.Kind.SPLIT).filter(Q(origin=event) | Q(origin__in=origins))
    belong = Event.objects.organised_by(user).filter(Q(pk__in=origins) | Q(pk__in=parts.values("outcome")))
    return list(belong.exclude(pk=event.pk).select_related("venue").order_by("pk"))


@transaction.atomic
def merge(event: Event, into: Event, *, reason: str, by=None, at: datetime | None = None) -> None:
    """Cancel an event because another one goes on for it, and link them both ways.

    Raises SameEvent, NotPublished when either is a draft, AlreadyHeld and Cancelled.
    """
    at = at or timezone.now()
    if event.pk == into.pk:
        raise SameEvent(event)
    # In one order, so that two merges at once do not wait for each other.
    for one in sorted((event, into), key=lambda one: one.pk):
        one.lock()
        one.must_be_published()
    EventLink.objects.get_or_create(origin=event, outcome=into, defaults={"kind": EventLink.Kind.MERGED, "made_at": at})
    event.cancel(reason=reason, by=by, at=at)


def links(event: Event, user) -> Links:
    """Return what became of an event and what it came from; only what this user may see. Two queries."""
    visible = Event.objects.visible_to(user).values("pk")
    onward = list(event.links_onward.filter(outcome__in=visible).select_related("outcome__venue"))
    back = list(event.links_back.filter(origin__in=visible).select_related("origin__venue"))
    return Links(
        became=[link.outcome for link in onward],
        came_from=[link.origin for link in back],
        was_merged=any(link.kind == EventLink.Kind.MERGED for link in onward),
    )
