"""Which language an answer is in."""

from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware

# Calendars, news and pictures: data, the same whatever language a browser prefers.
DATA_FOLDERS = ("/calendars/", "/events/", "/news/")
DATA_SUFFIXES = (".ics", ".atom", ".png")


class PageLanguageMiddleware(LocaleMiddleware):
    """Django's own, for pages only.

    Such data says its language itself. A `Vary: Accept-Language` on it would be wrong, every cache would keep it once
    per reader, and finding out the language is a good part of the work of a poll.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.endswith(DATA_SUFFIXES) and request.path_info.startswith(DATA_FOLDERS):
            return cast(HttpResponseBase, self.get_response(request))
        return cast(HttpResponseBase, super().__call__(request))
