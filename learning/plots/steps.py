"""Numbers that grow or fall from day to day, against the most that there can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Unpack

from .drawing import GAP, LINE, Drawing, Stroke, Words, em, label_lines, percent
from .plot import About, Plot

HIGH = 4.0
# The lines end here, in per cent, so that their numbers have room behind them.
LAST_DAY = 86
# Two numbers nearer than that would lie on each other.
ONE_LINE = 1.1


@dataclass(frozen=True, slots=True)
class Panel:
    """One row: the number that was reached on each day on which it changed, and the most that there can be or None."""

    label: str
    days: Sequence[tuple[date, int]]
    most: int | None


@dataclass(frozen=True, slots=True)
class Steps:
    """Rows above each other, with the same days across: from the first of any up to `until`."""

    NAME: ClassVar[str] = "steps"
    panels: Sequence[Panel]
    until: date
    # What the first and the last day are called.
    ends: tuple[str, str]
    legend: Sequence[tuple[str, str]] = ()
    names: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Steps":
        return cls(
            [
                Panel(
                    panel["label"],
                    [(date.fromisoformat(day), number) for day, number in panel["days"]],
                    panel["most"],
                )
                for panel in plain["panels"]
            ],
            date.fromisoformat(plain["until"]),
            (plain["ends"][0], plain["ends"][1]),
        )

    @property
    def plain(self) -> dict[str, Any]:
        return {
            "panels": [
                {
                    "label": panel.label,
                    "days": [[day.isoformat(), number] for day, number in panel.days],
                    "most": panel.most,
                }
                for panel in self.panels
            ],
            "until": self.until.isoformat(),
            "ends": list(self.ends),
        }

    @property
    def drawing(self) -> Drawing:
        strokes: list[Stroke] = []
        words: list[Words] = []
        first = min((day for panel in self.panels for day, _number in panel.days), default=self.until)
        span = max((self.until - first).days, 1)
        y, breaks = 0.0, []
        for panel in self.panels:
            lines, y = label_lines(panel.label, y)
            words += lines
            y += 0.4
            top = max([panel.most or 0, *(number for _day, number in panel.days)], default=0) or 1
            floor = y + HIGH
            at = [((day - first).days / span * LAST_DAY, floor - number / top * HIGH) for day, number in panel.days]
            strokes.append(Stroke("axis", "0%", em(floor), percent(LAST_DAY), em(floor)))
            most_y = None
            if panel.most is not None:
                most_y = floor - panel.most / top * HIGH
                strokes.append(Stroke("most", "0%", em(most_y), percent(LAST_DAY), em(most_y)))
                words.append(Words(percent(LAST_DAY), em(most_y + 0.35), str(panel.most), dx="0.5em"))
            x, level = 0.0, floor
            for there, height in [*at, (float(LAST_DAY), at[-1][1] if at else floor)]:
                strokes.append(Stroke("step", percent(x), em(level), percent(there), em(level)))
                if height != level:
                    strokes.append(Stroke("step", percent(there), em(level), percent(there), em(height)))
                x, level = there, height
            number = panel.days[-1][1] if panel.days else 0
            if number != panel.most:
                text_y = level + 0.35
                if most_y is not None and abs(text_y - most_y - 0.35) < ONE_LINE:
                    text_y = most_y + 0.35 + (ONE_LINE if level >= most_y else -ONE_LINE)
                words.append(Words(percent(LAST_DAY), em(text_y), str(number), dx="0.5em", style="strong"))
            y = floor + GAP
            breaks.append(em(y))
        words.append(Words("0%", em(y + LINE * 0.5), self.ends[0]))
        words.append(Words("100%", em(y + LINE * 0.5), self.ends[1], "end"))
        return Drawing(em(y + LINE), strokes=strokes, words=words, breaks=breaks[:-1])


def steps_plot(
    panels: Sequence[Panel],
    *,
    until: date,
    ends: tuple[str, str],
    **about: Unpack[About],
) -> Plot:
    """Draw for each panel a line from day to day, and dashed above it the most that there can be."""
    return Plot(shape=Steps(panels, until, ends), **about)
