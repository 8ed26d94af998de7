"""cluster4w: the Shelter-cluster 4W tracker. Importing it opens nothing; :func:`create_app` builds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """Return the application. ``settings`` override the environment (see :mod:`cluster4w.config`)."""
    from flask import Flask

    from cluster4w import config
    from cluster4w.extensions import alembic, db
    from cluster4w.models.engine import configure_engine

    folder = Path((settings or {}).get("INSTANCE") or config.instance_folder())
    app = Flask("cluster4w", instance_path=str(folder), template_folder="pages")
    app.config.from_mapping(config.load())
    app.config.from_mapping(settings or {})
    app.config["INSTANCE"] = folder
    app.config["SQLALCHEMY_ENGINES"] = {
        "default": config.database_url(app.config.get("DATABASE_URL"), folder)
    }
    app.config["ALEMBIC"] = {"script_location": str(Path(__file__).parent / "migrations")}
    db.init_app(app)
    with app.app_context():
        configure_engine(db.engine)
    alembic.init_app(app)
    return app
