"""The questions of an event in the hands of its organisers."""

from datetime import date, timedelta
from html import unescape

import pytest
from django.urls import reverse

from registrations import places
from registrations.models import Answer, Question
from registrations.questions.asked import read_questions
from registrations.questions.catalogue import CATALOGUE
from registrations.questions.conditions import applying
from tests.factories import create_event, create_lead, create_question, create_registration

pytestmark = pytest.mark.django_db
Kind = Question.Kind


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


@pytest.fixture
def event():
    return create_event(title="Meeting")


@pytest.fixture
def lead(client, event):
    bob = create_lead(event.project)
    client.force_login(bob)
    return bob


def address(name: str, event, *args) -> str:
    return reverse(f"registrations:{name}", args=[event.slug, *args])


WORDS = {
    "label": "Do you come to the dinner?",
    "kind": "one_of",
    "options-0-label": "Yes",
    "options-0-places": "20",
    "options-1-label": "No",
    "purpose": "The restaurant sets the tables",
    "delete_on_0": "30",
    "delete_on_1": "5",
    "delete_on_2": "2027",
}


def answer(question: Question, value, person: str = "Alice") -> Answer:
    """Somebody's answer to a question as it is worded now."""
    question = next(one for one in read_questions(question.event, retired_too=True) if one.pk == question.pk)
    version = question.versions.get(number=question.version)
    registration = create_registration(question.event, person)
    return registration.question_answers.create(question=question, version=version, value=value)


def test_charlie_sees_no_questions_of_somebody_elses_event(client, event):
    question = create_question(event)
    client.force_login(create_lead(create_event().project, "Charlie"))

    for path in (
        address("questions", event),
        address("add_question", event),
        address("edit_question", event, question.pk),
    ):
        assert client.get(path).status_code == 404
    for path in (address("add_ready_question", event, "diet"), address("act_on_question", event, question.pk)):
        assert client.get(path).status_code == 405
        assert client.post(path, {"act": "retire"}).status_code == 404
    assert event.questions.asked().count() == 1


def test_a_question_of_one_event_is_not_found_at_another(client, event, lead):
    other = create_question(create_event(event.project))

    assert client.get(address("edit_question", event, other.pk)).status_code == 404


@pytest.mark.parametrize("key", [ready.key for ready in CATALOGUE])
def test_each_question_of_the_catalogue_is_added_with_one_click_and_once(client, event, lead, key):
    for _twice in range(2):
        response = client.post(address("add_ready_question", event, key), follow=True)

    question = event.questions.get(catalogue_key=key)
    assert question.purpose
    assert question.delete_on > event.ends_on
    assert question.versions.get().asked["label"] == question.label
    assert f"“{question.label}” is added." in unescape(response.content.decode())
    form = client.get(reverse("registrations:register", args=[event.slug])).content.decode()
    assert question.label in unescape(form)


@pytest.mark.parametrize("key", ["diet", "access"])
def test_whoever_picks_something_else_is_asked_what(client, event, lead, key):
    for _twice in range(2):
        client.post(address("add_ready_question", event, key))

    question, in_words = event.questions.order_by("position")
    last = question.options.get(label="Something else")
    assert in_words.catalogue_key == f"{key}-words"
    asked = read_questions(event)
    assert applying(asked, {question.pk: [last.pk]}) == {question.pk, in_words.pk}
    assert applying(asked, {question.pk: [last.pk - 1]}) == {question.pk}


def test_a_question_of_ones_own_is_shown_as_people_see_it_once_it_is_saved(client, event, lead):
    response = client.post(address("add_question", event), WORDS, follow=True)

    question = event.questions.get()
    assert [(option.label, option.places) for option in question.options.all()] == [("Yes", 20), ("No", None)]
    assert question.delete_on == date(2027, 5, 30)
    page = response.content.decode()
    assert "How people see it" in page
    preview = page.split('id="preview"')[1]
    assert "Yes (20 of 20 places left)" in preview
    assert "What it is for: The restaurant sets the tables. Deleted on Sunday 30 May 2027." in preview


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"label": ""}, "label", "Enter the question as people read it"),
        ({"purpose": ""}, "purpose", "Enter who uses the answer, and for what. What nobody uses is not asked"),
        ({"delete_on_0": ""}, "delete_on", "Enter day, month and year as numbers, like 20 5 2027."),
        ({"delete_on_0": "20"}, "delete_on", "Enter a day after the event, when nobody needs the answers any more"),
        ({"options-1-label": ""}, "options", "Enter at least two answers to choose from"),
        ({"options-1-label": "yes"}, "options", "Two answers are the same. Change one of them"),
        (
            {"options-0-places": "many"},
            "options",
            "Enter the places of “Yes” as a number, or leave them empty",
        ),
        ({"kind": "number", "least": "5", "most": "3"}, "most", "“At most” must not be less than “At least”"),
        ({"kind": "number", "least": "x"}, "most", "Enter whole numbers, such as 1 and 3"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(client, event, lead, changed, field, message):
    values = {**WORDS, **changed}
    if "delete_on_0" in changed:
        values["delete_on_1"] = "5"

    response = client.post(address("add_question", event), values)

    assert response.status_code == 422
    assert response.context["form"].errors == {field: [message]}
    assert event.questions.count() == 0
    assert 'value="Do you come to the dinner?"' in response.content.decode() or "label" in changed


def opened(client, event, question) -> dict[str, str]:
    form = client.get(address("edit_question", event, question.pk)).context["form"]
    return {"opened_with": form.initial["opened_with"]}


def test_new_words_of_an_answered_question_make_a_new_version_and_old_answers_keep_theirs(client, event, lead):
    client.post(address("add_question", event), WORDS)
    question = event.questions.get()
    yes, no = question.options.order_by("position")
    old = answer(question, yes.pk)
    keys = {"options-0-key": str(yes.pk), "options-1-key": str(no.pk)}

    changed = {**WORDS, **keys, **opened(client, event, question), "label": "Do you eat with us?"}
    client.post(address("edit_question", event, question.pk), {**changed, "options-0-label": "Yes, gladly"})

    question.refresh_from_db()
    assert (question.label, question.version) == ("Do you eat with us?", 2)
    page = unescape(client.get(old.registration.get_absolute_url()).content.decode())
    assert "Do you come to the dinner?" in page
    assert "Asked now: Do you eat with us?" in page
    assert "Yes, gladly" not in page.split('id="answers"')[1]


def test_words_that_nobody_answered_to_are_simply_changed(client, event, lead):
    client.post(address("add_question", event), WORDS)
    question = event.questions.get()

    client.post(
        address("edit_question", event, question.pk), {**WORDS, **opened(client, event, question), "label": "Dinner?"}
    )

    question.refresh_from_db()
    assert (question.label, question.version) == ("Dinner?", 1)
    assert question.versions.get().asked["label"] == "Dinner?"


def test_the_kind_of_an_answered_question_stays_and_a_chosen_option_is_retired(client, event, lead):
    client.post(address("add_question", event), WORDS)
    question = event.questions.get()
    yes, no = question.options.order_by("position")
    answer(question, yes.pk)

    only = {"options-0-key": str(no.pk), "options-0-label": "No", "options-1-label": "Maybe", "options-0-places": ""}
    response = client.post(
        address("edit_question", event, question.pk),
        {**WORDS, **opened(client, event, question), **only, "kind": "text"},
    )

    assert response.status_code == 302
    question.refresh_from_db()
    assert question.kind == Kind.ONE_OF
    yes.refresh_from_db()
    assert yes.retired_at is not None
    assert [option.label for option in question.options.filter(retired_at=None)] == ["No", "Maybe"]


def test_two_editors_lose_no_text(client, event, lead):
    client.post(address("add_question", event), WORDS)
    question = event.questions.get()
    before = opened(client, event, question)
    yes, no = question.options.order_by("position")
    keys = {"options-0-key": str(yes.pk), "options-1-key": str(no.pk)}
    client.post(address("edit_question", event, question.pk), {**WORDS, **keys, **before, "label": "Theirs"})

    clash = client.post(address("edit_question", event, question.pk), {**WORDS, **keys, **before, "label": "Mine"})
    beside = client.post(
        address("edit_question", event, question.pk), {**WORDS, **keys, **before, "help_text": "Eat well"}
    )

    assert clash.status_code == 422
    assert "This was changed meanwhile, too. Choose one of the two texts below." in clash.content.decode()
    assert beside.status_code == 302
    question.refresh_from_db()
    assert (question.label, question.help_text) == ("Theirs", "Eat well")


def test_a_condition_is_typed_in_the_words_of_the_other_question(client, event, lead):
    client.post(address("add_question", event), WORDS)
    dinner = event.questions.get()
    yes = dinner.options.get(label="Yes")
    guests = {**WORDS, "label": "How many guests?", "kind": "number", "joined_by": "all"}
    row = {"shown_if-0-question": str(dinner.pk), "shown_if-0-is": "equals"}

    wrong = client.post(address("add_question", event), {**guests, **row, "shown_if-0-value": "Perhaps"})
    right = client.post(address("add_question", event), {**guests, **row, "shown_if-0-value": "yes"})

    message = "Enter one of the answers to “Do you come to the dinner?”: Yes, No"
    assert wrong.context["form"].errors == {"shown_if": [message]}
    assert right.status_code == 302
    question = event.questions.get(label="How many guests?")
    assert question.shown_if == {"all": [{"question": dinner.pk, "is": "equals", "value": yes.pk}]}
    # What depends on it cannot be what it depends on.
    form = client.get(address("edit_question", event, dinner.pk)).context["form"]
    assert "shown_if" not in form.fields
    assert "Asked only if “Do you come to the dinner?” is: Yes" in unescape(
        client.get(address("questions", event)).content.decode()
    )


def test_questions_are_moved_retired_and_brought_back_by_buttons(client, event, lead):
    first, second = create_question(event, "First"), create_question(event, "Second")

    def asked() -> list[str]:
        return [question.label for question in event.questions.asked()]

    client.post(address("act_on_question", event, second.pk), {"act": "up"})
    assert asked() == ["Second", "First"]
    client.post(address("act_on_question", event, second.pk), {"act": "up"})
    assert asked() == ["Second", "First"]
    client.post(address("act_on_question", event, second.pk), {"act": "retire"})
    assert asked() == ["First"]
    client.get(address("questions", event))  # reads the messages
    assert "Second" not in client.get(reverse("registrations:register", args=[event.slug])).content.decode()
    client.post(address("act_on_question", event, second.pk), {"act": "back"})
    assert asked() == ["First", "Second"]
    assert client.post(address("act_on_question", event, first.pk), {"act": "explode"}).status_code == 404


def test_what_depends_on_a_question_that_is_not_asked_any_more_is_pointed_out(client, event, lead):
    bus = create_question(event, "Bus?", kind=Kind.YES_NO)
    create_question(event, "From where?", shown_if={"question": bus.pk, "is": "equals", "value": True})

    client.post(address("act_on_question", event, bus.pk), {"act": "retire"})

    page = client.get(address("questions", event)).content.decode()
    assert "It depends on a question that is not asked any more." in page


def test_those_who_picked_an_answer_before_it_had_a_limit_take_its_places_in_order(client, event, lead):
    question = create_question(event, "Dinner", kind=Kind.ONE_OF, options=("Yes", "No"))
    yes, no = question.options.order_by("position")
    for minutes, person in enumerate(("Alice", "Bob", "Charlie")):
        given = answer(question, yes.pk, person)
        given.registration.joined_at += timedelta(minutes=minutes)
        given.registration.save()

    client.post(
        address("edit_question", event, question.pk),
        {
            **WORDS,
            **opened(client, event, question),
            "options-0-key": str(yes.pk),
            "options-0-places": "2",
            "options-1-key": str(no.pk),
        },
    )

    assert places.option_places(event)[yes.pk].taken == 2
    assert [choice.registration.name for choice in yes.choices.filter(has_place=False)] == ["Charlie"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_queries_for_one_and_three(client, event, lead, number, django_assert_num_queries):
    for n in range(number):
        answer(create_question(event, f"Question {n}", kind=Kind.ONE_OF, options=("A", "B")), 1, f"Person{n}")

    # Session, user, roles, event; questions, options, versions; answers.
    with django_assert_num_queries(8):
        client.get(address("questions", event))


def test_the_preview_shows_a_question_with_a_condition_though_nothing_is_answered(client, event, lead):
    bus = create_question(event, "Bus?", kind=Kind.YES_NO)
    stop = create_question(event, "From where?", shown_if={"question": bus.pk, "is": "equals", "value": True})

    preview = client.get(address("edit_question", event, stop.pk)).content.decode().split('id="preview"')[1]

    assert "From where?" in preview
    assert "data-asked-if" not in preview
    assert "Bus?" not in preview.split("Answer only if")[0]
