"""The translations: compiled from locale/*/LC_MESSAGES/*.po without gettext's msgfmt, which a bare machine lacks."""

from collections.abc import Iterable
from pathlib import Path

import polib
from django.conf import settings


def compile_catalogues(folders: Iterable[str | Path] | None = None) -> list[Path]:
    """Write the .mo file of every .po file that is newer, and return the .po files that were compiled.

    Entries marked fuzzy are left out, as msgfmt does. `folders` defaults to LOCALE_PATHS.
    """
    compiled = []
    for folder in settings.LOCALE_PATHS if folders is None else folders:
        for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            polib.pofile(str(source)).save_as_mofile(str(target))
            compiled.append(source)
    return compiled
