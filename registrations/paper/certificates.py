"""A certificate of attendance as a PDF, from what was issued and in the language of the person."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext

from events.times import day_in_words, instant_in_words

from ..door.codes import svg
from ..models import Certificate, Registration
from .heads import fact, facts_of, head, in_groups, verify_address
from .letters import MARK, is_written_whole
from .setting import ARCHIVAL, pdf


def certificate(registration: Registration) -> bytes:
    """Return the certificate of somebody that counts. Raises Certificate.DoesNotExist where none was issued."""
    latest: Certificate = registration.certificates.order_by("number").latest("number")
    latest.registration = registration
    return certificate_pdf(latest)


def certificate_pdf(certificate: Certificate) -> bytes:
    """Return an issued certificate as a PDF for archives; the same each time. Raises as `setting.pdf` does."""
    content = json.loads(certificate.content)
    event = certificate.registration.event
    zone = ZoneInfo(content["event"]["time_zone"])
    issued_at = datetime.fromisoformat(content["issued_at"])
    with translation.override(content["language"]):
        first, last = content["event"]["first_day"], content["event"]["last_day"]
        dates = [day_in_words(date.fromisoformat(day)) for day in dict.fromkeys((first, last))]
        data = {
            **head(event, gettext("Certificate of attendance")),
            "event": content["event"]["title"],
            "certifies": gettext("This certifies that"),
            "name": content["name"],
            "organisation": content["organisation"],
            "not_whole": _not_whole(content),
            "attended": gettext("attended"),
            "facts": [
                fact(gettext("Date"), " – ".join(dates)),
                fact(gettext("Place"), content["event"]["place"]),
                *facts_of(event)[1:],
            ],
            "columns": [gettext("Day"), gettext("Attended")],
            "days": [
                {"label": day_in_words(date.fromisoformat(one["day"])), "value": hours_in_words(one["minutes"])}
                for one in content["days"]
            ],
            "total": {"label": gettext("Together"), "value": hours_in_words(content["minutes"])},
            "basis": gettext(
                "The hours are those of the attendance records, which were taken at the door, on signed lists or from "
                "the online meeting, and are kept as evidence."
            ),
            "issued": gettext("Issued on %(when)s") % {"when": instant_in_words(issued_at, zone)},
            "replaces": gettext("Issue %(number)s: it takes the place of the one before.")
            % {"number": content["number"]}
            if content["number"] > 1
            else "",
            "qr_alt": gettext("QR code of the address at which this certificate is verified"),
            "proof": [
                fact(gettext("Code"), in_groups(certificate.code)),
                fact(gettext("Verify at"), verify_address(certificate.code)),
                fact(gettext("Hash"), certificate.sha256),
            ],
            "words": gettext("The address says whether this certificate is genuine, and names nobody."),
        }
        raw = {
            "qr": svg(verify_address(certificate.code)),
            "attached": {
                "name": "certificate.json",
                "content": certificate.content,
                "about": gettext("The certificate as data"),
            },
        }
        return pdf("certificate", data, raw=raw, standards=ARCHIVAL, at=issued_at)


def _not_whole(content: dict[str, Any]) -> str:
    if is_written_whole(content["name"], content["organisation"]):
        return ""
    words = gettext("%(mark)s stands for letters that cannot be printed here. The file attached to this PDF has them.")
    return words % {"mark": MARK}


def hours_in_words(minutes: int) -> str:
    """Return so many minutes as hours: “6 h 30 min”, “45 min”, “2 h”."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return gettext("%(hours)s h") % {"hours": hours}
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
