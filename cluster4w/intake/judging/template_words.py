"""What differs between an operation's template and the shipped one, in a reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cluster4w.intake.findings import title
from cluster4w.template.declaration import Declaration
from cluster4w.template.language import N_, Translate, label_in
from cluster4w.template.merge import Change, Difference, Tree, tree

#: What becomes of a piece.
CHANGES = {
    Change.NEW: N_("new"),
    Change.CHANGED: N_("changed"),
    Change.REMOVED: N_("no longer there"),
    Change.ASKED: N_("differs"),
    Change.OWN: N_("yours, stays"),
    Change.IN_USE: N_("stays, lines may use it"),
}
_FIELDS = {
    "label": N_("label"),
    "header": N_("header"),
    "help": N_("help text"),
    "aliases": N_("other spellings"),
    "hxl": N_("HXL tag"),
    "required": N_("required"),
    "kind": N_("kind of value"),
    "group": N_("group"),
    "list": N_("list"),
    "level": N_("administrative level"),
    "visibility": N_("visibility"),
    "minimum": N_("smallest figure"),
    "maximum": N_("largest figure"),
    "low": N_("lower bound"),
    "high": N_("upper bound"),
    "severity": N_("severity"),
    "parts": N_("columns that are added up"),
    "columns": N_("columns"),
    "values": N_("values"),
    "sub_sector": N_("sub-sector"),
    "unit": N_("unit"),
    "other_unit": N_("other units"),
    "modality": N_("modality"),
    "counting_rule": N_("counting rule"),
    "towards_target": N_("counts towards the target"),
    "sheet": N_("name of the sheet"),
    "texts": N_("words of the layout"),
    "width": N_("width"),
    "check_column": N_("status column"),
    "hxl_row": N_("HXL row"),
    "group_row": N_("row of groups"),
    "bilingual": N_("both languages"),
}
_LANGUAGES = {"fr": N_("French"), "en": N_("English")}


@dataclass(frozen=True, slots=True)
class Line:
    """One piece in words; ``ours`` and ``shipped`` are "" where a side has none."""

    id: str
    change: Change
    subject: str
    field: str
    ours: str
    shipped: str


class TemplateWords:
    """Says the differences of one pair of declarations."""

    def __init__(self, own: Declaration, shipped: Declaration, translate: Translate) -> None:
        self._sides: tuple[Tree, Tree] = tree(own), tree(shipped)
        self._translate = translate

    def lines(self, differences: Iterable[Difference]) -> list[Line]:
        """Return the differences in words, in their order."""
        return [self._line(d) for d in differences]

    def _line(self, d: Difference) -> Line:
        subject, rest = self._subject(d.path)
        return Line(d.id, d.change, subject, self._field(rest), self._value(d.ours), self._value(d.shipped))

    def _subject(self, path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """Return what a piece is of, and the rest of its path."""
        t = self._translate
        match path:
            case ("columns", key, *rest):
                return t(N_("Column “%(name)s”")) % {"name": self._label("columns", key)}, tuple(rest)
            case ("lists", name, key, *rest):
                of = self._list_name(name)
                named = {"list": of, "name": self._label("lists", name, key)}
                return t(N_("List “%(list)s”, entry “%(name)s”")) % named, tuple(rest)
            case ("lists", name):
                return t(N_("List “%(list)s”")) % {"list": self._list_name(name)}, ()
            case ("rules", rule, *rest):
                code, check = rule.split("|")[:2]
                return t(N_("Rule “%(name)s”")) % {"name": self._rule(rule, code, check)}, tuple(rest)
            case ("layouts", name, "columns", key, *rest):
                named = {"layout": self._label("layouts", name), "name": self._label("columns", key)}
                return t(N_("Layout “%(layout)s”, column “%(name)s”")) % named, tuple(rest)
            case ("layouts", name, *rest):
                return t(N_("Layout “%(layout)s”")) % {"layout": self._label("layouts", name)}, tuple(rest)
        return " ".join(path), ()

    def _rule(self, name: str, code: str, check: str) -> str:
        """Return the title of a rule with the columns that it compares: several rules share a title."""
        rule: Tree = next((side["rules"][name] for side in self._sides if name in side["rules"]), {})
        said = [rule.get(k) for k in ("a", "b", "total")]
        columns = ", ".join(self._label("columns", str(key)) for key in said if key)
        words = title(code, self._translate, check)
        return f"{words} ({columns})" if columns else words

    def _list_name(self, name: str) -> str:
        keys = (k for side in self._sides for k, c in side["columns"].items() if c.get("list") == name)
        key = next(keys, None)
        return self._label("columns", key) if key else name

    def _label(self, *path: str) -> str:
        for side in self._sides:
            found: Any = side
            for key in path:
                found = found.get(key) if isinstance(found, Mapping) else None
            if isinstance(found, Mapping) and "label" in found:
                return self._words_of(found["label"])
        return path[-1]

    def _words_of(self, raw: Any) -> str:
        return label_in(raw, self._translate) if isinstance(raw, Mapping) else str(raw)

    def _field(self, path: tuple[str, ...]) -> str:
        if not path:
            return ""
        t = self._translate
        name, *rest = path
        words = t(_FIELDS[name]) if name in _FIELDS else name
        more = ", ".join(t(_LANGUAGES[p]) if p in _LANGUAGES else p for p in rest)
        return f"{words} ({more})" if more else words

    def _value(self, value: Any) -> str:
        t = self._translate
        if value is None:
            return ""
        if isinstance(value, bool):
            return t(N_("Yes")) if value else t(N_("No"))
        if isinstance(value, float):
            return f"{value:g}"
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            if "label" in value:
                return self._words_of(value["label"])
            if "check" in value or ("key" in value and len(value) > 1):
                return t(N_("Yes"))
            said = (f"{k}: {self._value(v)}" if v else str(k) for k, v in value.items())
            return "; ".join(said)
        if isinstance(value, (list, tuple)):
            return ", ".join(self._value(v) for v in value)
        return str(value)
