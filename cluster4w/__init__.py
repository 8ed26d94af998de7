"""cluster4w: the Shelter-cluster 4W tracker. Importing it opens nothing; :func:`create_app` builds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Return the application. ``settings`` override the environment (see :mod:`cluster4w.config`)."""
    from flask import Flask

    from cluster4w import config, errors, extensions, security, views
    from cluster4w.views import formats, language, responses, shell

    folder = Path((settings or {}).get("INSTANCE") or config.instance_folder())
    app = Flask("cluster4w", instance_path=str(folder), template_folder="pages")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    config.configure(app.config, folder, settings or {})

    _bind(app)
    security.init_app(app)
    language.init_app(app)
    errors.init_app(app)
    formats.init_app(app)
    shell.init_app(app)
    responses.init_app(app)
    views.init_app(app)
    extensions.csrf.init_app(app)
    extensions.limiter.init_app(app)
    return app


def _bind(app: Flask) -> None:
    """Bind the database: its engine set up for us, and requests that write saying so from their start."""
    from cluster4w import extensions
    from cluster4w.models.engine import configure_engine

    extensions.db.init_app(app)
    with app.app_context():
        configure_engine(extensions.db.engine)
    extensions.alembic.init_app(app)
