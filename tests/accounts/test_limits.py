import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test import RequestFactory

from accounts.limits import client_address, is_within_limit


def once_more(who="alice", what="sign-in"):
    return is_within_limit(what, who, times=2, seconds=60)


@pytest.mark.django_db
def test_third_act_within_the_time_is_refused_and_allowed_again_later(clock):
    assert [once_more(), once_more(), once_more()] == [True, True, False]

    clock.shift(timedelta(seconds=59))
    assert not once_more()
    clock.shift(timedelta(seconds=2))
    assert [once_more(), once_more(), once_more()] == [True, True, False]


@pytest.mark.django_db
def test_others_and_other_acts_are_counted_apart(clock):
    for _ in range(2):
        once_more("alice")

    assert once_more("bob")
    assert once_more("alice", what="register")
    assert not once_more("alice")


@pytest.mark.django_db(transaction=True)
def test_acts_at_the_same_time_do_not_slip_through():
    together = threading.Barrier(6)
    allowed = []

    def act():
        together.wait()
        allowed.append(once_more("race"))
        connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(6)]
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
