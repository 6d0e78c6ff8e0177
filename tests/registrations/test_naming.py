"""Whom a partner's coordinator names for its delegation, one by one and pasted from a sheet.

Charlie coordinates Tartu, whose delegation it is; Dora coordinates another partner, Bob the one that hosts.
"""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import translation

from accounts.models import Mail
from config.catalogues import compile_catalogues
from events.models import Event
from projects.models import Membership
from registrations import delegations, naming
from registrations.models import Consent, Decision, Delegation, Registration
from registrations.naming import Colleague, Outcome
from tests.factories import (
    create_coordinator,
    create_delegation,
    create_event,
    create_kind,
    create_organisation,
    create_partner,
    create_project,
    create_registration,
    create_user,
)
from tests.opening import answers_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SIX = """Name\tEmail\tOrganisation\tRole
Kaja Emajõgi\tkaja@example.org\tCity of Tartu\tDelegate
Jüri Õun\tjyri@example.org\tCity of Tartu\tSpeaker
Liis Kask\tliis@example.org\t\t
Mart Tamm\tmart@example.org\tTartu Waste\tDelegate
Piret Saar\tpiret@example.org\tTartu Waste\tHead of unit
Name to follow\t\t\t
"""


@pytest.fixture
def project():
    return create_project(acronym="MEUSE")


@pytest.fixture
def tartu(project):
    return create_partner(project, slug="tartu", organisation=create_organisation(name="City of Tartu", country="EE"))


@pytest.fixture
def event(project):
    kind = create_kind("study-visit", has_delegations=True)
    return create_event(project, host=create_partner(project), slug="visit", title="Study visit", kind=kind, places=24)


@pytest.fixture
def delegation(event, tartu):
    return create_delegation(event, partner=tartu, seats=4, note="Bring shoes")


@pytest.fixture
def charlie(tartu):
    return create_coordinator(tartu, "Charlie")


@pytest.fixture
def dora(project):
    return create_coordinator(create_partner(project), "Dora")


ADDRESS = "/en/partner/tartu/visit/"


def words(answer) -> str:
    page = re.sub(r"<[^>]+>", " ", answer.content.decode().split("<main")[1].split("</main>")[0])
    return " ".join(unescape(page).split())


def rows(*people: tuple[str, ...], **more: str) -> dict[str, str]:
    """The check table as it is sent."""
    data = {"rows-total": str(len(people)), "act": "save", **more}
    for n, person in enumerate(people):
        name, email, *rest = person
        data |= {f"rows-{n}-name": name, f"rows-{n}-email": email, f"rows-{n}-number": str(n + 2)}
        data[f"rows-{n}-organisation_name"] = rest[0] if rest else "City of Tartu"
        data[f"rows-{n}-participant_kind"] = "delegate"
    return data


def named(delegation: Delegation) -> list[tuple[str, str]]:
    return list(delegation.registrations.live().order_by("pk").values_list("name", "state"))


# --- Who may come in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "paste/", "{pk}/replace/", "{pk}/take-out/"])
def test_only_the_coordinator_of_the_partner_finds_a_delegation(client, event, delegation, charlie, dora, page):
    registration = create_registration(event, "Ana", delegation=delegation)
    address = ADDRESS + page.format(pk=registration.pk)
    host = create_coordinator(event.host, "Bob")

    assert answers_to(client, address, charlie, dora, host, follow=True) == {"Charlie": 200, "Dora": 404, "Bob": 404}


@pytest.mark.parametrize("act", ["name/", "paste/", "give-back/", "{pk}/replace/", "{pk}/take-out/"])
def test_nobody_else_acts_for_a_delegation(client, event, delegation, dora, act):
    registration = create_registration(event, "Ana", delegation=delegation)
    client.force_login(dora)
    data = {"name": "Eva", "email": "eva@example.org", "organisation_name": "X", "participant_kind": "delegate"}

    answer = client.post(ADDRESS + act.format(pk=registration.pk), data | {"number": "1"} | rows(("Eva", "eva@x.org")))

    assert answer.status_code == 404
    assert named(delegation) == [("Ana", "confirmed")]
    assert Delegation.objects.get().seats == 4


def test_people_of_another_delegation_are_not_found_under_the_own_address(client, event, delegation, project, charlie):
    other = create_registration(event, "Ana", delegation=create_delegation(event, partner=create_partner(project)))
    nobodys = create_registration(event, "Eva")
    client.force_login(charlie)

    for registration in (other, nobodys):
        for act in ("replace", "take-out"):
            assert client.get(f"{ADDRESS}{registration.pk}/{act}/").status_code == 404


@pytest.mark.parametrize("address", ["/en/partner/", "/en/partner/visit/", ADDRESS, ADDRESS + "paste/"])
def test_whoever_did_not_sign_in_is_asked_to(client, delegation, address):
    assert client.get(address)["Location"] == f"/en/sign-in/?next={address}"


def test_drafts_are_not_shown_to_coordinators(client, event, delegation, charlie):
    Event.objects.update(status=Event.Status.DRAFT)
    client.force_login(charlie)

    assert client.get(ADDRESS).status_code == 404
    assert "Study visit" not in words(client.get("/en/partner/"))


# --- What is due -------------------------------------------------------------------------------------------------


def test_the_first_page_says_what_is_due_the_nearest_first(client, project, event, delegation, tartu, charlie):
    soon = create_event(project, title="Round table", slug="round-table")
    create_delegation(soon, partner=tartu, seats=2, releases_at=NOW + timedelta(days=2))
    create_event(project, title="Conference")
    create_registration(event, "Ana", delegation=delegation)
    create_delegation(soon, partner=create_partner(project), seats=99)
    client.force_login(charlie)

    page = words(client.get("/en/partner/"))

    assert page.index("Round table") < page.index("Study visit") < page.index("Conference")
    assert "0 of 2 seats named" in page
    assert "Name 3 people" in page
    assert "99" not in page


def test_nothing_due_is_said(client, charlie):
    client.force_login(charlie)

    assert "Nothing is waiting for you." in words(client.get("/en/partner/"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_first_page_takes_the_same_queries_for_one_and_three(
    client, project, tartu, charlie, number, django_assert_num_queries
):
    for n in range(number):
        delegation = create_delegation(create_event(project, title=f"Visit {n}"), partner=tartu, seats=6)
        create_registration(delegation.event, f"Person{n}", delegation=delegation)
        create_event(project)
    client.force_login(charlie)

    with django_assert_num_queries(9):
        page = client.get("/en/partner/")

    assert words(page).count("1 of 6 seats named") == number


def test_the_short_address_leads_to_the_delegation(client, delegation, charlie):
    client.force_login(charlie)

    assert client.get("/en/partner/visit/")["Location"] == ADDRESS
    assert client.get("/en/partner/other/").status_code == 404


def test_whoever_coordinates_two_partners_chooses(client, event, project, delegation, charlie):
    second = create_partner(project, organisation=create_organisation(name="Lousada"))
    Membership.objects.create(user=charlie, role=Membership.Role.COORDINATOR, partner=second)
    create_delegation(event, partner=second, seats=2)
    client.force_login(charlie)

    page = words(client.get("/en/partner/visit/"))

    assert "City of Tartu 0 of 4 seats named" in page
    assert "Lousada 0 of 2 seats named" in page


@pytest.mark.parametrize("number", [1, 3])
def test_a_delegation_takes_the_same_queries_for_one_person_and_three(
    client, event, delegation, charlie, number, django_assert_num_queries
):
    for n in range(number):
        create_registration(event, f"Person{n}", delegation=delegation)
        create_registration(event, f"Late{n}", delegation=delegation, state=State.WAITING)
    client.force_login(charlie)

    with django_assert_num_queries(9):
        page = client.get(ADDRESS)

    assert page.content.decode().count("Replace<span") == 2 * number


# --- One person --------------------------------------------------------------------------------------------------


def test_one_person_is_named_and_gets_their_own_mail(client, event, delegation, charlie):
    client.force_login(charlie)
    form = client.get(ADDRESS).context["colleague_form"]

    answer = client.post(
        ADDRESS + "name/",
        {"name": "Liis Kask", "email": "liis@example.org", "organisation_name": "City of Tartu"}
        | {"participant_kind": "delegate"},
        follow=True,
    )

    assert (form["organisation_name"].value(), form["participant_kind"].value()) == ("City of Tartu", "delegate")
    assert "1 person is named and told by mail." in words(answer)
    liis = Registration.objects.get()
    assert (liis.delegation, liis.state, liis.participant_kind) == (delegation, State.CONFIRMED, "delegate")
    assert (liis.organisation, liis.country.code) == (delegation.partner.organisation, "EE")
    assert not Consent.objects.exists()
    assert list(liis.decisions.values_list("kind", "taken_by")) == [(Decision.Kind.NAMED, charlie.pk)]
    mail = Mail.objects.get()
    assert mail.to == "liis@example.org"
    assert "City of Tartu named you for its delegation." in mail.text
    assert "If you do not come, say so with the link above: your seat goes back to the delegation." in mail.text
    assert f"/en/registrations/{liis.code}/" in mail.text


def test_what_is_wrong_about_one_person_is_told_and_nothing_is_lost(client, delegation, charlie):
    client.force_login(charlie)

    answer = client.post(ADDRESS + "name/", {"name": "Liis Kask", "email": "liis@", "participant_kind": "chief"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<title>Error:" in page
    for said in (
        "Enter the email address in the correct format, like name@example.eu",
        "Enter the name of the organisation",
        "Choose one of these.",
    ):
        assert page.count(said) == 2
    assert 'value="Liis Kask"' in page
    assert not Registration.objects.exists()


def test_people_can_be_named_while_registration_is_closed_for_others(client, event, delegation, charlie):
    Event.objects.update(registration_opens_at=None)
    client.force_login(charlie)
    client.post(ADDRESS + "paste/", rows(("Liis Kask", "liis@example.org")))

    assert named(delegation) == [("Liis Kask", "confirmed")]


def test_after_the_start_nobody_is_named_replaced_or_taken_out(client, event, delegation, charlie, clock):
    registration = create_registration(event, "Ana", delegation=delegation)
    clock.move_to(event.starts_at + timedelta(minutes=1))
    client.force_login(charlie)

    page = client.get(ADDRESS).content.decode()
    client.post(f"{ADDRESS}{registration.pk}/take-out/", {})

    assert "ask the host" in page
    assert "Check the rows" not in page
    assert "/replace/" not in page
    assert named(delegation) == [("Ana", "confirmed")]


# --- Pasted ------------------------------------------------------------------------------------------------------


def test_six_rows_are_checked_before_anything_is_saved(client, delegation, charlie):
    client.force_login(charlie)

    answer = client.post(ADDRESS + "paste/", {"text": SIX})

    page = words(answer)
    assert answer.status_code == 200
    assert (
        "City of Tartu: 0 of 4 seats named. 4 people get a seat. 1 person waits in the line of your delegation" in page
    )
    assert "1 row says that the name follows: no seat is left for it then." in page
    assert "“Head of unit” is none of what people come as here." in page
    assert page.count("Good: gets a seat") == 4
    assert page.count("Good: waits for a seat") == 1
    assert "Name 5 people" in page
    assert not Registration.objects.exists()
    table = answer.context["table"]
    assert [(row.form.colleague.organisation_name, row.form.colleague.participant_kind) for row in table.rows] == [
        ("City of Tartu", "delegate"),
        ("City of Tartu", "speaker"),
        ("City of Tartu", "delegate"),
        ("Tartu Waste", "delegate"),
        ("Tartu Waste", "delegate"),
    ]


def sent_back(answer) -> dict[str, str]:
    """The check table of a page, as a browser sends it."""
    page = answer.content.decode()
    data = {
        unescape(name): unescape(value)
        for name, value in re.findall(
            r'<input type="(?:hidden|text|email)" name="(rows-[^"]+)"[^>]* value="([^"]*)"', page
        )
    }
    for name, select in re.findall(r'<select name="(rows-[^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        data[name] = re.search(r'value="(\w+)" selected', select)[1]
    return data


def test_good_rows_are_saved_as_the_page_sends_them(client, delegation, charlie):
    client.force_login(charlie)
    check = client.post(ADDRESS + "paste/", {"text": SIX})

    answer = client.post(ADDRESS + "paste/", sent_back(check) | {"act": "save"}, follow=True)

    assert answer.redirect_chain == [(ADDRESS, 302)]
    page = words(answer)
    assert "4 people are named and told by mail." in page
    assert "1 person waits in the line of your delegation and is told by mail." in page
    assert named(delegation) == [
        ("Kaja Emajõgi", "confirmed"),
        ("Jüri Õun", "confirmed"),
        ("Liis Kask", "confirmed"),
        ("Mart Tamm", "confirmed"),
        ("Piret Saar", "waiting"),
    ]
    assert Mail.objects.count() == 5


def test_bad_rows_stay_in_the_form_until_they_are_mended(client, delegation, charlie):
    client.force_login(charlie)
    wrong = rows(
        ("Ana", "ana@example.org"), ("", "eva@example.org"), ("Lia", "lia"), ("ANA", "Ana@example.org"), ("", "", "")
    )

    answer = client.post(ADDRESS + "paste/", wrong)

    page = words(answer)
    assert answer.status_code == 422
    assert "1 person is named and told by mail." in page
    assert "3 rows are to be mended" in page
    assert "City of Tartu: 1 of 4 seats named." in page
    assert "Row 3: Enter the full name" in page
    assert "Row 4: Enter the email address in the correct format, like name@example.eu" in page
    assert "Row 5: The same person is in row 2." in page
    assert named(delegation) == [("Ana", "confirmed")]

    mended = sent_back(answer) | {"rows-1-name": "Eva", "rows-2-email": "lia@example.org", "act": "save"}
    mended |= {"rows-3-name": "", "rows-3-email": ""}
    answer = client.post(ADDRESS + "paste/", mended)

    assert answer["Location"] == ADDRESS
    assert named(delegation) == [("Ana", "confirmed"), ("Eva", "confirmed"), ("Lia", "confirmed")]


def test_rows_can_be_checked_again_without_saving(client, delegation, charlie):
    client.force_login(charlie)

    answer = client.post(ADDRESS + "paste/", rows(("Ana", "ana@gmial.com"), act="check"))

    assert answer.status_code == 200
    assert "Is ana@gmail.com meant?" in words(answer)
    assert not Registration.objects.exists()


def test_the_same_rows_sent_twice_name_everybody_once(client, delegation, charlie):
    client.force_login(charlie)
    answers = [client.post(ADDRESS + "paste/", rows(("Ana", "ana@example.org")), follow=True) for _click in range(2)]

    assert "They are all in your delegation already." in words(answers[1])
    assert named(delegation) == [("Ana", "confirmed")]
    assert Mail.objects.count() == 1


def test_who_is_in_the_delegation_already_is_known_before_saving(client, event, delegation, charlie):
    create_registration(event, "Ana", delegation=delegation)
    client.force_login(charlie)

    page = words(client.post(ADDRESS + "paste/", {"text": "ANA\tANA@example.org\nEva\teva@example.org"}))

    assert "In your delegation already" in page
    assert "Name 1 person" in page


def test_a_name_turned_round_is_the_same_person(client, event, delegation, charlie):
    create_registration(event, "Ana Oja", email="ana@example.org", delegation=delegation)
    client.force_login(charlie)
    text = "Oja, Ana\tana@example.org\nMari Tamm;mari@example.org\nTamm, Mari;Mari@example.org"

    page = words(client.post(ADDRESS + "paste/", {"text": text}))

    assert "In your delegation already" in page
    assert "Row 3: The same person is in row 2." in page
    assert "has the same address" not in page
    assert "Name 1 person" in page


def test_another_name_with_the_same_address_is_asked_about_and_may_be_named(client, delegation, charlie):
    client.force_login(charlie)

    page = words(client.post(ADDRESS + "paste/", {"text": "Mari Tamm;mari@example.org\nM. Tamm;MARI@example.org"}))

    assert page.count("Row 1 has the same address. If it is the same person, empty name and email") == 1
    assert "Name 2 people" in page


def test_nothing_is_told_of_people_of_other_partners(client, event, delegation, project, charlie):
    other = create_delegation(event, partner=create_partner(project))
    create_registration(event, "Ana", delegation=other, organisation_name="The secret partner")
    client.force_login(charlie)

    check = words(client.post(ADDRESS + "paste/", {"text": "Ana\tana@example.org"}))
    answer = words(client.post(ADDRESS + "paste/", rows(("Ana", "ana@example.org")), follow=True))

    assert "Good: gets a seat" in check
    assert "Not in your delegation: Ana. Whoever is registered for this event already stays as they are" in answer
    assert "secret" not in answer
    assert named(delegation) == []
    assert named(other) == [("Ana", "confirmed")]


def test_who_registered_by_themselves_gets_a_seat_of_the_delegation(client, event, delegation, charlie):
    create_registration(event, "Ana")
    client.force_login(charlie)

    client.post(ADDRESS + "paste/", rows(("Ana", "ana@example.org")))
    client.post(ADDRESS + "paste/", rows(("Ana", "ana@example.org")))

    assert named(delegation) == [("Ana", "confirmed")]
    mail = Mail.objects.get()
    assert mail.subject.startswith("Named by City of Tartu: Study visit")
    assert "Ana, City of Tartu named you for its delegation." in mail.text
    assert "You had registered before: your place and your answers stay as they are." in mail.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Paste at least one row with a name and an email address"),
        ("Name\tEmail\n", "Paste at least one row with a name and an email address"),
        ("Ana\tana@example.org\n" * 201, "Paste at most 200 rows at once. These are 201 rows."),
        ("x" * 100_001, "Shorten this to at most 100000 characters. It has 100001."),
    ],
)
def test_what_cannot_be_read_is_told_and_stays(client, delegation, charlie, text, said):
    client.force_login(charlie)

    answer = client.post(ADDRESS + "paste/", {"text": text})

    assert answer.status_code == 422
    assert answer.content.decode().count(said) == 2
    assert text[:1000] in unescape(answer.content.decode())


def test_two_hundred_rows_are_looked_through_at_once(client, delegation, charlie, django_assert_max_num_queries):
    client.force_login(charlie)
    text = "\n".join(f"Person {n}\tperson{n}@example.org" for n in range(200))

    with django_assert_max_num_queries(10):
        answer = client.post(ADDRESS + "paste/", {"text": text})

    assert len(sent_back(answer)) == 2 + 5 * 200
    again = client.post(ADDRESS + "paste/", sent_back(answer) | {"act": "check"})
    assert again.status_code == 200


@pytest.mark.parametrize("broken", ["", "x", "-1", "9" * 30, "201"])
def test_a_broken_table_is_no_error(client, delegation, charlie, broken):
    client.force_login(charlie)

    answer = client.post(ADDRESS + "paste/", {"rows-total": broken, "rows-to-follow": broken, "act": "check"})

    assert answer.status_code == 200
    assert "There is nobody to name in these rows." in words(answer)


HOSTILE = [
    ("=cmd|' /C calc'!A0", "a1@example.org"),
    ("<script>alert(1)</script>", "a2@example.org"),
    ("Łukasz \u202eŻółć", "a3@example.org"),
    ("王小明", "a4@example.org"),
    ("محمد", "a5@example.org"),
    ("Ana\r\nBcc: x@example.org", "a6@example.org"),
    ("👩🏽‍🚀 Ana", "a7@example.org"),
]


def test_hostile_names_are_stored_as_typed_and_shown_harmless(client, event, delegation, charlie):
    client.force_login(charlie)
    client.post(ADDRESS + "paste/", rows(*HOSTILE))

    page = client.get(ADDRESS).content.decode()

    assert "<script>alert" not in page
    assert Registration.objects.filter(name="<script>alert(1)</script>").exists()
    assert Registration.objects.filter(name="Ana Bcc: x@example.org").exists()
    assert not Mail.objects.filter(subject__contains="\n").exists()


def test_what_comes_of_naming_is_foretold():
    colleague = [Colleague(f"Person {n}", f"p{n}@example.org", "X") for n in range(3)]
    delegation = Delegation(seats=2)
    standing = delegations.Standing(delegation, named=1, waiting=0, is_released=False)

    outcomes = naming.expect(standing, colleague, {colleague[0].key})

    assert outcomes == [Outcome.KNOWN, Outcome.SEAT, Outcome.WAITS]
    crowded = delegations.Standing(delegation, named=1, waiting=2, is_released=False)
    assert naming.expect(crowded, colleague[:1], set()) == [Outcome.WAITS]


# --- Giving back, replacing, taking out --------------------------------------------------------------------------


def test_seats_are_given_back(client, event, delegation, charlie):
    create_registration(event, "Ana", delegation=delegation)
    client.force_login(charlie)

    refused = client.post(ADDRESS + "give-back/", {"number": "4"})
    answer = client.post(ADDRESS + "give-back/", {"number": "2"}, follow=True)

    assert refused.status_code == 422
    assert "You can give up to 3 seats back: nobody is named for them." in words(refused)
    assert "2 seats are given back to the host." in words(answer)
    assert Delegation.objects.get().seats == 2


def test_a_person_is_replaced_and_both_are_told(client, event, delegation, charlie):
    ana = create_registration(event, "Ana", delegation=delegation)
    client.force_login(charlie)

    answer = client.post(
        f"{ADDRESS}{ana.pk}/replace/",
        {"name": "Eva", "email": "eva@example.org", "organisation_name": "City of Tartu"}
        | {"participant_kind": "speaker"},
        follow=True,
    )

    assert "Eva has the seat of Ana. Both are told by mail." in words(answer)
    assert named(delegation) == [("Eva", "confirmed")]
    assert {mail.to for mail in Mail.objects.all()} == {"ana@example.org", "eva@example.org"}
    assert Registration.objects.get(name="Eva").participant_kind == "speaker"


def test_nobody_is_replaced_by_who_has_a_seat(client, event, delegation, charlie):
    ana = create_registration(event, "Ana", delegation=delegation)
    create_registration(event, "Eva")
    client.force_login(charlie)

    answer = client.post(
        f"{ADDRESS}{ana.pk}/replace/",
        {"name": "Eva", "email": "eva@example.org", "organisation_name": "X", "participant_kind": "delegate"},
    )

    assert answer.status_code == 422
    assert "This person cannot take the seat. Name somebody else, or ask the host." in words(answer)
    assert named(delegation) == [("Ana", "confirmed")]


def test_a_person_is_taken_out_and_the_seat_is_free_again(client, event, delegation, charlie):
    ana = create_registration(event, "Ana", delegation=delegation)
    client.force_login(charlie)
    address = f"{ADDRESS}{ana.pk}/take-out/"

    assert client.get(address).status_code == 200
    assert named(delegation) == [("Ana", "confirmed")]
    answers = [client.post(address, {"reason": "You change jobs."}, follow=True) for _click in range(2)]

    assert "Ana is taken out and told by mail." in words(answers[0])
    assert [answer.status_code for answer in answers] == [200, 200]
    assert named(delegation) == []
    assert delegations.standing(delegation).to_follow == 4
    mail = Mail.objects.get()
    assert "The coordinator of City of Tartu took you out of the delegation. You change jobs." in mail.text


@pytest.fixture
def german(settings, tmp_path) -> None:
    """German, with the words of one sentence."""
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    said = "The coordinator of %(partner)s took you out of the delegation."
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    translated = f'msgid "{said}"\nmsgstr "%(partner)s hat Sie abgemeldet."\n'
    (folder / "django.po").write_text(f"{head}\n{translated}", encoding="utf-8")
    compile_catalogues([tmp_path])
    settings.LANGUAGES = [("en", "English"), ("de", "German")]
    settings.LOCALE_PATHS = [tmp_path]


def test_a_reason_that_the_program_gives_is_in_the_language_of_whoever_reads_it(event, delegation, charlie, german):
    ana = create_registration(event, "Ana", delegation=delegation, language="de")

    naming.take_out(ana, by=charlie, reason="You change jobs.")

    ana = Registration.objects.get(pk=ana.pk)
    told, decided = "City of Tartu hat Sie abgemeldet. You change jobs.", ana.decisions.get()
    assert told in Mail.objects.get().text
    assert (ana.why_cancelled, decided.why) == (
        "The coordinator of City of Tartu took you out of the delegation. You change jobs.",
    ) * 2
    with translation.override("de"):
        assert (ana.why_cancelled, decided.why) == (told, told)


def test_words_that_were_stored_before_there_were_codes_are_still_read(event):
    ana = create_registration(event, "Ana", state=Registration.State.CANCELLED, cancel_reason="As typed.")
    decided = ana.decisions.create(kind=Decision.Kind.ADDED, reason="Came to the door, as it was said then.")

    assert (ana.why_cancelled, decided.why) == ("As typed.", "Came to the door, as it was said then.")


def test_pages_of_a_user_without_partners_say_so(client, project):
    user = create_user("Eva")
    Membership.objects.create(user=user, role=Membership.Role.LEAD, project=project)
    client.force_login(user)

    assert "You coordinate no partner." in words(client.get("/en/partner/"))
