"""The demonstration: everything that is promised to be tried is there, and it is the same when it is built again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import pairwise

import phonenumbers
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F

from accounts.models import User
from events.models import CalendarState, Event, EventKind, PlanChange, Session
from learning.action_plans import standings
from learning.assessment_plots import plots_of
from learning.assessments import gaps_of, profiles
from learning.demonstration import build, find, give_roles, make_users, remove
from learning.demonstration.happenings import TUESDAY, workday
from learning.journeys import journey
from learning.models import ActionPlan, Feedback, Instrument, LearningOutcome, OutcomeRating
from projects.models import GoodPractice, Membership, Organisation, Partner, Project, Semester, StakeholderGroup
from registrations import delegations, places
from registrations.models import AttendanceRecord, Person, Registration
from tests.factories import create_event, create_partner, create_project, create_registration
from venues.models import Site, Venue

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[None]:
    """The demonstration, built once for all tests of this file; what a test changes is undone after it."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        users = make_users()
        build(organiser=users["host"])
        give_roles(users)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demonstration(built, db, clock):
    return find()


@pytest.fixture
def nothing(demonstration, clock):
    """An installation without the demonstration and its users."""
    remove()
    User.objects.all().delete()


def event(key: str) -> Event:
    return Event.objects.get(slug=f"meuse-{key}")


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("load_demonstration", *arguments, stdout=out)
    return out.getvalue().splitlines()


# --- What is there -----------------------------------------------------------------------------------------------


def test_the_project_is_marked_as_made_up(demonstration):
    project = demonstration.project

    assert project.is_demonstration
    assert (project.acronym, project.partners.count(), project.practices.count()) == ("MEUSE", 7, 7)
    assert project.partners.get(is_lead=True).organisation.city == "Linköping"
    assert set(project.partners.values_list("organisation__city", flat=True)) >= {"Maastricht", "Tartu", "Lousada"}


def test_one_semester_is_just_over_one_is_running_and_one_is_to_come(demonstration):
    semesters = list(demonstration.project.semesters.all())

    assert [semester.number for semester in semesters] == [1, 2, 3, 4, 5, 6, 7]
    assert [semester.number for semester in semesters if semester.ends_on < TODAY] == [1, 2, 3, 4, 5]
    assert demonstration.project.semester_on(TODAY).number == 6
    for semester, following in pairwise(semesters):
        assert following.starts_on == semester.ends_on + timedelta(days=1)


def test_each_event_of_the_past_is_in_a_semester_and_the_last_one_has_three(demonstration):
    held = Event.objects.filter(project=demonstration.project, status=Event.Status.HELD)

    assert held.count() == 9
    assert all(demonstration.project.semester_on(past.starts_on) for past in held)
    assert all(past.ends_on < TODAY for past in held)
    last = demonstration.project.semesters.get(number=5)
    assert Event.objects.in_semester(last).count() == 3


def test_the_conference_takes_registrations_and_has_all_that_a_conference_has(demonstration):
    conference = event("conference")

    assert conference.kind.slug == "final-conference"
    assert conference.host.organisation.city == "Maastricht"
    assert 60 <= (conference.starts_on - TODAY).days <= 90
    assert len(conference.days) == 2
    assert conference.takes_registrations(at=NOW)
    assert (conference.places, places.taken(conference, at=NOW)) == (120, 64)
    assert set(conference.translations) == {"it", "pt", "hu", "de", "nl"}
    assert conference.venue.rooms.count() == 4
    assert conference.venue.directions
    assert conference.venue.access
    tracks = conference.choice_groups.get()
    assert (tracks.pick, tracks.sessions.count()) == (1, 3)
    assert conference.sessions.filter(kind=Session.Kind.MEAL, title__startswith="Dinner").exists()
    visit = conference.sessions.get(kind=Session.Kind.SITE_VISIT)
    assert (visit.places, visit.site.needs_id) == (50, True)


def test_one_event_of_fifty_places_has_one_left(demonstration):
    small = event("round-table")

    assert (small.places, places.free(small, at=NOW)) == (50, 1)
    assert small.takes_registrations(at=NOW)


def test_a_study_visit_is_full_and_people_wait(demonstration):
    visit = event("counters")

    assert visit.kind.has_delegations
    # Its page says to ask the coordinator, so nobody else is asked to register.
    assert visit.admission == visit.Admission.PARTNERS
    assert visit.kind.asks_for_phone
    assert (places.free(visit, at=NOW), visit.registrations.waiting().count()) == (0, 3)
    standings = delegations.standings(visit.delegations.all(), at=NOW)
    assert [(each.delegation.seats, each.named, each.to_follow, each.waiting) for each in standings] == [
        (4, 4, 0, 0),
        (6, 4, 2, 0),
        (3, 4, 0, 1),
    ]
    sites = {session.site for session in visit.sessions.all() if session.site}
    assert len(sites) == 3
    assert sum(site.has_rules for site in sites) == 2


def test_an_import_workshop_carries_a_practice(demonstration):
    workshop = event("import-workshop")

    assert workshop.kind.has_importing_partner
    assert workshop.practices.get().owner.organisation.city == "Maastricht"
    assert workshop.host.organisation.city == workshop.importing_partner.organisation.city == "Lousada"


def test_texts_are_in_several_languages_and_one_is_in_its_own_only(demonstration):
    harvest = event("harvest")

    assert harvest.in_language("title", "en").text == "Harvest day of the school gardens"
    assert (harvest.in_language("summary", "en").language, event("conference").languages[0]) == ("el", "en")
    assert {"it", "hu"} <= set(event("conference").sessions.get(title="Welcome").languages)
    assert event("counters").sessions.get(language="et").in_language("description", "en").language == "et"


def test_the_programme_has_a_kind_of_its_own(demonstration):
    own = EventKind.objects.get(programme=demonstration.project.programme)

    assert [str(due.name) for due in own.evidence] == ["Invitation", "Photos", "Visitors’ book"]


def test_an_online_event_has_an_address_to_join_and_no_venue(demonstration):
    online = event("online")

    assert (online.mode, online.venue) == (Event.Mode.ONLINE, None)
    assert online.join_url.startswith("https://meet.example.org/")


def test_a_save_the_date_knows_its_month_and_town_only(demonstration):
    harvest = event("harvest")

    assert (harvest.status, harvest.date_precision) == (Event.Status.SAVE_THE_DATE, Event.DatePrecision.MONTH)
    assert (harvest.starts_on, harvest.ends_on) == (date(2027, 8, 1), date(2027, 8, 31))
    assert harvest.venue.is_only_a_town


def test_a_moved_event_keeps_its_plans_and_its_reason(demonstration):
    moved = event("van-seminar")

    announced, changed = moved.changes.all()
    assert announced.plan_before.status == Event.Status.SAVE_THE_DATE
    assert changed.plan_before.starts_on < changed.plan_after.starts_on
    assert changed.reason.startswith("The railway is closed")
    assert changed.changed_at < NOW
    assert changed.changed_by.email == "host@example.org"
    assert moved.sequence == 2


def test_a_cancelled_a_postponed_a_draft_and_a_partners_only_event_are_there(demonstration):
    assert event("harbour").status == Event.Status.CANCELLED
    assert event("harbour").changes.get().reason
    assert (event("peer-review").status, event("peer-review").starts_on) == (Event.Status.POSTPONED, None)
    assert event("draft").status == Event.Status.DRAFT
    assert event("steering").visibility == Event.Visibility.PARTNERS


def test_the_public_sees_neither_the_draft_nor_what_is_for_partners(demonstration):
    seen = Event.objects.filter(project=demonstration.project).visible_to(None)

    assert seen.count() == demonstration.events - 2


def test_some_events_are_not_open_to_everybody(demonstration):
    breakfast, lab = event("breakfast"), event("lab")

    stands = breakfast.invitations.with_state(at=NOW).order_by("pk").values_list("how", flat=True)
    assert list(stands) == ["registered", "declined", "sent", "sent", "withdrawn", "not_sent"]
    assert (lab.needs_approval, lab.registrations.for_approval().count()) == (True, 3)
    group = StakeholderGroup.objects.get(partner__project=demonstration.project)
    assert (group.partner.organisation.city, group.members.count()) == ("Maastricht", 4)


def test_three_hundred_people_come_again_and_again(demonstration):
    people = Person.objects.filter(project=demonstration.project).annotate(times=Count("registrations"))

    assert people.count() == 300
    assert not people.filter(times=0).exists()
    assert people.filter(times__gte=4).count() >= 20


def test_every_address_is_under_example_org(demonstration):
    addresses = [
        *Person.objects.values_list("email", flat=True),
        *Registration.objects.values_list("email", flat=True),
        *User.objects.values_list("email", flat=True),
        *Event.objects.filter(project=demonstration.project).values_list("contact_email", flat=True),
    ]

    assert len(addresses) > 900
    assert [address for address in addresses if not address.endswith("@example.org")] == []
    assert [address for address in addresses if not address.isascii()] == []


def test_every_phone_number_is_one_that_is_kept_free_for_fiction(demonstration):
    numbers = set(Registration.objects.exclude(phone="").values_list("phone", flat=True))

    assert numbers
    assert {number[:6] for number in numbers} <= {"+46313", "+49302", "+33199", "+44207"}
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)


def test_names_come_in_several_scripts(demonstration):
    names = " ".join(Person.objects.values_list("name", flat=True))

    assert all(letter in names for letter in "őșłåΆЖ’")


def test_organisations_are_matched_and_typed_by_hand(demonstration):
    registrations = Registration.objects.all()

    assert registrations.filter(organisation__isnull=False).count() > 200
    typed = registrations.filter(organisation__isnull=True)
    assert typed.filter(organisation_name="gemeente Heuvelgrens").exists()
    assert typed.filter(organisation_name="Gemeente Heuvelgrens").exists()


def test_presence_has_absences_missed_days_and_corrections(demonstration):
    fair, visit = event("fair"), event("compost")
    records = AttendanceRecord.objects.all()

    assert 0 < records.present().filter(registration__event=fair).count() < fair.registrations.confirmed().count()
    days = records.present().filter(registration__event=visit).values("registration").annotate(days=Count("day"))
    assert {row["days"] for row in days} == {1, 2}
    corrections = records.filter(how=AttendanceRecord.How.CORRECTION)
    assert {correction.is_present for correction in corrections} == {True, False}
    assert all(correction.reason for correction in corrections)


def test_nothing_happens_in_the_future_or_before_its_time(demonstration):
    assert not Registration.objects.filter(joined_at__gte=NOW).exists()
    assert not AttendanceRecord.objects.filter(recorded_at__gte=NOW).exists()
    assert not Feedback.objects.filter(given_at__gte=NOW).exists()
    for record in AttendanceRecord.objects.select_related("registration__event"):
        assert record.day in record.registration.event.days
        assert record.happened_at.astimezone(record.registration.event.zone).date() == record.day or record.reason
    for feedback in Feedback.objects.select_related("registration__event"):
        assert feedback.given_at > feedback.registration.event.ends_at


def test_only_those_who_were_there_gave_feedback(demonstration):
    present = set(AttendanceRecord.objects.present().values_list("registration", flat=True))

    assert set(Feedback.objects.values_list("registration", flat=True)) <= present


def test_some_learned_some_did_not_and_some_skipped(demonstration):
    ratings = OutcomeRating.objects.all()

    assert ratings.learned().count() > 100
    assert ratings.filter(after__isnull=True).exists()
    assert ratings.exclude(after=None).count() > ratings.learned().count()
    assert not ratings.exclude(outcome__event=F("feedback__registration__event")).exists()


def test_one_practice_goes_all_the_way_from_a_thematic_event_to_an_action_that_is_done(demonstration):
    practice = demonstration.project.practices.get(name="Kitchen scraps to school gardens")

    way = journey(practice, user=None)

    assert [(stop.event.kind.slug, stop.is_ahead) for stop in way.shown] == [
        ("thematic-event", False),
        ("dissemination-event", False),
        ("thematic-event", True),
        ("final-conference", True),
    ]
    assert [len(stop.sessions) for stop in way.studied] == [3]
    assert {wish.partner.organisation.city for wish in way.wishes} == {"Genoa", "Maastricht"}
    [imported] = way.imports
    assert (imported.partner.organisation.city, imported.event.kind.slug) == ("Genoa", "import-workshop")
    assert imported.transfer.must_change
    assert [(said.status, bool(said.evidence)) for _action, said in way.actions] == [("done", True)]


def test_plans_are_followed_in_two_rounds(demonstration):
    project = demonstration.project
    first, second = project.monitoring_rounds.all()

    def done(day):
        plans = standings(ActionPlan.objects.filter(partner__project=project), on=day)
        return [(standing.plan.partner.organisation.city, standing.done, standing.is_known) for standing in plans]

    assert [row[1:] for row in done(first.held_on)] == [(0, True), (0, False), (0, False), (0, True), (0, True)]
    assert done(second.held_on) == [
        ("Linköping", 0, True),
        ("Maastricht", 0, False),
        ("Nyíregyháza", 0, False),
        ("Lousada", 1, True),
        ("Genoa", 1, True),
    ]


def test_regions_are_assessed_in_three_rounds(demonstration):
    partners = demonstration.project.partners.select_related("organisation")
    [(instrument, found)] = profiles(Instrument.objects.filter(project=demonstration.project), partners).items()

    assert [round_.is_closed(on=TODAY) for round_ in instrument.rounds.all()] == [True, True, False]
    assert len(gaps_of(instrument, found, on=TODAY)) == 1
    by_town = {one.partner.organisation.city: [plot.slug for plot in plots_of(one)] for one in found}
    assert set(map(tuple, by_town.values())) == {
        ("radar-own", "rounds-own", "radar-others", "rounds-others", "disagreement")
    }


def test_the_last_held_event_still_takes_feedback(demonstration):
    meeting = event("partner-meeting")

    assert meeting.feedback_closes_on > TODAY
    assert meeting.outcomes.exists()
    assert meeting.registrations.confirmed().filter(feedback=None).exists()


# --- Building it again -------------------------------------------------------------------------------------------


def contents() -> dict:
    """Everything that is made up, without keys and secrets."""
    return {
        "events": list(Event.objects.order_by("slug").values("slug", "uid", "starts_on", "status", "sequence")),
        "changes": list(PlanChange.objects.order_by("event__slug", "number").values("before", "after", "reason")),
        "sessions": list(Session.objects.order_by("event__slug", "position").values("title", "day", "start_time")),
        "registrations": list(
            Registration.objects.order_by("event__slug", "joined_at", "email").values_list(
                "event__slug", "name", "email", "organisation_name", "country", "phone", "state", "joined_at"
            )
        ),
        "presence": list(AttendanceRecord.objects.order_by("act").values_list("act", "registration__email", "what")),
        "ratings": list(
            OutcomeRating.objects.order_by(
                "feedback__registration__event__slug", "feedback__registration__email", "outcome__position"
            ).values_list("feedback__registration__email", "before", "after")
        ),
    }


def test_built_twice_on_one_day_it_is_the_same(demonstration):
    first = contents()

    lines = run("--anew", "--with-users")

    assert lines[0] == "The demonstration was removed."
    assert contents() == first


def test_codes_of_registrations_do_not_follow_from_the_seed(demonstration):
    first = set(Registration.objects.values_list("code", flat=True))

    run("--anew")

    assert first.isdisjoint(Registration.objects.values_list("code", flat=True))


def test_a_second_run_says_that_it_is_there_and_changes_nothing(demonstration, clock):
    before = contents(), CalendarState.current(), Event.objects.values_list("changed_at", flat=True)
    clock.shift(timedelta(days=40))

    lines = run("--with-users")

    assert lines[-1] == (
        "The demonstration is here already; nothing was changed. --anew builds it again, around today."
    )
    assert (contents(), CalendarState.current()) == before[:2]


def test_removed_it_leaves_nothing_but_its_users(demonstration):
    remove()

    for model in (Project, Partner, GoodPractice, Semester, Event, Person, Registration, AttendanceRecord, Feedback):
        assert not model.objects.exists(), model
    assert not LearningOutcome.objects.exists()
    assert not Organisation.objects.exists()
    assert not Site.objects.exists()
    assert not Venue.objects.exclude(name="").exists()
    assert User.objects.count() == 5


def test_what_others_use_as_well_stays(demonstration):
    partner = create_partner(create_project(), organisation=Organisation.objects.get(name="Wyck Repair Cooperative"))
    other = create_event(partner.project, venue=Venue.objects.get(name="Casa do Vime"))
    matched = create_registration(other, organisation=Organisation.objects.get(name="Annelinn Digital Services"))

    remove()

    assert Partner.objects.get() == partner
    assert Event.objects.get() == other
    matched.refresh_from_db()
    assert matched.organisation.name == "Annelinn Digital Services"
    assert not Organisation.objects.filter(name="Thermaic Bay Institute").exists()


def test_it_is_built_around_any_day_of_the_year(nothing):
    # The end of the year, when nobody meets, is the hard part.
    for today in (date(2026, 11, 22), date(2027, 1, 20)):
        now = datetime(today.year, today.month, today.day, 23, 30, tzinfo=UTC)
        with time_machine.travel(now, tick=False):
            build()
        project = find().project
        assert not project.events.filter(status=Event.Status.HELD, ends_on__gte=today).exists()
        assert not project.events.filter(status=Event.Status.ANNOUNCED, starts_on__lte=today).exists()
        assert not project.events.filter(starts_on__month=12, starts_on__day__gte=24).exists()
        moved = event("van-seminar").changes.last()
        assert moved.plan_before.starts_on < moved.plan_after.starts_on
        remove()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 3, 1), date(2027, 3, 2)),
        (date(2027, 3, 2), date(2027, 3, 2)),
        (date(2026, 12, 20), date(2027, 1, 12)),
    ],
)
def test_a_working_day_is_never_in_the_holidays(day, expected):
    assert workday(day, TUESDAY) == expected


# --- Users -------------------------------------------------------------------------------------------------------


def test_without_being_asked_no_user_is_made(nothing):
    lines = run()

    assert not User.objects.exists()
    assert lines[-1].startswith("No users were made.")


def test_a_demonstration_installation_gets_a_user_for_each_role(nothing, monkeypatch):
    monkeypatch.setattr(settings, "DEMONSTRATION", True)
    run()

    roles = Membership.objects.order_by("user__email").values_list("user__email", "role")
    assert list(roles) == [
        ("coordinator@example.org", "coordinator"),
        ("host@example.org", "coordinator"),
        ("lead@example.org", "lead"),
        ("officer@example.org", "officer"),
    ]
    assert User.objects.get(is_superuser=True).email == "administrator@example.org"
    assert not any(user.has_usable_password() for user in User.objects.all())


def test_the_host_organises_the_conference_and_the_coordinator_of_tartu_does_not(demonstration):
    conference = event("conference")

    assert conference.can_be_organised_by(User.objects.get(email="host@example.org"))
    assert conference.can_be_organised_by(User.objects.get(email="lead@example.org"))
    assert not conference.can_be_organised_by(User.objects.get(email="coordinator@example.org"))


def test_the_officer_sees_what_is_for_partners_but_organises_nothing(demonstration):
    officer = User.objects.get(email="officer@example.org")

    assert event("steering") in Event.objects.visible_to(officer)
    assert not Event.objects.organised_by(officer).exists()
