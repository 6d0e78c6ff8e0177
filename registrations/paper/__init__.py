"""What is printed: signed lists, badges, tickets, certificates and table signs, each as the bytes of a PDF.

Typst sets them (docs/decisions/paper.md). What they say comes from here as plain data; how it stands on the sheet is in
`sheets/`. Nothing that anybody typed is ever read as a command.
"""

from .badges import LAYOUTS, badges, is_printed_whole, table_signs, ticket, to_be_written_by_hand
from .certificates import certificate, certificate_pdf
from .lists import signed_list

__all__ = [
    "LAYOUTS",
    "badges",
    "certificate",
    "certificate_pdf",
    "is_printed_whole",
    "signed_list",
    "table_signs",
    "ticket",
    "to_be_written_by_hand",
]
