"""How a frozen list or certificate is written down, so that its hash is the same wherever it is computed.

JSON in UTF-8 (NFC): keys in order, no spaces, letters as they are; instants in UTC. The file that is attached to the
PDF has these bytes, so `sha256sum` of it gives the hash that is printed.
"""

import base64
import hashlib
import json
import secrets
import unicodedata
from datetime import UTC, datetime
from typing import Any

CODE_LENGTH = 20


def canonical(content: Any) -> str:
    """Return content as the text whose bytes are hashed."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text)


def plain(content: Any) -> Any:
    """Return content as it is when it is read back, to be compared with what was."""
    return json.loads(canonical(content))


def hash_of(text: str) -> str:
    """Return the SHA-256 over the bytes of a text, as 64 hexadecimal digits."""
    # What was broken by hand in the database may hold what UTF-8 cannot.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def code_of(sha256: str) -> str:
    """Return the code that paper carries: the first 100 bits of the hash, so a paper vouches for its content."""
    return base64.b32encode(bytes.fromhex(sha256)).decode("ascii")[:CODE_LENGTH]


def hash_begins(code: str) -> str:
    """Return 24 hexadecimal digits with which the hash begins that a code was made of; "" for what is no code."""
    try:
        return base64.b32decode(code + "=" * (-len(code) % 8)).hex()
    except ValueError:
        return ""


def typed_code(typed: str) -> str:
    """Return the code that somebody may have meant, whatever case, spaces and dashes they typed."""
    code = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    # Base 32 has neither 0 nor 1 nor 8.
    return code.translate(str.maketrans("018", "OIB"))[: CODE_LENGTH + 1]


def salt() -> str:
    """Return what makes a code unguessable to whoever knows everything else that is in the content."""
    return secrets.token_hex(16)


def instant(at: datetime | None) -> str | None:
    """Return an aware datetime as it stands in the content: 2027-05-20T07:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
