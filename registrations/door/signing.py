"""The code on a ticket: opaque, and signed, so that the door can tell a forged one without network.

A code is twelve random bytes and their ECDSA signature (P-256 with SHA-256, 64 bytes r and s, as WebCrypto wants) in
base64url. It says nothing about anybody; whose it is, only the list of an event knows, and that holds hashes of codes.
The key follows from the installation's secret key, so that nothing more has to be kept or backed up.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from django.conf import settings

RANDOM_BYTES, SIGNATURE_BYTES = 12, 64
LENGTH = -(-(RANDOM_BYTES + SIGNATURE_BYTES) * 4 // 3)
# FIPS 186-5, the order of the group of P-256.
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def new_code() -> str:
    """Return a new signed code: 102 characters of base64url."""
    number = secrets.token_bytes(RANDOM_BYTES)
    return _text(number + _sign(number))


def is_signed(code: str) -> bool:
    """Whether this installation made a code, whoever it belongs to and whether or not it was replaced since."""
    try:
        data = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except ValueError:
        return False
    if len(data) != RANDOM_BYTES + SIGNATURE_BYTES or _text(data) != code:
        return False
    number, r, s = data[:RANDOM_BYTES], data[RANDOM_BYTES:-32], data[-32:]
    signature = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
    try:
        _key(settings.SECRET_KEY).public_key().verify(signature, number, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def hash_of(code: str) -> str:
    """Return what the list on a device holds instead of a code."""
    return hashlib.sha256(code.encode()).hexdigest()


def public_key() -> dict[str, str]:
    """Return the key that signed codes are checked with, as a JWK (RFC 7517)."""
    numbers = _key(settings.SECRET_KEY).public_key().public_numbers()
    x, y = (_text(number.to_bytes(32)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def code_in(text: str) -> str:
    """Return the code in what was scanned or typed: the address of a ticket, or the code alone; else ""."""
    code = text.strip().rpartition("/t/")[2]
    return code if len(code) == LENGTH else ""


def _sign(number: bytes) -> bytes:
    # Deterministic (RFC 6979): a weak source of chance never gives the key away.
    signature = _key(settings.SECRET_KEY).sign(number, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32) + s.to_bytes(32)


@lru_cache(maxsize=2)
def _key(secret: str) -> ec.EllipticCurvePrivateKey:
    digest = hmac.digest(secret.encode(), b"registrations.door.codes", "sha512")
    return ec.derive_private_key(int.from_bytes(digest) % (_ORDER - 1) + 1, ec.SECP256R1())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
