"""Run all tests that this machine can run: python -m tests.everything [--all].

On SQLite, and again on PostgreSQL where it is installed. What is missing is named with the Debian package that brings
it; with --all it is a failure. The coverage shown is that of both runs together.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests import libical, servers

ROOT = Path(__file__).resolve().parent.parent
# What some tests need, the programs that show it is there, and the package of Debian and Ubuntu.
PROGRAMS = [
    ("Chromium", ("chromium", "chromium-browser"), "chromium"),
    ("LibreOffice", ("soffice", "libreoffice"), "libreoffice-calc-nogui"),
    ("vdirsyncer", ("vdirsyncer",), "vdirsyncer"),
    ("khal", ("khal",), "khal"),
]


def main(arguments: list[str]) -> int:
    skipping_fails = "--all" in arguments
    missing = {name: package for name, programs, package in PROGRAMS if not any(map(shutil.which, programs))}
    if not libical.is_here():
        missing["libical"] = "libical3, in newer releases libical3t64"
    runs: dict[str, tuple[int, str]] = {}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="trajectum-tests-"))
        environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "ENV_FILE": "none",
            "VAR_DIR": folder,
            "COVERAGE_FILE": f"{folder}/coverage",
        }
        if skipping_fails:
            environment["SKIPPING_FAILS"] = "1"
        try:
            environment["TEST_REDIS_URL"] = stack.enter_context(servers.redis())
        except servers.NotInstalled:
            missing["Redis"] = "redis-server"

        runs["SQLite"] = run_pytest("SQLite", environment)
        try:
            environment["DATABASE_URL"] = stack.enter_context(servers.postgresql(durable=False))
        except servers.NotInstalled:
            missing["PostgreSQL"] = "postgresql"
        else:
            # What a browser sees does not depend on the database, and takes long.
            runs["PostgreSQL"] = run_pytest("PostgreSQL", environment, "-m", "not browser")

        coverage = [sys.executable, "-m", "coverage"]
        subprocess.run([*coverage, "combine", "--quiet"], cwd=ROOT, env=environment, check=False)
        print("\nCoverage; files that are covered whole are left out:\n", flush=True)
        subprocess.run([*coverage, "report"], cwd=ROOT, env=environment, check=False)

    print()
    for database, (_status, closing_line) in runs.items():
        print(f"{database}: {closing_line}")
    for name, package in missing.items():
        print(f"{'MISSING' if skipping_fails else 'Skipped'}: what needs {name} (package {package})")
    return 1 if any(status for status, _line in runs.values()) or (missing and skipping_fails) else 0


def run_pytest(database: str, environment: dict[str, str], *options: str) -> tuple[int, str]:
    """Run pytest, show what it prints, and return its status and its closing line."""
    print(f"\n=== {database} ===", flush=True)
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [
        sys.executable,
        "-m",
        "coverage",
        "run",
        "--parallel-mode",
        "-m",
        "pytest",
        f"--color={colour}",
        *options,
    ]
    closing_line = ""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            closing_line = line.strip(" =\n") or closing_line
    return process.returncode, closing_line


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
