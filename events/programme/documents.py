"""Files of an event: which are taken, what they really are, and who may open one."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, BinaryIO, cast

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext

from projects.languages import language_of
from projects.models.languages import Text

from ..models import Document, Event, Speaker

MOST_OCTETS = 25_000_000
# How long an address opens a document for people who are registered; their page makes a fresh one at each reading.
LINK_LASTS = timedelta(hours=12)
_SALT = "document for people who are registered"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# What is taken, each with the word that people see and the end of its name.
TYPES = {
    "application/pdf": ("PDF", ".pdf"),
    f"{_OPEN}text": ("ODT", ".odt"),
    f"{_OPEN}spreadsheet": ("ODS", ".ods"),
    f"{_OPEN}presentation": ("ODP", ".odp"),
    f"{_OFFICE}wordprocessingml.document": ("DOCX", ".docx"),
    f"{_OFFICE}spreadsheetml.sheet": ("XLSX", ".xlsx"),
    f"{_OFFICE}presentationml.presentation": ("PPTX", ".pptx"),
    "image/jpeg": ("JPEG", ".jpg"),
    "image/png": ("PNG", ".png"),
    "text/plain": ("TXT", ".txt"),
}
_ALSO_CALLED = {"jpeg": "jpg", "jpe": "jpg"}
# Where an Office file keeps its main part.
_MAIN_PARTS = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}


class NotADocument(ValidationError):
    """A file that is not taken, with words that say what is."""


def type_of(upload: UploadedFile) -> str:
    """Return the media type of a file by what is in it, whatever its name says.

    Raises NotADocument for one that is empty, larger than 25 MB, or of none of the types that are taken. Archives are
    not taken: nobody can see before opening one what is in it. Nor are documents with macros.
    """
    if not upload.size:
        raise NotADocument(gettext("This file is empty. Choose another one"), code="empty")
    if upload.size > MOST_OCTETS:
        raise NotADocument(
            gettext("This file is larger than %(most)s MB. Make it smaller, for example with fewer pictures")
            % {"most": MOST_OCTETS // 1_000_000},
            code="too_large",
        )
    upload.seek(0)
    head = upload.read(1024)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    is_zipped = head.startswith(b"PK\x03\x04")
    found = _zipped_type(upload) if is_zipped else "text/plain" if _is_text(upload) else ""
    if not found:
        raise NotADocument(
            gettext("This kind of file is not taken. Save it as one of these: %(types)s")
            % {"types": ", ".join(word for word, _end in TYPES.values())},
            code="type",
        )
    return found


def _zipped_type(upload: UploadedFile) -> str:
    try:
        upload.seek(0)
        with zipfile.ZipFile(cast(BinaryIO, upload.file)) as archive:
            names = set(archive.namelist())
            if any(_is_macro(name) for name in names):
                return ""
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared.startswith(_OPEN) and declared in TYPES else ""
            return next((kind for part, kind in _MAIN_PARTS.items() if part in names), "")
    except Exception:
        # The decoders of archives raise whatever they do for one that is damaged, locked, or made to break them.
        return ""
    finally:
        upload.seek(0)


def _is_macro(name: str) -> bool:
    """Whether a part of a document is a program: VBA of Office files, Basic and other scripts of open documents."""
    *folders, part = name.replace("\\", "/").lower().split("/")
    return part == "vbaproject.bin" or not {"basic", "scripts"}.isdisjoint(folders)


def _is_text(upload: UploadedFile) -> bool:
    """Whether a file is plain text in UTF-8 that no browser could take for markup."""
    upload.seek(0)
    octets = upload.read()
    upload.seek(0)
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if any(c < " " and c not in "\t\r\n\f" for c in text):
        return False
    return not text.lstrip("\ufeff \t\r\n").startswith("<")


def file_name(name: str, media_type: str) -> str:
    """Return the name under which a file is saved by its readers: that of the upload, with the end of what it is."""
    stem = name.replace("\\", "/").rpartition("/")[2]
    stem = "".join(c for c in stem if c.isprintable() and c not in '<>:"/|?*').strip(". ")
    end = TYPES[media_type][1]
    if "." in stem:
        stem = stem.rpartition(".")[0]
    return f"{stem[:150] or 'document'}{end}"


def renamed_in_words(name: str, document: Document) -> str:
    """Say that an upload is something else than its name said, and what its file is called now; else ""."""
    word, end = TYPES[document.file_type]
    _stem, dot, ending = name.rpartition(".")
    ending = _ALSO_CALLED.get(ending.lower(), ending.lower())
    if not dot or f".{ending}" == end:
        return ""
    said = gettext(
        "The file “%(name)s” is %(type)s by what is in it, so it is called “%(called)s” now. Open it once: if it is "
        "not what you meant, choose another one."
    )
    return said % {"name": name, "type": word, "called": document.file_name}


# --- Showing -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """One document as a page names it: “Slides (PDF, 2.1 MB, Italian)”. Without an address its file is yet to come."""

    title: Text
    about: str
    address: str
    language: str = ""

    @classmethod
    def of(cls, document: Document, *, key: str = "", language: str = "") -> "ShownDocument":
        """Return how a document is shown; `key` opens one for people who are registered.

        `language` is that of its title, and is the page's where it is empty.
        """
        title = document.in_language("title", language or get_language() or "en")
        if not document.file:
            return cls(title, _language(document), "", document.language)
        kind = TYPES.get(document.file_type, ("", ""))[0]
        parts = [kind, filesizeformat(document.octets), _language(document)]
        address = reverse("events:document", args=[document.pk])
        return cls(
            title,
            ", ".join(part for part in parts if part),
            f"{address}?key={key}" if key else address,
            document.language,
        )


def said_to_readers(documents: Iterable[Document], event: Event) -> list[Document]:
    """Return documents without those whose file has not come although the event is over.

    Before, such a document says that it comes; afterwards only its organisers read that it is not there yet.
    """
    return [document for document in documents if document.file or not event.is_over()]


def _language(document: Document) -> str:
    return str(language_of(document.language).name) if document.language else ""


def key_for(document: Document) -> str:
    """Return what opens a document for somebody who is registered; it lasts 12 hours."""
    return signing.TimestampSigner(salt=_SALT).sign_object(document.pk)


def is_opened_by(document: Document, key: str) -> bool:
    """Whether a key was given out for this document in the last 12 hours."""
    try:
        return signing.TimestampSigner(salt=_SALT).unsign_object(key, max_age=LINK_LASTS) == document.pk
    except signing.BadSignature:
        return False


def download(document: Document) -> FileResponse:
    """Answer with the file of a document, to be saved and never to be run by a browser."""
    response = FileResponse(document.file.open("rb"), content_type=document.file_type or "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, document.file_name or "document")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response


def picture(file: FieldFile, *, is_public: bool) -> FileResponse:
    """Answer with a picture of our own making, at an address that is another one for another picture."""
    response = FileResponse(file.open("rb"), content_type="image/jpeg")
    response["Content-Disposition"] = "inline"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    # A shared cache may keep it for a day only: what is withdrawn shall go.
    response["Cache-Control"] = "public, max-age=86400" if is_public else "private, no-cache"
    return response


# --- Files and rows ----------------------------------------------------------------------------------------------


@contextmanager
def changing_file(row: Document | Speaker, field: str) -> Iterator[None]:
    """Save a row whose file changes: no file is left over, and none is lost.

    The old file goes once all is committed; the new one goes when saving fails.
    """
    before: FieldFile = getattr(type(row).with_deleted.get(pk=row.pk), field) if row.pk else getattr(type(row)(), field)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        after: FieldFile = getattr(row, field)
        # Django marks what it has written to the storage.
        if after.name and after.name != before.name and getattr(after, "_committed", False):
            after.storage.delete(after.name)
        raise
    after = getattr(row, field)
    if before.name and before.name != after.name:
        transaction.on_commit(partial(before.storage.delete, before.name))


def _deleted_for_good(sender: type[Model], instance: Document | Speaker, **kwargs: Any) -> None:
    file: FieldFile = instance.photo if isinstance(instance, Speaker) else instance.file
    if file.name:
        transaction.on_commit(partial(file.storage.delete, file.name))


def connect() -> None:
    """Let files go with their rows, also where a whole event is deleted."""
    for model in (Document, Speaker):
        post_delete.connect(_deleted_for_good, sender=model, dispatch_uid=f"files go with {model.__name__}")
