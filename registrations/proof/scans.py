"""Lists that were signed on paper and scanned: read, kept for their day, and withdrawn with a reason."""

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from events.models import Event
from events.programme.documents import file_name
from venues.pictures import PictureRefused, re_encode

from ..models import ScannedList
from .exceptions import NothingChanged

MOST_OCTETS = 20_000_000
ACCEPTED = "application/pdf,image/png,image/jpeg"
# What was written by hand on an A4 sheet stays readable.
LONGEST_SIDE = 3500


def taken_in_words() -> str:
    return gettext("PDF, PNG or JPEG, at most %(most)s. A picture is kept as a JPEG.") % {
        "most": filesizeformat(MOST_OCTETS)
    }


def read_scan(upload: UploadedFile) -> tuple[ContentFile, str]:
    """Return an uploaded scan as it will be kept, and its media type. Raises ValidationError with words that help."""
    if not upload.size:
        raise ValidationError(gettext("This file is empty. Choose another one"), code="empty")
    if upload.size > MOST_OCTETS:
        words = gettext("This file is larger than %(most)s. Scan it in grey, or in two parts")
        raise ValidationError(words % {"most": filesizeformat(MOST_OCTETS)}, code="too_large")
    upload.seek(0)
    head = upload.read(16)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        octets = upload.read()
        # The last line of every PDF (ISO 32000-1, 7.5.5); programs look for it in so many octets.
        if b"%%EOF" not in octets[-1024:]:
            words = gettext("This PDF has no end, as if it had been cut off. Open it, and save or scan it again")
            raise ValidationError(words, code="cut_off")
        return ContentFile(octets), "application/pdf"
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        try:
            return re_encode(upload, longest_side=LONGEST_SIDE), "image/jpeg"
        except PictureRefused as refused:
            raise ValidationError(str(refused), code="picture") from refused
    raise ValidationError(gettext("This kind of file is not taken. Save it as PDF, PNG or JPEG"), code="type")


def keep_scan(event: Event, day: date, content: ContentFile, media_type: str, name: str, *, by: Any) -> ScannedList:
    """Keep a scan that was read for a day of an event. Raises NothingChanged when the same file is there already."""
    octets = content.read()
    sha256 = hashlib.sha256(octets).hexdigest()
    scan = ScannedList(
        event=event,
        day=day,
        file_name=file_name(name, media_type),
        file_type=media_type,
        octets=len(octets),
        sha256=sha256,
        uploaded_by=by,
    )
    if latest := ScannedList.objects.standing().filter(event=event, day=day, sha256=sha256).first():
        raise NothingChanged(latest)
    scan.file.save(scan.file_name, ContentFile(octets), save=False)
    try:
        with transaction.atomic():
            scan.save()
    except IntegrityError:
        scan.file.delete(save=False)
        latest = ScannedList.objects.standing().filter(event=event, day=day, sha256=sha256).first()
        raise NothingChanged(latest) from None
    return scan


def hand_out(scan: ScannedList) -> FileResponse:
    """Answer with a scan, to be saved and never to be opened by the browser here."""
    response = FileResponse(scan.file.open("rb"), content_type=scan.file_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, scan.file_name) or ""
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
