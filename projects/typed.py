"""Numbers and keys that addresses and forms bring: read as numbers, or known to be none before a database is asked."""

import re
from collections.abc import Mapping

from django.http import Http404


def typed_number(typed: str, *, most: int) -> int | None:
    """Return a whole number from 1 to `most`; None for anything else, however many digits it has."""
    number = int(typed) if re.fullmatch(r"[0-9]{1,18}", typed) else 0
    return number if 1 <= number <= most else None


def typed_key(typed: str) -> int | None:
    """Return the key of a row; None for what can be none: no database has a key of more than 18 digits."""
    return typed_number(typed, most=10**18)


def asked_key(asked: Mapping[str, str], name: str) -> int | None:
    """Return the key of the one row that a form or address names; None where it names none, for “all of them”.

    Raises Http404 for what can be no key: that it means all would be wrong.
    """
    if name not in asked:
        return None
    if (key := typed_key(asked[name])) is None:
        raise Http404
    return key
