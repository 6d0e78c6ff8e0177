"""Words that several plots share."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def in_a_row(parts: Iterable[str]) -> str:
    """Return the parts of a summary as one sentence."""
    # Translators: stands between the parts of a list of numbers.
    return _("; ").join(parts)
