import hashlib
import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = re.findall(
    r"^\| `(?P<path>[^`]+)` \|.*\| `(?P<sha256>[0-9a-f]{64})` \|$",
    (ROOT / "docs" / "vendored.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_files_of_others_are_listed():
    listed = {path for path, _sha256 in ROWS}
    folders = (ROOT / "events" / "syndication" / "fonts", ROOT / "registrations" / "paper" / "fonts")
    fonts = {str(path.relative_to(ROOT)) for folder in folders for path in folder.glob("*.ttf")}

    assert len(fonts) == 4
    assert fonts < listed


@pytest.mark.parametrize(("path", "sha256"), ROWS)
def test_file_of_others_is_the_one_that_was_read(path, sha256):
    file = ROOT / path
    if not file.exists():
        package, _slash, rest = path.partition("/")
        spec = importlib.util.find_spec(package)
        assert spec and spec.origin
        file = Path(spec.origin).parent / rest

    assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256


def test_what_is_copied_from_others_into_the_static_files_is_listed():
    files = {path for path in (ROOT / "static" / "vendor").rglob("*") if path.is_file() and path.name != "LICENSE"}
    listed = {ROOT / path for path, _sha256 in ROWS}

    assert files <= listed


def test_nothing_of_others_is_copied_into_our_own_static_files():
    # A copy would have to be listed with version, licence and sum.
    banner = re.compile(rb"/\*!|@license|Copyright|sourceMappingURL|\.min\.", re.IGNORECASE)
    copied = [
        path.name
        for path in (ROOT / "static").rglob("*")
        if path.is_file() and "vendor" not in path.parts and banner.search(path.read_bytes())
    ]

    assert copied == []
