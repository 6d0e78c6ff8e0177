"""Measure, print a table, and write it to docs/benchmarks.md.

    python -m bench [sqlite] [postgresql]

BENCH_ONLY="calendars pages registration rushes door exports papers programme" chooses parts, and only prints; “morning”
is one more, which takes its 20 minutes (bench/morning.py). BENCH_SECONDS says for how long each speed is measured.

Every figure stands beside a floor that was measured on the same server in the same run, because seconds belong to a
machine and ratios travel.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from . import report
from .run import Row

ROOT = Path(__file__).resolve().parent.parent


def main(databases: list[str]) -> None:
    rows: dict[str, list[Row]] = {}
    for database in databases:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="trajectum-bench-"))
            environment = {**os.environ, "VAR_DIR": folder, "DEBUG": "0", "LOG_LEVEL": "ERROR"}
            environment.pop("DATABASE_URL", None)
            if database == "postgresql":
                from tests.servers import postgresql

                environment["DATABASE_URL"] = stack.enter_context(postgresql())
            print(f"\n{database}: making 1,000 events and 20,000 people …", flush=True)
            # A process of its own for each database: Django's settings are read once.
            output = Path(folder) / "rows.json"
            subprocess.run([sys.executable, "-m", "bench.run", str(output)], env=environment, cwd=ROOT, check=True)
            rows[database] = [Row(**row) for row in report.read(output)]
    text = report.table(rows)
    print("\n" + text)
    if "BENCH_ONLY" in os.environ:
        return
    path = ROOT / "docs" / "benchmarks.md"
    path.write_text(report.page(text), encoding="utf-8")
    print(f"Written to {path.relative_to(ROOT)}.")


if __name__ == "__main__":
    main(sys.argv[1:] or ["sqlite", "postgresql"])
