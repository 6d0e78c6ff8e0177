"""Calendar addresses: data, so without a language prefix.

The words in them are taken as they come: a program that polls a wrong address gets a few plain words, not a page.
"""

from django.urls import path, register_converter

from .views import calendars


class AnyText:
    """Whatever stands in an address, line ends and slashes too."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnyText, "any_text")

app_name = "calendars"
urlpatterns = [
    path("calendars/all.ics", calendars.calendar_of_all, name="all"),
    path("calendars/projects/<any_text:slug>.ics", calendars.calendar_of_project, name="project"),
    path("calendars/partners/<any_text:slug>.ics", calendars.calendar_of_partner, name="partner"),
    path("events/<any_text:slug>.ics", calendars.calendar_of_event, name="event"),
]
