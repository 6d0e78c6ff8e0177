"""The order of an event's speakers and documents, as its organisers choose it."""

from ..models import Document, Speaker
from .changes import NoNeighbour, changing_programme

UP, DOWN = "up", "down"
STEPS = {UP: -1, DOWN: 1}


def move(row: Speaker | Document, where: str) -> None:
    """Let a speaker or a document trade places with its neighbour, UP or DOWN; raises NoNeighbour at the end."""
    with changing_programme(row.event):
        rows = list(type(row).objects.filter(event=row.event).order_by(*type(row)._meta.ordering or ()))
        here = next((n for n, other in enumerate(rows) if other.pk == row.pk), None)
        if here is None or not 0 <= here + STEPS[where] < len(rows):
            raise NoNeighbour(row)
        there = here + STEPS[where]
        rows[here], rows[there] = rows[there], rows[here]
        # Rows that came from a file may share a position.
        for position, other in enumerate(rows, 1):
            if other.position != position:
                other.position = position
                other.save(update_fields=["position"])


def button_to_press_again(asked: str, key: int, *, is_first: bool, is_last: bool) -> str:
    """Return which button of a row has the focus: the one that just moved it (“up-5” in `asked`), if it is there."""
    where, _dash, of = asked.partition("-")
    if of != str(key) or where not in STEPS:
        return ""
    if where == UP:
        return DOWN if is_first else UP
    return UP if is_last else DOWN
