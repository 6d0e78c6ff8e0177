"""What an event is, as its organisers write it: new, texts, partners, series, addresses, drafts, split, merge, copy."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from events.editing.drafts import forget_old_drafts
from events.editing.splits import duplicate, links, split
from events.models import ChoiceGroup, Draft, Event, EventAddress, EventLink
from events.series import in_words, next_number
from tests.factories import (
    create_coordinator,
    create_event,
    create_kind,
    create_lead,
    create_partner,
    create_practice,
    create_project,
    create_registration,
    create_session,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Status = Event.Status


@pytest.fixture
def event():
    return create_event(slug="first-name", title="First title")


@pytest.fixture
def bob(client, event):
    user = create_lead(event.project)
    client.force_login(user)
    return user


def address(event: Event, page: str = "organise_event", *more: str) -> str:
    return reverse(f"events:{page}", args=[event.slug, *more])


def typed(client, event: Event, **changes) -> dict:
    """What the browser sends for an event that is sent as it was opened, with some fields changed."""
    data = {}
    for field in client.get(address(event)).context["form"]:
        value = field.value()
        if hasattr(field.field.widget, "decompress"):
            for number, part in enumerate(field.field.widget.decompress(value)):
                data[f"{field.name}_{number}"] = str(part)
        elif isinstance(value, list):
            data[field.name] = [str(one) for one in value]
        elif value not in (None, False):
            data[field.name] = value.strftime("%H:%M") if isinstance(value, time) else str(value)
    return data | changes


def save(client, event: Event, **changes):
    return client.post(address(event), typed(client, event, **changes))


# --- New ---------------------------------------------------------------------------------------------------------


def test_a_new_event_is_a_draft_that_only_organisers_see(client, bob, event):
    kind = create_kind("kick-off")

    answer = client.post(
        reverse("events:new_event"), {"title": "Kick-off in Łódź", "project": event.project_id, "kind": kind.pk}
    )

    made = Event.objects.get(slug="kick-off-in-lodz")
    assert answer.url == address(made, "plan")
    assert (made.status, made.project, made.kind, made.number) == (Status.DRAFT, event.project, kind, None)
    client.logout()
    assert client.get(made.get_absolute_url()).status_code == 404


def test_a_new_event_that_is_sent_twice_is_one_draft(client, bob, event):
    sent = {"title": "Kick-off", "project": event.project_id, "kind": create_kind("kick-off").pk}

    answers = [client.post(reverse("events:new_event"), sent) for _press in range(2)]

    made = Event.objects.get(title="Kick-off")
    assert [answer.url for answer in answers] == [address(made, "plan")] * 2


def test_a_coordinator_makes_events_that_their_partner_hosts(client):
    partner = create_partner()
    client.force_login(create_coordinator(partner))

    client.post(
        reverse("events:new_event"), {"title": "Site visit", "project": partner.project_id, "kind": create_kind().pk}
    )

    assert Event.objects.get().host == partner


@pytest.mark.parametrize("name", ["co_hosts", "other_projects", "practices"])
@pytest.mark.parametrize("key", ["99999999999999999999", "9" * 5_000])
def test_a_key_that_no_row_can_have_is_no_choice(client, bob, event, name, key):
    event.kind.shows_practices = True
    event.kind.save()
    create_practice(event.project)
    create_project(programme=event.project.programme)

    answer = save(client, event, **{name: [key]})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [name]


@pytest.mark.parametrize("opened", ["[" * 100_000, '{"title":' * 100_000, '{"title":' + "[" * 500 + "]" * 500 + "}"])
def test_what_a_form_was_opened_with_is_not_believed_however_deep(client, bob, event, opened):
    assert save(client, event, title="Another", opened_with=opened).status_code in (302, 422)
    sent = {"title": "Another", "opened_with": opened}
    assert client.post(address(event, "draft", "event"), sent, headers={"X-Autosave": "1"}).status_code in (200, 413)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": " "}, "Enter the title of the event."),
        ({"project": "999"}, "Choose one of these."),
        ({"kind": ""}, "Choose the kind of event."),
    ],
)
def test_what_a_new_event_lacks_is_explained(client, bob, event, wrong, words):
    data = {"title": "Kept & shown", "project": event.project_id, "kind": event.kind_id, **wrong}

    answer = client.post(reverse("events:new_event"), data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Event.objects.count() == 1


def test_nobody_makes_events_in_a_project_of_others(client, bob, event):
    other = create_project()

    answer = client.post(reverse("events:new_event"), {"title": "Mine?", "project": other.pk, "kind": event.kind_id})

    assert answer.status_code == 422
    assert not other.events.exists()


def test_the_page_of_new_events_is_no_event_and_no_slug(client, bob, event):
    assert client.get(reverse("events:new_event")).status_code == 200

    client.post(reverse("events:new_event"), {"title": "New", "project": event.project_id, "kind": event.kind_id})

    assert Event.objects.get(title="New").slug == "new-2"


# --- Texts -------------------------------------------------------------------------------------------------------


def test_texts_partners_and_registration_are_stored(client, bob, event):
    project = event.project
    host, co_host, other = create_partner(project), create_partner(project), create_project()
    day = {"opens_on_0": "1", "opens_on_1": "4", "opens_on_2": "2027", "opens_at": "9"}

    answer = save(
        client,
        event,
        title="A better title",
        summary="In short",
        host=host.pk,
        co_hosts=[co_host.pk],
        other_projects=[other.pk],
        places="60",
        visibility="partners",
        **day,
    )

    event.refresh_from_db()
    assert answer.status_code == 302
    assert (event.title, event.summary, event.host, event.places) == ("A better title", "In short", host, 60)
    assert (list(event.co_hosts.all()), list(event.other_projects.all())) == ([co_host], [other])
    assert event.visibility == "partners"
    assert event.registration_opens_at == datetime(2027, 4, 1, 7, tzinfo=UTC)
    assert (event.status, event.sequence, event.starts_on) == (Status.ANNOUNCED, 0, date(2027, 5, 20))


def test_who_may_register_until_when_and_how_many_is_stored(client, bob, event):
    Event.objects.update(mode=Event.Mode.HYBRID)

    answer = save(
        client,
        event,
        admission="invited",
        needs_approval="on",
        online_places="200",
        visibility="unlisted",
        changes_on_0="10",
        changes_on_1="5",
        changes_on_2="2027",
        offers_on_0="18",
        offers_on_1="5",
        offers_on_2="2027",
        offers_at="12:00",
    )

    event.refresh_from_db()
    assert answer.status_code == 302
    assert (event.admission, event.needs_approval, event.online_places) == ("invited", True, 200)
    assert event.visibility == Event.Visibility.UNLISTED
    # The day ends where the event is.
    assert event.changes_until == datetime(2027, 5, 10, 21, 59, tzinfo=UTC)
    assert event.offers_until == datetime(2027, 5, 18, 10, tzinfo=UTC)
    # Sent as it is opened, nothing changes.
    before = Event.objects.filter(pk=event.pk).values().get()
    save(client, event)
    assert Event.objects.filter(pk=event.pk).values().get() == before


def test_a_limit_below_what_is_taken_is_stored_and_the_page_says_what_it_does(client, bob, event):
    for name in ("Alice", "Bo", "Cy"):
        create_registration(event, name)

    save(client, event, places="1")

    page = client.get(address(event)).content.decode()
    assert (Event.objects.get().places, event.registrations.confirmed().count()) == (1, 3)
    said = "3 people have a place now. That is 2 more than there are places: nobody loses theirs"
    # At the top, after saving, and at the field.
    assert f'<div class="banner banner-warn"><p>{said}' in page
    assert page.count(said) == 2


def test_registration_is_opened_and_closed_by_hand_and_given_back_to_the_dates(client, bob, event, clock):
    found = []
    for by_hand in ("closed", "open", "", "nonsense"):
        answer = client.post(address(event, "registration_by_hand"), {"by_hand": by_hand})
        event.refresh_from_db()
        found.append((answer.status_code, event.registration_by_hand, event.takes_registrations()))

    assert found == [(302, "closed", False), (302, "open", True), (302, "", True), (302, "", True)]
    client.force_login(create_coordinator(create_partner(event.project)))
    assert client.post(address(event, "registration_by_hand"), {"by_hand": "open"}).status_code == 404
    assert client.get(address(event, "registration_by_hand")).status_code == 405


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"admission": "nobody"}, "Choose one of these."),
        ({"admission": ""}, "Choose who may register."),
        ({"changes_at": "12:00"}, "Enter the day too."),
        ({"title": ""}, "Enter the title of the event."),
        ({"title": "x" * 301}, "at most 300 characters"),
        ({"slug": "Größe!"}, "Use small letters without accents, digits and hyphens"),
        ({"slug": "new"}, "Another event has this short name"),
        ({"slug": "taken"}, "Another event has this short name"),
        ({"slug": "was-taken"}, "Another event has this short name"),
        ({"places": "many"}, "Enter a whole number, like 80."),
        ({"places": "-3"}, "Enter a number of at least 1, or leave it empty."),
        ({"contact_email": "nobody"}, "Enter an email address like name@example.eu"),
        ({"host": "999"}, "Choose a partner of this project."),
        ({"other_projects": ["999"]}, "Choose a project from the list."),
        ({"opens_at": "09:00", "opens_on_0": "", "opens_on_1": "", "opens_on_2": ""}, "Enter the day too."),
        (
            {"closes_on_0": "31", "closes_on_1": "12", "closes_on_2": "2026"},
            "Registration must close later than it opens.",
        ),
    ],
)
def test_what_cannot_be_is_explained_and_nothing_typed_is_lost(client, bob, event, wrong, words):
    other = create_event(slug="taken")
    EventAddress.objects.create(slug="was-taken", event=other)

    answer = save(client, event, summary="Kept & shown", **wrong)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Kept &amp; shown" in page
    event.refresh_from_db()
    assert (event.title, event.slug, event.summary) == ("First title", "first-name", "")


def test_a_practice_is_not_imported_by_its_owner(client, bob, event):
    event.kind.has_importing_partner = True
    event.kind.save()
    owner = create_partner(event.project)
    practice = create_practice(event.project, owner=owner, name="One form")

    answer = save(client, event, importing_partner=str(owner.pk), practices=[str(practice.pk)])

    assert answer.status_code == 422
    assert f"{owner} owns One form and cannot import it." in answer.content.decode()
    event.refresh_from_db()
    assert event.importing_partner is None


def test_control_characters_of_pasted_text_are_left_out(client, bob, event):
    save(client, event, title="One\u2028two\x07", summary="a\r\nb\x0bc\0")

    event.refresh_from_db()
    assert (event.title, event.summary) == ("One two", "a\nb\nc")


# --- Two at once -------------------------------------------------------------------------------------------------


def test_two_organisers_lose_nothing(client, bob, event):
    opened = typed(client, event, title="My title", summary="My summary")
    Event.objects.filter(pk=event.pk).update(title="Their title", description="Their description")

    answer = client.post(address(event), opened)
    assert answer.status_code == 422
    assert [(c.mine, c.theirs) for c in answer.context["form"].conflicts] == [("My title", "Their title")]
    page = answer.content.decode()
    assert "My title" in page and "Their title" in page and "My summary" in page
    # Nobody knows whose other window it was.
    assert "by somebody else, or by you in another window" in page
    assert "Somebody else changed" not in page
    event.refresh_from_db()
    assert (event.title, event.summary) == ("Their title", "")

    answer = client.post(address(event), opened | {"keep-title": "mine"}, follow=True)
    event.refresh_from_db()
    assert (event.title, event.summary, event.description) == ("My title", "My summary", "Their description")
    assert (
        "Changed meanwhile, by somebody else or in another window, and left as it is: Description."
        in answer.content.decode()
    )


def test_theirs_can_be_chosen(client, bob, event):
    opened = typed(client, event, title="My title")
    Event.objects.filter(pk=event.pk).update(title="Their title")

    client.post(address(event), opened | {"keep-title": "theirs"})

    event.refresh_from_db()
    assert event.title == "Their title"


def test_partners_that_both_changed_are_shown_by_name(client, bob, event):
    ours, theirs = create_partner(event.project), create_partner(event.project)
    opened = typed(client, event, co_hosts=[ours.pk])
    event.co_hosts.add(theirs)

    answer = client.post(address(event), opened)

    (conflict,) = answer.context["form"].conflicts
    assert (ours.organisation.name in conflict.mine, theirs.organisation.name in conflict.theirs) == (True, True)


@pytest.mark.parametrize("opened_with", ["", "x", "[]", '{"title": 5}', "null"])
def test_a_form_without_what_it_was_opened_with_is_saved_as_typed(client, bob, event, opened_with):
    answer = save(client, event, summary="Mine", opened_with=opened_with)

    event.refresh_from_db()
    assert (answer.status_code, event.summary) == (302, "Mine")


# --- Drafts ------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_offered_and_used(client, bob, event):
    data = typed(client, event, title="Half a ti", opens_on_0="31", opens_on_1="", opens_on_2="")

    answer = client.post(address(event, "draft", "event"), data, headers={"X-Autosave": "1"})

    assert answer.content.decode() == "Kept as a draft at 10:00 (CET)"
    event.refresh_from_db()
    assert event.title == "First title"
    assert "?draft=1" in client.get(address(event)).content.decode()
    page = client.get(address(event) + "?draft=1").content.decode()
    assert 'value="Half a ti"' in page and 'value="31"' in page


def test_a_draft_used_after_somebody_else_saved_still_compares(client, bob, event):
    client.post(address(event, "draft", "event"), typed(client, event, title="Mine"))
    Event.objects.filter(pk=event.pk).update(title="Theirs")

    opened = client.get(address(event) + "?draft=1").context["form"]["opened_with"].value()

    assert json.loads(opened)["title"] == "First title"


def test_saving_or_discarding_forgets_the_draft(client, bob, event):
    for forget in (
        lambda: save(client, event, title="Saved"),
        lambda: client.post(address(event, "draft", "event"), {"discard": "1"}),
    ):
        client.post(address(event, "draft", "event"), {"title": "Half"})
        assert Draft.objects.get().typed == {"title": ["Half"]}
        forget()
        assert not Draft.objects.exists()


def test_without_javascript_a_button_keeps_the_draft(client, bob, event):
    answer = client.post(address(event, "draft", "event"), {"title": "Half", "keep": "1"}, follow=True)

    assert "Kept as a draft:" in answer.content.decode()


def test_a_draft_is_seen_by_whoever_typed_it_alone(client, bob, event):
    client.post(address(event, "draft", "event"), {"title": "Half"})
    client.force_login(create_lead(event.project, "Alice"))

    assert "?draft=1" not in client.get(address(event)).content.decode()


def test_too_much_is_refused_in_words(client, bob, event):
    answer = client.post(address(event, "draft", "event"), {"description": "x" * 200_001}, headers={"X-Autosave": "1"})

    assert answer.status_code == 413
    assert answer.content.decode() == "This is too much to be kept as a draft. Save it."


def test_others_keep_no_drafts_here(client, event):
    client.force_login(create_lead(create_project(), "Charlie"))

    assert client.post(address(event, "draft", "event"), {"title": "x"}).status_code == 404
    assert not Draft.objects.exists()


def test_a_new_event_is_kept_as_a_draft_too(client, bob):
    client.post(reverse("events:new_draft"), {"title": "Ha\0lf"})

    assert 'value="Half"' in client.get(reverse("events:new_event") + "?draft=1").content.decode()


def test_what_nobody_comes_back_to_is_forgotten(client, bob, event, clock):
    client.post(address(event, "draft", "event"), {"title": "Half"})
    forget_old_drafts()
    assert Draft.objects.exists()

    clock.shift(timedelta(days=61))
    forget_old_drafts()

    assert not Draft.objects.exists()


def test_the_editor_takes_as_many_queries_for_three_partners_as_for_one(client, bob, event):
    counts = []
    for number in (1, 3):
        while event.co_hosts.count() < number:
            event.co_hosts.add(create_partner(event.project))
            event.practices.add(create_practice(event.project))
            event.other_projects.add(create_project())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(event)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 30


# --- Series ------------------------------------------------------------------------------------------------------


def test_the_next_number_of_a_kind_in_a_project_is_proposed(client, bob, event):
    kind = create_kind("interregional-working-group-meeting", is_numbered=True)
    create_event(event.project, kind=kind, number=12)
    create_event(kind=kind, number=40)
    assert next_number(event.project, kind) == 13

    client.post(reverse("events:new_event"), {"title": "Delft", "project": event.project_id, "kind": kind.pk})

    assert Event.objects.get(title="Delft").number == 13


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        (1, "en", "1st working group"),
        (2, "en", "2nd working group"),
        (3, "en", "3rd working group"),
        (11, "en", "11th working group"),
        (13, "en", "13th working group"),
        (21, "en", "21st working group"),
        (112, "en", "112th working group"),
        (13, "de", "13. Arbeitsgruppe"),
        (None, "en", ""),
    ],
)
def test_a_number_reads_as_an_ordinal(number, language, words):
    kind = create_kind("g", name="Working group", names={"de": "Arbeitsgruppe"})

    with translation.override(language):
        assert in_words(Event(kind=kind, number=number)) == words


# --- Addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/en/events/{}/",
        "/en/events/{}/?a=1&b=2",
        "/en/events/{}/register/",
        "/en/organise/{}/",
        "/en/organise/{}/plan/",
        "/events/{}.ics",
        "/events/{}.ics?lang=en&sessions=1",
    ],
)
def test_an_old_address_leads_to_the_event_for_ever(client, bob, event, path):
    save(client, event, slug="second-name")
    event.refresh_from_db()
    save(client, event, slug="third-name")

    for old in ("first-name", "second-name"):
        answer = client.get(path.format(old))
        assert (answer.status_code, answer.headers["Location"]) == (301, path.format("third-name"))
    assert client.get(path.format("third-name")).status_code == 200


def test_what_is_sent_to_an_old_address_is_sent_on(client, bob, event):
    save(client, event, slug="second-name")

    answer = client.post("/en/organise/first-name/plan/", {"act": "preview"})

    assert (answer.status_code, answer.headers["Location"]) == (308, "/en/organise/second-name/plan/")


def test_an_old_address_tells_nobody_the_name_of_what_they_may_not_see(client, bob, event):
    save(client, event, slug="secret-name", visibility="partners")
    client.logout()

    assert client.get("/en/events/first-name/").status_code == 404
    assert client.get("/events/first-name.ics").status_code == 404


def test_an_event_may_have_its_old_address_again(client, bob, event):
    save(client, event, slug="second-name")
    event.refresh_from_db()
    save(client, event, slug="first-name")

    event.refresh_from_db()
    assert event.slug == "first-name"
    assert [old.slug for old in event.old_addresses.all()] == ["second-name"]


def test_a_page_that_is_there_asks_for_no_old_address(client, event, django_assert_num_queries):
    client.get("/en/privacy/")
    with django_assert_num_queries(0):
        client.get("/en/privacy/")


# --- Split, merge, copy ------------------------------------------------------------------------------------------


def test_an_event_is_split_and_both_pages_say_so(client, bob, event):
    create_registration(event)

    answer = client.post(
        address(event, "split"), {"what": "keeps", "parts": "Day in Geleen\n\n  Day online ", "reason": ""}
    )

    geleen, online = Event.objects.exclude(pk=event.pk).order_by("pk")
    assert answer.url == address(geleen, "plan")
    assert (geleen.title, online.title, geleen.status) == ("Day in Geleen", "Day online", Status.DRAFT)
    event.refresh_from_db()
    assert (event.status, event.registrations.count()) == (Status.ANNOUNCED, 1)
    assert "Day in Geleen" in client.get(address(event)).content.decode()
    # Nobody else sees a draft, on whichever page.
    client.logout()
    assert "Day in Geleen" not in client.get(event.get_absolute_url()).content.decode()
    geleen.announce(starts_on=date(2027, 5, 22), ends_on=date(2027, 5, 22), date_precision="day", time_zone="UTC")
    assert geleen.get_absolute_url() in client.get(event.get_absolute_url()).content.decode()
    assert event.get_absolute_url() in client.get(geleen.get_absolute_url()).content.decode()


def test_the_parts_of_an_event_take_over_what_is_said_of_all_and_lead_to_each_other(client, bob, event):
    event.summary, event.themes, event.contact_email = "Two days of farming.", "Soil", "bob@example.org"
    event.translations = {"nl": {"title": "Landbouw", "summary": "Twee dagen landbouw."}}
    event.save()

    client.post(address(event, "split"), {"what": "keeps", "parts": "Geleen\nOnline", "reason": ""})

    geleen, online = Event.objects.exclude(pk=event.pk).order_by("pk")
    assert (geleen.summary, geleen.themes, geleen.contact_email) == ("Two days of farming.", "Soil", "bob@example.org")
    assert geleen.registration_opens_at == event.registration_opens_at
    assert geleen.translations == {"nl": {"summary": "Twee dagen landbouw."}}
    page = client.get(address(geleen, "plan"))
    assert page.context["other_parts"] == [event, online]
    assert address(event, "plan") in page.content.decode()


def test_the_story_of_a_shared_event_names_what_each_reader_sees(client, event):
    event.visibility = Event.Visibility.PARTNERS
    event.save()
    other = create_project()
    event.other_projects.add(other)
    hidden = create_event(event.project, title="Among ourselves", visibility=Event.Visibility.PARTNERS)
    EventLink.objects.create(kind=EventLink.Kind.SPLIT, origin=event, outcome=hidden, made_at=datetime.now(UTC))
    EventLink.objects.create(kind=EventLink.Kind.SPLIT, origin=hidden, outcome=event, made_at=datetime.now(UTC))

    def page(user) -> str:
        client.force_login(user)
        answer = client.get(event.get_absolute_url())
        assert answer.status_code == 200
        return answer.content.decode()

    assert "Among ourselves" not in page(create_lead(other))
    assert page(create_lead(event.project)).count("Among ourselves") == 2


def test_a_split_event_can_be_cancelled(client, bob, event):
    client.post(address(event, "split"), {"what": "cancels", "parts": "One\nTwo", "reason": "Two towns"})

    event.refresh_from_db()
    assert event.is_cancelled
    assert event.changes.get().reason == "Two towns"
    assert [link.kind for link in event.links_onward.all()] == ["split", "split"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"parts": " "}, "Enter at least one title."),
        ({"parts": "\n".join("1234567")}, "Enter at most six titles."),
        ({"parts": "x" * 301}, "Enter titles of at most 300 characters."),
        ({"what": "cancels", "reason": "x"}, "Enter at least two titles"),
        ({"what": "cancels", "parts": "1\n2"}, "Say why the plan changes."),
        ({"what": "explodes"}, "Choose one of these."),
    ],
)
def test_a_split_that_cannot_be_is_explained(client, bob, event, wrong, words):
    answer = client.post(address(event, "split"), {"what": "keeps", "parts": "One", "reason": "", **wrong})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Event.objects.count() == 1


def test_a_merged_event_is_cancelled_and_leads_to_the_other(client, bob, event):
    other = create_event(event.project, title="The one that goes on")

    client.post(address(event, "merge"), {"into": other.pk, "reason": "Too few people"})

    event.refresh_from_db()
    assert event.is_cancelled
    assert (links(event, None).became, links(other, None).came_from) == ([other], [event])
    assert links(event, None).was_merged
    page = client.get(event.get_absolute_url()).content.decode()
    assert "The one that goes on" in page


def test_nobody_merges_into_an_event_of_others_or_into_itself(client, bob, event):
    for into in (create_event().pk, event.pk, create_event(event.project, status=Status.DRAFT).pk, "x", ""):
        answer = client.post(address(event, "merge"), {"into": into, "reason": "x"})
        assert answer.status_code == 422
    assert not EventLink.objects.exists()


def test_a_form_that_is_sent_twice_splits_once(client, bob, event, clock):
    sent = {"what": "keeps", "parts": "Day in Geleen\nDay online", "reason": ""}

    answers = [client.post(address(event, "split"), sent) for _n in range(2)]

    assert answers[0].url == answers[1].url
    assert event.links_onward.count() == 2
    clock.shift(timedelta(minutes=2))
    client.post(address(event, "split"), sent)
    assert event.links_onward.count() == 4


def test_a_form_that_is_sent_twice_copies_once(client, bob, event, clock):
    answers = [client.post(address(event, "duplicate"), {"title": "The next one"}) for _n in range(2)]

    assert answers[0].url == answers[1].url
    assert Event.objects.filter(title="The next one").count() == 1
    client.post(address(event, "duplicate"), {"title": "The one after"})
    clock.shift(timedelta(minutes=2))
    client.post(address(event, "duplicate"), {"title": "The next one"})
    assert Event.objects.filter(title="The next one").count() == 2


def test_a_draft_is_not_split(client, bob, event):
    Event.objects.filter(pk=event.pk).update(status=Status.DRAFT)

    answer = client.post(address(event, "split"), {"what": "keeps", "parts": "One", "reason": ""}, follow=True)

    assert "A draft is changed or deleted" in answer.content.decode()
    assert Event.objects.count() == 1


def test_a_copy_has_the_programme_and_neither_dates_nor_people(client, bob, event):
    event.practices.add(create_practice(event.project))
    event.co_hosts.add(create_partner(event.project))
    group = ChoiceGroup.objects.create(event=event, name="Visits", pick=2)
    talk = create_session(event, title="Talk", choice_group=group)
    speaker = event.speakers.create(name="Alice")
    speaker.contributions.create(session=talk)
    create_registration(event)
    event.move(start_time=time(10), reason="x")
    event.refresh_from_db()

    client.post(address(event, "duplicate"), {"title": "The next one"})

    copied = Event.objects.get(title="The next one")
    assert (copied.status, copied.starts_on, copied.sequence, copied.slug) == (Status.DRAFT, None, 0, "the-next-one")
    assert copied.uid != event.uid
    assert (copied.practices.count(), copied.co_hosts.count(), copied.registrations.count()) == (1, 1, 0)
    assert copied.changes.count() == 0
    (session,) = copied.sessions.all()
    assert (session.title, session.choice_group.event, session.choice_group.pick) == ("Talk", copied, 2)
    assert session.contributions.get().speaker.event == copied
    assert (event.sessions.count(), event.choice_groups.count(), talk.contributions.count()) == (1, 1, 1)


def test_a_copy_of_a_copy_gets_an_address_of_its_own():
    event = create_event(title="Again")
    later = timezone.now() + timedelta(minutes=2)

    assert [duplicate(event).slug, duplicate(event, at=later).slug] == ["again", "again-2"]


def test_links_show_only_what_the_reader_may_see():
    event = create_event()
    (part,) = split(event, ["Part"], reason="")

    assert links(event, None).became == []
    assert links(event, create_user("Charlie")).became == []
    assert links(event, create_lead(event.project)).became == [part]


def test_the_administration_gives_no_address_that_another_event_had(client, event):
    EventAddress.objects.create(slug="was-taken", event=event)
    client.force_login(create_user("Root", is_staff=True, is_superuser=True))

    for slug in ("was-taken", "new"):
        answer = client.post("/admin/events/event/add/", {"slug": slug, "title": "x"})
        assert "Another event has this short name, or had it once." in answer.content.decode()
