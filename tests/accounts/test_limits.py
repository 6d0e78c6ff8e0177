import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone

from accounts.limits import LONGEST, Act, Limit, allow, client_address, closed_until, count, forget_old_attempts
from accounts.models import Attempt

MINUTE = timedelta(minutes=1)


def act(who="alice", what="sign-in", times=2) -> Act:
    return Act(Limit(what, times, MINUTE), who)


def once_more(who="alice", what="sign-in") -> bool:
    return allow([act(who, what)])


@pytest.mark.django_db
def test_third_act_within_the_time_is_refused_and_allowed_again_later(clock):
    assert [once_more(), once_more(), once_more()] == [True, True, False]

    clock.shift(timedelta(seconds=59))
    assert not once_more()
    clock.shift(timedelta(seconds=2))
    assert [once_more(), once_more(), once_more()] == [True, True, False]


@pytest.mark.django_db
def test_the_window_moves_with_the_clock(clock):
    started = timezone.now()
    once_more()
    clock.shift(timedelta(seconds=40))
    once_more()

    assert closed_until([act()]) == started + MINUTE
    clock.shift(timedelta(seconds=21))
    assert [once_more(), once_more()] == [True, False]


@pytest.mark.django_db
def test_others_and_other_acts_are_counted_apart(clock):
    for _ in range(2):
        once_more("alice")

    assert once_more("bob")
    assert once_more("alice", what="register")
    assert not once_more("alice")


@pytest.mark.django_db
def test_an_act_under_two_limits_is_counted_under_both_or_under_none(clock):
    for _ in range(2):
        once_more("alice")
    together = [act("alice"), act("an office", times=1)]

    assert not allow(together)
    assert allow(together[1:])


@pytest.mark.django_db
def test_two_limits_are_one_query_to_look_up_and_one_to_count(clock, django_assert_num_queries):
    both = [act("alice"), act("an office")]

    with django_assert_num_queries(1):
        closed_until(both)
    with django_assert_num_queries(1):
        count(both)


@pytest.mark.django_db
def test_an_emptied_cache_opens_no_limit(clock):
    once_more(), once_more()

    cache.clear()

    assert not once_more()


@pytest.mark.django_db
def test_what_no_longer_counts_is_forgotten_and_names_nobody(clock):
    once_more("alice@example.org")
    assert not Attempt.objects.filter(who__contains="alice").exists()

    forget_old_attempts()
    assert Attempt.objects.count() == 1
    clock.shift(LONGEST + timedelta(seconds=1))
    forget_old_attempts()

    assert not Attempt.objects.exists()


def test_a_limit_cannot_look_back_further_than_what_is_kept():
    with pytest.raises(ValueError, match="not counted"):
        Limit("sign-in", 2, LONGEST + MINUTE)


@pytest.mark.django_db(transaction=True)
def test_acts_at_the_same_time_do_not_slip_through():
    together = threading.Barrier(6)
    allowed = []

    def race():
        together.wait()
        allowed.append(once_more("race"))
        connections.close_all()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(allowed) == 2


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "counted"),
    [
        # Nobody is trusted: what the client claims is not read.
        (0, "9.9.9.9", "1.2.3.4", "1.2.3.4"),
        # One proxy: the last entry is what it saw, the ones before are claims.
        (1, "9.9.9.9, 1.2.3.4", "10.0.0.1", "1.2.3.4"),
        (2, "9.9.9.9, 1.2.3.4, 10.0.0.2", "10.0.0.1", "1.2.3.4"),
        # Fewer entries than proxies: somebody came past them.
        (2, "9.9.9.9", "1.2.3.4", "1.2.3.4"),
        (1, "", "1.2.3.4", "1.2.3.4"),
        (1, "1.2.3.4:51000", "10.0.0.1", "1.2.3.4"),
        (1, "[2001:db8::1]:51000", "10.0.0.1", "2001:db8::/64"),
        (0, "", "2001:db8::1:2:3:4", "2001:db8::/64"),
        (0, "", "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "nonsense", "10.0.0.1", "nonsense"),
        (0, "", "", ""),
    ],
)
def test_client_is_counted_by_what_the_outermost_trusted_proxy_saw(settings, proxies, forwarded, remote, counted):
    settings.TRUSTED_PROXIES = proxies
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    assert client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **extra)) == counted
