"""Numbered series: “13th interregional working-group meeting”. Numbers may repeat or skip; titles stay free."""

from django.utils.translation import get_language, gettext

from projects.models import Project

from .models import Event, EventKind


def next_number(project: Project, kind: EventKind) -> int:
    """Return the number to propose for a new event: one more than the highest of its kind in the project."""
    last = (
        Event.objects.filter(project=project, kind=kind, number__isnull=False)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (last or 0) + 1


def in_words(event: Event, language: str | None = None) -> str:
    """Return the place of an event in its series, “13th interregional event”; "" for one without a number."""
    if event.number is None:
        return ""
    language = language or get_language() or "en"
    name = event.kind.name_in(language)
    if language != "de":
        # German alone writes every noun with a capital.
        name = name[:1].lower() + name[1:]
    # Translators: “13th interregional event”; the ordinal is made for each language in events/series.py.
    return gettext("%(ordinal)s %(kind)s") % {"ordinal": ordinal(event.number, language), "kind": name}


def ordinal(number: int, language: str) -> str:
    """Return a number as the ordinal of a language: 13th, 13., 13e, 13.º."""
    match language.split("-")[0]:
        case "en":
            return f"{number}{_english_ending(number)}"
        case "nl":
            return f"{number}e"
        case "fr":
            return f"{number}er" if number == 1 else f"{number}e"
        case "it" | "es":
            return f"{number}º" if language.startswith("it") else f"{number}.º"
        case "pt":
            return f"{number}.º"
        case "el":
            return f"{number}ο"
    return f"{number}."


def _english_ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
