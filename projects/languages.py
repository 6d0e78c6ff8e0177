"""The languages in which texts of events may be written: those of Europe in ISO 639-1, whatever the pages know.

Each has its name in the language itself, for lists of languages, and in the reader's, for sentences. The second comes
from Django's catalogues where they have it.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .search import fold


@dataclass(frozen=True, slots=True)
class Language:
    """A language: its code, its name in itself (“magyar”) and its name in the reader's language (“Hungarian”)."""

    code: str
    own_name: str
    name: str | Promise

    def __str__(self) -> str:
        return self.own_name


_LANGUAGES = (
    Language("az", "azərbaycanca", _("Azerbaijani")),
    Language("eu", "euskara", _("Basque")),
    Language("be", "беларуская", _("Belarusian")),
    Language("bg", "български", _("Bulgarian")),
    Language("bs", "bosanski", _("Bosnian")),
    Language("br", "brezhoneg", _("Breton")),
    Language("ca", "català", _("Catalan")),
    Language("cs", "čeština", _("Czech")),
    Language("cy", "Cymraeg", _("Welsh")),
    Language("da", "dansk", _("Danish")),
    Language("de", "Deutsch", _("German")),
    Language("el", "ελληνικά", _("Greek")),
    Language("en", "English", _("English")),
    Language("es", "español", _("Spanish")),
    Language("et", "eesti", _("Estonian")),
    Language("fi", "suomi", _("Finnish")),
    Language("fo", "føroyskt", _("Faroese")),
    Language("fr", "français", _("French")),
    Language("fy", "Frysk", _("Frisian")),
    Language("ga", "Gaeilge", _("Irish")),
    Language("gd", "Gàidhlig", _("Scottish Gaelic")),
    Language("gl", "galego", _("Galician")),
    Language("hr", "hrvatski", _("Croatian")),
    Language("hu", "magyar", _("Hungarian")),
    Language("hy", "հայերեն", _("Armenian")),
    Language("is", "íslenska", _("Icelandic")),
    Language("it", "italiano", _("Italian")),
    Language("ka", "ქართული", _("Georgian")),
    Language("lb", "Lëtzebuergesch", _("Luxembourgish")),
    Language("lt", "lietuvių", _("Lithuanian")),
    Language("lv", "latviešu", _("Latvian")),
    Language("mk", "македонски", _("Macedonian")),
    Language("mt", "Malti", _("Maltese")),
    Language("nb", "norsk bokmål", _("Norwegian Bokmål")),
    Language("nl", "Nederlands", _("Dutch")),
    Language("nn", "norsk nynorsk", _("Norwegian Nynorsk")),
    Language("oc", "occitan", _("Occitan")),
    Language("pl", "polski", _("Polish")),
    Language("pt", "português", _("Portuguese")),
    Language("rm", "rumantsch", _("Romansh")),
    Language("ro", "română", _("Romanian")),
    Language("ru", "русский", _("Russian")),
    Language("sc", "sardu", _("Sardinian")),
    Language("se", "davvisámegiella", _("Northern Sami")),
    Language("sk", "slovenčina", _("Slovak")),
    Language("sl", "slovenščina", _("Slovenian")),
    Language("sq", "shqip", _("Albanian")),
    Language("sr", "српски", _("Serbian")),
    Language("sv", "svenska", _("Swedish")),
    Language("tr", "Türkçe", _("Turkish")),
    Language("uk", "українська", _("Ukrainian")),
)
LANGUAGES = {language.code: language for language in sorted(_LANGUAGES, key=lambda language: language.own_name.lower())}


def language_of(code: str) -> Language:
    """Return the language of a code; one that is not in the list is called by its code."""
    return LANGUAGES.get(code) or Language(code, code, code)


def language_choices() -> list[tuple[str, str]]:
    """What a form offers: every language under its own name, with the reader's word for it where that differs."""
    return [(each.code, _both_names(each)) for each in LANGUAGES.values()]


def _both_names(language: Language) -> str:
    name = str(language.name)
    return name if fold(name) == fold(language.own_name) else f"{language.own_name} ({name})"
