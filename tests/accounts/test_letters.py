import re

from django.utils.html import escape

from accounts.letters import absolute_url, render_letter

URL = "http://testserver/en/sign-in/abc/?next=/en/a/&b=<c>"


def render(site_name="Trajectum", language="en", url=URL):
    return render_letter("sign_in", {"minutes": 30, "site_name": site_name}, personal={"url": url}, language=language)


def test_names_stay_as_written_in_the_text_and_are_escaped_in_the_html():
    sent = render(site_name="R&D <Chemistry> “O’Brien”")

    assert sent.subject == "Sign in to R&D <Chemistry> “O’Brien”: your link"
    assert "on the sign-in page of R&D <Chemistry> “O’Brien”." in sent.text
    assert "on the sign-in page of R&amp;D &lt;Chemistry&gt; “O’Brien”." in sent.html
    assert "<Chemistry>" not in sent.html


def test_subject_is_one_line_whatever_is_in_it():
    assert render(site_name="A\r\nBcc: charlie@example.org").subject == (
        "Sign in to A Bcc: charlie@example.org: your link"
    )


def test_text_says_what_the_html_says():
    sent = render()
    body = re.sub(r"<(style|title|head)\b.*?</\1>", "", sent.html, flags=re.DOTALL)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body))
    for line in filter(None, sent.text.split("\n")):
        said = line.replace("&", "&amp;").replace("<c>", "&lt;c&gt;")
        if line not in ("--", "Sign in:") and not line.startswith(("How we use", "Questions:")):
            assert said in words


def test_mail_loads_nothing_and_is_small():
    html = render().html

    assert re.findall(r"(?:src|background)=|url\(|@import|<script|<link|<img", html) == []
    assert len(html.encode()) < 40_000


def test_no_more_than_one_blank_line_between_two_paragraphs():
    assert "\n\n\n" not in render().text


def test_language_that_is_not_offered_becomes_english():
    # The user's language may be one whose catalogue was taken away: /xx/… would be a 404.
    assert absolute_url("accounts:mails", language="xx") == "http://testserver/en/mails/"
    assert render(language="xx") == render(language="en")


def test_language_of_the_request_does_not_leak_into_the_mail(settings):
    from django.utils import translation

    with translation.override("de"):
        assert render() == render(language="en")
        assert translation.get_language() == "de"


def test_letters_to_two_people_differ_in_what_is_theirs_alone():
    urls = ["https://example.org/?a=1&b=<2>", "https://example.org/\ue000url\ue000%(url)s{{ url }}"]

    first, second = (render(url=url) for url in urls)

    for letter, url in ((first, urls[0]), (second, urls[1])):
        assert f"Sign in:\n{url}\n" in letter.text
        assert f'href="{escape(url)}"' in letter.html
    assert first.text.replace(urls[0], urls[1]) == second.text
    assert first.html.replace(escape(urls[0]), escape(urls[1])) == second.html
