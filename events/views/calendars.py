"""Calendar addresses, and the page that explains them."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from accounts.access import access, everybody
from projects.models import Partner, Project

from .. import feeds
from ..ical import REFRESH_HOURS
from ..models import Event, EventKind
from ..subscriptions import Subscription


@access(everybody)
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    if request.GET.get("lang") in dict(settings.LANGUAGES):
        language = request.GET["lang"]
    with_sessions = request.GET.get("sessions") == "1"
    feed = partial(feeds.Feed, language=language, with_sessions=with_sessions)
    partners = Partner.objects.select_related("organisation").order_by("number")
    projects = Project.objects.prefetch_related(Prefetch("partners", partners))
    return render(
        request,
        "events/calendars.html",
        {
            "with_sessions": with_sessions,
            "other_sessions": _address(language, with_sessions=not with_sessions),
            "languages": [
                LanguageChoice(code, str(name), _address(code, with_sessions=with_sessions), code == language)
                for code, name in settings.LANGUAGES
            ],
            "refresh_hours": REFRESH_HOURS,
            "months_back": settings.CALENDAR_MONTHS_BACK,
            "of_all": Subscription.to(feed("all")),
            "of_kinds": [
                (
                    kind,
                    kind.plural_in(language),
                    Subscription.to(feed("all", filters=(("kind", kind.slug),))),
                )
                for kind in EventKind.objects.told_with(Event.objects.visible_to(None))
            ],
            "of_projects": [
                (
                    project,
                    Subscription.to(feed("project", project.slug)),
                    [(partner, Subscription.to(feed("partner", partner.slug))) for partner in project.partners.all()],
                )
                for project in projects
            ],
        },
    )


@dataclass(frozen=True, slots=True)
class LanguageChoice:
    """A language that calendars come in, and the address of this page with calendars in it."""

    code: str
    name: str
    address: str
    is_current: bool


def _address(language: str, *, with_sessions: bool) -> str:
    query = {"lang": language} if language != get_language() else {}
    if with_sessions:
        query["sessions"] = "1"
    return f"?{urlencode(query)}" if query else reverse("events:calendars")


# Programs fetch calendars: with any method they try, without cookies, at any address somebody once typed.


@access(everybody)
@csrf_exempt
@require_safe
def calendar_of_all(request: HttpRequest) -> HttpResponse:
    return feeds.answer(request, feeds.feed_asked_for(request, "all"))


@access(everybody)
@csrf_exempt
@require_safe
def calendar_of_project(request: HttpRequest, slug: str) -> HttpResponse:
    return feeds.answer(request, feeds.feed_asked_for(request, "project", slug))


@access(everybody)
@csrf_exempt
@require_safe
def calendar_of_partner(request: HttpRequest, slug: str) -> HttpResponse:
    return feeds.answer(request, feeds.feed_asked_for(request, "partner", slug))


@access(everybody)
@csrf_exempt
@require_safe
def calendar_of_event(request: HttpRequest, slug: str) -> HttpResponse:
    return feeds.answer(request, feeds.feed_asked_for(request, "event", slug))
