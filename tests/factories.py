"""Made-up objects for tests. What a test asserts on, it says itself; the rest comes from here."""

import itertools
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from events.models import Event, EventKind, Session, Speaker
from learning.assessments import assess
from learning.models import (
    Action,
    ActionPlan,
    Assessment,
    AssessmentRound,
    Feedback,
    Instrument,
    LearningOutcome,
    MonitoringRound,
    OutcomeRating,
    Progress,
)
from projects.models import GoodPractice, Membership, Organisation, Partner, Programme, Project, Semester
from registrations.models import AttendanceRecord, Delegation, Option, Person, Question, Registration
from registrations.questions.wording import keep_words
from venues.models import Site, Venue

_numbers = itertools.count(1)


def create_user(name: str = "Bob", **fields: Any) -> User:
    fields.setdefault("email", f"{name.lower()}-{next(_numbers)}@example.org")
    return User.objects.create_user(name=name, **fields)


def create_programme(**fields: Any) -> Programme:
    n = next(_numbers)
    return Programme.objects.create(**{"name": f"Programme {n}", "slug": f"programme-{n}", **fields})


def create_project(**fields: Any) -> Project:
    n = next(_numbers)
    fields.setdefault("programme", Programme.objects.first() or create_programme())
    return Project.objects.create(
        **{"acronym": f"PROJECT{n}", "slug": f"project{n}", "full_name": f"Project number {n}", **fields}
    )


def create_semester(project: Project | None = None, **fields: Any) -> Semester:
    """Without dates: January to June 2027."""
    defaults = {"number": 1, "starts_on": date(2027, 1, 1), "ends_on": date(2027, 6, 30)}
    return Semester.objects.create(project=project or create_project(), **{**defaults, **fields})


def create_organisation(**fields: Any) -> Organisation:
    n = next(_numbers)
    return Organisation.objects.create(**{"name": f"Organisation {n}", "city": "Maastricht", "country": "NL", **fields})


def create_partner(project: Project | None = None, **fields: Any) -> Partner:
    n = next(_numbers)
    project = project or create_project()
    fields.setdefault("organisation", create_organisation())
    fields.setdefault("number", project.partners.count() + 1)
    return Partner.objects.create(project=project, **{"slug": f"partner-{n}", **fields})


def create_lead(project: Project, name: str = "Bob") -> User:
    """A user who leads a project."""
    user = create_user(name)
    Membership.objects.create(user=user, role=Membership.Role.LEAD, project=project)
    return user


def create_coordinator(partner: Partner, name: str = "Bob") -> User:
    """A user who coordinates a partner."""
    user = create_user(name)
    Membership.objects.create(user=user, role=Membership.Role.COORDINATOR, partner=partner)
    return user


def create_practice(project: Project | None = None, **fields: Any) -> GoodPractice:
    return GoodPractice.objects.create(
        project=project or create_project(), **{"name": f"Practice {next(_numbers)}", **fields}
    )


def create_plan(partner: Partner | None = None, **fields: Any) -> ActionPlan:
    return ActionPlan.objects.create(partner=partner or create_partner(), **fields)


def create_action(plan: ActionPlan | None = None, **fields: Any) -> Action:
    plan = plan or create_plan()
    position = plan.actions.count() + 1
    return Action.objects.create(plan=plan, **{"position": position, "title": f"Action {next(_numbers)}", **fields})


def say(action: Action, status: str, held_on: date, **fields: Any) -> Progress:
    """How far an action is, said in the round of a day."""
    round_, _created = MonitoringRound.objects.get_or_create(
        project=action.plan.partner.project, held_on=held_on, defaults={"name": f"Round of {held_on.isoformat()}"}
    )
    return Progress.objects.create(action=action, round=round_, status=status, **fields)


def create_assessment_round(project: Project, name: str = "Start", **fields: Any) -> AssessmentRound:
    """A round of the project's instrument, which is made with three dimensions where there is none."""
    instrument, created = Instrument.objects.get_or_create(project=project, name="Waste in towns")
    if created:
        for position, dimension in enumerate(("Prevention", "Separate collection", "Recycling"), 1):
            instrument.dimensions.create(position=position, name=dimension, anchor_1="nothing", anchor_5="everything")
    return instrument.rounds.create(position=instrument.rounds.count() + 1, name=name, **fields)


def rate(
    round_: AssessmentRound, partner: Partner, *, rater: Partner | None = None, expert: str = "", values: list[int]
) -> Assessment:
    """What a partner, or an expert, says of a region: one value for each dimension, from the first one on."""
    ratings = dict(zip(round_.instrument.dimensions.all(), ((value, "") for value in values), strict=False))
    return assess(round_, partner, rater=rater, expert=expert, ratings=ratings, by=None)


def create_kind(slug: str = "thematic-event", **fields: Any) -> EventKind:
    name = slug.replace("-", " ").capitalize()
    kind, _created = EventKind.objects.get_or_create(slug=slug, defaults={"name": name, "plural": f"{name}s", **fields})
    return kind


def create_venue(**fields: Any) -> Venue:
    return Venue.objects.create(**{"name": f"Venue {next(_numbers)}", "city": "Maastricht", "country": "NL", **fields})


def create_site(**fields: Any) -> Site:
    return Site.objects.create(**{"name": f"Site {next(_numbers)}", "city": "Geleen", "country": "NL", **fields})


def create_event(project: Project | None = None, **fields: Any) -> Event:
    """Without fields: announced, on 20 and 21 May 2027 from 9:00 to 16:00 in Maastricht, open for registration."""
    n = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"event-{n}",
        "title": f"Event {n}",
        "status": Event.Status.ANNOUNCED,
        "date_precision": Event.DatePrecision.DAY,
        "starts_on": date(2027, 5, 20),
        "ends_on": date(2027, 5, 21),
        "start_time": time(9),
        "end_time": time(16),
        "time_zone": "Europe/Amsterdam",
        "mode": Event.Mode.ON_SITE,
        "registration_opens_at": timezone.make_aware(datetime(2027, 1, 1)),
    }
    fields.setdefault("kind", EventKind.objects.first() or create_kind())
    if fields.get("date_precision") == Event.DatePrecision.UNKNOWN:
        defaults.update(starts_on=None, ends_on=None, start_time=None, end_time=None)
    if fields.get("date_precision") == Event.DatePrecision.MONTH:
        defaults.update(starts_on=date(2027, 5, 1), ends_on=date(2027, 5, 31), start_time=None, end_time=None)
    return Event.objects.create(project=project or create_project(), **{**defaults, **fields})


def create_session(event: Event, **fields: Any) -> Session:
    position = event.sessions.count() + 1
    return Session.objects.create(
        event=event, **{"position": position, "day": 1, "title": f"Session {position}", **fields}
    )


def create_speaker(event: Event, **fields: Any) -> Speaker:
    return Speaker.objects.create(event=event, **{"name": f"Speaker {next(_numbers)}", **fields})


def create_option(event: Event, **fields: Any) -> Option:
    """One of the answers of a question of its own."""
    n = next(_numbers)
    question = Question.objects.create(
        event=event,
        position=n,
        kind=Question.Kind.ONE_OF,
        label=f"Question {n}",
        purpose="Food",
        delete_on=date(2028, 1, 1),
    )
    return Option.objects.create(question=question, **{"position": 1, "label": f"Answer {n}", **fields})


def create_delegation(event: Event, **fields: Any) -> Delegation:
    """Without fields: two seats of a partner of its own, held until the event starts."""
    if "partner" not in fields:
        fields["partner"] = create_partner(event.project)
    return Delegation.objects.create(event=event, **{"seats": 2, **fields})


def create_registration(event: Event | None = None, person: str = "Alice", **fields: Any) -> Registration:
    """Without fields: a confirmed registration of Alice."""
    event = event or create_event()
    email = fields.setdefault("email", f"{person.lower()}@example.org")
    fields.setdefault("name", person)
    state = fields.setdefault("state", Registration.State.CONFIRMED)
    if state == Registration.State.CONFIRMED:
        fields.setdefault("confirmed_at", timezone.now())
    if state == Registration.State.CANCELLED:
        fields.setdefault("cancelled_at", timezone.now())
        fields.setdefault("cancelled_by", Registration.CancelledBy.PERSON)
    return Registration.objects.create(
        event=event,
        person=Person.objects.recognised(event.project, email=email, name=fields["name"]),
        **{"organisation_name": "City of Gävle", "country": "SE", **fields},
    )


def record_attendance(registration: Registration, **fields: Any) -> AttendanceRecord:
    """Without fields: seen on the first day, by the signed list. With is_present=False: found absent."""
    if not fields.pop("is_present", True):
        fields["what"] = AttendanceRecord.What.ABSENT
    defaults = {"day": registration.event.starts_on, "what": "in", "how": AttendanceRecord.How.SIGNED_LIST}
    return AttendanceRecord.objects.create(registration=registration, **{**defaults, **fields})


def create_outcome(event: Event, **fields: Any) -> LearningOutcome:
    position = event.outcomes.count() + 1
    return LearningOutcome.objects.create(
        event=event, **{"position": position, "text": f"Outcome {position}", **fields}
    )


def create_feedback(
    registration: Registration, *ratings: tuple[LearningOutcome, int | None, int | None], **fields: Any
) -> Feedback:
    """Ratings are (outcome, before, after)."""
    feedback = Feedback.objects.create(registration=registration, **fields)
    for outcome, before, after in ratings:
        OutcomeRating.objects.create(feedback=feedback, outcome=outcome, before=before, after=after)
    return feedback


def days(n: int) -> timedelta:
    return timedelta(days=n)


def create_question(
    event: Event, label: str = "What should we know?", *, options: tuple = (), **fields: Any
) -> Question:
    """Without fields: an optional text. `options` are labels, or pairs of a label and its places."""
    position = event.questions.count() + 1
    defaults = {"position": position, "purpose": "The host prepares it", "delete_on": date(2027, 6, 1)}
    question = Question.objects.create(event=event, label=label, **{**defaults, **fields})
    for position, option in enumerate(options, 1):
        label, places = option if isinstance(option, tuple) else (option, None)
        Option.objects.create(question=question, position=position, label=label, places=places)
    keep_words(question)
    return question
