"""The administration: every page opens, what cannot be is explained, and what must not change is read-only."""

from datetime import date, datetime, time, timedelta

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import suppression
from accounts.models import Mail
from events.models import Event, PlanChange
from learning.models import Indicator, IndicatorTarget, LearningSurvey
from learning.reports.freezing import freeze
from learning.reports.semester import semester_report
from learning.surveys import levels_of_learning
from projects.models import Membership, Organisation
from projects.spreadsheets import csv_bytes
from registrations.models import AttendanceRecord, Offer
from tests.factories import (
    create_action,
    create_assessment_round,
    create_event,
    create_feedback,
    create_outcome,
    create_partner,
    create_plan,
    create_practice,
    create_project,
    create_registration,
    create_semester,
    create_session,
    create_site,
    create_user,
    create_venue,
    rate,
    record_attendance,
    say,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OURS = {"accounts", "projects", "venues", "events", "registrations", "learning"}
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OURS), key=lambda model: model._meta.label
)
READ_ONLY = {
    *("Action", "Assessment", "PlanChange", "AttendanceRecord", "Feedback", "FrozenReport"),
    *("LearningSurvey", "SurveyInvitation"),
}
NOT_ADDED = READ_ONLY | {"Registration", "Mail", "SuppressedAddress"}


@pytest.fixture
def root(client, clock):
    client.force_login(create_user("Root", is_staff=True, is_superuser=True))
    return client


def address(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def create_one_of_each() -> Event:
    project = create_project()
    semester = create_semester(project)
    indicator = Indicator.objects.create(
        programme=project.programme, code="RCO115", name="Public events", unit="events", rule="events"
    )
    IndicatorTarget.objects.create(indicator=indicator, project=project, semester=semester, value=4)
    partner = create_partner(project)
    create_practice(project, owner=partner)
    project.criteria.create(position=1, text="Easy to carry over")
    say(create_action(create_plan(partner)), "going_on", date(2027, 3, 1))
    rate(create_assessment_round(project), partner, rater=partner, values=[3])
    Membership.objects.create(user=create_user("Bob"), role="lead", project=project)
    event = create_event(project, venue=create_venue())
    create_session(event, site=create_site())
    registration = create_registration(event)
    record_attendance(registration)
    now = datetime.fromisoformat("2027-03-01T09:00+00:00")
    Offer.objects.create(registration=registration, made_at=now, expires_at=now + timedelta(days=1))
    create_feedback(registration, (create_outcome(event), 2, 4))
    levels_of_learning()
    survey = LearningSurvey.objects.create(project=project, title="What did you learn?")
    survey.invitations.create(person=registration.person, email="alice@example.org", asked_at=now)
    event.postpone(reason="The venue is flooded.")
    Mail.objects.create(key="confirmed:1", to="alice@example.org", subject="You are registered", text="…")
    suppression.suppress("nobody@example.org", reason="550 no such mailbox")
    freeze(semester_report(project, semester, at=now), by=None)
    return event


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_list_opens_and_finds(root, model):
    create_one_of_each()

    assert root.get(address(model, "changelist")).status_code == 200
    assert root.get(address(model, "changelist"), {"q": "é’=x"}).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_object_opens(root, model):
    create_one_of_each()

    assert root.get(address(model, "change", model.objects.first().pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_each_page_to_add_opens_unless_others_add(root, model):
    assert root.get(address(model, "add")).status_code == (403 if model.__name__ in NOT_ADDED else 200)


@pytest.mark.parametrize(
    "model", [model for model in MODELS if model.__name__ not in NOT_ADDED], ids=lambda model: model.__name__
)
def test_an_empty_form_is_explained(root, model):
    answer = root.post(address(model, "add"), {})

    assert answer.status_code == 200
    assert answer.context["errors"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_only_staff_come_in(client, model):
    client.force_login(create_user("Charlie"))

    assert client.get(address(model, "changelist")).status_code == 302


@pytest.mark.parametrize("name", sorted(READ_ONLY))
def test_what_happened_is_read_and_not_written(root, name):
    create_one_of_each()
    model = next(model for model in MODELS if model.__name__ == name)
    one = model.objects.first()

    assert root.post(address(model, "change", one.pk), {"reason": "x"}).status_code == 403
    page = root.get(address(model, "change", one.pk)).content.decode()
    assert 'name="_save"' not in page


def test_records_of_attendance_are_not_deleted(root):
    create_one_of_each()
    record = AttendanceRecord.objects.get()

    assert root.post(address(AttendanceRecord, "delete", record.pk), {"post": "yes"}).status_code == 403
    answer = root.post(
        address(AttendanceRecord, "changelist"), {"action": "delete_selected", "_selected_action": [record.pk]}
    )
    assert answer.status_code in (200, 302, 403)
    assert AttendanceRecord.objects.count() == 1


def test_the_key_of_a_registration_is_not_shown(root):
    create_one_of_each()
    registration = AttendanceRecord.objects.get().registration

    assert registration.code not in root.get(address(type(registration), "change", registration.pk)).content.decode()


# --- What cannot be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"role": "lead"}, "An officer needs a programme, a lead partner a project, a coordinator a partner."),
        (
            {"role": "lead", "project": "{project}", "starts_on": "2027-05-02", "ends_on": "2027-05-01"},
            "The last day cannot be before the first day.",
        ),
    ],
)
def test_a_role_that_cannot_be_is_explained(root, wrong, words):
    project = create_project()
    data = {key: value.format(project=project.pk) for key, value in wrong.items()}

    answer = root.post(address(Membership, "add"), {"user": create_user("Bob").pk, **data})

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Membership.objects.count() == 0


def test_a_place_without_name_and_town_is_explained(root):
    venue = create_venue()
    rooms = {"rooms-TOTAL_FORMS": 0, "rooms-INITIAL_FORMS": 0}

    answer = root.post(address(type(venue), "add"), {**rooms})
    page = answer.content.decode()

    assert "Enter a name or a town." in page
    answer = root.post(address(type(venue), "add"), {**rooms, "name": "Hall", "latitude": "95", "longitude": "5"})
    assert "Enter both coordinates in degrees" in answer.content.decode()
    assert type(venue).objects.count() == 1


def test_a_second_lead_partner_is_explained(root):
    lead = create_partner(is_lead=True)
    other = create_partner(lead.project)
    data = {"project": lead.project_id, "organisation": other.organisation_id, "number": 2, "slug": other.slug}

    answer = root.post(address(type(other), "change", other.pk), {**data, "is_lead": "on", "sources": "[]"})

    assert "This project has a lead partner already." in answer.content.decode()


# --- Events ------------------------------------------------------------------------------------------------------


def form_of(event: Event, **changes) -> dict[str, str]:
    """What the browser sends for an event that is saved as it is, with some fields changed."""
    data = {
        "project": event.project_id,
        "kind": event.kind_id,
        "language": "en",
        "translations": "{}",
        "sources": "[]",
        "title": event.title,
        "status": event.status,
        "visibility": event.visibility,
        "admission": event.admission,
        "released_seats_go_to": event.released_seats_go_to,
        "date_precision": event.date_precision,
        "starts_on": event.starts_on or "",
        "ends_on": event.ends_on or "",
        "start_time": event.start_time or "",
        "end_time": event.end_time or "",
        "time_zone": event.time_zone,
        "mode": event.mode,
        "reason": "",
    }
    for prefix in ("sessions", "choice_groups", "changes"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return data | changes


def save(root, event: Event, **changes):
    answer = root.post(address(Event, "change", event.pk), form_of(event, **changes))
    event.refresh_from_db()
    return answer


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_on": "2027-05-19"}, "The last day cannot be before the first day."),
        ({"ends_on": "2027-05-20", "end_time": "08:00"}, "On one day, the end must be later than the start."),
        ({"starts_on": ""}, "Enter the first and the last day, or say that the date is not known"),
        ({"date_precision": "month"}, "A time needs an exact date."),
        ({"start_time": ""}, "Enter when the event starts, or leave the end empty too."),
        ({"time_zone": ""}, "Enter the time zone of the event, such as Europe/Amsterdam."),
        ({"time_zone": "Mars/Olympus"}, "Enter a time zone such as Europe/Amsterdam."),
        ({"status": "draft"}, "What was published cannot become a draft again."),
        ({"status": "postponed"}, "A postponed event has no date."),
        ({"starts_on": "2027-05-19"}, "Say why the plan changes."),
        ({"status": "cancelled"}, "Say why the plan changes."),
        (
            {
                "registration_opens_at_0": "2027-02-02",
                "registration_opens_at_1": "10:00",
                "registration_closes_at_0": "2027-02-01",
                "registration_closes_at_1": "10:00",
            },
            "Registration must close later than it opens.",
        ),
    ],
)
def test_an_event_that_cannot_be_is_explained(root, wrong, words):
    event = create_event()

    answer = save(root, event, **wrong)

    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert (event.starts_on, event.status, event.sequence) == (date(2027, 5, 20), "announced", 0)


def test_a_host_from_another_project_is_refused(root):
    answer = save(root, create_event(), host=create_partner().pk)

    assert "Choose a partner of this project." in answer.content.decode()


def test_a_new_event_is_added(root):
    event = create_event()

    answer = root.post(address(Event, "add"), form_of(event, slug="another", title="Another"))

    assert answer.status_code == 302
    assert Event.objects.get(slug="another").starts_on == event.starts_on


def test_a_changed_date_becomes_a_plan_change_with_its_reason(root):
    event = create_event()

    answer = save(root, event, starts_on="2027-05-19", reason="The hall is taken.")

    assert answer.status_code == 302
    change = PlanChange.objects.get()
    assert (event.sequence, change.number, change.reason, change.changed_by.name) == (
        1,
        1,
        "The hall is taken.",
        "Root",
    )
    assert (change.plan_before.starts_on, change.plan_after.starts_on) == (date(2027, 5, 20), date(2027, 5, 19))


def test_other_changes_are_no_plan_change_and_need_no_reason(root):
    event = create_event()

    answer = save(root, event, title="A better title")

    assert answer.status_code == 302
    assert (event.title, event.sequence) == ("A better title", 0)
    assert PlanChange.objects.count() == 0


def test_cancelling_notes_when_and_taking_it_back_forgets_it(root, clock):
    event = create_event()

    assert save(root, event, status="cancelled", reason="Too few people.").status_code == 302
    assert event.cancelled_at.isoformat() == "2027-03-01T09:00:00+00:00"

    assert save(root, event, status="announced", reason="More people came.").status_code == 302
    assert event.cancelled_at is None
    assert event.sequence == 2


def test_that_an_event_took_place_is_no_change_of_plan(root):
    event = create_event()

    assert save(root, event, status="held").status_code == 302
    assert (event.status, event.sequence) == ("held", 0)


def test_a_draft_changes_without_a_reason(root):
    event = create_event(status="draft")

    assert save(root, event, starts_on="2027-05-19", start_time=time(10), status="announced").status_code == 302
    assert (event.status, event.sequence) == ("announced", 0)


def test_the_address_of_an_event_stays(root):
    event = create_event(slug="first")

    assert save(root, event, slug="second").status_code == 302
    assert event.slug == "first"


# --- Organisations as a table ------------------------------------------------------------------------------------


def upload(root, content: bytes):
    return root.post(
        address(Organisation, "import"), {"import_file": SimpleUploadedFile("o.csv", content), "format": "1"}
    )


def test_organisations_come_in_after_a_preview_that_changes_nothing(root):
    header = ["name", "kind", "city", "region", "nuts", "country"]
    content = b"".join(csv_bytes(header, [["=Independent=", "company", "Gävle", "Gävleborg", "SE313", "SE"]]))

    preview = upload(root, content)

    assert "=Independent=" in preview.content.decode()
    assert Organisation.objects.count() == 0

    confirm = preview.context["confirm_form"].initial
    answer = root.post(address(Organisation, "process_import"), confirm)

    assert answer.status_code == 302
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.country.code) == ("=Independent=", "SE")
    assert organisation.search_text == "=independent= gavle gavleborg"


def test_a_bad_row_is_explained_and_nothing_comes_in(root):
    content = b"".join(csv_bytes(["name", "city", "country"], [["City of Delft", "Delft", "Holland"]]))

    preview = upload(root, content).content.decode()

    assert "Holland" in preview
    assert "confirm_form" not in preview
    assert Organisation.objects.count() == 0


def test_a_file_that_is_no_table_is_explained(root):
    answer = upload(root, b"\xff\xfe no table")

    assert answer.status_code == 200
    assert "The file cannot be read. Save it as CSV (UTF-8) or XLSX." in answer.content.decode()


def test_organisations_are_taken_away_as_a_safe_file(root):
    Organisation.objects.create(name="=1+1", country="SE")

    answer = root.post(
        address(Organisation, "export"),
        {"format": "1", "organisationresource_name": "on", "resource": "0"},
    )

    assert answer.content == b'\xef\xbb\xbf"name"\r\n"\'=1+1"\r\n'
