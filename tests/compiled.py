"""What is compiled once per process and not once per test: pages, statements, routes.

Every test has an application and engines of its own, and each of them would compile the same again: a third
of the suite's time. A tracker that serves compiles each of these once as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Pages(BytecodeCache):
    """Pages as Jinja compiled them."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where its page was compiled before."""
        if code := self.kept.get(f"{bucket.key}{bucket.checksum}"):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the page."""
        self.kept[f"{bucket.key}{bucket.checksum}"] = bucket.bytecode_to_string()


class _Statements(LRUCache[Any, Any]):
    """Statements as SQLAlchemy compiled them, under the sort of their dialect.

    SQLAlchemy keeps them under the dialect itself, of which each engine has its own; those of the tests are
    all made alike.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """Return what was compiled."""
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let all engines share their statements, and all applications the builders of their addresses."""
    statements = _Statements(3000)
    builders: dict[tuple[Any, ...], Any] = {}
    make_engine, compile_builder = sa.Engine.__init__, Rule._compile_builder

    def sharing(engine: sa.Engine, *args: Any, **options: Any) -> None:
        make_engine(engine, *args, **options)
        engine.update_execution_options(compiled_cache=statements)

    def kept(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, rule.subdomain, rule.host, str(rule.defaults), append_unknown)
        if key not in builders:
            builders[key] = compile_builder(rule, append_unknown)
        return builders[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sa.Engine, "__init__", sharing)
        patch.setattr(Rule, "_compile_builder", kept)
        yield
