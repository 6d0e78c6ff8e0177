"""Opening a file of projects, and reading its fields so that each problem names the record and the field."""

import calendar
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from django_countries import countries

MAX_BYTES = 20 * 1024 * 1024
# So many problems are listed at once; a file of another kind altogether would fill the screen.
MOST_PROBLEMS = 30

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?))?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_TIME = re.compile(r"\d{2}:\d{2}")


class FileRefused(Exception):
    """The file cannot be loaded; `problems` says in sentences why. Nothing was changed."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))

    def __str__(self) -> str:
        listed = self.problems[:MOST_PROBLEMS]
        if more := len(self.problems) - len(listed):
            listed = [*listed, f"… and {more} more."]
        return "\n".join(listed)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as precisely as it is known: a day, perhaps with a time, or a month as its first and last day."""

    first: date
    last: date
    at: time | None = None

    @property
    def is_month(self) -> bool:
        return self.first != self.last


class Record:
    """One object of the file, and where it stands.

    Each reader returns the value of a field, or an empty one when it is missing or wrong; what is wrong is added to
    `problems`, so that all of it can be told at once.
    """

    def __init__(self, values: Any, path: str, problems: list[str], *, within: str = "") -> None:
        self.path = path
        self.problems = problems
        self.is_readable = isinstance(values, dict)
        self.values: Mapping[str, Any] = values if self.is_readable else {}
        key = self.values.get("id")
        # A session has no id of its own: it is named by the event that it is in.
        self.name = key if isinstance(key, str) and key else within
        self.where = path if not self.name else f"{path} ({self.name})" if key else f"{path} (in {self.name})"
        if not self.is_readable:
            problems.append(f"{self.where}: {_shown(values)} is not a record in braces")

    def refuse(self, field: str, problem: str) -> None:
        self.problems.append(f"{self.where}, field {field}: {problem}")

    def _given(self, field: str, required: bool) -> Any:
        value = self.values.get(field)
        if value is None and required and self.is_readable:
            self.refuse(field, "is missing")
        return value

    def text(self, field: str, *, most: int | None = None, required: bool = False) -> str:
        value = self._given(field, required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(field, f"{_shown(value)} is not text")
            return ""
        value = value.strip()
        if required and not value:
            self.refuse(field, "is empty")
        if most is not None and len(value) > most:
            self.refuse(field, f"{_shown(value)} has {len(value)} characters; at most {most} fit")
        if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in value):
            self.refuse(field, f"{_shown(value)} has a character that cannot be stored")
        return value

    def key(self, *, most: int | None) -> str:
        """The identity of the record, in its field id."""
        value = self.text("id", most=most, required=True)
        if value and not re.fullmatch(r"[\w.:-]+", value):
            self.refuse("id", f"{_shown(value)} may have letters, digits, hyphens, dots and colons only")
        return value

    def whole_number(
        self, field: str, *, least: int = 0, most: int = 2_147_483_647, required: bool = False
    ) -> int | None:
        value = self._given(field, required)
        if value is None:
            return None
        # True is an int in Python, and no number in a file.
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(field, f"{_shown(value)} is not a whole number")
            return None
        if not least <= value <= most:
            self.refuse(field, f"{value} is not between {least} and {most}")
            return None
        return value

    def degrees(self, field: str, limit: int) -> float | None:
        value = self._given(field, False)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not -limit <= value <= limit:
            self.refuse(field, f"{_shown(value)} is not a number of degrees between -{limit} and {limit}")
            return None
        return float(value)

    def coordinates(self) -> tuple[float | None, float | None]:
        latitude, longitude = self.degrees("lat", 90), self.degrees("lon", 180)
        for given, missing in (("lat", "lon"), ("lon", "lat")):
            if self.values.get(given) is not None and self.values.get(missing) is None:
                self.refuse(missing, f"is missing, though {given} is given")
                return None, None
        return latitude, longitude

    def choice(self, field: str, choices: Collection[str], *, required: bool = False) -> str:
        """One of the words in `choices`; empty when it is missing or another word."""
        value = self.text(field, required=required)
        if value and value not in choices:
            self.refuse(field, f"{_shown(value)} is not one of {', '.join(sorted(choices))}")
            return ""
        return value

    def country(self, field: str = "country", *, required: bool = False) -> str:
        value = self.text(field, required=required)
        if value and value not in countries:
            self.refuse(field, f"{_shown(value)} is not a country code such as NL")
            return ""
        return value

    def day(self, field: str) -> date | None:
        """A day without a time."""
        moment = self.moment(field)
        if moment is None:
            return None
        if moment.is_month or moment.at is not None:
            self.refuse(field, f"{_shown(self.values[field])} is not a day such as 2020-10-22")
            return None
        return moment.first

    def moment(self, field: str) -> Moment | None:
        """A day, a day with a local time, or a month."""
        value = self.text(field)
        if not value:
            return None
        try:
            if match := _MONTH.fullmatch(value):
                year, month = int(match[1]), int(match[2])
                first = date(year, month, 1)
                return Moment(first, first.replace(day=calendar.monthrange(year, month)[1]))
            if match := _DAY.fullmatch(value):
                day = date.fromisoformat(match[1])
                return Moment(day, day, time.fromisoformat(match[2]) if match[2] else None)
        except ValueError:
            pass
        self.refuse(field, f"{_shown(value)} is not a date")
        return None

    def clock_time(self, field: str) -> time | None:
        value = self.text(field)
        if not value:
            return None
        try:
            if _TIME.fullmatch(value):
                return time.fromisoformat(value)
        except ValueError:
            pass
        self.refuse(field, f"{_shown(value)} is not a time such as 09:30")
        return None

    def texts(self, field: str) -> list[str]:
        """A list of texts."""
        value = self._given(field, False)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            self.refuse(field, f"{_shown(value)} is not a list of texts")
            return []
        return value

    def sources(self, *fields: str) -> list[str]:
        """The sources named in these fields, texts or lists of texts, in order and once each."""
        named: dict[str, None] = {}
        for field in fields:
            found = self.texts(field) if isinstance(self.values.get(field), list) else [self.text(field)]
            named.update(dict.fromkeys(text for text in found if text))
        return list(named)

    def one(self, field: str) -> "Record | None":
        """The record inside this one, or None where there is none."""
        value = self._given(field, False)
        if value is None:
            return None
        return Record(value, f"{self.path}.{field}", self.problems, within=self.name)

    def many(self, field: str) -> Iterator["Record"]:
        """The records of a list, in order."""
        value = self._given(field, False)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse(field, f"{_shown(value)} is not a list")
            return
        prefix = f"{self.path}.{field}" if self.path else field
        for index, item in enumerate(value):
            yield Record(item, f"{prefix}[{index}]", self.problems, within=self.name)


def read_file(path: Path) -> Any:
    """Return what a JSON file holds. Raises FileRefused with the reason."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FileRefused([f"{path} has {size / 1_048_576:.0f} MB; at most {MAX_BYTES // 1_048_576} MB are read."])
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused([f"{path} cannot be read: {error.strerror or error}."]) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused(
            [f"{path} is not UTF-8 text: line {line} has the byte 0x{content[error.start]:02x}."]
        ) from error
    try:
        return json.loads(text, object_pairs_hook=_without_repeated_names, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise FileRefused([f"{path} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}."]) from error
    except (ValueError, RecursionError) as error:
        raise FileRefused([f"{path} is not JSON that can be read: {error}."]) from error


def _without_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _value in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        key = f" of {values['id']}" if "id" in values else ""
        raise ValueError(f"the field {repeated}{key} is given twice")
    return values


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _shown(value: Any) -> str:
    """A value as a person finds it in the file, cut to a length that fits a line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-8", "replace").decode()
    return f"“{text[:60]}…”" if len(text) > 60 else f"“{text}”"
