"""The list of events: what it is filtered by, and how it is grouped. The calendars read the same filters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.translation import gettext, pgettext
from django_countries import countries

from projects.models import Partner, Project, Semester
from projects.search import fold, typed_words

from .models import Event, EventKind, EventQuerySet
from .times import month_in_words

LONGEST_SEARCH = 100
LONGEST_SHOWN_VALUE = 40
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing to filter by, with what can be chosen; `value` is "" while it does not filter."""

    name: str
    label: str
    choices: list[Choice]
    value: str = ""

    @property
    def chosen(self) -> str:
        return next((choice.label for choice in self.choices if choice.value == self.value), "")


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter that is on, in words, and the address of the list without it."""

    label: str
    value: str
    address_without: str


@dataclass(frozen=True, slots=True)
class Group:
    """Events under one heading."""

    title: str
    events: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader asked the list for, as far as we know it; `unknown` names what was left out."""

    filters: list[Filter]
    search: str
    when: Filter
    unknown: list[str]

    @property
    def values(self) -> dict[str, str]:
        """The filters that are on, without the time."""
        values = {choice.name: choice.value for choice in self.filters if choice.value}
        return {**values, "q": self.search} if self.search else values

    def events(self, visible: EventQuerySet) -> EventQuerySet:
        """Return those of the visible events that were asked for, in the order in which they are read."""
        return during(matching(visible, self.values), self.when.value)

    def query(self, *, without: str = "", when: str | None = None) -> str:
        """Return the list's query string, ending in “&” so that a page can follow; "" when nothing is asked for."""
        values = {name: value for name, value in self.values.items() if name != without}
        when = self.when.value if when is None else when
        if when != UPCOMING:
            values["when"] = when
        return urlencode(values) + "&" if values else ""

    @property
    def active(self) -> list[ActiveFilter]:
        shown = [(f.name, f.label, f.chosen) for f in self.filters if f.value]
        if self.search:
            shown.append(("q", gettext("Words"), self.search))
        return [ActiveFilter(label, value, f"?{self.query(without=name)}") for name, label, value in shown]

    @property
    def has_filters(self) -> bool:
        return any(choice.value for choice in self.filters)

    @property
    def page_query(self) -> str:
        return self.query()

    @property
    def past_address(self) -> str:
        return f"?{self.query(when=PAST)}"

    @property
    def calendar_query(self) -> str:
        return f"?{urlencode(self.values)}" if self.values else ""


UPCOMING, PAST, ALL = "upcoming", "past", "all"


def matching(events: EventQuerySet, values: Mapping[str, str]) -> EventQuerySet:
    """Return the events that match every filter in `values`: project, kind, country, partner, mode, q."""
    lookups = {"kind": "kind__slug", "country": "venue__country", "mode": "mode"}
    events = events.filter(**{lookup: values[name] for name, lookup in lookups.items() if values.get(name)})
    # By key: joining several projects or co-hosts would find an event once for each of them.
    if project := values.get("project"):
        shared = Event.other_projects.through.objects.filter(project__slug=project).values("event")
        events = events.filter(Q(project__slug=project) | Q(pk__in=shared))
    if partner := values.get("partner"):
        co_hosted = Event.co_hosts.through.objects.filter(partner__slug=partner).values("event")
        events = events.filter(Q(host__slug=partner) | Q(pk__in=co_hosted))
    for word in fold(values.get("q", "")).split():
        events = events.filter(search_text__contains=word)
    return events


def during(events: EventQuerySet, when: str) -> EventQuerySet:
    if when == PAST:
        return events.past()
    if when == ALL:
        return events.latest_first()
    return events.upcoming()


def read(query: Mapping[str, str], offered: Iterable[Filter]) -> Listing:
    """Read the filters from an address. A value that is not among those offered is dropped and named in `unknown`."""
    chosen, unknown = [], []
    for choice in offered:
        value = _clean(query.get(choice.name, ""))
        if value in ("", *(c.value for c in choice.choices)):
            chosen.append(_chosen(choice, value))
        else:
            chosen.append(choice)
            unknown.append(_unknown(choice.label, value))
    when = Filter(
        "when",
        gettext("When"),
        [
            Choice(UPCOMING, pgettext("events", "Upcoming")),
            Choice(PAST, pgettext("events", "Past")),
            Choice(ALL, pgettext("events", "All")),
        ],
        UPCOMING,
    )
    asked = _clean(query.get("when", ""))
    if asked in (UPCOMING, PAST, ALL):
        when = _chosen(when, asked)
    elif asked:
        unknown.append(_unknown(when.label, asked))
    return Listing(chosen, typed_words(query.get("q", ""), longest=LONGEST_SEARCH), when, unknown)


def filters(visible: EventQuerySet) -> list[Filter]:
    """What can be chosen: only what at least one event has that the reader may see."""
    keys = visible.order_by().values("pk")
    shared = Event.other_projects.through.objects.filter(event__in=keys).values("project")
    projects = Project.objects.filter(Q(pk__in=visible.values("project")) | Q(pk__in=shared))
    kinds = EventKind.objects.filter(pk__in=visible.values("kind"))
    co_hosts = Event.co_hosts.through.objects.filter(event__in=keys).values("partner")
    hosts = Partner.objects.filter(Q(pk__in=visible.values("host")) | Q(pk__in=co_hosts))
    hosts = hosts.select_related("organisation", "project")
    codes = visible.exclude(venue__country="").values_list("venue__country", flat=True).order_by().distinct()
    return [
        Filter("project", gettext("Project"), [Choice(p.slug, p.acronym) for p in projects]),
        Filter("kind", gettext("Kind of event"), [Choice(k.slug, str(k)) for k in kinds]),
        Filter(
            "country",
            gettext("Country"),
            sorted((Choice(code, str(countries.name(code))) for code in codes if code), key=_by_label),
        ),
        Filter(
            "partner",
            gettext("Host"),
            sorted((Choice(p.slug, f"{p.organisation.name} ({p.project.acronym})") for p in hosts), key=_by_label),
        ),
        Filter("mode", gettext("Mode"), [Choice(m.value, str(m.label)) for m in Event.Mode if m.value]),
    ]


def _by_label(choice: Choice) -> str:
    return fold(choice.label)


def _chosen(choice: Filter, value: str) -> Filter:
    return Filter(choice.name, choice.label, choice.choices, value)


def _clean(value: str) -> str:
    # PostgreSQL refuses a NUL in a text, and no filter has any other control character either.
    return "".join(c for c in value if c.isprintable()).strip()


def _unknown(label: str, value: str) -> str:
    if len(value) > LONGEST_SHOWN_VALUE:
        value = value[:LONGEST_SHOWN_VALUE] + "…"
    return gettext("%(filter)s: “%(value)s”") % {"filter": label, "value": value}


# --- Groups ------------------------------------------------------------------------------------------------------


def by_month(events: Iterable[Event]) -> list[Group]:
    """Group events in order under their months; those without a date come under “Date not known”."""
    return _grouped(events, lambda event: month_in_words(event.starts_on))


def by_year(events: Iterable[Event]) -> list[Group]:
    return _grouped(events, lambda event: str(event.starts_on.year))


def by_semester(events: Iterable[Event], project: Project) -> list[Group]:
    """Group the events of one project under its semesters, which are read once."""
    by_number: dict[int | None, Semester] = {semester.number: semester for semester in project.semesters.all()}

    def title(event: Event) -> str:
        if event.starts_on is None:
            semester = by_number.get(event.stated_semester)
        else:
            semester = project.semester_on(event.starts_on)
        if semester is None:
            return gettext("Date not known") if event.starts_on is None else gettext("Outside the semesters")
        return semester_in_words(semester)

    return _grouped(events, title, knows_undated=True)


def semester_in_words(semester) -> str:
    if semester.theme:
        return gettext("Semester %(number)s: %(theme)s") % {"number": semester.number, "theme": semester.theme}
    return gettext("Semester %(number)s") % {"number": semester.number}


def _grouped(events: Iterable[Event], title, *, knows_undated: bool = False) -> list[Group]:
    groups: dict[str, Group] = {}
    for event in events:
        name = gettext("Date not known") if event.starts_on is None and not knows_undated else title(event)
        groups.setdefault(name, Group(name)).events.append(event)
    return list(groups.values())
