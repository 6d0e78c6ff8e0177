"""Settings of one installation; what differs between installations comes from the environment.

Every variable that is read is listed in docs/settings.md. A value that cannot be used stops the start with its name.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from config import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent

# Lines NAME=value; what the process was started with counts more. ENV_FILE=none reads none: a demonstration must
# not write into the database that this installation's file names.
if (_env_file := env.text("ENV_FILE", str(BASE_DIR / ".env"))) != "none":
    environ.Env.read_env(_env_file)

# Where this installation keeps what it writes: the database, its key, mails of the file backend.
VAR_DIR = (BASE_DIR / env.text("VAR_DIR", "var")).resolve()
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"VAR_DIR must be a folder that can be written to: {error}.") from error


# --- Who we are --------------------------------------------------------------------------------------------------

# Where `manage.py start` listens; a proxy in front of it may be reached by another address.
PORT = env.number("PORT", 8000, least=1, most=65535)
SITE_URL = env.site_address("SITE_URL", f"http://127.0.0.1:{PORT}")
_site = urlsplit(SITE_URL)
_https = _site.scheme == "https"
SITE_NAME = env.text("SITE_NAME", "Trajectum")
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "contact@example.org")

# Part of every calendar UID. It may never change once a feed was subscribed to, so it is not taken from SITE_URL.
CALENDAR_DOMAIN = env.text("CALENDAR_DOMAIN", "trajectum")
# How far back the calendar of the whole installation reaches; a project's own calendar is always whole.
CALENDAR_MONTHS_BACK = env.number("CALENDAR_MONTHS_BACK", 12)
# Compressed calendars for programs that ask for them. To be switched off if one asks and then cannot read them.
CALENDAR_GZIP = env.switch("CALENDAR_GZIP", True)

# Shows the page of sent mails and marks the installation as a demonstration. Never on a public machine.
DEMONSTRATION = env.switch("DEMONSTRATION", False)


# --- Security ----------------------------------------------------------------------------------------------------

DEBUG = env.switch("DEBUG", False)


def _secret_key() -> str:
    """The key from SECRET_KEY, else one that is made at the first start and kept in VAR_DIR."""
    if key := env.text("SECRET_KEY", ""):
        return key
    path = VAR_DIR / "secret_key"
    if not path.exists():
        # Several processes may start at once: the key appears whole, the first one's counts, and all read the same.
        with tempfile.NamedTemporaryFile("w", dir=VAR_DIR, prefix="secret_key-", encoding="ascii") as file:
            file.write(get_random_secret_key())
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text(encoding="ascii")


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", sorted({str(_site.hostname), "127.0.0.1", "localhost"}))
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000 if _https else 0)
SILENCED_SYSTEM_CHECKS = [
    # Redirecting to https is up to the proxy that ends it; done here as well, a wrong header would make a loop.
    "security.W008",
    # What else runs under the same domain is not ours to decide.
    "security.W005",
    "security.W021",
]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# How many proxies in front of us add to X-Forwarded-For. None are trusted unless said.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}


# --- Applications ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",  # for its commands: start, prepare, compile_catalogues
    "accounts",
    "projects",
    "venues",
    "events",
    "registrations",
    "learning",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_countries",
    "django_htmx",
    "import_export",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "registrations.going_back.GoingBackMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.languages.PageLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "events.addresses.OldAddressMiddleware",
    "accounts.access.DenyByDefaultMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.NothingIsCut"


# --- Database and cache ------------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'trajectum.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["ENGINE"] = "config.sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        # Taking the write lock at BEGIN makes two registrations queue up, where a lock that is taken at the
        # first write ends in "database is locked". With it, ATOMIC_REQUESTS must stay off: every GET would lock.
        "transaction_mode": "IMMEDIATE",
        # Longer than it takes until a whole crowd is through, on a busy machine too.
        "timeout": 60,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA mmap_size=134217728; PRAGMA cache_size=2000;"
        ),
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "config.postgresql"
    if env.switch("PREPARED_STATEMENTS", True):
        # From so many times on, a statement is kept by its connection (config/postgresql/base.py).
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)
DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
# A connection that the server or a firewall closed meanwhile is made again instead of failing a request.
DATABASES["default"].setdefault("CONN_HEALTH_CHECKS", True)

# Marks who does periodic work, and counts the limits of django-allauth, so it must be one cache for all processes.
if _redis := env.redis_server("REDIS_URL"):
    CACHES: dict[str, dict[str, Any]] = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis}
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "cache",
            # Past this number old entries go. With Django's own 300, strangers could flush allauth's limits out.
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
SESSION_ENGINE = "django.contrib.sessions.backends.db"


# --- Signing in --------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "registrations:organise"
LOGOUT_REDIRECT_URL = "events:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True


# --- Mail --------------------------------------------------------------------------------------------------------

# The default writes each mail to a file, so that an installation without a mail server still shows what it would send.
vars().update(env.mail_server("EMAIL_URL", f"filemail:///{VAR_DIR / 'mails'}"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"{SITE_NAME} <events@example.org>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Mails are sent by the web process after the response. Off where `manage.py worker` does it, and in tests.
OUTBOX_IN_WEB_PROCESS = env.switch("OUTBOX_IN_WEB_PROCESS", True)


# --- Languages and time ------------------------------------------------------------------------------------------

# A language is offered once its catalogue is there; English is the language of the source.
_NAMES = {
    "en": _("English"),
    "de": _("German"),
    "hu": _("Hungarian"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pt": _("Portuguese"),
}
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGES = [
    (code, name)
    for code, name in _NAMES.items()
    if code == "en" or (BASE_DIR / "locale" / code / "LC_MESSAGES" / "django.po").exists()
]
LANGUAGE_CODE = "en"
USE_I18N = True
# Every stored instant is UTC; every time that is shown carries the zone of its event.
USE_TZ = True
TIME_ZONE = "UTC"


# --- Static files ------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"


# --- Limits and logs ---------------------------------------------------------------------------------------------

# What one network may register in an hour: many people share the one of an office or of the conference itself.
REGISTRATIONS_PER_HOUR = env.number("REGISTRATIONS_PER_HOUR", 100)
# Whoever sends the form of registering sooner than this is asked once more: people need longer, programs do not.
REGISTERING_TAKES_SECONDS = env.number("REGISTERING_TAKES_SECONDS", 2)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {
        "refusals": {"()": "config.logs.RefusalsInOneLine"},
        "secrets": {"()": "config.logs.SecretsMasked"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals", "secrets"]}
    },
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
    },
}
