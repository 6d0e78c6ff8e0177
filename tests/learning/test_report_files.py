"""The files of a report: the same bytes whoever asks, typed, safe, readable for people who cannot see them."""

import io
import subprocess
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from PIL import Image

from events.models import Event
from learning.reports.document import document, written
from learning.reports.formats import FORMATS, csv_files, odt_file
from learning.reports.formats.pages import paper
from learning.reports.freezing import freeze
from learning.reports.semester import semester_report
from tests.factories import (
    create_event,
    create_lead,
    create_project,
    create_registration,
    create_semester,
    record_attendance,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FEBRUARY = datetime(2027, 2, 15, 12, tzinfo=UTC)
CUT_OFF = datetime(2027, 2, 20, 9, tzinfo=UTC)
FORMULA = '=HYPERLINK("http://example.org")'


DRAW, SVG, MANIFEST = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("drawing", "svg-compatible", "manifest")
)
HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture
def project():
    project = create_project(acronym="S3CHEM", slug="s3chem")
    create_semester(project, theme="Kémia & <b>ipar</b>")
    event = create_event(
        project,
        title=FORMULA,
        status=Event.Status.HELD,
        starts_on=date(2027, 2, 10),
        ends_on=date(2027, 2, 11),
        reported_participants=60,
        # No font has it, and XML 1.0 cannot write the other.
        reported_participants_note="about 漢 \x01",
    )
    registration = create_registration(event, joined_at=FEBRUARY, confirmed_at=FEBRUARY)
    record_attendance(registration, happened_at=FEBRUARY, recorded_at=FEBRUARY)
    return project


@pytest.fixture
def content(project):
    return document(semester_report(project, project.semesters.get(), at=CUT_OFF))


@pytest.mark.parametrize("extension", FORMATS)
def test_same_report_gives_the_same_bytes_whatever_the_hour(content, extension, clock):
    first = FORMATS[extension].make(content)
    clock.shift(86_400)

    assert FORMATS[extension].make(content) == first


@pytest.mark.parametrize("extension", FORMATS)
def test_command_and_page_hand_out_the_same_bytes(client, project, extension, tmp_path, capfdbinary):
    client.force_login(create_lead(project))
    freeze(semester_report(project, project.semesters.get(), at=CUT_OFF), by=None)
    address = {"project": "s3chem", "number": 1, "extension": extension}
    live = client.get(reverse("learning:report_file", kwargs=address), {"at": "2027-02-20T09:00:00Z"})
    frozen = client.get(reverse("learning:frozen_report_file", kwargs={**address, "version": 1}))
    file = tmp_path / "report"

    call_command("report", "s3chem", "1", format=extension, at="2027-02-20T09:00:00Z")
    assert capfdbinary.readouterr().out == live.content
    call_command("report", "s3chem", "1", "--format", extension, "--frozen", "1", "--output", str(file))
    assert file.read_bytes() == frozen.content


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nothing", "1"], "There is no project nothing."),
        (["s3chem", "9"], "has no semester 9."),
        (["s3chem", "1", "--at", "yesterday"], "is no instant"),
        (["s3chem", "1", "--at", "2099-01-01T00:00:00Z"], "is still ahead"),
        (["s3chem", "1", "--frozen", "3"], "Version 3 was not frozen."),
        (["s3chem", "1", "--table", "x"], "There is no table x; there are: events,"),
    ],
)
@pytest.mark.usefixtures("project")
def test_command_says_what_is_wrong(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("report", *options)


def test_workbook_is_typed_and_runs_nothing(content):
    book = openpyxl.load_workbook(io.BytesIO(FORMATS["xlsx"].make(content)))

    numbers = {row[0]: row[2] for row in book["Numbers"].iter_rows(values_only=True)}
    events = list(book["Events"].iter_rows(values_only=True))
    assert (numbers["events"], numbers["people"], numbers["reported"]) == (1, 1, 60)
    assert (events[1][0], events[1][3]) == (FORMULA, datetime(2027, 2, 10))
    assert book["Events"]["A2"].data_type == "s"
    assert book["Report"]["A1"].value == "Report: S3CHEM, semester 1"


def test_csv_guards_what_could_run(content):
    table = csv_files.table(content, "events").decode("utf-8-sig")

    assert table.splitlines()[1].startswith('"\'=HYPERLINK(""http://example.org"")"')


def test_opendocument_text_is_whole(content):
    packed = zipfile.ZipFile(io.BytesIO(FORMATS["odt"].make(content)))

    assert packed.infolist()[0].filename == "mimetype"
    assert packed.infolist()[0].compress_type == zipfile.ZIP_STORED
    assert packed.read("mimetype") == b"application/vnd.oasis.opendocument.text"
    for name in packed.namelist()[1:]:
        if not name.endswith(".png"):
            ElementTree.fromstring(packed.read(name))  # noqa: S314 - we wrote it
    body = ElementTree.fromstring(packed.read("content.xml"))  # noqa: S314 - we wrote it
    text = " ".join(body.itertext())
    for words in (
        "Report: S3CHEM, semester 1",
        "Kémia & <b>ipar</b>",
        FORMULA,
        "about 漢",
        "Wednesday 10 February 2027",
    ):
        assert words in text


def test_pictures_of_the_text_say_what_they_show(content):
    packed = zipfile.ZipFile(io.BytesIO(FORMATS["odt"].make(content)))
    body = ElementTree.fromstring(packed.read("content.xml"))  # noqa: S314 - we wrote it
    listed = ElementTree.fromstring(packed.read("META-INF/manifest.xml"))  # noqa: S314 - we wrote it

    drawn = [plot["finding"] for plot in content["plots"]]
    pictures = [name for name in packed.namelist() if name.startswith("Pictures/")]
    frames = list(body.iter(f"{DRAW}frame"))
    assert len(drawn) == len(frames) > 2
    assert [frame.find(f"{SVG}title").text for frame in frames] == drawn
    assert all(frame.find(f"{SVG}desc").text.startswith(finding) for frame, finding in zip(frames, drawn, strict=True))
    # Whoever draws no SVG shows the second.
    shown = [[image.get(HREF) for image in frame.iter(f"{DRAW}image")] for frame in frames]
    assert shown == [[f"Pictures/plot-{n}-1.svg", f"Pictures/plot-{n}-1.png"] for n in range(1, len(drawn) + 1)]
    assert sorted(pictures) == sorted(path for paths in shown for path in paths)
    media = {entry.get(f"{MANIFEST}full-path"): entry.get(f"{MANIFEST}media-type") for entry in listed}
    assert {media[path] for path in pictures} == {"image/svg+xml", "image/png"}


def test_pictures_that_are_no_svg_are_drawn_as_large_and_not_empty(content):
    packed = zipfile.ZipFile(io.BytesIO(FORMATS["odt"].make(content)))

    for path in (name for name in packed.namelist() if name.endswith(".png")):
        picture = Image.open(io.BytesIO(packed.read(path)))
        svg = ElementTree.fromstring(packed.read(path.replace(".png", ".svg")))  # noqa: S314 - we wrote it
        assert picture.width > 1000
        shape = float(svg.get("height")) / float(svg.get("width"))
        assert picture.height / picture.width == pytest.approx(shape, rel=0.02)
        assert len(picture.convert("RGB").getcolors(maxcolors=100_000)) > 10


def test_pictures_of_the_pdf_say_what_they_show(content):
    pdf = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].make(content)))

    said = [element["/Alt"] for element in structure(pdf.trailer["/Root"]["/StructTreeRoot"]) if "/Alt" in element]
    for plot in content["plots"]:
        assert any(alt.startswith(plot["finding"].split(":")[0]) for alt in said), (plot["finding"], said)


def structure(element):
    """Each element of the structure below one."""
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object() if hasattr(kid, "get_object") else kid
        if isinstance(found, dict):
            yield found
            yield from structure(found)


WRITER = Path("/usr/lib/libreoffice/program/libswlo.so")


@pytest.mark.once
@pytest.mark.skipif(not WRITER.exists(), reason="needs LibreOffice Writer (apt install libreoffice-writer-nogui)")
def test_libreoffice_opens_the_text_and_finds_its_tables_and_words(content, tmp_path):
    path = tmp_path / "report.odt"
    path.write_bytes(FORMATS["odt"].make(content))

    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless"),
            *("--convert-to", "fodt", "--outdir", str(tmp_path), str(path)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    opened = ElementTree.parse(tmp_path / "report.fodt").getroot()  # noqa: S314 - LibreOffice wrote it
    text = " ".join(opened.itertext())
    assert "Report: S3CHEM, semester 1" in text
    assert "Kémia & <b>ipar</b>" in text
    assert FORMULA in text
    tables = list(opened.iter("{urn:oasis:names:tc:opendocument:xmlns:table:1.0}table"))
    assert len(tables) == 1 + sum(1 for section in paper(content).sections if section.table)


def test_pdf_is_tagged_and_carries_the_report_as_data(content):
    pdf = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].make(content)))

    assert pdf.metadata.title == "Report: S3CHEM, semester 1"
    assert pdf.trailer["/Root"]["/Lang"] == "en"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.attachments["report.json"] == [written(content).encode()]
    text = " ".join(page.extract_text() for page in pdf.pages)
    assert "Participations" in text
    assert "Kémia & <b>ipar</b>" in text


def test_on_paper_lists_of_people_come_last_and_columns_without_words_are_left_out(content):
    [events] = [table for table in content["tables"] if table["key"] == "events"]
    for row in events["rows"]:
        row["cells"][-1] = ""

    sections = {section.heading: section.table for section in paper(content).sections if section.table}

    assert list(sections)[-2:] == ["Participations", "People"]
    assert "As the source says" not in sections["Events"].header
    assert len(sections["Events"].rows[0]) == len(sections["Events"].header)


def test_on_paper_means_below_each_other_have_as_many_decimals(content):
    [outcomes] = [table for table in content["tables"] if table["key"] == "outcomes"]
    outcomes["rows"] = [
        {"key": "1", "cells": ["I can explain it.", "A talk", 2.4, 3.25, 12]},
        {"key": "2", "cells": ["I can do it.", "A talk", None, 4, 12]},
    ]

    [table] = [section.table for section in paper(content).sections if section.heading == "Learning outcomes"]

    assert [row[2:] for row in table.rows] == [("2.40", "3.25", "12"), ("not known", "4.00", "12")]


def test_no_table_of_the_pdf_begins_with_a_single_row_at_the_end_of_a_page(content):
    countries = {"key": "countries", "title": "Lands", "columns": [{"key": "name", "title": "Land", "type": "text"}]}
    countries["rows"] = [{"key": str(n), "cells": [f"Land number {n}"]} for n in range(1, 9)]
    content["tables"] = [countries]

    for lines in range(0, 36, 2):
        content["gaps"] = [{"key": str(n), "text": f"Gap {n}", "count": n} for n in range(lines)]
        pdf = pypdf.PdfReader(io.BytesIO(FORMATS["pdf"].make(content)))
        [page] = [text for text in (page.extract_text() for page in pdf.pages) if "Lands" in text]
        assert "Land number 3" in page, lines


def test_no_row_of_the_text_is_broken_and_its_columns_are_as_wide_as_the_page(content):
    packed = zipfile.ZipFile(io.BytesIO(FORMATS["odt"].make(content)))
    body = packed.read("content.xml").decode()

    assert '<style:table-row-properties fo:keep-together="always"/>' in body
    assert "<table:table-row>" not in body.replace("<table:table-header-rows><table:table-row>", "")
    for section in paper(content).sections:
        if section.table:
            assert abs(sum(odt_file._widths(section.table)) - odt_file.WIDTH) <= len(section.table.numbers)


def test_each_page_of_the_text_has_its_number_and_says_who_pays(content):
    styles = zipfile.ZipFile(io.BytesIO(FORMATS["odt"].make(content))).read("styles.xml").decode()

    assert "Co-funded by the European Union</text:p></style:header>" in styles
    assert "Report: S3CHEM, semester 1 · Page <text:page-number/> of <text:page-count/></text:p>" in styles
