"""The plot of what people say they learned."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...plots import Cell, Numbers, Pair, Plot, dumbbell_plot, one_decimal
from ..rows import MINIMUM_ANSWERS, OutcomeRow
from .words import in_a_row


def learning_plot(outcomes: Iterable[OutcomeRow], *, opens_rows: bool = True) -> Plot | None:
    """Draw only means of enough answers; the table names every outcome, and says where there are too few.

    `opens_rows`: the numbers of answers lead to their rows in a report. None where nobody answered.
    """
    rows = [row for row in outcomes if row.n]
    drawn = [(row, Pair(row.before, row.after)) for row in rows if row.before is not None and row.after is not None]
    if not rows:
        return None
    if drawn:
        finding = ngettext(
            "Self-ratings rose for %(rose)d of %(count)d outcome",
            "Self-ratings rose for %(rose)d of %(count)d outcomes",
            len(drawn),
        ) % {"rose": sum(pair.after > pair.before for _row, pair in drawn), "count": len(drawn)}
    else:
        finding = _("Too few answers to show a mean yet")
    too_few = _("fewer than %(minimum)d answers") % {"minimum": MINIMUM_ANSWERS}

    def mean(value: float | None) -> str:
        return too_few if value is None else one_decimal(value)

    labelled = [
        (_("%(outcome)s (n\u00a0=\u00a0%(n)d)") % {"outcome": row.text.text, "n": row.n}, pair) for row, pair in drawn
    ]
    return dumbbell_plot(
        labelled,
        slug="learning",
        finding=finding,
        measure=_("Mean self-rating from 1 (not at all) to 5 (fully): hollow before the event, filled after it"),
        n=sum(row.n for row, _pair in drawn),
        summary=in_a_row(
            _("%(outcome)s: from %(before)s to %(after)s")
            % {"outcome": label, "before": one_decimal(pair.before), "after": one_decimal(pair.after)}
            for label, pair in labelled
        ),
        numbers=Numbers(
            (_("Learning outcome"), _("Before"), _("After"), _("Answers")),
            [
                (
                    Cell(row.text.text),
                    Cell(mean(row.before)),
                    Cell(mean(row.after)),
                    Cell(str(row.n), f"outcome-{row.outcome_id}" if opens_rows else ""),
                )
                for row in rows
            ],
        ),
    )
