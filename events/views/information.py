from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import access, everybody


@access(everybody)
def privacy(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def accessibility(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def help(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")
