"""The ticket of a registration: the address in its QR code, the picture of it, and a new one in place of a lost one."""

import io
from datetime import datetime
from functools import lru_cache

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from ..models import Registration, ReplacedTicket


def ticket_address(registration: Registration) -> str:
    """Return the absolute address in the QR code of a ticket. Opened with a camera, it tells nothing about anybody."""
    return address_of(registration.ticket_code)


def address_of(code: str) -> str:
    return f"{settings.SITE_URL}/t/{code}"


def ticket_svg(registration: Registration) -> SafeString:
    """Return the QR code of a ticket as an SVG of black modules on white."""
    return svg(ticket_address(registration))


@transaction.atomic
def replace_ticket(registration: Registration, *, at: datetime | None = None) -> None:
    """Give a registration another code; the one before is refused from now on, wherever it was printed."""
    # Two at once replace one ticket after the other, and both codes before the last are refused.
    locked = Registration.objects.select_for_update(of=("self",), no_key=True)
    before = locked.only("pk", "ticket_code", "ticket_number").get(pk=registration.pk)
    ReplacedTicket.objects.create(
        registration=registration,
        code=before.ticket_code,
        number=before.ticket_number,
        replaced_at=at or timezone.now(),
    )
    registration.take_new_ticket()


# --- The picture -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1_000)
def svg(text: str) -> SafeString:
    """Return a text as a QR code: an SVG without a size of its own, with the white border that scanners need.

    Templates show it as it is: the text stands in it as modules, and nowhere as markup.
    """
    image = io.BytesIO()
    segno.make(text, error="m", micro=False, boost_error=False, mask=3).save(
        image, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4, dark="#000", light="#fff", nl=False
    )
    return mark_safe(image.getvalue().decode())  # noqa: S308 - paths of our own drawing
