"""Questions that one answer settles for good: a finding carries what was asked and among what to choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cluster4w.record.gazetteer import Place
from cluster4w.template.text import fold, printable

#: A longer text is no name.
LONGEST = 200
#: Candidates of one question.
MOST = 6


def place_context(level: int, parent: Place | None) -> str:
    """Return under what the name of a place is learned: "adm2_name ML05"; "adm2_name" without a parent.

    The same name may be another place elsewhere.
    """
    return f"adm{level}_name {parent.pcode}" if parent else f"adm{level}_name"


def code_and_name(name: str, code: str) -> str:
    """Return under what a name is learned that holds beside one code only."""
    return f"{name} ({code})"


def ask(
    kind: str, context: str, text: str, candidates: Iterable[object], *, closed: bool = False
) -> dict[str, Any]:
    """Return the parameters of a finding that can be answered once; none for a text that is no name.

    ``{"ask": {"kind", "context", "text", "candidates"}}``; the candidates are targets as texts, best first.
    ``closed``: nothing but a candidate can be meant (or, of a place, the area above it as a whole); then
    ``"closed"`` is there too.
    """
    if len(text) > LONGEST or not fold(text):
        return {}
    chosen = [str(c) for c in candidates][:MOST]
    asked: dict[str, Any] = {
        "kind": kind, "context": context, "text": printable(text), "candidates": chosen,
    }  # fmt: skip
    return {"ask": {**asked, "closed": True} if closed else asked}
