"""Learning surveys: who is asked, what they answer, whom it shows to have learned, and what the lead reads."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Mail
from learning.exceptions import SurveyClosesTooEarly, SurveyHasNoQuestions, SurveyIsOpened, SurveyNotOpen
from learning.models import Indicator, LearningSurvey, LevelOfLearning, SurveyAnswer, SurveyInvitation, SurveyQuestion
from learning.reports.indicators import indicator_rows
from learning.reports.semester import semester_report
from learning.survey_results import results_of_survey
from learning.surveys import (
    active_people,
    answer,
    ask_again,
    learners,
    open_survey,
    questions_to_begin_with,
    remind,
    write_questions,
)
from registrations.merging import merge
from tests.factories import (
    create_coordinator,
    create_event,
    create_lead,
    create_partner,
    create_project,
    create_registration,
    record_attendance,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
LAST_DAY = date(2027, 3, 31)


@pytest.fixture(autouse=True)
def _stand_still(clock):
    clock.move_to(NOW)


@pytest.fixture
def project():
    return create_project()


@pytest.fixture
def survey(project):
    return create_survey(project)


def create_survey(project, *, counts_from: int | None = 4, **fields) -> LearningSurvey:
    survey = LearningSurvey.objects.create(project=project, title="What did you learn?", **fields)
    write_questions(
        survey,
        [
            SurveyQuestion(text="I can do something new", counts_from=counts_from),
            SurveyQuestion(text="What came of it?", kind="open"),
        ],
    )
    return survey


def present(project, name="Alice", *, number=1, **fields):
    """Register somebody at so many events of February, and record that they were there; return the last."""
    for n in range(number):
        slug = f"event-{n}"
        event = project.events.filter(slug=slug).first() or create_event(
            project, slug=slug, starts_on=date(2027, 2, 2 + n), ends_on=date(2027, 2, 2 + n)
        )
        email = fields.get("email", f"{name.lower()}@example.org")
        registration = create_registration(event, name, **{"email": email, **fields})
        record_attendance(registration)
    return registration


def say(survey, name, rating, text=""):
    invitation = survey.invitations.get(person__name=name)
    statement, open_question = survey.questions.all()
    answer(invitation, {statement: rating, open_question: text})
    return invitation


def to() -> list[str]:
    return sorted(mail.to.partition("@")[0] for mail in Mail.objects.all())


# --- Who is asked ------------------------------------------------------------------------------------------------


def test_only_those_who_attended_are_asked_each_once(project, survey):
    present(project, number=3)
    create_registration(project.events.first(), "Absent")
    create_registration(project.events.first(), "Waits", state="waiting")

    assert open_survey(survey, closes_on=LAST_DAY) == 1
    assert to() == ["alice"]


@pytest.mark.parametrize(("least", "asked"), [(1, ["alice", "bob"]), (2, ["bob"]), (3, [])])
def test_how_many_events_make_somebody_active_is_a_rule_of_the_survey(project, least, asked):
    present(project)
    present(project, "Bob", number=2)

    open_survey(create_survey(project, least_events=least), closes_on=LAST_DAY)

    assert to() == asked


def test_a_survey_of_a_semester_is_for_those_who_were_there_in_it(project):
    present(project)
    semester = project.semesters.create(number=9, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 31))

    assert active_people(create_survey(project, semester=semester)) == []

    semester.ends_on = date(2027, 2, 28)
    semester.save()
    assert len(active_people(LearningSurvey.objects.get())) == 1


def test_merged_persons_are_one_and_the_last_address_is_written_to(project, survey):
    present(project, "Alice")
    later = create_event(project, slug="later", starts_on=date(2027, 2, 20), ends_on=date(2027, 2, 20))
    other = create_registration(later, "Alice A.", email="new@example.org", language="it")
    record_attendance(other)
    kept = project.persons.get(email="alice@example.org")
    merge(kept, other.person, by=create_lead(project))

    open_survey(survey, closes_on=LAST_DAY)

    invitation = SurveyInvitation.objects.get()
    assert (invitation.person, invitation.email, invitation.language) == (kept, "new@example.org", "it")


def test_asking_again_asks_who_became_active_since_and_nobody_twice(project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)
    present(project, "Bob")

    assert [ask_again(survey), ask_again(survey)] == [1, 0]
    assert to() == ["alice", "bob"]


def test_it_opens_once_with_questions_and_a_day_ahead(project, survey):
    present(project)
    with pytest.raises(SurveyClosesTooEarly):
        open_survey(survey, closes_on=NOW.date())
    with pytest.raises(SurveyHasNoQuestions):
        open_survey(LearningSurvey.objects.create(project=project, title="Empty"), closes_on=LAST_DAY)
    with pytest.raises(SurveyNotOpen):
        ask_again(survey)
    assert to() == []

    open_survey(survey, closes_on=LAST_DAY)

    with pytest.raises(SurveyIsOpened):
        open_survey(survey, closes_on=LAST_DAY)
    with pytest.raises(SurveyIsOpened):
        write_questions(survey, [])


def test_the_mail_has_the_link_and_the_last_minute(project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)

    mail = Mail.objects.get()
    address = reverse("learning:answer_survey", args=[SurveyInvitation.objects.get().code])
    assert mail.subject == f"{project.acronym}: What did you learn?"
    assert f"http://testserver{address}" in mail.text
    assert "Wednesday 31 March 2027, 23:59" in mail.text
    assert f"http://testserver{address}" in mail.html


@pytest.mark.parametrize(("day", "written"), [(23, 0), (24, 1), (31, 1)])
def test_whoever_is_silent_is_reminded_once_a_week_before_the_end(project, survey, day, written):
    present(project)
    present(project, "Bob")
    open_survey(survey, closes_on=LAST_DAY)
    say(survey, "Bob", 4)
    at = datetime(2027, 3, day, 9, tzinfo=UTC)

    assert [remind(at=at), remind(at=at)] == [written, 0]
    assert to() == ["alice"] * (1 + written) + ["bob"]


def test_a_follow_up_asks_those_who_answered_what_it_follows(project, survey):
    present(project)
    present(project, "Bob")
    open_survey(survey, closes_on=LAST_DAY)
    say(survey, "Bob", 2)

    follow_up = create_survey(project, follows=survey, counts_from=None)

    assert [one.email for one in active_people(follow_up)] == ["bob@example.org"]


def test_queries_of_asking_grow_only_by_the_mails(project, survey):
    present(project)
    with CaptureQueriesContext(connection) as one:
        open_survey(survey, closes_on=LAST_DAY)
    for name in ("Bob", "Carla", "Dora"):
        present(project, name)
    with CaptureQueriesContext(connection) as three:
        ask_again(survey)

    # Each mail is a statement of its own.
    assert len(three) - len(one) <= 2 * 2 + 1


# --- Whom it shows to have learned -------------------------------------------------------------------------------


@pytest.mark.parametrize(("rating", "learned"), [(5, 1), (4, 1), (3, 0), (None, 0)])
def test_whoever_rates_a_statement_high_enough_has_learned(project, survey, rating, learned):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)
    say(survey, "Alice", rating, "Much")

    assert len(learners(project, at=timezone.now())) == learned


def test_attending_and_saying_nothing_is_no_learning(project, survey):
    present(project, number=3)
    open_survey(survey, closes_on=LAST_DAY)

    assert learners(project, at=timezone.now()) == ()


def test_a_person_counts_once_over_all_surveys_and_merged_ones_too(project, survey):
    present(project)
    other = present(project, "Alice A.", email="new@example.org")
    second = create_survey(project)
    for one in (survey, second):
        open_survey(one, closes_on=LAST_DAY)
        say(one, "Alice", 5)
        say(one, "Alice A.", 5)
    assert len(learners(project, at=timezone.now())) == 2

    merge(project.persons.get(email="alice@example.org"), other.person, by=create_lead(project))

    assert len(learners(project, at=timezone.now())) == 1


def test_a_follow_up_does_not_count_again_and_an_earlier_instant_sees_nothing(project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)
    say(survey, "Alice", 1)
    follow_up = create_survey(project, follows=survey)
    open_survey(follow_up, closes_on=LAST_DAY)
    say(follow_up, "Alice", 5)
    assert learners(project, at=timezone.now()) == ()

    say(survey, "Alice", 5)

    assert len(learners(project, at=timezone.now())) == 1
    assert learners(project, at=NOW - timedelta(minutes=1)) is None


def test_semesters_add_up_to_the_project(project, clock):
    for name in ("Alice", "Bob", "Carla"):
        present(project, name)
    fifth, sixth = (
        project.semesters.create(number=n, starts_on=begin, ends_on=end)
        for n, begin, end in (
            (5, date(2026, 9, 1), date(2027, 2, 28)),
            (6, date(2027, 3, 1), date(2027, 8, 31)),
        )
    )
    of_fifth, of_project = create_survey(project, semester=fifth), create_survey(project)
    assert learners(project, semester=fifth, at=NOW) is None
    for survey, names in ((of_fifth, ("Alice", "Bob")), (of_project, ("Bob", "Carla"))):
        open_survey(survey, closes_on=LAST_DAY)
        clock.move_to(timezone.now() + timedelta(hours=1))
        for name in names:
            say(survey, name, 5)

    def names(found):
        return sorted(project.persons.get(pk=one.person_id).name for one in found)

    at = timezone.now()
    assert names(learners(project, semester=fifth, at=at)) == ["Alice", "Bob"]
    assert names(learners(project, semester=sixth, at=at)) == ["Carla"]
    assert names(learners(project, at=at)) == ["Alice", "Bob", "Carla"]


def test_the_report_counts_them_and_opens_what_they_chose(client, lead, project, survey):
    Indicator.objects.create(
        programme=project.programme, code="capacity", name="Capacity", unit="people", rule="surveyed"
    )
    semester = project.semesters.create(number=6, starts_on=date(2027, 3, 1), ends_on=date(2027, 8, 31))
    present(project)

    def value():
        [row] = indicator_rows(semester_report(project, semester, at=timezone.now()))
        return row.value

    assert value() is None
    open_survey(survey, closes_on=LAST_DAY)
    assert value() == 0
    say(survey, "Alice", 5)
    assert value() == 1
    page = client.get(reverse("learning:report_rows", args=[project.slug, 6, "indicator-capacity"]))
    assert "I can do something new" in page.text
    assert "Alice" not in page.text


# --- Answering ---------------------------------------------------------------------------------------------------


@pytest.fixture
def invitation(project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)
    return SurveyInvitation.objects.select_related("survey__project").get()


def link(invitation):
    return reverse("learning:answer_survey", args=[invitation.code])


def fields(invitation, rating="4", text="A sorting line"):
    statement, open_question = invitation.survey.questions.all()
    return {f"question_{statement.pk}": rating, f"question_{open_question.pk}": text, "role": "staff", "work": "policy"}


def test_somebody_answers_comes_back_and_changes(client, invitation):
    assert client.get(link(invitation)).status_code == 200
    response = client.post(link(invitation), fields(invitation), follow=True)
    assert "Your answers are kept." in response.text
    assert "A sorting line" in client.get(link(invitation), {"change": ""}).text

    client.post(link(invitation), fields(invitation, rating="2", text=""))

    invitation.refresh_from_db()
    assert [(one.rating, one.text) for one in invitation.answers.all()] == [(2, "")]
    assert (invitation.role, invitation.work) == ("staff", "policy")


def test_opening_the_link_changes_nothing(client, invitation):
    client.get(link(invitation))

    invitation.refresh_from_db()
    assert invitation.answered_at is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rating": "7"}, "Choose a number from 1 to 5, or skip the question."),
        ({"text": "x" * 2001}, "Shorten this to at most 2000 characters. It has 2001."),
        ({"rating": "", "text": ""}, "Answer at least one question, then send."),
    ],
)
def test_wrong_answers_are_refused_in_words_and_nothing_is_stored(client, invitation, wrong, message):
    response = client.post(link(invitation), fields(invitation, **wrong))

    assert response.status_code == 422
    assert message in response.text
    assert not SurveyAnswer.objects.exists()


def test_a_role_that_there_is_not_is_refused(client, invitation):
    response = client.post(link(invitation), fields(invitation) | {"role": "queen"})

    assert "Choose from the list, or skip the question." in response.text


def test_what_comes_too_late_is_shown_again(client, clock, invitation):
    clock.move_to(datetime(2027, 4, 1, tzinfo=UTC))

    response = client.post(link(invitation), fields(invitation))

    assert response.status_code == 422
    assert "This survey is closed" in response.text
    assert "A sorting line" in response.text
    assert client.get(link(invitation)).status_code == 200


@pytest.mark.parametrize("code", ["unknown", "x" * 27, "é"])
def test_a_link_that_is_none_says_so(client, code):
    response = client.get(reverse("learning:answer_survey", args=[code]))

    assert response.status_code == 404
    assert "This link does not work" in response.text


def test_the_question_of_another_survey_is_no_field(client, project, invitation):
    other = create_survey(project).questions.first()

    client.post(link(invitation), fields(invitation) | {f"question_{other.pk}": "5"})

    assert not SurveyAnswer.objects.filter(question=other).exists()


# --- What the lead writes and reads ------------------------------------------------------------------------------


@pytest.fixture
def lead(client, project):
    user = create_lead(project)
    client.force_login(user)
    return user


def page(name, survey):
    return reverse(f"learning:{name}", args=[survey.project.slug, survey.pk])


def posted(*questions, **fields):
    rows = {
        "questions-TOTAL_FORMS": len(questions),
        "questions-INITIAL_FORMS": 0,
        "title": "Semester 5",
        "least_events": "1",
        "language": "en",
        **fields,
    }
    for n, question in enumerate(questions):
        for field, value in {"kind": "statement", **question}.items():
            rows[f"questions-{n}-{field}"] = value
    return rows


def test_rows_of_a_survey_read_the_levels_of_learning_once(client, project):
    client.force_login(create_lead(project))
    address = reverse("learning:add_survey", args=[project.slug])
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        client.get(address)

    assert sum("learning_leveloflearning" in query["sql"] for query in queries) <= 3


def test_a_new_survey_begins_with_questions_of_each_level(client, lead, project):
    shown = client.get(reverse("learning:add_survey", args=[project.slug]))

    assert shown.status_code == 200
    assert "My organisation works in another way because of what we learned" in shown.text
    assert [level.code for level in LevelOfLearning.objects.all()] == [
        "individual",
        "organisational",
        "stakeholder",
        "external",
    ]
    assert {one.level.code for one in questions_to_begin_with(is_follow_up=False) if one.level} == {
        level.code for level in LevelOfLearning.objects.all()
    }


def test_the_lead_writes_opens_and_closes_later(client, lead, project):
    present(project)
    data = posted({"text": "I learned", "counts_from": "4"}, {"text": ""}, {"text": "What?", "kind": "open"})
    client.post(reverse("learning:add_survey", args=[project.slug]), data)
    survey = LearningSurvey.objects.get()
    assert [(one.position, one.text, one.counts_from) for one in survey.questions.all()] == [
        (1, "I learned", 4),
        (2, "What?", None),
    ]

    day = {"closes_on_0": "31", "closes_on_1": "3", "closes_on_2": "2027"}
    response = client.post(page("survey", survey), day, follow=True)
    assert "A mail with a link goes to 1 person." in response.text

    survey.refresh_from_db()
    assert survey.closes_on == LAST_DAY
    client.post(page("survey", survey), day | {"closes_on_1": "4", "closes_on_0": "30"})
    survey.refresh_from_db()
    assert survey.closes_on == date(2027, 4, 30)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (posted(), "Write at least one question."),
        (posted({"text": "Why?", "kind": "open", "counts_from": "4"}), "Only a statement can count"),
        (posted({"text": "I learned", "kind": "song"}), "Choose a kind of the list."),
        (posted({"text": "x" * 301}), "Shorten this to at most 300 characters. It has 301."),
        (posted({"text": "I learned"}, title=""), "Enter a title."),
        (posted({"text": "I learned"}, least_events="none"), "Enter a whole number, such as 1."),
        (posted({"text": "I learned"}, semester="9" * 30), "Choose a semester of the list."),
    ],
)
def test_a_wrong_survey_is_refused_in_words_and_what_was_typed_stays(client, lead, project, data, message):
    response = client.post(reverse("learning:add_survey", args=[project.slug]), data)

    assert response.status_code == 422
    assert message in response.text
    assert data.get("questions-0-text", "Semester 5") in response.text
    assert not LearningSurvey.objects.exists()


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (("1", "3", "2027"), "Enter a day after today."),
        (("", "", ""), "Enter the last day."),
        (("31", "2", "2027"), "There is no such day"),
        (("x", "é", "9" * 40), "Enter day, month and year as numbers"),
    ],
)
def test_a_wrong_last_day_is_refused_in_words(client, lead, survey, day, message):
    response = client.post(page("survey", survey), {f"closes_on_{n}": part for n, part in enumerate(day)})

    assert response.status_code == 422
    assert message in response.text
    survey.refresh_from_db()
    assert survey.is_draft


def test_questions_stay_once_people_were_asked(client, lead, project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)

    response = client.post(page("edit_survey", survey), posted({"text": "Another"}), follow=True)

    assert "People are asked already" in response.text
    assert survey.questions.count() == 2


def test_few_answers_are_withheld_and_five_are_drawn_without_names(client, lead, project, survey):
    names = ["Ann", "Ben", "Cleo", "Dan", "Eve"]
    for name in names:
        present(project, name)
    open_survey(survey, closes_on=LAST_DAY)
    for name in names[:4]:
        say(survey, name, 5, "A sorting line")
    withheld = client.get(page("survey", survey)).text
    assert "A sorting line" not in withheld
    assert "What they say is shown from 5 answers on" in withheld

    say(survey, "Eve", 2, "<script>")

    shown = client.get(page("survey", survey)).text
    assert "4 of 5 people agree: I can do something new" in shown
    assert "A sorting line" in shown
    assert "&lt;script&gt;" in shown
    assert not any(f"{name}@" in shown or f">{name}<" in shown for name in names)
    assert results_of_survey(survey).learned == 4


def test_six_months_later_the_page_asks_for_the_follow_up(client, clock, lead, project, survey):
    present(project)
    open_survey(survey, closes_on=LAST_DAY)
    say(survey, "Alice", 5)
    listed = reverse("learning:surveys", args=[project.slug])
    assert "Begin the follow-up" not in client.get(listed).text

    clock.move_to(datetime(2027, 9, 30, tzinfo=UTC))
    # The session of spring has ended.
    client.force_login(lead)
    assert "Begin the follow-up" in client.get(listed).text
    address = reverse("learning:add_survey", args=[project.slug]) + f"?follows={survey.pk}"
    client.post(address, posted({"text": "What came of it?", "kind": "open"}))

    follow_up = LearningSurvey.objects.get(follows=survey)
    assert follow_up.questions.count() == 1
    assert "Begin the follow-up" not in client.get(listed).text


def test_partners_read_what_people_say_and_write_nothing(client, project, survey):
    client.force_login(create_coordinator(create_partner(project)))
    for name, status in (("survey", 200), ("edit_survey", 404)):
        assert client.get(page(name, survey)).status_code == status
    listed = client.get(reverse("learning:surveys", args=[project.slug]))
    assert listed.status_code == 200
    assert "Begin a survey" not in listed.text
    assert client.get(reverse("learning:add_survey", args=[project.slug])).status_code == 404
    day = {"closes_on_0": "31", "closes_on_1": "3", "closes_on_2": "2027"}
    assert client.post(page("survey", survey), day).status_code == 404
    survey.refresh_from_db()
    assert survey.is_draft


def test_nobody_of_another_project_finds_its_surveys(client, project, survey):
    elsewhere = create_project(slug="elsewhere", acronym="ELSE")
    client.force_login(create_lead(elsewhere))
    for address in (
        reverse("learning:surveys", args=[project.slug]),
        reverse("learning:add_survey", args=[project.slug]),
        page("survey", survey),
        page("edit_survey", survey),
        # Its own project, and the survey of another one.
        reverse("learning:survey", args=[elsewhere.slug, survey.pk]),
        reverse("learning:add_survey", args=[elsewhere.slug]) + f"?follows={survey.pk}",
    ):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_pages_take_the_same_queries_for_one_and_three(client, lead, project, number):
    for _one in range(number):
        create_survey(project)
    first = LearningSurvey.objects.first()
    for n in range(number):
        present(project, f"Person{n}")
    open_survey(first, closes_on=LAST_DAY)

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("learning:surveys", args=[project.slug]))
    assert len(queries) <= 8
    with CaptureQueriesContext(connection) as queries:
        client.get(page("survey", first))
    assert len(queries) <= 15


def test_the_shipped_questions_are_whole():
    from learning.surveys import DATA

    shipped = json.loads((DATA / "survey_questions.json").read_text())
    for one in shipped["first"] + shipped["follow_up"]:
        SurveyQuestion(**{**one, "level": None}).clean_fields(exclude=["survey", "position", "level"])
