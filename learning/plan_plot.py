"""The plot of how much of each plan is carried out."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from events.times import dates_in_words

from .action_plans import Standing
from .models import Progress
from .plots import Cell, Numbers, Plot, Value, bar_plot


def carried_out_plot(standings: Sequence[Standing], *, on: date) -> Plot | None:
    """Draw for each plan how many actions it has and how many are carried out; None where nothing is known of any."""
    known = [standing for standing in standings if standing.is_known]
    if not known:
        return None
    done = sum(standing.done for standing in known)
    actions = sum(len(standing.actions) for standing in known)
    return bar_plot(
        [
            (
                str(standing.plan),
                [
                    Value(standing.done, _("%(number)d carried out") % {"number": standing.done}),
                    Value(
                        len(standing.actions),
                        _("%(number)d in the plan") % {"number": len(standing.actions)},
                        style="hollow",
                    ),
                ],
            )
            for standing in known
        ],
        slug="carried-out",
        finding=_("%(done)d of %(actions)d actions are carried out") % {"done": done, "actions": actions},
        measure=_("Actions of each plan, as the last round up to %(day)s says") % {"day": dates_in_words(on, on)},
        n=actions,
        summary="; ".join(
            _("%(plan)s: %(done)d of %(actions)d")
            % {"plan": standing.plan, "done": standing.done, "actions": len(standing.actions)}
            for standing in known
        ),
        numbers=Numbers(
            (_("Action plan"), *(str(status.label) for status in Progress.Status), _("Nothing said yet")),
            [
                (
                    Cell(str(standing.plan)),
                    *(Cell(str(standing.number(status))) for status in Progress.Status),
                    Cell(str(len(standing.silent))),
                )
                for standing in known
            ],
        ),
    )
