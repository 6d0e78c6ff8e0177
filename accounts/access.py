"""Who may open a view: every view names its rule, and a view without one is closed.

A rule says who may come in at all. What they see inside is fetched through `visible_to(user)`, `organised_by(user)`
and the like, so that another partner's object is simply not found.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template import loader
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

from config.errors import signed_out

logger = logging.getLogger(__name__)

Rule = Callable[[HttpRequest], bool]
View = Callable[..., HttpResponseBase]

# Views of these packages bring their own check of who may open them.
CHECKED_BY_THEMSELVES = (
    "allauth.",
    "django.contrib.admin.",
    "django.contrib.contenttypes.",  # the administration's “View on site”
    "django.contrib.staticfiles.",
    "import_export.",
)


def everybody(request: HttpRequest) -> bool:
    """Open to the public; what is shown is still fetched through `visible_to`."""
    return True


def holder_of_the_link(request: HttpRequest) -> bool:
    """Open to whoever has the address: it carries a code of at least 128 bits that the view looks up."""
    return True


def signed_in(request: HttpRequest) -> bool:
    """Open to every user who signed in."""
    return request.user.is_authenticated


def administrators(request: HttpRequest) -> bool:
    """Open to the administrators of the installation."""
    return request.user.is_active and request.user.is_superuser


def access(rule: Rule) -> Callable[[View], View]:
    """Open a view to those for whom `rule(request)` is true.

    Anybody else is asked to sign in, and comes back to the same address afterwards. Whoever sends a form is not sent
    away from what they typed: they get a page that keeps it. A user who is signed in gets the 403 page, which says whom
    to ask.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if rule(request):
                return _for_one_reader(request, view(request, *args, **kwargs))
            if request.user.is_authenticated:
                raise PermissionDenied
            if request.method not in ("GET", "HEAD"):
                return signed_out(request)
            return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded

    return decorate


def _for_one_reader(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Keep what a user sees out of caches: on a shared computer, Back must not show it after signing out."""
    # Asking who the user is would read the session for views that never do, such as calendars.
    session = getattr(request, "session", None)
    if (
        session is not None
        and session.accessed
        and request.user.is_authenticated
        and not response.has_header("Cache-Control")
    ):
        add_never_cache_headers(response)
    return response


class DenyByDefaultMiddleware:
    """Answer 404 for a view of ours that names no rule: forgetting one must never open a page."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            # Django sends it empty, which looks like a broken page.
            if request.method == "GET" and request.accepts("text/html"):
                response.content = loader.render_to_string("errors/405.html", request=request)
            else:
                response["Content-Type"] = "text/plain; charset=utf-8"
                response.content = gettext(
                    "This address does not do that. Go back, and use the links and buttons there.\n"
                )
        return response

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:
        if hasattr(view, "access_rule"):
            return
        module = getattr(getattr(view, "view_class", view), "__module__", "")
        if module.startswith(CHECKED_BY_THEMSELVES):
            return
        logger.error("The view %s.%s names no access rule, so it is closed.", module, getattr(view, "__name__", view))
        raise Http404
