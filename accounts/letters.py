"""What a mail says: subject, text and HTML, from the templates of one folder, in the language of its reader."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation

from .outbox import one_line


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def render_letter(name: str, context: dict[str, Any], *, language: str) -> Letter:
    """Return the mail of templates/emails/<name>/ in one language.

    Its three files are subject.txt, body.txt (extends emails/base.txt) and body.html (extends emails/base.html).
    Only the HTML is escaped: in the text, a name with “&” stays as its owner writes it.
    """
    language = offered(language)
    with translation.override(language):
        context = {
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "contact_email": settings.CONTACT_EMAIL,
            "language": language,
            "privacy_url": absolute_url("events:privacy", language=language),
            **context,
        }
        return Letter(
            subject=one_line(_plain(f"emails/{name}/subject.txt", context)),
            text=_plain(f"emails/{name}/body.txt", context),
            html=get_template(f"emails/{name}/body.html").render(context),
        )


def absolute_url(view: str, *args: Any, language: str) -> str:
    """Return the whole address of a page in one language, for mails and calendars, which know no request."""
    with translation.override(offered(language)):
        return settings.SITE_URL + reverse(view, args=args)


def offered(language: str) -> str:
    """Return the language if this installation has it, else English: an address in another one would be a 404."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _plain(template: str, context: dict[str, Any]) -> str:
    text = Engine.get_default().get_template(template).render(Context(context, autoescape=False))
    # Conditions leave blank lines behind; one between two paragraphs is enough.
    return re.sub(r"\n[ \t]*\n\s*\n", "\n\n", text).strip() + "\n"
