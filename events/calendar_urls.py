"""Calendar addresses: data, so without a language prefix."""

from django.urls import path

from .views import calendars

app_name = "calendars"
urlpatterns = [
    path("calendars/all.ics", calendars.calendar_of_all, name="all"),
    path("calendars/projects/<slug:slug>.ics", calendars.calendar_of_project, name="project"),
    path("calendars/partners/<slug:slug>.ics", calendars.calendar_of_partner, name="partner"),
    path("events/<slug:slug>.ics", calendars.calendar_of_event, name="event"),
]
