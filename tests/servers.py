"""Throw-away servers on free ports: `with postgresql() as url:` and `with redis() as url:`."""

import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotInstalled(Exception):
    """A server is not on this machine; the message names the package that brings it."""


def postgresql_programs() -> Path:
    """Return the folder of initdb and pg_ctl. Debian keeps them out of the PATH, one folder for each version."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    if not folders:
        raise NotInstalled("PostgreSQL is not installed (package postgresql).")
    return Path(max(folders, key=lambda folder: float(Path(folder).parent.name)))


def redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise NotInstalled("Redis is not installed (package redis-server).")


@contextmanager
def postgresql(*, durable: bool = True) -> Iterator[str]:
    """Run PostgreSQL with an empty database and give its address for DATABASE_URL.

    `durable=False` does not wait for the disk: right for tests, wrong for measuring.
    """
    programs = postgresql_programs()
    password, port = secrets.token_urlsafe(16), free_port()
    with tempfile.TemporaryDirectory(prefix="trajectum-postgresql-") as folder:
        password_file = Path(folder) / "password"
        password_file.write_text(password, encoding="ascii")
        as_user = _not_root(folder, password_file)
        data = f"{folder}/data"

        def run(*command: str) -> None:
            result = subprocess.run(command, cwd=folder, capture_output=True, text=True, **as_user)
            if result.returncode:
                log = Path(folder) / "log"
                raise RuntimeError(
                    f"{Path(command[0]).name} failed:\n{result.stdout}{result.stderr}"
                    + (log.read_text(encoding="utf-8") if log.exists() else "")
                )

        options = ["--auth=scram-sha-256", f"--pwfile={password_file}", "--username=trajectum", "--no-instructions"]
        run(f"{programs}/initdb", f"--pgdata={data}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", *options)
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        if not durable:
            settings += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
            # It would note that tables are empty while a test that has not committed fills them.
            settings += " -c autovacuum=off"
        # pg_ctl's server would inherit a pipe and keep it open, so it writes into a file.
        control = [f"{programs}/pg_ctl", f"--pgdata={data}", f"--log={folder}/log", "--silent", "--wait"]
        run(*control, f"--options={settings}", "start")
        try:
            yield f"postgresql://trajectum:{password}@127.0.0.1:{port}/postgres"
        finally:
            run(*control, "--mode=fast" if durable else "--mode=immediate", "stop")


def _not_root(folder: str, *files: Path) -> dict:
    """PostgreSQL refuses to run as root: hand the folder to a user with fewer rights, and run as that user."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        for path in (folder, *files):
            os.chown(path, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NotInstalled("PostgreSQL does not run as root, and this machine has neither the user postgres nor nobody.")


@contextmanager
def redis() -> Iterator[str]:
    """Run Redis, empty and in memory only, and give its address for REDIS_URL."""
    program, port = redis_program(), free_port()
    with tempfile.TemporaryDirectory(prefix="trajectum-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(port, server)
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                server.terminate()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait_for(port: int, server: subprocess.Popen) -> None:
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if server.poll() is not None:
                raise RuntimeError(f"The server ended at once with {server.returncode}.") from None
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The server did not answer within ten seconds.")
