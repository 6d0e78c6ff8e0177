"""Codes of tickets: opaque, signed, checked without the database, and replaced."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from registrations.door.codes import replace_ticket, ticket_address, ticket_svg
from registrations.door.signing import code_in, hash_of, is_signed, new_code, public_key
from registrations.models import Registration, ReplacedTicket
from tests.factories import create_registration


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_a_code_is_checked_with_the_public_key_alone():
    code, key = new_code(), public_key()
    data = base64.urlsafe_b64decode(code + "==")
    signature = encode_dss_signature(int.from_bytes(data[12:44]), int.from_bytes(data[44:]))

    numbers = ec.EllipticCurvePublicNumbers(number(key["x"]), number(key["y"]), ec.SECP256R1())
    numbers.public_key().verify(signature, data[:12], ec.ECDSA(hashes.SHA256()))
    assert is_signed(code)


@pytest.mark.parametrize(
    "change", [lambda c: "A" + c[1:], lambda c: c[:-1], lambda c: c[:40] + "x" + c[41:], lambda c: ""]
)
def test_a_changed_code_is_forged(change):
    code = new_code()

    assert change(code) == code or not is_signed(change(code))


def test_another_installation_has_another_key(settings):
    code = new_code()
    settings.SECRET_KEY = "another"

    assert not is_signed(code)


def test_a_code_is_found_in_what_was_scanned():
    code = new_code()

    assert code_in(f"https://example.org/t/{code}") == code_in(f" {code}\n") == code
    assert code_in("https://example.org/en/events/") == code_in("") == ""


@pytest.mark.django_db
def test_a_ticket_is_replaced_and_the_code_before_is_known(settings):
    registration = create_registration()
    before = registration.ticket_code

    replace_ticket(registration)

    registration.refresh_from_db()
    assert registration.ticket_code != before and is_signed(registration.ticket_code)
    assert ReplacedTicket.objects.get().code == before
    assert ticket_address(registration) == f"{settings.SITE_URL}/t/{registration.ticket_code}"
    assert ticket_svg(registration).startswith("<svg")
    assert len(hash_of(before)) == 64


@pytest.mark.django_db
def test_a_ticket_replaced_by_two_at_once_is_replaced_twice():
    registration = create_registration()
    stale = Registration.objects.get(pk=registration.pk)
    codes = [registration.ticket_code]

    for one in (registration, stale):
        replace_ticket(one)
        codes.append(one.ticket_code)

    assert list(ReplacedTicket.objects.values_list("code", flat=True)) == codes[:2]
    assert Registration.objects.get().ticket_code == codes[2]
