"""Settings. Secrets come from the environment only; there is no usable default for production."""

import os
import secrets
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent


def _sqlite(instance: Path) -> str:
    return f"sqlite:///{instance / 'internkontroll.sqlite'}"


def kept_key(instance: Path) -> str:
    """The key of an embedded installation: made once, kept beside its database, for its owner."""
    path = instance / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return path.read_text()


class Config:
    """Settings of a running program, read from the environment when the app is made.

    ``RUN_WORKER`` is whether the web processes take turns at the periodic jobs.
    ``PROXY_HOPS`` is how many proxies of one's own stand before the program and may say who asked.
    ``DATABASE_URL`` is the application's role; ``DATABASE_OWNER_URL`` the role that owns the
    tables and migrates (the same where there is only one, as on SQLite).
    ``ACCESSIBILITY_EMAIL``, ``ACCESSIBILITY_PHONE`` and ``ACCESSIBILITY_ASSESSED_ON`` (a day,
    2026-03-12) stand in the accessibility statement, which asks for them while they are missing.
    ``REQUIRE_CODE``: roles that see cases, and administrators, log in with a code.
    ``OIDC_ISSUER`` and its fellows are the municipality's own login (OpenID Connect): whose word is
    taken, who we are there, which levels (``OIDC_ACR``, the first is asked for) count as a code,
    and the file that says which of its groups give which roles.
    """

    ENVIRONMENT = "production"
    TESTING = False
    DEBUG = False
    MAX_CONTENT_LENGTH = 210 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    MAX_FORM_PARTS = 2_000
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_IDLE_LIMIT = timedelta(minutes=30)
    SESSION_ABSOLUTE_LIMIT = timedelta(hours=10)
    WTF_CSRF_TIME_LIMIT = None
    WTF_CSRF_CHECK_DEFAULT = True
    LOGIN_TRIES = 10
    LOGIN_WINDOW = timedelta(minutes=15)
    REQUIRE_CODE = True
    RUN_WORKER = True

    def __init__(self, environ: os._Environ[str] | dict[str, str] | None = None) -> None:
        environ = os.environ if environ is None else environ
        self.INSTANCE_DIR = Path(environ.get("INSTANCE_DIR", ROOT / "instance")).resolve()
        self.SECRET_KEY = environ.get("SECRET_KEY", "")
        url = environ.get("DATABASE_URL") or _sqlite(self.INSTANCE_DIR)
        self.SQLALCHEMY_DATABASE_URI = url
        self.DATABASE_OWNER_URL = environ.get("DATABASE_OWNER_URL") or url
        hosts = environ.get("TRUSTED_HOSTS", "")
        self.TRUSTED_HOSTS = [host.strip() for host in hosts.split(",") if host.strip()] or None
        self.PROXY_HOPS = int(environ.get("PROXY_HOPS", "0"))
        self.ACCESSIBILITY_EMAIL = environ.get("ACCESSIBILITY_EMAIL", "").strip() or None
        self.ACCESSIBILITY_PHONE = environ.get("ACCESSIBILITY_PHONE", "").strip() or None
        assessed = environ.get("ACCESSIBILITY_ASSESSED_ON", "").strip()
        self.ACCESSIBILITY_ASSESSED_ON = date.fromisoformat(assessed) if assessed else None
        self.REQUIRE_CODE = environ.get("REQUIRE_CODE", "1") != "0"
        self.OIDC_ISSUER = environ.get("OIDC_ISSUER", "").strip().rstrip("/") or None
        self.OIDC_CLIENT_ID = environ.get("OIDC_CLIENT_ID", "").strip()
        self.OIDC_CLIENT_SECRET = environ.get("OIDC_CLIENT_SECRET", "").strip()
        levels = environ.get("OIDC_ACR", "")
        self.OIDC_ACR = tuple(level.strip() for level in levels.split(",") if level.strip())
        self.OIDC_GROUPS_CLAIM = environ.get("OIDC_GROUPS_CLAIM", "groups").strip()
        roles = environ.get("OIDC_ROLES_FILE", "").strip()
        self.OIDC_ROLES_FILE = Path(roles) if roles else None
        self.OIDC_CREATE_ACCOUNTS = environ.get("OIDC_CREATE_ACCOUNTS", "0") == "1"
        https = environ.get("HTTPS", "1") != "0"
        self.SESSION_COOKIE_SECURE = https
        self.SESSION_COOKIE_NAME = "__Host-session" if https else "session"
        self.WORKERS = int(environ.get("WEB_CONCURRENCY", "1"))
        self.THREADS = int(environ.get("WEB_THREADS", "8"))
        self.METRICS_TOKEN = environ.get("METRICS_TOKEN", "")
        self.LOG_LEVEL = environ.get("LOG_LEVEL", "INFO").upper()
        # A message of the database names what was typed; a connection may have died unnoticed.
        self.SQLALCHEMY_ENGINE_OPTIONS = {"hide_parameters": True, "pool_pre_ping": True}

    def as_mapping(self) -> dict[str, Any]:
        """Every upper-case setting by name."""
        return {name: getattr(self, name) for name in dir(self) if name.isupper()}


class DemoConfig(Config):
    """The demonstration on one's own machine: plain http on loopback, a key kept in instance/."""

    ENVIRONMENT = "demo"

    def __init__(self, environ: os._Environ[str] | dict[str, str] | None = None) -> None:
        super().__init__(environ)
        self.SESSION_COOKIE_SECURE = False
        self.SESSION_COOKIE_NAME = "session"
        self.REQUIRE_CODE = False


class TestConfig(Config):
    """Tests: a fixed key, no https, codes only where they are under test; else as in production."""

    ENVIRONMENT = "test"
    TESTING = True

    def __init__(self, environ: os._Environ[str] | dict[str, str] | None = None) -> None:
        super().__init__(environ)
        self.SECRET_KEY = "only for tests"  # noqa: S105 -- a test key guards nothing
        self.SESSION_COOKIE_SECURE = False
        self.SESSION_COOKIE_NAME = "session"
        self.REQUIRE_CODE = False
