"""What every page knows about the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

APPEARANCES = ("system", "light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """The installation's name and contact, and how the reader wants pages to look."""
    appearance = request.COOKIES.get("appearance", "system")
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "is_demonstration": settings.DEMONSTRATION,
        "appearance": appearance if appearance in APPEARANCES else "system",
    }
