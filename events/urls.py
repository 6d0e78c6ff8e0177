from django.urls import path

from .views import calendars, information, public

app_name = "events"
urlpatterns = [
    path("", public.home, name="home"),
    path("events/", public.events, name="events"),
    path("events/<slug:slug>/", public.event, name="event"),
    path("projects/<slug:slug>/", public.project, name="project"),
    path("calendars/", calendars.calendars, name="calendars"),
    # What we say about ourselves
    path("privacy/", information.privacy, name="privacy"),
    path("accessibility/", information.accessibility, name="accessibility"),
    path("help/", information.help, name="help"),
]
