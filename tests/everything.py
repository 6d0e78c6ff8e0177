"""Run all tests that this machine can run: python -m tests.everything [--all] [--next PYTHON] [--coverage].

On SQLite, and again on PostgreSQL where it is installed, and in the browser; as many of them at once as there are
processors. A processor that is through takes over part of what others still have to do (tests/shares.py). What is
missing is named with the Debian package that brings it; with --all it is a failure.

With --coverage, which lines the run on SQLite reached is told at the end. No test depends on it, and that run
takes nearly twice as long.

With --next, which names the Python of an environment with the coming Django, that one runs all tests on PostgreSQL, and
today's Django only those in which the database matters most: those that commit, such as races, and those that are
marked `postgresql`. So each Django and each database meets every test once (docs/decisions/two-djangos.md).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests import libical, servers, shares

ROOT = Path(__file__).resolve().parent.parent
# What some tests need, the programs that show it is there, and the package of Debian and Ubuntu.
PROGRAMS = [
    ("Chromium", ("chromium", "chromium-browser"), "chromium"),
    ("LibreOffice", ("soffice", "libreoffice"), "libreoffice-calc-nogui"),
    ("vdirsyncer", ("vdirsyncer",), "vdirsyncer"),
    ("khal", ("khal",), "khal"),
    ("pdftotext", ("pdftotext",), "poppler-utils"),
    ("qpdf", ("qpdf",), "qpdf"),
]


EVERY_TEST = ["-m", "not browser"]
# On PostgreSQL: what other programs read does not come from the database.
ONCE_MORE = ["-m", "not browser and not once"]
# What each database does in its own way.
WHERE_IT_MATTERS = ["-m", "not browser and (commits or postgresql)"]
LEFT_OUT = ("DATABASE_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE")
# More processes than these do not share one run: each has to begin like the first.
HANDS = 4


def main() -> int:
    parser = argparse.ArgumentParser(description="Run all tests that this machine can run.")
    parser.add_argument("--all", action="store_true", help="what is missing is a failure")
    parser.add_argument("--next", metavar="PYTHON", help="on PostgreSQL, run them with this Python and its Django")
    parser.add_argument("--coverage", action="store_true", help="say which lines the run on SQLite reached")
    arguments = parser.parse_args()
    missing = {name: package for name, programs, package in PROGRAMS if not any(map(shutil.which, programs))}
    if not Path("/usr/lib/libreoffice/program/libswlo.so").exists():
        missing["LibreOffice Writer"] = "libreoffice-writer-nogui"
    if not libical.is_here():
        missing["libical"] = "libical3, in newer releases libical3t64"
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="trajectum-tests-"))
        environment = {
            **{name: value for name, value in os.environ.items() if name not in LEFT_OUT},
            "ENV_FILE": "none",
            # Dozens of processes begin, and compile a thousand files anew where nobody keeps what was compiled.
            "PYTHONPYCACHEPREFIX": f"{folder}/compiled",
            "COVERAGE_FILE": f"{folder}/coverage",
            # The servers are thrown away, and with them the databases that are copied.
            "KEEP_DATABASE": "1",
        }
        if arguments.all:
            environment["SKIPPING_FAILS"] = "1"
        # The longest first. What a browser sees does not depend on the database, and happens in processes of its own,
        # which coverage does not see.
        runs = [Run("Browser", ["pytest", "-m", "browser"], environment)]
        if arguments.next:
            runs.append(Run("Next", ["pytest", *ONCE_MORE], environment, python=arguments.next, on_postgresql=True))
        measured = ["coverage", "run", "--parallel-mode", "-m"] if arguments.coverage else []
        runs.append(Run("SQLite", [*measured, "pytest", *EVERY_TEST], environment))
        chosen = WHERE_IT_MATTERS if arguments.next else ONCE_MORE
        runs.append(Run("PostgreSQL", ["pytest", *chosen], environment, on_postgresql=True))
        try:
            # Servers of their own: tests empty them.
            for run in runs:
                if run.on_postgresql:
                    run.environment["DATABASE_URL"] = stack.enter_context(servers.postgresql(durable=False))
        except servers.NotInstalled:
            missing["PostgreSQL"] = "postgresql"
            runs = [run for run in runs if not run.on_postgresql]
        try:
            for run in runs:
                run.environment["TEST_REDIS_URL"] = stack.enter_context(servers.redis())
        except servers.NotInstalled:
            missing["Redis"] = "redis-server"
        for run in runs:
            run.environment["TEST_SHARE"] = tempfile.mkdtemp(dir=folder)
        processors = os.cpu_count() or 1
        # The site and the browser are there once.
        shared = [run for run in runs if run.name != "Browser"]
        runs += [run.another(number) for number in range(2, min(processors, HANDS) + 1) for run in shared]
        for run in runs:
            run.environment["VAR_DIR"] = tempfile.mkdtemp(dir=folder)
        with ThreadPoolExecutor(processors) as pool:
            for _done in pool.map(Run.start, runs):
                pass

        if arguments.coverage:
            print("\nCoverage; files that are covered whole are left out:\n", flush=True)
            for act in (["combine", "--quiet"], ["report"]):
                subprocess.run([sys.executable, "-m", "coverage", *act], cwd=ROOT, env=environment, check=False)

    print()
    for run in runs:
        print(*run.not_passed, sep="\n", end="\n" if run.not_passed else "")
    for run in runs:
        print(f"{run.name}: {run.closing_line}")
    for name, package in missing.items():
        print(f"{'MISSING' if arguments.all else 'Skipped'}: what needs {name} (package {package})")
    return 1 if any(run.status for run in runs) or (missing and arguments.all) else 0


@dataclass
class Run:
    """One run of pytest beside others: each line it prints is shown as it comes, behind the run's name."""

    name: str
    command: list[str]
    environment: dict[str, str]
    python: str = sys.executable
    on_postgresql: bool = False
    status: int = 1
    closing_line: str = "did not start"
    not_passed: list[str] = field(default_factory=list)
    printing = threading.Lock()

    def __post_init__(self) -> None:
        self.environment = dict(self.environment)

    def another(self, number: int) -> "Run":
        """Return one more process for the same tests, which takes what the others have not taken yet."""
        joining = replace(self, name=f"{self.name} {number}", not_passed=[])
        if redis := self.environment.get("TEST_REDIS_URL"):
            # Tests empty the database, of which a server has sixteen.
            joining.environment["TEST_REDIS_URL"] = redis.removesuffix("/0") + f"/{number}"
        return joining

    def start(self) -> None:
        if shares.nothing_left(Path(self.environment["TEST_SHARE"])):
            self.status, self.closing_line = 0, "nothing was left to do"
            return
        with subprocess.Popen(
            [self.python, "-m", *self.command, "--color=no"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                with self.printing:
                    print(f"{self.name:10} | {line}", end="", flush=True)
                self.closing_line = line.strip(" =\n") or self.closing_line
                if line.startswith(("FAILED ", "ERROR ")):
                    self.not_passed.append(line.rstrip())
        self.status = process.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
