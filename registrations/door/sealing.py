"""Secrets of a door that its host reads again, and that whoever gets hold of the database does not.

They are sealed (AES-GCM) with a key that follows from the secret key of the installation. What nobody has to read
again, such as the keys of devices, is kept as a hash instead.
"""

import base64
import hmac
import secrets
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

_NONCE = 12


def seal(text: str) -> str:
    """Return a text sealed, otherwise each time: 28 octets more than it has, in base64url."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str) -> str:
    """Return a text that was sealed; "" for what was sealed with another secret key, or was changed."""
    try:
        octets = base64.urlsafe_b64decode(sealed)
        return _cipher(settings.SECRET_KEY).decrypt(octets[:_NONCE], octets[_NONCE:], None).decode()
    except (ValueError, InvalidTag):
        return ""


@lru_cache(maxsize=2)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"registrations.door.sealing", "sha256"))


class SealedField(models.CharField):
    """A short text that the database holds sealed; `max_length` is that of the sealed one.

    It cannot be looked up: a database cannot compare what is sealed otherwise each time.
    """

    def from_db_value(self, value: str | None, _expression: Any, _connection: Any) -> str | None:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> str | None:
        text = super().get_prep_value(value)
        return None if text is None else seal(text)

    def get_lookup(self, lookup_name: str) -> None:
        return None
