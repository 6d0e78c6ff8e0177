"""What becomes of answers: seen and changed by their person, asked for after the cut-off, exported, and forgotten."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail
from events.models import ChoiceGroup, PlanChange
from registrations import change_requests, places
from registrations.models import Answer, ChangeRequest, Choice, Question, Registration, TypedAnswers, Upload
from registrations.questions.answering import keep_answers
from registrations.questions.asked import read_questions
from registrations.questions.forgetting import forget_due_answers, forget_unfinished, forget_what_travel_needed
from tests.factories import (
    create_event,
    create_lead,
    create_project,
    create_question,
    create_registration,
    create_session,
)
from tests.forms import opened_in

pytestmark = pytest.mark.django_db
Kind = Question.Kind
ALICE = {"name": "Alice", "email": "alice@example.org", "organisation_name": "City of Gävle", "country": "SE"}

# Names as their owners write them: twenty of each script.
SCRIPTS = {
    "latin": "Ágnes Åsa Łukasz Şükrü Žofie Ørjan Þóra Ğani Ñuria Čeněk Őze Ǆon Ỹara Ḥasan Ŵyn Ɓa Ẓana İnci ßen Œuf",
    "greek": "Αθηνά Βασίλης Γιώργος Δήμητρα Ελένη Ζωή Ηλίας Θεόδωρος Ιωάννα Κώστας Λένα Μαρία Νίκος Ξένια Οδυσσέας "
    "Πέτρος Ρένα Σοφία Τάσος Φώτης",
    "cyrillic": "Анна Борис Вера Георгі Дарина Євген Жанна Зоя Ірина Їжак Йосип Катя Љиљана Марія Њего Ольга Пётр "
    "Русудан Ўладзь Ђорђе",
    "arabic": "أحمد باسم تامر جميلة حسن خالد داليا رنا زينب سمير شادي صفاء ضياء طارق عمر غادة فاطمة قاسم كريم ليلى",
    "hebrew": "אברהם ברכה גלית דוד הדס ורד זהבה חנה טל יעל כרמל לאה משה נועה סיגל עדי פנינה צבי קרן רות",
    "han": "李娜 王伟 張偉 刘洋 陈静 楊麗 黄强 赵敏 周杰 吳芳 徐磊 孙丽 朱明 馬超 胡军 郭英 何平 高翔 林霞 羅勇",
    "kana": "さくら ひろし みどり ケンジ ユキ アキラ ナオミ たろう はなこ しずか "
    "リョウ エミ カズ まこと のぞみ あおい ソラ ハルト ゆい れん",
    "hangul": "김민준 이서연 박지호 최수아 정하준 강지우 조은우 윤서진 장하은 임도윤 "
    "한지민 오시우 서예은 신주원 권유나 황지훈 안소율 송건우 류다인 홍준서",
    "devanagari": "अनिल भारती चंद्र दीपा एकता फ़रीदा गीता हरि इला जया कमल लता मीरा नवीन ओम प्रिया राम सीता तारा उमा",
    "thai": "กานดา ขวัญ คมสัน จันทร์ ชัย ดวงใจ ตะวัน ทองดี ธิดา นภา บุญ ประยุทธ์ พิมพ์ มานะ ยุพา รัตนา ลัดดา วิชัย สมชาย อรุณ",
}
HOSTILE = {
    "10 kB": "Ä" * 4_999 + "!",
    "direction": "\u202eevil\u202c \u200fright\u200e \u2066iso\u2069",
    "zero width": "a\u200bb\u200dc\ufeff",
    "emoji": "👩🏽‍🔬🇪🇺 🏳️‍🌈",
    "formula": "=cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "header": "one\r\nBcc: victim@example.org\r\n\r\nbody",
    "template": "{{ settings.SECRET_KEY }} {% debug %} %(name)s",
    "link": "https://evil.example.org/pay www.evil.example.org",
}


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def answer(registration: Registration, question: Question, value) -> Answer:
    asked = next(one for one in read_questions(registration.event) if one.pk == question.pk)
    keep_answers(registration, [asked], {question.pk: value})
    return registration.question_answers.get(question=question)


def address(name: str, registration: Registration, *args) -> str:
    return reverse(f"registrations:{name}", args=[registration.code, *args])


def page_of(client, registration: Registration) -> str:
    return unescape(client.get(registration.get_absolute_url()).content.decode())


# --- Their own page ----------------------------------------------------------------------------------------------


def test_answers_and_choices_are_changed_on_one_page(client):
    event = create_event()
    note = create_question(event, "Anything else?")
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=1)
    mill, farm = (create_session(event, title=title, choice_group=group) for title in ("Mill", "Farm"))
    alice = create_registration(event)
    answer(alice, note, "Late")
    places.choose(alice, sessions=[mill], options=[])

    form = client.get(address("change", alice)).content.decode()
    assert 'value="Late"' in form
    response = client.post(
        address("change", alice), {**ALICE, f"q{note.pk}": "Early", f"choice{group.pk}": str(farm.pk)}
    )

    assert response.status_code == 302
    assert alice.question_answers.get().value == "Early"
    assert [choice.session for choice in alice.choices.all()] == [farm]
    page = page_of(client, alice)
    assert "Early" in page
    assert "Farm" in page.split('id="chosen"')[1]
    assert "You have a place" in page


def test_whoever_waits_for_a_visit_reads_at_which_place(client):
    event = create_event()
    mill = create_session(event, title="Mill", places=1)
    people = [create_registration(event, person) for person in ("Bob", "Charlie", "Alice")]
    for person in people:
        places.choose(person, sessions=[mill], options=[])

    assert "You have a place" in page_of(client, people[0])
    assert "You wait for it, place 2" in page_of(client, people[2])


def test_an_answer_that_is_emptied_is_deleted_with_its_file(client, django_capture_on_commit_callbacks):
    event = create_event()
    paper = create_question(event, "Your paper", kind=Kind.FILE)
    alice = create_registration(event)
    upload = Upload(question=paper, about={"name": "a.pdf", "size": 4, "type": "application/pdf"})
    upload.file.save("a.pdf", ContentFile(b"%PDF"))
    stored = answer(alice, paper, upload)
    storage, name = stored.file.storage, stored.file.name

    kept = client.post(address("change", alice), ALICE)
    assert (kept.status_code, alice.question_answers.count(), storage.exists(name)) == (302, 1, True)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("change", alice), {**ALICE, f"q{paper.pk}-remove": "1"})

    assert alice.question_answers.count() == 0
    assert not storage.exists(name)


# --- After the cut-off -------------------------------------------------------------------------------------------


@pytest.fixture
def late(clock):
    event = create_event(changes_until=timezone.now() - timedelta(hours=1))
    note = create_question(event, "Anything else?")
    alice = create_registration(event)
    answer(alice, note, "Late")
    return event, note, alice


def test_after_the_cut_off_a_change_is_a_request_and_the_page_says_so_before(client, late):
    _event, note, alice = late
    assert "a change is a request: the host decides" in page_of(client, alice)
    form = unescape(client.get(address("change", alice)).content.decode())
    assert "What you send now is a request" in form
    assert "Ask the host" in form

    wanted = {**ALICE, "organisation_name": "City of Tartu", f"q{note.pk}": "Early"}
    response = client.post(address("change", alice), wanted, follow=True)

    alice.refresh_from_db()
    assert alice.organisation_name == "City of Gävle"
    assert alice.question_answers.get().value == "Late"
    request = ChangeRequest.objects.get()
    assert request.wanted == {"organisation_name": "City of Tartu", f"q{note.pk}": "Early"}
    page = unescape(response.content.decode())
    assert "Organisation: City of Tartu instead of City of Gävle" in page
    assert "Anything else?: Early instead of Late" in page
    assert "Cancel my seat" in page

    change_requests.carry_out(request)
    alice.refresh_from_db()
    assert (alice.organisation_name, alice.question_answers.get().value) == ("City of Tartu", "Early")


def test_a_second_request_takes_the_place_of_the_first_and_can_be_taken_back(client, late):
    _event, note, alice = late
    client.post(address("change", alice), {**ALICE, f"q{note.pk}": "First"})
    client.post(address("change", alice), {**ALICE, f"q{note.pk}": "Second"})

    assert ChangeRequest.objects.get().wanted == {f"q{note.pk}": "Second"}
    assert client.get(address("take_request_back", alice)).status_code == 405
    client.post(address("take_request_back", alice))
    assert ChangeRequest.objects.count() == 0


def test_a_request_that_changes_nothing_is_none(client, late):
    _event, note, alice = late

    response = client.post(address("change", alice), {**ALICE, f"q{note.pk}": "Late"}, follow=True)

    assert ChangeRequest.objects.count() == 0
    assert "Nothing is different from what we have" in response.content.decode()


def test_choices_are_asked_for_and_granted_too(client, late):
    event, note, alice = late
    mill = create_session(event, title="Mill", places=5)

    client.post(address("change", alice), {**ALICE, f"q{note.pk}": "Late", "sessions": str(mill.pk)})
    request = ChangeRequest.objects.get()
    assert request.wanted == {"sessions": [mill.pk]}
    assert Choice.objects.count() == 0

    change_requests.carry_out(request)
    assert [(choice.session, choice.has_place) for choice in alice.choices.all()] == [(mill, True)]


# --- Files for organisers ----------------------------------------------------------------------------------------


def exported(client, event, query: str = "") -> list[dict[str, str]]:
    return rows_of(client.get(reverse("registrations:export", args=[event.slug, "csv"]) + query))


def rows_of(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_answers_are_columns_and_what_is_sensitive_only_if_asked_for(client):
    event = create_event()
    client.force_login(create_lead(event.project))
    diet = create_question(event, "Diet", kind=Kind.SEVERAL_OF, options=("Vegan", "Halal"), is_sensitive=True)
    seats = create_question(event, "Seats", kind=Kind.NUMBER)
    clash = create_question(event, "Email", kind=Kind.TEXT)
    mill = create_session(event, title="Mill", places=1)
    alice, bob = create_registration(event), create_registration(event, "Bob")
    answer(alice, diet, [option.pk for option in diet.options.all()])
    answer(alice, seats, 2)
    answer(bob, clash, "=1+1")
    for person in (alice, bob):
        places.choose(person, sessions=[mill], options=[])

    address = reverse("registrations:export_sensitive", args=[event.slug])
    usual, asked_by_hand = exported(client, event), exported(client, event, "?sensitive=1")
    with_sensitive = rows_of(client.post(address, {"purpose": "The caterer plans", "format": "csv"}))

    assert [(row["Mill"], row["Seats"], row["Email (2)"]) for row in usual] == [
        ("Has a place", "2", ""),
        ("Waits for a place", "", "'=1+1"),
    ]
    assert "Diet" not in usual[0]
    assert asked_by_hand == usual
    assert [row["Diet"] for row in with_sensitive] == ["Vegan, Halal", ""]
    page = client.get(reverse("registrations:people", args=[event.slug])).content.decode()
    assert f'href="{address}"' in page


def test_whoever_takes_sensitive_answers_away_says_what_for_and_all_organisers_see(client, clock):
    event = create_event()
    bob, dora = create_lead(event.project), create_lead(event.project, "Dora")
    diet = create_question(event, "Diet", kind=Kind.TEXT, is_sensitive=True)
    answer(create_registration(event), diet, "Vegan")
    address = reverse("registrations:export_sensitive", args=[event.slug])
    client.force_login(bob)

    refused = client.post(address, {"purpose": " ", "format": "xlsx"})
    taken = client.post(address, {"purpose": "<b>Caterer</b>", "format": "xlsx"})
    client.get(address)

    assert (refused.status_code, taken.status_code) == (422, 200)
    assert taken["Content-Disposition"].endswith('people.xlsx"')
    noted = event.sensitive_exports.get()
    assert (noted.taken_by, noted.asked, noted.people, noted.format) == (bob, ["Diet"], 1, "xlsx")
    client.force_login(dora)
    page = client.get(address).content.decode()
    for words in ("Bob", "&lt;b&gt;Caterer&lt;/b&gt;", "Diet", "of 1 person", "Monday 1 March 2027"):
        assert words in page
    client.force_login(create_lead(create_project(), "Charlie"))
    assert client.post(address, {"purpose": "Gossip"}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_a_file_with_answers_takes_the_same_queries(client, number, extension, django_assert_num_queries):
    event = create_event()
    client.force_login(create_lead(event.project))
    question = create_question(event, "Diet", kind=Kind.ONE_OF, options=("Vegan", "Halal"))
    for n in range(number):
        answer(create_registration(event, f"Person{n}"), question, question.options.first().pk)

    # Session, user, role, event; what was asked, who chose what, the answers; who attended when, and the people.
    with django_assert_num_queries(9):
        response = client.get(reverse("registrations:export", args=[event.slug, extension]))
        assert len(b"".join(response.streaming_content)) > 100


# --- Forgetting --------------------------------------------------------------------------------------------------


def test_answers_go_on_their_day_by_the_clock_of_the_event(clock):
    event = create_event(time_zone="Europe/Helsinki")
    due = create_question(event, "Diet", kind=Kind.ONE_OF, options=(("Vegan", 5), "Halal"), delete_on=date(2027, 6, 1))
    later = create_question(event, "Bus", delete_on=date(2027, 6, 2))
    alice = create_registration(event)
    answer(alice, due, due.options.first().pk)
    answer(alice, later, "Yes")
    places.choose(alice, sessions=[], options=[due.options.first()])
    request = alice.change_requests.create(wanted={f"q{due.pk}": 1, "name": "Alice A."})

    clock.move_to(datetime(2027, 5, 31, 20, 59, tzinfo=UTC))
    assert forget_due_answers() == 0
    clock.shift(timedelta(minutes=1))
    assert forget_due_answers() == 1
    assert forget_due_answers() == 0

    assert [one.question for one in Answer.objects.all()] == [later]
    assert Choice.objects.count() == 0
    request.refresh_from_db()
    assert request.wanted == {"name": "Alice A."}


def test_what_only_travel_needed_goes_when_the_event_is_online_and_that_cannot_be_undone(clock):
    event = create_event()
    diet = create_question(event, "Diet", is_for_travel=True)
    note = create_question(event, "Anything else?")
    alice = create_registration(event)
    answer(alice, diet, "Vegan")
    answer(alice, note, "Late")
    event.mode = "online"
    event.save()
    now = timezone.now()
    PlanChange.objects.create(
        event=event,
        number=event.changes.count() + 1,
        changed_at=now,
        before={"status": "announced"},
        after={"status": "announced"},
        fields_before={"mode": "on_site"},
        tell_at=now + timedelta(seconds=60),
    )

    assert forget_what_travel_needed() == 0
    clock.shift(timedelta(seconds=61))
    assert forget_what_travel_needed() == 1

    assert [one.question for one in Answer.objects.all()] == [note]


def test_what_was_typed_and_not_sent_goes_after_half_an_hour_and_files_after_a_day(
    clock, django_capture_on_commit_callbacks
):
    event = create_event()
    paper = create_question(event, "Your paper", kind=Kind.FILE)
    upload = Upload(question=paper, about={"name": "a.pdf", "size": 4, "type": "application/pdf"})
    upload.file.save("a.pdf", ContentFile(b"%PDF"))
    TypedAnswers.objects.create(event=event, typed={})

    clock.shift(timedelta(minutes=31))
    forget_unfinished()
    assert (TypedAnswers.objects.count(), Upload.objects.count()) == (0, 1)
    clock.shift(timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        forget_unfinished()
    assert Upload.objects.count() == 0
    assert not upload.file.storage.exists(upload.file.name)


# --- What people type --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.LONG_TEXT])
def test_hostile_texts_are_stored_as_typed_and_shown_and_mailed_harmless(client, clock, kind, typed):
    event = create_event()
    client.force_login(create_lead(event.project))
    question = create_question(event, "Anything else?", kind=kind, limits={"longest": 5_000} if kind == "text" else {})
    path = reverse("registrations:register", args=[event.slug])
    opened = opened_in(client.get(path))
    clock.shift(timedelta(seconds=3))

    response = client.post(path, {**ALICE, "opened": opened, f"q{question.pk}": typed})

    assert response.status_code == 302
    stored = Answer.objects.get().value
    lines = typed.replace("\r\n", "\n")
    expected = lines.strip() if kind == Kind.LONG_TEXT else " ".join(lines.split("\n")).replace("  ", " ").strip()
    assert stored == expected
    alice = event.registrations.get()
    for page in (client.get(response["Location"]), client.get(alice.get_absolute_url())):
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="https://evil' not in text
        assert stored in unescape(text)
    mail = Mail.objects.get()
    assert "\n" not in mail.subject
    assert stored not in mail.text
    cell = exported(client, event)[0]["Anything else?"]
    assert cell[:1] not in "=@+-"


def test_two_hundred_names_of_ten_scripts_come_through_the_form_as_they_are(client, clock, settings):
    settings.REGISTRATIONS_PER_HOUR = 1_000
    event = create_event()
    question = create_question(event, "Name on the badge")
    path = reverse("registrations:register", args=[event.slug])
    opened = opened_in(client.get(path))
    clock.shift(timedelta(seconds=3))
    names = [name for text in SCRIPTS.values() for name in text.split()]
    assert len(names) == len(set(names)) == 200

    for number, name in enumerate(names):
        answers = {**ALICE, "name": name, "email": f"person{number}@example.org", f"q{question.pk}": name}
        assert client.post(path, {**answers, "opened": opened}).status_code == 302, name

    stored = event.registrations.order_by("pk").values_list("name", "question_answers__value")
    assert list(stored) == [(name, name) for name in names]
    assert Mail.objects.count() == 200
