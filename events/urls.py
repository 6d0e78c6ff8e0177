from django.urls import include, path

from .views import calendars, information, kinds, public

app_name = "events"
urlpatterns = [
    path("", public.home, name="home"),
    path("events/", public.events, name="events"),
    path("events/<slug:slug>/", public.event, name="event"),
    path("projects/<slug:slug>/", public.project, name="project"),
    path("calendars/", calendars.calendars, name="calendars"),
    # Before all that stands under the address of an event
    path("organise/places/", include("events.place_urls")),
    # Kinds of events, for the administrators of a programme
    path("organise/kinds/", kinds.kinds, name="kinds"),
    path("organise/kinds/new/", kinds.new_kind, name="new_kind"),
    path("organise/kinds/<slug:slug>/", kinds.kind, name="kind"),
    path("organise/kinds/<slug:slug>/delete/", kinds.delete_kind, name="delete_kind"),
    # What we say about ourselves
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("help/", information.help, name="help"),
]
