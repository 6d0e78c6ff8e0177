"""Places for organisers: who sees and changes what, what is written down, pictures, and joining two of them."""

import threading
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from events.models import Event, PlaceMerge, Session
from projects.models import Membership
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_programme,
    create_project,
    create_session,
    create_site,
    create_user,
    create_venue,
)
from venues.models import Room, Site, Venue

pytestmark = pytest.mark.django_db

PLACES = "/en/organise/places/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def alice(client):
    """A coordinator of a partner that hosts nothing yet, signed in."""
    user = create_coordinator(create_partner(), "Alice")
    client.force_login(user)
    return user


def page_of(place, rest: str = "") -> str:
    return f"{PLACES}{place.address_word}/{place.pk}/{rest}"


def typed(place=None, **fields) -> dict:
    """What a form sends that was opened for a place and in which `fields` were changed."""
    from events.places.forms import FORMS

    place = place or Venue()
    form = FORMS[type(place)](instance=place)
    values = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None else value for name, value in values.items()}
    for name in ("is_step_free", "has_induction_loop", "has_accessible_toilet", "has_accessible_parking"):
        values[name] = {"": "unknown", True: "true", False: "false"}[values[name]]
    values = {name: value for name, value in values.items() if value is not False}
    return {**values, "country": str(values.get("country") or ""), **fields}


def jpeg(size=(60, 40)) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", size, "navy").save(file, "JPEG", comment=b"Charlie was here")
    return SimpleUploadedFile("../../map.php.jpg", file.getvalue(), "image/jpeg")


# --- Who -----------------------------------------------------------------------------------------------------------


def addresses(venue, other) -> list[str]:
    return [
        PLACES,
        f"{PLACES}duplicates/",
        f"{PLACES}venues/new/",
        f"{PLACES}sites/new/",
        page_of(venue),
        page_of(venue, "edit/"),
        page_of(venue, "rooms/"),
        page_of(venue, "merge/"),
        page_of(venue, f"merge/{other.pk}/"),
    ]


def test_whoever_has_a_role_opens_the_pages_of_a_place_that_nobody_uses(client, alice):
    for address in addresses(create_venue(), create_venue()):
        assert client.get(address).status_code == 200, address


def test_without_a_role_nobody_opens_them(client):
    venue, other = create_venue(), create_venue()

    for address in addresses(venue, other):
        assert client.get(address).status_code == 302, address
    client.force_login(create_user("Charlie"))
    for address in addresses(venue, other):
        assert client.get(address).status_code == 403, address


@pytest.mark.parametrize("rest", ["edit/", "rooms/", "merge/"])
def test_a_place_of_others_is_read_only(client, alice, rest):
    venue = create_venue()
    create_event(venue=venue)

    shown = client.get(page_of(venue)).content.decode()

    assert "Others use this place. It can be changed by whoever organises an event here, and by lead partners." in shown
    assert "Change this place" not in shown
    assert client.get(page_of(venue, rest)).status_code == 404
    assert client.post(page_of(venue, rest), typed(venue, name="Mine")).status_code in (404, 405)
    assert client.post(page_of(create_venue(), f"merge/{venue.pk}/")).status_code == 404
    assert client.post(page_of(venue, f"merge/{create_venue().pk}/")).status_code == 404
    venue.refresh_from_db()
    assert venue.name != "Mine"


def test_whoever_organises_an_event_there_changes_the_place(client):
    partner = create_partner()
    venue, site = create_venue(), create_site()
    create_event(partner.project, host=partner, venue=venue)
    create_event(venue=venue)
    create_session(create_event(partner.project, host=partner), site=site)
    client.force_login(create_coordinator(partner))

    for place in (venue, site):
        assert client.get(page_of(place, "edit/")).status_code == 200


def test_lead_partners_and_administrators_change_every_place(client):
    venue = create_venue()
    create_event(venue=venue)

    for user in (create_lead(create_project()), create_user("Root", is_superuser=True)):
        client.force_login(user)
        assert client.get(page_of(venue, "edit/")).status_code == 200


def test_an_officer_looks_and_does_not_touch(client):
    user = create_user("Officer")
    programme = create_programme()
    Membership.objects.create(user=user, role=Membership.Role.OFFICER, programme=programme)
    venue = create_venue()
    create_event(venue=venue)
    client.force_login(user)

    assert client.get(page_of(venue)).status_code == 200
    assert client.get(page_of(venue, "edit/")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["venues/999/", "sites/999/", "houses/1/", "houses/new/", "venues/999/edit/", "venues/999/merge/1/", "venues/x/"],
)
def test_what_is_not_there_is_not_found(client, alice, path):
    assert client.get(PLACES + path).status_code == 404


def test_no_event_is_called_places(client, alice):
    assert reverse("events:places") == PLACES
    assert client.get(PLACES).context["asked"].search == ""


def test_only_posts_change_anything(client, alice):
    venue, other = create_venue(name="A"), create_venue(name="B")

    client.get(page_of(venue, f"merge/{other.pk}/"))
    assert client.get(f"{PLACES}merges/1/undo/").status_code == 405
    assert client.put(page_of(venue, "edit/")).status_code == 405
    assert client.post(PLACES).status_code == 405
    assert Venue.objects.offered().count() == 2


# --- Finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["Łódź Hall", "De Overkant", "Yard"]),
        ("?q=lodz", ["Łódź Hall"]),
        ("?q=GAVLE+hall", ["Łódź Hall"]),
        ("?q=veerkade", ["De Overkant"]),
        ("?kind=sites", ["Yard"]),
        ("?kind=nonsense&q=%00", ["Łódź Hall", "De Overkant", "Yard"]),
        ("?q=nothing", []),
    ],
)
def test_places_are_found_as_people_type(client, alice, asked, names):
    create_venue(name="Łódź Hall", city="Gävle")
    create_venue(name="De Overkant", city="Maastricht", address="Veerkade 14")
    create_site(name="Yard", city="Tartu")

    assert [line.place.name for line in client.get(PLACES + asked).context["lines"]] == names


def test_the_list_counts_events_that_the_reader_sees(client, alice):
    venue = create_venue()
    event = create_event(venue=venue)
    create_session(event, venue=venue)
    create_session(create_event(), venue=venue)
    create_event(venue=venue, status=Event.Status.DRAFT)

    assert [line.events for line in client.get(PLACES).context["lines"]] == [2]


def test_the_list_asks_as_often_for_three_places_as_for_one(client, alice, django_assert_num_queries):
    def fill():
        venue, site = create_venue(), create_site()
        create_session(create_event(venue=venue), site=site)

    fill()
    with django_assert_num_queries(14):
        client.get(PLACES)
    fill()
    fill()
    with django_assert_num_queries(14):
        client.get(PLACES)


def test_the_page_of_a_place_asks_as_often_for_three_events_as_for_one(client, alice, django_assert_num_queries):
    venue = create_venue(latitude=50.85, longitude=5.69)
    Room.objects.create(venue=venue, name="Hall")
    create_event(venue=venue)
    with django_assert_num_queries(13):
        client.get(page_of(venue))
    for n in range(2):
        create_event(venue=venue)
        Room.objects.create(venue=venue, name=f"Room {n}")
    with django_assert_num_queries(13):
        client.get(page_of(venue))


def test_pages_tell_nothing_of_events_that_the_reader_does_not_see(client, alice):
    venue = create_venue()
    create_event(venue=venue, title="Seen")
    create_event(venue=venue, title="A secret draft", status=Event.Status.DRAFT)
    create_event(venue=venue, title="Among partners", visibility=Event.Visibility.PARTNERS)

    shown = client.get(page_of(venue)).content.decode()

    assert "Seen" in shown
    assert "secret" not in shown
    assert "Among partners" not in shown


def test_pages_tell_nothing_of_sessions_among_partners(client, alice):
    venue, site = create_venue(), create_site()
    event = create_event(title="Elsewhere")
    create_session(event, venue=venue, visibility=Session.Visibility.PARTNERS)
    create_session(event, site=site, visibility=Session.Visibility.PARTNERS)

    assert [line.events for line in client.get(PLACES).context["lines"]] == [0, 0]
    assert "Elsewhere" not in client.get(page_of(venue)).content.decode()
    assert "Elsewhere" not in client.get(page_of(site)).content.decode()

    client.force_login(create_lead(event.project))
    assert [line.events for line in client.get(PLACES).context["lines"]] == [1, 1]
    assert "Elsewhere" in client.get(page_of(venue)).content.decode()


# --- Writing down --------------------------------------------------------------------------------------------------


def test_a_venue_is_added(client, alice):
    answer = client.post(
        f"{PLACES}venues/new/",
        typed(
            name="De Overkant",
            city="Maastricht",
            country="NL",
            coordinates="50°51′N 5°41′E",
            is_step_free="true",
            has_induction_loop="false",
            hotels="Hotel Wyck, 300 m",
        ),
    )

    venue = Venue.objects.get()
    assert answer.url == page_of(venue)
    assert (venue.name, venue.latitude, venue.longitude, venue.hotels) == (
        "De Overkant",
        50.85,
        5.683333,
        "Hotel Wyck, 300 m",
    )
    assert [fact.is_so for fact in venue.access_facts] == [True, False, None, None]


def test_a_site_is_added_with_its_rules(client, alice):
    fields = {"name": "Yard", "needs_id": "on", "forbids_photos": "on", "instruction": "Closed shoes."}

    client.post(f"{PLACES}sites/new/", typed(Site(), **fields))

    site = Site.objects.get()
    assert (site.needs_id, site.needs_safety_shoes, site.forbids_photos, site.instruction) == (
        True,
        False,
        True,
        "Closed shoes.",
    )


@pytest.mark.parametrize(
    ("fields", "name", "message"),
    [
        ({}, "__all__", "Enter a name or a town."),
        ({"name": "A", "coordinates": "somewhere"}, "coordinates", "Enter coordinates such as 50.85, 5.69"),
        ({"name": "A", "coordinates": "95, 5"}, "coordinates", "Latitude goes from −90 to 90"),
        ({"name": "A", "country": "NL", "coordinates": "5.69, 50.85"}, "coordinates", "the wrong way round"),
        ({"name": "A", "country": "NL", "coordinates": "40.64, 22.94"}, "coordinates", "not in the country"),
        ({"name": "Hall", "city": "Maastricht", "country": "NL"}, "name", "This place is listed already."),
        ({"name": "A" * 201}, "name", "at most 200 characters"),
        ({"name": "A\0"}, "name", "Null characters are not allowed."),
        ({"name": "A", "country": "XX"}, "country", "Select a valid choice."),
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(client, alice, fields, name, message):
    create_venue(name="Hall", city="Maastricht", country="NL")

    answer = client.post(f"{PLACES}venues/new/", typed(**{"directions": "Cross the bridge.", **fields}))

    assert answer.status_code == 422
    assert message in " ".join(answer.context["form"].errors[name])
    assert "Cross the bridge." in answer.content.decode()
    assert "<title>Error:" in answer.content.decode()
    assert Venue.objects.count() == 1


@pytest.mark.parametrize(
    ("country", "coordinates"), [("FR", "-21.1, 55.5"), ("US", "40.7, -74.0"), ("NL", "51.0, 5.5"), ("", "0, 0")]
)
def test_places_far_away_and_at_the_border_are_taken(client, alice, country, coordinates):
    client.post(f"{PLACES}venues/new/", typed(name="A", country=country, coordinates=coordinates))

    assert Venue.objects.count() == 1


def test_a_change_reaches_the_page_and_the_calendars_of_events_there(client):
    project = create_project()
    client.force_login(create_lead(project))
    venue = create_venue(name="Old name")
    event = create_event(project, venue=venue)

    client.post(page_of(venue, "edit/"), typed(venue, name="New name"))

    moved = Event.objects.get(pk=event.pk)
    assert moved.changed_at > event.changed_at
    assert moved.sequence == event.sequence
    assert "new name" in moved.search_text
    assert "New name" in Client().get(event.get_absolute_url()).content.decode()


def test_two_people_in_one_form_lose_nothing(client, alice):
    venue = create_venue(name="Hall", directions="By bus.", latitude=50.85, longitude=5.69)
    opened = typed(venue, access="Lift.", coordinates="50.9, 5.7")
    Venue.objects.filter(pk=venue.pk).update(directions="By tram.", latitude=50.8, longitude=5.6, is_step_free=True)

    answer = client.post(page_of(venue, "edit/"), opened)

    assert answer.status_code == 422
    (conflict,) = answer.context["form"].conflicts
    assert (conflict.name, conflict.mine, conflict.theirs) == ("coordinates", "50.9, 5.7", "50.8, 5.6")
    page = answer.content.decode()
    assert "Lift." in page and "50.8, 5.6" in page and 'name="keep-coordinates"' in page
    venue.refresh_from_db()
    assert (venue.directions, venue.access, venue.latitude) == ("By tram.", "", 50.8)

    answer = client.post(page_of(venue, "edit/"), {**opened, "keep-coordinates": "mine"}, follow=True)
    assert "and left as it is: " in answer.content.decode()
    venue.refresh_from_db()
    assert (venue.directions, venue.access, venue.latitude, venue.is_step_free) == ("By tram.", "Lift.", 50.9, True)


# --- Rooms ---------------------------------------------------------------------------------------------------------


def room_forms(*rows: dict, initial: int = 0) -> dict:
    data = {"rooms-TOTAL_FORMS": len(rows), "rooms-INITIAL_FORMS": initial}
    return data | {f"rooms-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}


def test_rooms_are_added_changed_and_removed(client, alice):
    venue = create_venue()
    hall, cellar = (Room.objects.create(venue=venue, name=name) for name in ("Hall", "Cellar"))
    rows = [
        {"id": cellar.pk, "name": "Cellar", "DELETE": "on"},
        {"id": hall.pk, "name": "Hall", "seats": 180, "access": "Lift"},
        {"name": "Room Maas", "seats": 60},
    ]

    client.post(page_of(venue, "rooms/"), room_forms(*rows, initial=2))

    assert list(venue.rooms.values_list("name", "seats", "access")) == [("Hall", 180, "Lift"), ("Room Maas", 60, "")]


def test_two_people_in_the_rooms_of_a_venue_lose_nothing(client, alice):
    venue = create_venue()
    hall, cellar = (Room.objects.create(venue=venue, name=name) for name in ("Hall", "Cellar"))
    rooms = client.get(page_of(venue, "rooms/")).context["forms"]
    opened = {form.instance.pk: form["opened_with"].value() for form in rooms if form.instance.pk}
    rows = [
        {"id": cellar.pk, "name": "Cellar", "opened_with": opened[cellar.pk]},
        {"id": hall.pk, "name": "Great hall", "access": "Lift", "opened_with": opened[hall.pk]},
        {"name": "", "opened_with": "{}"},
    ]
    Room.objects.filter(pk=hall.pk).update(name="Old hall", seats=80)
    Room.objects.filter(pk=cellar.pk).update(seats=20)

    answer = client.post(page_of(venue, "rooms/"), room_forms(*rows, initial=2))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Great hall" in page and "Old hall" in page and 'name="keep-rooms-1-name"' in page
    assert set(venue.rooms.values_list("name", "seats")) == {("Old hall", 80), ("Cellar", 20)}

    client.post(page_of(venue, "rooms/"), room_forms(*rows, initial=2) | {"keep-rooms-1-name": "theirs"})
    assert set(venue.rooms.values_list("name", "seats", "access")) == {("Old hall", 80, "Lift"), ("Cellar", 20, "")}


def test_a_room_that_was_removed_meanwhile_is_told_and_nothing_typed_is_lost(client, alice):
    venue = create_venue()
    hall = Room.objects.create(venue=venue, name="Hall")
    sent = room_forms({"id": hall.pk, "name": "Great hall", "seats": 180, "access": "Lift"}, initial=1)
    hall.delete()

    told = client.post(page_of(venue, "rooms/"), sent)

    page = told.content.decode()
    assert told.status_code == 422
    assert "Somebody else removed this room meanwhile." in page
    assert 'value="Great hall"' in page and 'value="180"' in page and "Lift" in page
    assert not venue.rooms.exists()

    client.post(page_of(venue, "rooms/"), sent | {"rooms-0-add_again": "on"})
    assert list(venue.rooms.values_list("name", "seats", "access")) == [("Great hall", 180, "Lift")]


def test_two_people_may_remove_the_same_room(client, alice):
    venue = create_venue()
    hall = Room.objects.create(venue=venue, name="Hall")
    sent = room_forms({"id": hall.pk, "name": "Hall", "DELETE": "on"}, initial=1)

    answers = [client.post(page_of(venue, "rooms/"), sent) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert not venue.rooms.exists()


def test_a_room_that_somebody_else_added_again_is_not_made_twice(client, alice):
    venue = create_venue()
    hall = Room.objects.create(venue=venue, name="Hall")
    sent = room_forms({"id": hall.pk, "name": "Hall", "add_again": "on"}, initial=1)
    hall.delete()

    answers = [client.post(page_of(venue, "rooms/"), sent) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert list(venue.rooms.values_list("name", flat=True)) == ["Hall"]


def test_rooms_that_are_sent_twice_are_added_once(client, alice):
    venue = create_venue()
    sent = room_forms({"name": "Hall", "seats": 180, "opened_with": "{}"}, {"name": "", "opened_with": "{}"})

    answers = [client.post(page_of(venue, "rooms/"), sent) for _n in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert list(venue.rooms.values_list("name", "seats")) == [("Hall", 180)]

    other = client.post(page_of(venue, "rooms/"), sent | {"rooms-0-seats": 20})
    assert other.status_code == 422
    assert "There is a room of this name here already." in other.content.decode()
    assert list(venue.rooms.values_list("name", "seats")) == [("Hall", 180)]


def test_a_room_takes_the_name_of_another_in_words(client, alice):
    venue = create_venue()
    _hall, cellar = (Room.objects.create(venue=venue, name=name) for name in ("Hall", "Cellar"))

    answer = client.post(page_of(venue, "rooms/"), room_forms({"id": cellar.pk, "name": "Hall"}, initial=1))

    assert answer.status_code == 422
    assert "There is a room of this name here already." in answer.content.decode()


def test_bad_rooms_are_told(client, alice):
    venue = create_venue()
    hall = Room.objects.create(venue=venue, name="Hall")
    create_session(create_event(create_project(), host=None, venue=None), room=hall)
    rows = [{"id": hall.pk, "name": "Hall", "DELETE": "on"}, {"name": "Maas", "seats": -1}]

    answer = client.post(page_of(venue, "rooms/"), room_forms(*rows, initial=1))

    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "A session takes place in this room." in shown
    assert "greater than or equal to 0" in shown
    assert client.post(page_of(venue, "rooms/"), room_forms({"name": "Hall"}, {"name": "Hall"})).status_code == 422
    assert client.post(page_of(venue, "rooms/"), {}).status_code == 422
    assert client.get(page_of(create_site(), "rooms/")).status_code == 404
    assert venue.rooms.get() == hall


# --- Pictures ------------------------------------------------------------------------------------------------------


def upload(client, venue, file, **fields):
    fields = {"picture_alternative": "The bridge and the house behind it", **fields}
    return client.post(page_of(venue, "edit/"), typed(venue, picture_file=file, **fields))


def test_an_uploaded_picture_is_shown_instead_of_the_map(client, alice, tmp_path):
    venue = create_venue(latitude=50.85, longitude=5.69, address="Veerkade 14")
    create_event(venue=venue)
    client.force_login(create_user("Root", is_superuser=True))

    assert upload(client, venue, jpeg(), picture_credit="Bob").status_code == 302

    venue.refresh_from_db()
    (stored,) = (tmp_path / "places").iterdir()
    assert stored.name == f"{venue.picture_name}.jpg"
    assert len(venue.picture_name) == 32
    assert b"Charlie" not in stored.read_bytes()
    address = f"/pictures/places/{venue.picture_name}.jpg"
    answer = Client().get(address)
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert b"".join(answer.streaming_content) == stored.read_bytes()
    shown = Client().get(venue.events.get().get_absolute_url()).content.decode()
    assert f'<img src="{address}" alt="The bridge and the house behind it"' in shown
    assert "Picture: Bob" in shown
    assert "map-region" not in shown


def test_a_removed_or_replaced_picture_is_gone(client, alice, tmp_path, django_capture_on_commit_callbacks):
    venue = create_venue()
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, venue, jpeg())
    venue.refresh_from_db()
    first = venue.picture_name
    with django_capture_on_commit_callbacks(execute=True):
        upload(client, venue, jpeg((30, 30)))
    venue.refresh_from_db()
    assert [file.stem for file in (tmp_path / "places").iterdir()] == [venue.picture_name]
    assert client.get(f"/pictures/places/{first}.jpg").status_code == 404

    with django_capture_on_commit_callbacks(execute=True):
        client.post(page_of(venue, "edit/"), typed(venue, remove_picture="on"))

    venue.refresh_from_db()
    assert (venue.picture.name, venue.picture_alternative) == ("", "")
    assert list((tmp_path / "places").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"%PDF-1.7",
        b"\0" * 99,
    ],
)
def test_what_is_no_picture_is_refused_and_nothing_is_stored(client, alice, tmp_path, content):
    venue = create_venue()

    answer = upload(client, venue, SimpleUploadedFile("map.jpg", content, "image/jpeg"), directions="By bus.")

    assert answer.status_code == 422
    assert "This is no picture that we can read." in answer.context["form"].errors["picture_file"][0]
    assert "By bus." in answer.content.decode()
    assert not (tmp_path / "places").exists()


def test_a_picture_needs_words(client, alice):
    answer = upload(client, create_venue(), jpeg(), picture_alternative="")

    assert answer.context["form"].errors["picture_alternative"] == ["Say in words what the picture shows."]


@pytest.mark.parametrize("name", ["0" * 32, "../../etc/passwd", "x", "0" * 31 + "/"])
def test_no_other_file_is_handed_out(client, name):
    assert client.get(f"/pictures/places/{name}.jpg").status_code == 404


# --- Joining -------------------------------------------------------------------------------------------------------


def test_two_places_are_joined_and_taken_apart(client, alice):
    kept = create_venue(name="Overkant", city="Maastricht", directions="Cross the bridge.")
    other = create_venue(name="overkant", city="MAASTRICHT", hotels="Hotel Wyck")
    event = create_event(
        host=alice.memberships.get().partner, project=alice.memberships.get().partner.project, venue=other
    )

    listed = client.get(f"{PLACES}duplicates/").content.decode()
    assert page_of(kept, f"merge/{other.pk}/") in listed
    compared = client.get(page_of(kept, f"merge/{other.pk}/")).context["comparison"]
    assert [line.name for line in compared.lines if line.differs] == ["name", "address", "directions", "hotels"]
    assert [line.name for line in compared.lines if line.other.is_chosen] == ["hotels"]
    client.post(page_of(kept, f"merge/{other.pk}/"), {"name": "kept", "hotels": "other", "nonsense": "other"})

    kept.refresh_from_db()
    assert (kept.directions, kept.hotels) == ("Cross the bridge.", "Hotel Wyck")
    assert Event.objects.get(pk=event.pk).venue == kept
    assert "no longer offered" in client.get(page_of(other)).content.decode()
    assert client.get(page_of(other, "edit/")).status_code == 404
    assert [line.place for line in client.get(PLACES).context["lines"]] == [kept]

    client.post(f"{PLACES}merges/{PlaceMerge.objects.get().pk}/undo/")

    assert Event.objects.get(pk=event.pk).venue == other
    again = client.post(f"{PLACES}merges/{PlaceMerge.objects.get().pk}/undo/", follow=True)
    assert "This was taken back before." in again.content.decode()


def test_nobody_else_takes_a_merge_apart(client, alice):
    kept, other = create_venue(), create_venue()
    client.post(page_of(kept, f"merge/{other.pk}/"))
    create_event(venue=kept)

    assert client.post(f"{PLACES}merges/{PlaceMerge.objects.get().pk}/undo/").status_code == 404
    assert client.post(f"{PLACES}merges/999/undo/").status_code == 404
    assert PlaceMerge.objects.get().undone_at is None


def test_a_place_is_not_joined_to_itself_or_to_another_kind(client, alice):
    venue = create_venue()

    assert client.post(page_of(venue, f"merge/{venue.pk}/")).status_code == 404
    assert client.post(page_of(venue, f"merge/{create_site().pk + 1000}/")).status_code == 404


def test_the_other_place_is_found_by_searching(client, alice):
    venue, other = create_venue(name="De Overkant"), create_venue(name="Conference house Overkant")

    shown = client.get(page_of(venue, "merge/?q=overkant")).content.decode()

    assert page_of(venue, f"merge/{other.pk}/") in shown
    assert page_of(venue, f"merge/{venue.pk}/") not in shown


@pytest.mark.django_db(transaction=True)
def test_two_people_who_join_the_same_two_at_once_join_them_once():
    kept, other = create_venue(name="A"), create_venue(name="B")
    create_event(venue=other)
    lead = create_lead(create_project())
    start = threading.Barrier(2)
    answers = []

    def post() -> None:
        browser = Client()
        browser.force_login(lead)
        start.wait()
        answers.append(browser.post(page_of(kept, f"merge/{other.pk}/")).status_code)
        connection.close()

    threads = [threading.Thread(target=post) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert set(answers) <= {302, 404}
    assert PlaceMerge.objects.count() == 1
    assert Event.objects.get().venue == kept
