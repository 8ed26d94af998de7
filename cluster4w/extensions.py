"""What the application is made of: each made once here, bound in ``create_app``."""

from __future__ import annotations

from flask_alembic import Alembic
from flask_babel import Babel
from flask_sqlalchemy_lite import SQLAlchemy

from cluster4w.models import Base

db = SQLAlchemy()
alembic = Alembic(metadatas=Base.metadata)
babel = Babel()
