"""Changing when and where, page by page: reason, preview, undo, and who may."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.editing import drafts
from events.models import Event, PlanChange
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
    create_venue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Status = Event.Status


@pytest.fixture
def event():
    return create_event(venue=create_venue(name="Kulturhaus"))


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


def address(event: Event, page: str = "plan", *more: str) -> str:
    return reverse(f"events:{page}", args=[event.slug, *more])


def typed(client, event: Event, page: str = "plan", **changes) -> dict[str, str]:
    """What the browser sends for a plan that is sent as it was opened, with some fields changed."""
    form = client.get(address(event, page)).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if field.name in ("first_day", "last_day"):
            for number, part in enumerate(field.field.widget.decompress(value) if value else ["", "", ""]):
                data[f"{field.name}_{number}"] = str(part)
        elif value is True:
            data[field.name] = "on"
        elif value not in (None, False):
            data[field.name] = str(value)
    return data | changes


def move_to(client, event: Event, **changes):
    return client.post(address(event), typed(client, event, act="change", **changes))


# --- Changing ----------------------------------------------------------------------------------------------------


def test_the_preview_shows_both_plans_and_changes_nothing(client, bob, event):
    create_registration(event)

    answer = client.post(
        address(event), typed(client, event, first_day_0="19", act="preview", reason="The hall is taken.")
    )

    page = answer.content.decode()
    assert answer.status_code == 200
    assert (answer.context["plan_before"].starts_on, answer.context["plan_after"].starts_on) == (
        date(2027, 5, 20),
        date(2027, 5, 19),
    )
    assert "The hall is taken." in page
    assert 'name="first_day_0" value="19"' in page
    event.refresh_from_db()
    assert (event.starts_on, event.sequence) == (date(2027, 5, 20), 0)


def test_a_change_is_stored_with_its_reason_and_people_are_told_a_minute_later(client, bob, event):
    answer = move_to(client, event, first_day_0="19", start_time="9.30", reason="The hall is taken.")

    event.refresh_from_db()
    change = PlanChange.objects.get()
    assert answer.status_code == 302
    assert (event.starts_on, event.ends_on, event.start_time) == (date(2027, 5, 19), date(2027, 5, 21), time(9, 30))
    assert (change.reason, change.changed_by) == ("The hall is taken.", bob)
    assert change.tell_at == datetime(2027, 3, 1, 9, 1, tzinfo=UTC)


def test_correcting_shows_the_form_again_with_what_was_typed(client, bob, event):
    answer = client.post(address(event), typed(client, event, first_day_0="19", reason="x", act="correct"))

    assert 'value="19"' in answer.content.decode()
    assert not PlanChange.objects.exists()


def test_an_error_is_corrected_without_telling_anybody(client, bob, event):
    move_to(client, event, start_time="09:15", reason="A typing error.", tells_nobody="on")

    assert PlanChange.objects.get().tell_at is None


def test_a_draft_is_saved_at_once_and_needs_no_reason(client, bob):
    draft = create_event(status=Status.DRAFT)
    create_lead(draft.project, "Root")
    bob.memberships.create(role="lead", project=draft.project)

    answer = client.post(address(draft), typed(client, draft, first_day_0="19", act="preview"))

    draft.refresh_from_db()
    assert answer.status_code == 302
    assert (draft.starts_on, PlanChange.objects.count()) == (date(2027, 5, 19), 0)


def test_a_month_alone_will_do(client, bob, event):
    move_to(
        client,
        event,
        date_precision="month",
        first_day_0="",
        last_day_0="",
        last_day_1="",
        last_day_2="",
        start_time="",
        end_time="",
        reason="The day is open.",
    )

    event.refresh_from_db()
    assert (event.date_precision, event.starts_on, event.ends_on) == ("month", date(2027, 5, 1), date(2027, 5, 31))


def test_an_event_without_an_end_time_is_fine(client, bob, event):
    move_to(client, event, end_time="", reason="Open end")

    event.refresh_from_db()
    assert (event.start_time, event.end_time) == (time(9), None)


def test_a_town_is_enough_for_a_place(client, bob, event):
    for _time in range(2):
        move_to(client, event, venue="", town="Geleen", country="NL", reason="The venue is open.")

    event.refresh_from_db()
    assert (event.venue.name, event.venue.city, event.sequence) == ("", "Geleen", 1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"first_day_0": "31", "first_day_1": "6"}, "There is no such day: 31.6.2027."),
        ({"first_day_0": "x"}, "Enter day, month and year as numbers, like 20 5 2027."),
        ({"first_day_2": "27"}, "Enter the year with four digits, like 2027."),
        ({"first_day_0": ""}, "Enter the day too, or choose “Only the month is known”."),
        ({"first_day_0": "", "first_day_1": "", "first_day_2": ""}, "Enter the first day, or choose “Not known”."),
        ({"date_precision": "unknown"}, "You typed a day."),
        ({"date_precision": "month"}, "A time needs an exact date."),
        ({"date_precision": "often"}, "Choose one of these."),
        ({"start_time": "half nine"}, "Enter the time like 09:30."),
        ({"start_time": "25:00"}, "Enter the time like 09:30."),
        ({"start_time": ""}, "Enter when the event starts, or leave the end empty too."),
        ({"last_day_0": "19"}, "The last day cannot be before the first day."),
        ({"last_day_0": "20", "end_time": "08:00"}, "On one day, the end must be later than the start."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone from the list."),
        ({"venue": "999999"}, "Choose a venue from the list."),
        ({"town": "Geleen"}, "Choose a venue or type a town, not both."),
        ({"join_url": "not an address"}, "Enter the whole address, like https://meet.example.eu/room"),
        ({"start_time": "10:00"}, "Say why the plan changes."),
        ({"start_time": "10:00", "reason": "x" * 1_001}, "1000"),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_typed_is_lost(client, bob, event, wrong, words):
    data = typed(client, event, online_platform="Kept & shown", act="change", **wrong)

    answer = client.post(address(event), data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Kept &amp; shown" in page
    assert "<title>Error:" in page
    assert not PlanChange.objects.exists()


def test_an_hour_that_the_clocks_repeat_is_named(client, bob, event):
    changes = {"first_day_0": "31", "first_day_1": "10", "last_day_0": "31", "last_day_1": "10"}

    answer = client.post(
        address(event), typed(client, event, start_time="02:30", end_time="12:00", reason="x", act="preview", **changes)
    )

    assert answer.status_code == 200
    assert "02:30 comes twice on Sunday 31 October 2027: the clocks go back." in " ".join(answer.context["warnings"])
    assert any("The clocks change during the event" in warning for warning in answer.context["warnings"])


@pytest.mark.parametrize("status", [Status.DRAFT, Status.ANNOUNCED])
@pytest.mark.parametrize("field", ["start_time", "end_time"])
def test_an_hour_that_the_clocks_skip_is_refused(client, bob, event, status, field):
    Event.objects.filter(pk=event.pk).update(status=status)
    changes = {"first_day_0": "28", "first_day_1": "3", "last_day_0": "28", "last_day_1": "3"}
    hours = {"start_time": "01:00", "end_time": "12:00", field: "02:30"}

    answer = client.post(
        address(event),
        typed(client, event, time_zone="Europe/Stockholm", reason="x", act="preview", **changes, **hours),
    )

    words = "There is no 02:30 on Sunday 28 March 2027: the clocks go forward over it. Enter 03:30 instead."
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [words]}
    event.refresh_from_db()
    assert event.starts_on == date(2027, 5, 20)


def test_a_venue_replaces_the_town_that_stood_there_before(client, bob, event):
    hall = event.venue
    move_to(client, event, venue="", town="Geleen", country="NL", reason="The venue is open.")

    move_to(client, event, venue=str(hall.pk), reason="The venue is known.")

    event.refresh_from_db()
    assert event.venue == hall


def test_all_errors_are_told_at_once_and_the_reason_says_that_it_is_needed(client, bob, event):
    answer = client.post(address(event), typed(client, event, town="Geleen", start_time="half nine"))

    form = answer.context["form"]
    assert list(form.errors) == ["start_time", "town", "reason"]
    assert form.fields["reason"].required


# --- Whose clock -------------------------------------------------------------------------------------------------


@pytest.fixture
def laboratory():
    return create_venue(name="Emajõe City Laboratory", city="Tartu", country="EE")


def test_the_clock_follows_the_place_to_another_country(client, bob, event, laboratory):
    preview = client.post(
        address(event), typed(client, event, venue=str(laboratory.pk), reason="The hall is taken.", act="preview")
    )
    move_to(client, event, venue=str(laboratory.pk), reason="The hall is taken.")

    page = preview.content.decode()
    event.refresh_from_db()
    assert "This is 09:00 on the clock of Tartu. In Amsterdam it is then 08:00." in page
    assert 'name="keeps_clock" value="Europe/Amsterdam"' in page
    assert preview.context["what_changed"] == ["The same hour on another clock", "Moved to another place"]
    assert (event.time_zone, event.venue) == ("Europe/Tallinn", laboratory)
    assert "(Tartu time, UTC+3)" in client.get(event.get_absolute_url()).content.decode()


def test_one_click_keeps_the_clock_of_before(client, bob, event, laboratory):
    data = typed(client, event, venue=str(laboratory.pk), reason="x", keeps_clock="Europe/Amsterdam")

    preview = client.post(address(event), data)
    client.post(address(event), data | {"act": "change"})

    page = preview.content.decode()
    event.refresh_from_db()
    assert "This is 09:00 on the clock of Amsterdam. In Tartu it is then 10:00." in page
    assert 'name="time_zone" value="Europe/Tallinn">Mean the clock of Tartu instead' in page
    assert event.time_zone == "Europe/Amsterdam"
    assert "(Amsterdam time, UTC+2)" in client.get(event.get_absolute_url()).content.decode()
    assert "In Tartu it is then 10:00." in client.get(address(event)).content.decode()


def test_the_clock_of_a_draft_follows_a_town_and_says_so(client, bob, event):
    Event.objects.filter(pk=event.pk).update(status=Status.DRAFT, venue=None)

    answer = client.post(address(event), typed(client, event, town="Tartu", country="EE"), follow=True)

    event.refresh_from_db()
    assert event.time_zone == "Europe/Tallinn"
    assert "the times are on that of Tartu now" in answer.content.decode()


def test_an_island_is_not_said_to_have_the_clock_of_its_mainland(client, bob, event):
    Event.objects.filter(pk=event.pk).update(status=Status.DRAFT, venue=None)

    answer = client.post(address(event), typed(client, event, town="Las Palmas", country="ES"), follow=True)

    event.refresh_from_db()
    assert event.time_zone == "Europe/Madrid"
    assert "the times are on that of Madrid now" in answer.content.decode()
    assert "(Madrid time, UTC+2)" in client.get(event.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"time_zone": "Europe/Lisbon"},
        {"time_zone": "Europe/Lisbon", "mode": "online"},
    ],
)
def test_a_clock_that_is_chosen_stays(client, bob, event, laboratory, changes):
    move_to(client, event, venue=str(laboratory.pk), reason="x", **changes)

    event.refresh_from_db()
    assert event.time_zone == "Europe/Lisbon"


def test_online_the_clock_follows_no_place(client, bob, event, laboratory):
    move_to(client, event, venue=str(laboratory.pk), mode="online", reason="x")

    event.refresh_from_db()
    assert event.time_zone == "Europe/Amsterdam"


# --- Undoing -----------------------------------------------------------------------------------------------------


def test_for_a_minute_the_page_offers_to_undo(client, bob, event, clock):
    move_to(client, event, first_day_0="19", reason="By mistake")
    assert address(event, "undo_plan_change") in client.get(address(event)).content.decode()

    answer = client.post(address(event, "undo_plan_change"), {"number": "1"}, follow=True)

    event.refresh_from_db()
    assert "Undone. Nobody is told of it," in answer.content.decode()
    assert (event.starts_on, event.sequence) == (date(2027, 5, 20), 2)


def test_after_a_minute_it_offers_nothing_and_says_that_it_is_too_late(client, bob, event, clock):
    move_to(client, event, first_day_0="19", reason="By mistake")
    clock.shift(timedelta(seconds=61))

    assert address(event, "undo_plan_change") not in client.get(address(event)).content.decode()
    answer = client.post(address(event, "undo_plan_change"), {"number": "1"}, follow=True)

    assert "It was too late to undo this" in answer.content.decode()
    event.refresh_from_db()
    assert event.starts_on == date(2027, 5, 19)


@pytest.mark.parametrize("number", ["", "7", "x", "9" * 40, "²"])
def test_undoing_what_does_not_exist_is_not_found(client, bob, event, number):
    assert client.post(address(event, "undo_plan_change"), {"number": number}).status_code == 404


# --- Verbs -------------------------------------------------------------------------------------------------------


def act(client, event: Event, name: str, **data):
    answer = client.post(address(event, "act", name), data)
    event.refresh_from_db()
    return answer


def test_a_save_the_date_is_announced_postponed_and_taken_up_again(client, bob, event):
    Event.objects.filter(pk=event.pk).update(status=Status.SAVE_THE_DATE, venue=None)
    assert act(client, event, "announce", reason="The venue is found.").status_code == 422
    Event.objects.filter(pk=event.pk).update(venue=create_venue(), host=create_partner(event.project))

    assert act(client, event, "announce", reason="The venue is found.").status_code == 302
    assert event.status == Status.ANNOUNCED
    assert act(client, event, "postpone", reason="Flood").status_code == 302
    assert (event.status, event.starts_on) == (Status.POSTPONED, None)

    data = typed(client, event, "take_up_again", act="change", reason="It is dry.", as_status="announced")
    data |= {"date_precision": "day", "first_day_0": "9", "first_day_1": "9", "first_day_2": "2027"}
    answer = client.post(address(event, "take_up_again"), data)

    event.refresh_from_db()
    assert answer.status_code == 302
    assert (event.status, event.starts_on, event.sequence) == (Status.ANNOUNCED, date(2027, 9, 9), 3)


def test_taking_up_again_needs_a_date(client, bob, event):
    event.postpone(reason="Flood")

    answer = client.post(
        address(event, "take_up_again"),
        typed(client, event, "take_up_again", act="change", reason="Dry", as_status="announced"),
    )

    assert answer.status_code == 422
    assert "Enter the new date, or at least its month." in answer.content.decode()


@pytest.mark.parametrize("name", ["postpone", "cancel"])
def test_bad_news_needs_a_reason(client, bob, event, name):
    answer = act(client, event, name, reason=" ")

    assert answer.status_code == 422
    assert "Say why the plan changes." in answer.content.decode()
    assert event.status == Status.ANNOUNCED


def test_announcing_lists_what_is_missing(client, bob):
    draft = create_event(status=Status.DRAFT, date_precision=Event.DatePrecision.UNKNOWN, mode="")
    bob.memberships.create(role="lead", project=draft.project)

    page = client.get(address(draft, "act", "announce")).content.decode()
    answer = act(client, draft, "announce")

    assert "The date, or at least its month" in page
    assert "Whether people meet on site, online or both" in page
    assert (answer.status_code, draft.status) == (422, Status.DRAFT)


def test_a_draft_is_published_without_a_reason_and_deleted_while_it_is_one(client, bob):
    project = Event.objects.get().project
    first, second = create_event(project, status=Status.DRAFT), create_event(project, status=Status.DRAFT)

    act(client, first, "save-the-date")
    assert first.status == Status.SAVE_THE_DATE
    assert client.post(address(second, "act", "delete")).url == reverse("registrations:organise")
    assert not Event.objects.filter(pk=second.pk).exists()


def test_a_verb_that_no_longer_fits_changes_nothing(client, bob, event):
    event.cancel(reason="Storm")

    answer = client.post(address(event, "act", "postpone"), {"reason": "Flood"}, follow=True)

    assert "the event stands differently now" in answer.content.decode()
    event.refresh_from_db()
    assert event.is_cancelled


def test_an_unknown_verb_is_not_found(client, bob, event):
    assert client.get(address(event, "act", "explode")).status_code == 404


def test_what_is_over_can_be_noted_as_held(client, bob, event, clock):
    assert client.get(address(event, "act", "held")).status_code == 302
    clock.move_to(datetime(2027, 6, 1, tzinfo=UTC))
    client.force_login(bob)

    act(client, event, "held")

    assert event.status == Status.HELD


def test_a_date_for_a_postponed_event_takes_it_up_again_with_what_was_typed(client, bob, event):
    event.postpone(reason="The hall is taken.")
    dated = {"date_precision": "day", "first_day_0": "3", "first_day_1": "6", "first_day_2": "2027"}

    answer = client.post(
        address(event), typed(client, event, reason="The hall is free.", act="preview", **dated), follow=True
    )

    assert answer.redirect_chain == [(address(event, "take_up_again") + "?draft=1", 302)]
    page = answer.content.decode()
    form = answer.context["form"]
    assert (form["first_day"].value(), form["reason"].value()) == (["3", "6", "2027"], "The hall is free.")
    assert form["as_status"].value() == Status.ANNOUNCED
    assert "a new date takes it up again" in page

    again = typed(client, event, "take_up_again", act="change", reason="The hall is free.", **dated)
    client.post(address(event, "take_up_again"), again)
    event.refresh_from_db()
    assert (event.status, event.starts_on) == (Status.ANNOUNCED, date(2027, 6, 3))


def test_a_date_for_a_postponed_event_is_shown_even_where_too_much_is_kept_already(client, bob, event):
    event.postpone(reason="The hall is taken.")
    dated = {"date_precision": "day", "first_day_0": "3", "first_day_1": "6", "first_day_2": "2027"}
    for number in range(drafts.MOST_OF_ONE_FORM):
        client.post(address(event), typed(client, event, reason="One more try.", window=f"window-{number}", **dated))

    answer = client.post(address(event), typed(client, event, reason="The hall is free.", window="last", **dated))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["form"]["reason"].value() == "The hall is free."
    assert "a new date takes it up again" in page
    assert f'action="{address(event, "take_up_again")}"' in page


# --- What nobody was promised ------------------------------------------------------------------------------------


def test_another_platform_alone_is_stored_and_tells_nobody(client, bob, event):
    answer = client.post(address(event), typed(client, event, online_platform="BigBlueButton"), follow=True)

    event.refresh_from_db()
    assert (event.online_platform, event.sequence, event.changes.count()) == ("BigBlueButton", 0, 0)
    assert "Saved. The plan stays as it was, so nobody is told." in answer.content.decode()


def test_a_draft_with_people_is_not_deleted(client, bob):
    event = create_event(Event.objects.get().project, status=Status.DRAFT)
    create_registration(event)

    answer = client.post(address(event, "act", "delete"), follow=True)

    assert Event.objects.filter(pk=event.pk).exists()
    assert "people were registered for it already" in answer.content.decode()


# --- Two at once -------------------------------------------------------------------------------------------------


def test_what_only_the_other_changed_is_taken_over(client, bob, event):
    opened = typed(client, event, act="change", start_time="10:00", reason="The train is late.")
    Event.objects.get(pk=event.pk).move(mode="hybrid", reason="Not all can travel.")

    answer = client.post(address(event), opened, follow=True)

    event.refresh_from_db()
    assert (event.start_time, event.mode, event.sequence) == (time(10), "hybrid", 2)
    assert "and left as it is: How people take part." in answer.content.decode()


def test_what_both_changed_is_shown_twice_and_one_is_chosen(client, bob, event):
    opened = typed(client, event, act="change", start_time="10:00", reason="The train is late.")
    Event.objects.get(pk=event.pk).move(start_time=time(11), reason="The bus is late.")

    answer = client.post(address(event), opened)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("10:00", "11:00")]
    assert 'name="keep-start_time"' in page

    event.refresh_from_db()
    assert event.start_time == time(11)
    client.post(address(event), opened | {"keep-start_time": "mine"})
    event.refresh_from_db()
    assert event.start_time == time(10)


def test_both_hours_of_a_conflict_are_told_as_they_are_typed(client, bob, event):
    opened = typed(client, event, act="change", end_time="17:30", reason="The train is late.")
    Event.objects.get(pk=event.pk).move(end_time=time(18), reason="The bus is late.")

    answer = client.post(address(event), opened)

    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("17:30", "18:00")]
    assert "18:00:00" not in answer.content.decode().replace('"18:00:00"', "").replace("&quot;18:00:00&quot;", "")


# --- Who may -----------------------------------------------------------------------------------------------------

PAGES = [("plan",), ("take_up_again",), ("act", "cancel"), ("organise_event",), ("split",), ("merge",), ("duplicate",)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[-1])
def test_only_its_organisers_find_an_event(client, event, page):
    host, co_host = create_partner(event.project), create_partner(event.project)
    Event.objects.filter(pk=event.pk).update(host=host)
    event.co_hosts.add(co_host)
    where = address(event, *page)

    assert client.get(where).status_code == 302
    for user, status in (
        (create_user("Dora"), 403),
        (create_coordinator(create_partner(event.project), "Charlie"), 404),
        (create_lead(create_project(), "Charlie"), 404),
        (create_coordinator(host), 200),
        (create_coordinator(co_host), 200),
    ):
        client.force_login(user)
        expected = 302 if status == 200 and page[0] == "take_up_again" else status
        assert client.get(where).status_code == expected
        if status != 200:
            assert client.post(where, {"reason": "x"}).status_code == status
    event.refresh_from_db()
    assert (event.status, event.sequence) == (Status.ANNOUNCED, 0)


def test_the_page_takes_as_many_queries_after_three_changes_as_after_one(client, bob, event):
    counts = []
    for number in (1, 3):
        while event.changes.count() < number:
            event.move(start_time=time(7 + event.changes.count()), reason="x", at=datetime(2027, 1, 1, tzinfo=UTC))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(event)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12
