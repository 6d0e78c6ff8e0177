"""Searching as people type: without case, accents or special letters."""

import re
import unicodedata

# Letters that have no decomposition in Unicode but that people type as their plain sisters.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŧ": "t"})
_WORDS = re.compile(r"\w+")


def fold(*texts: str) -> str:
    """Return the texts joined, in lower case and without accents: “Gävle, Łódź, Straße” → “gavle, lodz, strasse”.

    SQLite ignores case for ASCII letters only, so a folded copy is stored beside the text and searched on every
    database alike.
    """
    text = unicodedata.normalize("NFKD", " ".join(text for text in texts if text).casefold())
    return "".join(letter for letter in text if not unicodedata.combining(letter)).translate(_PLAIN)


def fold_name(name: str) -> str:
    """Return the words of a name, folded, whatever their order: “Tamm, Mari” and “Mari Tamm” are one."""
    return " ".join(sorted(_WORDS.findall(fold(name))))


def typed_words(value: str, *, longest: int) -> str:
    """Return what somebody searches for, without control characters (PostgreSQL refuses NUL) and not too long."""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:longest].strip()
