"""Whatever happens in whatever order: nothing is given twice, nobody is overtaken without a reason, nothing lies idle.

Hypothesis makes up histories of one event with room, places online, two delegations, a visit and a dinner, all of them
small. After each act everything is counted anew from the rows, without the code that is tested.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from registrations import emails, places
from registrations.exceptions import RegistrationRefused
from registrations.models import Choice, Decision, Delegation, Registration
from registrations.places import waiting_list
from tests.factories import create_delegation, create_event, create_option, create_session, create_user

State, Mode, Kind = Registration.State, Registration.Mode, Decision.Kind
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
# HISTORIES=2000 looks for longer.
HISTORIES = int(os.environ.get("HISTORIES", "25"))
ACTS, ACTS_AFTER_THE_START = 20, 3

people = st.sampled_from(["Alice", "Bob", "Charlie", "Dana", "Emil", "Frida"])
# Which of those who are in question.
numbers = st.integers(0, 5)
limits = st.sampled_from([0, 1, 1, 2, 3, None])
modes = st.sampled_from([Mode.ROOM, Mode.ROOM, Mode.ONLINE])
delegations = st.sampled_from([None, None, 0, 1])
picks = st.sampled_from(["", "v", "d", "vd"])
# Enough people at once that there are lines from the beginning: else most histories are over before anybody waits.
crowds = st.lists(st.tuples(people, modes, delegations, picks), min_size=5, max_size=9)
LIVE = frozenset(State) - {State.CANCELLED}


@dataclass(frozen=True)
class Line:
    """Who has and who waits for the same places, as the rows say."""

    holding: frozenset[int]
    waiting: tuple[int, ...]


class Rows:
    """Everything that is stored about the event at an instant, and what follows from it."""

    def __init__(self, event: Event, at: datetime) -> None:
        self.event, self.at = Event.objects.get(pk=event.pk), at
        self.all = {
            row.pk: row for row in Registration.objects.filter(event=event).order_by("pk").prefetch_related("offers")
        }
        self.delegations = {row.pk: row for row in Delegation.objects.filter(event=event)}
        self.choices = list(Choice.objects.filter(registration__event=event).select_related("session", "option"))
        self.decisions = Counter(Decision.objects.filter(registration__event=event).values_list("registration", "kind"))

    def holds(self, row: Registration) -> bool:
        is_held = row.seat_held_until is not None and row.seat_held_until > self.at
        return row.state in (State.CONFIRMED, State.OFFERED) or (row.state == State.CANCELLED and is_held)

    def line_of(self, row: Registration) -> str:
        if self.event.mode == Event.Mode.HYBRID and row.mode == Mode.ONLINE:
            return "online"
        if row.delegation_id and self.is_kept(self.delegations[row.delegation_id]):
            return f"delegation {row.delegation_id}"
        return "room"

    def is_kept(self, delegation: Delegation) -> bool:
        return (delegation.releases_at or self.event.starts_at) > self.at

    @cached_property
    def lines(self) -> dict[str, Line]:
        names = {"room", "online", *(self.line_of(row) for row in self.all.values())}
        return {name: Line(frozenset(self._holding(name)), tuple(self._waiting(name))) for name in names}

    def _holding(self, name: str) -> list[int]:
        return [row.pk for row in self.all.values() if self.holds(row) and self.line_of(row) == name]

    def _waiting(self, name: str) -> list[int]:
        waiting = [row.pk for row in self.all.values() if row.state == State.WAITING and self.line_of(row) == name]
        return sorted(waiting, key=self.in_order)

    def in_order(self, pk: int) -> tuple[float, datetime, int]:
        """Less for whoever stands further ahead: whom the host moved there last, then who has waited longest."""
        row = self.all[pk]
        return -row.moved_ahead_at.timestamp() if row.moved_ahead_at else 0.0, row.joined_at, pk

    @property
    def may_be_offered_until(self) -> datetime:
        return min(self.event.starts_at, self.event.offers_until or self.event.starts_at)

    @cached_property
    def people_in_room(self) -> int:
        return sum(self.holds(row) and self.line_of(row) != "online" for row in self.all.values())

    @cached_property
    def to_follow(self) -> int:
        kept = [delegation for delegation in self.delegations.values() if self.is_kept(delegation)]
        return sum(max(0, its.seats - len(self._holding(f"delegation {its.pk}"))) for its in kept)

    def free(self, name: str) -> int | None:
        if name == "online":
            return None if self.event.online_places is None else self.event.online_places - len(self._holding(name))
        in_room = None if self.event.places is None else self.event.places - self.people_in_room
        if name == "room":
            return None if in_room is None else in_room - self.to_follow
        own = self.delegations[int(name.split()[1])].seats - len(self._holding(name))
        return own if in_room is None else min(own, in_room)

    @cached_property
    def taken_of(self) -> dict[object, tuple[int, int | None]]:
        """What is taken of each limit, and the limit."""
        taken: dict[object, tuple[int, int | None]] = {"room": (self.people_in_room, self.event.places)}
        if self.event.mode == Event.Mode.HYBRID:
            taken["online"] = (len(self._holding("online")), self.event.online_places)
        for its in self.delegations.values():
            if self.is_kept(its):
                taken[f"delegation {its.pk}"] = (len(self._holding(f"delegation {its.pk}")), its.seats)
        for choice in self.choices:
            limited = choice.session or choice.option
            held = sum(other.has_place for other in self.choices if (other.session or other.option) == limited)
            taken[limited] = (held, limited.places)
        return taken

    def may_have(self, choice: Choice) -> bool:
        return self.all[choice.registration_id].state == State.CONFIRMED


@dataclass(frozen=True)
class Act:
    """Something that may happen while there is a registration in one of these states (none: at any time)."""

    states: tuple[str, ...]
    arguments: st.SearchStrategy[dict[str, object]]


MAY_HAPPEN: dict[str, Act] = {}


def may_happen(*states: str, **arguments: st.SearchStrategy) -> Callable[[Callable], Callable]:
    def noted(act: Callable) -> Callable:
        MAY_HAPPEN[act.__name__] = Act(states, st.fixed_dictionaries(arguments))
        return act

    return noted


BEGINNINGS = st.fixed_dictionaries(
    {
        "room": limits,
        "online": limits,
        "seats": st.tuples(st.integers(0, 2), st.integers(0, 2)),
        "visit": limits,
        "needs_approval": st.sampled_from([False, False, False, True]),
        "crowd": crowds,
    }
)


class History:
    """One event, and what happens to it. Each method that `may_happen` does one thing, and looks at what came of it."""

    def __init__(self, clock, *, room, online, seats, visit, needs_approval, crowd) -> None:
        self.clock, self.at = clock, NOW
        clock.move_to(NOW)
        self.organiser = create_user()
        self.event = create_event(mode="hybrid", places=room, online_places=online, needs_approval=needs_approval)
        until = [NOW + timedelta(days=1), None]
        self.delegations = [
            create_delegation(self.event, seats=number, releases_at=releases_at)
            for number, releases_at in zip(seats, until, strict=True)
        ]
        self.visit = create_session(self.event, places=visit)
        self.dinner = create_option(self.event, places=1)
        self.before = Rows(self.event, self.at)
        for person, mode, delegation, picked in crowd:
            self.come(person, mode, delegation, picked)

    def goes_on(self, draw: Callable) -> None:
        """Let something happen that can happen now: histories are too short for what nobody is there for."""
        possible = [name for name, act in MAY_HAPPEN.items() if not act.states or self.those(*act.states)]
        name = draw(st.sampled_from(possible))
        getattr(self, name)(**draw(MAY_HAPPEN[name].arguments))

    # What may happen

    @may_happen(person=people, mode=modes, delegation=delegations, picked=picks, named=st.booleans())
    def register(self, person, mode, delegation, picked, named) -> None:
        self.come(person, mode, delegation, picked, named=named)

    def come(self, person, mode, delegation, picked, *, named=False) -> None:
        self.act(
            places.register,
            self.event,
            name=person,
            email=f"{person}@example.org",
            organisation_name="A",
            country="SE",
            mode=mode,
            delegation=None if delegation is None else self.delegations[delegation],
            by=self.organiser if named and delegation is not None else None,
            **self.picked(picked),
        )

    @may_happen(*LIVE, number=numbers, by=st.sampled_from(Registration.CancelledBy))
    def cancel(self, number, by) -> None:
        self.act(places.cancel, self.one(number, *LIVE), by=by)

    @may_happen(State.CANCELLED, number=numbers)
    def undo(self, number) -> None:
        self.act(places.undo_cancelling, self.one(number, State.CANCELLED))

    @may_happen(State.OFFERED, number=numbers, accepts=st.booleans())
    def answer_offer(self, number, accepts) -> None:
        self.act(places.accept_offer if accepts else places.decline_offer, self.one(number, State.OFFERED))

    @may_happen(State.CONFIRMED, number=numbers, by=st.sampled_from(Registration.CancelledBy))
    def leave(self, number, by) -> None:
        self.act(places.cancel, self.one(number, State.CONFIRMED), by=by)

    @may_happen(minutes=st.sampled_from([1, 11, 60 * 23, 60 * 48]))
    def wait(self, minutes) -> None:
        self.time_passes(until=self.at + timedelta(minutes=minutes))

    def time_passes(self, *, until: datetime) -> None:
        self.at = until
        self.clock.move_to(until)
        places.release_delegations(at=self.at)
        places.settle_all(at=self.at)
        self.check("wait")

    @may_happen(which=st.sampled_from(["room", "online", "visit", "dinner", "first", "second"]), limit=limits)
    def change_limit(self, which, limit) -> None:
        changed, field = {
            "room": (Event.objects.get(pk=self.event.pk), "places"),
            "online": (Event.objects.get(pk=self.event.pk), "online_places"),
            "visit": (self.visit, "places"),
            "dinner": (self.dinner, "places"),
            "first": (self.delegations[0], "seats"),
            "second": (self.delegations[1], "seats"),
        }[which]
        setattr(changed, field, limit or 0 if field == "seats" else limit)
        changed.save()
        self.act(places.settle, self.event)

    @may_happen(
        fields=st.sampled_from(
            [
                {"needs_approval": True},
                {"needs_approval": False},
                {"released_seats_go_to": "waiting"},
                {"mode": "on_site"},
                {"mode": "hybrid"},
                {"registration_by_hand": "closed"},
                {"registration_by_hand": ""},
                {"offers_until": NOW + timedelta(hours=1)},
                {"offers_until": None},
            ]
        )
    )
    def change_event(self, fields) -> None:
        Event.objects.filter(pk=self.event.pk).update(**fields)
        self.event.refresh_from_db()
        # That many people of one mode are there now is no act of giving.
        self.before = Rows(self.event, self.at)
        self.act(places.settle, self.event)

    @may_happen(State.FOR_APPROVAL, number=numbers, approves=st.booleans())
    def decide(self, number, approves) -> None:
        act = places.approve if approves else places.reject
        self.act(act, self.one(number, State.FOR_APPROVAL), by=self.organiser)

    @may_happen(State.CANCELLED, number=numbers)
    def restore(self, number) -> None:
        self.act(places.restore, self.one(number, State.CANCELLED), by=self.organiser, reason="By mistake")

    @may_happen(State.WAITING, number=numbers)
    def move_ahead(self, number) -> None:
        self.act(places.move_ahead, self.one(number, State.WAITING), by=self.organiser, reason="Speaks")

    @may_happen(*LIVE, number=numbers, other=people, by_host=st.booleans())
    def hand_over(self, number, other, by_host) -> None:
        answers = {"organisation_name": "A", "country": "SE", "by": self.organiser if by_host else None}
        self.act(places.hand_over, self.one(number, *LIVE), name=other, email=f"{other}@example.org", **answers)

    @may_happen(*LIVE, number=numbers, mode=modes)
    def change_mode(self, number, mode) -> None:
        self.act(places.change, self.one(number, *LIVE), mode=mode)

    @may_happen(*LIVE, number=numbers, picked=picks)
    def choose(self, number, picked) -> None:
        self.act(places.choose, self.one(number, *LIVE), **self.picked(picked))

    @may_happen(
        *State, number=numbers, act=st.sampled_from(["approve", "reject", "restore", "move_ahead", "accept", "undo"])
    )
    def ask_at_the_wrong_time(self, number, act) -> None:
        """What does not fit how somebody stands is refused, or does no harm."""
        decided = {"by": self.organiser}
        options = {
            "approve": decided,
            "reject": decided,
            "restore": {**decided, "reason": "By mistake"},
            "move_ahead": {**decided, "reason": "Speaks"},
        }
        acts = {"accept": places.accept_offer, "undo": places.undo_cancelling}
        self.act(acts.get(act) or getattr(places, act), self.one(number, *State), **options.get(act, {}))

    def picked(self, picked: str) -> dict[str, list]:
        return {"sessions": [self.visit] * ("v" in picked), "options": [self.dinner] * ("d" in picked)}

    def those(self, *states: str) -> list[Registration]:
        return [row for row in self.before.all.values() if row.state in states]

    def one(self, number: int, *states: str) -> Registration:
        there = self.those(*states)
        return Registration.objects.get(pk=there[number % len(there)].pk)

    def act(self, act, row, **options) -> None:
        self.at += timedelta(seconds=1)
        self.clock.move_to(self.at)
        done = None
        with suppress(RegistrationRefused):
            done = act(row, at=self.at, **options)
        self.check(act.__name__, done)

    # What holds after each of them

    def check(self, act: str, done: object = None) -> None:
        before, after = self.before, Rows(self.event, self.at)
        self.before = after
        self.nobody_is_moved_by_the_way(before, after, act)
        if isinstance(done, Registration):
            self.it_is_known_who_decided(done, before, after, act)
        self.nothing_is_given_twice(before, after, act)
        self.nobody_is_overtaken(before, after, act)
        self.nothing_lies_idle(after)
        self.everybody_reads_their_place(after)
        self.only_seats_hold_choices(before, after)
        live = [row.person_id for row in after.all.values() if row.is_live]
        assert len(live) == len(set(live))
        for row in after.all.values():
            open_offers = [offer for offer in row.offers.all() if not offer.outcome]
            assert len(open_offers) == (row.state == State.OFFERED)
            for offer in open_offers:
                assert offer.expires_at <= min(offer.made_at + timedelta(hours=48), after.event.starts_at)
                # Looked at each minute, and whenever time has passed.
                assert act != "wait" or offer.expires_at > after.at
                if offer.made_at > before.at:
                    assert offer.made_at < after.may_be_offered_until

    def nobody_is_moved_by_the_way(self, before: Rows, after: Rows, act: str) -> None:
        """Only what is done with somebody, or time, changes how they stand. A free place is offered, never forced."""
        for pk, row in before.all.items():
            was, now = row.state, after.all[pk].state
            if now == was:
                continue
            acts = {
                State.FOR_APPROVAL: {"approve", "reject", "cancel", "hand_over"},
                State.CONFIRMED: {"cancel", "hand_over"},
                State.CANCELLED: {"undo_cancelling", "restore"},
            }
            assert was not in acts or act in acts[was], (row, was, now)
            if was == State.WAITING and now == State.CONFIRMED:
                assert act in ("register", "change"), row

    def it_is_known_who_decided(self, done: Registration, before: Rows, after: Rows, act: str) -> None:
        kinds = {
            "approve": Kind.APPROVED,
            "reject": Kind.REJECTED,
            "restore": Kind.RESTORED,
            "move_ahead": Kind.MOVED_AHEAD,
            "hand_over": Kind.SWAPPED,
        }
        by_host = act == "cancel" and done.cancelled_by == Registration.CancelledBy.HOST
        kind = Kind.CANCELLED if by_host else kinds.get(act)
        if kind is not None:
            assert after.decisions[done.pk, kind] == before.decisions[done.pk, kind] + 1

    def nothing_is_given_twice(self, before: Rows, after: Rows, act: str) -> None:
        # A limit that was lowered, or people of a delegation whose seats are held again, take nobody's place.
        taken_before = before.taken_of
        for limited, (taken, limit) in after.taken_of.items():
            assert limit is None or taken <= max(limit, taken_before.get(limited, (0, 0))[0]), limited
        if act not in ("settle", "wait") and after.event.places is not None:
            promised = before.people_in_room + before.to_follow
            assert after.people_in_room + after.to_follow <= max(after.event.places, promised)

    def nobody_is_overtaken(self, before: Rows, after: Rows, act: str) -> None:
        lines_before, lines_after = before.lines, after.lines
        held_before = {row.person_id for row in before.all.values() if before.holds(row)}
        waited = {pk: (name, place) for name, line in lines_before.items() for place, pk in enumerate(line.waiting)}
        for name, line in lines_after.items():
            got = [pk for pk in line.holding if pk not in before.all or not before.holds(before.all[pk])]
            for pk in got:
                row = after.all[pk]
                # A seat that was held for them, or was handed to them, was nobody else's.
                is_theirs = row.person_id in held_before or after.decisions[pk, Kind.SWAPPED]
                for other in line.waiting:
                    if is_theirs or other not in waited:
                        continue
                    if pk in waited and waited[pk][0] == waited[other][0]:
                        assert waited[pk][1] < waited[other][1], (row, after.all[other])
                    elif act == "wait":
                        # Lines have become one.
                        assert after.in_order(pk) < after.in_order(other), (row, after.all[other])
                    elif waited[other][0] == name:
                        raise AssertionError((row, after.all[other]))
                if name == "room" and not is_theirs:
                    self.is_told_why(row, before, after, waited)
            # Those who wait stay in their order, and whoever comes stands behind them.
            stayed = [pk for pk in line.waiting if waited.get(pk, ("",))[0] == name]
            moved = {pk for pk in stayed if after.all[pk].moved_ahead_at != before.all[pk].moved_ahead_at}
            stood = [pk for pk in lines_before[name].waiting if pk in stayed] if stayed else []
            assert [pk for pk in stayed if pk not in moved] == [pk for pk in stood if pk not in moved]
            assert not moved or (act, {line.waiting[0]}) == ("move_ahead", moved)
            if act not in ("wait", "hand_over", "move_ahead"):
                assert list(line.waiting[: len(stayed)]) == stayed

    def is_told_why(self, row: Registration, before: Rows, after: Rows, waited: dict) -> None:
        for pk, (name, _place) in waited.items():
            other = after.all[pk]
            still_waits = other.state == State.WAITING and after.line_of(other).startswith("delegation")
            if still_waits and name.startswith("delegation") and other.joined_at < row.joined_at:
                assert after.decisions[pk, Kind.PASSED_OVER] == 1, (row, other)

    def nothing_lies_idle(self, after: Rows) -> None:
        if after.at < after.may_be_offered_until:
            for name, line in after.lines.items():
                free = after.free(name)
                assert not line.waiting or (free is not None and free <= 0), name
        for choice in after.choices:
            if not choice.has_place and after.may_have(choice) and after.at < after.event.ends_at:
                limited = choice.session or choice.option
                taken, limit = after.taken_of[limited]
                assert limit is not None and taken >= limit, choice

    def everybody_reads_their_place(self, after: Rows) -> None:
        """On the page and in the list of the organisers; nobody stands any longer in a line that is no more."""
        place = {pk: place for line in after.lines.values() for place, pk in enumerate(line.waiting, start=1)}
        assert waiting_list.place_of_each(after.event) == place
        for line in after.lines.values():
            # One of each line: it is the same question for all of them.
            for last in line.waiting[-1:]:
                assert after.all[last].place_in_line == place[last]

    def only_seats_hold_choices(self, before: Rows, after: Rows) -> None:
        held_before = {choice.pk for choice in before.choices if choice.has_place}
        waiting = [choice for choice in after.choices if not choice.has_place and after.may_have(choice)]
        waited = {choice.pk for choice in before.choices if not choice.has_place and before.may_have(choice)}
        for choice in after.choices:
            if not choice.has_place:
                continue
            row = after.all[choice.registration_id]
            assert row.state == State.CONFIRMED or (row.state == State.CANCELLED and after.holds(row)), row
            if choice.pk in held_before:
                continue
            for other in waiting:
                if other.pk in waited and (other.session_id, other.option_id) == (choice.session_id, choice.option_id):
                    assert (choice.since, choice.pk) < (other.since, other.pk), (choice, other)


@pytest.mark.django_db
def test_whatever_happens_nothing_is_given_twice_and_nobody_is_overtaken(monkeypatch, clock):
    # What the mails say is tested elsewhere; without them there is time for many more histories.
    monkeypatch.setattr(emails, "_write", lambda *args, **options: None)

    # Not a state machine of Hypothesis: that leaves most rules out of each example, and lines need all of them.
    @settings(max_examples=HISTORIES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(beginning=BEGINNINGS, data=st.data())
    def live_through(beginning, data) -> None:
        savepoint = transaction.savepoint()
        try:
            history = History(clock, **beginning)
            for _ in range(ACTS):
                history.goes_on(data.draw)
            history.time_passes(until=history.before.event.starts_at)
            for _ in range(ACTS_AFTER_THE_START):
                history.goes_on(data.draw)
        finally:
            transaction.savepoint_rollback(savepoint)
            # What was written is gone with it, so nobody needs to be told.
            connection.run_on_commit.clear()

    live_through()
