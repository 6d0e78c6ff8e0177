"""Stakeholder groups: kept by the coordinators of their partner, and what being in one does.

Bob coordinates the partner, Charlie another one of the same project; Alice is a member.
"""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from projects.models import GroupMember, StakeholderGroup
from registrations import places
from registrations.groups import forget_members
from registrations.models import Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_organisation,
    create_partner,
    create_project,
    create_semester,
    create_user,
)
from tests.forms import opened_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
GROUPS = "/en/partner/groups/"


@pytest.fixture
def partner():
    return create_partner(create_project())


@pytest.fixture
def bob(client, partner):
    user = create_coordinator(partner)
    client.force_login(user)
    return user


@pytest.fixture
def group(partner):
    return StakeholderGroup.objects.create(partner=partner, name="Waste round", policy_instrument="ERDF programme")


def test_a_coordinator_makes_a_group_and_changes_it(client, partner, bob):
    typed = {"partner": partner.pk, "name": "Waste round", "policy_instrument": "ERDF programme 2021-2027"}

    assert client.post(f"{GROUPS}add/", typed | {"name": ""}).status_code == 422
    answer = client.post(f"{GROUPS}add/", typed)
    made = StakeholderGroup.objects.get()
    assert (answer.url, made.partner, made.policy_instrument) == (
        f"{GROUPS}{made.pk}/",
        partner,
        "ERDF programme 2021-2027",
    )
    assert "has a group of that name" in client.post(f"{GROUPS}add/", typed).content.decode()
    client.post(answer.url, {"name": "Waste circle", "policy_instrument": ""})
    made.refresh_from_db()
    assert (made.name, made.policy_instrument) == ("Waste circle", "")


def test_members_are_pasted_good_rows_are_kept_and_bad_ones_come_back(client, group, bob):
    organisation = create_organisation(name="Recyclers of Geleen")
    people = (
        "Name;Email;Organisation\n"
        "Alice;Alice@Example.org;Recyclers of Geleen\n"
        "Bo;no address;\n"
        "<b>Cy</b>;cy@example.org;"
    )

    answer = client.post(f"{GROUPS}{group.pk}/", {"people": people})

    assert set(GroupMember.objects.values_list("name", "email", "organisation")) == {
        ("Alice", "alice@example.org", organisation.pk),
        ("<b>Cy</b>", "cy@example.org", None),
    }
    page = answer.content.decode()
    assert "2 members are new." in page
    assert "Row 3:" in page
    assert "name@example.eu" in page
    textarea = page.split("<textarea")[1].split("</textarea>")[0]
    assert ("no address" in textarea, "cy@example.org" in textarea) == (True, False)
    assert "<b>Cy" not in page


def test_who_is_on_the_list_already_keeps_their_row(client, group, bob):
    member = GroupMember.objects.create(group=group, email="alice@example.org", name="Alice")

    client.post(f"{GROUPS}{group.pk}/", {"people": "alice@example.org\nAlice Berg <ALICE@example.org>"})

    member.refresh_from_db()
    assert (group.members.count(), member.name) == (1, "Alice Berg")


def test_somebody_is_taken_off_the_list_and_an_empty_group_is_deleted(client, group, bob):
    member = GroupMember.objects.create(group=group, email="alice@example.org")

    client.post(f"{GROUPS}{group.pk}/delete/")
    assert StakeholderGroup.objects.exists()
    for _time in range(2):
        client.post(f"{GROUPS}{group.pk}/members/{member.pk}/remove/")
    client.post(f"{GROUPS}{group.pk}/delete/")

    assert not StakeholderGroup.objects.exists()


@pytest.mark.parametrize("people", ["", "x\n" * 201])
def test_what_cannot_be_read_is_explained_and_kept(client, group, bob, people):
    answer = client.post(f"{GROUPS}{group.pk}/", {"people": people})

    assert (answer.status_code, group.members.count()) == (422, 0)


def test_groups_of_other_partners_are_not_found(client, partner, group):
    member = GroupMember.objects.create(group=group, email="alice@example.org")
    pages = [GROUPS, f"{GROUPS}add/", f"{GROUPS}{group.pk}/"]
    acts = [f"{GROUPS}{group.pk}/delete/", f"{GROUPS}{group.pk}/members/{member.pk}/remove/"]
    found = {}
    for user in (
        create_coordinator(partner, "Bob"),
        create_coordinator(create_partner(partner.project), "Charlie"),
        create_lead(partner.project, "Lea"),
        create_user("Dora"),
    ):
        client.force_login(user)
        found[user.name] = [client.get(page).status_code for page in pages]
        if user.name != "Bob":
            found[user.name] += {client.post(act).status_code for act in acts}

    assert found == {
        "Bob": [200, 200, 200],
        "Charlie": [200, 200, 404, 404],
        "Lea": [404, 404, 404, 404],
        "Dora": [403, 403, 403, 403],
    }
    assert GroupMember.objects.exists()
    # Nor can somebody make one for a partner that is not theirs.
    client.force_login(create_coordinator(create_partner(partner.project)))
    assert client.post(f"{GROUPS}add/", {"partner": partner.pk, "name": "Mine"}).status_code == 422


@pytest.mark.parametrize("number", [1, 3])
def test_the_lists_take_the_same_number_of_queries(client, partner, bob, number):
    for n in range(number):
        group = StakeholderGroup.objects.create(partner=partner, name=f"Group {n}")
        for m in range(number):
            organisation = create_organisation()
            GroupMember.objects.create(group=group, email=f"m{m}@example.org", organisation=organisation)
    counted = []
    for address in (GROUPS, f"{GROUPS}{group.pk}/"):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counted.append(len(captured))

    assert counted == [6, 8]


def test_members_get_a_place_at_once_others_wait_and_the_page_after_posting_is_the_same(client, clock, group):
    from datetime import timedelta

    event = create_event(group.partner.project, admission=Event.Admission.GROUPS)
    GroupMember.objects.create(group=group, email="alice@example.org")
    address = f"/en/events/{event.slug}/register/"
    pages = []
    for email in ("Alice@example.org", "xlice@example.org"):
        client.cookies.clear()
        opened = opened_in(client.get(address))
        clock.shift(timedelta(seconds=5))
        typed = {"name": "Ann Lee", "email": email, "organisation_name": "G", "country": "SE", "opened": opened}
        answer = client.post(address, typed, follow=True)
        page = answer.content.decode().split("<main")[1].split("</main>")[0]
        page = "".join(line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)
        pages.append(page.replace(email, "…"))

    states = dict(Registration.objects.values_list("email", "state"))
    assert states == {"Alice@example.org": "confirmed", "xlice@example.org": "for_approval"}
    assert pages[0] == pages[1]
    assert "Members of the partners’ stakeholder groups" in pages[0]


def test_an_organiser_who_registers_somebody_needs_no_list(group, bob):
    event = create_event(group.partner.project, admission=Event.Admission.GROUPS)

    done = places.register(
        event, name="A", email="a@example.org", organisation_name="G", country="SE", by=bob, is_approved=True
    )

    assert done.registration.is_confirmed


def test_members_are_deleted_90_days_after_the_project_ends_and_the_page_says_so(client):
    partner, other = create_partner(create_project()), create_partner(create_project())
    create_semester(partner.project, ends_on=date(2027, 6, 30))
    create_semester(other.project, ends_on=date(2027, 7, 1))
    groups = [StakeholderGroup.objects.create(partner=one, name="Waste") for one in (partner, other)]
    for group in groups:
        group.members.create(email="anna@example.org")
    client.force_login(create_coordinator(partner))

    page = client.get(f"/en/partner/groups/{groups[0].pk}/").content.decode()
    numbers = [forget_members(at=datetime(2027, 9, day, 12, tzinfo=UTC)) for day in (27, 28, 28)]

    assert 'deleted on <time datetime="2027-09-28">28 September 2027</time>, 90 days after' in page
    assert numbers == [0, 1, 0]
    assert [group.members.count() for group in groups] == [0, 1]
