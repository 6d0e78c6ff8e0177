from django.http import Http404, HttpRequest, HttpResponse

from accounts.access import access, everybody


@access(everybody)
def feedback(request: HttpRequest, *args, **kwargs) -> HttpResponse:
    raise Http404("being built")
