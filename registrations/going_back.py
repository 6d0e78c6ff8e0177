"""Pages of a long form are there when somebody goes back to them, though a cookie has changed since.

The answer to the last page of the form is a cookie. A browser keeps a page together with the cookies with which it was
asked for, as `Vary: Cookie` says; with others it would ask whether to send the form again. These pages are kept by the
browser of their reader alone (`private`), and asked for anew by any other way than its back button (`no-cache`).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class GoingBackMiddleware:
    """Takes the cookie out of `Vary` where a view marked its response `may_go_back_to`; outside of all that adds it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(response, "may_go_back_to", False):
            names = [name.strip() for name in response.get("Vary", "").split(",")]
            del response["Vary"]
            if others := [name for name in names if name and name.lower() != "cookie"]:
                response["Vary"] = ", ".join(others)
        return response
