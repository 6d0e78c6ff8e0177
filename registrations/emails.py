"""The mails about one registration, each written in the transaction of what it tells."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zlib import crc32

from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import outbox
from accounts.letters import Letter, absolute_url, harmless, render_letter
from accounts.models import Mail
from events.models import Event, Plan, Session
from events.times import dates_in_words, instant_in_words, when_in_words
from events.where import where_in_words
from projects.models import Partner

from . import calendar_mail, wording
from .door.numbers import in_groups
from .models import Choice, Delegation, MailText, Offer, Option, Registration
from .online.joining import join_address
from .status import place_in_words
from .unanswered import Unanswered

# Asked for more often than this, the link is mailed once.
LINK_AGAIN_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Written:
    """What a mail says, and what goes with it."""

    letter: Letter
    enclosed: calendar_mail.Enclosed


def confirmation(
    registration: Registration, *, waits_for: Iterable[Session | Option] = (), to_answer: Iterable[Unanswered] = ()
) -> Written:
    """Return the mail that confirms a seat; the registration need not be saved yet. The rest is as in `state`."""
    names = _names(waits_for, registration.language)
    said = letter("confirmed", registration, waits_for=names, **_to_answer(registration, to_answer))
    return Written(said, calendar_mail.enclosed(registration))


def state(
    registration: Registration,
    *,
    written: Written | None = None,
    place: int | None = None,
    waits_for: Iterable[Session | Option] | None = None,
    to_answer: Iterable[Unanswered] = (),
    note: str = "",
) -> Mail | None:
    """Say how the registration stands: confirmed, on the waiting list, offered a place, or waiting for approval.

    `written` is the mail that confirms the seat if it was written already, see places.expected(). `place` is the one in
    the line of somebody who waits, and `waits_for` is what somebody with a seat picked and has no place in: None where
    the caller does not know. `to_answer` is what they must still answer, worded in their language, where somebody else
    registered them. `note` is what the host says to it.
    """
    if registration.is_confirmed and written is not None:
        return _send("confirmed", registration, written)
    if registration.state == Registration.State.WAITING:
        line = _place_in_line(registration, place)
        return _write("waiting", registration, personal=line, note=note, **_to_answer(registration, to_answer))
    if registration.state == Registration.State.OFFERED:
        return offer(registration.offers.get(outcome=""))
    if registration.state == Registration.State.FOR_APPROVAL:
        return _write("for_approval", registration)
    names = _names(_waits_for(registration) if waits_for is None else waits_for, registration.language)
    asked = _to_answer(registration, to_answer)
    return _write("confirmed", registration, note=note, with_calendar=True, waits_for=names, **asked)


def _to_answer(registration: Registration, to_answer: Iterable[Unanswered]) -> dict[str, Any]:
    """What somebody must still answer, in the words of the form, and until when they may without asking the host."""
    labels = tuple(one.label for one in to_answer)
    if not labels:
        return {}
    event, until = registration.event, registration.event.changes_until
    said = ""
    if until and not event.changes_are_asked_for():
        said = instant_in_words(until, event, registration.language)
    return {"to_answer": labels, "answer_until": said}


def _place_in_line(registration: Registration, place: int | None) -> dict[str, str]:
    with translation.override(registration.language):
        return {"place_in_line": place_in_words(place or registration.place_in_line or 1)}


def _waits_for(registration: Registration) -> list[Session | Option]:
    waiting = registration.choices.waiting().select_related("session", "option__question")
    return [picked for choice in waiting if (picked := choice.session or choice.option)]


def _names(picked: Iterable[Session | Option], language: str) -> str:
    return ", ".join(one.in_language("title" if isinstance(one, Session) else "label", language).text for one in picked)


def back_again(registration: Registration, cancelled_at: datetime) -> Mail | None:
    """Say that cancelling was undone."""
    return _write("confirmed", registration, key=str(cancelled_at.timestamp()), with_calendar=True)


def offer(offer: Offer) -> Mail | None:
    return _write("offer", offer.registration, key=str(offer.pk), until=offer.expires_at)


def offer_expired(offer: Offer) -> Mail | None:
    return _write("offer_expired", offer.registration, key=str(offer.pk), until=offer.expires_at)


def cancellation(registration: Registration) -> Written:
    """Return the mail that says that a registration is cancelled; that need not be saved yet."""
    by_host = registration.cancelled_by == Registration.CancelledBy.HOST
    kind = "cancelled_by_host" if by_host else "cancelled"
    until: dict[str, Any] = _deadline(registration.event, registration.seat_held_until, registration.language)
    return Written(letter("cancelled", registration, kind=kind, **until), calendar_mail.enclosed(registration))


def cancelled(registration: Registration, *, written: Written | None = None) -> Mail | None:
    """Say that a registration is cancelled; `written` is the mail if it was written already."""
    return _send("cancelled", registration, written or cancellation(registration))


def rejected(registration: Registration) -> Mail | None:
    """Say that the host gives no place; the reason is that of cancelling."""
    return _write("rejected", registration)


def request_decided(registration: Registration, *, key: str, is_granted: bool, answer: str) -> Mail | None:
    """Say whether the host changes what somebody asked for; `key` is that of the request."""
    return _write(
        "request_decided", registration, key=key, is_granted=is_granted, answer=answer, with_calendar=is_granted
    )


def named(registration: Registration, *, at: datetime) -> Mail | None:
    """Tell somebody who had registered before that a partner named them for its delegation; they keep their place."""
    return _write("named", registration, key=str(at.timestamp()))


def questions_to_answer(registration: Registration, *, whole_key: str) -> Mail | None:
    """Ask whoever was registered by somebody else to answer the host's questions; see reminders.py."""
    return _write("questions_to_answer", registration, whole_key=whole_key)


def handed_over(registration: Registration, *, to_whom: str) -> Mail | None:
    """Tell whoever had a place, or waited, that somebody else has it now."""
    return _write("handed_over", registration, to_whom=harmless(to_whom), with_calendar=True)


def choice_held(choice: Choice, *, at: datetime) -> Mail | None:
    """Say that a place became free in a session, or of an answer, that somebody with a seat waited for."""
    registration = choice.registration
    picked = choice.session.in_language("title", registration.language) if choice.session else None
    if choice.option:
        picked = choice.option.in_language("label", registration.language)
    key = f"{choice.pk}:{at.timestamp()}"
    return _write("choice_held", registration, key=key, choice=picked.text if picked else "")


def link(registration: Registration, *, at: datetime | None = None) -> Mail | None:
    """Send the link of a registration again, even where the address refused mails before."""
    at = at or timezone.now()
    key = str(int(at.timestamp() // LINK_AGAIN_AFTER.total_seconds()))
    return _write("link", registration, key=key, is_asked_for=True)


def address_changed(registration: Registration, old_address: str) -> Mail | None:
    """Tell the old address that mails go elsewhere from now on."""
    return _write("address_changed", registration, to=old_address)


def plan_changed(registration: Registration, *, number: int, asks: bool = False, **facts: Any) -> Mail | None:
    """Say that the plan of the event changed, up to the change with this number; see plan_changes.py.

    With `asks`, somebody with a place is asked whether they still come; see reconfirming.py.
    """
    return _write(
        "plan_changed",
        registration,
        key=str(number),
        with_calendar=registration.is_confirmed,
        personal=answers_to_still_coming(registration) if asks else {},
        asks=asks,
        **facts,
    )


def plan_changed_key(registration: Registration, number: int) -> str:
    """Return the key of the mail that told somebody of the change with this number."""
    return _key("plan_changed", registration, str(number), registration.email)


def answers_to_still_coming(registration: Registration) -> dict[str, str]:
    """Return the two links of the mail that asks whether somebody still comes."""
    address = absolute_url("registrations:still_coming", registration.code, language=registration.language)
    return {"still_coming_url": address, "not_coming_url": f"{address}?answer=no"}


def reminder(registration: Registration, *, kind: str, whole_key: str, days: int) -> Mail | None:
    """Say that the event takes place in so many days; see reminders.py."""
    return _write("reminder", registration, kind=kind, whole_key=whole_key, days=days)


def thank_you(
    registration: Registration, *, whole_key: str, until: datetime | None, feedback_is_open: bool
) -> Mail | None:
    """Thank somebody for coming, with the link to feedback as long as that is open; see reminders.py."""
    return _write_of_feedback(
        "thank_you", registration, whole_key=whole_key, until=until, feedback_is_open=feedback_is_open
    )


def feedback_reminder(registration: Registration, *, whole_key: str, until: datetime | None) -> Mail | None:
    """Ask somebody once more what they learned; see reminders.py."""
    return _write_of_feedback("feedback_reminder", registration, whole_key=whole_key, until=until)


def _write_of_feedback(
    name: str, registration: Registration, *, whole_key: str, until: datetime | None, **facts: Any
) -> Mail | None:
    event, language = registration.event, registration.language
    # Feedback stands above registrations, so its page is known by its name alone.
    address = absolute_url("learning:feedback", registration.code, language=language)
    return _write(
        name,
        registration,
        whole_key=whole_key,
        personal={"feedback_url": address},
        feedback_until=instant_in_words(until, event, language) if until else "",
        **facts,
    )


def _write(
    name: str,
    registration: Registration,
    *,
    kind: str = "",
    key: str = "",
    whole_key: str = "",
    to: str = "",
    until: datetime | None = None,
    with_calendar: bool = False,
    is_asked_for: bool = False,
    personal: Mapping[str, str] | None = None,
    **facts: Any,
) -> Mail | None:
    facts |= _deadline(registration.event, until, registration.language)
    written = Written(
        letter(name, registration, kind=kind, personal=personal, **facts),
        calendar_mail.enclosed(registration) if with_calendar else calendar_mail.NOTHING,
    )
    return _send(name, registration, written, key=key, whole_key=whole_key, to=to, is_asked_for=is_asked_for)


def _send(
    name: str,
    registration: Registration,
    written: Written,
    *,
    key: str = "",
    whole_key: str = "",
    to: str = "",
    is_asked_for: bool = False,
) -> Mail | None:
    to = to or registration.email
    if not to:
        # Who registered at the door need not give an address.
        return None
    return outbox.write(
        key=whole_key or _key(name, registration, key or str(registration.changed_at.timestamp()), to),
        to=to,
        subject=written.letter.subject,
        text=written.letter.text,
        html=written.letter.html,
        language=registration.language,
        reply_to=registration.event.contact_email,
        attachments=written.enclosed.attachments,
        alternatives=written.enclosed.alternatives,
        about=about(registration),
        is_asked_for=is_asked_for,
    )


def about(registration: Registration) -> str:
    """Return what the mails of a registration are found by (Mail.about)."""
    return f"registration:{registration.pk}"


def _key(name: str, registration: Registration, act: str, to: str) -> str:
    # An act that is repeated finds its mail written; another act, or the same for another address, does not.
    return f"{name}:{registration.pk}:{act}:{crc32(to.casefold().encode()):x}"


def letter(
    name: str,
    registration: Registration,
    *,
    kind: str = "",
    personal: Mapping[str, str] | None = None,
    worded: MailText | None = None,
    **facts: Hashable,
) -> Letter:
    """Return what a mail about a registration says, in the language of its person.

    `kind` is what wording.py calls it where that is not the name of its templates, and `worded` a wording that counts
    instead of the stored one. `personal` are more texts that differ from reader to reader.
    """
    context = _context(registration)
    worded = worded or wording.of(registration.event, kind or name, registration.language)
    if worded is not None:
        facts |= in_their_words(worded, context, registration.event)
    return render_letter(
        name,
        {**context, **facts},
        personal={**_personal(registration), **(personal or {})},
        language=registration.language,
    )


def in_their_words(worded: MailText, context: Mapping[str, Any], event: Event, **personal: str) -> dict[str, Hashable]:
    """Return what the organisers wrote for the context of a letter, with its placeholders filled in.

    `personal` are the values of {name} and {link}, if the letter is not one with blanks for them.
    """
    values = {
        "event": context["title"],
        "in_short": context["event_in_short"],
        "project": context["project"],
        "host": event.host.organisation.name if event.host else context["project"],
        "when": when_in_words(event, worded.language),
        "where": where_in_words(event, worded.language),
        **personal,
    }
    found: dict[str, Hashable] = {}
    if worded.subject:
        found["worded_subject"] = wording.filled(worded.subject, values)
    if worded.text:
        found["wording"] = wording.paragraphs(wording.filled(worded.text, values))
    return found


def _context(registration: Registration) -> dict[str, Hashable]:
    """What a letter says that it also says to others: of the event, and how somebody takes part."""
    event, language = registration.event, registration.language
    title = event.in_language("title", language).text
    facts, in_short = _of_plan(event.plan, title, event.bring, event.outcome_is_unknown(), language)
    with translation.override(language):
        reason = registration.why_cancelled
    return {
        "project": event.project.acronym,
        "title": title,
        "facts": facts,
        "event_in_short": in_short,
        "join_url": event.join_url,
        "contact_email": event.contact,
        "event_url": absolute_url("events:event", event.slug, language=language),
        "takes_part_online": registration.takes_part_online,
        "is_confirmed": registration.is_confirmed,
        "had_seat": registration.confirmed_at is not None,
        "by_host": registration.cancelled_by == Registration.CancelledBy.HOST,
        "reason": reason,
        "named_by": _named_by(registration),
    }


@lru_cache(maxsize=200)
def _of_plan(
    plan: Plan, title: str, bring: str, outcome_is_unknown: bool, language: str
) -> tuple[tuple[tuple[str, str], ...], str]:
    """When, where and what to bring, as pairs of words, and the event in short; the same for all who get a letter."""
    with translation.override(language):
        # A plan alone does not know that nobody will give it a date any more: see when_in_words.
        when = gettext("Date not known") if outcome_is_unknown else when_in_words(plan)
        facts = [(gettext("When"), when), (gettext("Where"), where_in_words(plan))]
        if bring:
            facts.append((gettext("Bring"), bring))
        return tuple(facts), event_in_short(title, plan)


def _named_by(registration: Registration) -> str:
    """The partner for whose delegation somebody was named, or “”."""
    if registration.delegation_id is None:
        return ""
    if Registration.delegation.is_cached(registration):
        delegation = registration.delegation
        if delegation is not None and Delegation.partner.is_cached(delegation):
            return str(delegation.partner)
    return str(Partner.objects.select_related("organisation").get(delegations=registration.delegation_id))


def _personal(registration: Registration) -> dict[str, str]:
    code, language = registration.code, registration.language
    return {
        "name": harmless(registration.name),
        "email": registration.email,
        "manage_url": absolute_url("registrations:registration", code, language=language),
        "offer_url": absolute_url("registrations:accept_offer", code, language=language),
        "join_address": join_address(registration),
        "ticket_number": in_groups(registration.ticket_number),
        "ticket_url": absolute_url("registrations:ticket_page", code, language=language),
    }


def event_in_short(title: str, plan: Plan) -> str:
    """Return what subjects name an event by: “Round table, 20 May 2027, Maastricht”, in the current language."""
    town = gettext("Online") if plan.mode == Event.Mode.ONLINE else plan.city
    has_exact_date = plan.date_precision == Event.DatePrecision.DAY
    dates = dates_in_words(plan.starts_on, plan.ends_on) if has_exact_date else ""
    return ", ".join(part for part in (title, dates, town) if part)


def _deadline(event: Event, until: datetime | None, language: str) -> dict[str, str]:
    return {"until": instant_in_words(until, event, language)} if until else {}
