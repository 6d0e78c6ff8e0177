"""The common error pages: what happened, what to do next, in the reader's language and the site's frame."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token, mostly because cookies are off or the page had been open for long."""
    return render(request, "errors/csrf.html", status=403)


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
