"""Pages are set within a time that ends, and nothing that anybody typed stops them or is read as a command."""

import io
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from registrations.paper import setting
from registrations.paper.exceptions import NotSet, TakesTooLong
from registrations.paper.letters import clean, is_written_whole
from registrations.paper.setting import ARCHIVAL, pdf, pngs

from .reading import text_of

NOON = datetime(2027, 5, 20, 12, tzinfo=UTC)


def a_list(*names: str) -> dict:
    return {
        "title": "List",
        "author": "BETTER",
        "language": "en",
        "project": "BETTER",
        "programme": "Interreg Europe",
        "cofunding": "Co-funded by the European Union",
        "page_words": "Page {page} of {pages}",
        "heading": "List",
        "event": "Closing",
        "facts": [],
        "columns": [
            {"key": "number", "label": "No.", "width": 10, "share": False},
            {"key": "name", "label": "Name", "width": 1, "share": True},
        ],
        "rows": [{"number": str(number), "name": name} for number, name in enumerate(names)],
        "row_height": 11,
        "footer": "",
        "opening": [],
        "proof": None,
    }


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Kovácsné Őry Ágnes", "Kovácsné Őry Ágnes"),
        ("Γιώργος Παπαδόπουλος", "Γιώργος Παπαδόπουλος"),
        ("Иванка Петрова", "Иванка Петрова"),
        (unicodedata.normalize("NFD", "Őry Ǽ"), "Őry Ǽ"),
        ("two\n\tlines ", "two lines"),
        ("漢字 Li", "[?] Li"),
        ("Li 漢 字 Wei 漢", "Li [?] Wei [?]"),
        ("नमस्ते", "[?]"),
        ("漢\u0301 💚\ufe0f", "[?]"),
        ("a\u200d漢\u200d字", "a[?]"),
        ("a\u202eb\u200bc\x00d\ufeff", "abcd"),
        ("\ud800\ue000", ""),
        ("", ""),
    ],
)
def test_text_keeps_the_letters_that_we_can_write(typed, written):
    assert clean(typed) == written


@pytest.mark.parametrize(
    ("typed", "is_whole"),
    [("Őry Ágnes", True), ("محمد", True), ("a\u202eb\x00", True), ("", True), ("漢字 Li", False), ("Anna 💚", False)],
)
def test_text_with_letters_that_we_cannot_write_is_known(typed, is_whole):
    assert is_written_whole(typed) == is_whole
    assert (clean(typed).find("[?]") < 0) == is_whole


def test_no_letter_stops_an_archival_file():
    # Each that is assigned somewhere in the first two planes, and a noncharacter.
    every = [chr(code) for code in range(1, 0x20000, 7)] + ["\uffff"]

    made = pdf("attendance_list", a_list("".join(every[:9000]), "".join(every[9000:])), standards=ARCHIVAL)

    assert made.startswith(b"%PDF-1.7")


def test_what_was_typed_is_no_command():
    typed = '#read("/etc/passwd") *bold* $x$ \\ // ' + "#{while true {}}"

    assert typed in text_of(pdf("attendance_list", a_list(typed))).replace("\n", " ")


def test_the_same_data_and_instant_are_the_same_bytes():
    made = pdf("attendance_list", a_list("Őry Ágnes"), standards=ARCHIVAL, at=NOON)

    assert pdf("attendance_list", a_list("Őry Ágnes"), standards=ARCHIVAL, at=NOON) == made


@pytest.fixture
def sheets(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(setting, "SHEETS", tmp_path)
    return tmp_path


def test_a_sheet_that_never_ends_is_stopped(sheets):
    (sheets / "endless.typ").write_text("#let f(n) = { let i = 0; while true { i = calc.rem(i + 1, 1000) } }\n#f(1)")

    with pytest.raises((TakesTooLong, NotSet)):
        pdf("endless", {}, seconds=2)


def test_a_sheet_with_an_error_is_refused_and_logged(sheets, caplog):
    (sheets / "broken.typ").write_text("#nothing-of-this-name")

    with pytest.raises(NotSet):
        pdf("broken", {})

    assert "unknown variable" in caplog.text


def test_a_sheet_reads_nothing_outside_its_folder(sheets):
    (sheets / "curious.typ").write_text('#read("../../../etc/passwd")')

    with pytest.raises(NotSet):
        pdf("curious", {})


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="12">{}</text></svg>'


def test_pictures_are_drawn_in_their_order_and_size_and_the_same_each_time():
    given = [(SVG.format("Őry"), 50.8, 25.4), (SVG.format("漢"), 25.4, 12.7)]

    made = pngs(given)

    sizes = [Image.open(io.BytesIO(png)).size for png in made]
    assert sizes == [(400, 200), (200, 100)]
    assert pngs(given) == made
    assert pngs(given[:1]) == made[:1]
    assert pngs([]) == []


def test_picture_that_is_none_is_refused():
    with pytest.raises(NotSet):
        pngs([("<svg", 10, 10)])
