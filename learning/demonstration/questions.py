"""What the conference and the study visit ask beside the core, and what the made-up guests chose and answered."""

import random
from collections.abc import Iterable
from datetime import datetime

from events.models import Event, Session
from registrations.models import Answer, Choice, Option, Question, Registration
from registrations.questions.asked import read_questions, version_of
from registrations.questions.catalogue import add_ready

Kind = Question.Kind
DINNER_PLACES = 60
# Nearly full, so that the page shows it filling up.
ON_THE_VISIT = 47


def ask_at_the_conference(event: Event, registrations: Iterable[Registration], chance: random.Random) -> None:
    """Let the conference ask for diet, access needs and the dinner, and its guests choose a track and the visit."""
    for key in ("diet", "access", "dinner"):
        add_ready(event, key)
    dinner = event.questions.get(catalogue_key="dinner")
    Option.objects.filter(question=dinner, position=1).update(places=DINNER_PLACES)
    confirmed = [one for one in registrations if one.state == Registration.State.CONFIRMED]
    tracks = list(event.sessions.filter(choice_group__isnull=False))
    visit = event.sessions.get(kind=Session.Kind.SITE_VISIT)
    choices = [_choice(one, one.joined_at, session=chance.choice(tracks)) for one in confirmed]
    choices += [_choice(one, one.joined_at, session=visit) for one in chance.sample(confirmed, ON_THE_VISIT)]
    answers = []
    for question in read_questions(event):
        options = list(question.options.all())
        if not options:
            # Nobody among them said “Something else”.
            continue
        for one in confirmed:
            if question.catalogue_key == "dinner":
                option = options[0] if chance.random() < 0.8 else options[1]
                answers.append(_answer(one, question, option.pk))
                if option.places is not None:
                    choices.append(_choice(one, one.joined_at, option=option))
            elif chance.random() < (0.25 if question.catalogue_key == "diet" else 0.06):
                answers.append(_answer(one, question, [chance.choice(options[:-1]).pk]))
    Choice.objects.bulk_create(choices)
    Answer.objects.bulk_create(answers)


def ask_on_the_visit(event: Event, registrations: Iterable[Registration]) -> None:
    """Let the study visit ask what its sites ask for."""
    for key in ("site-id", "site-shoes", "site-instruction"):
        add_ready(event, key)
    confirmed = [one for one in registrations if one.state == Registration.State.CONFIRMED]
    answers = []
    for question in read_questions(event):
        for number, one in enumerate(confirmed):
            # Somebody has not read the instruction yet.
            has_not = question.catalogue_key == "site-instruction" and number % 5 == 4
            answers.append(_answer(one, question, not has_not))
    Answer.objects.bulk_create(answers)


def _answer(registration: Registration, question: Question, value: object) -> Answer:
    version = version_of(question)
    at = registration.joined_at
    return Answer(registration=registration, question=question, version=version, value=value, answered_at=at)


def _choice(registration: Registration, since: datetime, **what: Session | Option) -> Choice:
    return Choice(registration=registration, since=since, has_place=True, **what)
