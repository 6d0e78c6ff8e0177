"""The parts of an event's page that its kind asks for: what a visit leads to and asks, and who carries what home."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext

from projects.models import GoodPractice, Partner
from projects.models.languages import Text
from venues.models import Site

from ..models import Event, Session
from ..times import hours_in_words


@dataclass(frozen=True, slots=True)
class Stop:
    """One site of a visit: when people are there, how they come to it, and what it asks of them."""

    site: Site
    session_address: str
    day: int | None
    hours: str
    choose: str
    transfers: list[Text] = field(default_factory=list)
    transfer_hours: list[str] = field(default_factory=list)

    @property
    def ways(self) -> list[tuple[Text, str]]:
        """The transfers before this stop, each with its hours."""
        return list(zip(self.transfers, self.transfer_hours, strict=True))

    @property
    def asks(self) -> list[str]:
        return site_asks(self.site)


@dataclass(frozen=True, slots=True)
class Visit:
    """The sites of an event in the order in which people come to them."""

    stops: list[Stop]

    @property
    def asks(self) -> list[tuple[str, list[str]]]:
        """What is asked at any of the sites, each once, with the names of those that ask it."""
        found: dict[str, list[str]] = {}
        for stop in self.stops:
            for words in stop.asks:
                if str(stop.site) not in found.setdefault(words, []):
                    found[words].append(str(stop.site))
        return list(found.items())

    @property
    def instructions(self) -> list[Stop]:
        """The stops with an instruction of their own, each site once."""
        found: dict[int, Stop] = {}
        for stop in self.stops:
            if stop.site.instruction:
                found.setdefault(stop.site.pk, stop)
        return list(found.values())

    @property
    def days(self) -> list[tuple[str, list[Stop]]]:
        """The stops under the name of their day, which is empty where there is only one."""
        found: dict[int | None, list[Stop]] = {}
        for stop in self.stops:
            found.setdefault(stop.day, []).append(stop)
        if len(found) == 1:
            return [("", self.stops)]
        return [(_day_name(day), stops) for day, stops in found.items()]


@dataclass(frozen=True, slots=True)
class Carried:
    """A good practice on its way from its owner to whoever carries it home; None where it is not known yet."""

    practice: GoodPractice
    owner: Partner | None
    importer: Partner | None


def site_asks(site: Site) -> list[str]:
    """Return in words what every visitor of a site must do, apart from its own instruction."""
    asked = [
        (site.needs_id, gettext("Bring an identity document.")),
        (site.needs_safety_shoes, gettext("Wear safety shoes.")),
        (site.forbids_photos, gettext("Take no photos.")),
    ]
    return [words for is_asked, words in asked if is_asked]


def visit(event: Event, sessions: Sequence[Session], *, language: str) -> Visit | None:
    """Return where a visit leads, or None for an event that visits nothing.

    `sessions` come in the order of the programme, with site and choice group already read. A transfer leads to the next
    stop of its day.
    """
    if not event.kind.visits_sites:
        return None
    stops: list[Stop] = []
    transfers: list[Session] = []
    for session in sessions:
        if transfers and transfers[-1].day != session.day:
            transfers = []
        if session.kind == Session.Kind.TRANSFER and session.site is None:
            transfers.append(session)
        elif session.site is not None:
            stops.append(_stop(session, session.site, transfers, language))
            transfers = []
    return Visit(stops) if stops else None


def _stop(session: Session, site: Site, transfers: Iterable[Session], language: str) -> Stop:
    group = session.choice_group
    return Stop(
        site=site,
        session_address=f"#session-{session.pk}",
        day=session.day,
        hours=hours_in_words(session.start_time, session.end_time),
        choose=gettext("One of several to choose from") if group is not None and group.pick else "",
        transfers=[transfer.in_language("title", language) for transfer in transfers],
        transfer_hours=[hours_in_words(transfer.start_time, transfer.end_time) for transfer in transfers],
    )


def _day_name(day: int | None) -> str:
    return gettext("Day %(number)s") % {"number": day} if day else gettext("Day not known")


def carried(event: Event, practices: Iterable[GoodPractice]) -> list[Carried]:
    """Return what is carried home from whom to whom; nothing for an event whose kind carries nothing."""
    if not event.kind.has_importing_partner:
        return []
    return [Carried(practice, practice.owner, event.importing_partner) for practice in practices]
