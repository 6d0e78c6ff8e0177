import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def link_targets(document: Path) -> list[str]:
    return re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(document):
    local = [target for target in link_targets(document) if not target.startswith(("http://", "https://", "mailto:"))]

    assert [target for target in local if not (document.parent / target).exists()] == []


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = link_targets(folder / "README.md")

    assert sorted(index) == sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")


def test_lock_files_name_no_package_index():
    naming = [
        path.name
        for path in (ROOT / "requirements").iterdir()
        if path.suffix in (".txt", ".in")
        and re.search(r"https?:|file:|--(extra-)?index|--find-links", path.read_text())
    ]

    assert naming == []


def test_lock_files_agree_on_every_version():
    versions: dict[str, set[str]] = {}
    for name in ("runtime", "big", "test", "lint"):
        for package, version in re.findall(
            r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.M
        ):
            versions.setdefault(package, set()).add(version)

    assert versions["django"]
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}
