"""Each form, empty and wrong: status 422, a title that says so, the same words twice, nothing typed lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core import signing
from django.urls import reverse
from django.utils import timezone

from registrations import forms
from registrations.forms import known_organisation, known_organisations
from registrations.guarded_forms import GuardedForm
from registrations.models import Registration
from tests.factories import create_event, create_kind, create_organisation, create_registration

pytestmark = pytest.mark.django_db

EMPTY = {
    "name": "Enter your full name",
    "email": "Enter your email address",
    "organisation_name": "Enter the name of your organisation",
    "country": "Select your country",
    "mode": "Select how you take part",
}
WRONG = {
    "name": "www.example.org",
    "email": "alice at example.org",
    "organisation_name": "x" * 301,
    "country": "Atlantis",
    "mode": "by pigeon",
    "phone": "12",
}
WRONG_MESSAGES = {
    "name": "Full name: enter it without a web address.",
    "email": "Enter your email address in the correct format, like name@example.eu",
    "organisation_name": "Enter your organisation with at most 300 characters. You typed 301.",
    "country": "Select your country from the list",
    "mode": "Select how you take part",
    "phone": "Enter your phone number with its country code, like +32 2 555 66 77",
}


def opened_a_minute_ago() -> str:
    return signing.dumps((timezone.now() - timedelta(minutes=1)).timestamp(), salt="registrations.opened")


@pytest.fixture
def event(clock):
    return create_event(mode="hybrid", kind=create_kind("study-visit", asks_for_phone=True))


@pytest.fixture
def addresses(event) -> dict[type, str]:
    alice = create_registration(event, "Alice")
    kind = create_kind("final-conference", keeps_interest_list=True)
    return {
        forms.RegistrationForm: reverse("registrations:register", args=[event.slug]),
        forms.ChangeForm: reverse("registrations:change", args=[alice.code]),
        forms.SendLinkForm: reverse("registrations:send_link", args=[event.slug]),
        forms.CancelForm: reverse("registrations:cancel", args=[alice.code]),
        forms.ConsentForm: reverse("registrations:registration", args=[alice.code]),
        forms.InterestForm: reverse(
            "registrations:interest", args=[create_event(status="save_the_date", kind=kind).slug]
        ),
    }


CASES = [
    (forms.RegistrationForm, {}, EMPTY),
    (forms.RegistrationForm, WRONG, WRONG_MESSAGES),
    (forms.RegistrationForm, {"name": " \t\r\n"}, EMPTY),
    (forms.ChangeForm, {"name": ""}, EMPTY),
    (forms.ChangeForm, WRONG, WRONG_MESSAGES),
    (forms.SendLinkForm, {}, {"email": EMPTY["email"]}),
    (forms.SendLinkForm, {"email": "@"}, {"email": WRONG_MESSAGES["email"]}),
    (forms.InterestForm, {}, {"email": EMPTY["email"]}),
    (forms.InterestForm, {"email": "@"}, {"email": WRONG_MESSAGES["email"]}),
    (
        forms.CancelForm,
        {"reason": "x" * 10_240},
        {"reason": "Enter a reason with at most 500 characters. You typed 10240."},
    ),
]


@pytest.mark.parametrize(("form_class", "sent", "messages"), CASES)
def test_errors_are_on_top_at_the_field_and_in_the_title_and_values_are_kept(
    client, addresses, form_class, sent, messages
):
    if issubclass(form_class, GuardedForm):
        sent = {**sent, "opened": opened_a_minute_ago()}

    response = client.post(addresses[form_class], sent)

    assert response.status_code == 422
    page = response.content.decode()
    assert re.search(r"<title>\s*Error: ", page)
    assert {name: list(errors) for name, errors in response.context["form"].errors.items()} == {
        name: [message] for name, message in messages.items()
    }
    summary = page.split('class="error-summary"')[1].split("<h1>")[0]
    assert 'tabindex="-1"' in summary
    assert "There is a problem" in summary
    # The same words on top, as a link to the field, and at the field, which names them as its description.
    links = dict(re.findall(r'<a href="#([^"]+)">([^<]+)</a>', summary))
    for name, message in messages.items():
        target = f"id_{name}_0" if name == "mode" else f"id_{name}"
        assert unescape(links[target]) == message
        assert f'id="{target}"' in page
        assert f'id="id_{name}_error"' in page
        assert unescape(page).count(message) >= 2
    assert page.count('aria-invalid="true"') >= len(messages)
    for name, value in sent.items():
        assert response.context["form"][name].value() == value
    assert " novalidate" in page
    assert " required" not in page.split("<main")[1]
    assert Registration.objects.count() == 1


def test_every_form_is_tried(addresses):
    every = {
        form
        for form in vars(forms).values()
        if isinstance(form, type) and issubclass(form, forms.forms.Form) and form.__module__ == forms.__name__
    }

    # The first only holds what two others share; the switch of a consent is a button, see test_manage_link.py.
    assert every - {forms.AnswersForm} == set(addresses)


def test_the_page_shows_a_value_of_ten_kilobytes_again_whole(client, addresses):
    name = "Ä" * 10_240

    response = client.post(addresses[forms.RegistrationForm], {"name": name, "opened": opened_a_minute_ago()})

    assert f'value="{name}"' in response.content.decode()


def test_what_is_typed_is_never_markup(client, addresses):
    bad = '"><script>alert(1)</script>'

    response = client.post(
        addresses[forms.RegistrationForm],
        {"name": bad, "organisation_name": bad, "country": bad, "opened": opened_a_minute_ago()},
    )

    assert "<script>alert" not in response.content.decode()
    assert "&quot;&gt;&lt;script&gt;" in response.content.decode()


def test_fields_say_what_browsers_may_fill_in(client, addresses):
    page = client.get(addresses[forms.RegistrationForm]).content.decode()

    tags = {
        re.search(r'name="([^"]+)"', tag).group(1): tag
        for tag in re.findall(r"<(?:input|select) [^>]*>", page)
        if 'name="' in tag
    }
    for name, attributes in {
        "name": ['autocomplete="name"', 'type="text"'],
        "email": ['autocomplete="email"', 'type="email"', 'spellcheck="false"'],
        "organisation_name": ['autocomplete="organization"', 'list="organisations"'],
        "country": ['autocomplete="country"'],
        "phone": ['autocomplete="tel"', 'type="tel"'],
    }.items():
        for attribute in attributes:
            assert attribute in tags[name]
        # A browser that cuts what is pasted loses it.
        assert "maxlength" not in tags[name]


def test_only_optional_fields_are_marked(client, addresses):
    page = client.get(addresses[forms.RegistrationForm]).content.decode()

    marked = re.findall(r'<(?:label|legend)[^>]*>([^<]+) <span class="optional">', page)
    assert marked == ["Phone", "May photos and film show me so that I can be recognised?"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Alice  Ödegård ", "Alice Ödegård"),
        ("Alice\u2028B\u0085C", "Alice B C"),
        ("\u202eAlice\u2066", "Alice"),
        ("محمد\u200cعلی", "محمد\u200cعلی"),
        ("\x00", ""),
    ],
)
def test_texts_become_one_line_without_tricks(typed, kept):
    assert forms.one_line(typed) == kept


def test_the_country_list_marks_what_was_chosen_and_names_all_countries():
    page = str(forms.CountrySelect().render("country", "SE", {"id": "id_country"}))

    assert '<option value="SE" selected>Sweden</option>' in page
    assert page.count(" selected") == 1
    assert page.count("<option") == 250


def test_where_mails_come_in_several_languages_one_is_chosen(event, settings):
    settings.LANGUAGES = [("en", "English"), ("it", "Italian")]
    answers = {"name": "Alice", "email": "alice@example.org", "organisation_name": "A", "country": "SE", "mode": "room"}

    def sent(**more):
        form = forms.RegistrationForm({**answers, "opened": opened_a_minute_ago(), **more}, event=event)
        return form if form.is_valid() else form.errors

    assert sent().answers["language"] == "en"
    assert sent(language="it").answers["language"] == "it"
    assert sent(language="tlh") == {"language": ["Select a language from the list"]}
    assert forms.RegistrationForm({"language": "it"}, event=event).language_in_words == "Italian"


def test_the_organisations_of_many_rows_are_found_with_one_query(django_assert_num_queries):
    twice = [create_organisation(name="Środowisko", city=city) for city in ("Łódź", "Gdynia")]
    porto = create_organisation(name="Câmara do Porto", other_names=["Porto City Hall"])
    names = ["camara do PORTO", "Porto City Hall", "Porto", twice[0].name, "", "Nobody’s"]

    with django_assert_num_queries(1):
        found = known_organisations([*names, *(f"Row {n}" for n in range(200))])

    assert {name: found[name] for name in names} == {
        "camara do PORTO": porto,
        "Porto City Hall": porto,
        "Porto": None,
        twice[0].name: None,
        "": None,
        "Nobody’s": None,
    }
    assert {name: known_organisation(name) for name in names} == {name: found[name] for name in names}
    with django_assert_num_queries(0):
        assert (known_organisations([""]), known_organisation("")) == ({"": None}, None)
