"""The form of registering with questions and sessions: in one page or in four, and nothing typed is lost."""

import re
from datetime import date, time, timedelta
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from events.models import ChoiceGroup
from registrations import places
from registrations.models import Answer, Choice, Question, Registration, TypedAnswers, Upload
from tests import forms
from tests.factories import create_event, create_question, create_registration, create_session
from tests.forms import ALICE, opened_in

pytestmark = pytest.mark.django_db
Kind = Question.Kind


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def address(event) -> str:
    return reverse("registrations:register", args=[event.slug])


def fill_in(client, event, clock, **answers):
    return forms.fill_in(client, address(event), clock, **answers)


def inputs(response) -> dict[str, list[str]]:
    """What a browser without script sends of a page: hidden inputs, texts, what is ticked or selected."""
    page = response.content.decode().split("<main")[1].split("</form>")[0]
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}
        name, kind = attributes.get("name", ""), attributes.get("type")
        if not name or name == "csrfmiddlewaretoken" or kind == "file":
            continue
        if kind in ("checkbox", "radio") and " checked" not in tag:
            continue
        sent.setdefault(name, []).append(attributes.get("value", ""))
    for name, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        # A browser drops the first line end.
        sent.setdefault(name, []).append(unescape(inner).removeprefix("\r\n").removeprefix("\n"))
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        if chosen := re.search(r'<option value="([^"]*)" selected', inner):
            sent.setdefault(name, []).append(chosen[1])
    return sent


def go_on(client, event, response, **typed):
    return client.post(address(event), {**inputs(response), **typed})


def title_of(response) -> str:
    return re.search(r'<h2 id="step">([^<]+)', response.content.decode())[1]


def answers(registration: Registration) -> dict[str, object]:
    return {answer.question.label: answer.value for answer in registration.question_answers.all()}


# --- One page ----------------------------------------------------------------------------------------------------


def test_two_questions_fit_in_one_page_and_are_stored_with_the_version_that_was_asked(client, clock):
    event = create_event()
    diet = create_question(event, "Diet", kind=Kind.SEVERAL_OF, options=("Vegan", "Halal"))
    note = create_question(event, "Anything else?")
    vegan = diet.options.get(label="Vegan")

    response = fill_in(client, event, clock, **{f"q{diet.pk}": [str(vegan.pk)], f"q{note.pk}": "I come late"})

    assert response.status_code == 302
    registration = event.registrations.get()
    assert answers(registration) == {"Diet": [vegan.pk], "Anything else?": "I come late"}
    assert {answer.version.asked["label"] for answer in Answer.objects.all()} == {"Diet", "Anything else?"}
    confirmation = client.get(response["Location"]).content.decode()
    assert "Vegan" in confirmation
    assert "I come late" in confirmation


def test_purpose_and_the_day_of_deleting_stand_beside_each_question(client):
    event = create_event()
    create_question(event, "Diet", purpose="The caterer cooks", is_sensitive=True, delete_on=date(2027, 5, 22))

    page = client.get(address(event)).content.decode()

    assert "What it is for: The caterer cooks. Seen by the host only. Deleted on Saturday 22 May 2027." in page


def test_an_event_that_asks_nothing_more_costs_no_query_more(client):
    event = create_event()
    client.get(address(event))

    with CaptureQueriesContext(connection) as queries:
        client.get(address(event))

    assert len(queries) == 2


@pytest.mark.parametrize("number", [1, 2])
def test_questions_are_read_once_and_kept_until_one_changes(client, number):
    event = create_event()
    for n in range(number):
        question = create_question(event, f"Question {n}")
    client.get(address(event))

    with CaptureQueriesContext(connection) as queries:
        client.get(address(event))

    assert len(queries) == 2
    question.label = "Asked anew"
    question.save()
    assert "Asked anew" in client.get(address(event)).content.decode()


@pytest.mark.parametrize(
    ("fields", "typed", "message"),
    [
        ({"is_required": True}, "", "Enter an answer: The question"),
        ({"kind": Kind.NUMBER, "limits": {"least": 1, "most": 4}}, "5", "Enter something from 1 to 4"),
        ({"kind": Kind.NUMBER}, "many", "Enter a number, like 3 or 2.5"),
        ({"kind": Kind.NUMBER}, "9" * 400, "Enter a number, like 3 or 2.5"),
        ({"limits": {"longest": 3}}, "four", "Shorten this to at most 3 characters. It has 4."),
        ({"kind": Kind.EMAIL}, "no", "Enter your email address in the correct format, like name@example.eu"),
        ({"kind": Kind.PHONE}, "12", "Enter your phone number with its country code, like +32 2 555 66 77"),
        ({"kind": Kind.COUNTRY}, "XX", "Select your country from the list"),
        ({"kind": Kind.YES_NO}, "maybe", "Choose from the answers that are offered"),
        ({"kind": Kind.YES_NO, "is_required": True}, "", "Choose an answer: The question"),
        ({"kind": Kind.ONE_OF, "options": ("A", "B")}, "9" * 40, "Choose from the answers that are offered"),
        ({"kind": Kind.SEVERAL_OF, "options": ("A", "B")}, "x", "Choose from the answers that are offered"),
    ],
)
def test_what_does_not_fit_the_kind_is_said_on_top_and_at_the_field(client, clock, fields, typed, message):
    event = create_event()
    question = create_question(event, "The question", **fields)

    response = fill_in(client, event, clock, **{f"q{question.pk}": typed})

    assert response.status_code == 422
    assert response.context["form"].errors == {f"q{question.pk}": [message]}
    assert unescape(response.content.decode()).count(message) >= 2
    assert Registration.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "words"),
    [
        (Kind.TEXT, " a\r\nb ", "a b", "a b"),
        (Kind.LONG_TEXT, "a\r\n\r\nb", "a\n\nb", "a\n\nb"),
        (Kind.NUMBER, "2,5", 2.5, "2.5"),
        (Kind.NUMBER, "−3", -3, "-3"),
        (Kind.YES_NO, "no", False, "No"),
        (Kind.EMAIL, "Bob@example.org", "Bob@example.org", "Bob@example.org"),
        (Kind.PHONE, "026 12 34 56", "+4626123456", "+4626123456"),
        (Kind.COUNTRY, "HU", "HU", "Hungary"),
    ],
)
def test_each_kind_is_stored_and_read_in_its_way(client, clock, kind, typed, stored, words):
    event = create_event()
    question = create_question(event, "The question", kind=kind)

    response = fill_in(client, event, clock, **{f"q{question.pk}": typed})

    assert response.status_code == 302
    assert Answer.objects.get().value == stored
    manage = client.get(event.registrations.get().get_absolute_url()).content.decode()
    assert words in unescape(manage)


def test_a_day_is_three_texts(client, clock):
    event = create_event()
    question = create_question(event, "When do you arrive?", kind=Kind.DATE, limits={"least": "2027-05-01"})
    name = f"q{question.pk}"

    wrong = fill_in(client, event, clock, **{f"{name}_0": "30", f"{name}_1": "4", f"{name}_2": "2027"})
    right = fill_in(client, event, clock, **{f"{name}_0": "19", f"{name}_1": "5", f"{name}_2": "2027"})

    assert wrong.context["form"].errors == {name: ["Enter at least 2027-05-01"]}
    assert right.status_code == 302
    assert Answer.objects.get().value == "2027-05-19"


# --- Conditions --------------------------------------------------------------------------------------------------


def test_what_need_not_be_answered_is_neither_missing_nor_wrong_nor_stored(client, clock):
    event = create_event()
    bus = create_question(event, "Do you come by bus?", kind=Kind.YES_NO)
    seats = create_question(
        event,
        "How many seats?",
        kind=Kind.NUMBER,
        is_required=True,
        shown_if={"question": bus.pk, "is": "equals", "value": True},
    )
    page = client.get(address(event)).content.decode()
    assert "Answer only if “Do you come by bus?” is: Yes." in unescape(page)

    by_bus = fill_in(client, event, clock, **{f"q{bus.pk}": "yes"})
    on_foot = fill_in(client, event, clock, **{f"q{bus.pk}": "no", f"q{seats.pk}": "many"})

    assert by_bus.context["form"].errors == {f"q{seats.pk}": ["Enter an answer: How many seats?"]}
    assert on_foot.status_code == 302
    assert answers(event.registrations.get()) == {"Do you come by bus?": False}


@pytest.fixture
def needs(request):
    """A choice with “Something else”, and the text that is asked for with it."""
    event = create_event()
    choice = create_question(
        event,
        "What do you need?",
        options=("Front seat", "Something else"),
        **getattr(request, "param", {"kind": "several_of"}),
    )
    other = choice.options.get(label="Something else")
    words = create_question(
        event,
        "What else do you need?",
        kind=Kind.LONG_TEXT,
        shown_if={"any": [{"question": choice.pk, "is": "has", "value": other.pk}]},
    )
    return event, choice, words


SEVERAL, ONE = {"kind": "several_of"}, {"kind": "one_of"}


@pytest.mark.parametrize(
    ("needs", "ticked", "kept"),
    [
        (SEVERAL, [], ["Something else"]),
        (SEVERAL, ["Front seat"], ["Front seat", "Something else"]),
        (SEVERAL, ["Something else"], ["Something else"]),
        (ONE, [], "Something else"),
    ],
    indirect=["needs"],
)
def test_a_text_picks_the_answer_that_it_goes_with(client, clock, needs, ticked, kept):
    event, choice, words = needs
    keys = {option.label: option.pk for option in choice.options.all()}

    answer = fill_in(
        client,
        event,
        clock,
        **{f"q{choice.pk}": [str(keys[label]) for label in ticked], f"q{words.pk}": "A wheelchair ramp"},
    )

    assert answer.status_code == 302
    assert answers(event.registrations.get()) == {
        "What do you need?": [keys[label] for label in kept] if isinstance(kept, list) else keys[kept],
        "What else do you need?": "A wheelchair ramp",
    }


def test_a_text_that_was_typed_stands_on_the_page_where_answers_are_checked(client, clock, needs):
    event, choice, words = needs
    for number in range(3):
        create_question(event, f"Question {number}")
    page = client.get(address(event))
    clock.shift(timedelta(seconds=30))
    page = go_on(client, event, page, **ALICE)
    page = go_on(client, event, page, **{f"q{words.pk}": "A wheelchair ramp"})
    page = go_on(client, event, page)

    assert title_of(page) == "Check your answers"
    assert "A wheelchair ramp" in page.content.decode()
    assert inputs(page)[f"q{choice.pk}"] == [str(choice.options.get(label="Something else").pk)]
    assert go_on(client, event, page).status_code == 302
    assert answers(event.registrations.get())["What else do you need?"] == "A wheelchair ramp"


@pytest.mark.parametrize("needs", [ONE], indirect=True)
def test_a_text_that_contradicts_what_was_chosen_is_asked_about_and_kept(client, clock, needs):
    event, choice, words = needs
    front = str(choice.options.get(label="Front seat").pk)

    answer = fill_in(client, event, clock, **{f"q{choice.pk}": front, f"q{words.pk}": "A wheelchair ramp"})

    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        f"q{words.pk}": ["This does not go with your answer to “What do you need?”. Change that one, or empty this."]
    }
    assert answer.context["form"][f"q{words.pk}"].value() == "A wheelchair ramp"
    assert fill_in(client, event, clock, **{f"q{choice.pk}": front, f"q{words.pk}": ""}).status_code == 302


@pytest.mark.parametrize("needs", [{**SEVERAL, "limits": {"most": 1}}], indirect=True)
def test_a_text_picks_no_more_than_may_be_picked(client, clock, needs):
    event, choice, words = needs
    front = str(choice.options.get(label="Front seat").pk)

    answer = fill_in(client, event, clock, **{f"q{choice.pk}": front, f"q{words.pk}": "A wheelchair ramp"})

    assert answer.context["form"].errors == {f"q{choice.pk}": ["Choose at most 1 of these"]}
    assert answer.context["form"][f"q{words.pk}"].value() == "A wheelchair ramp"


def test_at_a_hybrid_event_those_online_are_not_asked_what_only_travel_needs(client, clock):
    event = create_event(mode="hybrid")
    create_question(event, "Diet", is_for_travel=True, is_required=True)

    in_the_room = fill_in(client, event, clock, mode="room")
    online = fill_in(client, event, clock, mode="online")

    assert list(in_the_room.context["form"].errors.values()) == [["Enter an answer: Diet"]]
    assert online.status_code == 302


def test_who_is_asked_depends_on_how_they_come(client):
    event = create_event(mode="online")
    create_question(event, "Diet", is_for_travel=True)
    create_question(event, "Your talk", participant_kinds=["speaker"])

    page = client.get(address(event)).content.decode()

    assert "Diet" not in page
    assert "Your talk" not in page


# --- Options with places -----------------------------------------------------------------------------------------


def test_a_full_option_stays_and_whoever_picks_it_waits(client, clock):
    event = create_event()
    dinner = create_question(event, "Dinner", kind=Kind.ONE_OF, options=(("Yes", 1), "No"))
    yes = dinner.options.get(label="Yes")
    bob = create_registration(event, "Bob")
    places.choose(bob, sessions=[], options=[yes])

    page = client.get(address(event)).content.decode()
    response = fill_in(client, event, clock, **{f"q{dinner.pk}": str(yes.pk)})

    assert "Yes (full – waiting list)" in page
    assert response.status_code == 302
    alice = event.registrations.get(name="Alice Ödegård")
    assert [(choice.option, choice.has_place) for choice in alice.choices.all()] == [(yes, False)]
    assert "You wait for it, place 1" in client.get(alice.get_absolute_url()).content.decode()


# --- Sessions and the long form ----------------------------------------------------------------------------------


@pytest.fixture
def visits():
    event = create_event(slug="visits", title="Three visits")
    group = ChoiceGroup.objects.create(event=event, name="Visits of the afternoon", pick=2)
    early, late = {"start_time": time(13), "end_time": time(14)}, {"start_time": time(15), "end_time": time(16)}
    mill = create_session(event, title="Mill", choice_group=group, kind="site_visit", places=1, **early)
    farm = create_session(event, title="Farm", choice_group=group, kind="site_visit", places=20, **late)
    plant = create_session(event, title="Plant", choice_group=group, kind="site_visit", **early)
    return event, mill, farm, plant


def details(client, event, clock, **more):
    return fill_in(client, event, clock, **{"step": "details", **more})


def test_two_of_three_visits_in_four_pages_with_one_full(client, clock, visits):
    event, mill, farm, plant = visits
    bob = create_registration(event, "Bob")
    places.choose(bob, sessions=[mill, farm], options=[])

    part = details(client, event, clock)
    text = unescape(part.content.decode())
    assert (part.status_code, title_of(part)) == (200, "Taking part")
    assert "Mill · Thursday 20 May 2027, 13:00–14:00 (full – waiting list)" in text
    assert "Farm · Thursday 20 May 2027, 15:00–16:00 (19 of 20 places left)" in text
    assert "Choose exactly 2 of these" in text
    group = f"choice{mill.choice_group_id}"

    none = go_on(client, event, part)
    assert none.context["form"].errors == {group: ["Choose exactly 2 of “Visits of the afternoon”"]}
    one = go_on(client, event, part, **{group: [str(mill.pk)]})
    assert (one.status_code, title_of(one)) == (422, "Taking part")
    assert one.context["form"].errors == {group: ["Choose exactly 2 of “Visits of the afternoon”. You chose 1."]}
    clash = go_on(client, event, one, **{group: [str(mill.pk), str(plant.pk)]})
    assert clash.context["form"].errors == {group: ["“Mill” and “Plant” are at the same time. Choose one of them."]}
    choices = go_on(client, event, clash, **{group: [str(mill.pk), str(farm.pk)]})
    assert (choices.status_code, title_of(choices)) == (200, "Your choices")
    check = go_on(client, event, choices, photos="no")
    assert title_of(check) == "Check your answers"
    for words in ("Alice Ödegård", "Mill · Thursday", "City of Gävle", "Sweden"):
        assert words in unescape(check.content.decode())
    assert "Mill · Thursday 20 May 2027, 13:00–14:00 (full – waiting list); Farm" in unescape(check.content.decode())
    assert Registration.objects.filter(name="Alice Ödegård").count() == 0

    done = go_on(client, event, check)

    assert done.status_code == 302
    alice = event.registrations.get(name="Alice Ödegård")
    assert {(choice.session, choice.has_place) for choice in alice.choices.all()} == {(mill, False), (farm, True)}
    assert alice.consents.get().purpose == "photos"


@pytest.mark.parametrize("answers_too", [False, True])
def test_registering_for_visits_takes_few_queries(client, clock, visits, answers_too):
    """Two of those that are counted begin and end the transaction. What is said about personal data takes one more."""
    event, mill, farm, _plant = visits
    event.places = 50
    event.save()
    picked = {f"choice{mill.choice_group_id}": [str(mill.pk), str(farm.pk)], "step": "check"}
    if answers_too:
        dinner = create_question(event, "Dinner", kind=Kind.ONE_OF, options=(("Yes", 2), "No"))
        note = create_question(event, "Anything else?")
        picked |= {f"q{dinner.pk}": str(dinner.options.get(label="Yes").pk), f"q{note.pk}": "I come late"}
    # What is kept from the first one on.
    fill_in(Client(), event, clock, name="Bob", email="bob@example.org", **picked)

    for person in ("Charlie", "Dana"):
        opened = opened_in(client.get(address(event)))
        clock.shift(timedelta(seconds=3))
        with CaptureQueriesContext(connection) as queries:
            client.post(
                address(event), {**ALICE, **picked, "name": person, "email": f"{person}@example.org", "opened": opened}
            )

        choices = event.registrations.get(name=person).choices
        assert set(choices.filter(option=None).values_list("session", "has_place")) == {
            (mill.pk, False),
            (farm.pk, True),
        }
        assert len(queries) <= 15


def test_registering_with_a_limited_answer_takes_few_queries(client, clock):
    event = create_event(places=50)
    dinner = create_question(event, "Dinner", kind=Kind.ONE_OF, options=(("Yes", 2), "No"))
    note = create_question(event, "Anything else?")
    yes = dinner.options.get(label="Yes")
    picked = {f"q{dinner.pk}": str(yes.pk), f"q{note.pk}": "I come late"}
    fill_in(Client(), event, clock, name="Bob", email="bob@example.org", **picked)

    for person, has_place in (("Charlie", True), ("Dana", False)):
        opened = opened_in(client.get(address(event)))
        clock.shift(timedelta(seconds=3))
        with CaptureQueriesContext(connection) as queries:
            client.post(
                address(event), {**ALICE, **picked, "name": person, "email": f"{person}@example.org", "opened": opened}
            )

        registration = event.registrations.get(name=person)
        assert registration.choices.get().has_place == has_place
        assert answers(registration) == {"Dinner": yes.pk, "Anything else?": "I come late"}
        assert len(queries) <= 15


def test_sending_the_last_page_twice_registers_once(client, clock, visits):
    event, mill, farm, _plant = visits
    group = f"choice{mill.choice_group_id}"
    part = details(client, event, clock)
    choices = go_on(client, event, part, **{group: [str(mill.pk), str(farm.pk)]})
    check = go_on(client, event, choices)

    answers = [go_on(client, event, check), go_on(client, event, check)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert event.registrations.count() == 1
    assert Choice.objects.count() == 2


def test_going_back_keeps_everything_and_complains_of_nothing(client, clock, visits):
    event, mill, _farm, _plant = visits
    note = create_question(event, "Anything else?", kind=Kind.LONG_TEXT, is_required=True)
    group = f"choice{mill.choice_group_id}"
    typed = "  First line\r\n\r\n<b>second</b> & “quoted”  "
    part = details(client, event, clock)

    back = go_on(client, event, part, go="details", **{group: [str(mill.pk)], f"q{note.pk}": typed})
    again = go_on(client, event, back)

    assert (back.status_code, title_of(back)) == (200, "Your details")
    assert 'value="Alice Ödegård"' in back.content.decode()
    assert (again.status_code, title_of(again)) == (200, "Taking part")
    assert inputs(again)[group] == [str(mill.pk)]
    assert inputs(again)[f"q{note.pk}"][0].replace("\n", "\r\n").replace("\r\r", "\r") == typed


def test_pages_of_the_long_form_are_kept_by_their_reader_whatever_cookies_come(client, clock, visits):
    event, *_sessions = visits

    long, short = details(client, event, clock), client.get(address(create_event()))

    assert (long["Cache-Control"], long.get("Vary", "")) == ("private, no-cache", "")
    assert ("no-store" in short["Cache-Control"], "Cookie" in short["Vary"]) == (True, True)


def test_a_page_that_is_skipped_is_asked_for(client, clock, visits):
    event, _mill, _farm, _plant = visits

    response = details(client, event, clock, step="check")

    assert (response.status_code, title_of(response)) == (422, "Taking part")


def test_correcting_a_long_form_opens_it_as_it_was_typed(client, clock, visits):
    event, mill, farm, plant = visits
    note = create_question(event, "Anything else?")
    group = f"choice{mill.choice_group_id}"
    response = details(client, event, clock)
    response = go_on(client, event, response, **{group: [str(mill.pk), str(farm.pk)], f"q{note.pk}": "Late"})
    response = go_on(client, event, go_on(client, event, response))  # no consent
    response = client.post(address(event), {**inputs(response)}) if response.status_code == 200 else response
    assert response.status_code == 302

    query = "?correct"
    opened_again = client.get(address(event) + query)
    assert 'value="Alice Ödegård"' in opened_again.content.decode()
    part = client.post(address(event) + query, inputs(opened_again))
    assert inputs(part)[f"q{note.pk}"] == ["Late"]
    choices = client.post(
        address(event) + query, {**inputs(part), group: [str(farm.pk), str(plant.pk)], f"q{note.pk}": "Early"}
    )
    check = client.post(address(event) + query, inputs(choices))
    done = client.post(address(event) + query, inputs(check))

    assert done.status_code == 302
    alice = event.registrations.get()
    assert {choice.session for choice in alice.choices.all()} == {farm, plant}
    assert answers(alice) == {"Anything else?": "Early"}
    assert "Early" in client.get(done["Location"]).content.decode()


def test_the_answers_of_somebody_who_is_registered_stay_untouched(client, clock, visits):
    event = create_event()
    note = create_question(event, "Anything else?")
    fill_in(client, event, clock, **{f"q{note.pk}": "Mine"})
    clock.shift(timedelta(minutes=5))
    client.cookies.clear()

    response = fill_in(client, event, clock, **{f"q{note.pk}": "Theirs"})

    assert "Theirs" in client.get(response["Location"]).content.decode()
    assert answers(event.registrations.get()) == {"Anything else?": "Mine"}


# --- Files -------------------------------------------------------------------------------------------------------


def picture() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (20, 10), "red").save(made, "PNG")
    return SimpleUploadedFile("../../my photo.png", made.getvalue(), "image/png")


def pdf(size: int = 100) -> SimpleUploadedFile:
    return SimpleUploadedFile("paper.pdf", b"%PDF-1.7\n" + b"x" * size, "application/pdf")


def test_a_file_waits_for_the_rest_of_the_form_and_only_its_person_and_the_host_open_it(client, clock):
    event = create_event()
    question = create_question(event, "Your paper", kind=Kind.FILE, is_required=True)
    name = f"q{question.pk}"

    wrong = fill_in(client, event, clock, name="", **{name: pdf()})
    assert wrong.status_code == 422
    assert "Kept: <bdi>paper.pdf (PDF, " in wrong.content.decode()
    done = client.post(address(event), {**inputs(wrong), "name": "Alice"})

    assert done.status_code == 302
    assert Upload.objects.count() == 0
    answer = Answer.objects.get()
    assert answer.value == {"name": "paper.pdf", "size": 109, "type": "application/pdf"}
    assert answer.file.read().startswith(b"%PDF-1.7")
    alice = event.registrations.get()
    response = client.get(reverse("registrations:file", args=[alice.code, answer.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    assert "sandbox" in response["Content-Security-Policy"]
    bob = create_registration(event, "Bob")
    assert client.get(reverse("registrations:file", args=[bob.code, answer.pk])).status_code == 404
    assert client.get(reverse("registrations:file_of_answer", args=[event.slug, answer.pk])).status_code == 302


def test_a_picture_is_drawn_anew(client, clock):
    event = create_event()
    question = create_question(event, "Your photo", kind=Kind.FILE)

    assert fill_in(client, event, clock, **{f"q{question.pk}": picture()}).status_code == 302

    answer = Answer.objects.get()
    assert (answer.value["name"], answer.value["type"]) == ("my photo.jpg", "image/jpeg")
    assert Image.open(answer.file).format == "JPEG"


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (SimpleUploadedFile("page.pdf", b"<script>"), "This kind of file is not taken. Save it as PDF, PNG or JPEG"),
        (SimpleUploadedFile("empty.pdf", b""), "This file is empty. Choose another one"),
        (pdf(5_000_001), "This file is larger than 4.8\xa0MB. Make it smaller, or choose another one"),
        (
            SimpleUploadedFile("photo.png", b"\x89PNG\r\n\x1a\nbroken"),
            "This is no picture that we can read. Choose a JPEG, PNG or WebP file.",
        ),
    ],
)
def test_what_is_no_file_of_ours_is_refused_in_words(client, clock, upload, message):
    event = create_event()
    question = create_question(event, "Your paper", kind=Kind.FILE)

    response = fill_in(client, event, clock, **{f"q{question.pk}": upload})

    assert response.context["form"].errors == {f"q{question.pk}": [message]}


def test_the_code_of_a_file_opens_it_for_its_own_question_only(client, clock):
    event = create_event()
    question, other = (create_question(event, f"Paper {n}", kind=Kind.FILE) for n in (1, 2))
    wrong = fill_in(client, event, clock, name="", **{f"q{question.pk}": pdf()})
    code = inputs(wrong)[f"q{question.pk}-kept"][0]

    done = client.post(address(event), {**inputs(wrong), "name": "Alice", f"q{other.pk}-kept": code})

    assert done.status_code == 302
    assert [answer.question for answer in Answer.objects.all()] == [question]


def test_files_of_one_network_are_limited(client, clock, monkeypatch):
    monkeypatch.setattr("registrations.limits.FILES_PER_NETWORK", 1)
    event = create_event()
    question = create_question(event, "Your paper", kind=Kind.FILE)
    name = f"q{question.pk}"
    fill_in(client, event, clock, name="", **{name: pdf()})

    response = fill_in(client, event, clock, **{name: pdf()})

    assert response.context["form"].errors == {
        name: ["Too many files came from your network. Send this one in an hour, or leave it out."]
    }
    assert Upload.objects.count() == 1
    assert TypedAnswers.objects.count() == 0
