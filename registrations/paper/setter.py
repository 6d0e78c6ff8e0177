"""Set one PDF, or pages as pictures; run as a program of its own by setting.py, so that it can be stopped and its
memory goes with it.

Reads {"sheet", "root", "fonts", "standards", "timestamp", "memory", "data"} as JSON, writes the PDF; with "ppi" instead
of the standards, a JSON list of its pages as PNG in base64. Knows nothing of Django, so that it starts at once.
"""

import base64
import json
import sys
from contextlib import suppress

import typst


def main() -> int:
    task = json.load(sys.stdin)
    bound(task["memory"])
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=task["fonts"])
    try:
        made = typst.compile(
            task["sheet"],
            root=task["root"],
            font_paths=fonts,
            sys_inputs={"data": json.dumps(task["data"])},
            timestamp=task["timestamp"],
            **({"format": "png", "ppi": task["ppi"]} if "ppi" in task else _as_pdf(task)),
        )
    except typst.TypstError as refused:
        sys.stderr.write(f"{refused.message}\n{refused.diagnostic}\n")
        return 1
    sys.stdout.buffer.write(_listed(made) if "ppi" in task else made)
    return 0


def _as_pdf(task):
    return {"format": "pdf", "pdf_standards": task["standards"]}


def _listed(made):
    """Of one page it makes bytes, of several a list of them."""
    pages = made if isinstance(made, list) else [made]
    return json.dumps([base64.b64encode(page).decode() for page in pages]).encode()


def bound(octets: int) -> None:
    # Not on Windows, which has no such limits.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


if __name__ == "__main__":
    sys.exit(main())
