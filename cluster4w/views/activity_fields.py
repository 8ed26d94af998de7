"""The form of one activity, built from the operation's template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never

from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, Form, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.widgets import DateInput, html_params

from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.organisations import Agency
from cluster4w.template.columns import Column, Group
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind, Value, Values
from cluster4w.template.language import label
from cluster4w.template.text import fold, printable
from cluster4w.views.pairs import pair_base, pair_keys, pair_words

#: Three fields stand for the columns of the reporting organisation and of the six place columns.
ORGANISATION, PLACE, COMMUNE = "organisation", "place", "commune"
#: The deepest level that the form asks by code or by name.
COMMUNE_LEVEL = 3
#: The cluster follows from the operation; the row id, and the organisation's name and type, are not typed.
NOT_ASKED = frozenset({"row_id", "cluster", "org_acronym", "org_name", "org_type"})
#: With more communes than this the select is too heavy for a slow line: the name is typed instead.
MOST_COMMUNES = 900


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the form needs beside the template; ``agencies`` is empty where the organisation is settled."""

    template: Template
    gazetteer: Gazetteer
    language: str
    #: (month, words, locked)
    months: Sequence[tuple[str, str, bool]]
    agencies: Sequence[Agency] = ()
    #: Names that the fields of free organisations suggest.
    known: Sequence[str] = field(default=())


def form_class(around: Surroundings) -> type[Form]:
    """Return the form: a field per column, in the template's order, and the three of who and where."""
    fields: dict[str, Any] = {}
    for column in around.template.columns:
        if column.key == "org_acronym" and around.agencies:
            fields[ORGANISATION] = _agency_field(column, around)
        if column.key == "adm1_name":
            fields[PLACE] = _place_field(around)
            fields[COMMUNE] = _commune_field(around)
        if column.key not in NOT_ASKED and (made := field_of_column(column, around)) is not None:
            fields[column.key] = made
    return type("ActivityForm", (Form,), fields)


def field_of_column(column: Column, around: Surroundings) -> Any:
    """Return the field of a column; None for columns that another field stands for."""
    common: dict[str, Any] = {
        "label": _label(column, around),
        "description": label(column.help, around.language) if column.help else "",
    }
    attributes: dict[str, Any] = {"autocomplete": "off"}
    if column.required is True:
        attributes["aria-required"] = "true"
    common["render_kw"] = attributes
    match column.kind:
        case Kind.TEXT:
            return StringField(filters=[sane], **common)
        case Kind.LONG_TEXT:
            return TextAreaField(filters=[sane], **common)
        case Kind.COUNT:
            attributes["inputmode"] = "numeric"
            return StringField(filters=[sane], **common)
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            attributes["inputmode"] = "decimal"
            return StringField(filters=[sane], **common)
        case Kind.DAY:
            return StringField(widget=DateInput(), filters=[sane], **common)
        case Kind.MONTH:
            return SelectField(choices=_months(around), validate_choice=False, **common)
        case Kind.CHOICE:
            return SelectField(choices=_choices(column, around), validate_choice=False, **common)
        case Kind.CHOICES:
            return SelectMultipleField(choices=_choices(column, around)[1:], validate_choice=False, **common)
        case Kind.YES_NO:
            words = [("", gettext("not said")), ("yes", gettext("Yes")), ("no", gettext("No"))]
            return SelectField(choices=[SelectChoice(*w) for w in words], validate_choice=False, **common)
        case Kind.ORGANISATION:
            attributes["list"] = "organisations"
            return StringField(filters=[sane], **common)
        case Kind.AREA | Kind.PCODE | Kind.ROW_ID:
            return None
        case _:
            assert_never(column.kind)


def sane(text: str | None) -> str | None:
    """Return what was typed without characters that no page can show; blanks and line breaks stay."""
    return "".join(c for c in text if c.isprintable() or c in "\n\r\t\u00a0\u202f") if text else text


def _label(column: Column, around: Surroundings) -> str:
    return label(column.labels, around.language) + (" *" if column.required is True else "")


def _months(around: Surroundings) -> list[SelectChoice]:
    found = [SelectChoice("", gettext("Choose…"))]
    for month, words, locked in around.months:
        if locked:
            words = gettext("%(month)s (locked)", month=words)
        found.append(SelectChoice(month, words, {"disabled": True} if locked else {}))
    return found


def _choices(column: Column, around: Surroundings) -> list[SelectChoice]:
    """Return a column's choices after an empty one; activity types stand under their sub-sector."""
    first = SelectChoice("", gettext("Choose…") if column.required is True else gettext("not said"))
    if column.key == "sub_sector":
        first = SelectChoice("", gettext("as the activity type says"))
    sub_sectors = around.template.lists.get("sub_sector")
    found = []
    for choice in around.template.choices(column):
        sub = choice.attributes.get("sub_sector")
        above = sub_sectors.label(sub, around.language) if sub and sub_sectors else None
        words = label(choice.labels, around.language)
        found.append(SelectChoice(choice.key, words, optgroup=above))
    return [first, *sorted(found, key=lambda c: c.optgroup or "")]


def _agency_field(column: Column, around: Surroundings) -> SelectField:
    options = [SelectChoice(str(a.id), f"{a.acronym} · {a.name}") for a in around.agencies]
    return SelectField(
        gettext("Reporting organisation") + " *",
        choices=[SelectChoice("", gettext("Choose…")), *options],
        validate_choice=False,
        render_kw={"aria-required": "true"},
    )


# --- places -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Within:
    """Places of one parent, in a select: the parent's code and words, then (code, name) of each."""

    pcode: str
    words: str
    places: tuple[tuple[str, str], ...]


class PlaceSelect:
    """A select whose groups say which area they belong to, so that a script can narrow it."""

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        """Return the markup."""
        attributes.setdefault("id", field.id)
        parts = [f"<select {html_params(name=field.name, **attributes)}>"]
        parts.append(self._option("", field.empty, field.data))
        for group in field.groups:
            parts.append(f"<optgroup {html_params(label=group.words, data_within=group.pcode)}>")
            parts += [self._option(code, name, field.data) for code, name in group.places]
            parts.append("</optgroup>")
        return Markup("".join([*parts, "</select>"]))  # noqa: S704 - every part is escaped by html_params

    @staticmethod
    def _option(code: str, name: str, chosen: str | None) -> str:
        more = {"selected": True} if code and code == chosen else {}
        return f"<option {html_params(value=code, **more)}>{Markup.escape(name)}</option>"


class PlaceField(StringField):
    """One place out of many, by code."""

    widget = PlaceSelect()

    def __init__(self, *args: Any, groups: Sequence[Within] = (), empty: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups, self.empty = groups, empty


def _place_field(around: Surroundings) -> PlaceField:
    gazetteer = around.gazetteer
    groups = [
        Within(
            region.pcode,
            region.name,
            (
                (region.pcode, gettext("%(region)s, whole region", region=region.name)),
                *((c.pcode, c.name) for c in gazetteer.children.get(region.pcode, ())),
            ),
        )
        for region in gazetteer.children.get(None, ())
    ]
    return PlaceField(
        gettext("Cercle, or whole region") + " *",
        groups=groups,
        empty=gettext("Choose…"),
        render_kw={"aria-required": "true"},
    )


def communes(gazetteer: Gazetteer) -> list[Within]:
    """Return the communes by cercle; none where the edition has none."""
    return [
        Within(cercle.pcode, f"{cercle.name}, {region.name}", tuple((c.pcode, c.name) for c in found))
        for region in gazetteer.children.get(None, ())
        for cercle in gazetteer.children.get(region.pcode, ())
        if (found := gazetteer.children.get(cercle.pcode))
    ]


def communes_are_chosen(gazetteer: Gazetteer) -> bool:
    """Return whether communes are a select: the edition has them all, and they are not too many to send."""
    known = len(gazetteer.level(COMMUNE_LEVEL))
    return COMMUNE_LEVEL not in gazetteer.partial and 0 < known <= MOST_COMMUNES


def _commune_field(around: Surroundings) -> Any:
    words = label(around.template.column("adm3_name").labels, around.language)
    if communes_are_chosen(around.gazetteer):
        return PlaceField(words, groups=communes(around.gazetteer), empty=gettext("not said"))
    known = len(around.gazetteer.level(COMMUNE_LEVEL))
    listed = {"list": "communes"} if 0 < known <= MOST_COMMUNES else {}
    return StringField(words, filters=[sane], render_kw={"autocomplete": "off", **listed})


# --- what is in the form ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of figures: targeted and reached of the same people."""

    words: str
    targeted: str
    reached: str


@dataclass(frozen=True, slots=True)
class Section:
    """A fieldset: the names of its fields, then its pairs of figures."""

    group: Group
    names: tuple[str, ...]
    pairs: tuple[Pair, ...]


def sections(form: Form, around: Surroundings) -> list[Section]:
    """Return the form's fields by the question that they answer."""
    keys = around.template.by_key
    grouped: dict[Group, list[str]] = {group: [] for group in Group}
    pairs: dict[Group, list[Pair]] = {group: [] for group in Group}
    for name in form._fields:
        column = keys.get(name)
        group = column.group if column else Group.WHO if name == ORGANISATION else Group.WHERE
        base = pair_base(name, around.template)
        if base is None:
            grouped[group].append(name)
        elif name == pair_keys(base)[0]:
            words = pair_words(base, around.template, around.language)
            pairs[group].append(Pair(words, *pair_keys(base)))
    return [Section(g, tuple(grouped[g]), tuple(pairs[g])) for g in Group if grouped[g] or pairs[g]]


def typed(kind: Kind, value: Value, language: str) -> str:
    """Return a recorded value as a person would type it."""
    if value is None:
        return ""
    match kind:
        case Kind.DECIMAL | Kind.MONEY | Kind.LATITUDE | Kind.LONGITUDE:
            return _figure(float(value) if isinstance(value, (int, float)) else 0.0, language)
        case Kind.DAY:
            return value.isoformat() if isinstance(value, dt.date) else str(value)
        case Kind.YES_NO:
            return "yes" if value else "no"
        case Kind.CHOICES:
            return ";".join(value) if isinstance(value, tuple) else str(value)
        case (
            Kind.TEXT | Kind.LONG_TEXT | Kind.COUNT | Kind.MONTH | Kind.CHOICE | Kind.ORGANISATION | Kind.AREA
            | Kind.PCODE | Kind.ROW_ID
        ):  # fmt: skip
            return str(value)
        case _:
            assert_never(kind)


def _figure(value: float, language: str) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "fr" else text


def start_values(values: Values, agency: Agency | None, around: Surroundings) -> dict[str, Any]:
    """Return what the form shows of a recorded row, by field."""
    found: dict[str, Any] = {}
    for column in around.template.columns:
        value = values.get(column.key)
        if column.kind is Kind.CHOICES:
            found[column.key] = list(value) if isinstance(value, tuple) else []
        else:
            found[column.key] = typed(column.kind, value, around.language)
    found[ORGANISATION] = str(agency.id) if agency else ""
    found[PLACE] = values.get("adm2_pcode") or values.get("adm1_pcode") or ""
    chosen = communes_are_chosen(around.gazetteer)
    found[COMMUNE] = (values.get("adm3_pcode") if chosen else values.get("adm3_name")) or ""
    return found


def cells(form: Form, around: Surroundings, before: Values) -> dict[str, Any]:
    """Return what was typed as the cells of a row, by column key.

    A value that was left as it was shown goes along as it is recorded: nothing is lost by being written
    and read again. Columns that the form does not ask keep their value.
    """
    found: dict[str, Any] = {}
    for column in around.template.columns:
        key, value = column.key, before.get(column.key)
        if key in form._fields:
            found[key] = _cell(form._fields[key], column, value, around.language)
        elif key == "cluster":
            found[key] = typed(column.kind, value, around.language)
        elif key.startswith("adm"):
            found[key] = ""
    found |= _place_cells(form, around.gazetteer)
    return found


def _cell(field_: Field, column: Column, value: Value, language: str) -> Any:
    data = field_.data
    text = "; ".join(data) if isinstance(data, list) else str(data or "")
    if isinstance(value, float) and text.strip() == typed(column.kind, value, language):
        return value
    return text


def _place_cells(form: Form, gazetteer: Gazetteer) -> Mapping[str, str]:
    place, commune = (printable(str(form._fields[name].data or "")) for name in (PLACE, COMMUNE))
    known = gazetteer.get(place)
    found = {f"adm{known.level if known else 2}_pcode": place} if place else {}
    if (by_code := gazetteer.get(commune)) is not None and by_code.level == COMMUNE_LEVEL:
        found["adm3_pcode"] = commune
    elif commune:
        found["adm3_name"] = commune
    return found


def field_of(key: str | None, form: Form) -> str | None:
    """Return the name of the field beside which a finding about a column is said."""
    if key in form._fields:
        return key
    if key is None:
        return None
    if key.startswith("org_"):
        return ORGANISATION if ORGANISATION in form._fields else None
    if key.startswith("adm"):
        return COMMUNE if key.startswith("adm3") else PLACE
    return None


def suggested(agencies: Sequence[Agency]) -> list[str]:
    """Return acronyms, and names where an acronym stands for two organisations."""
    acronyms = [fold(a.acronym) for a in agencies]
    return [a.acronym if acronyms.count(fold(a.acronym)) == 1 else a.name for a in agencies]
