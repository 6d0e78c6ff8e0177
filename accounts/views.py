from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import access, everybody


@access(everybody)
def sign_in(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def sign_in_by_link(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def sign_out(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def appearance(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def mails(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def mail(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")


@access(everybody)
def health(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")
