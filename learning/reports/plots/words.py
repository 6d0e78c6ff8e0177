"""Words that several plots share."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def in_a_row(parts: Iterable[str]) -> str:
    """Return the parts of a summary as one sentence."""
    # Translators: stands between the parts of a list of numbers.
    return _("; ").join(parts)


def most_frequent(kinds: Sequence[tuple[str, int]]) -> str:
    """Say what is found of kinds of events with how many there were of each, the most frequent first."""
    total = sum(count for _name, count in kinds)
    leader, first = kinds[0]
    if len(kinds) == 1:
        return ngettext(
            "The only event is of the kind: %(kind)s", "All %(total)d events are of one kind: %(kind)s", total
        ) % {"kind": leader, "total": total}
    if first > kinds[1][1]:
        return _("Most frequent: %(kind)s, %(count)d of %(total)d") % {"kind": leader, "count": first, "total": total}
    return _("%(total)d events of %(kinds)d kinds") % {"total": total, "kinds": len(kinds)}
