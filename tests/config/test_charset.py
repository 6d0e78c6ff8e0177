from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from config import wsgi
from config.charset import in_utf_8

CLAIMED = ["hex", "rot13", "undefined", "idna", "punycode", "unicode_escape", "utf-16", "utf-7"]


def environ(content_type: str, body: bytes = b"") -> dict:
    return RequestFactory()._base_environ(
        REQUEST_METHOD="POST",
        QUERY_STRING="q=b%C3%A4r",
        CONTENT_TYPE=content_type,
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": BytesIO(body)},
    )


def read(environ: dict, _start_response=None) -> list[str]:
    request = WSGIRequest(environ)
    return [request.GET["q"], request.POST.get("name", "")]


@pytest.mark.parametrize("charset", CLAIMED)
def test_whatever_charset_a_request_claims_it_is_read_as_utf_8(charset):
    body = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nG\xc3\xa4vle \\ud800\r\n--x--\r\n'
    claimed = environ(f'multipart/form-data; charset="{charset}"; boundary=x', body)

    assert in_utf_8(read)(claimed, None) == ["bär", "Gävle \\ud800"]


def test_django_itself_fails_at_a_codec_that_makes_no_text():
    with pytest.raises(LookupError):
        read(environ("text/plain; charset=hex"))


def test_the_application_that_the_server_loads_reads_utf_8():
    assert wsgi.application.__qualname__.startswith("in_utf_8.")
