"""The hidden sheet that feeds the drop-downs and the p-code formulas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from cluster4w.publish.figures import month as month_words
from cluster4w.publish.workbooks.cells import choice_text
from cluster4w.publish.workbooks.styles import put
from cluster4w.record.gazetteer import Gazetteer, Place
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.declaration import Template
from cluster4w.template.language import LANGUAGES
from cluster4w.template.layouts import LISTS_SHEET, Layout
from cluster4w.template.lists import Choice
from cluster4w.template.text import fold

#: Between the names of a place's key: region|cercle|commune.
JOINT = "|"
_FIRST_ROW = 2


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of the hidden sheet: its letter and its last row; the first one is 2, below a title."""

    letter: str
    last: int

    @property
    def reference(self) -> str:
        """The whole list, for example ``_lists!$C$2:$C$51``."""
        return f"{LISTS_SHEET}!${self.letter}${_FIRST_ROW}:${self.letter}${self.last}"

    @property
    def title(self) -> str:
        """The cell above the list, from which an offset counts."""
        return f"{LISTS_SHEET}!${self.letter}$1"

    def entry(self, index: int) -> str:
        """Return the cell of an entry, counted from 0."""
        return f"{LISTS_SHEET}!${self.letter}${_FIRST_ROW + index}"


@dataclass(frozen=True, slots=True)
class Dependent:
    """A list in which each entry stands under its parent; the entries of a parent stand together."""

    parents: Cells
    labels: Cells

    def formula(self, parent: str) -> str:
        """Return the formula of the entries under a parent, given by an expression of cells.

        Positions are counted, names are not: a name may occur under any number of parents.
        """
        keys = self.parents.reference
        return f"OFFSET({self.labels.title},MATCH({parent},{keys},0),0,COUNTIF({keys},{parent}),1)"


@dataclass(frozen=True, slots=True)
class PlaceLists:
    """The places of a level: names as the drop-down shows them, keys from region down, and codes."""

    labels: Cells
    keys: Cells
    codes: Cells
    dependent: Dependent | None


@dataclass
class Lists:
    """What the other sheets refer to."""

    #: List name to the texts of its choices.
    choices: dict[str, Cells] = field(default_factory=dict)
    #: Activity types under the text of their sub-sector.
    activity_types: Dependent | None = None
    places: dict[int, PlaceLists] = field(default_factory=dict)
    acronyms: Cells | None = None
    #: Beside ``acronyms``: the name and the type; empty where two organisations share the acronym.
    names_by_acronym: Cells | None = None
    types_by_acronym: Cells | None = None
    names: Cells | None = None
    months: Cells | None = None
    #: What this workbook fills in by itself, by column key.
    own: dict[str, str] = field(default_factory=dict)
    #: List name to every spelling that the check knows, and beside it the key of its entry.
    spellings: dict[str, tuple[Cells, Cells]] = field(default_factory=dict)
    #: (list name, attribute) to what the entries say of it, beside the spellings.
    attributes: dict[tuple[str, str], Cells] = field(default_factory=dict)
    #: The same for the months of the plan: ``mai 2016`` beside ``2016-05``.
    month_spellings: Cells | None = None
    month_keys: Cells | None = None


class ListSheet:
    """The hidden sheet while it is filled, column by column."""

    def __init__(self, book: Workbook) -> None:
        self._page = book.create_sheet(LISTS_SHEET)
        self._page.sheet_state = "hidden"
        self._columns = 0

    def add(self, title: str, texts: Iterable[str]) -> Cells | None:
        """Add a list; None, and no column, when it is empty."""
        entries = list(texts)
        if not entries:
            return None
        self._columns += 1
        put(self._page, 1, self._columns, title)
        for row, text in enumerate(entries, _FIRST_ROW):
            if text:
                put(self._page, row, self._columns, text)
        return Cells(get_column_letter(self._columns), _FIRST_ROW + len(entries) - 1)


def place_labels(places: Sequence[Place]) -> list[str]:
    """Return what a drop-down shows of places under one parent: the code too where two names are equal."""
    names = Counter(fold(place.name) for place in places)
    return [p.name if names[fold(p.name)] == 1 else f"{p.name} ({p.pcode})" for p in places]


def write_lists(
    sheet: ListSheet,
    template: Template,
    layout: Layout,
    language: str,
    gazetteer: Gazetteer,
    agencies: Sequence[Agency],
    months: Sequence[str],
    own: dict[str, str],
) -> Lists:
    """Fill the hidden sheet; returns where everything stands in it.

    Args:
        own: Texts that this workbook fills in by itself, by column key (its organisation, its month).
    """
    lists = Lists()
    shown = {template.column(key).list for key in layout.keys} - {None}
    for name in sorted(str(n) for n in shown):
        texts = [choice_text(template, layout, name, c.key, language) for c in template.lists[name]]
        if (cells := sheet.add(name, dict.fromkeys(texts))) is not None:
            lists.choices[name] = cells
    if any(template.column(key).kind == "yes_no" for key in layout.keys):
        texts = [choice_text(template, layout, "yes_no", key, language) for key in ("yes", "no")]
        if (cells := sheet.add("yes_no", texts)) is not None:
            lists.choices["yes_no"] = cells
    lists.activity_types = _activity_types(sheet, template, layout, language)
    lists.places = _places(sheet, gazetteer)
    _organisations(sheet, lists, template, layout, language, agencies)
    lists.months = sheet.add("month", months)
    if (cells := sheet.add("own", own.values())) is not None:
        lists.own = {key: cells.entry(index) for index, key in enumerate(own)}
    return lists


def _activity_types(sheet: ListSheet, template: Template, layout: Layout, language: str) -> Dependent | None:
    entries = [
        (
            choice_text(template, layout, "sub_sector", choice.attributes["sub_sector"], language),
            choice_text(template, layout, "activity_type", choice.key, language),
        )
        for sub_sector in template.lists["sub_sector"]
        for choice in template.activity_types
        if choice.attributes.get("sub_sector") == sub_sector.key
    ]
    parents = sheet.add("activity_type: sub_sector", (parent for parent, _ in entries))
    labels = sheet.add("activity_type by sub_sector", (text for _, text in entries))
    return Dependent(parents, labels) if parents and labels else None


def _places(sheet: ListSheet, gazetteer: Gazetteer) -> dict[int, PlaceLists]:
    found: dict[int, PlaceLists] = {}
    #: Code and key of each parent of the level at hand; the country has neither.
    above: list[tuple[str | None, str]] = [(None, "")]
    for level in range(1, gazetteer.deepest + 1):
        rows = [
            (parent_key, label, f"{parent_key}{JOINT}{label}" if parent_key else label, place.pcode)
            for parent_code, parent_key in above
            for children in [gazetteer.children.get(parent_code, ())]
            for place, label in zip(children, place_labels(children), strict=True)
        ]
        parents = sheet.add(f"adm{level}: parent", (r[0] for r in rows)) if level > 1 else None
        labels = sheet.add(f"adm{level}", (r[1] for r in rows))
        keys = sheet.add(f"adm{level}: key", (r[2] for r in rows))
        codes = sheet.add(f"adm{level}: code", (r[3] for r in rows))
        if labels and keys and codes:
            dependent = Dependent(parents, labels) if parents else None
            found[level] = PlaceLists(labels, keys, codes, dependent)
        above = [(code, key) for _, _, key, code in rows]
    return found


def _organisations(
    sheet: ListSheet,
    lists: Lists,
    template: Template,
    layout: Layout,
    language: str,
    agencies: Sequence[Agency],
) -> None:
    by_acronym: dict[str, list[Agency]] = {}
    for agency in agencies:
        by_acronym.setdefault(agency.acronym, []).append(agency)
    lists.acronyms = sheet.add("organisation", by_acronym)
    lists.names_by_acronym = sheet.add(
        "organisation: name", (a[0].name if len(a) == 1 else "" for a in by_acronym.values())
    )
    lists.types_by_acronym = sheet.add(
        "organisation: type",
        (
            choice_text(template, layout, "org_type", a[0].type, language) if len(a) == 1 else ""
            for a in by_acronym.values()
        ),
    )
    lists.names = sheet.add("organisation name", dict.fromkeys(a.name for a in agencies))


def write_spellings(
    sheet: ListSheet,
    lists: Lists,
    template: Template,
    layout: Layout,
    months: Sequence[str],
    asked: Collection[tuple[str, str]],
) -> None:
    """Add what formulas need to understand a choice as the check does: its spellings in any language.

    Args:
        asked: (list name, attribute) of which formulas ask what the entries say.
    """
    for name in sorted(lists.choices):
        choices = template.lists[name]
        texts = layout.texts.get(name, {})
        found: dict[str, Choice] = {}
        for choice in choices:
            for spelling in filter(None, (texts.get(choice.key, ""), *choice.spellings())):
                # Programs take capitals and small letters for one, as the check does.
                found.setdefault(spelling.casefold(), choice)
        spelled = sheet.add(f"{name}: spelling", found)
        keys = sheet.add(f"{name}: key", (choice.key for choice in found.values()))
        if spelled is None or keys is None:
            continue
        lists.spellings[name] = (spelled, keys)
        for attribute in dict.fromkeys(a for list_, a in asked if list_ == name):
            values = [choice.attributes.get(attribute, "") for choice in found.values()]
            if any(values) and (cells := sheet.add(f"{name}: {attribute}", values)) is not None:
                lists.attributes[(name, attribute)] = cells
    worded = {
        text: key for key in months for text in (key, *(month_words(key, other) for other in LANGUAGES))
    }
    lists.month_spellings = sheet.add("month: spelling", worded)
    lists.month_keys = sheet.add("month: key", worded.values())
