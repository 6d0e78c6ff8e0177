"""Sessions are copied, deleted, taken back, and cleared away in the end."""

import pytest

from events.models import Contribution, Session
from events.programme.changes import clear_what_was_deleted, delete_session, duplicate, restore_session
from registrations.models import AttendanceRecord
from tests.factories import create_registration, create_speaker, days, record_attendance

from .editing import NINE, address, hours, three

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_copy_has_the_same_speakers_and_its_own_identity(event):
    a, *_others = three(event)
    Contribution.objects.create(session=a, speaker=create_speaker(event, name="Ana"), role="guide")

    other = duplicate(a)

    assert other.pk != a.pk
    assert (other.title, other.start_time, other.position) == ("A", NINE, 4)
    assert [(one.speaker.name, one.role) for one in other.contributions.all()] == [("Ana", "guide")]
    assert a.contributions.count() == 1


def test_what_was_deleted_comes_back_as_it_was(client, event, bob):
    a, *_others = three(event)
    Contribution.objects.create(session=a, speaker=create_speaker(event))

    answer = client.post(address("change_session", a.pk), {"act": "delete"}, follow=True)
    assert "“A” is deleted." in answer.content.decode()
    assert [title for title, *_hours in hours(event)] == ["B", "C"]

    client.post(address("restore_session", a.pk))
    assert [title for title, *_hours in hours(event)] == ["A", "B", "C"]
    assert event.sessions.get(title="A").contributions.count() == 1
    # Once more changes nothing.
    assert client.post(address("restore_session", a.pk)).status_code == 302


def test_a_place_that_was_taken_meanwhile_is_no_error(event):
    a, b, _c = three(event)
    delete_session(a)
    b.position = a.position
    b.save()

    restore_session(a)

    assert sorted(event.sessions.values_list("position", flat=True)) == [1, 3, 4]


def test_what_was_deleted_is_cleared_away_after_30_days_and_who_attended_stays_on_record(event, clock):
    a, b, _c = three(event)
    registration = create_registration(event)
    record_attendance(registration, session=b)
    delete_session(a)
    delete_session(b)

    clear_what_was_deleted()
    assert Session.with_deleted.count() == 3
    clock.shift(days(31))
    clear_what_was_deleted()

    assert set(Session.with_deleted.values_list("title", flat=True)) == {"B", "C"}
    assert AttendanceRecord.objects.count() == 1
