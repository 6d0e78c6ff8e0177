"""Put the packages of one lock file into a virtual environment: install.py runtime|big|test|lint|next [--into .venv].

Run by make with the machine's own Python and nothing else, so this file uses the standard library only, and is written
so that a Python that is too old (3.6 and later) can still read it and say so. A second run with the same lock file
does nothing.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Each set holds the ones before it: what is asked for is there when a later one was installed.
SETS = ("runtime", "big", "test", "lint")
OLDEST_PYTHON = {"next": (3, 12)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", choices=(*SETS, "next"))
    parser.add_argument("--into", default=".venv", metavar="FOLDER")
    arguments = parser.parse_args()
    refuse_old_python(OLDEST_PYTHON.get(arguments.packages, (3, 11)))
    environment = Environment(arguments.into)
    packages = environment.larger_of(arguments.packages)
    if environment.has(packages):
        return
    started = time.monotonic()
    environment.make()
    environment.install(packages)
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def refuse_old_python(oldest):
    if sys.version_info < oldest:
        wanted = "{}.{}".format(*oldest)
        stop(
            "Trajectum needs Python {0} or newer, and {1} is {2}.{3}. Debian 12, Ubuntu 24.04 and later bring a newer "
            "one as the package python3. Where another one is installed, name it: make PYTHON=python{0} …".format(
                wanted, sys.executable, *sys.version_info
            )
        )


class Environment:
    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.python = os.path.join(self.folder, "bin", "python")
        # Names the set that was installed last and the sha256 of its lock file.
        self.stamp = os.path.join(self.folder, "installed-packages")

    def installed(self):
        """Return the name and the sha256 of what was installed last, or two empty texts."""
        try:
            with open(self.stamp, encoding="ascii") as stamp:
                name, sha256 = stamp.read().split()
        except (OSError, ValueError):
            return "", ""
        return name, sha256

    def larger_of(self, packages):
        """Return the set to install: never fewer packages than there are, so that demo and test share one folder."""
        name, _sha256 = self.installed()
        return max(packages, name, key=SETS.index) if packages in SETS and name in SETS else packages

    def has(self, packages):
        return self.installed() == (packages, sha256_of(lock_file(packages))) and self.works()

    def works(self):
        # False too when the folder was copied from elsewhere or the machine's Python was replaced.
        return os.path.exists(self.python) and run([self.python, "-c", "import django"], quiet=True)

    def make(self):
        if os.path.exists(self.python) and run([self.python, "-c", "import sys"], quiet=True):
            return
        say("Making {} with Python {}.{}.{} …".format(os.path.basename(self.folder), *sys.version_info))
        if not can_import("venv"):
            stop("This Python cannot make virtual environments. Install the package python3-venv and run it again.")
        # Debian keeps ensurepip in python3-venv. With python3-pip alone, the machine's pip fills the folder.
        bring_pip = can_import("ensurepip")
        if not (bring_pip or can_import("pip")):
            stop("pip is missing. Install the package python3-venv (or python3-pip) and run it again.")
        command = [sys.executable, "-m", "venv", "--clear", self.folder]
        if not run(command if bring_pip else [*command, "--without-pip"]):
            stop(f"{self.folder} could not be made; the lines above say why.")

    def install(self, packages):
        lock = lock_file(packages)
        say(f"Installing the packages of {os.path.relpath(lock)} …")
        if not (self.pip_install(lock_file("installer")) and self.uv_sync(lock)):
            say("uv could not do it; pip does the same more slowly …")
            if not self.pip_install(lock):
                stop("The packages could not be installed; the lines above say why.")
        with open(self.stamp, "w", encoding="ascii") as stamp:
            stamp.write(f"{packages} {sha256_of(lock)}\n")

    def pip_install(self, lock):
        pip = [self.python, "-m", "pip"]
        if not run([*pip, "--version"], quiet=True):
            pip = [sys.executable, "-m", "pip", "--python", self.python]
        # Everything comes as a wheel: nothing is compiled on this machine.
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        return run([*pip, "install", *options, "-r", lock])

    def uv_sync(self, lock):
        environment = dict(os.environ, UV_PYTHON_DOWNLOADS="never", UV_SYSTEM_CERTS="1")
        index = self.index_of_pip()
        if index:
            environment.setdefault("UV_DEFAULT_INDEX", index)
        command = [self.python, "-m", "uv", "pip", "sync", "--quiet", "--require-hashes", "--only-binary", ":all:"]
        return run([*command, "--python", self.python, lock], environment=environment)

    def index_of_pip(self):
        """Return the package index that pip was told to use, if any: uv does not read pip's configuration."""
        command = [self.python, "-m", "pip", "config", "get", "global.index-url"]
        asked = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()


def lock_file(packages):
    return os.path.join(HERE, packages + ".txt")


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def can_import(module):
    return run([sys.executable, "-c", "import " + module], quiet=True)


def run(command, quiet=False, environment=None):
    """Run a command and return whether it went well."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.call(command, env=environment, stdout=output, stderr=output) == 0


def say(text):
    print(text, flush=True)


def stop(text):
    sys.exit(text)


if __name__ == "__main__":
    main()
