"""The tables of a map sheet: the largest gaps, who is where, or what several do, as its maps show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.gaps.who import Present, Together
from cluster4w.publish.figures import ABSENT, month, number, share
from cluster4w.publish.gap_words import level_name
from cluster4w.publish.maps.classes import Scale
from cluster4w.publish.sheets.drawn import Around, Drawn
from cluster4w.publish.sheets.layout import Layout
from cluster4w.template.language import N_, Translate, label

#: Letters of what a line says of an area in words.
_LETTERS = 64


def sheet_tables(
    maps: Sequence[Drawn],
    names: Sequence[str],
    layout: Layout,
    *,
    only: Sequence[str],
    language: str,
    translate: Translate,
) -> list[dict[str, Any]]:
    """Return the tables of a sheet: one of both maps where they have figures, one of each where names.

    Args:
        names: What tells two maps apart; none for a single one.
        only: Keys of the classes that alone are shown; none: all.
    """
    if len(maps) > 1 and maps[0].scale.shows in ("share", "missing"):
        return [_gaps_of_both(maps, names, layout, only, language, translate)]
    made = [
        top_table(
            one.table,
            one.scale,
            one.around,
            layout.lines if len(maps) == 1 else layout.lines // 2,
            only=only,
            language=language,
            translate=translate,
        )
        for one in maps
    ]
    for found, name in zip(made, names, strict=False):
        found["title"] = f"{found['title']}{translate(N_(': '))}{name}"
    return made


def top_table(
    table: GapTable,
    scale: Scale,
    around: Around,
    lines: int,
    *,
    only: Sequence[str],
    language: str,
    translate: Translate,
) -> dict[str, Any]:
    """Return the table of a sheet, the largest gaps first.

    Args:
        lines: How many there is room for.
        only: Keys of the classes that alone are shown; none: all.
    """
    areas = [r for r in table.rows if r.kind == "area" and (not only or scale.of(r).key in only)]
    name = level_name(table, language)
    match scale.shows:
        case "presence":
            rows = [r for r in areas if r.pcode in around.present]
            made = _who(rows, around.present, language)
            words = (N_("Who is where"), N_("Nobody is present."), N_("and more areas: %(count)s"))
            heads = [name, translate(N_("Gap")), translate(N_("Org.")), translate(N_("Who reports"))]
        case "overlap":
            rows = [r for r in areas if r.pcode in around.together or (r.coverage or 0) > 1]
            made = _together(rows, around.together, language, translate)
            words = (N_("Overlaps"), N_("No overlap is known."), N_("and more areas: %(count)s"))
            heads = [name, "%", translate(N_("Several organisations, same activity and month"))]
        case _:
            return _gaps(table, [r for r in areas if r.missing], lines, language, translate)
    # Lines with words may be two lines high.
    shown = rows[: lines * 2 // 3]
    note = translate(words[2]) % {"count": number(len(rows) - len(shown), language)}
    return {
        "title": translate(words[0]),
        "heads": heads,
        "texts": [0, len(heads) - 1],
        "rows": [made(row) for row in shown],
        "empty": translate(words[1]),
        "note": note if len(rows) > len(shown) else "",
    }


def _named(row: GapRow) -> str:
    return f"{row.name} ({row.parent_name})" if row.parent_name else row.name


def _short(words: str) -> str:
    return words if len(words) <= _LETTERS else f"{words[: _LETTERS - 1].rstrip(' ,')}…"


def _who(
    rows: Sequence[GapRow], present: Mapping[str, Present], language: str
) -> Callable[[GapRow], list[str]]:
    def made(row: GapRow) -> list[str]:
        who = present[row.pcode or ""]
        through = f" ({', '.join(who.implementing)})" if who.implementing else ""
        names = _short(f"{', '.join(who.leading)}{through}")
        return [_named(row), number(row.gap, language), number(row.organisations, language), names]

    return made


def _together(
    rows: Sequence[GapRow],
    together: Mapping[str, tuple[Together, ...]],
    language: str,
    translate: Translate,
) -> Callable[[GapRow], list[str]]:
    said = translate(N_("%(activity)s, %(month)s: %(organisations)s"))

    def made(row: GapRow) -> list[str]:
        done = [
            said
            % {
                "activity": label(one.labels, language),
                "month": month(one.month, language),
                "organisations": ", ".join(one.organisations),
            }
            for one in together.get(row.pcode or "", ())
        ]
        named = done[:2] if len("; ".join(done[:2])) <= _LETTERS else done[:1]
        more = f" +{len(done) - len(named)}" if len(done) > len(named) else ""
        return [_named(row), share(row.coverage, language), _short("; ".join(named)) + more]

    return made


def _gaps(
    table: GapTable, areas: Sequence[GapRow], lines: int, language: str, translate: Translate
) -> dict[str, Any]:
    """Return the areas with the largest gaps, and what is known of no area."""
    heads = [*_heads(table, translate, whole=True), translate(N_("Org."))]
    return {
        "title": translate(N_("Largest gaps")),
        "heads": [level_name(table, language), *heads],
        "texts": [0],
        "rows": [
            [_named(row), *_cells(row, table, language, whole=True), number(row.organisations, language)]
            for row in areas[:lines]
        ],
        "empty": translate(N_("No area with a gap is known.")),
        "note": _gap_notes([table], len(areas) - lines, language, translate),
    }


def _gaps_of_both(
    maps: Sequence[Drawn],
    names: Sequence[str],
    layout: Layout,
    only: Sequence[str],
    language: str,
    translate: Translate,
) -> dict[str, Any]:
    """Return the areas with the largest gaps of either map, with the figures of both."""
    tables = [one.table for one in maps]
    # Beside the maps there is room for what is missing only, below them for all figures.
    whole = not layout.landscape
    known = [table.by_pcode() for table in tables]
    rows = {code: [one.get(code) for one in known] for every in known for code in every}

    def missing(code: str) -> int:
        """Return the larger gap of an area, as far as the maps show it."""
        shown = (
            row.missing or 0
            for row, one in zip(rows[code], maps, strict=True)
            if row is not None and (not only or one.scale.of(row).key in only)
        )
        return max(shown, default=0)

    found = sorted(filter(missing, rows), key=missing, reverse=True)
    heads = _heads(tables[0], translate, whole=whole)
    return {
        "title": translate(N_("Largest gaps of either map")),
        "groups": [{"words": name, "span": len(heads)} for name in names],
        "heads": [level_name(tables[0], language), *heads, *heads],
        "texts": [0],
        "rows": [
            [
                _named(next(row for row in rows[code] if row is not None)),
                *(
                    cell
                    for row, table in zip(rows[code], tables, strict=True)
                    for cell in _cells(row, table, language, whole=whole)
                ),
            ]
            for code in found[: layout.lines]
        ],
        "empty": translate(N_("No area with a gap is known.")),
        "note": _gap_notes(tables, len(found) - layout.lines, language, translate),
    }


def _heads(table: GapTable, translate: Translate, *, whole: bool) -> list[str]:
    asked = N_("In need") if table.question.measure == "need" else N_("Targeted")
    first = [translate(asked), translate(N_("Reached"))] if whole else []
    return [*first, translate(N_("Gap")), "%"]


def _cells(row: GapRow | None, table: GapTable, language: str, *, whole: bool) -> list[str]:
    """Return the figures of an area, or dashes for one that a table does not know."""
    if row is None:
        return [ABSENT] * (4 if whole else 2)
    asked = row.in_need if table.question.measure == "need" else row.target
    first = [number(asked, language), number(row.reached, language)] if whole else []
    return [*first, number(row.gap, language), share(row.coverage, language)]


def _gap_notes(tables: Sequence[GapTable], left_out: int, language: str, translate: Translate) -> str:
    notes = []
    if left_out > 0:
        words = translate(N_("and more areas with a gap: %(count)s"))
        notes.append(words % {"count": number(left_out, language)})
    unplaced = [sum((r.reached or 0) for r in table.rows if r.kind != "area") for table in tables]
    if any(unplaced):
        words = translate(N_("reached, but known at a higher level only: %(count)s"))
        notes.append(words % {"count": " | ".join(number(count, language) for count in unplaced)})
    return "; ".join(notes)
