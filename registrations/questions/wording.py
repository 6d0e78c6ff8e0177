"""How a question was worded for those who answered it: words that were answered to are never changed, only followed."""

from typing import Any

from ..models import Answer, Question, QuestionVersion

_WORDS = ("label", "help_text", "purpose", "kind", "language", "translations")


def asked_words(question: Question) -> dict[str, Any]:
    """Return what people see of a question now, as QuestionVersion keeps it. Retired options stay readable."""
    options = {
        str(option.pk): {"label": option.label, "translations": option.translations}
        for option in question.options.order_by("position", "pk")
    }
    return {**{name: getattr(question, name) for name in _WORDS}, "options": options}


def keep_words(question: Question) -> QuestionVersion:
    """Keep a question as it is worded now and return that version, a new one where somebody answered to other words."""
    words = asked_words(question)
    version = question.versions.filter(number=question.version).first()
    if version is None:
        return question.versions.create(number=question.version, asked=words)
    if version.asked == words:
        return version
    if Answer.objects.filter(version=version).exists():
        question.version += 1
        question.save(update_fields=["version"])
        return question.versions.create(number=question.version, asked=words)
    version.asked = words
    version.save(update_fields=["asked"])
    return version


def word_of(words: dict[str, Any], field: str, language: str) -> str:
    """Return a text of a version, or of one of its options, in a language, else as it was first written."""
    return words.get("translations", {}).get(language, {}).get(field) or words.get(field, "")
