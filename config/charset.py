"""Which characters a request is written in."""

import re
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_CHARSET = re.compile(r";\s*charset\s*=[^;]*", re.IGNORECASE)


def in_utf_8(application: Application) -> Application:
    """Read every request as UTF-8, whatever its Content-Type claims.

    Every form of ours is sent so. Django would take any codec of Python that a request names, among them some that make
    no text at all ("hex", an error before any view or error page) or text that cannot be stored.
    """

    def read_in_utf_8(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "charset" in environ.get("CONTENT_TYPE", "").lower():
            environ["CONTENT_TYPE"] = _CHARSET.sub("", environ["CONTENT_TYPE"])
        return application(environ, start_response)

    return read_in_utf_8
