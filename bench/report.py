"""The figures as a table and as the page docs/benchmarks.md."""

import importlib.metadata
import json
import os
import platform
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .run import Row

HEADER = ("What", "Floor", "Figure", "Ratio to the floor", "Wanted", "", "Queries", "Memory above idle")


def read(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))


def table(rows: dict[str, list[Row]]) -> str:
    parts = []
    for database, its_rows in rows.items():
        parts.append(f"### {'SQLite' if database == 'sqlite' else 'PostgreSQL'}\n")
        cells = [HEADER, *(row.cells() for row in its_rows)]
        widths = [max(len(row[n]) for row in cells) for n in range(len(HEADER))]
        for number, row in enumerate(cells):
            parts.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
            if number == 0:
                parts.append("| " + " | ".join("-" * width for width in widths) + " |")
        parts.append("")
    return "\n".join(parts)


def page(text: str) -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("Django", "granian", "icalendar"))
    about_cpu = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    cpu = next((line.partition(":")[2].strip() for line in about_cpu if "model name" in line), platform.machine())
    return (
        "# Benchmarks\n\n"
        f"Made by `make bench` on {datetime.now(UTC):%Y-%m-%d}, with Python {platform.python_version()}, {versions}, "
        f"SQLite {sqlite3.sqlite_version}, on {platform.system()}, {os.cpu_count()} processors ({cpu}); "
        "granian with two workers, the client on the same machine. Ten million additions in Python took "
        f"{_additions():.1f} s at the end of it.\n\n"
        "Seconds belong to the machine; compare the ratios. What is measured takes turns with its floor. “Smallest "
        "view” answers two bytes behind the same middleware; “committed INSERT” is a view that writes one row; "
        "csv.writer and xlsxwriter write the very same values from memory. A ratio above 1 is better than the floor "
        "for speeds and worse for seconds.\n\n"
        f"{text}"
    )


def _additions() -> float:
    """Seconds for ten million additions: how fast the machine was in that hour, with whatever else it had to do."""
    started, total = time.perf_counter(), 0
    for number in range(10_000_000):
        total += number
    return time.perf_counter() - started
