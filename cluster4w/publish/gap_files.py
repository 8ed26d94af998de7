"""A gap table as a file: text, JSON, CSV, workbook, GeoJSON, or a map."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, BinaryIO, Literal, assert_never, get_args

from sqlalchemy import orm

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.publish.as_of import as_of_words
from cluster4w.publish.csv_table import csv_table
from cluster4w.publish.figures import number, share
from cluster4w.publish.gap_words import (
    COLUMNS,
    everything,
    heading,
    note_lines,
    row_name,
    subtitle,
    title,
)
from cluster4w.publish.maps.file import map_file
from cluster4w.publish.maps.projection import Rings
from cluster4w.publish.maps.view import Look
from cluster4w.publish.tables import write_table
from cluster4w.publish.text_table import aligned
from cluster4w.record.queries.areas import boundaries, load_gazetteer
from cluster4w.template.language import N_, Translate, translator
from cluster4w.template.problems import Refusal

Form = Literal["table", "json", "csv", "xlsx", "geojson", "svg"]
FORMS: tuple[Form, ...] = get_args(Form)

#: Columns of the text table; the files carry all of :data:`~cluster4w.publish.gap_words.COLUMNS`.
_TEXT_COLUMNS = ("name", "parent_name", "target", "reached", "planned", "gap", "coverage", "organisations")


def write_gap_file(
    session: orm.Session,
    table: GapTable,
    form: str,
    out: BinaryIO,
    *,
    language: str,
    look: Look = Look(),  # noqa: B008 - nothing in it changes
    made: dt.date | None = None,
) -> None:
    """Write a gap table to a binary stream.

    ``table``: aligned text. ``json``: the question, rows, total, sources, rules, notes. ``csv``: semicolons
    and UTF-8 with a mark in front, because that is what Excel opens with columns and accents right under
    French settings and asks nothing; texts cannot become formulas. ``xlsx``: a workbook of one sheet.
    ``geojson``: outlines where loaded, else points. ``svg``: the map with all that a print must carry.

    Args:
        look: For ``svg``: what the map shows and how.
        made: The day printed on a map; today by default.

    Raises:
        Refusal: there is no such form.
    """
    wanted: Form | None = next((f for f in FORMS if f == form), None)
    if wanted is None:
        raise Refusal(
            "gaps.form",
            N_("“%(form)s” is not a form of a gap table. Known: %(known)s."),
            form=form,
            known=", ".join(FORMS),
        )
    translate = translator(language)
    match wanted:
        case "table":
            out.write(_text(table, language, translate).encode())
        case "json":
            out.write(_json(as_json(table, language, translate)))
        case "csv":
            out.write(_csv(table, language, translate).encode("utf-8-sig"))
        case "xlsx":
            _xlsx(table, out, language, translate)
        case "geojson":
            out.write(_json(_geojson(session, table, language, translate)))
        case "svg":
            day = made or dt.datetime.now(dt.UTC).date()
            svg = map_file(session, table, language=language, translate=translate, look=look, made=day)
            out.write(svg.encode())
        case _:
            assert_never(wanted)


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _lines(table: GapTable) -> tuple[GapRow, ...]:
    return (*table.rows, table.total)


def _text(table: GapTable, language: str, translate: Translate) -> str:
    headings = dict(COLUMNS)
    keys = [k for k in _TEXT_COLUMNS if k != "parent_name" or table.question.level > 1]
    if table.question.measure == "need":
        keys = ["in_need" if k == "target" else k for k in keys]
    cells = [[heading(k, headings[k], table, language, translate) for k in keys]]
    shown = [r for r in table.rows if r.target or r.in_need or r.rows or r.organisations]
    cells += [[_cell(row, k, language, translate) for k in keys] for row in (*shown, table.total)]
    lines, rule = aligned(keys, cells[0], cells[1:], {"name", "parent_name"})
    body = [lines[0], rule, *lines[1:-1], rule, lines[-1]]
    hidden = len(table.rows) - len(shown)
    if hidden:
        body.append(
            translate(N_("Areas without target and without activity, not shown: %(count)d"))
            % {"count": hidden}
        )
    return "\n".join(
        [
            title(table, language, translate),
            *filter(None, [as_of_words(table.question, language, translate)]),
            subtitle(table, language, translate),
            "",
            *body,
            "",
            *everything(table, language, translate),
            "",
        ]
    )


def _cell(row: GapRow, key: str, language: str, translate: Translate) -> str:
    if key == "name":
        return row_name(row, translate)
    if key == "parent_name":
        return row.parent_name
    value = getattr(row, key)
    return share(value, language) if key == "coverage" else number(value, language)


def as_json(table: GapTable, language: str, translate: Translate) -> dict[str, Any]:
    """Return the table as plain data. Figures that are not available are null."""
    question = table.question
    return {
        "operation": table.operation,
        "title": title(table, language, translate),
        "subtitle": subtitle(table, language, translate),
        "example": table.is_example,
        "question": {
            "level": question.level,
            "month": question.month,
            "sub_sector": question.sub_sector,
            "group": question.group,
            "measure": question.measure,
            "unit": question.unit,
            "as_of": question.as_of.isoformat() if question.as_of else None,
            "release": "{}.{}".format(*question.release) if question.release else None,
            "first": question.first,
            "organisation": table.organisation or None,
            "activity_type": question.activity_type,
        },
        "months": {"first": table.months[0], "last": table.months[1]},
        "total": _row(table.total),
        "rows": [_row(row) for row in table.rows],
        "organisations": table.organisations,
        "household_size": {"value": table.household_size, "source": table.household_size_source},
        "gazetteer": {"country": table.country, "edition": table.edition, "source": table.edition_source},
        "sources": [
            {
                "measure": s.measure,
                "source": s.source,
                "date": s.dated.isoformat(),
                "invented": s.invented,
                "published": s.published.isoformat() if s.published else None,
                "validated_by": s.validated_by,
                "table": s.table_id,
                "why": s.use.how,
            }
            for s in table.sources
        ],
        "rules": [
            {"activity_type": r.activity_type, "rule": r.rule.value, "words": translate(r.words)}
            for r in table.rules
        ],
        "converted": table.converted,
        "notes": note_lines(table, language, translate),
        "revision": table.revision,
    }


def _row(row: GapRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "pcode": row.pcode,
        "name": row.name,
        "parent": row.parent_name,
        "in_need": row.in_need,
        "target": row.target,
        "reached": row.reached,
        "planned": row.planned,
        "gap": row.gap,
        "coverage": None if row.coverage is None else round(row.coverage, 4),
        "assistances": row.assistances,
        "organisations": row.organisations,
        "rows": row.rows,
        "converted": row.converted,
        "left_out": row.left_out,
        "doubtful": row.doubtful,
        "reached_if_same": row.reached_if_same,
    }


def _csv(table: GapTable, language: str, translate: Translate) -> str:
    heads = [heading(k, w, table, language, translate) for k, w in COLUMNS]
    lines = ([_value(row, key, translate) for key, _ in COLUMNS] for row in _lines(table))
    return csv_table([heads, *lines], language)


def _value(row: GapRow, key: str, translate: Translate) -> str | int | float | None:
    match key:
        case "name":
            return row_name(row, translate)
        case "converted":
            return translate(N_("yes")) if row.converted else ""
        case _:
            value: str | int | float | None = getattr(row, key)
            return value


def _xlsx(table: GapTable, out: BinaryIO, language: str, translate: Translate) -> None:
    write_table(
        out,
        title=" · ".join(
            filter(
                None, [title(table, language, translate), as_of_words(table.question, language, translate)]
            )
        ),
        sheet=translate(N_("Gaps")),
        headers=[heading(k, w, table, language, translate) for k, w in COLUMNS],
        rows=[[_value(row, k, translate) for k, _ in COLUMNS] for row in _lines(table)],
        notes=[subtitle(table, language, translate), *everything(table, language, translate)],
        widths=[12, 30, 16, *([13] * (len(COLUMNS) - 3))],
        formats=["0 %" if k == "coverage" else None for k, _ in COLUMNS],
    )


def _geojson(session: orm.Session, table: GapTable, language: str, translate: Translate) -> dict[str, Any]:
    shapes: Mapping[str, Rings] = boundaries(session, table.edition_id, table.question.level)
    places = load_gazetteer(session, table.edition_id).by_pcode
    features = []
    for pcode, row in sorted(table.by_pcode().items()):
        place = places[pcode]
        geometry: dict[str, Any] | None = None
        if pcode in shapes:
            geometry = _polygons(shapes[pcode])
        elif place.longitude is not None and place.latitude is not None:
            geometry = {"type": "Point", "coordinates": [place.longitude, place.latitude]}
        features.append({"type": "Feature", "id": pcode, "geometry": geometry, "properties": _row(row)})
    about = as_json(table, language, translate)
    # Lines without an area of this level have no place on a map, but the totals need them.
    about["rows"] = [r for r in about["rows"] if r["kind"] != "area"]
    return {"type": "FeatureCollection", "features": features, "about": about}


def _polygons(rings: Rings) -> dict[str, Any]:
    """Return rings as a MultiPolygon: a ring that lies in an odd number of others is a hole."""
    closed = [[*ring, ring[0]] if ring[0] != ring[-1] else list(ring) for ring in rings if len(ring) > 2]
    depth = [sum(_inside(ring[0], other) for other in closed if other is not ring) for ring in closed]
    polygons: list[list[Any]] = []
    owners: list[tuple[int, list[Any]]] = []
    for ring, level in sorted(zip(closed, depth, strict=True), key=lambda e: e[1]):
        if level % 2 == 0:
            polygon = [_turned(ring, anticlockwise=True)]
            polygons.append(polygon)
            owners.append((level, polygon))
        else:
            outer = next(p for n, p in owners if n == level - 1 and _inside(ring[0], p[0]))
            outer.append(_turned(ring, anticlockwise=False))
    return {"type": "MultiPolygon", "coordinates": polygons}


def _turned(ring: list[Any], *, anticlockwise: bool) -> list[Any]:
    """Return a ring in the direction that RFC 7946 asks for."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return ring if (area > 0) == anticlockwise else ring[::-1]


def _inside(point: Any, ring: list[Any]) -> bool:
    x, y = point[0], point[1]
    inside = False
    for a, b in pairwise(ring):
        if (a[1] > y) != (b[1] > y) and x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]:
            inside = not inside
    return inside
