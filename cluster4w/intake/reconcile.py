"""A row of the file becomes a row of the template: cells parsed, lists, organisations and places resolved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.intake.choices import Choices, language_of
from cluster4w.intake.column_cells import ColumnCells, Issues, read_cells
from cluster4w.intake.headers.map import Mapped
from cluster4w.intake.headers.wide import Differs, Parting, Slot, add_up, check_total
from cluster4w.intake.open import Cell
from cluster4w.intake.places.cells import Placed, Said
from cluster4w.intake.places.finder import PlaceFinder
from cluster4w.intake.places.organisations import OrganisationFinder
from cluster4w.intake.places.whereabouts import Whereabouts
from cluster4w.intake.read import ABSENT, Context, Issue, Parsed, as_text, date_of_parts, is_absent, parse
from cluster4w.record.places import fill_places
from cluster4w.record.queries.context import IntakeContext, Learned
from cluster4w.template.columns import Column
from cluster4w.template.completion import OUR_CLUSTER, complete
from cluster4w.template.kinds import Kind, Value, Values
from cluster4w.template.layouts import Layout
from cluster4w.template.text import fold

_PLACE_KEYS = tuple(f"adm{level}_{part}" for level in (1, 2, 3) for part in ("name", "pcode"))


@dataclass(slots=True)
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
    #: The group or month whose figures it has, in a sheet with columns of several.
    slot: Slot | None = None
    #: Totals of the file's row that are not the sum of its groups or months.
    differs: tuple[Differs, ...] = ()


#: A row as it stands in the file, and the indexes of its cells with an error value, which are blank.
FileCells = tuple[Sequence[Cell], Collection[int]]


def bounded(column: Column, parsed: Parsed) -> Parsed:
    """Return what was read of a cell, refusing a figure outside the bounds of its column."""
    value = parsed[0]
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return parsed
    low, high = column.minimum, column.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return parsed
    shown = {"low": "-" if low is None else f"{low:g}", "high": "-" if high is None else f"{high:g}"}
    return None, Issue("number.outside", shown)


@dataclass
class RowReader:
    """Reads the rows of one sheet. Every distinct cell of a column is read once."""

    context: IntakeContext
    columns: Sequence[Mapped]
    #: How the columns part the rows.
    wide: Parting
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
        self._context = Context.of(template, self.context.year(self.month))
        self._mapped = [c for c in self.columns if c.key]
        self._unmapped = [c for c in self.columns if not c.key and c.how != "ignored"]
        # Columns of choices to the language that the file writes them in.
        self._languages: dict[str, str | None] = {}
        # Cells whose choice was learned: (column key, cell) to the alias.
        self._learned: dict[tuple[str, Any], int] = {}
        # Donors and partners as they are written to how they are called, and to the alias that told.
        self._named: dict[tuple[str, str], tuple[str | None, int | None]] = {}
        # Place cells to what they came to, to the names and codes of all levels, and to what these lack.
        self._placed: dict[tuple[Value, ...], tuple[Placed, Values, list[str]]] = {}
        self._width = max((c.index for c in self.columns), default=-1) + 1
        apart = {c.index for columns in self.wide.slots.values() for c in columns}
        apart |= {c.index for c in (*self.wide.loose, *self.wide.overruled)}
        self._dates: dict[str, dict[str, int]] = {}
        for column in self._mapped:
            if column.part and column.key:
                self._dates.setdefault(column.key, {})[column.part] = column.index
        self._readers = self._readers_of(c for c in self._mapped if c.index not in apart and not c.part)
        self._cluster = next((r for r in self._readers if r.key == "cluster"), None)
        self._slots = {slot: self._readers_of(columns) for slot, columns in self.wide.slots.items()}
        self._sums = self.wide.sums(self._mapped, template)
        self._loose = self._readers_of(self.wide.loose)
        self._overruled = self._readers_of(self.wide.overruled)
        self._all = [*self._readers, *self._loose, *self._overruled]
        #: Figures of whole rows that could not be divided: column index to how many rows.
        self.undivided: dict[int, int] = {}
        keys = {c.key for c in self._mapped}
        self._place_keys = [key for key in _PLACE_KEYS if key in keys]
        self._whereabouts = Whereabouts(self.context.gazetteer, self.context.outlines)
        self._free = [k for k in ("programme_org", "implementing_partner", "donor") if k in keys]
        self._only_when = [
            (c.key, k, v[0])
            for c in (self.layout.columns if self.layout else ())
            for k, v in c.only_when.items()
            if len(v) == 1
        ]

    def _readers_of(self, columns: Iterable[Mapped]) -> list[ColumnCells]:
        template = self.context.template
        return [ColumnCells(c.index, c.key, self._reader(template.column(c.key))) for c in columns if c.key]

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
        return lambda cell: bounded(column, parse(kind, cell, self._context))

    def language_of(self, key: str) -> str | None:
        """Return the language of the choices of a column as far as it was read, else of all such columns.

        None where it is not plain. It is asked only when something is wrong, and answered once.
        """
        if key not in self._languages:
            template = self.context.template
            told = [r for r in self._everywhere() if template.column(r.key).list]
            mine = [r for r in told if r.key == key]
            self._languages[key] = self._spoken(mine) or self._spoken(told)
        return self._languages[key]

    def _everywhere(self) -> Iterator[ColumnCells]:
        yield from self._all
        for readers in self._slots.values():
            yield from readers

    def _spoken(self, readers: Sequence[ColumnCells]) -> str | None:
        template = self.context.template
        texts = (as_text(c) for r in readers for c, value in r.different().items() if value is not None)
        columns = dict.fromkeys(r.key for r in readers)
        return language_of(
            texts, (c.labels for key in columns for c in template.choices(template.column(key)))
        )

    def different_cells(self) -> Iterator[tuple[str, dict[Cell, Value]]]:
        """Yield each column's different cells with their values; None for one that something is said of."""
        for column in self._readers:
            yield column.key, column.different()

    def read_all(self, rows: Sequence[FileCells]) -> list[list[ReadRow]]:
        """Return what rows of the file become: each one row, or one for each group or month with figures.

        No row comes back for one without a figure in any month; one of another cluster comes back with
        nothing but its cluster.
        """
        whole = [(self._whole(row), failed) for row, failed in rows]
        others = [self._other_cluster(row) for row, _ in whole]
        ours = [said for said, other in zip(whole, others, strict=True) if other is None]
        if self._slots:
            found = iter([self._parted(row, failed) for row, failed in ours])
        else:
            found = iter([[read] for read in self._read([row for row, _ in ours])])
        return [[ReadRow({}, [], None, {}, other)] if other is not None else next(found) for other in others]

    def _read(self, rows: Sequence[Sequence[Cell]]) -> list[ReadRow]:
        """Return rows of our cluster, each as one row."""
        read = []
        sums = self._sums[None]
        for row, (values, issues) in zip(rows, self._cells(rows, self._all), strict=True):
            if sums:
                add_up(values, sums)
            read.append(self._finished(row, values, issues))
        return read

    def _parted(self, row: Sequence[Cell], failed: Collection[int]) -> list[ReadRow]:
        """Return what a row becomes in a sheet with columns of several groups or months."""
        filled = {}
        for slot, readers in self._slots.items():
            [said] = self._cells([row], readers, dates=False)
            add_up(said[0], self._sums[slot])
            if said[0] or said[1] or any(reader.index in failed for reader in readers):
                filled[slot] = said
        if not filled:
            [whole] = self._read([row])
            # Without a figure nothing says of which month the row speaks.
            lost = self.wide.by_month and not whole.values.get("period")
            return [] if lost else [whole]
        rest, kept, differs = self._whole_figures(row, filled)
        rows: list[ReadRow] = []
        for slot, (figures, problems) in filled.items():
            [(values, issues)] = self._cells([row], self._readers)
            values.update(figures)
            values.update(slot.values)
            issues += problems
            if not rows:
                values.update(rest[0])
                issues += rest[1]
            read = self._finished(row, values, issues)
            read.slot = slot
            if not rows:
                read.extra.update(kept)
                read.differs = differs
            rows.append(read)
        return rows

    def _whole_figures(
        self, row: Sequence[Cell], filled: Mapping[Slot, tuple[Values, Issues]]
    ) -> tuple[tuple[Values, Issues], dict[str, Any], tuple[Differs, ...]]:
        """Return what becomes of the cells that speak for all groups and months of a row together.

        First what the first row gets of them, then what is kept beside it, then the totals that are wrong.
        """
        values: Values = {}
        issues: Issues = []
        kept: dict[str, Any] = {}
        differs: list[Differs] = []
        parts = [figures for figures, _ in filled.values()]
        summed = {k for slot in self._slots for k in self.wide.keys_of(slot)}
        summed |= {total for slot in self._slots for total, _ in self._sums[slot]}
        for column, reader in zip(self.wide.loose, self._loose, strict=True):
            [(said, problems)] = self._cells([row], [reader], dates=False)
            issues += problems
            value = said.get(reader.key)
            if value is None:
                continue
            if reader.key in summed:
                if (other := check_total(column, value, parts)) is not None:
                    differs.append(other)
                    kept[column.header] = as_text(row[column.index])
            elif len(filled) == 1 and not self.wide.by_month:
                values[reader.key] = value
            else:
                kept[column.header] = as_text(row[column.index])
                self.undivided[column.index] = self.undivided.get(column.index, 0) + 1
        for column in self.wide.overruled:
            text = as_text(row[column.index])
            if not is_absent(text):
                kept[column.header] = text
        return (values, issues), kept, tuple(differs)

    def _whole(self, row: Sequence[Cell]) -> Sequence[Cell]:
        return row if len(row) >= self._width else [*row, *([""] * (self._width - len(row)))]

    def _other_cluster(self, row: Sequence[Cell]) -> str | None:
        """Return the cluster of a row that is not ours, where those are set aside."""
        if self._cluster is None or self.all_clusters or (cell := row[self._cluster.index]) == "":
            return None
        said = self._cluster[cell]
        return str(said) if said is not None and said != OUR_CLUSTER else None

    def _cells(
        self, rows: Sequence[Sequence[Cell]], columns: Sequence[ColumnCells], *, dates: bool = True
    ) -> list[tuple[Values, Issues]]:
        """Return what the cells of some columns say, row by row, and what there is to say of them."""
        said, odd = read_cells(rows, columns)
        found = [(values, odd.get(at, [])) for at, values in enumerate(said)]
        if dates and self._dates:
            for row, (values, issues) in zip(rows, found, strict=True):
                self._add_dates(row, values, issues)
        return found

    def _add_dates(self, row: Sequence[Cell], values: Values, issues: Issues) -> None:
        """Add the dates whose day, month and year stand in columns of their own."""
        for key, parts in self._dates.items():
            value, issue = date_of_parts(
                self.context.template.column(key).kind,
                {p: row[i] for p, i in parts.items()},
                self._context,
            )
            if issue is not None:
                issues.append((key, issue))
            if value is not None:
                values[key] = value

    def _finished(self, row: Sequence[Cell], values: Values, issues: Issues) -> ReadRow:
        """Return a row with its organisations and places found, and what follows from its cells filled in."""
        learned: list[int] = []
        if self._learned:
            said_of = ((reader.key, row[reader.index]) for reader in self._readers)
            learned.extend(id_ for said in said_of if (id_ := self._learned.get(said)) is not None)
        self._derive(values)
        organisation_id = self._organisation(values, issues, learned)
        kept: dict[str, Any] = {}
        if self._place_keys:
            kept = self._place(values, issues, learned)
            if "latitude" in values and "longitude" in values:
                issues.extend(self._whereabouts.issues(values))
        for key in self._free:
            if (text := values.get(key)) is not None:
                values[key] = self._registered(key, str(text), learned)
        complete(values, self.context.template)
        for column in self._unmapped:
            if (cell := row[column.index]) != "" and not is_absent(text := as_text(cell)):
                kept.setdefault(column.header, text)
        return ReadRow(values, issues, organisation_id, kept, learned=tuple(learned))

    def _derive(self, values: Values) -> None:
        if self.month and values.get("period") is None:
            values["period"] = self.month
        for key, other, value in self._only_when:
            if values.get(key) is not None and values.get(other) is None:
                values[other] = value
        if self.sub_sector and values.get("sub_sector") is None:
            values["sub_sector"] = self.sub_sector

    def _organisation(self, values: Values, issues: Issues, learned: list[int]) -> int | None:
        acronym, name, type_ = map(values.get, ("org_acronym", "org_name", "org_type"))
        found = self.organisations.find(str(acronym or ""), str(name or ""), str(type_ or ""))
        if found.issue:
            issues.append(found.issue)
        if found.learned is not None:
            learned.append(found.learned)
        if found.agency is None:
            return None
        values["org_acronym"], values["org_name"] = found.agency.acronym, found.agency.name
        values["org_type"] = found.agency.type
        return found.agency.id

    def _place(self, values: Values, issues: Issues, learned: list[int]) -> dict[str, Any]:
        """Set a row's places; returns the text that belongs with the row and has no column of its own."""
        typed = tuple(map(values.get, self._place_keys))
        known = self._placed.get(typed)
        if known is None:
            said: Said = tuple([str(values.get(k) or "") for k in _PLACE_KEYS])  # type: ignore[assignment]
            placed = self.places.find(said)
            filled = fill_places(dict(placed.values), self.context.gazetteer)
            known = self._placed[typed] = (placed, filled, [k for k in self._place_keys if k not in filled])
        placed, filled, lacking = known
        for key in lacking:
            values.pop(key, None)
        if placed.issues:
            issues.extend(placed.issues)
        if placed.learned:
            learned.extend(placed.learned)
        values.update(filled)
        if placed.kept is None:
            return {}
        at, text = placed.kept
        if "site_name" in self.context.template.by_key and values.get("site_name") is None:
            values["site_name"] = text
            return {}
        return {next((c.header for c in self._mapped if c.key == at), at): text}

    def _registered(self, key: str, text: str, learned: list[int]) -> Value:
        """Return how the register calls a donor or a partner; what nobody registered stays as it is."""
        named = self._named.get((key, text))
        if named is None:
            named = self._named[key, text] = self._name_of(key, text)
        name, alias = named
        if name is None:
            self.unregistered[(key, text)] = self.unregistered.get((key, text), 0) + 1
            return text
        if alias is not None:
            learned.append(alias)
        return name

    def _name_of(self, key: str, text: str) -> tuple[str | None, int | None]:
        """Return the acronym that an organisation has alone, else its name, and the alias that told."""
        found = self.organisations.registered(key, text)
        if (agency := found.agency) is None:
            return None, None
        alone = self.organisations.registered(key, agency.acronym).agency is agency
        return agency.acronym if alone else agency.name, found.learned


__all__ = ["ABSENT", "ReadRow", "RowReader"]
