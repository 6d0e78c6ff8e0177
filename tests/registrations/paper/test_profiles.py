"""What is printed keeps its promises to people who cannot see it (PDF/UA-1) and to archives (PDF/A-3a).

Read with pypdf, PDFium and Poppler, none of which made the files. Each rule names the clause of the
standard (ISO 14289-1, ISO 19005-3) that it stands for.
"""

import io
import re
import shutil
import subprocess
import unicodedata
from collections import Counter

import pypdf
import pypdfium2
import pytest
import zxingcpp
from pypdf.generic import ContentStream, DictionaryObject

from registrations import paper
from registrations.attendance import check_in
from registrations.door.codes import ticket_address
from registrations.proof.certificates import issue
from registrations.proof.freezing import freeze
from tests.factories import create_event, create_project, create_registration

from .reading import text_of
from .test_certificates import AFTERWARDS, FIRST, NINE, SECOND

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LONG_NAMES = {
    "hu": "dr. Szentgyörgyvölgyi-Őrsényi Zsófia Eszterházyné",
    "el": "Κωνσταντίνος Παπαδημητρόπουλος-Χατζηγεωργίου",
    "bg": "Владимира Константинова-Златоградска",
    "unknown": "李小龍 Bruce 🥋\u202e\x07",
}
ARCHIVAL = ("frozen_list", "certificate")
ALL = ("signed_list", "badges", "table_signs", "ticket", *ARCHIVAL)


@pytest.fixture
def made(request):
    """One of each kind of paper, by its name."""
    event = create_event(create_project(acronym="S3Chem"), title="The 13th meeting “Ø → Ω”")
    people = [
        create_registration(event, f"Person{key}", name=name, organisation_name="Общинa Пазарджик / Δήμος")
        for key, name in LONG_NAMES.items()
    ]
    for person in people:
        check_in(person, FIRST, at=NINE)
        check_in(person, SECOND, at=NINE.replace(day=21))
    match request.param:
        case "signed_list":
            return paper.signed_list(event, FIRST)
        case "badges":
            return paper.badges(event)
        case "table_signs":
            return paper.table_signs(event)
        case "ticket":
            return paper.ticket(people[0])
        case "frozen_list":
            return freeze(event, FIRST, by=None, at=AFTERWARDS).file.open("rb").read()
        case "certificate":
            issue(people[0], at=AFTERWARDS)
            return paper.certificate(people[0])


def reader_of(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf), strict=True)


def elements(node) -> list[DictionaryObject]:
    """All structure elements below one, itself included."""
    node = node.get_object()
    if not isinstance(node, DictionaryObject):
        return []
    kids = node.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    kids = kids if isinstance(kids, list) else [kids]
    return [node, *(one for kid in kids for one in elements(kid))]


@pytest.mark.parametrize("made", ALL, indirect=True)
def test_file_is_tagged_for_people_who_cannot_see_it(made):
    reader = reader_of(made)
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()

    assert root["/MarkInfo"]["/Marked"]  # 14289-1, 6.2
    assert "<pdfuaid:part>1<" in xmp  # 5
    assert root["/Lang"] in ("en", "en-US")  # 7.2
    assert "<dc:title>" in xmp and root["/ViewerPreferences"]["/DisplayDocTitle"]  # 7.1
    tree = elements(root["/StructTreeRoot"])
    types = {element["/S"] for element in tree if "/S" in element}
    assert types <= {*STANDARD_TYPES}, types - {*STANDARD_TYPES}  # 7.1: standard types only
    for figure in (element for element in tree if element.get("/S") == "/Figure"):
        assert figure.get("/Alt"), figure  # 7.3: each picture has words
    for page in reader.pages:
        assert page.get("/Tabs", "/S") == "/S"  # 7.18.3


STANDARD_TYPES = [
    "/Document", "/Part", "/Div", "/P", "/H1", "/H2", "/Span", "/Figure", "/Table", "/THead", "/TBody", "/TFoot",
    "/TR", "/TH", "/TD", "/NonStruct", "/L", "/LI", "/LBody", "/Strong", "/Em",
]  # fmt: skip


@pytest.mark.parametrize("made", ALL, indirect=True)
def test_all_that_is_drawn_is_tagged_or_marked_as_decoration(made):
    reader = reader_of(made)

    for page in reader.pages:
        depth = 0
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BDC", b"BMC"):
                assert operator == b"BDC" or operands[0] == "/Artifact"
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            elif operator in (b"Tj", b"TJ", b"'", b'"', b"Do", b"S", b"f", b"B", b"f*", b"sh"):
                assert depth > 0, operator  # 14289-1, 7.1
        assert depth == 0


@pytest.mark.parametrize("made", ["signed_list", "frozen_list"], indirect=True)
def test_list_is_a_table_whose_cells_know_their_headings(made):
    tree = elements(reader_of(made).trailer["/Root"]["/StructTreeRoot"])
    headings = [element for element in tree if element.get("/S") == "/TH"]

    assert len(headings) >= 5
    for heading in headings:
        attributes = heading["/A"].get_object()
        attributes = attributes if isinstance(attributes, list) else [attributes]
        assert any(one.get_object().get("/Scope") == "/Column" for one in attributes)  # 7.5
    rows = [element for element in tree if element.get("/S") == "/TR"]
    assert len({len(elements_in(row)) for row in rows}) == 1


def elements_in(row) -> list:
    return [element for element in elements(row) if element.get("/S") in ("/TD", "/TH")]


@pytest.mark.parametrize("made", ARCHIVAL, indirect=True)
def test_file_is_for_archives(made):
    reader = reader_of(made)
    root = reader.trailer["/Root"]
    xmp = root["/Metadata"].get_data().decode()

    assert made.startswith(b"%PDF-1.7\n%") and all(octet > 127 for octet in made.split(b"\n")[1][1:5])  # 6.1.2
    assert "/ID" in reader.trailer and "/Encrypt" not in reader.trailer  # 6.1.3
    assert "<pdfaid:part>3<" in xmp and "<pdfaid:conformance>A<" in xmp  # 6.6.4
    intent = root["/OutputIntents"][0].get_object()
    assert intent["/S"] == "/GTS_PDFA1" and intent["/DestOutputProfile"].get_data()[36:40] == b"acsp"  # 6.2.3
    assert not {"/OpenAction", "/AA"} & set(root)  # 6.5
    assert "/JavaScript" not in root.get("/Names", {})  # 6.5.1
    assert "/Filter" not in root["/Metadata"]  # 6.6.2.1
    [name] = reader.attachments
    [file] = [spec.get_object() for spec in root["/AF"]]
    assert file["/AFRelationship"] == "/Data" and file["/UF"] == name  # 6.8
    assert file["/EF"]["/F"].get_object()["/Subtype"] == "/application/json"


def run(program: str, *arguments: object, package: str) -> str:
    """What another program says of a file; skips where it is not installed."""
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed (package {package})")
    # Poppler complains of attributes that it does not know on its standard error, and writes the words for pictures in
    # their own encoding.
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode(errors="replace")


@pytest.mark.parametrize("made", ALL, indirect=True)
def test_another_program_reads_the_tags_in_the_order_of_the_page(made, tmp_path):
    (tmp_path / "a.pdf").write_bytes(made)

    about = run("pdfinfo", tmp_path / "a.pdf", package="poppler-utils")
    tree = run("pdfinfo", "-struct-text", tmp_path / "a.pdf", package="poppler-utils")

    assert re.search(r"^Tagged: +yes$", about, re.MULTILINE) and re.search(r"^JavaScript: +no$", about, re.MULTILINE)
    # Each line of the tree is an element, an attribute of one, or a text in quotes.
    read = re.sub(r"\s", "", "".join(re.findall(r'^ +"(.*)"$', tree, re.MULTILINE)))
    shown = re.sub(r"\s", "", text_of(made))
    assert tree.startswith("Document\n") and read.startswith("S3Chem")
    assert LONG_NAMES["hu"].replace(" ", "") in read
    # What is on the page and not read is decoration: numbers of pages, and the side of a sign that others see.
    assert not Counter(read) - Counter(shown)
    assert "Page1of" not in read


@pytest.mark.parametrize("made", ["signed_list", "frozen_list"], indirect=True)
def test_another_program_reads_each_person_in_a_row_whose_cells_name_their_headings(made, tmp_path):
    (tmp_path / "a.pdf").write_bytes(made)
    tree = run("pdfinfo", "-struct-text", tmp_path / "a.pdf", package="poppler-utils")

    headings = dict(re.findall(r'TH <(\w+)>:\n(?:[^"]*\n)? *"(.*)"', tree))
    names = [
        re.sub(r"\s", "", "".join(re.findall(r'"(.*)"', cell)))
        for key, cell in re.findall(r'TD:\n +/Headers \[\((\w+)\)\]\n((?: +/.*\n| +".*"\n)*)', tree)
        if headings[key] == "Name"
    ]
    long_names = {name.replace(" ", "") for key, name in LONG_NAMES.items() if key != "unknown"}
    assert long_names <= set(names) and "[?]Bruce[?]" in names


@pytest.mark.parametrize("made", ALL, indirect=True)
def test_another_program_finds_no_error_in_the_file(made, tmp_path):
    (tmp_path / "a.pdf").write_bytes(made)

    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", tmp_path / "a.pdf", package="qpdf")


@pytest.mark.parametrize("made", ALL, indirect=True)
def test_every_font_is_inside_and_says_its_letters(made):
    fonts = [
        font.get_object()
        for page in reader_of(made).pages
        for font in page["/Resources"].get_object().get("/Font", {}).values()
    ]

    assert fonts
    for font in fonts:
        descendant = font["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)  # 6.2.11.4
        assert "/ToUnicode" in font  # 6.2.11.7
        assert re.match(r"/[A-Z]{6}\+(NotoSans|DejaVuSans)", font["/BaseFont"])


@pytest.mark.parametrize("made", ["signed_list", "badges", "table_signs", "frozen_list"], indirect=True)
@pytest.mark.parametrize("program", ["pypdf", "pdfium", "poppler"])
def test_long_names_of_three_scripts_are_read_back_whole(made, program, tmp_path):
    match program:
        case "pypdf":
            text = text_of(made)
        case "pdfium":
            text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made))
        case "poppler":
            (tmp_path / "a.pdf").write_bytes(made)
            text = run("pdftotext", "-raw", tmp_path / "a.pdf", "-", package="poppler-utils")
    # Wherever a line was broken; PDFium takes a hyphen at its end for one that it put there.
    text = re.sub(r"[\ufffe\x02]", "-", text)
    text = re.sub(r"\s+", "", unicodedata.normalize("NFC", text))

    for key in ("hu", "el", "bg"):
        assert LONG_NAMES[key].replace(" ", "") in text
    assert "[?]Bruce" in text


@pytest.mark.parametrize("kind", ["signed_list", "frozen_list", "labels-8"])
def test_a_long_word_reaches_into_no_other_cell(kind):
    event = create_event()
    name = "Wolfeschlegelsteinhausenbergerdorff"
    check_in(create_registration(event, "Wolfe", name=name, organisation_name="Gävle"), FIRST, at=NINE)
    match kind:
        case "signed_list":
            made = paper.signed_list(event, FIRST)
        case "frozen_list":
            made = freeze(event, FIRST, by=None, at=AFTERWARDS).file.open("rb").read()
        case _:
            made = paper.badges(event, kind)
    text = pypdfium2.PdfDocument(made)[0].get_textpage()

    first, number = text.search(name).get_next()
    right = max(text.get_charbox(place)[2] for place in range(first, first + number))
    if kind == "labels-8":
        # The label is 99.1 mm wide and its code 26.
        assert right < (4.65 + 99.1 - 5 - 26) * 72 / 25.4
    else:
        place, _number = text.search("Gävle").get_next()
        assert right < text.get_charbox(place)[0]


def test_codes_on_badges_are_read_from_the_picture():
    event = create_event()
    people = [create_registration(event, f"Person{number}") for number in range(8)]

    for layout in paper.LAYOUTS:
        pages = pypdfium2.PdfDocument(paper.badges(event, layout))
        read = {code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())}
        assert read == {ticket_address(person) for person in people}, layout


def test_code_on_a_frozen_list_leads_to_its_page(settings):
    event = create_event()
    check_in(create_registration(event), FIRST, at=NINE)
    frozen = freeze(event, FIRST, by=None, at=AFTERWARDS)

    [page] = pypdfium2.PdfDocument(frozen.file.open("rb").read())
    [code] = zxingcpp.read_barcodes(page.render(scale=2).to_pil())

    assert code.text == f"{settings.SITE_URL}/verify/{frozen.code}"
