"""A button that is pressed twice: the browser sends the same form once more before the first answer is there."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

# Nobody fills in a form once more in so short a time, and a double click is over long before.
SECONDS = 5


def comes_again(request: HttpRequest) -> bool:
    """Whether the same person sent the very same to the same address a moment ago.

    Ask when everything is right and about to be stored: whoever corrects a form sends something else. A window has a
    token of its own (drafts.py), so two windows never send the same.
    """
    typed = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, str(file)) for name, file in request.FILES.items())
    digest = hashlib.sha256(repr((request.path, typed, files)).encode(errors="replace")).hexdigest()
    return not cache.add(f"sent:{request.user.pk}:{digest}", 1, timeout=SECONDS)
