"""A report as an OpenDocument text (OASIS OpenDocument 1.3), written here: small XML files in a ZIP with fixed dates.

A library would put the hour of writing into each file, and the same report would not give the same bytes. Each drawing
is there twice: as SVG, and as PNG for word processors that show no SVG.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from django.utils.translation import override

from registrations.paper.setting import pngs

from ...plots.files import Picture, in_xml
from .pages import DRAWN_WIDTH, Paper, PaperPlot, PaperTable, Section, paper

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"

# Between the margins of a sheet on its side.
WIDTH = 267
# How wide a bold letter is at most in a cell, and what stands left and right of its words.
LETTER, MARGINS = 2.2, 3
# So many letters stand beside each other in any column.
LONGEST = 20

_NAMESPACES = (
    " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"),
            ("style", "style"),
            ("text", "text"),
            ("table", "table"),
            ("meta", "meta"),
            ("draw", "drawing"),
            ("fo", "xsl-fo-compatible"),
            ("svg", "svg-compatible"),
        )
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink"'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'


def report(document: dict[str, Any]) -> bytes:
    """Return the text document. Raises as `registrations.paper.setting.pngs` does."""
    said = paper(document)
    with override(document["language"]):
        facts = _("Facts")
    pictures = _pictures(said)
    parts = {
        "content.xml": _content(said, facts).encode(),
        "styles.xml": _styles(said).encode(),
        "meta.xml": _meta(said).encode(),
        **pictures,
        "META-INF/manifest.xml": _manifest(pictures).encode(),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        # First and not packed, so that the first bytes say what the file is (part 2, §2.2.4).
        _add(packed, "mimetype", MEDIA_TYPE.encode(), zipfile.ZIP_STORED)
        for name, content in parts.items():
            _add(packed, name, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _add(packed: zipfile.ZipFile, name: str, content: bytes, how: int) -> None:
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = how
    packed.writestr(entry, content)


def _pictures(said: Paper) -> dict[str, bytes]:
    """Return each drawing by its path in the file: as SVG, and as PNG for programs that draw no SVG."""
    drawn = [
        (_picture_path(number, part), picture)
        for number, plot in enumerate(_plots(said), 1)
        for part, picture in enumerate(plot.pictures, 1)
    ]
    made = pngs([(picture.svg.decode(), DRAWN_WIDTH, _drawn_height(picture)) for _path, picture in drawn])
    found = {}
    for (path, picture), png in zip(drawn, made, strict=True):
        found[f"{path}.svg"] = picture.svg
        found[f"{path}.png"] = png
    return found


def _drawn_height(picture: Picture) -> float:
    """How high a drawing is on paper, in millimetres."""
    return round(picture.height / picture.width * DRAWN_WIDTH, 1)


def _content(said: Paper, facts: str) -> str:
    body = [f'<text:p text:style-name="Title">{_text(said.title)}</text:p>']
    of_facts = PaperTable([], [False, False], [[label, value] for label, value in said.facts])
    tables = [of_facts, *(section.table for section in said.sections if section.table)]
    body += _table("facts", of_facts, facts)
    for number, section in enumerate(said.sections, 1):
        body += _section(number, section)
        for plot, drawn in enumerate(section.plots, 1):
            body += _plot(plot, drawn)
    return (
        f'{_DECLARED}<office:document-content {_NAMESPACES} office:version="1.3"><office:automatic-styles>'
        '<style:style style:name="Cell" style:family="table-cell"><style:table-cell-properties'
        ' fo:padding="0.1cm" fo:border-bottom="0.5pt solid #6b7888"/></style:style>'
        # Half of a row at the end of a page is read by nobody.
        '<style:style style:name="Row" style:family="table-row"><style:table-row-properties'
        ' fo:keep-together="always"/></style:style>'
        f'<style:style style:name="Table" style:family="table"><style:table-properties style:width="{WIDTH}mm"'
        ' table:align="margins"/></style:style>'
        + "".join(
            f'<style:style style:name="Column{width}" style:family="table-column"><style:table-column-properties'
            f' style:column-width="{width}mm"/></style:style>'
            for width in sorted({width for table in tables for width in _widths(table)})
        )
        + f"</office:automatic-styles><office:body><office:text>{''.join(body)}</office:text></office:body>"
        "</office:document-content>"
    )


def _section(number: int, section: Section) -> Iterator[str]:
    yield f'<text:h text:style-name="Heading_20_1" text:outline-level="1">{_text(section.heading)}</text:h>'
    if section.items:
        items = "".join(f"<text:list-item><text:p>{_text(item)}</text:p></text:list-item>" for item in section.items)
        yield f"<text:list>{items}</text:list>"
    if section.table:
        yield from _table(f"table-{number}", section.table, section.heading)


def _plots(said: Paper) -> list[PaperPlot]:
    """Only one section has any, so they are numbered there."""
    return [plot for section in said.sections for plot in section.plots]


def _picture_path(plot: int, part: int) -> str:
    return f"Pictures/plot-{plot}-{part}"


def _plot(number: int, plot: PaperPlot) -> Iterator[str]:
    yield f'<text:h text:style-name="Heading_20_2" text:outline-level="2">{_text(plot.finding)}</text:h>'
    yield f'<text:p text:style-name="Measure">{_text(plot.measure)}</text:p>'
    for part, picture in enumerate(plot.pictures, 1):
        # What the first piece says in words is said.
        said = (
            f"<svg:title>{_text(plot.finding)}</svg:title><svg:desc>{_text(plot.alt)}</svg:desc>" if part == 1 else ""
        )
        yield (
            f'<text:p><draw:frame draw:name="plot-{number}-{part}" text:anchor-type="as-char"'
            f' svg:width="{DRAWN_WIDTH}mm" svg:height="{_drawn_height(picture)}mm">'
            # The first that a program can draw is shown (part 3, §10.4.2).
            f"{_image(f'{_picture_path(number, part)}.svg')}{_image(f'{_picture_path(number, part)}.png')}"
            f"{said}</draw:frame></text:p>"
        )


def _image(path: str) -> str:
    return (
        f'<draw:image xlink:href="{path}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"'
        f' draw:mime-type="{_media_type(path)}"/>'
    )


def _media_type(path: str) -> str:
    return "image/png" if path.endswith(".png") else "image/svg+xml"


def _table(name: str, table: PaperTable, title: str) -> Iterator[str]:
    yield f'<table:table table:name={quoteattr(in_xml(name))} table:style-name="Table">'
    yield f"<table:title>{_text(title)}</table:title>"
    for width in _widths(table):
        yield f'<table:table-column table:style-name="Column{width}"/>'
    if table.header:
        cells = "".join(
            _cell(heading, "Number_20_Heading" if is_number else "Table_20_Heading")
            for heading, is_number in zip(table.header, table.numbers, strict=True)
        )
        yield f"<table:table-header-rows><table:table-row>{cells}</table:table-row></table:table-header-rows>"
    for row in table.rows:
        cells = "".join(
            _cell(cell, "Number" if is_number else "Table_20_Contents")
            for cell, is_number in zip(row, table.numbers, strict=True)
        )
        yield f'<table:table-row table:style-name="Row">{cells}</table:table-row>'
    yield "</table:table>"


def _widths(table: PaperTable) -> list[int]:
    """Return the width of each column in millimetres: what its words need, and of what is left what it says."""
    needed = [_needed(column, is_number) for is_number, column in zip(table.numbers, table.columns, strict=True)]
    left, shares = max(0, WIDTH - sum(needed)), table.shares
    return [
        round(room + (left * share / sum(shares) if share else 0)) for room, share in zip(needed, shares, strict=True)
    ]


def _needed(column: list[str], is_number: bool) -> float:
    # Numbers, and words in their place, are not broken; of other texts no word is, but for very long ones.
    heading, *texts = column
    words = [word for text in (column if not is_number else [heading]) for word in text.split()]
    longest = max(map(len, [*words, *(texts if is_number else [])]), default=0)
    return MARGINS + min(longest, LONGEST) * LETTER


def _cell(text: str, style: str) -> str:
    return (
        '<table:table-cell table:style-name="Cell" office:value-type="string">'
        f'<text:p text:style-name="{style}">{_text(text)}</text:p></table:table-cell>'
    )


def _styles(said: Paper) -> str:
    language, _hyphen, country = said.language.partition("-")
    spoken = f'fo:language="{language}" fo:country="{country.upper() or "none"}"'

    with override(said.language):
        cofunding = _("Co-funded by the European Union")
        # Translators: {page} and {pages} are filled in by the printing program; leave them as they are.
        numbered = _text(_("Page {page} of {pages}"))
    numbered = numbered.replace("{page}", "<text:page-number/>").replace("{pages}", "<text:page-count/>")

    def style(name: str, shown: str, text: str, paragraph: str = "") -> str:
        return (
            f'<style:style style:name="{name}" style:display-name="{shown}" style:family="paragraph">'
            f"<style:paragraph-properties {paragraph}/><style:text-properties {text}/></style:style>"
        )

    return (
        f'{_DECLARED}<office:document-styles {_NAMESPACES} office:version="1.3"><office:styles>'
        '<style:default-style style:family="paragraph"><style:text-properties fo:font-size="10pt"'
        f' style:font-name="Noto Sans" fo:font-family="\'Noto Sans\'" {spoken}/></style:default-style>'
        + style(
            "Title", "Title", 'fo:font-size="18pt" fo:font-weight="bold" fo:color="#0b4a8f"', 'fo:margin-bottom="0.3cm"'
        )
        + style(
            "Heading_20_1",
            "Heading 1",
            'fo:font-size="13pt" fo:font-weight="bold"',
            'fo:margin-top="0.5cm" fo:margin-bottom="0.2cm" fo:keep-with-next="always"',
        )
        + style(
            "Heading_20_2",
            "Heading 2",
            'fo:font-size="11pt" fo:font-weight="bold"',
            'fo:margin-top="0.5cm" fo:margin-bottom="0.1cm" fo:keep-with-next="always"',
        )
        + style("Measure", "Measure", 'fo:font-size="9pt" fo:color="#4a5666"', 'fo:keep-with-next="always"')
        + style("Table_20_Heading", "Table Heading", 'fo:font-size="9pt" fo:font-weight="bold"')
        + style(
            "Number_20_Heading", "Number Heading", 'fo:font-size="9pt" fo:font-weight="bold"', 'fo:text-align="end"'
        )
        + style("Table_20_Contents", "Table Contents", 'fo:font-size="9pt"')
        + style("Margin", "Margin", 'fo:font-size="8pt" fo:color="#4a5666"', 'fo:text-align="end"')
        + style("Number", "Number", 'fo:font-size="9pt"', 'fo:text-align="end"')
        + "</office:styles><office:automatic-styles>"
        '<style:page-layout style:name="Page"><style:page-layout-properties fo:page-width="29.7cm"'
        ' fo:page-height="21cm" style:print-orientation="landscape" fo:margin-left="1.5cm"'
        ' fo:margin-right="1.5cm" fo:margin-top="0.8cm" fo:margin-bottom="0.8cm"/>'
        '<style:header-style><style:header-footer-properties fo:min-height="0.5cm" fo:margin-bottom="0.3cm"/>'
        "</style:header-style>"
        '<style:footer-style><style:header-footer-properties fo:min-height="0.5cm" fo:margin-top="0.3cm"/>'
        "</style:footer-style></style:page-layout>"
        "</office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="Standard" style:page-layout-name="Page">'
        f'<style:header><text:p text:style-name="Margin">{_text(cofunding)}</text:p></style:header>'
        f'<style:footer><text:p text:style-name="Margin">{_text(said.title)} · {numbered}</text:p></style:footer>'
        "</style:master-page>"
        "</office:master-styles></office:document-styles>"
    )


def _meta(said: Paper) -> str:
    made_at = said.at.strftime("%Y-%m-%dT%H:%M:%S")
    return (
        f'{_DECLARED}<office:document-meta {_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' office:version="1.3"><office:meta><dc:title>{_text(said.title)}</dc:title>'
        f"<dc:language>{_text(said.language)}</dc:language><dc:date>{made_at}</dc:date>"
        "</office:meta></office:document-meta>"
    )


def _manifest(pictures: Iterable[str]) -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media_type}"/>'
        for path, media_type in (
            ("/", MEDIA_TYPE),
            ("content.xml", "text/xml"),
            ("styles.xml", "text/xml"),
            ("meta.xml", "text/xml"),
            *((path, _media_type(path)) for path in pictures),
        )
    )
    return (
        f'{_DECLARED}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        f' manifest:version="1.3">{entries}</manifest:manifest>'
    )


def _text(text: str) -> str:
    return escape(in_xml(text))
