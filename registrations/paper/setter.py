"""Set one PDF; run as a program of its own by setting.py, so that it can be stopped and its memory goes with it.

Reads {"sheet", "root", "fonts", "standards", "timestamp", "memory", "data"} as JSON, writes the PDF. Knows
nothing of Django, so that it starts at once.
"""

import json
import sys
from contextlib import suppress

import typst


def main() -> int:
    task = json.load(sys.stdin)
    bound(task["memory"])
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=task["fonts"])
    try:
        pdf = typst.compile(
            task["sheet"],
            root=task["root"],
            font_paths=fonts,
            sys_inputs={"data": json.dumps(task["data"])},
            format="pdf",
            pdf_standards=task["standards"],
            timestamp=task["timestamp"],
        )
    except typst.TypstError as refused:
        sys.stderr.write(f"{refused.message}\n{refused.diagnostic}\n")
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


def bound(octets: int) -> None:
    # Not on Windows, which has no such limits.
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


if __name__ == "__main__":
    sys.exit(main())
