"""The people of one event as a table to take away: which columns it has, and how they are written fast and small."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property, lru_cache
from typing import IO, Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from import_export import resources, widgets
from import_export.fields import Field

from events.models import Event
from projects.spreadsheets import csv_bytes, write_xlsx

from .answer_columns import Column, answer_columns
from .attendance import attended_days
from .models import Registration


class Words(widgets.Widget):
    """A stored value, shown by its words in the reader's language and read back from them."""

    def __init__(self, words: dict[Any, str]) -> None:
        super().__init__()
        self.words = words

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.words[value]

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        for stored, words in self.words.items():
            if words == value:
                return stored
        raise ValueError(
            _("“%(value)s” is not one of: %(words)s.") % {"value": value, "words": ", ".join(self.words.values())}
        )


class LocalTime(widgets.Widget):
    """An instant, to the second, on the clock of the event."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self.zone = zone

    def render(self, value: datetime | None, obj: Any = None, **kwargs: Any) -> datetime | None:
        return value and value.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime | None:
        if not value:
            return None
        local = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return local.replace(tzinfo=self.zone)


class RegistrationResource(resources.ModelResource):
    """One row for each registration of an event, cancelled ones too; the columns for writing and for reading.

    What only the records or the verbs of a registration may change is read-only.
    """

    name = Field("name", gettext_lazy("Full name"))
    email = Field("email", gettext_lazy("Email"))
    organisation = Field("organisation_name", gettext_lazy("Organisation"))
    country_name = Field("country", gettext_lazy("Country"), readonly=True)
    country = Field("country__code", gettext_lazy("Country code"))
    phone = Field("phone", gettext_lazy("Phone"))
    mode = Field("mode", gettext_lazy("Taking part"))
    state = Field(column_name=gettext_lazy("Status"), readonly=True)
    joined_at = Field("joined_at", readonly=True)
    confirmed_at = Field("confirmed_at", readonly=True)
    attended = Field(column_name=gettext_lazy("Days attended"), widget=widgets.IntegerWidget(), readonly=True)
    attended_on = Field(column_name=gettext_lazy("Attended on"), readonly=True)
    language = Field("language", gettext_lazy("Language of mails"))

    class Meta:
        model = Registration
        fields = export_order = (
            "name", "email", "organisation", "country_name", "country", "phone", "mode", "state",
            "joined_at", "confirmed_at", "attended", "attended_on", "language",
        )  # fmt: skip

    def __init__(self, event: Event, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.event = event
        zone = event.time_zone or "UTC"
        self.fields["joined_at"].column_name = _("Registered at (%(zone)s)") % {"zone": zone}
        self.fields["confirmed_at"].column_name = _("Confirmed at (%(zone)s)") % {"zone": zone}
        self.fields["joined_at"].widget = self.fields["confirmed_at"].widget = LocalTime(event.zone)
        self.fields["country_name"].widget = Words({"": "", **dict(countries)})
        self.fields["mode"].widget = Words({value: str(label) for value, label in Registration.Mode.choices})
        self.fields["state"].widget = Words(state_words())

    def get_queryset(self) -> QuerySet[Registration]:
        # As they came. Sorted by name, every database would follow other rules.
        return self.event.registrations.order_by("pk")

    @cached_property
    def days(self) -> dict[int, tuple[date, ...]]:
        return attended_days(self.event)

    def dehydrate_state(self, registration: Registration) -> str:
        return self.fields["state"].widget.render((registration.state, registration.cancelled_by))

    def dehydrate_attended(self, registration: Registration) -> int:
        return len(self.days.get(registration.pk, ()))

    def dehydrate_attended_on(self, registration: Registration) -> str:
        return _in_a_row(self.days.get(registration.pk, ()))

    def rows(self, *, typed: bool = False, keyed: bool = False) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of `export()` in two queries, without ever holding them all.

        Every cell is a text, as CSV has it; `typed` gives times and numbers as such, `keyed` begins each row with the
        key of its registration. Words and zone are those of now, even if the rows are read later.
        """
        countries, modes = self.fields["country_name"].widget.words, self.fields["mode"].widget.words
        states = self.fields["state"].widget.words
        local = clock(self.event.zone)
        days: dict[int, tuple[Any, str]] = {}
        none: tuple[Any, str] = (0, "") if typed else ("0", "")
        for pk, attended in self.days.items():
            days[pk] = (len(attended) if typed else str(len(attended)), _in_a_row(attended))
        # Both databases give an instant as text in UTC. Made into a datetime first, times would take most of the time.
        registrations = self.get_queryset().annotate(
            joined=Cast("joined_at", TextField()), confirmed=Cast("confirmed_at", TextField())
        )
        for pk, name, email, organisation, country, phone, mode, state, by, joined, confirmed, language in (
            registrations.values_list(
                "pk", "name", "email", "organisation_name", "country", "phone", "mode", "state", "cancelled_by",
                "joined", "confirmed", "language",
            ).iterator(chunk_size=2_000)
        ):  # fmt: skip
            joined, confirmed = local(joined), local(confirmed) if confirmed else ""
            if typed:
                joined, confirmed = datetime.fromisoformat(joined), confirmed and datetime.fromisoformat(confirmed)
            yield (
                *((pk,) if keyed else ()),
                name, email, organisation, countries[country], country, phone, modes[mode], states[state, by],
                joined, confirmed, *days.get(pk, none), language,
            )  # fmt: skip


def clock(zone: tzinfo) -> Callable[[str], str]:
    """Return a function from an instant in UTC, “2027-03-01 09:00:00…”, to the time in a zone, “2027-03-01T10:00:00”.

    It looks at the zone once an hour, for all who registered in that hour.
    """

    def exactly(utc: str) -> str:
        return datetime.fromisoformat(utc).replace(tzinfo=UTC).astimezone(zone).isoformat()[:19]

    @lru_cache(maxsize=4_096)
    def hour(utc: str) -> str:
        local = exactly(utc)
        return local[:13] if local.endswith(":00:00") else ""

    def local(utc: str) -> str:
        # Where the clock is not a whole number of hours from UTC, as in Nepal, each time is looked at by itself.
        begin = hour(utc[:13])
        return begin + utc[13:19] if begin else exactly(utc[:19])

    return local


def state_words() -> dict[tuple[str, str], str]:
    """The status of a registration in the words of its organisers, by its state and who cancelled it."""
    words = {(value, ""): str(label) for value, label in Registration.State.choices}
    del words[Registration.State.CANCELLED, ""]
    words[Registration.State.CANCELLED, Registration.CancelledBy.PERSON] = _("Cancelled by the person")
    words[Registration.State.CANCELLED, Registration.CancelledBy.HOST] = _("Cancelled by the host")
    return words


def people_csv(event: Event, *, with_sensitive: bool = False) -> Iterator[bytes]:
    """Yield the people of an event as a CSV file with what they answered, in the language that is active now."""
    resource = RegistrationResource(event)
    columns = answer_columns(event, with_sensitive=with_sensitive)
    rows = resource.rows() if not columns else _with_answers(resource.rows(keyed=True), columns, typed=False)
    return csv_bytes(_headers(resource, columns), rows)


def people_xlsx(event: Event, file: IO[bytes], *, with_sensitive: bool = False) -> None:
    """Write the people of an event as a workbook with what they answered, in the language that is active now."""
    resource = RegistrationResource(event)
    columns = answer_columns(event, with_sensitive=with_sensitive)
    rows = resource.rows(typed=True)
    if columns:
        rows = _with_answers(resource.rows(typed=True, keyed=True), columns, typed=True)
    write_xlsx(file, _headers(resource, columns), rows, title=event.title)


def _headers(resource: RegistrationResource, columns: list[Column]) -> list[str]:
    headers = [str(header) for header in resource.get_export_headers()]
    for column in columns:
        # Two columns of one name would be one for whoever reads the file.
        number = 1 + sum(header == column.name or header.startswith(f"{column.name} (") for header in headers)
        headers.append(column.name if number == 1 else f"{column.name} ({number})")
    return headers


def _with_answers(rows: Iterator[tuple[Any, ...]], columns: list[Column], *, typed: bool) -> Iterator[tuple[Any, ...]]:
    for key, *row in rows:
        cells = [column.cells.get(key, "") for column in columns]
        yield (*row, *(cells if typed else map(str, cells)))


def _in_a_row(days: tuple[date, ...]) -> str:
    return ", ".join(map(date.isoformat, days))
