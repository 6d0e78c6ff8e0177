"""A report as a tagged PDF for archives, with the report as data attached to it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from registrations.paper.setting import ARCHIVAL, pdf

from ..document import written
from .pages import DRAWN_WIDTH, Section, paper

MEDIA_TYPE = "application/pdf"


def report(document: dict[str, Any]) -> bytes:
    """Return the PDF. Raises as `registrations.paper.setting.pdf` does."""
    said = paper(document)
    facts = {fact["key"]: fact["value"] for fact in document["facts"]}
    project = facts.get("project", "").partition(":")[0]
    with override(document["language"]):
        data = {
            "language": said.language.partition("-")[0],
            "title": said.title,
            "author": project or facts["programme"],
            "project": project,
            "programme": facts["programme"],
            "cofunding": _("Co-funded by the European Union"),
            # Translators: {page} and {pages} are filled in by the printing program; leave them as they are.
            "page_words": _("Page {page} of {pages}"),
            "facts": [{"label": label, "value": value} for label, value in said.facts],
            "drawn_width": DRAWN_WIDTH,
            "sections": [_section(section) for section in said.sections],
        }
        about = _("The report as data")
    attached = {"name": "report.json", "content": written(document), "about": about}
    return pdf("report", data, raw={"attached": attached}, standards=ARCHIVAL, at=said.at)


def _section(section: Section) -> dict[str, Any]:
    table = section.table
    return {
        "heading": section.heading,
        "items": list(section.items),
        "plots": [
            {
                "finding": plot.finding,
                "measure": plot.measure,
                "alt": plot.alt,
                "pictures": [picture.svg.decode() for picture in plot.pictures],
            }
            for plot in section.plots
        ],
        "table": {"header": list(table.header), "shares": table.shares, "rows": [list(row) for row in table.rows]}
        if table
        else None,
    }
