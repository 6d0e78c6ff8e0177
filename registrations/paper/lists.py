"""The attendance list of a day: to be signed on paper before, and with its proof once it is frozen."""

from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext
from django_countries import countries

from events.models import Event

from ..exceptions import NotADayOfTheEvent
from .heads import facts_of, head
from .setting import pdf

# In millimetres: as high as a name is written by hand.
ROW_HEIGHT = 11
# For those who come without a registration.
EMPTY_ROWS = 6


def signed_list(event: Event, day: date) -> bytes:
    """Return the list of everybody with a place on a day, to be signed on paper, as a PDF in the current language.

    `event` comes with its page data. Raises NotADayOfTheEvent, and as `setting.pdf` does.
    """
    if day not in event.days:
        raise NotADayOfTheEvent(day)
    names = [
        {"name": name, "organisation": organisation, "country": country_name(country)}
        for name, organisation, country in event.registrations.confirmed()
        .order_by("search_text", "pk")
        .values_list("name", "organisation_name", "country")
    ]
    rows = [{"number": str(number), **row} for number, row in enumerate(names, 1)]
    rows += [{"number": str(len(names) + number)} for number in range(1, EMPTY_ROWS + 1)]
    data = {
        **head(event, gettext("Attendance list")),
        "facts": facts_of(event, day),
        "columns": [*columns(), column("signature", gettext("Signature"), millimetres=52)],
        "rows": rows,
        "row_height": ROW_HEIGHT,
        "opening": [
            ngettext("%(n)s person is expected.", "%(n)s people are expected.", len(names)) % {"n": len(names)},
            gettext(
                "With your signature you confirm that you attended on this day. The list is kept by the host and the "
                "lead partner as evidence for the programme and its auditors."
            ),
        ],
        "proof": None,
    }
    return pdf("attendance_list", data)


def columns() -> list[dict[str, Any]]:
    """The columns that each list has: who it is."""
    return [
        column("number", gettext("No."), millimetres=10),
        column("name", gettext("Name"), share=1.3),
        column("organisation", gettext("Organisation"), share=1.6),
        column("country", gettext("Country"), millimetres=24),
    ]


def column(key: str, label: str, *, millimetres: float = 0, share: float = 0) -> dict[str, Any]:
    """A column of a fixed width, or of a share of what the others leave."""
    return {"key": key, "label": label, "width": share or millimetres, "share": bool(share)}


def country_name(code: str) -> str:
    return str(countries.name(code)) if code else ""
