"""Which language an answer is in."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware


class PageLanguageMiddleware(LocaleMiddleware):
    """Django's own, for pages only.

    An answer that says its language itself, such as a calendar, is the same whatever language a browser prefers. A
    `Vary: Accept-Language` on it would be wrong, and every cache would keep it once per reader.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.has_header("Content-Language"):
            return response
        return super().process_response(request, response)
