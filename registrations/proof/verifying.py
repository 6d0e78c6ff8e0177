"""Whether a paper is genuine: what is stored is hashed anew, and so is every version before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from django.db.models import QuerySet

from ..models import Certificate, SignedList
from .acts import changed, digests
from .canonical import CODE_LENGTH, code_of, hash_begins, hash_of, instant, typed_code
from .certificates import still_holds


class State(Enum):
    """What is found of a code."""

    # As it was made, and nothing newer is there.
    GENUINE = "genuine"
    # As it was made; a later version says something else.
    REPLACED = "replaced"
    # As it was made, and the records that it was made from were corrected since: a certificate only.
    OUTDATED = "outdated"
    # As it was made, but acts of attendance that it was made of were changed or deleted by hand since: a list only.
    ACTS_CHANGED = "acts_changed"
    # What is stored is not what the paper was made of.
    CHANGED = "changed"
    # It is as it was made, but a version before it is not, or is gone.
    EARLIER_CHANGED = "earlier_changed"
    # No paper of ours has this code.
    UNKNOWN = "unknown"


class Cause(Enum):
    """What of a paper, or of one before it, is not as it was made."""

    CONTENT = "content"
    # The content gives the code on the paper; the hash, the code or what else stands beside it is another one.
    HASH = "hash"
    CODE = "code"
    BESIDE = "beside"
    # A version before it is not there any more.
    GONE = "gone"
    # It does not say any more which one was before it.
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is found of a code. `sha256` is the hash of what is stored now, `broken` the version that was changed.

    `cause` is what of it was, and `acts` how many acts of attendance were.
    """

    code: str
    state: State
    paper: SignedList | Certificate | None = None
    sha256: str = ""
    broken: int | None = None
    newer: SignedList | Certificate | None = None
    cause: Cause | None = None
    acts: int = 0

    @property
    def is_genuine(self) -> bool:
        return self.state in (State.GENUINE, State.REPLACED, State.OUTDATED, State.ACTS_CHANGED)

    @property
    def content(self) -> dict[str, Any]:
        """What the paper was made of; nothing where that was changed since."""
        return _content(self.paper) if self.paper and self.state != State.CHANGED else {}

    @property
    def is_list(self) -> bool:
        return isinstance(self.paper, SignedList)


def verify(code: str) -> Verdict:
    """Say whether the paper with a code is genuine; the code may be typed in groups and small letters.

    Three queries for a list, six for a certificate. Nobody's name is in the verdict but through `paper`.
    """
    code = typed_code(code)
    if len(code) != CODE_LENGTH:
        return Verdict(code, State.UNKNOWN)
    signed_lists = SignedList.objects.select_related("event__project", "event__kind")
    certificates = Certificate.objects.select_related("registration__event__project")
    if signed_list := _found(signed_lists, code):
        versions = list(SignedList.objects.of_day(signed_list.event, signed_list.day))
        return verify_list(signed_list, versions, digests(signed_list.event, signed_list.day), code=code)
    if certificate := _found(certificates, code):
        issued = list(Certificate.objects.filter(registration=certificate.registration_id).order_by("number"))
        verdict = _verdict(code, certificate, issued, _says_the_certificate)
        if verdict.state == State.GENUINE and not still_holds(certificate):
            return replace(verdict, state=State.OUTDATED)
        return verdict
    return Verdict(code, State.UNKNOWN)


def _found(papers: QuerySet[Any], code: str) -> Any:
    """The paper with a code; else, where somebody changed the code beside it, the one whose hash gives the code."""
    found = papers.filter(code=code).first()
    if found is None and (begins := hash_begins(code)):
        found = papers.filter(sha256__startswith=begins).first()
    return found


def verify_list(
    signed_list: SignedList, versions: list[SignedList], acts: Mapping[str, str], *, code: str = ""
) -> Verdict:
    """Return the verdict on a list that was read, with all versions of its day in order. No query.

    `acts` is what `acts.digests` says of its day now; `code` what stands on the paper, by default what is stored.
    """
    verdict = _verdict(code or signed_list.code, signed_list, versions, _says_the_list)
    if verdict.is_genuine and (number := changed(verdict.content, acts)):
        return replace(verdict, state=State.ACTS_CHANGED, acts=number)
    return verdict


def _verdict(code: str, paper: Any, versions: list[Any], says: Any) -> Verdict:
    now = hash_of(paper.content)
    last = versions[-1]
    newer = last if last.pk != paper.pk else None
    if cause := _cause(paper, says):
        return Verdict(code, State.CHANGED, paper, now, _number(paper), newer, cause)
    expected = 1
    before = None
    numbers = {_number(version) for version in versions}
    for version in versions:
        follows = version.previous_id == (before.pk if before else None) and _number(version) == expected
        if not follows:
            cause = Cause.UNLINKED if expected in numbers else Cause.GONE
            return Verdict(code, State.EARLIER_CHANGED, paper, now, expected, newer, cause)
        if version.pk == paper.pk:
            break
        if cause := _cause(version, says):
            return Verdict(code, State.EARLIER_CHANGED, paper, now, expected, newer, cause)
        before, expected = version, expected + 1
    if before and _content(paper).get("previous") != before.sha256:
        return Verdict(code, State.EARLIER_CHANGED, paper, now, _number(before), newer, Cause.CONTENT)
    return Verdict(code, State.REPLACED if newer else State.GENUINE, paper, now, None, newer)


def _cause(paper: Any, says: Any) -> Cause | None:
    """What of a paper was changed; None where the content gives the hash and the code, and says what stands beside."""
    sha256 = hash_of(paper.content)
    if sha256 != paper.sha256:
        return Cause.HASH if code_of(sha256) == paper.code else Cause.CONTENT
    if code_of(sha256) != paper.code:
        return Cause.CODE
    return None if says(paper, _content(paper)) else Cause.BESIDE


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
