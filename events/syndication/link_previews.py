"""What other programs show of a link to an event: a picture with its title, date and place (Open Graph).

The picture shows what the public page says and nothing else, so it exists for public events only.
"""

import io
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from PIL import Image, ImageDraw, ImageFont, features

from accounts.outbox import one_line

from ..models import Event
from ..times import when_in_words
from ..where import where_in_words

# The size that networks ask for (https://ogp.me, and 1.91 : 1 of those that show it).
WIDTH, HEIGHT = 1200, 630
PICTURES_KEPT = 100

_FONTS = Path(__file__).parent / "fonts"
# The colours of the light pages: ink, hints, the one blue, and the ground.
_INK, _MUTED, _BLUE, _GROUND = "#17202b", "#4a5666", "#0b4a8f", "#ffffff"
_ERROR = "#b0151e"
_EDGE = 72
# No letter, so a font shows for it what it shows for each letter that it lacks.
_NO_LETTER = "\uffff"


def is_for_everybody(event: Event) -> bool:
    """Whether the event is public, so that other sites may show something of it."""
    return event.is_published and event.visibility == Event.Visibility.PUBLIC


def picture_address(event: Event, language: str) -> str:
    """The address of the picture, with the host, as other sites need it."""
    path = reverse("syndication:picture", args=[event.slug])
    return settings.SITE_URL + path + (f"?lang={language}" if language != settings.LANGUAGE_CODE else "")


def picture(event: Event, language: str) -> bytes:
    """Return the picture of a public event as PNG. The same event gives the same bytes.

    What our letters cannot write is left out, and the name of the project stands for such a title: the page that the
    picture leads to says it all.
    """
    project = event.project
    with translation.override(language):
        title = event.in_language("title", language).text
        return _drawn(
            title=_writable(title, project.full_name, project.acronym),
            above=_writable(f"{project.acronym} · {event.kind.name_in(language)}", project.acronym),
            state=_writable(_state(event)),
            when=_writable(when_in_words(event), when_in_words(event, "en")),
            where=_writable(where_in_words(event)),
            site=_writable(settings.SITE_NAME),
        )


def _writable(*texts: str) -> str:
    """Return the first of these texts that our letters can write, as one line; “” when there is none.

    A sign that is no letter or number, such as an emoji, is left out alone.
    """
    for text in texts:
        missing = {sign for sign in one_line(text) if not _is_writable(sign)}
        if not any(unicodedata.category(sign)[0] in "LMN" for sign in missing):
            return "".join(sign for sign in one_line(text) if sign not in missing).strip()
    return ""


@cache
def _is_writable(sign: str) -> bool:
    if unicodedata.bidirectional(sign) in ("R", "AL", "AN") and not (
        features.check("raqm") and features.check("fribidi")
    ):
        # Pillow would write it from left to right, letter beside letter.
        return False
    return all(_shape(sign, is_bold) != _shape(_NO_LETTER, is_bold) for is_bold in (False, True))


@cache
def _shape(sign: str, is_bold: bool) -> tuple[tuple[int, int], bytes]:
    mask = _font(32, bold=is_bold).getmask(sign)
    return mask.size, bytes(mask)


def _state(event: Event) -> str:
    return {
        Event.Status.CANCELLED: gettext("Cancelled"),
        Event.Status.POSTPONED: gettext("Postponed"),
        Event.Status.SAVE_THE_DATE: gettext("Save the date"),
    }.get(Event.Status(event.status), "")


@lru_cache(maxsize=PICTURES_KEPT)
def _drawn(*, title: str, above: str, state: str, when: str, where: str, site: str) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=_BLUE)
    room = WIDTH - 2 * _EDGE
    top = float(_EDGE - 12)
    if state:
        draw.text((_EDGE, top), state, font=_font(32, bold=True), fill=_ERROR)
        top += 48
    draw.text((_EDGE, top), _shortened(above, _font(32), room), font=_font(32), fill=_BLUE)
    top += 60
    for size in (60, 52, 44, 38):
        font = _font(size, bold=True)
        lines = _lines(title, font, room)
        if len(lines) <= 3:
            break
    else:
        lines = [*lines[:3], _shortened(lines[3] + "…", font, room)]
    for line in lines:
        draw.text((_EDGE, top), line, font=font, fill=_INK)
        top += size * 1.22
    bottom = HEIGHT - _EDGE
    draw.text((_EDGE, bottom - 28), _shortened(site, _font(26), room), font=_font(26), fill=_MUTED)
    draw.text((_EDGE, bottom - 96), _shortened(where, _font(34), room), font=_font(34), fill=_INK)
    draw.text((_EDGE, bottom - 150), _shortened(when, _font(34), room), font=_font(34), fill=_INK)
    file = io.BytesIO()
    image.quantize(64).save(file, "PNG", optimize=True)
    return file.getvalue()


@lru_cache
def _font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSansCondensed-Bold.ttf" if bold else "DejaVuSansCondensed.ttf"
    return ImageFont.truetype(_FONTS / name, size)


def _lines(text: str, font: ImageFont.FreeTypeFont, room: int) -> list[str]:
    """Break a text into lines; a word that is wider than a line is broken too."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while font.getlength(word) > room:
            fits = next(n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= room)
            lines[-1], word = word[:fits], word[fits:]
            lines.append("")
            if len(lines) > 8:
                return lines
        lines[-1] = word
    return lines


def _shortened(text: str, font: ImageFont.FreeTypeFont, room: int) -> str:
    if font.getlength(text) <= room:
        return text
    # Nothing of more than 300 characters fits, and each is measured.
    text = text[:300]
    while text and font.getlength(text + "…") > room:
        text = text[:-1]
    return text.rstrip(" ,.…") + "…"
