"""Who may register, and who sees what is unlisted.

Alice is invited, Bob organises, Charlie coordinates another partner of the project, Dora has no role in it.
"""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from registrations.admission import admission_of
from registrations.approval import Approval
from registrations.models import Invitation, Registration
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    create_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def invite(event: Event, **fields) -> Invitation:
    return Invitation.objects.create(event=event, **{"email": "alice@example.org", "name": "Alice", **fields})


def ask(event: Event, *, user=None, code: str = ""):
    request = RequestFactory().get("/", {"invitation": code} if code else {})
    request.user = user or AnonymousUser()
    return admission_of(request, event)


# --- Who may register --------------------------------------------------------------------------------------------


def test_everybody_registers_at_once_and_asking_costs_no_query():
    event = create_event()
    with CaptureQueriesContext(connection) as captured:
        admission = ask(event)

    assert (admission.may_register, admission.approval, admission.terms, len(captured)) == (True, Approval.NONE, {}, 0)


def test_where_the_host_approves_everybody_reads_so():
    admission = ask(create_event(needs_approval=True))

    assert (admission.may_register, admission.approval) == (True, Approval.ALWAYS)
    assert admission.about_approval.startswith("The host looks at each registration")


def test_by_invitation_only_a_personal_link_opens_the_form():
    event = create_event(admission=Event.Admission.INVITED)
    invitation = invite(event, participant_kind=Registration.ParticipantKind.SPEAKER)

    assert ask(event).why_not.startswith("This event is by invitation.")
    assert ask(event, code="x" * 27).why_not.startswith("This event is by invitation.")
    admission = ask(event, code=invitation.code)
    assert (admission.may_register, admission.invitation) == (True, invitation)
    assert admission.terms == {"invitation": invitation, "participant_kind": "speaker", "is_approved": True}
    assert admission.typed_before == {"name": "Alice", "email": "alice@example.org", "language": "en"}


def test_an_invitation_to_another_event_opens_nothing():
    event = create_event(admission=Event.Admission.INVITED)

    assert not ask(event, code=invite(create_event()).code).may_register


@pytest.mark.parametrize("code", ["", "\x00" * 27, "a" * 500, "'; drop table", "é" * 27])
def test_what_is_no_code_opens_nothing(code):
    assert not ask(create_event(admission=Event.Admission.INVITED), code=code).may_register


@pytest.mark.parametrize(
    ("fields", "why_not"),
    [
        ({"withdrawn_at": timedelta(0)}, "This invitation is not open any more."),
        ({"expires_at": timedelta(0)}, "This invitation is not open any more."),
        ({"expires_at": timedelta(minutes=1)}, ""),
        # Who declined and thinks better of it may come.
        ({"declined_at": timedelta(0)}, ""),
    ],
)
def test_an_invitation_that_is_withdrawn_or_expired_registers_nobody(fields, why_not):
    event = create_event(admission=Event.Admission.INVITED)
    invitation = invite(event, **{name: timezone.now() + later for name, later in fields.items()})

    assert ask(event, code=invitation.code).why_not.startswith(why_not)


def test_an_invitation_registers_one_person():
    event = create_event(admission=Event.Admission.INVITED)
    registration = create_registration(event)
    invitation = invite(event, registration=registration)

    admission = ask(event, code=invitation.code)

    assert (admission.may_register, admission.is_registered, admission.invitation) == (False, True, None)


@pytest.mark.parametrize(("by", "may"), [("person", True), ("host", False)])
def test_who_gave_the_place_back_may_use_the_invitation_again_and_whom_the_host_cancelled_may_not(by, may):
    event = create_event(admission=Event.Admission.INVITED)
    registration = create_registration(event, state=Registration.State.CANCELLED, cancelled_by=by)
    invitation = invite(event, registration=registration)

    assert ask(event, code=invitation.code).may_register is may


def test_partners_register_themselves_and_others_read_whom_to_ask():
    project, other = create_project(), create_project()
    event = create_event(project, admission=Event.Admission.PARTNERS)
    shared = create_event(other, admission=Event.Admission.PARTNERS)
    shared.other_projects.add(project)
    charlie = create_coordinator(create_partner(project), "Charlie")
    dora = create_user("Dora")

    assert [ask(event, user=charlie).may_register, ask(shared, user=charlie).may_register] == [True, True]
    assert ask(event, user=dora).why_not.endswith("ask the coordinator of your partner to name you.")
    assert "sign in to register" in ask(event).why_not


def test_of_groups_everybody_may_register_and_reads_the_same():
    admission = ask(create_event(admission=Event.Admission.GROUPS))

    assert (admission.may_register, admission.approval) == (True, Approval.UNLESS_MEMBER)
    assert admission.about_approval.startswith("Members of the partners’ stakeholder groups")


def test_the_page_of_an_event_says_by_invitation_and_has_no_button(client):
    event = create_event(admission=Event.Admission.INVITED, contact_email="host@example.org")

    page = client.get(event.get_absolute_url()).content.decode()

    assert "By invitation" in page
    assert "mailto:host@example.org" in page
    assert f"/en/events/{event.slug}/register/" not in page


def test_the_page_of_a_partners_event_lets_people_sign_in_and_come_back(client):
    project = create_project()
    event = create_event(project, admission=Event.Admission.PARTNERS)

    page = client.get(event.get_absolute_url()).content.decode()

    assert f"/en/sign-in/?next=/en/events/{event.slug}/" in page
    client.force_login(create_lead(project))
    assert f"/en/events/{event.slug}/register/" in client.get(event.get_absolute_url()).content.decode()


# --- What is unlisted --------------------------------------------------------------------------------------------


@pytest.fixture
def unlisted():
    return create_event(visibility=Event.Visibility.UNLISTED, title="A quiet meeting")


def test_an_unlisted_event_is_not_found_and_nowhere_named(client, unlisted):
    create_registration(unlisted)
    addresses = [
        "/en/",
        "/en/events/",
        unlisted.project.get_absolute_url(),
        "/sitemap.xml",
        "/calendars/all.ics",
        f"/calendars/projects/{unlisted.project.slug}.ics",
        "/news/all.atom",
        f"/news/projects/{unlisted.project.slug}.atom",
    ]

    assert client.get(unlisted.get_absolute_url()).status_code == 404
    assert client.get(f"/en/events/{unlisted.slug}/register/").status_code == 404
    assert client.get(f"/events/{unlisted.slug}.ics").status_code == 404
    assert client.get(f"/events/{unlisted.slug}.png").status_code == 404
    answers = [client.get(address) for address in addresses]
    texts = [b"".join(answer) if answer.streaming else answer.content for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert [text for text in texts if b"quiet" in text or unlisted.slug.encode() + b"/" in text] == []


def test_people_with_a_role_do_not_see_it_and_its_organisers_do(client, unlisted):
    client.force_login(create_coordinator(create_partner(unlisted.project), "Charlie"))
    assert client.get(unlisted.get_absolute_url()).status_code == 404

    client.force_login(create_lead(unlisted.project))
    answer = client.get(unlisted.get_absolute_url())
    assert (answer.status_code, answer["X-Robots-Tag"]) == (200, "noindex")


def test_who_opened_the_link_of_a_registration_sees_the_event_and_no_list_names_it(client, unlisted):
    registration = create_registration(unlisted)

    client.get(registration.get_absolute_url())

    cookie = client.cookies[f"pass-{unlisted.pk}"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    page = client.get(unlisted.get_absolute_url())
    assert (page.status_code, page["X-Robots-Tag"]) == (200, "noindex")
    assert "no-store" in page["Cache-Control"]
    assert "application/ld+json" not in page.content.decode()
    assert "og:image" not in page.content.decode()
    assert client.get(f"/en/events/{unlisted.slug}/my-programme/").status_code == 200
    assert "quiet" not in client.get("/en/events/").content.decode()
    # The page that one browser may see is not kept for another.
    assert Client().get(unlisted.get_absolute_url()).status_code == 404


def test_an_invitation_shows_the_form_without_any_cookie_until_it_is_withdrawn(client, unlisted):
    invitation = invite(unlisted)
    address = f"/en/events/{unlisted.slug}/register/?invitation={invitation.code}"

    assert client.get(address).status_code == 200
    Invitation.objects.update(withdrawn_at=timezone.now())
    assert client.get(address).status_code == 404


def test_a_pass_is_looked_at_anew_and_opens_no_other_event(client, unlisted):
    registration = create_registration(unlisted)
    other = create_event(visibility=Event.Visibility.UNLISTED)
    draft = create_event(visibility=Event.Visibility.UNLISTED, status=Event.Status.DRAFT)
    client.get(registration.get_absolute_url())
    key = client.cookies[f"pass-{unlisted.pk}"].value

    client.cookies[f"pass-{other.pk}"] = key
    client.cookies[f"pass-{draft.pk}"] = key
    assert client.get(other.get_absolute_url()).status_code == 404
    assert client.get(draft.get_absolute_url()).status_code == 404
    registration.delete()
    assert client.get(unlisted.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["pass-", "pass-x", "pass-99999999999999999999", "pass-1", "pass-²"])
def test_a_forged_pass_opens_nothing_and_breaks_nothing(client, unlisted, name):
    client.cookies.load({name: "forged"} if name.isascii() else {})

    assert client.get(unlisted.get_absolute_url()).status_code == 404


def test_no_pass_is_given_for_a_public_event(client):
    client.get(create_registration().get_absolute_url())

    assert [name for name in client.cookies if re.match("pass-", name)] == []
