import gettext
import os

from config.catalogues import compile_catalogues

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Register"
msgstr "Aanmelden"

#, fuzzy
msgid "Cancel"
msgstr "Afmelden"

msgid "one seat"
msgid_plural "%(count)s seats"
msgstr[0] "één plaats"
msgstr[1] "%(count)s plaatsen"
"""


def write_po(locale, text=PO):
    source = locale / "nl" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return source


def test_catalogue_is_compiled_without_its_fuzzy_entries(tmp_path):
    source = write_po(tmp_path)

    assert compile_catalogues([tmp_path]) == [source]

    dutch = gettext.translation("django", tmp_path, ["nl"])
    assert dutch.gettext("Register") == "Aanmelden"
    assert dutch.gettext("Cancel") == "Cancel"
    assert dutch.ngettext("one seat", "%(count)s seats", 3) == "%(count)s plaatsen"


def test_only_a_catalogue_that_changed_is_compiled_again(tmp_path):
    source = write_po(tmp_path)
    compile_catalogues([tmp_path])

    assert compile_catalogues([tmp_path]) == []

    write_po(tmp_path, PO.replace("Aanmelden", "Inschrijven"))
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))
    assert compile_catalogues([tmp_path]) == [source]


def test_without_catalogues_there_is_nothing_to_do(tmp_path):
    assert compile_catalogues([tmp_path, tmp_path / "missing"]) == []
