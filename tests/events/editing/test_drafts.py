"""What is typed and not saved: two windows of one person never overwrite each other.

Bob coordinates the partner that hosts, and has the form of one event open in several windows.
"""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.editing.drafts import MOST_DRAFTS, MOST_OF_ONE_FORM
from events.models import Draft
from tests.factories import create_coordinator, create_event, create_partner, create_project, create_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

NAME = "session-new"


@pytest.fixture
def event(client):
    host = create_partner(create_project())
    client.force_login(create_coordinator(host, "Bob"))
    return create_event(host.project, host=host, slug="conference")


class OpenedForm:
    """The form of a new session in one window."""

    def __init__(self, client, asked: str = "") -> None:
        self.client = client
        self.page = client.get(reverse("events:add_session", args=["conference"]) + asked).content.decode()
        self.hidden = dict(re.findall(r'<input type="hidden" name="(window|takes_up)" value="([^"]*)">', self.own_form))

    @property
    def own_form(self) -> str:
        return self.page[self.page.index('id="session-form"') :]

    @property
    def title(self) -> str:
        (title,) = re.findall(r'name="title" (?:value="([^"]*)")?', self.page)
        return title

    @property
    def offered(self) -> list[str]:
        return re.findall(r'href="\?draft=([^"]+)"', self.page)

    def keeps(self, title: str, form: str = NAME):
        return self.client.post(
            reverse("events:draft", args=["conference", form]),
            {"title": title, **self.hidden},
            headers={"X-Autosave": "1"},
        )

    def saves(self, title: str):
        typed = {"title": title, "kind": "talk", "audience": "everyone", "visibility": "public", **self.hidden}
        return self.client.post(reverse("events:add_session", args=["conference"]), typed)


def kept() -> list[str]:
    return sorted(draft.typed["title"][0] for draft in Draft.objects.all())


def test_two_windows_keep_what_was_typed_apart(client, event):
    one, two = OpenedForm(client), OpenedForm(client)

    one.keeps("One")
    two.keeps("Two")
    one.keeps("One, and more")

    assert kept() == ["One, and more", "Two"]


def test_saving_in_one_window_forgets_nothing_of_the_other(client, event):
    one, two = OpenedForm(client), OpenedForm(client)
    one.keeps("One")
    two.keeps("Two")

    assert one.saves("One").status_code == 302

    assert kept() == ["Two"]
    assert OpenedForm(client).offered == [two.hidden["window"]]


def test_what_all_windows_kept_is_offered_the_youngest_first_and_any_can_be_used(client, event, clock):
    one, two = OpenedForm(client), OpenedForm(client)
    one.keeps("One")
    Draft.objects.update(saved_at=timezone.now() - timedelta(hours=1))
    two.keeps("Two")

    assert OpenedForm(client).offered == [two.hidden["window"], one.hidden["window"]]
    again = OpenedForm(client, f"?draft={one.hidden['window']}")
    assert (again.title, again.offered) == ("One", [two.hidden["window"]])
    assert OpenedForm(client, "?draft=1").title == "Two"


def test_a_draft_goes_on_in_the_window_that_takes_it_up(client, event):
    OpenedForm(client).keeps("Half")
    again = OpenedForm(client, "?draft=1")

    again.keeps("Half and half")
    assert kept() == ["Half and half"]

    again.saves("Whole")
    assert kept() == []


def test_a_draft_that_is_saved_right_after_it_was_taken_up_is_forgotten(client, event):
    OpenedForm(client).keeps("Half")

    OpenedForm(client, "?draft=1").saves("Whole")

    assert kept() == []


def test_a_draft_that_was_taken_up_stays_while_its_own_window_goes_on(client, event):
    one = OpenedForm(client)
    one.keeps("One")
    Draft.objects.update(saved_at=timezone.now() - timedelta(minutes=1))
    two = OpenedForm(client, "?draft=1")
    one.keeps("One, and more")

    two.keeps("Two")
    assert kept() == ["One, and more", "Two"]

    two.saves("Two")
    assert kept() == ["One, and more"]


def test_one_of_several_drafts_is_discarded(client, event):
    one, two = OpenedForm(client), OpenedForm(client)
    one.keeps("One")
    two.keeps("Two")

    discarded = {"discard": "1", "window": one.hidden["window"]}
    client.post(reverse("events:draft", args=["conference", NAME]), discarded)

    assert kept() == ["Two"]


def test_a_form_that_was_refused_goes_on_with_its_own_draft(client, event):
    one = OpenedForm(client)
    one.keeps("One")

    page = one.saves("").content.decode()

    assert f'name="window" value="{one.hidden["window"]}"' in page


def test_so_many_drafts_are_kept_and_no_more(client, event):
    for number in range(MOST_OF_ONE_FORM):
        assert OpenedForm(client).keeps(str(number)).status_code == 200
    assert OpenedForm(client).keeps("One too many").status_code == 413

    for number in range(MOST_OF_ONE_FORM, MOST_DRAFTS):
        assert OpenedForm(client).keeps("Another form", f"session-{number}").status_code == 200
    assert OpenedForm(client).keeps("One too many", "session-999").status_code == 413
    assert Draft.objects.count() == MOST_DRAFTS


@pytest.mark.parametrize(
    "hidden",
    [
        {"window": "x" * 33},
        {"window": "\0"},
        {"window": "<b>"},
        {"takes_up": "\0@2027-03-01T09:00:00+00:00"},
        {"takes_up": "@0001-01-01T00:00:00+14:00"},
        {"takes_up": "@" * 1_000},
    ],
)
def test_junk_in_place_of_a_window_is_no_error(client, event, hidden):
    window = OpenedForm(client)
    window.hidden |= hidden

    assert window.keeps("Kept").status_code == 200
    assert window.saves("Saved").status_code == 302


@pytest.mark.parametrize("key", ["²", "٣", "9" * 56, "0", "-1", "x", ""])
def test_a_name_of_a_form_that_cannot_be_is_never_an_error(client, event, key):
    create_session(event)

    for asked in ({"discard": "1"}, {"title": "Half", "keep": "1"}, {"title": "Half", "keep": "venues"}):
        answer = client.post(f"/en/organise/conference/draft/session-{key}/", asked, follow=True)
        assert answer.status_code in (200, 404)
