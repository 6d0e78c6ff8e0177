"""The evidence of an event: what is in its folder, what is missing, and the folder as one file for an auditor.

`folder` says what is there, `made` writes what follows from the records, `packing` makes the ZIP, `packs` lets that
happen in the background, and `links` lets an auditor in.
"""

from .folder import Folder, Item, Section, folder_of

__all__ = ["Folder", "Item", "Section", "folder_of"]
