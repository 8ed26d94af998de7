"""The whole template: columns, lists, rules and layouts, read from TOML or from an operation's JSON."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cluster4w.template.columns import Column, Condition, Group, Visibility
from cluster4w.template.kinds import Kind
from cluster4w.template.language import Labels
from cluster4w.template.layouts import Layout, LayoutColumn
from cluster4w.template.lists import Choice, ChoiceList
from cluster4w.template.rules import Check, Rule, Severity

DATA = Path(__file__).resolve().parent.parent / "data"

#: A declaration as TOML or JSON gives it.
Declaration = Mapping[str, Any]


class DeclarationError(ValueError):
    """The declaration contradicts itself; the message names the column, list, rule or layout."""


@dataclass(frozen=True)
class Template:
    """A template in one version. Immutable: an operation that changes it gets a new version."""

    name: str
    version: int
    columns: tuple[Column, ...]
    lists: Mapping[str, ChoiceList]
    rules: tuple[Rule, ...]
    layouts: Mapping[str, Layout]
    source: Declaration = field(repr=False, compare=False, default_factory=dict)

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Column key to column."""
        return {c.key: c for c in self.columns}

    @cached_property
    def added(self) -> tuple[Column, ...]:
        """The columns that the operation added to the shipped ones."""
        return tuple(c for c in self.columns if c.added)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every column key, in the template's order."""
        return tuple(c.key for c in self.columns)

    def column(self, key: str) -> Column:
        """Return a column; raises ``KeyError`` for a key the template does not have."""
        return self.by_key[key]

    def choices(self, column: Column) -> ChoiceList:
        """Return the list of a choice column."""
        if column.list is None:
            raise KeyError(column.key)
        return self.lists[column.list]

    @property
    def activity_types(self) -> ChoiceList:
        """The activity types; attributes: ``sub_sector``, ``unit``, ``counting_rule``."""
        return self.lists["activity_type"]

    def layout(self, name: str) -> Layout:
        """Return a layout; raises ``KeyError`` with the names there are."""
        try:
            return self.layouts[name]
        except KeyError:
            raise KeyError(f"{name} ({', '.join(sorted(self.layouts))})") from None


def _labels(raw: object, where: str) -> Labels:
    if isinstance(raw, str):
        return {"*": raw}
    if isinstance(raw, Mapping):
        return {str(k): str(v) for k, v in raw.items()}
    raise DeclarationError(f"{where}: labels are missing")


def _condition(raw: object) -> bool | Condition:
    if isinstance(raw, Mapping):
        return Condition({str(k): tuple(str(x) for x in v) for k, v in raw.items()})
    return bool(raw)


def _column(raw: Mapping[str, Any]) -> Column:
    key = str(raw["key"])
    return Column(
        key=key,
        group=Group(raw["group"]),
        kind=Kind(raw["kind"]),
        labels=_labels(raw.get("label"), key),
        hxl=str(raw.get("hxl", "")),
        required=_condition(raw.get("required", False)),
        list=raw.get("list"),
        level=raw.get("level"),
        help=_labels(raw["help"], key) if "help" in raw else {},
        aliases=tuple(raw.get("aliases", ())),
        visibility=Visibility(raw.get("visibility", "public")),
        minimum=raw.get("minimum"),
        maximum=raw.get("maximum"),
        added=bool(raw.get("added", False)),
    )


_CHOICE_FIELDS = {"key", "label", "aliases"}


def _list(name: str, raw: list[Mapping[str, Any]]) -> ChoiceList:
    return ChoiceList(
        name,
        tuple(
            Choice(
                key=str(c["key"]),
                labels=_labels(c.get("label"), f"{name}.{c['key']}"),
                aliases=tuple(c.get("aliases", ())),
                attributes={k: str(v) for k, v in c.items() if k not in _CHOICE_FIELDS},
            )
            for c in raw
        ),
    )


def _rule(raw: Mapping[str, Any]) -> Rule:
    return Rule(
        code=str(raw["code"]),
        check=Check(raw["check"]),
        severity=Severity(raw["severity"]),
        a=str(raw.get("a", "")),
        b=str(raw.get("b", "")),
        total=str(raw.get("total", "")),
        parts=tuple(raw.get("parts", ())),
        columns=tuple(raw.get("columns", ())),
        values=tuple(raw.get("values", ())),
        attribute=str(raw.get("attribute", "")),
        low=float(raw.get("low", 0)),
        high=float(raw.get("high", 0)),
        only={str(k): tuple(v) for k, v in raw.get("only", {}).items()},
    )


def _layout(raw: Mapping[str, Any], columns: Mapping[str, Column]) -> Layout:
    name = str(raw["name"])
    shown = []
    for entry in raw["columns"]:
        key = str(entry["key"])
        if key not in columns:
            raise DeclarationError(f"layout {name}: no column {key}")
        column = columns[key]
        shown.append(
            LayoutColumn(
                key=key,
                header=_labels(entry["header"], f"{name}.{key}") if "header" in entry else column.labels,
                hxl=str(entry.get("hxl", "" if "header" in entry else column.hxl)),
                width=float(entry.get("width", 14)),
                only_when={str(k): tuple(v) for k, v in entry.get("only_when", {}).items()},
            )
        )
    return Layout(
        name=name,
        labels=_labels(raw["label"], name),
        sheet=_labels(raw["sheet"], name),
        columns=tuple(shown),
        group_row=bool(raw.get("group_row", False)),
        bilingual=bool(raw.get("bilingual", False)),
        hxl_row=bool(raw.get("hxl_row", True)),
        check_column=bool(raw.get("check_column", False)),
        texts={k: dict(v) for k, v in raw.get("texts", {}).items()},
    )


#: Checks that compare or add up figures, and the kinds of column that hold any.
_OF_FIGURES = frozenset((Check.NOT_ABOVE, Check.PARTS_SUM, Check.PARTS_WITHIN, Check.RATIO_BETWEEN))
_FIGURES = frozenset((Kind.COUNT, Kind.DECIMAL, Kind.MONEY, Kind.LATITUDE, Kind.LONGITUDE))


def _require_figures(rule: Rule, by_key: Mapping[str, Column]) -> None:
    """Refuse a rule that would compare or add up what is no figure."""
    if rule.check in _OF_FIGURES:
        for key in (rule.a, rule.b, rule.total, *rule.parts):
            if key and by_key[key].kind not in _FIGURES:
                raise DeclarationError(f"rule {rule.code}: column {key} holds no figures")


def parse(raw: Declaration) -> Template:
    """Return the template that a declaration describes.

    Raises:
        DeclarationError: two columns share a key, a choice column names no known list, an area column
            has no level, a rule or a layout names an unknown column.
    """
    columns = tuple(_column(c) for c in raw["columns"])
    by_key = {c.key: c for c in columns}
    if len(by_key) != len(columns):
        raise DeclarationError("two columns share a key")
    lists = {name: _list(name, entries) for name, entries in raw["lists"].items()}
    for column in columns:
        if column.kind in (Kind.CHOICE, Kind.CHOICES) and column.list not in lists:
            raise DeclarationError(f"column {column.key}: no list {column.list}")
        if column.kind in (Kind.AREA, Kind.PCODE) and column.level is None:
            raise DeclarationError(f"column {column.key}: an area needs a level")
    rules = tuple(_rule(r) for r in raw.get("rules", ()))
    for rule in rules:
        for key in (rule.a, rule.b, rule.total, *rule.parts, *rule.columns, *rule.only):
            if key and key not in by_key:
                raise DeclarationError(f"rule {rule.code}: no column {key}")
        _require_figures(rule, by_key)
    layouts = {str(entry["name"]): _layout(entry, by_key) for entry in raw.get("layouts", ())}
    return Template(str(raw["name"]), int(raw["version"]), columns, lists, rules, layouts, raw)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return tomllib.load(stream)


def shipped_declaration(name: str = "shelter") -> dict[str, Any]:
    """Return a shipped template as one JSON-able declaration: columns, rules, lists and layouts together.

    This is what an operation stores; the information manager changes its own copy.
    """
    raw = _read(DATA / "templates" / f"{name}.toml")
    raw["lists"] = {}
    for path in sorted((DATA / "lists").glob("*.toml")):
        raw["lists"].update(_read(path))
    raw["layouts"] = [_read(DATA / "layouts" / f"{layout}.toml") for layout in raw.pop("layout_names")]
    return raw


@lru_cache(maxsize=4)
def shipped(name: str = "shelter") -> Template:
    """Return a template that comes with the product."""
    return parse(shipped_declaration(name))
