"""The way of a practice from its owner to the action that came of it, and the picture of all of them."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from learning.arrows import picture
from learning.journeys import Reached, journey, who_learned_what
from learning.models import Showing, Transfer, Wish
from projects.exceptions import OwnPractice, StepNotPossible
from projects.models import Criterion, CriterionRating, GoodPractice
from tests.factories import (
    create_action,
    create_coordinator,
    create_event,
    create_kind,
    create_lead,
    create_organisation,
    create_partner,
    create_plan,
    create_practice,
    create_project,
    create_session,
    say,
)

pytestmark = pytest.mark.django_db

YESTERDAY, TODAY, SUMMER = date(2027, 2, 28), date(2027, 3, 1), date(2027, 7, 1)


@pytest.fixture(autouse=True)
def _stand_still(clock):
    pass


@pytest.fixture
def project():
    return create_project(acronym="BETTER", slug="better")


@pytest.fixture
def genoa(project):
    return create_partner(project, slug="genoa", organisation=create_organisation(name="Genoa", region="Liguria"))


@pytest.fixture
def tartu(project):
    return create_partner(project, slug="tartu", organisation=create_organisation(name="Tartu", region="Estonia"))


@pytest.fixture
def practice(project, genoa):
    return create_practice(project, owner=genoa, name="One form", summary="One form for all.")


def held(project, kind_slug, *, practice=None, **fields):
    kind = create_kind(kind_slug, **fields.pop("kind", {}))
    values = {"starts_on": YESTERDAY, "ends_on": YESTERDAY, "status": "held", **fields}
    event = create_event(project, kind=kind, **values)
    if practice:
        event.practices.add(practice)
    return event


def workshop(project, practice, partner, **fields):
    return held(
        project,
        "import-workshop",
        practice=practice,
        kind={"has_importing_partner": True},
        importing_partner=partner,
        **fields,
    )


def page(practice):
    return reverse("learning:practice", args=[practice.project.slug, practice.slug])


def at_partner(practice, partner):
    return reverse("learning:practice_at_partner", args=[practice.project.slug, practice.slug, partner.slug])


# --- The way -----------------------------------------------------------------------------------------------------


def test_events_say_where_a_practice_was_shown_studied_and_imported(project, practice, tartu):
    shown = held(project, "thematic-event", practice=practice)
    studied = held(project, "study-visit", practice=practice, kind={"visits_sites": True})
    imported = workshop(project, practice, tartu)
    held(project, "seminar")

    way = journey(practice, user=None)

    assert [stop.event for stop in way.shown] == [shown]
    assert [stop.event for stop in way.studied] == [studied]
    assert [(step.partner, step.event, step.transfer, step.is_ahead) for step in way.imports] == [
        (tartu, imported, None, False)
    ]


def test_a_transfer_plan_stands_with_the_workshop_of_its_partner_or_alone(project, practice, tartu):
    event = workshop(project, practice, tartu)
    with_workshop = Transfer.objects.create(practice=practice, partner=tartu)
    alone = Transfer.objects.create(practice=practice, partner=create_partner(project))

    way = journey(practice, user=None)

    assert [(step.event, step.transfer) for step in way.imports] == [(event, with_workshop), (None, alone)]


def test_a_cancelled_event_is_no_step_and_one_to_come_is_planned(project, practice):
    held(
        project,
        "seminar",
        practice=practice,
        status="cancelled",
        cancelled_at=datetime(2027, 2, 1, tzinfo=UTC),
    )
    ahead = held(project, "seminar", practice=practice, status="announced", starts_on=SUMMER, ends_on=SUMMER)

    assert [(stop.event, stop.is_ahead) for stop in journey(practice, user=None).shown] == [(ahead, True)]


def test_sessions_that_show_it_stand_with_their_event(project, practice):
    event = held(project, "thematic-event")
    session = create_session(event, title="The form, live")
    Showing.objects.create(practice=practice, session=session)
    gone = create_session(event)
    Showing.objects.create(practice=practice, session=gone)
    gone.put_away()

    assert [(stop.event, stop.sessions) for stop in journey(practice, user=None).shown] == [(event, [session])]


def test_a_visit_in_the_programme_of_another_event_is_studied(project, practice):
    event = held(project, "partner-meeting", practice=practice)
    talk, visit = create_session(event), create_session(event, kind="site_visit")
    for session in (talk, visit):
        Showing.objects.create(practice=practice, session=session)

    way = journey(practice, user=None)

    assert [stop.sessions for stop in way.shown] == [[talk]]
    assert [stop.sessions for stop in way.studied] == [[visit]]


def test_events_that_a_reader_may_not_see_are_not_told(project, practice):
    held(project, "partner-meeting", practice=practice, visibility=Event.Visibility.PARTNERS)

    assert journey(practice, user=None).shown == []
    assert len(journey(practice, user=create_lead(project)).shown) == 1


def test_the_event_of_a_wish_and_of_a_transfer_is_told_to_its_readers_only(client, project, practice, tartu):
    inside = held(project, "partner-meeting", title="Behind doors", visibility=Event.Visibility.PARTNERS)
    Wish.objects.create(practice=practice, partner=tartu, reason="We need it.", event=inside)
    Transfer.objects.create(practice=practice, partner=tartu, event=inside)
    page = practice.get_absolute_url()

    way = journey(practice, user=None)
    assert [wish.event for wish in way.wishes] == [None]
    assert [step.event for step in way.imports] == [None]
    assert "Behind doors" not in client.get(page).text

    way = journey(practice, user=create_lead(project))
    assert [wish.event for wish in way.wishes] == [inside]
    assert [step.event for step in way.imports] == [inside]


def test_the_owner_neither_wants_nor_imports_nor_rates(practice, genoa, project):
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")

    with pytest.raises(OwnPractice):
        Wish.objects.create(practice=practice, partner=genoa, reason="Ours is best")
    with pytest.raises(OwnPractice):
        Transfer.objects.create(practice=practice, partner=genoa)
    with pytest.raises(OwnPractice):
        CriterionRating.objects.create(practice=practice, partner=genoa, criterion=criterion, value=5)


def test_a_practice_goes_one_step_at_a_time(practice):
    practice.take_back()
    with pytest.raises(StepNotPossible):
        practice.submit()
    practice.publish(at=datetime(2027, 1, 1, tzinfo=UTC))
    practice.submit()
    with pytest.raises(StepNotPossible):
        practice.publish()
    practice.validate()
    with pytest.raises(StepNotPossible):
        practice.take_back()

    stored = GoodPractice.objects.get()
    assert (stored.state, stored.published_at) == ("validated", datetime(2027, 1, 1, tzinfo=UTC))


def test_an_address_is_given_once_and_is_unique_in_the_project(project, practice):
    practice.name = "One form for every permit"
    practice.save()
    second = create_practice(project, name="One form!")
    nameless = create_practice(project, name="Μία φόρμα")

    assert [one.slug for one in (practice, second, nameless)] == ["one-form", "one-form-2", "practice"]


# --- Who learnt what from whom -----------------------------------------------------------------------------------


def learned(project):
    return [(one.practice.name, str(one.owner), str(one.partner), one.reached) for one in who_learned_what(project)]


def test_each_practice_came_as_far_as_its_last_step(project, practice, tartu):
    Wish.objects.create(practice=practice, partner=tartu, reason="We have four forms")
    assert learned(project) == [("One form", "Genoa", "Tartu", Reached.WANTED)]

    workshop(project, practice, tartu)
    assert learned(project) == [("One form", "Genoa", "Tartu", Reached.IMPORTED)]

    action = create_action(create_plan(tartu), practice=practice)
    assert learned(project) == [("One form", "Genoa", "Tartu", Reached.PLANNED)]

    say(action, "done", TODAY, evidence="It is online.")
    assert learned(project) == [("One form", "Genoa", "Tartu", Reached.DONE)]


def test_a_workshop_to_come_and_a_draft_are_no_steps(project, practice, tartu):
    workshop(project, practice, tartu, status="announced", starts_on=SUMMER, ends_on=SUMMER)
    draft = create_practice(project, state=GoodPractice.State.DRAFT)
    Wish.objects.create(practice=draft, partner=tartu, reason="Yes")

    assert learned(project) == []


def test_the_picture_has_one_arrow_for_each_pair_of_regions(project, practice, genoa, tartu):
    second = create_practice(project, owner=genoa, name="Two counters")
    Wish.objects.create(practice=practice, partner=tartu, reason="Yes")
    Transfer.objects.create(practice=second, partner=tartu)
    unknown = create_practice(project, name="Cows with collars")
    Wish.objects.create(practice=unknown, partner=genoa, reason="Yes")

    drawn = picture(who_learned_what(project))

    assert [(number, one.practice.name) for number, one in drawn.rows] == [
        (1, "Cows with collars"),
        (2, "One form"),
        (3, "Two counters"),
    ]
    assert [(arrow.text, arrow.style) for arrow in drawn.arrows] == [("1", "wanted"), ("2, 3", "imported")]
    assert drawn.finding == "0 of 3 ways from region to region end in an action that is carried out"
    assert [[line.text for line in node.lines] for node in drawn.givers] == [["Owner not", "known"], ["Liguria"]]


def test_arrows_of_one_region_stand_apart_and_what_is_carried_out_has_a_tick(project, practice, tartu):
    Wish.objects.create(practice=practice, partner=create_partner(project, slug="other"), reason="Yes")
    say(create_action(create_plan(tartu), practice=practice), "done", TODAY)

    first, second = picture(who_learned_what(project)).arrows

    assert first.y_from != second.y_from
    assert {(arrow.text, arrow.style) for arrow in (first, second)} == {("1 ✓", "done"), ("1", "wanted")}


def test_the_picture_and_its_table_are_there_for_everybody(client, project, practice, tartu):
    Wish.objects.create(practice=practice, partner=tartu, reason="We have =4 forms")

    shown = client.get(reverse("learning:who_learnt", args=["better"]))
    table = client.get(reverse("learning:who_learnt_table", args=["better"]))

    assert "One form: from Liguria to Estonia, Wanted" in shown.content.decode()
    assert b"".join(table.streaming_content).decode("utf-8-sig").splitlines() == [
        '"Good practice","From","Owner","To","Partner","How far it came"',
        '"One form","Liguria","Genoa","Estonia","Tartu","Wanted"',
    ]


def test_the_picture_asks_as_often_for_three_as_for_one(client, project, practice, tartu):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("learning:who_learnt", args=["better"]))
        return len(asked)

    create_action(create_plan(tartu), practice=practice)
    workshop(project, practice, tartu)
    one = queries()
    for n in range(2):
        other = create_practice(project, owner=create_partner(project))
        create_action(create_plan(create_partner(project)), practice=other)
        workshop(project, other, tartu, slug=f"w{n}")

    assert queries() == one


def test_the_pages_ask_as_often_for_three_as_for_one(client, project, practice, tartu):
    client.force_login(create_lead(project))
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")

    def queries(path):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        return len(asked)

    def once_more(partner):
        Wish.objects.create(practice=practice, partner=partner, reason="Yes")
        CriterionRating.objects.create(practice=practice, partner=partner, criterion=criterion, value=4)
        Transfer.objects.create(practice=practice, partner=partner)
        say(create_action(create_plan(partner), practice=practice), "done", TODAY)
        event = held(project, "thematic-event", practice=practice)
        Showing.objects.create(practice=practice, session=create_session(event))

    paths = [reverse("learning:practices", args=["better"]), page(practice)]
    once_more(tartu)
    one = [queries(path) for path in paths]
    for _more in range(2):
        once_more(create_partner(project))
        create_practice(project, owner=tartu)

    assert [queries(path) for path in paths] == one


# --- Pages -------------------------------------------------------------------------------------------------------


def test_the_public_reads_who_but_not_why(client, practice, tartu):
    Wish.objects.create(practice=practice, partner=tartu, reason="Four forms are too many")

    public = client.get(page(practice)).content.decode()
    client.force_login(create_coordinator(tartu))
    partners = client.get(page(practice)).content.decode()

    assert "Tartu" in public and "Four forms" not in public
    assert "Four forms are too many" in partners


def test_a_draft_is_there_for_people_with_a_role_only(client, practice, tartu):
    practice.take_back()

    assert client.get(page(practice)).status_code == 404
    assert practice.name not in client.get(practice.project.get_absolute_url()).content.decode()
    client.force_login(create_coordinator(tartu))
    assert client.get(page(practice)).status_code == 200


def test_a_coordinator_writes_a_practice_and_publishes_it(client, project, tartu):
    client.force_login(create_coordinator(tartu))
    address = reverse("learning:add_practice", args=["better"])

    wrong = client.post(address, {})
    assert wrong.status_code == 422
    assert "Enter a title for the practice." in wrong.content.decode()
    client.post(
        address,
        {"owner": tartu.pk, "language": "en", "name": "Counters at night", "summary": "Open until ten."},
    )
    practice = GoodPractice.objects.get()
    client.post(reverse("learning:step_of_practice", args=["better", practice.slug]), {"step": "publish"})

    practice.refresh_from_db()
    assert (practice.owner, practice.state) == (tartu, GoodPractice.State.PUBLISHED)


def test_the_owner_says_in_which_sessions_it_is_shown_and_what_it_does_not_see_stays(client, project, practice, genoa):
    event = held(project, "thematic-event", practice=practice)
    talk, lunch = create_session(event, title="The form, live"), create_session(event, kind="meal")
    hidden = create_session(held(project, "seminar", practice=practice, visibility=Event.Visibility.UNLISTED))
    Showing.objects.create(practice=practice, session=hidden)
    client.force_login(create_coordinator(genoa))
    address = reverse("learning:edit_practice", args=["better", practice.slug])
    typed = {"owner": genoa.pk, "language": "en", "name": "One form", "summary": "One form for all."}

    assert client.post(address, {**typed, "sessions": [lunch.pk]}).status_code == 422
    client.post(address, {**typed, "sessions": [talk.pk]})
    assert set(practice.showings.values_list("session", flat=True)) == {talk.pk, hidden.pk}
    client.post(address, typed)
    assert set(practice.showings.values_list("session", flat=True)) == {hidden.pk}


def test_a_title_of_more_than_100_characters_is_refused_and_kept(client, practice, genoa):
    client.force_login(create_coordinator(genoa))

    answer = client.post(
        reverse("learning:edit_practice", args=["better", practice.slug]),
        {"owner": genoa.pk, "language": "en", "name": "x" * 101, "summary": "What it is"},
    )

    assert answer.status_code == 422
    assert "Shorten this to at most 100 characters. It has 101." in answer.content.decode()
    assert "x" * 101 in answer.content.decode()


def test_only_the_lead_notes_that_the_programme_validated_it(client, project, practice, genoa):
    practice.submit()
    address = reverse("learning:step_of_practice", args=["better", practice.slug])

    client.force_login(create_coordinator(genoa))
    refused = client.post(address, {"step": "validate"}, follow=True)
    assert "the lead partner notes" in refused.content.decode()
    client.force_login(create_lead(project))
    client.post(address, {"step": "validate"})

    practice.refresh_from_db()
    assert practice.state == GoodPractice.State.VALIDATED


def test_a_partner_says_why_how_and_how_good(client, project, practice, tartu):
    event = workshop(project, practice, tartu)
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")
    client.force_login(create_coordinator(tartu))
    address = at_partner(practice, tartu)

    client.post(address, {"about": "wish", "wish-reason": "Four forms are too many", "wish-event": ""})
    client.post(
        address,
        {
            "about": "transfer",
            "transfer-event": event.pk,
            "transfer-fits": "The form",
            "transfer-must_change": "The law",
            "transfer-who": "Town hall",
            "transfer-due_on_0": "1",
            "transfer-due_on_1": "6",
            "transfer-due_on_2": "2027",
        },
    )
    client.post(address, {"about": "ratings", f"ratings-criterion_{criterion.pk}": "4"})

    assert list(Wish.objects.values_list("partner", "reason", "event")) == [(tartu.pk, "Four forms are too many", None)]
    assert list(Transfer.objects.values_list("event", "who", "due_on")) == [(event.pk, "Town hall", date(2027, 6, 1))]
    assert list(CriterionRating.objects.values_list("partner", "value")) == [(tartu.pk, 4)]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"about": "wish"}, "Write why you want it: what it would mend at home."),
        ({"about": "transfer", "transfer-fits": "All of it"}, "Write what must change at home first"),
        ({"about": "transfer", "transfer-due_on_0": "31", "transfer-due_on_1": "2"}, "Enter day, month and year"),
        ({"about": "ratings"}, "Saved."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(client, practice, tartu, sent, words):
    client.force_login(create_coordinator(tartu))

    answer = client.post(at_partner(practice, tartu), sent, follow=True)

    assert words in answer.content.decode()
    assert "All of it" in answer.content.decode() or "transfer-fits" not in sent


def test_a_rating_of_seven_is_refused(client, project, practice, tartu):
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")
    client.force_login(create_coordinator(tartu))

    answer = client.post(at_partner(practice, tartu), {"about": "ratings", f"ratings-criterion_{criterion.pk}": "7"})

    assert answer.status_code == 422
    assert "Choose a number from 1 to 5" in answer.content.decode()


def test_the_owner_is_told_that_a_practice_of_its_own_is_not_imported(client, practice, genoa):
    client.force_login(create_coordinator(genoa))

    shown = client.get(at_partner(practice, genoa), follow=True)
    # They had opened the form before it was theirs: what they typed is still there.
    sent = client.post(at_partner(practice, genoa), {"about": "wish", "wish-reason": "Kitchens asked for it"})

    told = "Genoa owns this practice, so it cannot want, rate or import it."
    assert told in shown.text
    assert (sent.status_code, told in sent.text, "Kitchens asked for it" in sent.text) == (422, True, True)
    assert not Wish.objects.exists()


def test_others_do_not_find_what_partners_write(client, project, practice, genoa, tartu):
    charlie = create_coordinator(create_partner(create_project()), "Charlie")
    addresses = [
        reverse("learning:add_practice", args=["better"]),
        reverse("learning:edit_practice", args=["better", practice.slug]),
        reverse("learning:practice_translation", args=["better", practice.slug]) + "?language=it",
        at_partner(practice, tartu),
    ]
    client.force_login(charlie)
    assert [client.get(address).status_code for address in addresses] == [404] * 4

    client.force_login(create_coordinator(tartu))
    assert [client.get(address).status_code for address in addresses] == [200, 404, 404, 200]
    client.force_login(create_coordinator(genoa, "Alice"))
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200, 404]


def test_a_practice_is_translated_and_shown_so(client, practice, genoa):
    client.force_login(create_coordinator(genoa))
    address = reverse("learning:practice_translation", args=["better", practice.slug]) + "?language=it"

    client.post(address, {"name": "Un modulo", "summary": "Un modulo per tutto."})

    practice.refresh_from_db()
    assert practice.translations == {"it": {"name": "Un modulo", "summary": "Un modulo per tutto."}}
    assert practice.in_language("summary", "it").text == "Un modulo per tutto."


def test_the_lead_writes_criteria_and_one_that_is_used_stays(client, project, practice, tartu):
    address = reverse("learning:criteria", args=["better"])
    client.force_login(create_coordinator(tartu))
    assert client.get(address).status_code == 404
    client.force_login(create_lead(project, "Alice"))

    client.post(address, {"texts": "Easy to carry over\nWorth its cost\n\nWorth its cost"})
    easy, _worth = project.criteria.all()
    CriterionRating.objects.create(practice=practice, partner=tartu, criterion=easy, value=4)
    refused = client.post(address, {"texts": "Worth its cost"})
    client.post(address, {"texts": "Worth its cost\nEasy to carry over"})

    assert refused.status_code == 422
    assert "Partners have rated by “Easy to carry over” already." in refused.content.decode()
    assert [criterion.text for criterion in project.criteria.all()] == ["Worth its cost", "Easy to carry over"]
    assert easy.ratings.count() == 1


def test_the_list_shows_means_by_criteria(client, project, practice, tartu):
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")
    for partner, value in ((tartu, 4), (create_partner(project), 3)):
        CriterionRating.objects.create(practice=practice, partner=partner, criterion=criterion, value=value)

    shown = client.get(reverse("learning:practices", args=["better"])).content.decode()

    assert "Easy to carry over" in shown
    assert "3.5" in shown


def test_the_best_by_a_criterion_come_first_and_unrated_ones_last(client, project, practice, tartu):
    criterion = Criterion.objects.create(project=project, position=1, text="Easy to carry over")
    create_practice(project, name="A form that nobody rated")
    better = create_practice(project, name="Two forms")
    for rated, value in ((practice, 3), (better, 5)):
        CriterionRating.objects.create(practice=rated, partner=tartu, criterion=criterion, value=value)
    address = reverse("learning:practices", args=["better"])

    def names(query):
        return [row.practice.name for row in client.get(address, query).context["rows"]]

    assert names({}) == names({"by": "x"}) == ["A form that nobody rated", "One form", "Two forms"]
    assert names({"by": str(criterion.pk)}) == ["Two forms", "One form", "A form that nobody rated"]


def test_members_are_told_that_no_criteria_are_known(client, project, practice):
    address = reverse("learning:practices", args=["better"])
    told = "By which criteria the partners of this project rate practices is not known here."

    assert told not in client.get(address).content.decode()
    client.force_login(create_lead(project))
    assert told in client.get(address).content.decode()
