"""The server under measurement, run as in production, and what the system says of its processes."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS = 2
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _status_kb(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise LookupError(field)


@dataclass
class Server:
    port: int
    pid: int

    @property
    def processes(self) -> list[int]:
        """The main process and its workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def cpu_seconds(self) -> float:
        total = 0
        for pid in self.processes:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS_PER_SECOND

    @contextmanager
    def peak_memory(self) -> Iterator[list[float]]:
        """Yield a list that afterwards holds the largest growth of any process above its size before, in MB."""
        before = {}
        for pid in self.processes:
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # resets VmHWM
            before[pid] = _status_kb(pid, "VmRSS")
        grown: list[float] = []
        yield grown
        grown.append(max(_status_kb(pid, "VmHWM") - size for pid, size in before.items()) / 1024)


@contextmanager
def serve(environment: dict[str, str]) -> Iterator[Server]:
    """Run the software with two workers on a free port until the block ends."""
    port = free_port()
    environment = {**environment, "SITE_URL": f"http://127.0.0.1:{port}", "DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    # As many threads as `manage.py start` has: each keeps a connection to the database.
    command += [
        "--workers",
        str(WORKERS),
        "--workers-kill-timeout",
        "5",
        "--blocking-threads",
        "4",
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    command.append("bench.wsgi:application")
    process = subprocess.Popen(command, env=environment)
    try:
        for _attempt in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise RuntimeError("The server did not start within a minute.")
        time.sleep(1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)
