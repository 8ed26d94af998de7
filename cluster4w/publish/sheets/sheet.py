"""Map sheets for print: one page with the map, its figures and everything that explains them.

Typst sets the page (``sheet.typ``); the letters come from a package, never from the system, so that the same
data give the same bytes anywhere.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, assert_never

from sqlalchemy import orm

from cluster4w.gaps.part import part_of
from cluster4w.gaps.question import Question
from cluster4w.gaps.table import GapTable, gap_table
from cluster4w.gaps.who import present_by_area, together_by_area
from cluster4w.models import Operation
from cluster4w.publish.as_of import file_part
from cluster4w.publish.gap_words import part_of_name
from cluster4w.publish.maps.classes import Cut, Scale, Shows, overlap_class, scale_for
from cluster4w.publish.maps.projection import Rings
from cluster4w.publish.maps.view import Look, map_areas
from cluster4w.publish.sheets.content import content
from cluster4w.publish.sheets.drawn import Around, Drawn
from cluster4w.publish.sheets.layout import layout_of
from cluster4w.publish.sheets.map import Outlines, sheet_map
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import boundaries, boundary_sources, load_gazetteer
from cluster4w.record.queries.presence import Reported, reported
from cluster4w.template.language import N_, translator
from cluster4w.template.problems import Refusal

SheetForm = Literal["pdf", "png", "svg"]
#: What the name of a file calls a sheet by what its map shows.
_NAMES: dict[Shows, str] = {
    "share": "gaps",
    "missing": "missing",
    "presence": "presence",
    "overlap": "overlaps",
}
#: Dots per inch of a PNG, as printers ask for.
DOTS = 300


@dataclass(frozen=True, slots=True)
class Wish:
    """How a sheet is wanted. ``region`` is the p-code of the region it is about; None: the whole country."""

    form: SheetForm = "pdf"
    paper: str = "a4"
    landscape: bool = True
    language: str = "fr"
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the map of a sheet shows, and how: as on the page of the map.

    ``bounds``: for a cut by one's own bounds. ``only``: keys of the classes that alone are shown; none: all.
    """

    shows: Shows = "share"
    cut: Cut = "usual"
    bounds: tuple[int, ...] = ()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a map of a sheet shows: its lines, who is in the areas, and who reported for its last month."""

    table: GapTable
    around: Around
    reports: tuple[Reported, ...]


@dataclass(frozen=True)
class SheetData:
    """What every sheet of a question, or of two beside each other, needs, read once."""

    answers: tuple[Answer, ...]
    #: P-codes of the regions with a sheet of their own, none where the areas are regions.
    regions: tuple[str, ...]
    gazetteer: Gazetteer
    outlines: Outlines
    credits: tuple[str, ...]
    shown: Shown

    @property
    def table(self) -> GapTable:
        """The lines of the first map."""
        return self.answers[0].table


def sheet_data(
    session: orm.Session,
    operation: Operation,
    question: Question,
    shown: Shown = Shown(),
    beside: Question | None = None,
) -> SheetData:
    """Read what the sheets of a question need; ``beside``: that of a second map, at the same level.

    Raises:
        Refusal: a question names something that there is not.
    """
    answers = tuple(
        _answer(session, operation, asked, shown) for asked in (question, beside) if asked is not None
    )
    edition = answers[0].table.edition_id
    gazetteer = load_gazetteer(session, edition)
    regions: dict[str, Rings] = dict(boundaries(session, edition, 1))
    areas: dict[str, Rings] = (
        regions if question.level == 1 else dict(boundaries(session, edition, question.level))
    )
    credits = {
        source
        for level, there in ((1, regions), (question.level, areas))
        if there
        for source in boundary_sources(session, edition, level)
    }
    return SheetData(
        answers,
        tuple(p.pcode for p in gazetteer.level(1)) if question.level > 1 else (),
        gazetteer,
        Outlines(areas, regions, {p.pcode: p.name for p in gazetteer.level(1)}),
        tuple(sorted(credits)),
        shown,
    )


def _answer(session: orm.Session, operation: Operation, question: Question, shown: Shown) -> Answer:
    table = gap_table(session, operation, question)
    reports = tuple(reported(session, operation, table.months[1], question.as_of))
    return Answer(table, around_of(session, operation, table, shown.shows), reports)


def around_of(session: orm.Session, operation: Operation, table: GapTable, shows: Shows) -> Around:
    """Return who is in the areas of a table, or who does the same, where a map shows that."""
    if shows not in ("presence", "overlap"):
        return Around()
    gazetteer = load_gazetteer(session, table.edition_id)
    if shows == "presence":
        return Around(present=present_by_area(session, operation, table.question, gazetteer))
    return Around(together=together_by_area(session, operation, table.question, gazetteer))


def shown_scales(maps: Sequence[tuple[GapTable, Around]], shown: Shown, language: str) -> list[Scale]:
    """Return the classes of a map of these lines, or of several, which are cut alike."""
    table = maps[0][0]
    scale = scale_for(
        [row for one, _ in maps for row in one.by_pcode().values()],
        table.question.measure,
        language=language,
        shows=shown.shows,
        cut=shown.cut,
        bounds=shown.bounds,
        usual=table.map_bounds,
    )
    if shown.shows != "overlap":
        return [scale for _ in maps]
    return [replace(scale, of=partial(overlap_class, together=frozenset(a.together))) for _, a in maps]


def map_sheet(data: SheetData, wish: Wish, *, made: dt.date) -> bytes:
    """Return one sheet. ``made`` is the day printed on it; same data, wish and day, same bytes.

    Raises:
        Refusal: the wish names a region that there is not.
    """
    translate = translator(wish.language)
    answers, region = data.answers, None
    if wish.region is not None:
        if wish.region not in data.regions:
            raise _no_region(wish.region, data)
        region = data.gazetteer.by_pcode[wish.region].name
        answers = tuple(replace(a, table=part_of(a.table, data.gazetteer, wish.region)) for a in answers)
    layout = layout_of(wish.paper, landscape=wish.landscape, maps=len(answers))
    scales = shown_scales([(a.table, a.around) for a in answers], data.shown, wish.language)
    drawn = [
        Drawn(
            answer.table,
            scale,
            sheet_map(
                map_areas(
                    answer.table,
                    data.gazetteer,
                    wish.language,
                    translate,
                    Look(scale=scale, only=data.shown.only),
                ),
                data.outlines,
                within=wish.region,
                width=layout.map_width,
                height=layout.map_height,
                caption=translate(N_("enlarged")),
            ),
            answer.around,
            answer.reports,
        )
        for answer, scale in zip(answers, scales, strict=True)
    ]
    found = content(
        drawn,
        layout,
        language=wish.language,
        translate=translate,
        made=made,
        region=region,
        credits=data.credits,
        only=data.shown.only,
    )
    return compile_sheet(found, wish.form, made)


def every_sheet(data: SheetData, wish: Wish, *, made: dt.date) -> Iterator[tuple[str, bytes]]:
    """Yield the country's sheet and one for each of its regions: name and bytes.

    Also a region without a figure has its sheet: that nothing is known of it is worth a look.
    """
    yield file_name(data, wish), map_sheet(data, wish, made=made)
    for pcode in data.regions:
        of_region = replace(wish, region=pcode)
        yield file_name(data, of_region), map_sheet(data, of_region, made=made)


def file_name(data: SheetData, wish: Wish) -> str:
    """Return the name of a sheet's file as clusters name them: month first, then what it is.

    ``201605_mali-2016_gaps_nfi_adm2_mopti_A4_fr.pdf``; with the months or the sub-sectors of two maps
    ``201605_mali-2016_gaps_nfi-vs-201604_adm2_national_A4_fr.pdf``
    """
    question = data.table.question
    place = data.gazetteer.get(wish.region)
    region = _plain(place.name) if place else "national"
    parts = (
        data.table.months[1].replace("-", ""),
        data.table.operation,
        _NAMES[data.shown.shows] + ("" if question.measure == "current" else f"-{question.measure}"),
        "-vs-".join((question.sub_sector, *(_other(question, a.table) for a in data.answers[1:]))),
        f"adm{question.level}",
        region,
        wish.paper.upper() + ("" if wish.landscape else "p"),
        part_of_name(data.table),
        file_part(question),
        wish.language,
    )
    return f"{'_'.join(filter(None, parts))}.{wish.form}"


def _other(question: Question, table: GapTable) -> str:
    """Return what the second map has another one of: its sub-sector or its month."""
    if table.question.sub_sector != question.sub_sector:
        return table.question.sub_sector
    return table.months[1].replace("-", "")


def _plain(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def _no_region(pcode: str, data: SheetData) -> Refusal:
    return Refusal(
        "gaps.region",
        N_("“%(value)s” is not the code of a region above the areas asked for. Known: %(known)s."),
        value=pcode,
        known=", ".join(data.regions) or "-",
    )


@cache
def _fonts() -> tuple[str, ...]:
    return (str(Path(str(files("fontpkg_noto_sans"))) / "files"),)


@cache
def _form(name: str) -> bytes:
    return (files(__package__) / name).read_bytes()


def compile_sheet(found: Mapping[str, Any], form: SheetForm, made: dt.date, main: str = "sheet.typ") -> bytes:
    """Set a sheet's content with the form ``main``; returns the bytes of its one page."""
    import typst

    moment = int(dt.datetime(made.year, made.month, made.day, tzinfo=dt.UTC).timestamp())
    parts = {
        "main.typ": _form(main),
        "frame.typ": _form("frame.typ"),
        "content.json": json.dumps(found, ensure_ascii=False).encode(),
    }
    shared: dict[str, Any] = {
        "font_paths": list(_fonts()),
        "ignore_system_fonts": True,
        "timestamp": moment,
    }
    made_of: bytes | list[bytes]
    match form:
        case "pdf":
            made_of = typst.compile(parts, format="pdf", **shared)
        case "png":
            made_of = typst.compile(parts, format="png", ppi=DOTS, **shared)
        case "svg":
            made_of = typst.compile(parts, format="svg", **shared)
        case _:
            assert_never(form)
    return made_of if isinstance(made_of, bytes) else made_of[0]
