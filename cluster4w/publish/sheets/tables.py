"""The table of a map sheet: the largest gaps, who is where, or what several do, as the map shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable
from cluster4w.gaps.who import Present, Together
from cluster4w.publish.figures import month, number, share
from cluster4w.publish.gap_words import level_name
from cluster4w.publish.maps.classes import Scale
from cluster4w.template.language import N_, Translate, label

#: Letters of what a line says of an area in words.
_LETTERS = 64


@dataclass(frozen=True, slots=True)
class Around:
    """Who is in the areas of a table and who does the same, by p-code, where a map shows it."""

    present: Mapping[str, Present] = field(default_factory=dict)
    together: Mapping[str, tuple[Together, ...]] = field(default_factory=dict)


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
    need = table.question.measure == "need"
    shown = areas[:lines]
    left_out = len(areas) - len(shown)
    notes = []
    if left_out > 0:
        notes.append(
            translate(N_("and more areas with a gap: %(count)s")) % {"count": number(left_out, language)}
        )
    unplaced = sum((r.reached or 0) for r in table.rows if r.kind != "area")
    if unplaced:
        notes.append(
            translate(N_("reached, but known at a higher level only: %(count)s"))
            % {"count": number(unplaced, language)}
        )
    return {
        "title": translate(N_("Largest gaps")),
        "heads": [
            level_name(table, language),
            translate(N_("In need") if need else N_("Targeted")),
            translate(N_("Reached")),
            translate(N_("Gap")),
            "%",
            translate(N_("Org.")),
        ],
        "texts": [0],
        "rows": [_line(row, need, language) for row in shown],
        "empty": translate(N_("No area with a gap is known.")),
        "note": "; ".join(notes),
    }


def _line(row: GapRow, need: bool, language: str) -> list[str]:
    base = row.in_need if need else row.target
    return [
        _named(row),
        number(base, language),
        number(row.reached, language),
        number(row.gap, language),
        share(row.coverage, language),
        number(row.organisations, language),
    ]
