"""How long a form takes, by the keystroke-level model of Card, Moran and Newell (1983)."""

from dataclasses import dataclass, field
from typing import Any

# Seconds: a key, pointing at something, moving a hand between keys and mouse, thinking about what comes next. A press
# of the button of the mouse takes as long as a key.
KEY, POINT, HAND, THINK = 0.2, 1.1, 0.4, 1.35


@dataclass
class Hands:
    """Somebody at a page: presses real keys and clicks, and counts what they cost. It begins at the mouse."""

    window: Any
    keys: int = 0
    clicks: int = 0
    thoughts: int = 0
    moves: int = 0
    is_at_mouse: bool = field(default=True, init=False)

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.clicks * (POINT + KEY) + self.thoughts * THINK + self.moves * HAND

    def think(self, times: int = 1) -> None:
        self.thoughts += times

    def click(self, locator: Any) -> None:
        self._go_to(mouse=True)
        locator.click()
        self.clicks += 1

    def press(self, key: str, times: int = 1) -> None:
        self._go_to(mouse=False)
        for _time in range(times):
            self.window.keyboard.press(key)
        self.keys += times

    def type(self, text: str) -> None:
        """Type a text, of which a capital takes two keys."""
        self._go_to(mouse=False)
        self.window.keyboard.type(text)
        self.keys += len(text) + sum(letter.isupper() for letter in text)

    def paste(self, text: str) -> None:
        """Paste what was copied elsewhere, with two keys."""
        self._go_to(mouse=False)
        self.window.keyboard.insert_text(text)
        self.keys += 2

    def _go_to(self, *, mouse: bool) -> None:
        if self.is_at_mouse != mouse:
            self.moves += 1
        self.is_at_mouse = mouse
