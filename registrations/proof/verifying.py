"""Whether a paper is genuine: what is stored is hashed anew, and so is every version before it."""

import json
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..models import Certificate, SignedList
from .canonical import CODE_LENGTH, code_of, hash_of, instant, typed_code
from .certificates import still_holds


class State(Enum):
    """What is found of a code."""

    # As it was made, and nothing newer is there.
    GENUINE = "genuine"
    # As it was made; a later version says something else.
    REPLACED = "replaced"
    # As it was made, and the records that it was made from were corrected since: a certificate only.
    OUTDATED = "outdated"
    # What is stored is not what the paper was made of.
    CHANGED = "changed"
    # It is as it was made, but a version before it is not, or is gone.
    EARLIER_CHANGED = "earlier_changed"
    # No paper of ours has this code.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found of a code. `sha256` is the hash of what is stored now, `broken` the version that was changed."""

    code: str
    state: State
    paper: SignedList | Certificate | None = None
    sha256: str = ""
    broken: int | None = None
    newer: SignedList | Certificate | None = None

    @property
    def is_genuine(self) -> bool:
        return self.state in (State.GENUINE, State.REPLACED, State.OUTDATED)

    @property
    def content(self) -> dict[str, Any]:
        """What the paper was made of; nothing where that was changed since."""
        return _content(self.paper) if self.paper and self.state != State.CHANGED else {}

    @property
    def is_list(self) -> bool:
        return isinstance(self.paper, SignedList)


def verify(code: str) -> Verdict:
    """Say whether the paper with a code is genuine; the code may be typed in groups and small letters.

    Three queries for a list, seven for a certificate. Nobody's name is in the verdict but through `paper`.
    """
    code = typed_code(code)
    if len(code) != CODE_LENGTH:
        return Verdict(code, State.UNKNOWN)
    signed_list = SignedList.objects.select_related("event__project", "event__kind").filter(code=code).first()
    if signed_list:
        versions = list(SignedList.objects.of_day(signed_list.event, signed_list.day))
        return _verdict(code, signed_list, versions, _says_the_list)
    certificate = Certificate.objects.select_related("registration__event__project").filter(code=code).first()
    if certificate:
        issued = list(Certificate.objects.filter(registration=certificate.registration_id).order_by("number"))
        verdict = _verdict(code, certificate, issued, _says_the_certificate)
        if verdict.state == State.GENUINE and not still_holds(certificate):
            return replace(verdict, state=State.OUTDATED)
        return verdict
    return Verdict(code, State.UNKNOWN)


def verify_list(signed_list: SignedList, versions: list[SignedList]) -> Verdict:
    """Return the verdict on a list that was read, with all versions of its day in order. No query."""
    return _verdict(signed_list.code, signed_list, versions, _says_the_list)


def _verdict(code: str, paper: Any, versions: list[Any], says: Any) -> Verdict:
    now = hash_of(paper.content)
    last = versions[-1]
    newer = last if last.pk != paper.pk else None
    if not _is_whole(paper, says):
        return Verdict(code, State.CHANGED, paper, now, _number(paper), newer)
    expected = 1
    before = None
    for version in versions:
        follows = version.previous_id == (before.pk if before else None) and _number(version) == expected
        if version.pk == paper.pk:
            if not follows:
                return Verdict(code, State.EARLIER_CHANGED, paper, now, expected, newer)
            break
        if not follows or not _is_whole(version, says):
            return Verdict(code, State.EARLIER_CHANGED, paper, now, expected, newer)
        before, expected = version, expected + 1
    if before and _content(paper).get("previous") != before.sha256:
        return Verdict(code, State.EARLIER_CHANGED, paper, now, _number(before), newer)
    return Verdict(code, State.REPLACED if newer else State.GENUINE, paper, now, None, newer)


def _is_whole(paper: Any, says: Any) -> bool:
    """Whether the content gives the hash and the code, and says what stands beside it."""
    sha256 = hash_of(paper.content)
    return sha256 == paper.sha256 and code_of(sha256) == paper.code and says(paper, _content(paper))


def _content(paper: Any) -> dict[str, Any]:
    try:
        content = json.loads(paper.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _says_the_list(signed_list: SignedList, content: dict[str, Any]) -> bool:
    said = (content.get("day"), content.get("version"), content.get("frozen_at"), len(content.get("people") or ()))
    stored = (signed_list.day.isoformat(), signed_list.version, instant(signed_list.frozen_at), signed_list.people)
    # The first versions did not say how many had not signed.
    return said == stored and content.get("unsigned", signed_list.unsigned) == signed_list.unsigned


def _says_the_certificate(certificate: Certificate, content: dict[str, Any]) -> bool:
    said = (content.get("number"), content.get("issued_at"))
    return said == (certificate.number, instant(certificate.issued_at))


def _number(paper: Any) -> int:
    return paper.version if isinstance(paper, SignedList) else paper.number
