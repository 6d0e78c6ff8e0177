"""What we say about ourselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import access, everybody


@access(everybody)
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "events/privacy.html")


@access(everybody)
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "events/accessibility.html")


@access(everybody)
@require_safe
def help(request: HttpRequest) -> HttpResponse:
    return render(request, "events/help.html")
