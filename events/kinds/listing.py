"""The kinds of events as their administrators read them."""

from dataclasses import dataclass

from django.db.models import Count, F
from django.utils.translation import gettext

from projects.models import Programme

from ..models import EventKind
from .forms import SWITCHES


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind in words: which switches are on, which documents are due."""

    kind: EventKind
    switches: list[str]
    evidence: list[str]
    events: int


@dataclass(frozen=True, slots=True)
class KindGroup:
    """The kinds of one programme, or those for all (`programme` is None)."""

    programme: Programme | None
    can_be_changed: bool
    rows: list[KindRow]

    @property
    def title(self) -> str:
        return str(self.programme) if self.programme else gettext("For all programmes")


def kinds_by_programme(user) -> list[KindGroup]:
    """Return the kinds that a user may see: those of each programme that they administer, then those for all."""
    kinds = EventKind.objects.readable_by(user).annotate(event_count=Count("events"))
    groups: dict[int | None, KindGroup] = {
        programme.pk: KindGroup(programme, can_be_changed=True, rows=[])
        for programme in Programme.objects.administered_by(user)
    }
    shared = KindGroup(None, can_be_changed=user.is_superuser, rows=[])
    for kind in kinds.order_by(F("is_offered").desc(), "position", "name"):
        groups.get(kind.programme_id, shared).rows.append(_row(kind))
    return [*groups.values(), shared]


def _row(kind) -> KindRow:
    return KindRow(
        kind=kind,
        switches=[str(label) for name, (label, _hint) in SWITCHES.items() if getattr(kind, name)],
        evidence=[str(due.name) for due in kind.evidence],
        events=kind.event_count,
    )
