"""What every page knows about the installation and its reader."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from projects.access import people_with_a_role, programme_administrators

APPEARANCES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which this page can be read; its name is written in itself."""

    code: str
    name: str
    address: str
    is_current: bool


def site(request: HttpRequest) -> dict[str, Any]:
    """The installation's name and contact, the languages of this page, and how the reader wants pages to look."""
    appearance = request.COOKIES.get("appearance", "system")
    if appearance not in APPEARANCES:
        appearance = "system"
    language = translation.get_language() or settings.LANGUAGE_CODE
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "is_demonstration": settings.DEMONSTRATION,
        "appearance": appearance,
        "language": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": languages_of(request, language) if len(settings.LANGUAGES) > 1 else [],
        "frame": frame(language, appearance, settings.SITE_NAME, settings.CONTACT_EMAIL, settings.DEMONSTRATION),
        # Asked only by the navigation of people who signed in.
        "sees_reports": SimpleLazyObject(lambda: people_with_a_role(request)),
        "administers_kinds": SimpleLazyObject(lambda: programme_administrators(request)),
    }


@dataclass(frozen=True, slots=True)
class Frame:
    """What is around every page; `header` is that of people who did not sign in, the rest is for everybody."""

    head: SafeString
    header: SafeString
    home: SafeString
    footer: SafeString
    appearance: SafeString
    appearance_address: str


@lru_cache
def frame(language: str, appearance: str, site_name: str, contact_email: str, is_demonstration: bool) -> Frame:
    """Return the frame in the current language. It is made once: otherwise it would be half of the work of a page."""
    context = {
        "appearance": appearance,
        "site_name": site_name,
        "contact_email": contact_email,
        "is_demonstration": is_demonstration,
    }

    def part(name: str) -> SafeString:
        return render_to_string(f"includes/frame/{name}.html", context)

    return Frame(
        head=part("head"),
        header=part("header"),
        home=part("home"),
        footer=part("footer"),
        appearance=part("appearance"),
        appearance_address=reverse("accounts:appearance"),
    )


def languages_of(request: HttpRequest, current: str) -> list[Language]:
    """This page in each language that is offered, at the address that keeps its filters."""
    here = request.get_full_path()
    return [
        Language(code, translation.get_language_info(code)["name_local"], translate_url(here, code), code == current)
        for code, _name in settings.LANGUAGES
    ]
