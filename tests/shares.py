"""Several processes that share one run of the tests: each takes the next part that nobody has taken.

A part is what a file has of tests that commit, or of the others: what a file loads once is loaded by one process. Who
takes a part makes a file of its name in the folder that the processes have in common (TEST_SHARE).
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest


def run(session: pytest.Session, folder: Path) -> bool:
    """Run the parts that this process takes; the whole of `session` is run once all processes are through."""
    if session.testsfailed and not session.config.option.continue_on_collection_errors:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    if session.config.option.collectonly:
        return True
    taken = _taken(session.items, folder)
    item = next(taken, None)
    while item is not None:
        # What is set up for a file is taken down when the next test is of another one.
        following = next(taken, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True


def nothing_left(folder: Path) -> bool:
    return (folder / "nothing-left").exists()


def _taken(items: list[pytest.Item], folder: Path) -> Iterator[pytest.Item]:
    parts: dict[str, list[pytest.Item]] = {}
    for item in items:
        kind = "commits" if item.get_closest_marker("commits") else "rolls back"
        parts.setdefault(f"{kind} {item.nodeid.split('::')[0]}", []).append(item)
    for name, part in parts.items():
        try:
            (folder / hashlib.sha256(name.encode()).hexdigest()).touch(exist_ok=False)
        except FileExistsError:
            continue
        yield from part
    (folder / "nothing-left").touch()
