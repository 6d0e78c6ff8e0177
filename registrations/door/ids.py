"""What a device knows somebody by: a number that means nothing elsewhere, and that the server turns back by itself.

The keys of an event and a registration, encrypted as one block, so that neither of them is told and no table is needed.
"""

import base64
import hmac
import struct
from collections.abc import Iterable
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings

_BLOCK = 16


def ids_of(event: int, registrations: Iterable[int]) -> list[str]:
    """Return the ids of registrations at the door of an event, in their order."""
    # One block for each, all different; ECB hides nothing but equal blocks.
    encryptor = _cipher().encryptor()
    blocks = encryptor.update(b"".join(struct.pack(">QQ", event, pk) for pk in registrations)) + encryptor.finalize()
    return [
        base64.urlsafe_b64encode(blocks[at : at + _BLOCK]).rstrip(b"=").decode() for at in range(0, len(blocks), _BLOCK)
    ]


def registration_of(event: int, person: object) -> int | None:
    """Return the key of the registration that an id means at this door; None for an id of another door, or none."""
    if not isinstance(person, str) or len(person) != 22:
        return None
    try:
        block = base64.urlsafe_b64decode(person + "==")
    except ValueError:
        return None
    if len(block) != _BLOCK:
        return None
    decryptor = _cipher().decryptor()
    of_event, pk = struct.unpack(">QQ", decryptor.update(block) + decryptor.finalize())
    return pk if of_event == event else None


def _cipher() -> Cipher:
    return _cipher_of(settings.SECRET_KEY)


@lru_cache(maxsize=2)
def _cipher_of(secret: str) -> Cipher:
    key = hmac.digest(secret.encode(), b"registrations.door.ids", "sha256")
    return Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 - single blocks
