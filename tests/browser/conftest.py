"""A real server with the four projects and the demonstration, and a real browser in front of it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHROMIUM = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
# Chromium as root needs --no-sandbox; the rest keeps it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Starting costs more than what is asked: one process answers line by line.
SHELL = """
import contextlib, io, json, sys, traceback
import django
from django.core.management import call_command
django.setup()
for line in sys.stdin:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), {"call_command": call_command})
        answer = {"printed": printed.getvalue()}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
"""


@dataclass
class Site:
    """The running demonstration."""

    url: str
    environment: dict[str, str]
    _shell: subprocess.Popen[str] | None = None

    def query(self, code: str) -> str:
        """What lines of Python print in the installation."""
        if self._shell is None:
            self._shell = subprocess.Popen(
                [sys.executable, "-c", SHELL],
                cwd=ROOT,
                env={**self.environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._shell.stdin and self._shell.stdout
        print(json.dumps(code), file=self._shell.stdin, flush=True)
        answer = json.loads(self._shell.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["printed"].strip()

    def stop(self) -> None:
        if self._shell is not None:
            self._shell.communicate()

    def sign_in_link(self, role: str) -> str:
        """A fresh link for the demonstration user whose address begins with `role`."""
        printed = self.query("call_command('demonstration_sign_ins')")
        link = re.search(rf"{role}@\S+.*?(http\S+/sign-in/\S+)", printed, re.DOTALL)
        assert link, f"No sign-in for {role} in:\n{printed}"
        return link.group(1)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine: install the package chromium.")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environment = {
        **os.environ,
        "VAR_DIR": str(tmp_path_factory.mktemp("site")),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": "",
        "DEMONSTRATION": "1",
        "LOG_LEVEL": "WARNING",
    }
    del environment["DATABASE_URL"]
    site = Site(environment["SITE_URL"], environment)
    for command in (
        ["migrate", "-v0"],
        ["createcachetable"],
        ["collectstatic", "--noinput", "-v0"],
        ["load_projects", "events/data/seed_projects.json"],
        ["load_history"],
        ["load_demonstration"],
    ):
        site.query(f"call_command(*{command})")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)),
            *("--no-access-log", "--log-level", "warning", "config.wsgi:application"),
        ],
        cwd=ROOT,
        env=environment,
    )
    for _attempt in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield site
    site.stop()
    server.terminate()
    server.wait(20)


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        pytest.skip("No Chromium on this machine: install the package chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(site: Site, chromium) -> Iterator[Callable]:
    """Open a window: `open_browser(width=320, javascript=False)` gives its page. Windows share no cookies."""
    contexts = []

    def open_window(*, width: int = 1280, height: int = 900, javascript: bool = True, state: dict | None = None):
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            storage_state=state,
        )
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def signed_in(site: Site, chromium) -> Callable[[str], dict]:
    """The cookies of a demonstration role that signed in by its link, kept for the whole run."""
    states: dict[str, dict] = {}

    def state_of(role: str) -> dict:
        if role not in states:
            context = chromium.new_context(base_url=site.url)
            page = context.new_page()
            page.goto(site.sign_in_link(role))
            page.locator("main form button").first.click()
            page.wait_for_load_state()
            states[role] = context.storage_state()
            context.close()
        return states[role]

    return state_of
