"""What other programs take from here: news, pictures of links, the map of the site."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap as django_sitemap
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from accounts.access import access, everybody
from projects.models import Project

from ..models import CalendarState, Event
from ..syndication.link_previews import picture as picture_of
from ..syndication.news import atom
from ..syndication.sitemap import SITEMAPS

# Long enough that a link passed around is drawn once; a changed event has another tag after it.
_KEPT_FOR = "public, max-age=900"


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _tag(request: HttpRequest, slug: str = "") -> str:
    # Everything shown here changes with this number only.
    return f'"{CalendarState.current()}-{_language(request)}"'


@access(everybody)
@require_safe
@gzip_page
@condition(etag_func=_tag)
def news(request: HttpRequest, slug: str = "") -> HttpResponse:
    project = get_object_or_404(Project, slug=slug) if slug else None
    language = _language(request)
    response = HttpResponse(atom(project, language=language), content_type="application/atom+xml; charset=utf-8")
    response["Content-Language"] = language
    response["Cache-Control"] = _KEPT_FOR
    return response


@access(everybody)
@require_safe
@condition(etag_func=_tag)
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(None).with_page_data(), slug=slug)
    response = HttpResponse(picture_of(event, _language(request)), content_type="image/png")
    response["Cache-Control"] = _KEPT_FOR
    return response


@access(everybody)
@require_safe
@gzip_page
def sitemap(request: HttpRequest) -> HttpResponse:
    try:
        response = django_sitemap(request, SITEMAPS)
    except UnicodeError as error:
        # A page number in letters that no list has.
        raise Http404 from error
    return response.render()


@access(everybody)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    # Nothing is closed: calendars that are would be refused by Google, and what is private is not found anyway.
    lines = ("User-agent: *", "Disallow:", f"Sitemap: {settings.SITE_URL}/sitemap.xml", "")
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
