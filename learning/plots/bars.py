"""Horizontal bars from zero."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Unpack

from .drawing import BAR, GAP, Drawing, Rect, Words, em, label_lines, percent
from .plot import About, Plot

# The longest bar ends here, in per cent, so that its number has room behind it.
LONGEST_BAR = 85
# A bar that says in words what it is needs more of it.
LONGEST_BAR_WITH_WORDS = 55


@dataclass(frozen=True, slots=True)
class Value:
    """One bar: its length, the text behind it, and how it is drawn (`solid`, `hollow` or `dashed`)."""

    number: int
    text: str
    style: str = "solid"


@dataclass(frozen=True, slots=True)
class Bars:
    """For each row its label, and below it one bar for each of its values."""

    NAME: ClassVar[str] = "bars"
    rows: Sequence[tuple[str, Sequence[Value]]]
    legend: Sequence[tuple[str, str]] = ()
    names: Sequence[tuple[str, str]] = ()

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Bars":
        return cls([(label, [Value(**value) for value in values]) for label, values in plain["rows"]])

    @property
    def plain(self) -> dict[str, Any]:
        return {"rows": [[label, [asdict(value) for value in values]] for label, values in self.rows]}

    @property
    def drawing(self) -> Drawing:
        longest = max((value.number for _label, values in self.rows for value in values), default=0)
        has_words = any(value.text != str(value.number) for _label, values in self.rows for value in values)
        room = LONGEST_BAR_WITH_WORDS if has_words else LONGEST_BAR
        rects, words = [], []
        y, breaks = 0.0, []
        for label, values in self.rows:
            lines, y = label_lines(label, y)
            words += lines
            for value in values:
                y += 0.15
                width = percent(value.number / longest * room if longest else 0)
                rects.append(Rect(f"bar-{value.style}", "0%", em(y), width, em(BAR)))
                words.append(Words(width, em(y + BAR * 0.8), value.text, dx="0.5em"))
                y += BAR
            y += GAP
            breaks.append(em(y))
        return Drawing(em(y), rects=rects, words=words, breaks=breaks)


def bar_plot(
    rows: Sequence[tuple[str, Sequence[Value]]],
    **about: Unpack[About],
) -> Plot:
    """Draw horizontal bars from zero: for each row its label, and below it one bar for each of its values."""
    return Plot(shape=Bars(rows), **about)
