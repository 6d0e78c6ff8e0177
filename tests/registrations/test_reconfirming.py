"""“Do you still come?” after a change of days, place or mode: asked by mail, answered by a button, counted."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.urls import reverse

from accounts.models import Mail
from registrations import reconfirming
from registrations.exceptions import NotAsked, NotRegistered
from registrations.models import Reconfirmation, Registration
from registrations.plan_changes import tell_of_plan_changes
from tests.factories import create_event, create_lead, create_registration, create_venue

pytestmark = pytest.mark.django_db
State = Registration.State
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
DUE = NOW + timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _clock(clock):
    return clock


def asked(**changes) -> Registration:
    """Alice, who has a place at an event that changed and was told so."""
    event = create_event(title="Round table", venue=create_venue(name="MECC"), ends_on=date(2027, 5, 20))
    alice = create_registration(event, joined_at=NOW - timedelta(days=9), confirmed_at=NOW - timedelta(days=9))
    event.change_plan(reason="The room is taken.", at=NOW, **(changes or {"mode": "online", "venue": None}))
    tell_of_plan_changes(at=DUE)
    alice.refresh_from_db()
    return alice


def page(registration) -> str:
    return reverse("registrations:still_coming", args=[registration.code])


@pytest.mark.parametrize(
    ("changes", "is_asked"),
    [
        ({"mode": "online", "venue": None}, True),
        ({"mode": "hybrid"}, True),
        ({"starts_on": date(2027, 6, 3), "ends_on": date(2027, 6, 3)}, True),
        ({"venue": None}, True),
        ({"start_time": time(10)}, False),
        ({"status": "postponed", "starts_on": None, "ends_on": None, "start_time": None, "end_time": None,
          "date_precision": "unknown"}, False),
        ({"status": "cancelled", "cancelled_at": NOW}, False),
    ],
)  # fmt: skip
def test_whoever_has_a_place_is_asked_after_another_day_place_or_mode(changes, is_asked):
    alice = asked(**changes)

    mail = Mail.objects.get()
    assert ("Do you still come?" in mail.text, "Do you still come?" in mail.html) == (is_asked, is_asked)
    assert ("/still-coming/?answer=no" in mail.text) is is_asked
    assert Reconfirmation.objects.filter(registration=alice).exists() is is_asked
    assert alice.is_confirmed


def test_whoever_waits_is_not_asked():
    event = create_event(venue=create_venue())
    create_registration(event, "Bob", state=State.WAITING)
    event.change_plan(mode="online", venue=None, at=NOW)
    tell_of_plan_changes(at=DUE)

    assert "still come" not in Mail.objects.get().text
    assert not Reconfirmation.objects.exists()


def test_opening_the_links_changes_nothing(client):
    alice = asked()
    for path in (page(alice), page(alice) + "?answer=no"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Alice, your place is kept until you answer" in answer.content.decode()
    client.head(page(alice))

    alice.refresh_from_db()
    assert alice.is_confirmed
    assert Reconfirmation.objects.get().answered_at is None


def test_yes_keeps_the_place_and_can_become_a_no(client):
    alice = asked()
    assert client.post(page(alice), {"answer": "yes"}).status_code == 302
    assert reconfirming.answers(alice.event) == reconfirming.StillComing(1, 0, 0, date(2027, 3, 1))
    assert "You answered “yes” on" in client.get(page(alice)).content.decode()

    client.post(page(alice), {"answer": "no"})
    alice.refresh_from_db()
    assert (alice.state, alice.cancelled_by) == (State.CANCELLED, Registration.CancelledBy.PERSON)
    assert reconfirming.answers(alice.event) == reconfirming.StillComing(0, 1, 0, date(2027, 3, 1))


def test_no_gives_the_place_back_once_and_can_be_undone(client):
    alice = asked()
    for _click in range(2):
        assert client.post(page(alice), {"answer": "no"}).status_code == 302
    assert Mail.objects.filter(subject__startswith="Cancelled").count() == 1

    client.post(reverse("registrations:undo_cancelling", args=[alice.code]))
    alice.refresh_from_db()
    assert alice.is_confirmed
    assert reconfirming.answers(alice.event) == reconfirming.StillComing(1, 0, 0, date(2027, 3, 1))


def test_what_is_no_answer_is_asked_again_and_whoever_was_not_asked_sees_their_registration(client):
    alice, bob = asked(), create_registration(create_event(), "Bob")

    assert client.post(page(alice), {"answer": "maybe"}).status_code == 422
    assert client.get(page(bob)).status_code == client.post(page(bob), {"answer": "no"}).status_code == 302
    assert client.get("/en/registrations/no-such-code-of-anybody/still-coming/").status_code == 404
    bob.refresh_from_db()
    assert bob.is_confirmed


def test_refusals_have_names():
    alice, bob = asked(), create_registration(create_event(), "Bob")
    with pytest.raises(NotAsked):
        reconfirming.answer(bob, still_comes=True)
    reconfirming.answer(alice, still_comes=False)
    with pytest.raises(NotRegistered):
        reconfirming.answer(alice, still_comes=True)


def test_another_change_asks_anew(client):
    alice = asked()
    client.post(page(alice), {"answer": "yes"})
    later = DUE + timedelta(days=1)
    alice.event.refresh_from_db()
    alice.event.change_plan(starts_on=date(2027, 6, 3), ends_on=date(2027, 6, 3), at=later)
    tell_of_plan_changes(at=later + timedelta(seconds=60))

    assert Reconfirmation.objects.count() == 2
    assert reconfirming.answers(alice.event) == reconfirming.StillComing(0, 0, 1, date(2027, 3, 2))


def test_organisers_see_how_many_answered(client):
    alice = asked()
    client.force_login(create_lead(alice.event.project))

    shown = client.get(reverse("registrations:people", args=[alice.event.slug])).content.decode()
    assert "1 person with a place was asked after the change of plan, on" in shown
    assert "Not answered yet</dt><dd>1</dd>" in shown
