"""Kinds as data: who changes which, what a form refuses, and that nothing typed is lost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.exceptions import KindInUse
from events.models import CalendarState, EventKind
from projects.models import Membership
from tests.factories import (
    create_coordinator,
    create_event,
    create_kind,
    create_lead,
    create_partner,
    create_programme,
    create_project,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

KINDS = "/en/organise/kinds/"
NEW = "/en/organise/kinds/new/"
TYPED = {
    "name": "Policy breakfast",
    "plural": "Policy breakfasts",
    "position": "35",
    "counts_as": "targeted",
    "is_offered": "on",
    "language_0": "it",
    "name_0": "Colazione politica",
    "plural_0": "Colazioni politiche",
}


def officer_of(programme, name="Odile") -> Client:
    user = create_user(name)
    Membership.objects.create(user=user, role=Membership.Role.OFFICER, programme=programme)
    return signed_in(user)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def programme():
    return create_programme(name="Interreg Meuse")


def test_officer_adds_a_kind_with_all_that_it_asks_for(programme):
    bob = officer_of(programme)

    response = bob.post(
        NEW,
        {
            **TYPED,
            "programme": programme.pk,
            "has_speakers": "on",
            "shows_practices": "on",
            "evidence": ["minutes", "agenda"],
            "own_evidence": "Seating plan\nMINUTES\n\n Seating  plan ",
            "language_1": "",
            "name_1": "",
            "plural_1": "",
        },
    )

    kind = EventKind.objects.get()
    assert (response.status_code, response["Location"]) == (302, KINDS)
    assert (kind.slug, kind.programme, kind.position) == ("policy-breakfast", programme, 35)
    assert (kind.names, kind.plurals) == ({"it": "Colazione politica"}, {"it": "Colazioni politiche"})
    assert (kind.has_speakers, kind.shows_practices, kind.visits_sites) == (True, True, False)
    # In the order of the catalogue, with what was typed in own words; what the catalogue has is its own.
    assert kind.evidence_due == ["agenda", "minutes", "Seating plan"]
    assert [str(due.name) for due in kind.evidence] == ["Agenda", "Minutes", "Seating plan"]


def test_kind_of_a_programme_is_offered_to_its_projects_only(programme):
    create_kind("workshop")
    create_kind("breakfast", programme=programme)
    create_kind("dinner", programme=programme, is_offered=False)
    ours, theirs = create_project(programme=programme), create_project(programme=create_programme())

    offered = [{kind.slug for kind in EventKind.objects.offered_to(project)} for project in (ours, theirs)]

    assert offered == [{"workshop", "breakfast"}, {"workshop"}]


def test_a_kind_of_a_programme_is_told_with_its_public_events_only(programme, client):
    create_kind("workshop")
    kind = create_kind("breakfast", programme=programme)
    event = create_event(kind=kind, project=create_project(programme=programme), visibility="partners")

    page = client.get("/en/calendars/").content.decode()
    assert "Workshops" in page
    assert "Breakfasts" not in page
    assert "Breakfasts" not in client.get("/calendars/all.ics?kind=breakfast").content.decode()

    event.visibility = "public"
    event.save()
    assert "Breakfasts" in client.get("/en/calendars/").content.decode()
    assert "Breakfasts" in client.get("/calendars/all.ics?kind=breakfast").content.decode()


def test_a_new_event_is_of_a_kind_of_the_programmes_in_which_one_organises(programme, client):
    create_kind("workshop")
    create_kind("breakfast", programme=programme)
    for of_programme, offered in ((programme, {"workshop", "breakfast"}), (create_programme(), {"workshop"})):
        client.force_login(create_lead(create_project(programme=of_programme)))
        form = client.get(reverse("events:new_event")).context["form"]
        assert set(form.fields["kind"].queryset.values_list("slug", flat=True)) == offered


def test_change_of_a_kind_is_on_pages_and_in_calendars_at_once(programme, client):
    kind = create_kind("breakfast", programme=programme, counts_as="targeted")
    event = create_event(kind=kind, project=create_project(programme=programme))
    assert "Breakfast" in client.get(event.get_absolute_url()).content.decode()
    before = CalendarState.current()

    officer_of(programme).post(f"{KINDS}breakfast/", TYPED)

    kind.refresh_from_db()
    # Its address stays: lists and calendars are filtered by it.
    assert (kind.name, kind.slug) == ("Policy breakfast", "breakfast")
    assert CalendarState.current() > before
    assert "Policy breakfast" in client.get(event.get_absolute_url()).content.decode()


# --- Who may -----------------------------------------------------------------------------------------------------


def test_each_role_finds_its_kinds_and_no_others(programme):
    create_kind("workshop")
    create_kind("breakfast", programme=programme)
    project = create_project(programme=programme)
    readers = {
        "administrator": signed_in(create_user("Ada", is_superuser=True)),
        "officer": officer_of(programme),
        "officer of another programme": officer_of(create_programme(), "Charlie"),
        "lead": signed_in(create_lead(project)),
        "coordinator": signed_in(create_coordinator(create_partner(project))),
        "visitor": Client(),
    }
    pages = [KINDS, NEW, f"{KINDS}breakfast/", f"{KINDS}workshop/"]

    found = {name: [reader.get(page).status_code for page in pages] for name, reader in readers.items()}

    assert found == {
        "administrator": [200, 200, 200, 200],
        # What is shared by all programmes only administrators change.
        "officer": [200, 200, 200, 404],
        "officer of another programme": [200, 200, 404, 404],
        "lead": [403, 403, 403, 403],
        "coordinator": [403, 403, 403, 403],
        "visitor": [302, 302, 302, 302],
    }


def test_officer_sees_shared_kinds_and_their_own_never_those_of_another_programme(programme):
    for slug, of in (("workshop", None), ("breakfast", programme), ("banquet", create_programme())):
        create_kind(slug, programme=of)

    groups = officer_of(programme).get(KINDS).context["groups"]

    assert [(group.title, group.can_be_changed, [row.kind.slug for row in group.rows]) for group in groups] == [
        ("Interreg Meuse", True, ["breakfast"]),
        ("For all programmes", False, ["workshop"]),
    ]


def test_officer_cannot_give_a_kind_to_another_programme_or_to_all(programme):
    theirs = create_programme()
    bob = officer_of(programme)

    answers = [bob.post(NEW, {**TYPED, "programme": value}).status_code for value in (theirs.pk, "", "x")]
    bob.post(NEW, {**TYPED, "programme": programme.pk})
    bob.post(f"{KINDS}policy-breakfast/", {**TYPED, "programme": theirs.pk})

    assert answers == [422, 422, 422]
    assert EventKind.objects.get().programme == programme


def test_role_that_is_over_opens_nothing(programme):
    user = create_user()
    Membership.objects.create(user=user, role="officer", programme=programme, ends_on="2027-02-28")

    assert signed_in(user).get(KINDS).status_code == 403


# --- Switching off and deleting ----------------------------------------------------------------------------------


def test_kind_in_use_is_switched_off_and_its_events_keep_it(programme):
    kind = create_kind("breakfast", programme=programme)
    event = create_event(kind=kind)
    bob = officer_of(programme)

    refused = bob.post(f"{KINDS}breakfast/delete/", follow=True)
    bob.post(f"{KINDS}breakfast/", {name: value for name, value in TYPED.items() if name != "is_offered"})

    event.refresh_from_db()
    assert "“Breakfast” has events." in refused.content.decode()
    assert (event.kind, event.kind.is_offered) == (kind, False)
    with pytest.raises(KindInUse):
        kind.delete_unused()


def test_kind_that_was_made_by_mistake_is_deleted(programme):
    create_kind("breakfast", programme=programme)
    create_kind("workshop")
    bob = officer_of(programme)

    answers = [bob.post(f"{KINDS}{slug}/delete/").status_code for slug in ("breakfast", "workshop")]

    assert answers == [302, 404]
    assert [kind.slug for kind in EventKind.objects.all()] == ["workshop"]
    assert bob.get(f"{KINDS}workshop/delete/").status_code == 405


# --- What is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "wrong", "words"),
    [
        ({"name": ""}, "name", "Enter the name of the kind."),
        ({"name": "WORKSHOP"}, "name", "There is a kind of this name already."),
        ({"plural": " "}, "plural", "Enter what several of them are called."),
        ({"position": "-1"}, "position", "Enter a number, such as 100."),
        ({"position": "many"}, "position", "Enter a number, such as 100."),
        ({"position": "99999"}, "position", "Enter a smaller number, such as 100."),
        ({"counts_as": ""}, "counts_as", "Choose how its events count."),
        ({"counts_as": "double"}, "counts_as", "Choose how its events count."),
        ({"own_evidence": "x" * 101}, "own_evidence", "Say each document in at most 100 letters."),
        ({"own_evidence": "\n".join(str(n) for n in range(31))}, "own_evidence", "Name at most 30 documents."),
        ({"language_0": ""}, "language_0", "Choose the language of these names."),
        ({"language_0": "tlh"}, "language_0", "Choose a language of the list."),
        ({"plural_0": ""}, "plural_0", "Enter both names in this language, or choose “No language”."),
        ({"language_1": "it", "name_1": "x", "plural_1": "y"}, "language_1", "This language is there twice."),
        ({"name": "A\0B"}, "name", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(programme, typed, wrong, words):
    create_kind("workshop")
    sent = {**TYPED, "programme": programme.pk, **typed}

    response = officer_of(programme).post(NEW, sent)

    form = response.context["form"]
    assert response.status_code == 422
    assert list(form.errors) == [wrong]
    assert form.errors[wrong][0].startswith(words)
    assert {name: form[name].value() for name in sent} == {**sent, "programme": str(programme.pk), "is_offered": True}
    assert EventKind.objects.count() == 1


def test_two_programmes_may_have_kinds_of_one_name(programme):
    create_kind("breakfast", programme=create_programme(), name="Policy breakfast")

    officer_of(programme).post(NEW, {**TYPED, "programme": programme.pk})

    assert sorted(EventKind.objects.values_list("slug", flat=True)) == ["breakfast", "policy-breakfast"]


def test_address_of_a_kind_is_free_and_fits_its_column(programme):
    slugs = [EventKind.objects.create(name=name, plural="x").slug for name in ("New", "New", "Ő" * 90, "Кава", "Кава")]

    assert slugs == ["new-2", "new-3", "o" * 50, "kind", "kind-2"]


def test_new_kind_begins_with_the_switches_of_another(programme):
    create_kind("visit", visits_sites=True, counts_as="public", evidence_due=["photos", "Risk sheet"])

    form = officer_of(programme).get(NEW + "?like=visit").context["form"]

    assert form["visits_sites"].value() is True
    assert (form["counts_as"].value(), form["name"].value()) == ("public", None)
    assert (form["evidence"].value(), form["own_evidence"].value()) == (["photos"], "Risk sheet")
    assert officer_of(programme, "Eve").get(NEW + "?like=%00").status_code == 200


# --- Queries -----------------------------------------------------------------------------------------------------


def test_pages_take_the_same_queries_for_one_and_three_kinds(programme):
    bob = officer_of(programme)

    def queries() -> list[int]:
        counts = []
        for page in (KINDS, NEW, f"{KINDS}breakfast/"):
            with CaptureQueriesContext(connection) as captured:
                assert bob.get(page).status_code == 200
            counts.append(len(captured))
        return counts

    create_event(kind=create_kind("breakfast", programme=programme))
    one = queries()
    for slug in ("lunch", "dinner"):
        create_event(kind=create_kind(slug, programme=programme))
        create_event(kind=create_kind(f"shared-{slug}"))

    assert queries() == one


def test_my_events_lead_an_officer_to_the_kinds(programme):
    address = f'href="{reverse("events:kinds")}"'
    lead = signed_in(create_lead(create_project(programme=programme)))

    assert address in officer_of(programme).get("/en/organise/").content.decode()
    assert address not in lead.get("/en/organise/").content.decode()


def test_two_people_in_one_kind_lose_nothing(programme):
    kind = create_kind("hackathon", programme=programme, names={"it": "Maratona"}, plurals={"it": "Maratone"})
    page, client = f"/en/organise/kinds/{kind.slug}/", officer_of(programme)
    form = client.get(page).context["form"]
    opened = {name: form[name].value() for name in form.fields}
    opened = {name: value for name, value in opened.items() if value not in (None, False)}
    EventKind.objects.filter(pk=kind.pk).update(plural="Races", names={}, plurals={}, evidence_due=["minutes"])

    typed = {**opened, "plural": "Marathons", "name": "Marathon", "own_evidence": "A film"}
    answer = client.post(page, typed)

    conflicts = {conflict.name: (conflict.mine, conflict.theirs) for conflict in answer.context["form"].conflicts}
    assert conflicts == {"plural": ("Marathons", "Races")}
    assert 'value="Marathons"' in answer.content.decode() and "A film" in answer.content.decode()
    kind.refresh_from_db()
    assert kind.plural == "Races"

    client.post(page, {**typed, "keep-plural": "mine"})
    kind.refresh_from_db()
    assert (kind.name, kind.plural, kind.names) == ("Marathon", "Marathons", {})
    assert kind.evidence_due == ["minutes", "A film"]
