"""When a question is asked: one table of cases, which tests/browser/test_questions.py runs through the script, too."""

import pytest

from registrations.models import Question
from registrations.questions.conditions import applying, holds

# Condition, answers by question, whether it holds.
CASES = [
    ({}, {}, True),
    ({"question": 1, "is": "equals", "value": True}, {1: True}, True),
    ({"question": 1, "is": "equals", "value": True}, {1: False}, False),
    ({"question": 1, "is": "equals", "value": True}, {}, False),
    ({"question": 1, "is": "equals", "value": False}, {1: False}, True),
    ({"question": 1, "is": "differs", "value": 7}, {1: 8}, True),
    ({"question": 1, "is": "differs", "value": 7}, {1: 7}, False),
    ({"question": 1, "is": "differs", "value": 7}, {}, False),
    ({"question": 1, "is": "has", "value": 7}, {1: [6, 7]}, True),
    ({"question": 1, "is": "has", "value": 7}, {1: [6]}, False),
    ({"question": 1, "is": "has", "value": 7}, {1: []}, False),
    ({"question": 1, "is": "differs", "value": 7}, {1: [6]}, True),
    ({"question": 1, "is": "less", "value": 3}, {1: 2.5}, True),
    ({"question": 1, "is": "less", "value": 3}, {1: 3}, False),
    ({"question": 1, "is": "more", "value": 3}, {1: 4}, True),
    ({"question": 1, "is": "more", "value": 3}, {1: "4"}, False),
    ({"question": 1, "is": "less", "value": "2027-05-20"}, {1: "2027-05-19"}, True),
    ({"question": 1, "is": "answered", "value": None}, {1: 0}, True),
    ({"question": 1, "is": "answered", "value": None}, {1: False}, True),
    ({"question": 1, "is": "answered", "value": None}, {1: ""}, False),
    (
        {"all": [{"question": 1, "is": "answered"}, {"question": 2, "is": "equals", "value": "x"}]},
        {1: "a", 2: "x"},
        True,
    ),
    (
        {"all": [{"question": 1, "is": "answered"}, {"question": 2, "is": "equals", "value": "x"}]},
        {1: "a", 2: "y"},
        False,
    ),
    ({"any": [{"question": 1, "is": "answered"}, {"question": 2, "is": "equals", "value": "x"}]}, {2: "x"}, True),
    ({"any": [{"all": [{"question": 1, "is": "answered"}]}, {"question": 2, "is": "answered"}]}, {}, False),
]


@pytest.mark.parametrize(("condition", "answers", "is_so"), CASES)
def test_a_condition_holds_or_not(condition, answers, is_so):
    assert holds(condition, answers) is is_so


def question(key: int, **shown_if) -> Question:
    return Question(pk=key, shown_if=shown_if)


def test_an_answer_to_a_question_that_is_not_asked_counts_as_none():
    bus = question(1)
    stop = question(2, question=1, **{"is": "equals"}, value=True)
    luggage = question(3, question=2, **{"is": "answered"})

    assert applying([bus, stop, luggage], {1: True, 2: "station"}) == {1, 2, 3}
    assert applying([bus, stop, luggage], {1: False, 2: "station"}) == {1}


def test_conditions_in_a_circle_never_hold_and_end():
    first = question(1, question=2, **{"is": "answered"})
    second = question(2, question=1, **{"is": "answered"})

    assert applying([first, second], {1: "x", 2: "y"}) == set()


def test_a_condition_on_a_question_that_is_gone_does_not_hold():
    assert applying([question(1, question=99, **{"is": "answered"})], {99: "x"}) == set()
