from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import access, everybody


@access(everybody)
def home(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def events(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def event(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def project(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")
