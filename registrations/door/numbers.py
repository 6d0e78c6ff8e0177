"""The number of a ticket: what is typed where its QR code cannot be read.

It is short, so it finds somebody as a name does, and proves nothing that a name does not.

Seven letters of Crockford's base 32, which has no I, L, O and U, and his check character: the number modulo 37, which
finds each single wrong letter and each pair that was swapped (https://www.crockford.com/base32.html). Five of his
checks are signs that are hard to type, so numbers that would need one are not made.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_DIGITS = {letter: value for value, letter in enumerate(ALPHABET)}
# What is easily read or typed instead.
_MEANT = str.maketrans("OIL", "011", " -–—·.")


def new_number() -> str:
    """Return a new number, eight letters and digits with the check at the end. An event has each once."""
    while True:
        letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
        if (check := _check(letters)) < len(ALPHABET):
            return letters + ALPHABET[check]


def number_in(text: str) -> str:
    """Return the number that somebody typed, whatever case, spaces and dashes; "" if it is none or was mistyped."""
    number = text.strip().upper().translate(_MEANT)
    if len(number) != LENGTH or not set(number) <= set(_DIGITS):
        return ""
    return number if _check(number[:-1]) == _DIGITS[number[-1]] else ""


def in_groups(number: str) -> str:
    """Return a number as it is printed: K7PM 2QXR."""
    return f"{number[:4]} {number[4:]}"


def _check(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * len(ALPHABET) + _DIGITS[letter]
    return value % 37
