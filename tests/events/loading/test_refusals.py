"""Files of projects that are wrong: the record and the field are named, and nothing is changed."""

import pytest

from events.loading import FileRefused, load_projects
from events.loading.reading import MAX_BYTES
from events.models import CalendarState, Event, EventKind
from projects.models import Partner, Project
from tests.factories import create_event, create_project

from .seeds import event_of

pytestmark = pytest.mark.django_db


def update(key, **fields):
    return lambda content: event_of(content, key).update(fields)


def update_session(key, index, **fields):
    return lambda content: event_of(content, key)["sessions"][index].update(fields)


E10, E17 = "projects[1].events[9] (s3chem-e10)", "projects[2].events[16] (bioregio-e17)"
WRONG = {
    "a date that is none": (
        update("s3chem-e10", start="2020-13-01"),
        f"{E10}, field start: “2020-13-01” is not a date",
    ),
    "an end before the start": (
        update("bioregio-e17", end="2019-11-04"),
        f"{E17}, field end: “2019-11-04” is before the start, 2019-11-05",
    ),
    "an end at the same minute": (
        update("s3chem-e10", end="2020-10-22T10:00:00"),
        f"{E10}, field end: “2020-10-22T10:00:00” is not after the start, 2020-10-22T10:00:00",
    ),
    "a time with an offset": (
        update("s3chem-e10", start="2020-10-22T10:00:00+02:00"),
        f"{E10}, field start: “2020-10-22T10:00:00+02:00” is not a date",
    ),
    "a month where a day is said to be known": (
        update("bioregio-e17", start="2019-11", end=None),
        f"{E17}, field start: “2019-11” is not a day such as 2020-01-29",
    ),
    "a date where none is said to be known": (
        update("bioregio-e17", date_precision="none", end=None),
        f"{E17}, field start: “2019-11-05” is a date, though date_precision is none",
    ),
    "no date where one is said to be known": (
        update("bioregio-e17", start=None, end=None),
        f"{E17}, field start: is missing, though date_precision says how well it is known",
    ),
    "an unknown time zone": (
        update("bioregio-e17", timezone="Europe/Nantes"),
        f"{E17}, field timezone: “Europe/Nantes” is not a time zone such as Europe/Amsterdam",
    ),
    "a dated event without a time zone": (
        update("bioregio-e17", timezone=None),
        f"{E17}, field timezone: is missing, though the event has a date",
    ),
    "an unknown mode": (
        update("bioregio-e17", mode="telepathy"),
        f"{E17}, field mode: “telepathy” is not one of hybrid, on-site, online",
    ),
    "an unknown status": (
        update("bioregio-e17", status="maybe"),
        f"{E17}, field status: “maybe” is not one of held, unknown",
    ),
    "a host that is no partner": (
        update("bioregio-e17", host_partner="better-p1"),
        f"{E17}, field host_partner: “better-p1” is no partner of this project",
    ),
    "a title that is no text": (
        update("bioregio-e17", title=17),
        f"{E17}, field title: “17” is not text",
    ),
    "a title that is missing": (
        update("bioregio-e17", title=None),
        f"{E17}, field title: is missing",
    ),
    "a title with a zero byte": (
        update("bioregio-e17", title="a\x00b"),
        f"{E17}, field title: “a\x00b” has a character that cannot be stored",
    ),
    "a latitude without a longitude": (
        lambda content: event_of(content, "bioregio-e17")["venue"].update(lon=None),
        "projects[2].events[16].venue (in bioregio-e17), field lon: is missing, though lat is given",
    ),
    "a choice that does not fit": (
        lambda content: [s.update(choose="2 of 4") for s in event_of(content, "bioregio-e17")["sessions"][5:8]],
        "projects[2].events[16].sessions[5] (in bioregio-e17), field choose: "
        "“2 of 4” does not fit: the group d2-morning has 3 sessions",
    ),
    "choices that differ": (
        update_session("bioregio-e17", 6, choose="1 of 3"),
        "projects[2].events[16].sessions[6] (in bioregio-e17), field choose: "
        "“1 of 3” differs from “2 of 3” of the same group d2-morning",
    ),
    "a choice from nothing": (
        update_session("bioregio-e17", 0, choose="1 of 2"),
        "projects[2].events[16].sessions[0] (in bioregio-e17), field choose: "
        "“1 of 2” needs a parallel_group to choose from",
    ),
    "a session after the last day": (
        update_session("bioregio-e17", 0, day=3),
        "projects[2].events[16].sessions[0] (in bioregio-e17), field day: "
        "3 is after the last day of the event, which has 2",
    ),
    "a session at no time": (
        update_session("bioregio-e17", 0, start="25:00"),
        "projects[2].events[16].sessions[0] (in bioregio-e17), field start: “25:00” is not a time such as 09:30",
    ),
    "an id given twice": (
        lambda content: event_of(content, "bioregio-e17").update(id="s3chem-e10"),
        f"projects[2].events[16] (s3chem-e10), field id: “s3chem-e10” is also that of {E10}",
    ),
    "an unknown outcome of a plan": (
        lambda content: event_of(content, "s3chem-e10")["history"][0].update(outcome="lost"),
        "projects[1].events[9].history[0] (in s3chem-e10), field outcome: “lost” is not one of "
        "held, moved online, postponed, postponed and moved online, suspended, unknown",
    ),
    "a plan that was held and then changed": (
        lambda content: event_of(content, "s3chem-e10")["history"][0].update(outcome="held"),
        f"{E10}, field history: only the last plan may end in held or unknown",
    ),
    "a country that is none": (
        lambda content: content["projects"][0]["partners"][0].update(country="SW"),
        "projects[0].partners[0] (optiwamag-p1), field country: “SW” is not a country code such as NL",
    ),
    "a lead that is no partner": (
        lambda content: content["projects"][0].update(lead_partner="optiwamag-p9"),
        "projects[0] (optiwamag), field lead_partner: “optiwamag-p9” is no partner of this project",
    ),
    "a record that is none": (
        lambda content: content["projects"][3]["phases"].insert(0, None),
        "projects[3].phases[0] (in better): “null” is not a record in braces",
    ),
    "a list that is none": (
        lambda content: content["projects"][3].update(events="none"),
        "projects[3] (better), field events: “none” is not a list",
    ),
    "two pairs of coordinates for one town": (
        lambda content: event_of(content, "bioregio-e03")["venue"].update(lat=61.0),
        "projects[2].events[2] (bioregio-e03), field venue: the coordinates differ from those in "
        "projects[2].events[0] (bioregio-e01)",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_field_is_named_with_its_record_and_nothing_is_changed(content, load, case):
    spoil, problem = WRONG[case]
    spoil(content)

    with pytest.raises(FileRefused) as refused:
        load(content)

    assert problem in refused.value.problems
    assert not any(model.objects.exists() for model in (EventKind, Project, Partner, Event, CalendarState))


def test_an_unknown_kind_is_told_with_the_known_ones(content, load):
    event_of(content, "bioregio-e17")["kind"] = "hackathon"

    with pytest.raises(FileRefused) as refused:
        load(content)

    assert refused.value.problems[0].startswith(f"{E17}, field kind: “hackathon” is no kind of event; known are ")
    assert "study-visit" in refused.value.problems[0]


def test_every_problem_is_told_at_once_but_not_a_thousand(content, load):
    for project in content["projects"]:
        for event in project["events"]:
            event["mode"] = "telepathy"

    with pytest.raises(FileRefused) as refused:
        load(content)

    assert len(refused.value.problems) == 61
    assert str(refused.value).splitlines()[-1] == "… and 31 more."


def test_a_project_typed_in_here_is_not_taken_over(content, load):
    create_project(acronym="BETTER")

    with pytest.raises(FileRefused) as refused:
        load(content)

    assert refused.value.problems == [
        "projects[3] (better), field acronym: another project called “BETTER” is here already"
    ]
    assert not Event.objects.exists()


def test_what_the_database_refuses_is_named_and_nothing_stays(content, load):
    create_event(create_project(), source_key="s3chem-e10")

    with pytest.raises(FileRefused) as refused:
        load(content)

    assert refused.value.problems == [f"{E10}, field id: “s3chem-e10” belongs to another project here"]
    assert Project.objects.count() == 1


UNREADABLE = {
    "broken JSON": (b'{"projects": [\n {"id": "x",}\n]}', "is not JSON: line 2, column 1[23]"),
    "not UTF-8": ('{"projects": ["Gävle"]}'.encode("latin-1"), "is not UTF-8 text: line 1 has the byte 0xe4"),
    "an empty file": (b"", "is not JSON: line 1, column 1"),
    "a list on top": (b"[1, 2]", "must hold one record in braces"),
    "no project": (b'{"projects": []}', "that is not empty"),
    "a field given twice": (b'{"projects": [{"id": "a", "id": "b"}]}', "the field id of b is given twice"),
    "brackets without end": (b"[" * 100_000, "is not JSON that can be read"),
    "no number": (b'{"projects": NaN}', "NaN is no number of JSON"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(tmp_path, case):
    written, problem = UNREADABLE[case]
    path = tmp_path / "projects.json"
    path.write_bytes(written)

    with pytest.raises(FileRefused, match=problem):
        load_projects(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileRefused, match="cannot be read: No such file"):
        load_projects(tmp_path / "nothing.json")


def test_a_file_that_is_too_large_is_not_even_read(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)

    with pytest.raises(FileRefused, match="at most 20 MB"):
        load_projects(path)
