from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import access, everybody


@access(everybody)
def register(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def registered(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def registration(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def change(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def cancel(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def undo_cancelling(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def send_link(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def calendar(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")
