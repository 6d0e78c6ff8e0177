import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "ENV_FILE": "none", **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("reader", "value", "options"),
    [
        (environment.number, "twelve", {"default": 1}),
        (environment.number, "-1", {"default": 1}),
        (environment.number, "1.5", {"default": 1}),
        (environment.number, "٣", {"default": 1}),
        (environment.number, "0", {"default": 8000, "least": 1, "most": 65535}),
        (environment.number, "65536", {"default": 8000, "least": 1, "most": 65535}),
        (environment.switch, "maybe", {"default": False}),
        (environment.choice, "LOUD", {"default": "INFO", "choices": ("INFO", "ERROR")}),
        (environment.site_address, "events.example.org", {"default": ""}),
        (environment.site_address, "ftp://events.example.org", {"default": ""}),
        (environment.site_address, "https://events.example.org/trajectum", {"default": ""}),
        (environment.site_address, "https://events.example.org:port", {"default": ""}),
        (environment.site_address, "https://user@events.example.org", {"default": ""}),
        (environment.database, "mysql://user:password@host/name", {"default": ""}),
        (environment.database, "postgresql://user:password@host", {"default": ""}),
        (environment.database, "postgresql://user:password@host:port/name", {"default": ""}),
        (environment.redis_server, "localhost:6379", {}),
        (environment.mail_server, "mail.example.org", {"default": ""}),
        (environment.mail_server, "smtp://mail.example.org:port", {"default": ""}),
    ],
)
def test_unusable_value_is_refused_with_the_name_of_its_variable(monkeypatch, reader, value, options):
    monkeypatch.setenv("VARIABLE", value)

    with pytest.raises(ImproperlyConfigured, match=r"^VARIABLE "):
        reader("VARIABLE", **options)


def test_refusing_an_address_does_not_print_its_password(monkeypatch):
    monkeypatch.setenv("VARIABLE", "mysql://user:swordfish@host/name")

    with pytest.raises(ImproperlyConfigured) as refusal:
        environment.database("VARIABLE", "")

    assert "swordfish" not in str(refusal.value)


@pytest.mark.parametrize("value", [None, "", "  "])
def test_empty_value_is_the_default(monkeypatch, value):
    if value is not None:
        monkeypatch.setenv("VARIABLE", value)

    assert environment.text("VARIABLE", "default") == "default"
    assert environment.number("VARIABLE", 7) == 7
    assert environment.switch("VARIABLE", True) is True
    assert environment.words("VARIABLE", ["a", "b"]) == ["a", "b"]
    assert environment.redis_server("VARIABLE") == ""


def test_words_stand_between_commas(monkeypatch):
    monkeypatch.setenv("VARIABLE", "events.example.org, 127.0.0.1,")

    assert environment.words("VARIABLE", []) == ["events.example.org", "127.0.0.1"]


def test_mail_server_without_a_port_has_the_one_of_its_kind(monkeypatch):
    monkeypatch.setenv("VARIABLE", "smtp+tls://user:p%40ss@mail.example.org")

    settings = environment.mail_server("VARIABLE", "")

    assert settings["EMAIL_PORT"] == 587
    assert settings["EMAIL_USE_TLS"] is True
    assert settings["EMAIL_HOST_PASSWORD"] == "p@ss"


def test_start_with_an_unusable_value_ends_in_one_sentence(tmp_path):
    result = manage("migrate", VAR_DIR=str(tmp_path), TRUSTED_PROXIES="some")

    assert result.returncode == 1
    assert result.stderr == "TRUSTED_PROXIES must be a whole number of 0 or more; it is “some”.\n"


def test_check_for_deployment_has_nothing_to_say(tmp_path):
    result = manage(
        "check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), SITE_URL="https://events.example.org"
    )

    assert result.returncode == 0, result.stderr


def test_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    for _start in range(2):
        keys = manage(
            "shell",
            "--no-imports",
            "-c",
            "from django.conf import settings; print(settings.SECRET_KEY)",
            VAR_DIR=str(tmp_path),
        )
        assert keys.stdout.strip() == (tmp_path / "secret_key").read_text()

    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("secret_key")] == ["secret_key"]


def test_every_variable_is_documented_with_its_default():
    read: dict[str, str | None] = {}
    for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name("env"), attr=reader), args=[ast.Constant(name), *defaults]):
                default = defaults[0].value if defaults and isinstance(defaults[0], ast.Constant) else None
                read[name] = str(int(default) if reader == "switch" else default) if default not in (None, "") else None
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|", (ROOT / "docs" / "settings.md").read_text(encoding="utf-8"), re.M)

    assert sorted(name for name, _default in rows) == sorted(read)
    assert {name: default.strip("`") for name, default in rows if read[name]} == {
        name: default for name, default in read.items() if default
    }
