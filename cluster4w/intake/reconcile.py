"""A row of the file becomes a row of the template: cells parsed, lists, organisations and places resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from cluster4w.intake.asking import ask
from cluster4w.intake.map import Mapped
from cluster4w.intake.open import Cell
from cluster4w.intake.organisations import OrganisationFinder
from cluster4w.intake.places import PlaceFinder, Said
from cluster4w.intake.read import ABSENT, Context, Issue, Parsed, as_text, is_absent, parse
from cluster4w.record.places import fill_places
from cluster4w.record.queries.context import IntakeContext, Learned
from cluster4w.template.columns import Column
from cluster4w.template.completion import OUR_CLUSTER, complete
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value, Values
from cluster4w.template.language import DEFAULT_LANGUAGE, Labels, label, listed
from cluster4w.template.layouts import Layout
from cluster4w.template.lists import Choice
from cluster4w.template.text import fold

#: A choice this alike is suggested.
SUGGEST = 70.0

_PLACE_KEYS = tuple(f"adm{level}_{part}" for level in (1, 2, 3) for part in ("name", "pcode"))
_WHO = ("org_acronym", "org_name")

#: (column key, issue) pairs of one row.
Issues = list[tuple[str, Issue]]


@dataclass
class ReadRow:
    """One row as it was read: values by key, what there is to say, and what nobody recognised."""

    values: Values
    issues: Issues
    organisation_id: int | None
    extra: dict[str, Any]
    #: The cluster that the row belongs to when it is not ours: it is set aside.
    other_cluster: str | None = None
    #: The aliases that applied to its cells.
    learned: tuple[int, ...] = ()


class Choices:
    """The spellings of one list: labels, aliases, the layouts' own texts, and what people confirmed."""

    def __init__(
        self, column: Column, template: Template, layout: Layout | None, confirmed: Mapping[str, Learned]
    ) -> None:
        self.key = column.key
        self.list = template.choices(column)
        self.layout_texts = dict(layout.texts.get(self.list.name, {})) if layout else {}
        self.spellings = self.list.by_spelling()
        for known in template.layouts.values():
            for key, text in known.texts.get(self.list.name, {}).items():
                self.spellings.setdefault(fold(text), key)
        for key, text in self.layout_texts.items():
            self.spellings[fold(text)] = key
        self.learned: dict[str, int] = {}
        for folded, (target, id_) in confirmed.items():
            if folded not in self.spellings and self.list.get(target):
                self.spellings[folded], self.learned[folded] = target, id_

    def find(self, text: str) -> tuple[str | None, Issue | None]:
        """Return the key of a choice, or what to say."""
        key = self.spellings.get(fold(text))
        if key is not None:
            return key, None
        best = process.extractOne(fold(text), self.spellings.keys(), scorer=fuzz.WRatio, score_cutoff=SUGGEST)
        suggestion = None
        if best is not None:
            found = self.spellings[best[0]]
            choice = self.list.get(found)
            suggestion = label(self._shown(choice), DEFAULT_LANGUAGE) if choice else found
        known = listed(self._shown(choice) for choice in list(self.list)[:12])
        params = {"known": known, **ask("choice", self.key, text, (c.key for c in self._near(text)))}
        return None, Issue("choice.unknown", params, suggestion)

    def _near(self, text: str) -> list[Choice]:
        """Return the choices that are most like a text, best first."""
        near = process.extract(fold(text), self.spellings.keys(), scorer=fuzz.WRatio, limit=12)
        keys = dict.fromkeys(self.spellings[spelling] for spelling, _, _ in near)
        return [choice for key in keys if (choice := self.list.get(key))]

    def _shown(self, choice: Choice) -> Labels:
        """Return a choice as the file's layout writes it: some layouts have one text for all languages."""
        fixed = self.layout_texts.get(choice.key)
        return {DEFAULT_LANGUAGE: fixed} if fixed else choice.labels


@dataclass
class RowReader:
    """Reads the rows of one sheet. Every distinct cell of a column is read once."""

    context: IntakeContext
    columns: Sequence[Mapped]
    layout: Layout | None
    places: PlaceFinder
    organisations: OrganisationFinder
    month: str | None
    all_clusters: bool
    #: Sub-sector that the sheet's name gives ("BNA"), where there is no such column.
    sub_sector: str | None = None
    #: Free organisations that no register knows: (key, text) to how many rows.
    unregistered: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        template = self.context.template
        plan = self.context.operation
        same_year = plan.plan_start.year == plan.plan_end.year
        year = int(self.month[:4]) if self.month else plan.plan_start.year if same_year else None
        yes_no = template.lists["yes_no"].by_spelling() if "yes_no" in template.lists else {}
        self._context = Context(yes_no, year)
        self._mapped = [c for c in self.columns if c.key]
        self._unmapped = [c for c in self.columns if not c.key and c.how != "ignored"]
        # Cells whose choice was learned: (column key, cell) to the alias.
        self._learned: dict[tuple[str, Any], int] = {}
        self._width = max((c.index for c in self.columns), default=-1) + 1
        self._cluster = next((c for c in self._mapped if c.key == "cluster"), None)
        self._readers: list[tuple[int, str, dict[Any, Parsed], Callable[[Cell], Parsed]]] = [
            (c.index, c.key, {}, self._reader(template.column(c.key))) for c in self._mapped if c.key
        ]
        keys = {c.key for c in self._mapped}
        self._has_places = bool(keys & set(_PLACE_KEYS))
        self._free = [k for k in ("programme_org", "implementing_partner", "donor") if k in keys]
        self._only_when = [
            (c.key, k, v[0])
            for c in (self.layout.columns if self.layout else ())
            for k, v in c.only_when.items()
            if len(v) == 1
        ]

    def _confirmed(self, key: str) -> dict[str, Learned]:
        learned = self.context.learned("choice")
        return {folded: said for (context, folded), said in learned.items() if context == key}

    def _reader(self, column: Column) -> Callable[[Cell], Parsed]:
        kind = column.kind
        if kind in (Kind.CHOICE, Kind.CHOICES):
            choices = Choices(column, self.context.template, self.layout, self._confirmed(column.key))

            def choose(cell: Cell) -> Parsed:
                value, issue = parse(kind, cell, self._context)
                if isinstance(value, tuple):
                    found = [choices.find(text) for text in value]
                    bad = next((i for _, i in found if i), None)
                    return (None, bad) if bad else (tuple(k for k, _ in found if k), None)
                if not isinstance(value, str):
                    return value, issue
                if (learned := choices.learned.get(fold(value))) is not None:
                    self._learned[(column.key, cell)] = learned
                return choices.find(value)

            return choose
        low, high = column.minimum, column.maximum

        def read(cell: Cell) -> Parsed:
            value, issue = parse(kind, cell, self._context)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                outside = (low is not None and value < low) or (high is not None and value > high)
                if outside:
                    shown = {
                        "low": "-" if low is None else f"{low:g}",
                        "high": "-" if high is None else f"{high:g}",
                    }
                    return None, Issue("number.outside", shown)
            return value, issue

        return read

    def read(self, row: Sequence[Cell]) -> ReadRow:
        """Return a row; one of another cluster comes back with nothing but its cluster."""
        if len(row) < self._width:
            row = [*row, *([""] * (self._width - len(row)))]
        values: Values = {}
        issues: Issues = []
        if self._cluster is not None and not self.all_clusters and (cell := row[self._cluster.index]) != "":
            _, _, memo, reader = self._readers[self._mapped.index(self._cluster)]
            said = memo.get(cell) or memo.setdefault(cell, reader(cell))
            if said[0] is not None and said[0] != OUR_CLUSTER:
                return ReadRow(values, issues, None, {}, str(said[0]))
        for index, key, memo, reader in self._readers:
            cell = row[index]
            if cell == "":
                continue
            # True equals 1.0 as a dictionary key, and a yes is no number.
            known = cell if cell.__class__ is str else (cell.__class__, cell)
            parsed = memo.get(known)
            if parsed is None:
                parsed = memo[known] = reader(cell)
            if parsed[1] is not None:
                issues.append((key, parsed[1]))
            if parsed[0] is not None:
                values[key] = parsed[0]
        learned: list[int] = []
        if self._learned:
            said_of = ((key, row[index]) for index, key, _, _ in self._readers)
            learned.extend(id_ for said in said_of if (id_ := self._learned.get(said)) is not None)
        self._derive(values)
        organisation_id = self._organisation(values, issues, learned)
        if self._has_places:
            self._place(values, issues, learned)
        for key in self._free:
            if (text := values.get(key)) is not None:
                values[key] = self._registered(key, str(text), learned)
        complete(values, self.context.template)
        extra = {
            c.header: as_text(cell)
            for c in self._unmapped
            if (cell := row[c.index]) != "" and not is_absent(as_text(cell))
        }
        return ReadRow(values, issues, organisation_id, extra, learned=tuple(learned))

    def _derive(self, values: Values) -> None:
        if self.month and values.get("period") is None:
            values["period"] = self.month
        for key, other, value in self._only_when:
            if values.get(key) is not None and values.get(other) is None:
                values[other] = value
        if self.sub_sector and values.get("sub_sector") is None:
            values["sub_sector"] = self.sub_sector

    def _organisation(self, values: Values, issues: Issues, learned: list[int]) -> int | None:
        acronym, name, type_ = (str(values.get(k) or "") for k in (*_WHO, "org_type"))
        found = self.organisations.find(acronym, name, type_)
        if found.issue:
            issues.append(found.issue)
        if found.learned is not None:
            learned.append(found.learned)
        if found.agency is None:
            return None
        values["org_acronym"], values["org_name"] = found.agency.acronym, found.agency.name
        values["org_type"] = found.agency.type
        return found.agency.id

    def _place(self, values: Values, issues: Issues, learned: list[int]) -> None:
        said: Said = tuple(str(values.pop(k, None) or "") for k in _PLACE_KEYS)  # type: ignore[assignment]
        placed = self.places.find(said)
        if placed.issues:
            issues.extend(placed.issues)
        learned.extend(placed.learned)
        values.update(placed.values)
        fill_places(values, self.context.gazetteer)

    def _registered(self, key: str, text: str, learned: list[int]) -> Value:
        found = self.organisations.registered(key, text)
        agency = found.agency
        if agency is None:
            self.unregistered[(key, text)] = self.unregistered.get((key, text), 0) + 1
            return text
        if found.learned is not None:
            learned.append(found.learned)
        alone = self.organisations.registered(key, agency.acronym).agency is agency
        return agency.acronym if alone else agency.name


__all__ = ["ABSENT", "Choices", "ReadRow", "RowReader"]
