"""Private calendars: the pages where they are made and stopped, and the address that programs poll."""

import logging
from typing import Any, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import access, everybody, holder_of_the_link
from accounts.models import User
from events import polling
from events.ical import REFRESH_HOURS
from events.subscriptions import Subscription
from projects.access import people_with_a_role

from .. import private_feeds
from ..links import with_registration
from ..models import PrivateFeed, Registration
from ..private_feed_forms import PrivateFeedForm, RolePrivateFeedForm

logger = logging.getLogger(__name__)


# The pages. They keep the usual “same-origin” of Referrer-Policy: with “no-referrer” browsers send forms without saying
# where they come from, and those are refused. Neither tells another host anything.


@access(people_with_a_role)
@never_cache
def calendars(request: HttpRequest) -> HttpResponse:
    """The private calendars of a user, and the form for another one."""
    user = cast(User, request.user)
    feeds = user.private_feeds.filter(revoked_at=None)
    form = RolePrivateFeedForm(
        request.POST if request.method == "POST" else None, taken=feeds, partners=private_feeds.partners_of(user)
    )
    return _page(request, form, feeds, "registrations/private_feeds.html", {"user": user}, {})


@access(people_with_a_role)
@never_cache
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _stop(
        request, get_object_or_404(cast(User, request.user).private_feeds, pk=pk), redirect("registrations:calendars")
    )


@access(holder_of_the_link)
@with_registration
def calendars_of_registration(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The private calendars of whoever holds the link of a registration."""
    context = {
        "registration": registration,
        "event": registration.event,
        "title": registration.event.in_language("title", get_language() or "en"),
    }
    if registration.address_changed_at is not None:
        # The link went to another mailbox: its holder may not be the person whose address stands here now.
        return render(request, "registrations/private_feeds_not_here.html", context)
    feeds = registration.person.private_feeds.filter(revoked_at=None)
    form = PrivateFeedForm(request.POST if request.method == "POST" else None, taken=feeds)
    holder = {"person": registration.person}
    return _page(request, form, feeds, "registrations/private_feeds_of_registration.html", holder, context)


@access(holder_of_the_link)
@require_POST
@with_registration
def stop_of_registration(request: HttpRequest, registration: Registration, pk: int) -> HttpResponse:
    mine = PrivateFeed.objects.none() if registration.address_changed_at else registration.person.private_feeds.all()
    done = redirect("registrations:calendars_of_registration", registration.code)
    return _stop(request, get_object_or_404(mine, pk=pk), done)


def _page(
    request: HttpRequest,
    form: PrivateFeedForm,
    feeds: QuerySet[PrivateFeed],
    template: str,
    holder: dict[str, Any],
    context: dict[str, Any],
) -> HttpResponse:
    made, status = None, 200
    if request.method == "POST":
        if form.is_valid():
            made = form.chosen
            for name, value in {**holder, "language": get_language() or "en"}.items():
                setattr(made, name, value)
            # Shown in this answer and nowhere else, not even in the session, so there is no redirect.
            context |= {"made": made, "subscription": Subscription.at(private_feeds.make(made))}
        else:
            status = 422
    context |= {"form": form, "feeds": feeds.all(), "refresh_hours": REFRESH_HOURS}
    return render(request, template, context, status=status)


def _stop(request: HttpRequest, feed: PrivateFeed, done: HttpResponse) -> HttpResponse:
    private_feeds.stop(feed)
    words = gettext("The calendar “%(name)s” is stopped. Delete it in your calendar program too.")
    messages.success(request, words % {"name": feed.name})
    return done


# The address that programs poll


@access(everybody)
@csrf_exempt
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """One private calendar. Whatever is answered, the address is a secret, and no log may hold it."""
    try:
        response = _answer(request, token)
    except Exception:
        logger.exception("A private calendar could not be made.")
        response = HttpResponse("Try again later.\n", status=500, content_type="text/plain; charset=utf-8")
    response["Referrer-Policy"] = "no-referrer"
    # Django would log the address of what is refused.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    found = private_feeds.find(token)
    if found is None:
        return polling.no_calendar()
    if private_feeds.is_gone(found):
        return polling.calendar_is_gone()
    private_feeds.note_use(found, request)
    calendar = private_feeds.calendar(found)
    return polling.answer(request, calendar, language=found.language, file_name="calendar.ics")
