"""Badges and table signs of everybody with a place, and the ticket of one person."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.times import when_in_words

from ..door.codes import ticket_svg
from ..door.numbers import in_groups
from ..models import Consent, Registration
from .heads import fact, facts_of, head
from .letters import MARK, cleaned, is_written_whole
from .lists import country_name
from .setting import pdf


@dataclass(frozen=True, slots=True)
class Layout:
    """How badges stand on sheets of A4, in millimetres and points; of `sizes`, the largest at which a name fits."""

    name: str | Promise
    columns: int
    rows: int
    width: float
    height: float
    qr: float
    left: float = 0
    top: float = 0
    gap: float = 0
    inset: float = 7
    small: float = 8
    sizes: tuple[float, ...] = (40, 36, 32, 28, 25, 22, 19, 16, 14, 12)
    second: tuple[float, ...] = (16, 14, 12, 10, 8.5)
    is_wide: bool = False
    is_cut: bool = True


LAYOUTS = {
    "a6": Layout(_("A6, 4 on a sheet, to be cut"), 2, 2, 105, 148.5, qr=38),
    "a7": Layout(
        _("A7, 8 on a sheet, to be cut"),
        2,
        4,
        105,
        74.25,
        qr=27,
        inset=6,
        small=7,
        sizes=(30, 27, 24, 21, 18, 16, 14, 12, 10),
        second=(13, 11, 9.5, 8),
        is_wide=True,
    ),
    "labels-8": Layout(
        _("Labels of 99.1 × 67.7 mm, 8 on a sheet"),
        2,
        4,
        99.1,
        67.7,
        qr=26,
        left=4.65,
        top=13.1,
        gap=2.5,
        inset=5,
        small=7,
        sizes=(30, 27, 24, 21, 18, 16, 14, 12, 10),
        second=(13, 11, 9.5, 8),
        is_wide=True,
        is_cut=False,
    ),
    "labels-14": Layout(
        _("Labels of 99.1 × 38.1 mm, 14 on a sheet"),
        2,
        7,
        99.1,
        38.1,
        qr=24,
        left=4.65,
        top=15.15,
        gap=2.5,
        inset=4,
        small=6,
        sizes=(24, 21, 18, 16, 14, 12, 10, 8.5),
        second=(10, 9, 8, 7),
        is_wide=True,
        is_cut=False,
    ),
}


def badges(event: Event, layout: str = "a6") -> bytes:
    """Return the badges of everybody with a place, in the order of names, as a PDF. `layout` is a key of LAYOUTS.

    Whoever did not agree to photos is marked. `event` comes with its page data; raises as `setting.pdf` does.
    """
    chosen = LAYOUTS[layout]
    people = list(_with_a_place(event))
    texts = [
        {
            "name": person.name,
            "organisation": person.organisation_name,
            "about": _about(person),
            "marks": [] if person.agrees_to_photos else [gettext("No photos")],  # type: ignore[attr-defined]
            "qr_alt": gettext("QR code of the ticket of %(name)s") % {"name": person.name},
        }
        for person in people
    ]
    codes = [ticket_svg(person) for person in people]
    raw = {"badges": [{**cleaned(text), "qr": code} for text, code in zip(texts, codes, strict=True)]}
    data = {**head(event, gettext("Badges")), "layout": {**asdict(chosen), "name": ""}}
    return pdf("badges", data, raw=raw)


def table_signs(event: Event) -> bytes:
    """Return a sign to fold and put on the table for everybody with a place in the room, as a PDF."""
    people = _with_a_place(event).exclude(mode=Registration.Mode.ONLINE)
    signs = [
        {"name": person.name, "organisation": person.organisation_name, "about": country_name(str(person.country))}
        for person in people
    ]
    return pdf("table_signs", {**head(event, gettext("Table signs")), "signs": signs})


def ticket(registration: Registration) -> bytes:
    """Return the ticket of one person as a PDF in their language. The registration comes with its page data."""
    event = registration.event
    with translation.override(registration.language):
        data = {
            **head(event, gettext("Ticket")),
            "facts": [fact(gettext("When"), when_in_words(event)), *facts_of(event)],
            "name": registration.name,
            "organisation": registration.organisation_name,
            "qr_alt": gettext("QR code of the ticket of %(name)s") % {"name": registration.name},
            "number": in_groups(registration.ticket_number),
            "number_label": gettext("Number of the ticket"),
            "instruction": gettext("Show this at the door"),
            "sentences": [
                gettext("On paper or on a screen, both do. The code is yours alone: it opens nothing but the door."),
                gettext("Without it you are found by your name."),
                *_not_whole(registration),
            ],
        }
        return pdf("ticket", data, raw={"qr": ticket_svg(registration)})


def to_be_written_by_hand(event: Event) -> list[Registration]:
    """Return whoever has a place and a name or organisation that our fonts cannot write whole, in the order of names.

    One query. On paper a mark stands for these letters (letters.py).
    """
    people = event.registrations.confirmed().only("event", "name", "organisation_name").order_by("search_text", "pk")
    return [person for person in people if not is_printed_whole(person)]


def is_printed_whole(registration: Registration) -> bool:
    """Whether our fonts have every letter of what badges, lists and certificates say of somebody."""
    return is_written_whole(registration.name, registration.organisation_name)


def _not_whole(registration: Registration) -> list[str]:
    if is_printed_whole(registration):
        return []
    return [gettext("%(mark)s stands for letters that cannot be printed here.") % {"mark": MARK}]


def _with_a_place(event: Event) -> Any:
    photos = Consent.objects.filter(registration=OuterRef("pk"), purpose=Consent.Purpose.PHOTOS)
    latest = photos.order_by("-given_at", "-pk").values("is_given")[:1]
    people = event.registrations.confirmed().annotate(agrees_to_photos=Subquery(latest))
    return people.order_by("search_text", "pk")


def _about(person: Registration) -> str:
    """What stands below the organisation: the country, and what they come as unless they simply take part."""
    parts = [country_name(str(person.country))]
    if person.participant_kind != Registration.ParticipantKind.PARTICIPANT:
        parts.append(str(person.get_participant_kind_display()))
    return " · ".join(part for part in parts if part)
