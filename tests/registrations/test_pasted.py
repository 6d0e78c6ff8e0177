"""People as they are pasted from sheets, lists and mail programs."""

import time

import pytest

from registrations.pasted import MOST_ROWS, PastedRow, TooManyRows, read_rows, role_of

ANNA = {"name": "Anna Berg", "email": "anna@example.org"}
BELA = {"name": "Kovács Béla", "email": "bela@example.org"}


def cells(text: str) -> list[dict[str, str]]:
    return [row.cells for row in read_rows(text)]


@pytest.mark.parametrize("between", ["\t", ";", ",", " ; ", ", "])
def test_cells_stand_between_tabs_semicolons_or_commas(between):
    text = "\n".join(
        between.join(row) for row in [("Anna Berg", "anna@example.org"), ("Kovács Béla", "bela@example.org")]
    )

    assert read_rows(text) == [PastedRow(1, ANNA), PastedRow(2, BELA)]


def test_with_headings_the_columns_may_be_in_any_order():
    text = "E-Mail-Adresse;Telefon;Vor- und Nachname;Einrichtung\nanna@example.org;0123;Anna Berg;Stadt Gävle\n"

    assert read_rows(text) == [PastedRow(2, {**ANNA, "organisation": "Stadt Gävle"})]


@pytest.mark.parametrize(
    ("headings", "row", "name"),
    [
        ("First name\tSurname\tEmail", "Anna\tBerg\tanna@example.org", "Anna Berg"),
        ("Nachname\tVorname\tE-Mail", "Berg\tAnna\tanna@example.org", "Anna Berg"),
        ("Cognome\tNome proprio\tE-mail", "Berg\tAnna\tanna@example.org", "Anna Berg"),
        ("Vezetéknév\tKeresztnév\tE-mail cím", "Kovács\tBéla\tbela@example.org", "Kovács Béla"),
    ],
)
def test_a_name_in_two_columns_is_joined(headings, row, name):
    assert cells(f"{headings}\n{row}")[0]["name"] == name


MESSY = """Name, Email, Organisation
Anna Berg;anna@example.org
Kovács Béla;bela@example.org;City of Gävle
Leida Saar\tleida@example.org
Mati Mets, mati@example.org, Region
Jaan Kask jaan@example.org
Tiina - tiina@example.org
Piret <piret@example.org>
mart@example.org Mart Tamm
Name to follow
Tamm, Mari;mari@example.org
"""


def test_each_row_has_its_own_separator_and_good_rows_stay_good():
    rows = read_rows(MESSY)

    assert [row.number for row in rows] == list(range(2, 12))
    assert [row.cells for row in rows] == [
        ANNA,
        {**BELA, "organisation": "City of Gävle"},
        {"name": "Leida Saar", "email": "leida@example.org"},
        {"name": "Mati Mets", "email": "mati@example.org", "organisation": "Region"},
        {"name": "Jaan Kask", "email": "jaan@example.org"},
        {"name": "Tiina", "email": "tiina@example.org"},
        {"name": "Piret", "email": "piret@example.org"},
        {"name": "Mart Tamm", "email": "mart@example.org"},
        {"name": "Name to follow"},
        {"name": "Tamm, Mari", "email": "mari@example.org"},
    ]
    assert [row.is_to_follow for row in rows] == [False] * 8 + [True, False]
    assert not any(row.problem for row in rows)


def test_a_row_that_does_not_stand_under_its_headings_is_known_by_its_address():
    text = "No;Name;Email\n1;Anna Berg;anna@example.org\nKovács Béla\tbela@example.org\nName to follow"

    assert cells(text) == [ANNA, BELA, {"name": "Name to follow"}]
    assert read_rows(text)[2].is_to_follow


@pytest.mark.parametrize("headings", ["Name Email", "Name;Email", "Name, Email", "Name\tEmail"])
def test_headings_are_known_whatever_stands_between_them(headings):
    text = f"{headings}\nAnna Berg anna@example.org\nKovács Béla;bela@example.org"

    assert read_rows(text) == [PastedRow(2, ANNA), PastedRow(3, BELA)]


def test_a_name_in_one_cell_is_told_from_its_address_and_its_comma_stays():
    assert cells("Berg, Anna anna@example.org\nKovács, Béla <bela@example.org>") == [
        {"name": "Berg, Anna", "email": "anna@example.org"},
        {"name": "Kovács, Béla", "email": "bela@example.org"},
    ]


def test_an_address_with_a_slip_is_not_taken_apart():
    assert cells("Anna Berg;a nna@example.org\nKovács Béla;bela@example.org") == [
        {"name": "Anna Berg", "email": "a nna@example.org"},
        BELA,
    ]


@pytest.mark.parametrize("above", ["anna@example.org", "Anna Berg anna@example.org", "anna@example.org;Anna Berg"])
def test_a_name_may_follow_whatever_the_other_rows_are_like(above):
    assert [row.is_to_follow for row in read_rows(f"{above}\nName to follow\nN. N.;tbc\n– name folgt –")] == [
        False,
        True,
        True,
        True,
    ]


def test_without_headings_the_address_is_known_by_itself():
    text = "anna@example.org\tAnna Berg\tCity of Gävle\tDelegate\nbela@example.org\tKovács Béla\tMegye\tSpeaker"

    assert cells(text) == [
        {**ANNA, "organisation": "City of Gävle", "role": "Delegate"},
        {**BELA, "organisation": "Megye", "role": "Speaker"},
    ]


def test_a_row_without_a_middle_cell_keeps_its_columns():
    assert cells("Anna Berg;;Region\nKovács Béla;bela@example.org;Megye") == [
        {"name": "Anna Berg", "organisation": "Region"},
        {**BELA, "organisation": "Megye"},
    ]


def test_commas_in_names_do_not_split_what_semicolons_do():
    assert cells('Berg, Anna;anna@example.org;"City; of Gävle"') == [
        {"name": "Berg, Anna", "email": "anna@example.org", "organisation": "City; of Gävle"}
    ]


def test_quoted_cells_hold_breaks_and_quotes():
    text = '"Anna ""Annie""\nBerg"\tanna@example.org\nKovács Béla\tbela@example.org\n'

    assert cells(text) == [{"name": 'Anna "Annie" Berg', "email": "anna@example.org"}, BELA]


def test_a_quote_that_never_ends_takes_no_rows_along():
    assert cells('"Anna Berg\tanna@example.org\nKovács Béla\tbela@example.org') == [
        {"name": '"Anna Berg', "email": "anna@example.org"},
        BELA,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Anna Berg <anna@example.org>, Kovács Béla <bela@example.org>",
        '"Anna Berg" <anna@example.org>; Kovács Béla <mailto:bela@example.org>;',
        "Anna Berg <anna@example.org>\nKovács Béla <bela@example.org>\n",
    ],
)
def test_addresses_copied_from_a_mail_are_people(text):
    assert cells(text) == [ANNA, BELA]


def test_a_mailbox_may_stand_in_a_cell():
    assert cells("Anna Berg <anna@example.org>\tCity of Gävle") == [{**ANNA, "organisation": "City of Gävle"}]


def test_addresses_alone_are_people_without_names():
    assert cells("anna@example.org\nbela@example.org") == [{"email": "anna@example.org"}, {"email": "bela@example.org"}]


@pytest.mark.parametrize("words", ["Name to follow", "name to follow", "N.N.", "tba", "Name folgt", "à confirmer"])
def test_a_name_may_follow(words):
    (row, named) = read_rows(f"{words}\t\nAnna Berg\tanna@example.org")

    assert row.is_to_follow
    assert not named.is_to_follow


def test_empty_rows_are_left_out_and_counted():
    assert [row.number for row in read_rows("Name;Email\n\nAnna;anna@example.org\n;\nBéla;bela@example.org\n\n")] == [
        3,
        5,
    ]


def test_two_people_in_a_row_are_a_problem():
    (row,) = read_rows("Anna Berg\tanna@example.org\tbela@example.org")

    assert row.problem == "There are several addresses in this row. Write each person in a row of their own."


def test_a_cell_too_many_is_shown_and_not_dropped():
    (row,) = read_rows("Name;Email\nAnna Berg;anna@example.org;late")

    assert row == PastedRow(2, {**ANNA, "more": "late"}, "This row has more cells than the others: “late”.")


@pytest.mark.parametrize("text", ["", "  \n\t\n", ";;;\n;", "\ufeff", "Name;Email"])
def test_nothing_is_nobody(text):
    assert read_rows(text) == []


def test_what_sheets_hide_is_left_out():
    assert cells("\ufeffName\u200b\tE\u00admail\u00a0\r\nAnna\u00a0Berg\tmailto:anna@example.org\r\n") == [ANNA]


def test_more_rows_than_can_be_looked_through_are_refused():
    text = "\n".join(f"Person {n}\tperson{n}@example.org" for n in range(MOST_ROWS + 1))

    with pytest.raises(TooManyRows) as refused:
        read_rows(text)

    assert refused.value.number == MOST_ROWS + 1
    assert len(read_rows(text.rpartition("\n")[0])) == MOST_ROWS


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0\t<script>@example.org",
        '"""',
        "a@b@c",
        "\x00\tx@example.org",
        "\u202eanna\t\u202e@",
        "<@>" * 500,
    ],
)
def test_nothing_pasted_is_an_error(text):
    read_rows(text)


def test_long_lines_are_read_in_a_moment():
    begin = time.perf_counter()
    for text in ("<" * 50_000, "a@" * 25_000, '"' * 50_000, "a <" * 20_000, "x" * 150_000 + "\tanna@example.org"):
        read_rows(text)
    for text in ('"a\n' * 30_000, '"a\n' + "b\n" * 50_000, '"a\n"b";\n' * 10_000, "a@\n" * 30_000):
        with pytest.raises(TooManyRows):
            read_rows(text)

    assert time.perf_counter() - begin < 5


def test_roles_are_known_by_their_words():
    roles = {"delegate": "Delegierte", "speaker": "Vortragende"}

    assert [role_of(words, roles) for words in ("delegierte", "Speaker", "chef", "")] == ["delegate", "speaker", "", ""]
