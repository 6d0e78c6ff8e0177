"""Tables for spreadsheets: nothing in them runs, nothing is lost, and a hostile file is refused unopened."""

import csv
import io
import zipfile
from datetime import date, datetime

import pytest
import tablib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projects.spreadsheets import (
    NotReadable,
    SafeCSV,
    SafeXLSX,
    TooLarge,
    csv_bytes,
    guard,
    read_rows,
    unguard,
    write_xlsx,
)

# Characters that a cell is about, so that hypothesis meets them often.
LETTERS = st.text(
    st.one_of(st.sampled_from("=+-@|%＝＋－＠'\"\t\r\n;, \xa0ax012.<>_"), st.characters(exclude_categories=["Cs"]))
)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Ágnes Kovács", "Ágnes Kovács"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("-5", "-5"),
        ("+5", "+5"),
        ("-3.25", "-3.25"),
        ("+32 2 555 66 77", "+32 2 555 66 77"),
        ("+3225556677", "+32 25556677"),
        ("+12015550123", "+1 2015550123"),
        ("+351213456789", "+351 213456789"),
        ("+32 25556677", "'+32 25556677"),
        ("=1+1", "'=1+1"),
        ("==1", "'==1"),
        ("'=1+1", "''=1+1"),
        ("+1+1", "'+1+1"),
        ("-1-1", "'-1-1"),
        ("+32-2", "'+32-2"),
        ("@SUM(1)", "'@SUM(1)"),
        ("|calc", "'|calc"),
        ("%1", "'%1"),
        ("＝1+1", "'＝1+1"),
        ("＋1+1", "'＋1+1"),
        ("－1+1", "'－1+1"),
        ("＠SUM(1)", "'＠SUM(1)"),
        ("\t=1+1", "'\t'=1+1"),
        ("\rtext", "'\rtext"),
        (" =1+1", "' =1+1"),
        ('"=1+1', "'\"=1+1"),
        ("Town;=1+1;x", "Town;'=1+1;x"),
        ('Town;"=1+1', "Town;'\"=1+1"),
        ("one\n=1+1", "one\n'=1+1"),
        ("one; two", "one; two"),
        ("", ""),
    ],
)
def test_what_could_run_gets_an_apostrophe_and_everything_else_stays(text, cell):
    assert guard(text) == cell
    assert unguard(cell) == text


@given(LETTERS)
@example("+32 25556677")
@example("'+3225556677")
@settings(max_examples=500)
def test_every_text_comes_back_from_its_cell(text):
    assert unguard(guard(text)) == text


@given(LETTERS)
@settings(max_examples=500)
def test_no_cell_begins_like_a_formula_wherever_a_program_splits_it(text):
    cell = guard(text)
    for separator in ";\t\r\n":
        for part in [cell] if is_a_number(cell) else cell.split(separator):
            assert (is_a_number(part) and part is cell) or part.lstrip(' "\xa0')[:1] not in {*"=+-@|%＝＋－＠"}


def is_a_number(cell: str) -> bool:
    """A sign and digits, perhaps with spaces or one decimal point: nothing that a spreadsheet could calculate."""
    rest = cell[1:].replace(" ", "").replace(".", "", 1).replace(",", "", 1)
    return cell[:1] in ("+", "-") and rest.isascii() and rest.isdigit()


@given(st.lists(st.lists(LETTERS, min_size=3, max_size=3), max_size=4))
@example([["+3225556677", "+3225556677", "+32 25556677"]])
@example([["=1", "b", "c"]])
@example([["a", "b", "c"], ["d", "=1", '"']])
@settings(max_examples=500)
def test_csv_is_the_guarded_cells_in_quotes(rows):
    header = ["one", "two", "three"]
    expected = io.StringIO(newline="")
    csv.writer(expected, quoting=csv.QUOTE_ALL).writerows([header, *([guard(cell) for cell in row] for row in rows)])

    written = b"".join(csv_bytes(header, rows))

    assert written.decode("utf-8-sig") == expected.getvalue()
    assert written.startswith(b"\xef\xbb\xbf")


@given(st.lists(st.lists(LETTERS, min_size=2, max_size=2), max_size=4))
@settings(max_examples=200)
def test_csv_is_read_back_as_it_was(rows):
    dataset = read_rows(io.BytesIO(b"".join(csv_bytes(["one", "two"], rows))), "csv")

    assert [list(row) for row in dataset] == [row for row in rows if any(row)]


@given(st.lists(st.lists(LETTERS, min_size=2, max_size=2), max_size=4))
@example([["<r><t>x</t></r>", "<r>"]])
@example([["_x0041_", "\x01\r\n"]])
@settings(max_examples=200, deadline=None)
def test_xlsx_is_read_back_as_it_was(rows):
    file = io.BytesIO()
    write_xlsx(file, ["one", "two"], rows, title="People")

    file.seek(0)

    assert [list(row) for row in read_rows(file, "xlsx")] == [row for row in rows if any(row)]


def test_xlsx_keeps_numbers_and_dates_as_such():
    file = io.BytesIO()
    row = ["007", -5, 2.5, date(2027, 5, 20), datetime(2027, 5, 20, 9, 30, 15), "https://example.org", ""]
    write_xlsx(file, list("abcdefg"), [row], title="[People]: all/of*them? and a title of more than 31 letters")

    file.seek(0)

    assert read_rows(file, "xlsx")[0] == (
        "007", -5, 2.5, datetime(2027, 5, 20), datetime(2027, 5, 20, 9, 30, 15), "https://example.org", "",
    )  # fmt: skip


def xlsx_of(rows, header=("one",)) -> io.BytesIO:
    file = io.BytesIO()
    write_xlsx(file, header, rows, title="")
    file.seek(0)
    return file


def test_a_workbook_with_one_cell_far_out_is_refused_at_once():
    # 5 kB that drive other readers out of memory: 17 billion cells up to XFD1048576.
    file = xlsx_of([["x"]])
    bomb = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="XFD1048576"')
                content = content.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"')
                assert content.count(b"XFD1048576") == 2
            target.writestr(part.filename, content)
    bomb.seek(0)

    with pytest.raises(TooLarge):
        read_rows(bomb, "xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target, target.open("xl/workbook.xml", "w") as part:
        for _ in range(101):
            part.write(b" " * 1024 * 1024)
    assert bomb.tell() < 1024 * 1024
    bomb.seek(0)

    with pytest.raises(TooLarge):
        read_rows(bomb, "xlsx")


@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_more_rows_or_columns_than_asked_for_are_refused(extension):
    def table(rows, columns):
        content = [["x"] * columns] * rows
        header = [f"c{n}" for n in range(columns)]
        return xlsx_of(content, header) if extension == "xlsx" else io.BytesIO(b"".join(csv_bytes(header, content)))

    assert len(read_rows(table(3, 4), extension, max_rows=3, max_columns=4)) == 3
    with pytest.raises(TooLarge):
        read_rows(table(4, 4), extension, max_rows=3, max_columns=4)
    with pytest.raises(TooLarge):
        read_rows(table(3, 5), extension, max_rows=3, max_columns=4)


def test_a_file_of_more_bytes_than_allowed_is_refused():
    with pytest.raises(TooLarge):
        read_rows(io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), "csv")


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (b"", "csv"),
        (b"name\n\xff\xfe", "csv"),
        (b'name\n"open', "csv"),
        (b"name,email\na,b,c", "csv"),
        (b"", "xlsx"),
        (b"name,email\r\n", "xlsx"),
        (b"PK\x03\x04 and no zip", "xlsx"),
    ],
)
def test_what_is_no_table_is_refused(content, extension):
    with pytest.raises(NotReadable):
        read_rows(io.BytesIO(content), extension)


def test_a_zip_that_is_no_workbook_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("readme.txt", "no workbook")
    file.seek(0)

    with pytest.raises(NotReadable):
        read_rows(file, "xlsx")


@pytest.mark.parametrize("format_class", [SafeCSV, SafeXLSX])
def test_the_administrations_formats_give_back_what_they_wrote(format_class):
    dataset = tablib.Dataset(["=1+1", "+3225556677"], ["@x", None], headers=["name", "phone"])

    again = format_class().create_dataset(format_class().export_data(dataset))

    assert [list(row) for row in again] == [["=1+1", "+3225556677"], ["@x", ""]]
    assert again.headers == ["name", "phone"]


@pytest.mark.parametrize("format_class", [SafeCSV, SafeXLSX])
def test_the_administrations_formats_say_in_words_what_they_refuse(format_class):
    with pytest.raises(ValueError, match="The file cannot be read"):
        format_class().create_dataset(b"\xff\xfe no table")
