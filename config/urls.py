"""All addresses: pages carry the language, data does not."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from accounts.views import favicon, health

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"

urlpatterns = [
    path("healthz", health, name="health"),
    path("favicon.ico", favicon, name="favicon"),
    # Phones at a door ask all the time: they do not wait until every other address was compared with theirs.
    *i18n_patterns(path("door/", include("registrations.door_urls"))),
    path("", include("events.calendar_urls")),
    path("", include("registrations.calendar_urls")),
    path("", include("registrations.verifying_urls")),
    path("", include("registrations.ticket_urls")),
    path("", include("events.syndication.urls")),
    path("", include("events.places.picture_urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", include("accounts.urls")),
        # First what is read most. Before registrations: /organise/new/ is a page, and no event called “new”.
        path("", include("events.urls")),
        path("", include("learning.urls")),
        path("", include("registrations.urls")),
    ),
]
