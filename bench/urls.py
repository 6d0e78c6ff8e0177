"""The addresses of the software and, behind the same middleware, the floors.

The protections that would slow down a single machine that plays fifty people (a least time to fill in the form, a limit
for each network address) are lifted here, and only here.
"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from accounts.access import access, everybody
from config.urls import *  # noqa: F403
from config.urls import urlpatterns as software


@access(everybody)
def smallest(request: HttpRequest) -> HttpResponse:
    """The least that a Django view can do."""
    return HttpResponse(b"ok", content_type="text/plain")


@csrf_exempt
@access(everybody)
def insert(request: HttpRequest) -> HttpResponse:
    """One committed INSERT."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (value) VALUES (%s)", ["x" * 100])
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [path("bench/smallest", smallest), path("bench/insert", insert), *software]
