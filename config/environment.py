"""Readers of the environment: each refuses a value that cannot be used, in a sentence that names the variable."""

import os
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# What EMAIL_URL may begin with, and the port where none is said.
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465, "filemail": None, "consolemail": None}


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def words(name: str, default: list[str]) -> list[str]:
    """Words with commas between them."""
    return [word.strip() for word in text(name, "").split(",") if word.strip()] or default


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()) or int(value) < least or (most is not None and int(value) > most):
        limits = f"between {least} and {most}" if most is not None else f"of {least} or more"
        raise ImproperlyConfigured(f"{name} must be a whole number {limits}; it is “{value}”.")
    return int(value)


def switch(name: str, default: bool) -> bool:
    value = text(name, "1" if default else "0").lower()
    if value not in ("1", "true", "yes", "on", "0", "false", "no", "off"):
        raise ImproperlyConfigured(f"{name} must be 1 (on) or 0 (off); it is “{value}”.")
    return value in ("1", "true", "yes", "on")


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}; it is “{value}”.")
    return value


def site_address(name: str, default: str) -> str:
    value = text(name, default).rstrip("/")
    try:
        site = urlsplit(value)
        usable = site.scheme in ("http", "https") and site.hostname and (site.port is None or site.port > 0)
    except ValueError:
        usable = False
    if not usable or site.path or site.query or site.fragment or site.username:
        raise ImproperlyConfigured(
            f"{name} must be an address like https://events.example.org, without a path; it is “{value}”."
        )
    return value


def database(name: str, default: str) -> dict[str, Any]:
    value = text(name, default)
    if urlsplit(value).scheme not in ("sqlite", "postgres", "postgresql"):
        # The value may hold a password, so it is not repeated; the same below.
        raise ImproperlyConfigured(
            f"{name} must be like postgresql://user:password@host/database or sqlite:////folder/file.sqlite3."
        )
    try:
        settings = environ.Env.db_url_config(value)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} cannot be read as the address of a database: {error}.") from error
    if not settings["NAME"]:
        raise ImproperlyConfigured(f"{name} must end with the name of the database.")
    return settings


def redis_server(name: str) -> str:
    value = text(name, "")
    if value and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(f"{name} must be like redis://host:6379/0.")
    return value


def mail_server(name: str, default: str) -> dict[str, Any]:
    """The EMAIL_… settings."""
    value = text(name, default)
    if urlsplit(value).scheme not in MAIL_PORTS:
        raise ImproperlyConfigured(f"{name} must be like smtp+tls://user:password@host:587.")
    try:
        settings = environ.Env.email_url_config(value)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} cannot be read as the address of a mail server: {error}.") from error
    settings["EMAIL_PORT"] = settings["EMAIL_PORT"] or MAIL_PORTS[urlsplit(value).scheme]
    return {setting: value for setting, value in settings.items() if value is not None}
