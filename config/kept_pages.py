"""Whole pages that are the same for everybody who comes with nothing, made once, with blanks for what is not.

Whoever comes with something that could make a difference, in the address, in a cookie or by signing in, gets a page of
their own, made as usual (docs/decisions/kept-event-page.md).
"""

import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

PAGES_KEPT = 200


def comes_with_nothing(request: HttpRequest) -> bool:
    """Whether this reader gets what everybody gets. A cookie against forged requests says nothing of who reads."""
    return not request.GET and request.COOKIES.keys() <= {settings.CSRF_COOKIE_NAME}


class KeptPages:
    """Pages, or parts of pages, of one template.

    Each of the `blanks` stands in the context under its name when one is made, and must be shown as it is. One that is
    called “csrf_token” is filled in by itself.
    """

    def __init__(self, template: str, *, blanks: Iterable[str] = ()) -> None:
        self.template = template
        # Nobody can type them: they are new in each process.
        self.blanks = {name: SafeString(f"blank{secrets.token_hex(16)}") for name in blanks}
        self._kept: dict[Hashable, SafeString] = {}

    def filled(
        self, request: HttpRequest, key: Hashable, make: Callable[[], Mapping[str, Any]], **filled_in: str
    ) -> SafeString:
        """Return the page for this request, which must come with nothing.

        `key` is all that tells one page from another, beside the language; `make` returns the context of one that is
        not there yet. What is filled in is safe HTML.
        """
        key = (key, get_language())
        if (kept := self._kept.get(key)) is None:
            if len(self._kept) >= PAGES_KEPT:
                self._kept.clear()
            kept = self._kept[key] = render_to_string(self.template, {**make(), **self.blanks}, request)
        page: str = kept
        if "csrf_token" in self.blanks:
            filled_in["csrf_token"] = get_token(request)
        for name, text in filled_in.items():
            page = page.replace(self.blanks[name], text)
        return SafeString(page)
