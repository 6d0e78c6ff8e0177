"""The common error pages: what happened, what to do next, in the reader's language and the site's frame."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader
from django.utils.cache import add_never_cache_headers

_NEVER_SHOWN_AGAIN = ("csrfmiddlewaretoken", "password", "password1", "password2", "oldpassword")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token, mostly because cookies are off or the page had been open for long."""
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}":
        # One of our own pages sent it, says the browser. Signing in makes all tokens new, in other tabs as well.
        return _to_send_again(request, "errors/csrf.html")
    return render(request, "errors/csrf.html", status=403)


def signed_out(request: HttpRequest) -> HttpResponse:
    """A form came from somebody who is not signed in any more. Its token was looked at before."""
    response = _to_send_again(request, "errors/signed_out.html")
    # static/js/autosave.js shows a sentence of its own page instead of this one.
    response["X-Signed-Out"] = "1"
    return response


def _to_send_again(request: HttpRequest, template: str) -> HttpResponse:
    """Answer with a page that holds what was sent, for one of our own pages only: whoever reads it sends it again.

    A browser need not remember what was typed into a page that it may not keep, so going back could lose it.
    """
    sent = [
        (name, value) for name, values in request.POST.lists() if name not in _NEVER_SHOWN_AGAIN for value in values
    ]
    context = {"sent": sent, "has_files": bool(request.FILES)}
    response = render(request, template, context, status=403)
    add_never_cache_headers(response)
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def gone(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/410.html", status=410)


def server_error(request: HttpRequest) -> HttpResponse:
    # Rendered without the request on purpose: what failed may be what the context processors need.
    context = {
        "static_url": settings.STATIC_URL,
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
    }
    return HttpResponse(loader.get_template("errors/500.html").render(context), status=500)
