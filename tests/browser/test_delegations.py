"""Six delegates are named in one go: pasted from a sheet, looked through, saved."""

import time

import pytest

from .keystrokes import Hands

NAMES = ("Ödön Tóth", "Łucja Żak", "José Nunes", "Anouk Claessens", "Kaja Emajõgi", "Γιώργος Νικολάου")


@pytest.fixture
def delegation(site):
    """Six seats at the conference for the partner whose coordinator is the demonstration's host."""
    site.query(
        "from registrations.models import *; from events.models import *; from projects.models import *\n"
        "partner = Membership.objects.get(user__email='host@example.org').partner\n"
        "event = Event.objects.get(project=partner.project, kind__slug='final-conference', status='announced')\n"
        "Registration.objects.filter(delegation__event=event).delete(); event.delegations.all().delete()\n"
        "Delegation.objects.create(event=event, partner=partner, seats=6)"
    )


@pytest.mark.parametrize(("width", "javascript"), [(1280, True), (320, False)])
def test_six_delegates_are_pasted_in_one_go(open_browser, signed_in, delegation, width, javascript):
    window = open_browser(width=width, javascript=javascript, state=signed_in("host"))
    window.goto("/en/partner/")
    began = time.perf_counter()
    hands = Hands(window)

    hands.think()
    hands.click(window.get_by_role("link", name="Name 6 people"))
    hands.think()
    hands.click(window.get_by_label("Rows of a sheet"))
    rows = [f"{name}\tdelegate-{n}-{width}@example.org\tDelegate" for n, name in enumerate(NAMES)]
    hands.paste("\n".join(["Full name\tE-mail\tRole", *rows]))
    hands.think()
    hands.click(window.get_by_role("button", name="Check the rows"))
    assert "6 people get a seat." in window.locator("main").inner_text()
    if width == 320:
        # An address is seen whole, and its row is called one.
        assert window.locator(".check-table [type=email]").first.bounding_box()["width"] > 0.85 * width
        assert window.locator(".check-table th[rowspan]").first.inner_text().strip() == "Row 2"
    # Looking at each row takes a moment.
    hands.think(6)
    hands.click(window.get_by_role("button", name="Name 6 people"))

    text = window.locator("main").inner_text()
    assert "6 people are named and told by mail." in text
    assert "6 of 6 seats named" in text
    assert "Γιώργος Νικολάου" in text
    print(f"Six delegates: {hands.seconds:.1f} s, {hands.keys} keys, {hands.clicks} clicks")
    # Typing the same, name by name, are 250 keys.
    assert (hands.keys, hands.clicks) == (2, 4)
    assert hands.seconds < 20
    assert time.perf_counter() - began < 30
