"""What we say about ourselves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import access, everybody


@access(everybody)
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "events/privacy.html")


@access(everybody)
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "events/accessibility.html")


@access(everybody)
def help(request: HttpRequest) -> HttpResponse:
    return render(request, "events/help.html")
