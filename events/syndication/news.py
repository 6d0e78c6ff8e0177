"""What is new, as an Atom feed (RFC 4287): events that were published, and every change of a plan.

It shows what the public list shows, and nothing of events that are for partners.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext

from accounts.outbox import one_line
from projects.models import Project

from ..ical import uid
from ..models import Event, PlanChange
from ..times import when_in_words
from ..versions import what_changed
from ..where import where_in_words

ITEMS = 50
# Written by a feed in which nothing is new yet: a time that does not move.
_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of news; `id` stays the same for ever."""

    id: str
    title: str
    text: str
    address: str
    project: str
    at: datetime


class _Atom(Atom1Feed):
    def latest_post_date(self) -> datetime:
        # Django takes the time of asking for a feed without items; the same news must be the same bytes.
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)


def news(project: Project | None = None) -> list[Item]:
    """Return the latest news in the current language, newest first: of one project, or of all (None)."""
    events = Event.objects.visible_to(None)
    if project is not None:
        events = events.filter(Q(project=project) | Q(other_projects=project)).distinct()
    changes = (
        PlanChange.objects.filter(
            event__in=events, changed_at__isnull=False, undoes__isnull=True, undone_by__isnull=True
        )
        .select_related("event__project", "event__venue")
        .order_by("-changed_at", "-pk")[:ITEMS]
    )
    # What was over when it was entered is history, not news.
    published = (
        events.filter(Q(ends_on__isnull=True, source_key__isnull=True) | Q(ends_on__gte=TruncDate("published_at")))
        .with_page_data()
        .order_by("-published_at", "-pk")[:ITEMS]
    )
    items = [*map(_of_change, changes), *map(_of_publishing, published)]
    return sorted(items, key=attrgetter("at", "id"), reverse=True)[:ITEMS]


def atom(project: Project | None, *, language: str) -> str:
    """Return the news as Atom, in a language. The same news are the same text."""
    with translation.override(language):
        page = project.get_absolute_url() if project else reverse("events:home")
        name = project.acronym if project else settings.SITE_NAME
        path = reverse("syndication:news_of_project", args=[project.slug]) if project else reverse("syndication:news")
        feed = _Atom(
            title=_xml(gettext("News of %(name)s") % {"name": name}),
            link=settings.SITE_URL + page,
            description=None,
            language=language,
            author_name=_xml(settings.SITE_NAME),
            feed_url=settings.SITE_URL + path + (f"?lang={language}" if language != settings.LANGUAGE_CODE else ""),
        )
        for item in news(project):
            feed.add_item(
                title=_xml(item.title),
                link=item.address,
                # Django says that it is HTML, so that is what it has to be.
                description=linebreaksbr(escape(_xml(item.text))),
                unique_id=item.id,
                updateddate=item.at,
                categories=[_xml(item.project)],
            )
        return feed.writeString("utf-8")


def _of_publishing(event: Event) -> Item:
    summary = event.in_language("summary", translation.get_language() or "en").text
    return Item(
        id=f"urn:uuid:{event.uid}",
        title=gettext("New: %(title)s") % {"title": _title(event)},
        text="\n".join(part for part in (when_in_words(event), where_in_words(event), summary) if part),
        address=settings.SITE_URL + event.get_absolute_url(),
        project=event.project.acronym,
        at=event.published_at or event.created_at,
    )


def _of_change(change: PlanChange) -> Item:
    event, before, after = change.event, change.plan_before, change.plan_after
    became = " · ".join(what_changed(before, after)) or gettext("Changed")
    lines = [
        gettext("Now: %(when)s, %(where)s") % {"when": when_in_words(after), "where": where_in_words(after)},
        gettext("Before: %(when)s, %(where)s") % {"when": when_in_words(before), "where": where_in_words(before)},
        change.reason,
    ]
    return Item(
        id=f"tag:{settings.CALENDAR_DOMAIN},2026:{uid(event)}/{change.number}",
        title=gettext("%(change)s: %(title)s") % {"change": became, "title": _title(event)},
        text="\n".join(line for line in lines if line),
        address=settings.SITE_URL + event.get_absolute_url(),
        project=event.project.acronym,
        at=change.changed_at or event.created_at,
    )


def _title(event: Event) -> str:
    return one_line(event.in_language("title", translation.get_language() or "en").text)


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no place for (§2.2)."""
    return "".join(
        c for c in str(text) if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )
