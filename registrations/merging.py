"""Two persons of a project who are one: finding them, joining them, and taking it back.

A merged person keeps their row, so that whoever registers under that address and name again is recognised, and so that
it can be undone. What people typed stays with each registration.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from itertools import combinations

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from events.models import Event
from projects.models import Project

from .exceptions import AlreadyMerged, MergeUndone, NotTwoPersons
from .models import Person, PersonMerge, Registration

# One mailbox is often shared: under one address only names that are nearly the same are likely one person.
ALIKE = 0.8
# More people of one name or one mailbox are no accident of spelling; comparing them all would take for ever.
MOST_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class LikelyOne:
    """Two persons who are likely one: the first one was known first. They share the address, or else the name."""

    one: Person
    other: Person
    shares_address: bool


def likely_duplicates(project: Project) -> list[LikelyOne]:
    """Return pairs of persons with one address and nearly one name, or one name and two addresses. Two queries.

    Pairs that were merged and taken apart again are left out: somebody knows better.
    """
    persons = list(project.persons.filter(merged_into=None).order_by("pk"))
    apart = {
        frozenset(pair)
        for pair in PersonMerge.objects.filter(kept__project=project, undone_at__isnull=False).values_list(
            "kept", "merged"
        )
    }
    found = {frozenset((one.pk, other.pk)): LikelyOne(one, other, True) for one, other in _of_one_address(persons)}
    for one, other in _in_groups(persons, lambda person: " ".join(person.name_key.split())):
        found.setdefault(frozenset((one.pk, other.pk)), LikelyOne(one, other, False))
    pairs = (pair for key, pair in found.items() if key not in apart)
    return sorted(pairs, key=lambda pair: (pair.one.name_key, pair.one.pk, pair.other.pk))


def _of_one_address(persons: Iterable[Person]) -> Iterator[tuple[Person, Person]]:
    for one, other in _in_groups(persons, lambda person: person.email):
        words, other_words = set(one.name_key.split()), set(other.name_key.split())
        is_alike = SequenceMatcher(None, one.name_key, other.name_key).ratio() >= ALIKE
        if words <= other_words or other_words <= words or is_alike:
            yield one, other


def _in_groups(persons: Iterable[Person], key) -> Iterator[tuple[Person, Person]]:
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in persons:
        groups[key(person)].append(person)
    for group in groups.values():
        yield from combinations(group[:MOST_OF_ONE], 2)


def cannot_move(kept: Person, other: Person) -> list[Event]:
    """Return the events at which both have a live registration: one person has one, so that of `other` stays."""
    of_kept = Registration.objects.live().filter(person=kept)
    of_other = Registration.objects.live().filter(person=other)
    return list(Event.objects.filter(pk__in=of_other.values("event")).filter(pk__in=of_kept.values("event")).in_order())


@transaction.atomic
def merge(kept: Person, other: Person, *, by=None, at: datetime | None = None) -> PersonMerge:
    """Let two persons of one project be one: what `other` registered for is `kept`’s.

    Where both have a live registration for one event, that of `other` stays with `other`. Raises NotTwoPersons for a
    person and themselves or somebody of another project, and AlreadyMerged.
    """
    kept, other = _locked(kept, other)
    if kept.pk == other.pk or kept.project_id != other.project_id:
        raise NotTwoPersons(other)
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise AlreadyMerged(other)
    staying = Registration.objects.live().filter(person=other, event__in=cannot_move(kept, other))
    moving = list(other.registrations.exclude(pk__in=staying.values("pk")).values_list("pk", flat=True))
    Registration.objects.filter(pk__in=moving).update(person=kept)
    # Whoever was found to be `other` before is `kept` now, in one step.
    Person.objects.filter(merged_into=other).update(merged_into=kept)
    Person.objects.filter(pk=other.pk).update(merged_into=kept)
    return PersonMerge.objects.create(
        kept=kept, merged=other, moved=moving, merged_by=by, merged_at=at or timezone.now()
    )


@transaction.atomic
def undo(record: PersonMerge, *, at: datetime | None = None) -> int:
    """Take a merge back: what came from the other person is theirs again. Return how many registrations could not go.

    One cannot where the other person has a live registration for that event by now. Raises MergeUndone the second time.
    """
    kept, other = _locked(record.kept, record.merged)
    record = PersonMerge.objects.select_for_update().get(pk=record.pk)
    if record.undone_at is not None:
        raise MergeUndone(record)
    holders = {kept.pk, kept.merged_into_id} - {None}
    moved = Registration.objects.filter(pk__in=record.moved, person__in=holders)
    taken = Registration.objects.live().filter(person=other).values("event")
    staying = set(moved.live().filter(event__in=taken).values_list("pk", flat=True))
    Registration.objects.filter(pk__in=set(moved.values_list("pk", flat=True)) - staying).update(person=other)
    Person.objects.filter(pk=other.pk).update(merged_into=None)
    # Whoever was found to be `other` before that goes with them.
    earlier = PersonMerge.objects.filter(kept=other, undone_at__isnull=True).values("merged")
    Person.objects.filter(pk__in=earlier).update(merged_into=other)
    record.undone_at = at or timezone.now()
    record.save(update_fields=["undone_at"])
    return len(staying)


def _locked(one: Person, other: Person) -> tuple[Person, Person]:
    # In the order of their keys, so that two organisers at once do not wait for each other.
    found = {
        person.pk: person
        for person in Person.objects.select_for_update().filter(pk__in=(one.pk, other.pk)).order_by("pk")
    }
    return found[one.pk], found[other.pk]


def with_numbers(persons):
    """Add to each person how many registrations they have, as `number`."""
    return persons.annotate(number=Count("registrations"))
