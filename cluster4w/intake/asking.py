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


def ask(kind: str, context: str, text: str, candidates: Iterable[object]) -> dict[str, Any]:
    """Return the parameters of a finding that can be answered once; none for a text that is no name.

    ``{"ask": {"kind", "context", "text", "candidates"}}``; the candidates are targets as texts, best first.
    """
    if len(text) > LONGEST or not fold(text):
        return {}
    chosen = [str(c) for c in candidates][:MOST]
    return {"ask": {"kind": kind, "context": context, "text": printable(text), "candidates": chosen}}
