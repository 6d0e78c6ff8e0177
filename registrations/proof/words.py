"""A verdict in words: what anybody may read of a paper, which is never a name."""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from events.models import Event
from events.times import dates_in_words, instant_in_words
from events.where import where_in_words

from ..models import SignedList
from .verifying import Cause, State, Verdict

_TONES = {
    State.GENUINE: "ok",
    State.REPLACED: "warn",
    State.OUTDATED: "warn",
    State.ACTS_CHANGED: "warn",
    State.UNKNOWN: "error",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says: a word and its tone, sentences, and facts as pairs of a label and a value."""

    word: str
    tone: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    newer: str = ""


def told(verdict: Verdict) -> Told:
    """Return a verdict in words, in the current language."""
    return Told(
        word=word_of(verdict),
        tone=tone_of(verdict),
        sentences=tuple(_sentences(verdict)),
        facts=tuple(_facts(verdict)),
        newer=verdict.newer.code if verdict.newer else "",
    )


def word_of(verdict: Verdict) -> str:
    """Return a verdict as one word or two."""
    return {
        State.GENUINE: gettext("Genuine"),
        State.REPLACED: gettext("Genuine, replaced"),
        State.OUTDATED: gettext("Genuine, no longer valid"),
        State.ACTS_CHANGED: gettext("Genuine, its records were changed"),
        State.CHANGED: gettext("Changed since"),
        State.EARLIER_CHANGED: gettext("An earlier version was changed"),
        State.UNKNOWN: gettext("Not known"),
    }[verdict.state]


def tone_of(verdict: Verdict) -> str:
    return _TONES.get(verdict.state, "error")


def _sentences(verdict: Verdict) -> list[str]:
    state, broken = verdict.state, {"n": verdict.broken}
    if state == State.UNKNOWN:
        return [
            gettext("No list or certificate of ours has this code."),
            gettext("Compare it with the paper, letter by letter. If it is the same, the paper is not from here."),
        ]
    if state == State.CHANGED and verdict.cause != Cause.CONTENT:
        return [_changed_beside(verdict)]
    if state == State.CHANGED and verdict.is_list:
        return [
            gettext("What is stored of this list was changed after it was frozen."),
            gettext(
                "Its content does not give the hash any more that was made when it was frozen and stands on the paper. "
                "The paper may be right; what is stored here is not what it was made of."
            ),
        ]
    if state == State.CHANGED:
        return [
            gettext("What is stored of this certificate was changed after it was issued."),
            gettext("Its content does not give the hash any more that was made when it was issued."),
        ]
    if state == State.EARLIER_CHANGED:
        words = {
            Cause.GONE: gettext("This version is as it was made, but version %(n)s before it is gone."),
            Cause.UNLINKED: gettext("This version is as it was made, but version %(n)s is not tied to the one before."),
        }.get(
            verdict.cause or Cause.CONTENT,
            gettext("This version is as it was made, but version %(n)s before it was changed."),
        )
        return [
            words % broken,
            gettext("Each version carries the hash of the one before, so the row of versions is not whole any more."),
        ]
    if verdict.is_list:
        sentences = [gettext("This list is stored as it was frozen: its content gives the hash on the paper.")]
        if state == State.ACTS_CHANGED:
            sentences.append(
                ngettext(
                    "But %(n)s attendance record that it was made of was changed or deleted since. Corrections add "
                    "records and change none: somebody did that in the database, by hand.",
                    "But %(n)s attendance records that it was made of were changed or deleted since. Corrections add "
                    "records and change none: somebody did that in the database, by hand.",
                    verdict.acts,
                )
                % {"n": verdict.acts}
            )
        if verdict.newer:
            sentences.append(gettext("Something was corrected later, so there is a newer version. Both are kept."))
    elif state == State.OUTDATED:
        sentences = [
            gettext("This certificate was issued from the attendance records as they were then."),
            gettext("They were corrected since: by what they say now there would be none. Ask the organisers."),
        ]
    else:
        sentences = [gettext("This certificate was issued from the attendance records, and stands as it was issued.")]
        if state == State.REPLACED:
            sentences.append(gettext("A newer one was issued to the same person since; that one counts."))
    return sentences


def _changed_beside(verdict: Verdict) -> str:
    return {
        Cause.HASH: gettext(
            "Its content gives the code on the paper, but the hash that is stored beside it was changed by hand."
        ),
        Cause.CODE: gettext(
            "Its content gives the code on the paper, but the code that is stored beside it was changed by hand."
        ),
    }.get(
        verdict.cause or Cause.BESIDE,
        gettext("Its content gives the code on the paper, but its day, number, time or count beside it was changed."),
    )


def _facts(verdict: Verdict) -> list[tuple[str, str]]:
    paper = verdict.paper
    if paper is None:
        return []
    if isinstance(paper, SignedList):
        event = paper.event
        there = ngettext("%(n)s person", "%(n)s people", paper.people) % {"n": paper.people}
        facts = [
            (gettext("What"), gettext("Attendance list")),
            *_facts_of_event(verdict, event),
            (gettext("Day"), dates_in_words(paper.day, paper.day)),
            (gettext("Version"), str(paper.version)),
            (gettext("Frozen"), instant_in_words(paper.frozen_at, event.zone)),
            (gettext("Recorded as present"), there),
        ]
    else:
        event = paper.registration.event
        facts = [
            (gettext("What"), gettext("Certificate of attendance")),
            *_facts_of_event(verdict, event),
            (gettext("Issue"), str(paper.number)),
            (gettext("Issued"), instant_in_words(paper.issued_at, event.zone)),
        ]
    if verdict.cause == Cause.HASH:
        facts.append((gettext("Hash that is stored beside it"), paper.sha256))
    else:
        facts.append((gettext("Hash when it was made"), paper.sha256))
    if verdict.sha256 != paper.sha256:
        facts.append((gettext("Hash of what is stored now"), verdict.sha256))
    if isinstance(paper, SignedList):
        facts.append((gettext("Hash of the PDF file"), _about_the_file(paper)))
    return facts


def _facts_of_event(verdict: Verdict, event: Event) -> list[tuple[str, str]]:
    # As the paper says it; the event may have another name by now.
    said = verdict.content.get("event", {})
    return [
        (gettext("Project"), said.get("project", event.project.acronym)),
        (gettext("Event"), said.get("title", event.title)),
        (gettext("Place"), said.get("place") or where_in_words(event)),
    ]


def _about_the_file(signed_list: SignedList) -> str:
    """The hash that the file had, and what became of the file since."""
    try:
        with signed_list.file.open("rb") as file:
            now = hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return gettext("%(hash)s (the file is missing here)") % {"hash": signed_list.file_sha256}
    if now != signed_list.file_sha256:
        return gettext("%(hash)s (the file here was changed since)") % {"hash": signed_list.file_sha256}
    return signed_list.file_sha256
