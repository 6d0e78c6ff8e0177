"""The pages that search engines may list: what everybody sees, in each language."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from projects.models import Project

from ..models import Event


class _Pages(Sitemap):
    i18n = True
    alternates = len(settings.LANGUAGES) > 1
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        # What the installation is called, not what whoever asks calls it.
        return urlsplit(settings.SITE_URL).netloc


class Overviews(_Pages):
    def items(self) -> list[str]:
        return ["home", "events", "calendars", "accessibility", "privacy", "help"]

    def location(self, item: str) -> str:
        return reverse(f"events:{item}")


class Projects(_Pages):
    def items(self) -> QuerySet[Project]:
        return Project.objects.all()


class Events(_Pages):
    def items(self) -> QuerySet[Event]:
        return Event.objects.visible_to(None).order_by("pk")

    def lastmod(self, event: Event) -> datetime:
        return event.changed_at


SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {"overviews": Overviews, "projects": Projects, "events": Events}
