"""The files of a report. Each format has a module that makes its bytes of a document, and of nothing else.

The same document gives the same bytes, whoever asks, and when: nothing reads the clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import csv_files, json_file, odt_file, pdf_file, xlsx_file


@dataclass(frozen=True, slots=True)
class Format:
    """A format of the whole report: what it is called, its media type, and what makes its bytes."""

    name: str
    media_type: str
    make: Callable[[dict[str, Any]], bytes]


FORMATS: Mapping[str, Format] = {
    "pdf": Format("PDF", pdf_file.MEDIA_TYPE, pdf_file.report),
    "odt": Format("ODT", odt_file.MEDIA_TYPE, odt_file.report),
    "xlsx": Format("XLSX", xlsx_file.MEDIA_TYPE, xlsx_file.report),
    "csv": Format("CSV", csv_files.MEDIA_TYPE, csv_files.numbers),
    "json": Format("JSON", json_file.MEDIA_TYPE, json_file.report),
}
