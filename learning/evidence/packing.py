"""The folder of an event as one ZIP that stands by itself: an index to read, every file, and a manifest of hashes.

`sha256sum -c manifest-sha256.txt` in the unpacked folder checks every file; the index says how.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from accounts.letters import absolute_url
from events.times import instant_in_words

from .folder import Folder, Item
from .made import facts_of

MANIFEST = "manifest-sha256.txt"
# What is small already, and only costs time to press.
_PRESSED = (".pdf", ".jpg", ".png", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp")

STYLE = """:root { color-scheme: light dark; font: 1.0625rem/1.55 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
body { max-inline-size: 60rem; margin: 2rem auto; padding-inline: 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; inline-size: 100%; margin-block: 1rem; }
caption { text-align: start; font-weight: bold; }
th, td { text-align: start; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
td { border-block-end: 1px solid #8795a7; }
dt { font-weight: bold; } dd { margin: 0 0 0.5rem; }
code { font-size: 0.8rem; }
.missing { border-inline-start: 4px solid #b0151e; padding-inline-start: 0.75rem; }
"""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file as it lies in the ZIP."""

    item: Item
    sha256: str
    octets: int


@dataclass(frozen=True, slots=True)
class PackedSection:
    name: str
    missing: str
    files: tuple[Packed, ...]
    lost: tuple[Item, ...]


def pack(
    folder: Folder, file: IO[bytes], *, at: datetime | None = None, tell: Callable[[int], object] = lambda done: None
) -> int:
    """Write the ZIP of a folder, in the current language, and return how many files of the folder are in it.

    `tell` hears how many are done after each. A file that is lost is named in the index and left out.
    """
    at = at or timezone.now()
    stamp = at.astimezone(folder.event.zone).timetuple()[:6]
    lines: list[tuple[str, str]] = []
    done = 0
    with zipfile.ZipFile(file, "w") as archive:

        def add(path: str, chunks) -> tuple[str, int]:  # type: ignore[no-untyped-def]
            info = zipfile.ZipInfo(path, date_time=stamp)
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_STORED if path.endswith(_PRESSED) else zipfile.ZIP_DEFLATED
            digest, octets = hashlib.sha256(), 0
            with archive.open(info, "w", force_zip64=True) as packed:
                for chunk in chunks:
                    digest.update(chunk)
                    octets += len(chunk)
                    packed.write(chunk)
            lines.append((digest.hexdigest(), path))
            return digest.hexdigest(), octets

        sections = []
        for section in folder.sections:
            files, lost = [], []
            for item in section.items:
                # Before anything of it is written: a half file in the archive would stay there.
                if not item.is_there:
                    lost.append(item)
                else:
                    files.append(Packed(item, *add(item.path, item.chunks())))
                done += 1
                tell(done)
            missing = section.missing if section.is_due else ""
            sections.append(PackedSection(section.name, missing, tuple(files), tuple(lost)))
        add("style.css", [STYLE.encode()])
        add("index.html", [_index(folder, sections, at).encode()])
        text = "".join(f"{sha256}  {path}\n" for sha256, path in lines)
        archive.writestr(zipfile.ZipInfo(MANIFEST, date_time=stamp), text, zipfile.ZIP_DEFLATED)
    return sum(len(section.files) for section in sections)


def packed_bytes(folder: Folder, *, at: datetime | None = None) -> bytes:
    """Return the ZIP of a folder that is small enough for memory."""
    file = io.BytesIO()
    pack(folder, file, at=at)
    return file.getvalue()


def _index(folder: Folder, sections: list[PackedSection], at: datetime) -> str:
    event, language = folder.event, get_language() or "en"
    context = {
        "event": event,
        "language": language,
        "facts": facts_of(event),
        "sections": sections,
        "missing": folder.missing,
        "removed": [(one, instant_in_words(one.removed_at, event.zone)) for one in folder.removed],
        "made": instant_in_words(at, event.zone),
        "style": "style.css",
        "manifest": MANIFEST,
        "command": f"sha256sum -c {MANIFEST}",
        "windows_command": "Get-FileHash",
        "verify_address": absolute_url("verifying:enter", language=language),
    }
    return render_to_string("learning/evidence/zip/index.html", context)
