"""Organisers word the mails of their event; what a mail must say stays, and nobody's text becomes more than text."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import letters
from accounts.models import Mail
from accounts.outbox import drain
from config.catalogues import compile_catalogues
from registrations import emails, places, wording
from registrations.models import MailText, Registration
from tests.factories import create_event, create_registration, create_venue
from tests.registrations.test_emails import NOW, register, round_table, words

pytestmark = pytest.mark.django_db


def named(event, name) -> Mail:
    """The mail to somebody with this name, as it stands in a row whoever wrote it there: forms take less."""
    emails.link(create_registration(event, "Alice", name=name), at=NOW)
    return Mail.objects.get()


def word(event, letter="confirmed", **fields) -> MailText:
    defaults = {"subject": "Welcome, {name}: {in_short}", "text": "Dear {name},\n\n{host} expects you\non {when}."}
    return MailText.objects.create(event=event, letter=letter, language="en", **{**defaults, **fields})


# --- What goes out -----------------------------------------------------------------------------------------------


def test_the_words_of_the_organisers_take_the_place_of_ours_and_the_facts_stay():
    event = round_table()
    word(event)
    alice = register(event)

    mail = Mail.objects.get()
    assert mail.subject == "Welcome, Alice: Round table, 20 May 2027, Maastricht"
    assert mail.text.startswith(
        f"Dear Alice,\n\n{event.project.acronym} expects you\n"
        "on Thursday 20 May 2027, 09:00–16:00 (Maastricht time, UTC+2).\n\nRound table\n"
    )
    assert "you are registered" not in mail.text + mail.html
    for kept in ("When: ", "Where: MECC", "Bring: An identity card", alice.code, "You get this mail because"):
        assert kept in mail.text
    for kept in ("When", "MECC", "An identity card", alice.code, "You get this mail because"):
        assert kept in mail.html
    assert len(mail.attachments) == 2
    assert "Dear Alice, " in words(mail.html)


def test_two_people_get_the_same_words_with_their_own_names_and_links():
    event = round_table()
    word(event, text="{name}: {link}")
    alice, bob = register(event), register(event, "Bob")

    for person in (alice, bob):
        mail = Mail.objects.get(to=person.email)
        address = f"http://testserver/en/registrations/{person.code}/"
        assert mail.text.startswith(f"{person.name}: {address}\n")
        assert f"{person.name}: {address}" in words(mail.html)


def test_a_subject_or_a_text_alone_leaves_the_other_as_we_word_it():
    event = round_table(places=1)
    word(event, text="")
    word(event, "waiting", subject="", text="Be patient, {name}.")
    register(event)
    register(event, "Bob")

    assert Mail.objects.get(to="alice@example.org").text.startswith("Alice, you are registered.")
    waiting = Mail.objects.get(to="bob@example.org")
    assert waiting.subject == "On the waiting list: Round table, 20 May 2027, Maastricht"
    assert waiting.text.startswith("Be patient, Bob.\n\nYou are first on the list.\n")


def test_each_way_of_cancelling_has_its_own_words_and_the_reason_stays():
    event = round_table()
    word(event, "cancelled", text="A pity.")
    word(event, "cancelled_by_host", subject="", text="We are sorry, {name}.")
    places.cancel(register(event), by=Registration.CancelledBy.PERSON, at=NOW)
    places.cancel(register(event, "Bob"), by=Registration.CancelledBy.HOST, reason="Room closed", at=NOW)

    by_host = Mail.objects.get(subject__startswith="Cancelled", to="bob@example.org")
    assert by_host.text.startswith("We are sorry, Bob.\n\nReason: Room closed\n")
    assert Mail.objects.get(subject__startswith="Welcome", text__startswith="A pity.").to == "alice@example.org"


def test_another_language_has_its_own_words(settings):
    settings.LANGUAGES = [("en", "English"), ("nl", "Dutch")]
    event = round_table()
    word(event)
    MailText.objects.create(event=event, letter="confirmed", language="nl", subject="Welkom", text="Dag {name}")
    register(event, "Alice", language="nl")

    mail = Mail.objects.get()
    assert (mail.subject, mail.text.splitlines()[0]) == ("Welkom", "Dag Alice")
    # The rest is in English as long as nobody translated it, and its addresses are of that language.
    assert "/nl/registrations/" in mail.text


HOSTILE = '<script>alert(1)</script>\r\nBcc: all@example.org {name} {{ link }} {% now "Y" %} \u202egnp'


def test_no_text_of_an_organiser_becomes_mark_up_or_a_header():
    event = round_table()
    word(event, subject=HOSTILE.replace("{{ link }}", ""), text=HOSTILE)
    name = "Alice {link} {event}"
    register(event, email="alice@example.org", name=name)

    mail = Mail.objects.get()
    assert "\n" not in mail.subject
    assert "<script" not in mail.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in mail.html
    assert '{% now "Y" %}' in mail.text
    # A placeholder in somebody's name stays what it is.
    assert name in mail.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Win now https://evil.example.org/x", "Win now https:\u2060//evil.\u2060example.\u2060org/x"),
        ("www.evil.example", "www.\u2060evil.\u2060example"),
        ("me@evil.example", "me@\u2060evil.\u2060example"),
        ("Alice\u202e\u2066gro\u2069", "Alicegro"),
        ("J.R.R. Tolkien", "J.R.R. Tolkien"),
        ("Ágnes Ő. Nagy-Kovács", "Ágnes Ő. Nagy-Kovács"),
        ("محمد علي", "محمد علي"),
        ("李小龙", "李小龙"),
    ],
)
def test_a_name_becomes_no_link_and_turns_no_direction(name, shown):
    mail = named(round_table(), name)

    assert mail.text.startswith(f"{shown}, this is the link to your registration.")
    assert f"{shown}, this is the link to your registration." in mail.html


def test_two_hundred_names_of_many_scripts_arrive_as_they_are_written(mailoutbox):
    event = round_table()
    word(event, subject="{name}", text="{name}")
    scripts = [
        "Łucja Żółć",
        "Ngô Đình",
        "Σοφία Παπαδάκη",
        "Юлия Щукина",
        "שרה כהן",
        "ليلى بن علي",
        "प्रिया",
        "நிலா",
        "สมชาย",
        "김민준",
        "山田 太郎",
        "𝒜lice",
        "Zoë 👩🏽‍🔬",
        "Õnne-Mall",
        "Áed Ó Cuív",
        "ተስፋዬ",
        "ខ្មែរ",
        "მზია",
        "Հայկ",
        "ꦗꦮ",
    ]
    names = [f"{script} {n}" for n, script in enumerate(scripts * 10)]
    for n, name in enumerate(names):
        places.register(
            event, name=name, email=f"p{n}@example.org", organisation_name="A", country="SE", language="en", at=NOW
        )
    while drain():
        pass

    assert [message.subject for message in mailoutbox] == names
    assert all(message.body.startswith(f"{name}\n") for message, name in zip(mailoutbox, names, strict=True))
    # Each can be put on the wire.
    assert all(message.message().as_bytes() for message in mailoutbox)


def test_wording_costs_one_query_when_registering():
    event = round_table()
    with CaptureQueriesContext(connection) as without:
        register(event)
    word(event)
    with CaptureQueriesContext(connection) as worded:
        register(event, "Bob")

    asked = [query for query in worded if "mailtext" in query["sql"].lower()]
    assert len(asked) == 1
    assert len(worded) == len(without)


# --- Our own words, and what may stand in theirs -----------------------------------------------------------------


@pytest.mark.parametrize("kind", wording.KINDS.values(), ids=lambda kind: kind.key)
def test_our_own_words_have_placeholders_and_may_be_stored_as_they_are(kind):
    standard = wording.standard(kind.key, "en")

    assert list(wording.wrong_words(standard.subject + "\n" + standard.text)) == []
    if kind.has_subject:
        assert "{in_short}" in standard.subject
        assert standard.text.startswith("{name}, ")
    else:
        assert (standard.subject, standard.text) == ("", "")


def test_what_cannot_stand_in_a_wording_is_told_with_its_line_and_how_to_mend_it():
    text = (
        "Dear {nmae},\n{Link}\n{birthday} and {\nhttp://example.org and javascript:alert(1)\nhttps://example.org {name}"
    )

    assert list(wording.wrong_words(text)) == [
        "Line 1: {nmae} is no placeholder. Write {name}, or another one of the list.",
        "Line 2: {Link} is no placeholder. Write {link}, or another one of the list.",
        "Line 3: {birthday} is no placeholder. Choose one of the list.",
        "Line 3: “{” stands alone. A placeholder has one before and one after: {name}.",
        "Line 4: write “http://example.org” as a web address that begins with https://.",
        "Line 4: write “javascript:alert(1)” as a web address that begins with https://.",
    ]


def test_paragraphs_and_lines():
    assert wording.paragraphs("a\nb\n\n\n c \n") == (("a", "b"), ("c",))
    assert wording.paragraphs("  ") == ()


CATALOGUE = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Confirmed: %(event_in_short)s"
msgstr "Bevestigd: %(event_in_short)s"

msgid "%(name)s, you are registered."
msgstr "%(name)s, u bent ingeschreven."
"""


def test_mails_and_our_own_words_are_in_the_language_of_a_catalogue(settings, tmp_path):
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    compile_catalogues([tmp_path])
    settings.LANGUAGES = [("en", "English"), ("nl", "Dutch")]
    settings.LOCALE_PATHS = [tmp_path]
    for kept in (letters._form_letter, wording.standard):
        kept.cache_clear()
    try:
        register(round_table(), language="nl")
        standard = wording.standard("confirmed", "nl")
    finally:
        for kept in (letters._form_letter, wording.standard):
            kept.cache_clear()

    mail = Mail.objects.get()
    # Months come from Django's own catalogue.
    assert mail.subject == "Bevestigd: Round table, 20 mei 2027, Maastricht"
    assert mail.text.startswith("Alice, u bent ingeschreven.\n")
    assert standard == wording.Words("Bevestigd: {in_short}", "{name}, u bent ingeschreven.")


def test_the_event_of_another_project_is_worded_apart():
    one, other = create_event(title="One"), create_event(title="Other")
    word(one)

    assert wording.of(other, "confirmed", "en") is None
    assert wording.of(one, "confirmed", "en") is not None
    assert wording.of(one, "no such kind", "en") is None


def test_whatever_is_worded_no_tag_of_a_person_survives():
    event = create_event(venue=create_venue())
    word(event, text="Hello {name}")
    register(event, email="alice@example.org", name="<b>Alice</b> & co")

    mail = Mail.objects.get()
    assert "<b>Alice" not in mail.html
    assert re.search(r"Hello &lt;b&gt;Alice&lt;/b&gt; &amp; co", mail.html)


def test_another_thread_sees_the_wordings_of_a_shared_event_only_when_they_are_read(monkeypatch):
    event, seen = create_event(), []
    rows = wording._OF_EVENT.rows

    def slowly(**values):
        seen.append("mail_texts" in event.__dict__.get("_prefetched_objects_cache", {}))
        return rows(**values)

    monkeypatch.setattr(wording._OF_EVENT, "rows", slowly)

    wording.read(event)
    wording.read(event)

    assert seen == [False]
    assert list(event.mail_texts.all()) == []
