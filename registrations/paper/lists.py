"""The attendance list of a day: to be signed on paper before, and with its proof once it is frozen."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, ngettext
from django_countries import countries

from events.models import Event
from events.times import instant_in_words

from ..attendance.lists import WITHOUT_TIME
from ..door.codes import svg
from ..exceptions import NotADayOfTheEvent
from ..models import AttendanceRecord, SignedList
from .heads import fact, facts_of, head, in_groups, verify_address
from .letters import MARK, clean, cleaned, is_written_whole
from .setting import ARCHIVAL, pdf

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
            *_not_whole(rows),
        ],
        "proof": None,
    }
    return pdf("attendance_list", data)


def frozen_list(signed_list: SignedList, people: list[dict[str, Any]]) -> bytes:
    """Return the PDF of a frozen list, for archives, with its content attached as the bytes that are hashed.

    `people` are as its content holds them. In the current language; raises as `setting.pdf` does.
    """
    event = signed_list.event
    rows = [
        {
            "number": str(number),
            "name": person["name"],
            "organisation": person["organisation"],
            "country": country_name(person["country"]),
            "in": "" if person["how"] in WITHOUT_TIME else _clock(person["in"], event),
            "out": _clock(person["out"], event),
            "how": _how_known(person),
            "signature_alt": gettext("Signature of %(name)s") % {"name": person["name"]},
        }
        for number, person in enumerate(people, 1)
    ]
    there = ngettext("%(n)s person was there.", "%(n)s people were there.", len(people)) % {"n": len(people)}
    data = {
        **head(event, gettext("Attendance list")),
        "facts": facts_of(event, signed_list.day),
        "columns": [
            *columns(),
            column("in", gettext("In"), millimetres=13),
            column("out", gettext("Out"), millimetres=13),
            column("how", gettext("How known"), millimetres=24),
            column("signature", gettext("Signature"), millimetres=28),
        ],
        "row_height": 8,
        "opening": [
            there,
            *_not_whole(rows, gettext("The file attached to this PDF has the names as their owners write them.")),
        ],
        "proof": {
            "heading": gettext("Proof"),
            "qr_alt": gettext("QR code of the address at which this list is verified"),
            "facts": _facts_of_proof(signed_list),
            "words": gettext(
                "The hash is the SHA-256 of the file attached to this PDF, which holds this list as data. It names the "
                "hash of the version before, and the code is made of it: nothing in the list can change later without "
                "being seen. The address says whether this list is genuine, and names nobody."
            ),
        },
    }
    signatures = [_drawn(person["signature"]) for person in people]
    raw = {
        "rows": [{**cleaned(row), "signature": drawn} for row, drawn in zip(rows, signatures, strict=True)],
        "qr": svg(verify_address(signed_list.code)),
        "attached": {"name": "list.json", "content": signed_list.content, "about": gettext("The list as data")},
    }
    return pdf("attendance_list", data, raw=raw, standards=ARCHIVAL, at=signed_list.frozen_at)


def _not_whole(rows: list[dict[str, Any]], more: str = "") -> list[str]:
    """Say in which rows there are letters that cannot be printed; nothing where there are none."""
    numbers = [row["number"] for row in rows if not is_written_whole(row.get("name", ""), row.get("organisation", ""))]
    if not numbers:
        return []
    words = ngettext(
        "%(mark)s stands for letters that cannot be printed here, in row %(numbers)s.",
        "%(mark)s stands for letters that cannot be printed here, in rows %(numbers)s.",
        len(numbers),
    )
    said = words % {"mark": MARK, "numbers": ", ".join(numbers)}
    return [f"{said} {more}".strip()]


def _facts_of_proof(signed_list: SignedList) -> list[dict[str, str]]:
    facts = [
        fact(gettext("Version"), str(signed_list.version)),
        fact(gettext("Frozen"), instant_in_words(signed_list.frozen_at, signed_list.event.zone)),
        fact(gettext("Code"), in_groups(signed_list.code)),
        fact(gettext("Verify at"), verify_address(signed_list.code)),
        fact(gettext("Hash"), signed_list.sha256),
    ]
    if signed_list.previous:
        facts.append(fact(gettext("Hash of the version before"), signed_list.previous.sha256))
    return facts


def _clock(instant: str | None, event: Event) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(event.zone):%H:%M}" if instant else ""


def _how_known(person: dict[str, Any]) -> str:
    return str(dict(AttendanceRecord.How.choices).get(person["how"], person["how"]))


def _drawn(signature: dict[str, str] | None) -> str:
    """Return a signature as it stands in its cell: the typed name, or an SVG of its strokes."""
    if signature is None:
        return ""
    if typed := signature.get("typed"):
        return clean(typed)
    path = "".join(sign for sign in signature.get("path", "") if sign in "ML0123456789.- ")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 300"><path d="'
        + path
        + '" fill="none" stroke="#17202b" stroke-width="8" stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )


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
