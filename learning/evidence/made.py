"""Pages of a folder that are made from the records: the invitation, the agenda, the feedback, what was made public."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean

from django.db.models import Max, Min, Q
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext

from accounts.letters import absolute_url
from accounts.models import Mail
from events.models import Event, EvidenceKind
from events.programme.days import programme, shown_sessions
from events.times import dates_in_words, instant_in_words, when_in_words
from events.where import where_in_words
from registrations import mail_previews
from registrations.models import Consent, Invitation, MailText, OnlineReport
from registrations.online.kept import kept_rows
from registrations.wording import KINDS

from ..models import Feedback, LearningOutcome, OutcomeRating
from ..reports.rows import MINIMUM_ANSWERS

Facts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: facts in two columns, paragraphs as they are, and tables."""

    facts: Facts = field(default_factory=list)
    paragraphs: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page that is written when it is read: the section it belongs to, its file name and its title."""

    section: str
    name: str
    title: str
    write: Callable[[], str]


def made_for(event: Event) -> list[MadePage]:
    """Return the pages that the records of an event have something to say for. One query."""
    [there] = _there([event])
    return [
        MadePage(kind.section, kind.name, kind.title, _writer(event, kind.title, kind.write))
        for kind in _kinds()
        if kind.is_there(there)
    ]


def names_for(events: Collection[Event]) -> dict[int, set[str]]:
    """Return the file names of `made_for` for each event, by its key. One query, however many events there are."""
    return {there.event.pk: {kind.name for kind in _kinds() if kind.is_there(there)} for there in _there(events)}


def of_report(report: OnlineReport) -> MadePage:
    """Return the page that says who of the report of an online meeting was taken for whom."""
    title = gettext("Who is who in the report of the online meeting")
    write = _writer(report.event, title, partial(_who, report))
    return MadePage(EvidenceKind.SIGNED_LISTS, name_of_matches(report), title, write)


def name_of_matches(report: OnlineReport) -> str:
    """Return the name of the file of `of_report`."""
    return f"{report.file_name.rpartition('.')[0] or report.file_name}-who-is-who.html"


def _writer(event: Event, title: str, write: Callable[[Event], Page]) -> Callable[[], str]:
    def written() -> str:
        context = {
            "event": event,
            "title": title,
            "page": write(event),
            "facts": facts_of(event),
            "style": "../style.css",
        }
        return render_to_string("learning/evidence/zip/page.html", {**context, "language": get_language() or "en"})

    return written


@dataclass(frozen=True, slots=True)
class _There:
    """What there is of an event."""

    event: Event
    invited: bool
    programme: bool
    feedback: bool


def _there(events: Collection[Event]) -> list[_There]:
    by_key = {event.pk: event for event in events}
    found = (
        Event.objects.filter(pk__in=by_key)
        .order_by()
        .annotate(
            invited_at=Max("invitations__sent_at"),
            first_session=Min("sessions__pk", filter=Q(sessions__deleted_at__isnull=True)),
            first_feedback=Min("registrations__feedback__pk"),
        )
        .values_list("pk", "invited_at", "first_session", "first_feedback")
    )
    return [_There(by_key[pk], *(one is not None for one in there)) for pk, *there in found]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A page that folders may have, and of which events."""

    section: str
    name: str
    title: str
    write: Callable[[Event], Page]
    is_there: Callable[[_There], bool]


def _kinds() -> list[_Kind]:
    kind = EvidenceKind
    return [
        _Kind(kind.INVITATION, "invitation.html", gettext("Invitation as it was sent"), _invitation, _was_invited_to),
        _Kind(kind.AGENDA, "agenda.html", gettext("Programme"), _agenda, _has_programme),
        _Kind(kind.PHOTOS, "consent.html", gettext("Who may be shown in photos"), _consent, _has_consents),
        _Kind(kind.FEEDBACK, "feedback.html", gettext("Summary of the feedback"), _feedback, _has_feedback),
        _Kind(kind.PRESS, "public.html", gettext("What was public, and since when"), _public, _was_public),
    ]


def _was_invited_to(there: _There) -> bool:
    return there.invited


def _has_programme(there: _There) -> bool:
    return there.programme


def _has_feedback(there: _There) -> bool:
    return there.feedback


def _has_consents(there: _There) -> bool:
    return there.event.is_over()


def _was_public(there: _There) -> bool:
    return there.event.published_at is not None and there.event.visibility == Event.Visibility.PUBLIC


def facts_of(event: Event) -> Facts:
    """Return what every page of a folder says of its event first."""
    facts = [
        (gettext("Project"), f"{event.project.acronym}: {event.project.full_name}"),
        (gettext("Event"), event.title),
        (gettext("When"), when_in_words(event)),
        (gettext("Where"), where_in_words(event)),
    ]
    if event.host_id is not None:
        facts.append((gettext("Host"), str(event.host)))
    return facts


def _who(report: OnlineReport, event: Event) -> Page:
    rows = [
        (
            " / ".join([row.name, *row.other_names]),
            row.email,
            ", ".join(part for part in (row.person, row.organisation) if part),
            " / ".join(f"{dates_in_words(day.day, day.day)}, {day.hours}" for day in row.days),
            str(row.minutes),
            row.how_in_words,
        )
        for row in kept_rows(report)
    ]
    header = (
        gettext("In the report"),
        gettext("Address"),
        gettext("Taken for"),
        gettext("There"),
        gettext("Minutes"),
        gettext("How we know"),
    )
    facts = [
        (gettext("File"), report.file_name),
        (gettext("SHA-256 of the file"), report.sha256),
        (gettext("Clock of the times in it"), report.clocks),
    ]
    if report.confirmed_at:
        facts.append((gettext("Confirmed"), instant_in_words(report.confirmed_at, event.zone)))
    return Page(facts=facts, tables=[Table(gettext("Who was taken for whom"), header, rows)])


# --- Pages -------------------------------------------------------------------------------------------------------


def _invitation(event: Event) -> Page:
    sent = Invitation.objects.filter(event=event, sent_at__isnull=False)
    times = sent.aggregate(first=Min("sent_at"), last=Max("sent_at"))
    rows = [
        (gettext("Invitations sent"), str(sent.count())),
        (gettext("Registered by them"), str(sent.filter(registration__isnull=False).count())),
        (gettext("Declined"), str(sent.filter(declined_at__isnull=False).count())),
    ]
    if times["first"]:
        rows.append((gettext("First sent"), instant_in_words(times["first"], event.zone)))
        rows.append((gettext("Last sent"), instant_in_words(times["last"], event.zone)))
    subject, text = _letter(event, sent)
    return Page(facts=rows, paragraphs=[subject, *text.split("\n\n")])


def _letter(event: Event, sent) -> tuple[str, str]:  # type: ignore[no-untyped-def]
    """Return the first invitation that left, without its person and their link; else as it is worded now."""
    first = sent.order_by("sent_at", "pk").first()
    if first is not None:
        mail = Mail.objects.filter(about=f"invitation:{first.pk}").order_by("pk").first()
        if mail is not None:
            text = mail.text.replace(first.code, "…")
            return mail.subject, text.replace(first.name, gettext("Name of the person")) if first.name else text
    # Mails are deleted after 90 days; the words of the host stay.
    kind, language = KINDS["invitation"], event.language
    worded = event.mail_texts.filter(letter=kind.key, language=language).first() or MailText(
        event=event, letter=kind.key, language=language
    )
    letter = mail_previews.preview(event, kind, worded)
    return letter.subject, letter.text


def _agenda(event: Event) -> Page:
    tables = []
    for day in programme(event, shown_sessions(event, None), language=get_language() or "en"):
        rows = [
            (item.hours, item.title.text, item.place, ", ".join(one.speaker.name for one in item.contributors))
            for slot in day.slots
            for item in slot.items
        ]
        header = (gettext("Time"), gettext("Title"), gettext("Place"), gettext("Who contributes"))
        tables.append(Table(day.name or gettext("Day not said"), header, rows))
    return Page(tables=tables)


def _consent(event: Event) -> Page:
    """Names are needed here: whoever picks photos must know whom they may show."""
    answers = dict(
        Consent.objects.filter(registration__event=event, purpose=Consent.Purpose.PHOTOS)
        .order_by("given_at", "pk")
        .values_list("registration", "is_given")
    )
    people = event.registrations.confirmed().order_by("name", "pk")
    may: list[tuple[str, str]] = []
    must_not: list[tuple[str, str]] = []
    for registration in people:
        (may if answers.get(registration.pk) else must_not).append((registration.name, registration.organisation_name))
    header = (gettext("Name"), gettext("Organisation"))
    return Page(
        paragraphs=[gettext("No answer means no: whoever did not answer must not be recognisable in a photo.")],
        tables=[
            Table(gettext("May be shown"), header, may),
            Table(gettext("Must not be recognisable"), header, must_not),
        ],
    )


def _feedback(event: Event) -> Page:
    answers = list(Feedback.objects.filter(registration__event=event))
    facts = [
        (gettext("Answers"), str(len(answers))),
        (gettext("People with a place"), str(event.registrations.confirmed().count())),
    ]
    if len(answers) < MINIMUM_ANSWERS:
        words = gettext(
            "Averages of fewer than %(minimum)s answers are not shown, because they would tell who said what."
        )
        return Page(facts=facts, paragraphs=[words % {"minimum": MINIMUM_ANSWERS}])
    for label, values in (
        (gettext("Relevance, 1 to 5"), [one.relevance for one in answers if one.relevance]),
        (gettext("Satisfaction, 1 to 5"), [one.satisfaction for one in answers if one.satisfaction]),
    ):
        facts.append((label, _mean(values)))
    rows = []
    ratings = list(OutcomeRating.objects.filter(feedback__registration__event=event))
    for outcome in LearningOutcome.objects.filter(event=event).order_by("position"):
        own = [one for one in ratings if one.outcome_id == outcome.pk]
        before, after = [one.before for one in own if one.before], [one.after for one in own if one.after]
        rows.append((outcome.text, str(len(own)), _mean(before), _mean(after)))
    header = (gettext("Learning outcome"), gettext("Answers"), gettext("Before"), gettext("After"))
    return Page(facts=facts, tables=[Table(gettext("What people say they learned"), header, rows)] if rows else [])


def _mean(values: Sequence[int]) -> str:
    return f"{fmean(values):.1f}" if len(values) >= MINIMUM_ANSWERS else "–"


def _public(event: Event) -> Page:
    facts = [(gettext("Public page"), absolute_url("events:event", event.slug, language=get_language() or "en"))]
    if event.published_at:
        facts.append((gettext("Published"), instant_in_words(event.published_at, event.zone)))
    rows = [
        (
            instant_in_words(change.changed_at, event.zone) if change.changed_at else "",
            when_in_words(change.plan_before),
            where_in_words(change.plan_before),
            change.reason,
        )
        for change in event.changes.order_by("number")
    ]
    header = (gettext("Changed"), gettext("When before"), gettext("Where before"), gettext("Reason"))
    paragraphs = [part for part in (event.summary, event.description) if part]
    paragraphs.append(gettext("Every page carries the sentence “Co-funded by the European Union”."))
    return Page(
        facts=facts, paragraphs=paragraphs, tables=[Table(gettext("Earlier plans"), header, rows)] if rows else []
    )
