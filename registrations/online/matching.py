"""Who of the people in a report is which registration: by address, else by name; whatever is in doubt is shown."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from projects.search import fold

from ..models import Registration
from .reports.reading import Attendee

# What programs and people put behind a name: “(Guest)”, “(nem ellenőrzött)”, “[City of Gävle]”.
_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_WORD = re.compile(r"[^\W\d_]+")
# “Anna Rossi | City of Torino”, “Anna Rossi - Regione Piemonte”
_PARTS = re.compile(r"\s[-–—]\s|[|/]")
# How alike two names must be for one to be offered as the other: “Szabo Gergo” and “Szabó Gergely” are, at 0.83.
ALIKE = 0.8
MOST_OFFERED = 5


class How(StrEnum):
    """How an attendee was found. Those that are sure are ticked; the others wait for somebody to choose."""

    EMAIL = "email"
    NAME = "name"
    LIKELY = "likely"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Match:
    """One attendee and the registration that is theirs; None while that is in doubt. `offered` are likely ones."""

    attendee: Attendee
    registration: Registration | None
    how: How
    offered: tuple[Registration, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.registration is not None


def match(attendees: Iterable[Attendee], registrations: Sequence[Registration]) -> list[Match]:
    """Match the people of a report with the registrations of an event, in the order of the report.

    Whoever has a place goes before whoever has the same address or name and none. Two registrations under one address
    are told apart by their names; where that is not possible, somebody chooses.
    """
    known = _Known(registrations)
    return [known.match(attendee) for attendee in attendees]


class _Known:
    def __init__(self, registrations: Sequence[Registration]) -> None:
        self.by_email: dict[str, list[Registration]] = defaultdict(list)
        self.by_words: dict[frozenset[str], list[Registration]] = defaultdict(list)
        # By the first two letters of each of their words.
        self.by_beginning: dict[str, list[Registration]] = defaultdict(list)
        self.words: dict[int, frozenset[str]] = {}
        # Whoever has a place comes first, so that of two with one name it is theirs.
        for registration in sorted(registrations, key=lambda one: (not one.is_confirmed, fold(one.name), one.pk)):
            words = self.words[registration.pk] = words_of(registration.name)
            self.by_email[registration.email.casefold()].append(registration)
            self.by_words[words].append(registration)
            for word in words:
                self.by_beginning[word[:2]].append(registration)

    def match(self, attendee: Attendee) -> Match:
        names = [words for name in attendee.names for words in readings(name)]
        if same_address := _with_places(self.by_email.get(attendee.email, []) if attendee.email else []):
            if len(same_address) == 1:
                return Match(attendee, same_address[0], How.EMAIL)
            named = [one for one in same_address if self.words[one.pk] in names]
            if len(named) == 1:
                return Match(attendee, named[0], How.EMAIL)
            return Match(attendee, None, How.LIKELY, tuple(same_address[:MOST_OFFERED]))
        for words in names:
            # One word alone is a first name, and there is more than one Anna.
            if len(words) > 1 and (same_name := _with_places(self.by_words.get(words, []))):
                if len(same_name) == 1:
                    return Match(attendee, same_name[0], How.NAME)
                return Match(attendee, None, How.LIKELY, tuple(same_name[:MOST_OFFERED]))
        offered = self._alike(names)
        return Match(attendee, None, How.LIKELY if offered else How.NOBODY, tuple(offered))

    def _alike(self, names: Sequence[frozenset[str]]) -> list[Registration]:
        """Return who may be meant: all words of one name are in the other, or the letters are much the same."""
        scores: dict[int, tuple[float, Registration]] = {}
        # Comparing letters with everybody takes a second for thousands; who shares a word or its beginning is enough.
        for words in names:
            near = {one.pk: one for word in words for one in self.by_beginning.get(word[:2], [])}
            for pk, registration in near.items():
                score = _likeness(words, self.words[pk])
                if score >= ALIKE and score > scores.get(pk, (0.0, registration))[0]:
                    scores[pk] = (score, registration)
        best = sorted(scores.values(), key=lambda one: (-one[0], not one[1].is_confirmed, fold(one[1].name), one[1].pk))
        return [registration for _score, registration in best[:MOST_OFFERED]]


def _with_places(registrations: Sequence[Registration]) -> list[Registration]:
    """Return those with a place, else all: who cancelled and registered anew is one of two rows."""
    return [one for one in registrations if one.is_confirmed] or list(registrations)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    if one <= other or other <= one:
        return 0.9
    return SequenceMatcher(None, " ".join(sorted(one)), " ".join(sorted(other))).ratio()


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name, folded and without their order: Kovács Béla is Béla Kovács."""
    return frozenset(_WORD.findall(fold(name)))


def readings(name: str) -> list[frozenset[str]]:
    """Return what a name in a meeting may mean, the likeliest first.

    Programs add “(Guest)”, Zoom puts the name of the account in brackets behind the one that is shown, and people add
    their organisation.
    """
    outside = _BRACKETS.sub(" ", name)
    found = [words_of(outside), *(words_of(inside) for inside in _BRACKETS.findall(name))]
    found += [words_of(part) for part in _PARTS.split(outside)]
    return [words for words in dict.fromkeys(found) if words]
