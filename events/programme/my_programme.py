"""The sessions that a reader marked for themselves. Their choice is in an address, and stored nowhere."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.db.models.query import Prefetch

from ..ical import calendar_bytes, session_vevents
from ..models import Event, Session


def marked_in(asked: Iterable[str], sessions: Iterable[Session]) -> set[int]:
    """Return the keys of those sessions that somebody marked, out of what an address names; junk marks nothing."""
    wanted = set(asked)
    return {session.pk for session in sessions if str(session.pk) in wanted}


def calendar_of(event: Event, marked: set[int], *, language: str) -> bytes:
    """Return a calendar file with the marked sessions of an event, which the caller checked that the reader sees."""
    chosen = Session.objects.filter(pk__in=marked).with_page_data().in_order()
    prefetch_related_objects([event], Prefetch("sessions", chosen))
    fragments = [session_vevents(event, language, visibility=each) for each in Session.Visibility.values]
    name = event.in_language("title", language).text
    return calendar_bytes(fragments, name=name, page=settings.SITE_URL + event.get_absolute_url())
