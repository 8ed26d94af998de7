"""What the application is made of: each made once here, bound in ``create_app``."""

from __future__ import annotations

from flask_alembic import Alembic
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_sqlalchemy_lite import SQLAlchemy
from flask_wtf import CSRFProtect

from cluster4w.models import Base

db = SQLAlchemy()
alembic = Alembic(metadatas=Base.metadata)
babel = Babel()
csrf = CSRFProtect()
login = LoginManager()
limiter = Limiter(get_remote_address)
