from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import periodic
from accounts.models import Mail
from accounts.outbox import write
from accounts.periodic import every, run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing_registered(monkeypatch):
    monkeypatch.setattr(periodic, "registered", {})


def test_work_is_done_once_in_its_time(nothing_registered, clock):
    done = []
    every(minutes=5)(lambda: done.append("offers"))

    run_due()
    clock.shift(timedelta(minutes=4))
    run_due()
    assert done == ["offers"]
    clock.shift(timedelta(minutes=1, seconds=1))
    run_due()
    assert done == ["offers", "offers"]


def test_work_that_fails_hinders_no_other(nothing_registered, clock, caplog):
    done = []

    @every(minutes=1)
    def broken():
        raise ValueError("broken")

    @every(minutes=1)
    def whole():
        done.append("whole")

    run_due()

    assert done == ["whole"]
    assert "broken failed" in caplog.text


def test_old_mails_are_forgotten_unless_they_still_wait(clock):
    old = timezone.now() - timedelta(days=91)
    for state in Mail.State:
        mail = write(key=f"{state}:old", to="alice@example.org", subject="Old", text="Old")
        sent_at = old if state == Mail.State.SENT else None
        Mail.objects.filter(pk=mail.pk).update(created_at=old, state=state, sent_at=sent_at)
    new = write(key="new", to="alice@example.org", subject="New", text="New")
    Mail.objects.filter(pk=new.pk).update(state=Mail.State.SENT, sent_at=timezone.now())

    assert "accounts.housekeeping.forget_old_mails" in run_due()

    assert sorted(Mail.objects.values_list("key", flat=True)) == ["new", "sending:old", "waiting:old"]


def test_expired_sessions_are_forgotten(clock):
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=1))

    run_due()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
