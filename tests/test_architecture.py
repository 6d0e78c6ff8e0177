"""Rules about the code itself: who may import whom, who may send mail, and what templates must not hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent

# Each app and those it may build on; nothing knows what stands above it.
MAY_IMPORT = {
    "accounts": set(),
    "projects": {"accounts"},
    "venues": {"accounts"},
    "events": {"accounts", "projects", "venues"},
    "registrations": {"accounts", "projects", "venues", "events"},
    "learning": {"accounts", "projects", "venues", "events", "registrations"},
}
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt"))


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    """The full names of the modules and names that a file imports, wherever in the file it does."""
    package = path.relative_to(ROOT).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level]) + "." if node.level else ""
            module = base + (node.module or "")
            yield from (f"{module.rstrip('.')}.{alias.name}" for alias in node.names)


def test_imports_go_one_way():
    upwards = [
        f"{path.relative_to(ROOT)} imports {name}"
        for app, below in MAY_IMPORT.items()
        for path in modules(app)
        for name in imports(path)
        if name.split(".")[0] in set(MAY_IMPORT) - below - {app}
    ]

    assert upwards == []


def test_nobody_imports_a_view():
    # An address names its view; that is the one use a view has.
    importing = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("config", *MAY_IMPORT)
        if not path.stem.endswith("urls") and path.parts[-2:] != ("views", "__init__.py")
        for name in imports(path)
        if name.split(".")[0] in MAY_IMPORT and "views" in name.split(".")[1:-1]
    ]

    assert importing == []


def test_mail_leaves_from_one_module():
    senders = {
        str(path.relative_to(ROOT))
        for path in modules("config", *MAY_IMPORT)
        if any(name.startswith(("django.core.mail", "smtplib")) for name in imports(path))
    }

    assert senders == {"accounts/outbox.py"}


def views(patterns: list, path: str = "/") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, path + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield path + str(pattern.pattern), pattern.callback


def test_every_view_names_who_may_open_it():
    without = [
        path
        for path, view in views(get_resolver().url_patterns)
        if not hasattr(view, "access_rule")
        # Where a package's view is not known to check for itself, accounts/access.py closes it.
        and getattr(view, "view_class", view).__module__.split(".")[0] in {"config", *MAY_IMPORT}
    ]

    assert without == []


# --- Templates ---------------------------------------------------------------------------------------------------

# What a template shows without being text to translate.
NOT_TEXT = re.compile(
    r"""
    \{\#.*?\#\}                                              # comments
    | \{%\s*comment.*?endcomment\s*%\}
    | \{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}   # text that is translated
    | \{%.*?%\} | \{\{.*?\}\}                                # tags and values
    | <script\b.*?</script> | <style\b.*?</style> | <!--.*?--> | <!doctype[^>]*>
    | &\#?\w+;
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
SPOKEN_ATTRIBUTE = re.compile(
    r"""\b(?:alt|title|aria-label|placeholder|aria-description)\s*=\s*(["'])(.*?)\1""", re.DOTALL
)
# Names, addresses and formats that are the same in every language.
SAME_EVERYWHERE = re.compile(r"https?://\S+|\b(?:CSV|XLSX|ICS|QR|UTC|PDF|HTML|RSS|Trajectum)\b")


def untranslated(template: str) -> list[str]:
    """The words that a reader would see in English whatever their language."""
    template = NOT_TEXT.sub(" ", template)
    spoken = [match[2] for match in SPOKEN_ATTRIBUTE.finditer(template)]
    texts = [*spoken, *re.sub(r"<[^>]*>", "\n", template).splitlines()]
    return [text.strip() for text in texts if re.search(r"[^\W\d_]{2}", SAME_EVERYWHERE.sub(" ", text))]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>{% translate 'Register' %} · {{ event }}</p>", []),
        ("{% blocktranslate trimmed %}<b>Two</b> words{% endblocktranslate %}", []),
        ("<p class='lead'>Register now</p>", ["Register now"]),
        ('<img alt="The map" src="x.png">', ["The map"]),
        ("<script src='x.js'></script>{# a note #}&nbsp;<a href='https://example.org'>→</a>", []),
    ],
)
def test_untranslated_words_are_found(template, words):
    assert untranslated(template) == words


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_all_text_of_templates_can_be_translated(path):
    assert untranslated(path.read_text(encoding="utf-8")) == []


# The content security policy would drop each of these silently.
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\b(?:src|type=.application/(?:ld\+)?json)\b)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "template", ["<p style='x'>", "<a onclick='x'>", "<script>x</script>", "<style>", "<a href='javascript:x'>"]
)
def test_inline_styles_and_scripts_are_found(template):
    assert INLINE.search(template)


def test_templates_hold_no_inline_style_or_script():
    # Mail programs know no style sheet, so the HTML of mails must style in place.
    inline = {
        str(path.relative_to(ROOT)): INLINE.findall(path.read_text(encoding="utf-8"))
        for path in TEMPLATES
        if "emails" not in path.parts
    }

    assert {path: found for path, found in inline.items() if found} == {}


def test_templates_load_nothing_from_another_host():
    remote = re.compile(
        r"""<(?:link|script|img|iframe|source|video|audio|object|embed)\b[^>]*(?:src|href)\s*=\s*["']?(?:https?:)?//"""
    )
    loading = [str(path) for path in TEMPLATES if remote.search(path.read_text(encoding="utf-8"))]

    assert loading == []


def test_pages_with_a_form_tell_browsers_to_say_where_it_comes_from():
    # With “no-referrer” a browser sends “Origin: null”, and the protection against forged requests refuses the form.
    silent = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if 'method="post"' in (text := path.read_text(encoding="utf-8")) and "no-referrer" in text
    ]

    assert silent == []
