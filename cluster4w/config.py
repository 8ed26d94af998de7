"""Every setting: name, default, help. No secret has a default."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, read from the environment: ``CLUSTER4W_<name>``, or ``variable`` where that is set."""

    name: str
    default: str | int | bool | None
    help: str
    variable: str = ""

    @property
    def env(self) -> str:
        """The environment variable."""
        return self.variable or f"CLUSTER4W_{self.name}"


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE_URL", None, "PostgreSQL address; without it, SQLite in the instance folder.", "DATABASE_URL"
    ),
    Setting("INSTANCE", None, "Folder for the database, the queue and the secret key."),
    Setting("SECRET_KEY", None, "Signs sessions; without it, one is made in the instance folder."),
    Setting("MAX_UPLOAD_MB", 25, "Largest file that can be uploaded, in megabytes."),
    Setting("BACKGROUND_ROWS", 5000, "Files with more rows than this are checked by the worker."),
    Setting("HTTPS_ONLY", False, "Send the session cookie over HTTPS only; set it on every public server."),
    Setting("BEHIND_PROXY", False, "Trust one proxy's X-Forwarded headers."),
    Setting("SIGN_IN_LIMIT", "10 per minute", "Sign-in attempts allowed from one address."),
    Setting("UPLOAD_LIMIT", "30 per hour", "Uploads allowed to one person."),
)


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the instance folder: the one named, else ``instance/`` of a checkout, else the platform's."""
    if named := environ.get("CLUSTER4W_INSTANCE"):
        return Path(named).expanduser().resolve()
    beside = Path(__file__).resolve().parent.parent
    if (beside / "pyproject.toml").exists() and (beside / "instance").is_dir():
        return beside / "instance"
    return Path(platformdirs.user_data_dir("cluster4w", appauthor=False))


def _converted(setting: Setting, text: str) -> str | int | bool:
    if isinstance(setting.default, bool):
        return text.strip().lower() in {"1", "true", "yes", "on", "oui"}
    if isinstance(setting.default, int):
        return int(text)
    return text


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return every setting's value. Creates nothing: see :func:`secret_key`."""
    return {
        s.name: _converted(s, environ[s.env]) if environ.get(s.env) else s.default
        for s in SETTINGS
        if s.name != "INSTANCE"
    }


def make_folder(folder: Path) -> None:
    """Make the instance folder where there is none, for its owner only: passwords' hashes lie in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def secret_key(folder: Path) -> str:
    """Return the install's secret key, making it at first use, readable by its owner only."""
    path = folder / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        make_folder(folder)
        key = secrets.token_hex(32)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(key)
        return key


def configure(target: dict[str, Any], folder: Path, settings: Mapping[str, Any]) -> None:
    """Fill an application's configuration: the settings, then what follows from them."""
    target.update(load())
    target.update(settings)
    target["INSTANCE"] = folder
    target["SECRET_KEY"] = target.get("SECRET_KEY") or secret_key(folder)
    target["SQLALCHEMY_ENGINES"] = {"default": database_url(target.get("DATABASE_URL"), folder)}
    target["ALEMBIC"] = {"script_location": str(Path(__file__).parent / "migrations")}
    target["MAX_CONTENT_LENGTH"] = int(target["MAX_UPLOAD_MB"]) * 1024 * 1024
    # A row's form has many fields and notes can be long; files are counted by the limit above.
    target["MAX_FORM_MEMORY_SIZE"] = 2 * 1024 * 1024
    target["PERMANENT_SESSION_LIFETIME"] = 12 * 3600
    target["SESSION_COOKIE_HTTPONLY"] = True
    target["SESSION_COOKIE_SAMESITE"] = "Lax"
    target["SESSION_COOKIE_SECURE"] = bool(target["HTTPS_ONLY"])
    # The token lives as long as the session: a long form on a slow line must not lose what was typed.
    target["WTF_CSRF_TIME_LIMIT"] = None
    # One web process counts its own attempts; several behind a balancer can share a store by this setting.
    target.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    target.setdefault("RATELIMIT_ENABLED", True)


def database_url(configured: str | None, folder: Path) -> str:
    """Return the SQLAlchemy address of the database, with psycopg 3 for PostgreSQL."""
    if not configured:
        return f"sqlite:///{folder / 'cluster4w.sqlite3'}"
    for prefix in ("postgres://", "postgresql://"):
        if configured.startswith(prefix):
            return "postgresql+psycopg://" + configured.removeprefix(prefix)
    return configured
