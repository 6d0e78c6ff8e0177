"""Whatever happens in whatever order: nothing is given twice, nobody is overtaken without a reason, nothing lies idle.

Hypothesis makes up histories of one event with room, places online, two delegations, a visit and a dinner, all of them
small. After each act everything is counted anew from the rows, without the code that is tested.
"""

import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from events.models import Event
from registrations import emails, places
from registrations.exceptions import RegistrationRefused
from registrations.models import Choice, Decision, Delegation, Registration
from tests.factories import create_delegation, create_event, create_option, create_session, create_user

State, Mode, Kind = Registration.State, Registration.Mode, Decision.Kind
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
# HISTORIES=2000 looks for longer.
HISTORIES, ACTS = int(os.environ.get("HISTORIES", "25")), 20

people = st.sampled_from(["Alice", "Bob", "Charlie", "Dana", "Emil", "Frida"])
limits = st.sampled_from([0, 1, 1, 2, 3, None])
modes = st.sampled_from(Mode.values)
delegations = st.sampled_from([None, None, 0, 1])
picks = st.sampled_from(["", "v", "d", "vd"])


@dataclass(frozen=True)
class Line:
    """Who has and who waits for the same places, as the rows say."""

    holding: frozenset[int]
    waiting: tuple[int, ...]


class Rows:
    """Everything that is stored about the event at an instant, and what follows from it."""

    def __init__(self, event: Event, at: datetime) -> None:
        self.event, self.at = Event.objects.get(pk=event.pk), at
        self.all = {row.pk: row for row in Registration.objects.filter(event=event).prefetch_related("offers")}
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
        return delegation.releases_at is None or delegation.releases_at > self.at

    @property
    def lines(self) -> dict[str, Line]:
        names = {"room", "online", *(self.line_of(row) for row in self.all.values())}
        return {name: Line(frozenset(self._holding(name)), tuple(self._waiting(name))) for name in names}

    def _holding(self, name: str) -> list[int]:
        return [row.pk for row in self.all.values() if self.holds(row) and self.line_of(row) == name]

    def _waiting(self, name: str) -> list[int]:
        waiting = [row for row in self.all.values() if row.state == State.WAITING and self.line_of(row) == name]
        waiting.sort(key=lambda row: (row.joined_at, row.pk))
        ahead = sorted((row for row in waiting if row.moved_ahead_at), key=lambda row: row.moved_ahead_at, reverse=True)
        return [row.pk for row in (*ahead, *(row for row in waiting if not row.moved_ahead_at))]

    @property
    def people_in_room(self) -> int:
        return sum(self.holds(row) and self.line_of(row) != "online" for row in self.all.values())

    @property
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


class History(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.at = NOW
        self.organiser = create_user()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)
        # What was written in an example is gone with it, so nobody needs to be told.
        connection.run_on_commit.clear()

    @initialize(room=limits, online=limits, seats=st.tuples(st.integers(0, 2), st.integers(0, 2)), visit=limits)
    def begin(self, room, online, seats, visit) -> None:
        self.event = create_event(mode="hybrid", places=room, online_places=online)
        until = [NOW + timedelta(days=1), None]
        self.delegations = [
            create_delegation(self.event, seats=number, releases_at=releases_at)
            for number, releases_at in zip(seats, until, strict=True)
        ]
        self.visit = create_session(self.event, places=visit)
        self.dinner = create_option(self.event, places=1)
        self.before = Rows(self.event, self.at)

    # Acts

    @rule(person=people, mode=modes, delegation=delegations, picked=picks, named=st.booleans())
    def register(self, person, mode, delegation, picked, named) -> None:
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

    @rule(person=people, by=st.sampled_from(Registration.CancelledBy))
    def cancel(self, person, by) -> None:
        self.act(places.cancel, self.of(person), by=by)

    @rule(person=people)
    def undo(self, person) -> None:
        self.act(places.undo_cancelling, self.of(person))

    @rule(person=people, accepts=st.booleans())
    def answer_offer(self, person, accepts) -> None:
        self.act(places.accept_offer if accepts else places.decline_offer, self.of(person, State.OFFERED))

    @rule(minutes=st.sampled_from([1, 11, 60 * 23, 60 * 48]))
    def wait(self, minutes) -> None:
        self.at += timedelta(minutes=minutes)
        places.release_delegations(at=self.at)
        places.settle_all(at=self.at)
        self.check("wait")

    @rule(which=st.sampled_from(["room", "online", "visit", "dinner", "first", "second"]), limit=limits)
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

    @rule(
        fields=st.sampled_from(
            [
                {"needs_approval": True},
                {"needs_approval": False},
                {"released_seats_go_to": "waiting"},
                {"mode": "on_site"},
                {"mode": "hybrid"},
                {"registration_by_hand": "closed"},
                {"registration_by_hand": ""},
                {"offers_until": NOW},
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

    @rule(person=people, approves=st.booleans())
    def decide(self, person, approves) -> None:
        self.act(places.approve if approves else places.reject, self.of(person, State.FOR_APPROVAL), by=self.organiser)

    @rule(person=people)
    def restore(self, person) -> None:
        self.act(places.restore, self.of(person), by=self.organiser, reason="By mistake")

    @rule(person=people)
    def move_ahead(self, person) -> None:
        self.act(places.move_ahead, self.of(person, State.WAITING), by=self.organiser, reason="Speaks")

    @rule(person=people, other=people)
    def hand_over(self, person, other) -> None:
        answers = {"organisation_name": "A", "country": "SE"}
        self.act(places.hand_over, self.of(person), name=other, email=f"{other}@example.org", **answers)

    @rule(person=people, mode=modes)
    def change_mode(self, person, mode) -> None:
        self.act(places.change, self.of(person), mode=mode)

    @rule(person=people, picked=picks)
    def choose(self, person, picked) -> None:
        self.act(places.choose, self.of(person), **self.picked(picked))

    def picked(self, picked: str) -> dict[str, list]:
        return {"sessions": [self.visit] * ("v" in picked), "options": [self.dinner] * ("d" in picked)}

    def of(self, person: str, state: str = "") -> Registration | None:
        theirs = Registration.objects.filter(event=self.event, name=person)
        return (theirs.filter(state=state) if state else theirs).order_by("pk").last()

    def act(self, act, row, **options) -> None:
        if row is None:
            return
        self.at += timedelta(seconds=1)
        with suppress(RegistrationRefused):
            act(row, at=self.at, **options)
        self.check(act.__name__)

    # What holds after each of them

    def check(self, act: str) -> None:
        before, after = self.before, Rows(self.event, self.at)
        self.before = after
        self.nothing_is_given_twice(before, after, act)
        self.nobody_is_overtaken(before, after, act)
        self.nothing_lies_idle(after)
        self.only_seats_hold_choices(before, after)
        live = [row.person_id for row in after.all.values() if row.is_live]
        assert len(live) == len(set(live))
        for row in after.all.values():
            open_offers = [offer for offer in row.offers.all() if not offer.outcome]
            assert len(open_offers) == (row.state == State.OFFERED)

    def nothing_is_given_twice(self, before: Rows, after: Rows, act: str) -> None:
        # A limit that was lowered, or people of a delegation whose seats are held again, take nobody's place.
        taken_before = before.taken_of()
        for limited, (taken, limit) in after.taken_of().items():
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
                    if is_theirs or other not in waited or act == "wait":
                        continue
                    if pk in waited and waited[pk][0] == waited[other][0]:
                        assert waited[pk][1] < waited[other][1], (row, after.all[other])
                    elif waited[other][0] == name:
                        raise AssertionError((row, after.all[other]))
                if name == "room" and not is_theirs:
                    self.is_told_why(row, before, after, waited)
            # Those who wait stay in their order, and whoever comes stands behind them.
            stayed = [pk for pk in line.waiting if waited.get(pk, ("",))[0] == name]
            if act != "move_ahead":
                assert stayed == [pk for pk in lines_before.get(name, Line(frozenset(), ())).waiting if pk in stayed]
            else:
                assert all(after.decisions[pk, Kind.MOVED_AHEAD] for pk in line.waiting if after.all[pk].moved_ahead_at)
            if act not in ("wait", "hand_over", "move_ahead"):
                assert list(line.waiting[: len(stayed)]) == stayed

    def is_told_why(self, row: Registration, before: Rows, after: Rows, waited: dict) -> None:
        for pk, (name, _place) in waited.items():
            other = after.all[pk]
            still_waits = other.state == State.WAITING and after.line_of(other).startswith("delegation")
            if still_waits and name.startswith("delegation") and other.joined_at < row.joined_at:
                assert after.decisions[pk, Kind.PASSED_OVER] == 1, (row, other)

    def nothing_lies_idle(self, after: Rows) -> None:
        if after.at < (after.event.offers_until or after.event.starts_at):
            for name, line in after.lines.items():
                free = after.free(name)
                assert not line.waiting or (free is not None and free <= 0), name
        for choice in after.choices:
            if not choice.has_place and after.may_have(choice):
                limited = choice.session or choice.option
                taken, limit = after.taken_of()[limited]
                assert limit is not None and taken >= limit, choice

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
def test_whatever_happens_nothing_is_given_twice_and_nobody_is_overtaken(monkeypatch):
    # What the mails say is tested elsewhere; without them there is time for many more histories.
    monkeypatch.setattr(emails, "_write", lambda *args, **options: None)
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=ACTS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
