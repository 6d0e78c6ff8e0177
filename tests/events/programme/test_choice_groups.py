"""Choice groups: made, changed, dissolved, and said on the page of the event."""

from datetime import time

import pytest

from events.models import ChoiceGroup
from tests.factories import create_session

from .editing import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_two_people_in_one_choice_group_lose_nothing(client, event, bob):
    group = event.choice_groups.create(name="Visits", pick=1)
    page = address("edit_choice_group", group.pk)
    opened = {"opened_with": client.get(page).context["form"]["opened_with"].value()}
    event.choice_groups.filter(pk=group.pk).update(name="Trips", pick=2)

    answer = client.post(page, {"name": "Tours", "pick": "1", **opened})

    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("Tours", "Trips")]
    assert 'value="Tours"' in answer.content.decode()
    group.refresh_from_db()
    assert group.name == "Trips"
    client.post(page, {"name": "Tours", "pick": "1", **opened, "keep-name": "mine"})
    group.refresh_from_db()
    assert (group.name, group.pick) == ("Tours", 2)


def test_a_choice_group_is_made_changed_and_dissolved(client, event, bob):
    client.post(address("add_choice_group"), {"name": "Visits", "pick": "2"})
    group = event.choice_groups.get()
    session = create_session(event, choice_group=group)
    client.post(address("edit_choice_group", group.pk), {"name": "Afternoon", "pick": ""})
    group.refresh_from_db()
    assert (group.name, group.pick) == ("Afternoon", None)

    client.post(address("delete_choice_group", group.pk))
    session.refresh_from_db()
    assert session.choice_group is None


@pytest.mark.parametrize("word", ["session", "choice_group", "speaker", "document"])
def test_what_is_not_there_yet_is_not_left_as_it_is(client, event, bob, word):
    page = client.get(address(f"add_{word}")).content.decode()

    assert "Back without saving" in page
    assert "Leave it as it is" not in page


def test_what_is_there_can_be_left_as_it_is(client, event, bob):
    group = event.choice_groups.create(name="Visits", pick=1)

    assert "Leave it as it is" in client.get(address("edit_choice_group", group.pk)).content.decode()


@pytest.mark.parametrize(
    ("name", "pick", "words"),
    [
        ("", "2", "Enter a name"),
        ("Visits", "2", "There is a group of this name"),
        ("X", "0", "at least one"),
        ("X", "x", "whole number"),
    ],
)
def test_a_wrong_choice_group_is_refused_in_words(client, event, bob, name, pick, words):
    ChoiceGroup.objects.create(event=event, name="Visits")

    answer = client.post(address("add_choice_group"), {"name": name, "pick": pick})

    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("rule", "words"),
    [("exactly", "Choose 2 of 3"), ("at_least", "Choose at least 2 of 3"), ("at_most", "Choose at most 2 of 3")],
)
def test_the_rule_of_a_choice_group_is_said_on_the_page_of_the_event(client, event, bob, rule, words):
    client.post(address("add_choice_group"), {"name": "Visits", "rule": rule, "pick": "2"})
    group = event.choice_groups.get()
    for hour in (9, 11, 13):
        create_session(event, choice_group=group, start_time=time(hour), end_time=time(hour + 1))

    assert group.rule == rule
    assert words in client.get(event.get_absolute_url()).content.decode()


def test_a_rule_that_is_none_is_refused(client, event, bob):
    assert client.post(address("add_choice_group"), {"name": "Visits", "rule": "some", "pick": "2"}).status_code == 422
    assert event.choice_groups.count() == 0
