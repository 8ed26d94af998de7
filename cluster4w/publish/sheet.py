"""Map sheets for print: one page with the map, its figures and everything that explains them.

Typst sets the page (``sheet.typ``); the letters come from a package, never from the system, so that the same
data give the same bytes anywhere.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, assert_never

from sqlalchemy import orm

from cluster4w.gaps.part import part_of
from cluster4w.gaps.table import GapTable, Question, gap_table
from cluster4w.models import Operation
from cluster4w.publish.map_view import map_areas
from cluster4w.publish.projection import Rings
from cluster4w.publish.sheet_content import content, layout_of
from cluster4w.publish.sheet_map import Outlines, sheet_map
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import boundaries, boundary_sources, load_gazetteer
from cluster4w.record.queries.presence import Reported, reported
from cluster4w.template.language import N_, translator
from cluster4w.template.problems import Refusal

SheetForm = Literal["pdf", "png", "svg"]
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


@dataclass(frozen=True)
class SheetData:
    """What every sheet of a question needs, read once."""

    table: GapTable
    #: P-codes of the regions with a sheet of their own, none where the areas are regions.
    regions: tuple[str, ...]
    gazetteer: Gazetteer
    outlines: Outlines
    credits: tuple[str, ...]
    reports: tuple[Reported, ...]


def sheet_data(session: orm.Session, operation: Operation, question: Question) -> SheetData:
    """Read what the sheets of a question need.

    Raises:
        Refusal: the question names something that there is not.
    """
    table = gap_table(session, operation, question)
    gazetteer = load_gazetteer(session, table.edition_id)
    regions: dict[str, Rings] = dict(boundaries(session, table.edition_id, 1))
    areas: dict[str, Rings] = (
        regions if question.level == 1 else dict(boundaries(session, table.edition_id, question.level))
    )
    credits = {
        source
        for level, there in ((1, regions), (question.level, areas))
        if there
        for source in boundary_sources(session, table.edition_id, level)
    }
    return SheetData(
        table,
        tuple(p.pcode for p in gazetteer.level(1)) if question.level > 1 else (),
        gazetteer,
        Outlines(areas, regions, {p.pcode: p.name for p in gazetteer.level(1)}),
        tuple(sorted(credits)),
        tuple(reported(session, operation, table.months[1])),
    )


def map_sheet(data: SheetData, wish: Wish, *, made: dt.date) -> bytes:
    """Return one sheet. ``made`` is the day printed on it; same data, wish and day, same bytes.

    Raises:
        Refusal: the wish names a region that there is not.
    """
    translate = translator(wish.language)
    table, region = data.table, None
    if wish.region is not None:
        if wish.region not in data.regions:
            raise _no_region(wish.region, data)
        region = data.gazetteer.by_pcode[wish.region].name
        table = part_of(table, data.gazetteer, wish.region)
    layout = layout_of(wish.paper, landscape=wish.landscape)
    drawing = sheet_map(
        map_areas(table, data.gazetteer, wish.language, translate),
        data.outlines,
        within=wish.region,
        width=layout.map_width,
        height=layout.map_height,
        caption=translate(N_("enlarged")),
    )
    found = content(
        table,
        drawing,
        layout,
        language=wish.language,
        translate=translate,
        made=made,
        region=region,
        reports=data.reports,
        credits=data.credits,
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

    ``201605_mali-2016_gaps_nfi_adm2_mopti_A4_fr.pdf``
    """
    question = data.table.question
    place = data.gazetteer.get(wish.region)
    region = _plain(place.name) if place else "national"
    parts = (
        data.table.months[1].replace("-", ""),
        data.table.operation,
        "gaps" if question.measure == "current" else f"gaps-{question.measure}",
        question.sub_sector,
        f"adm{question.level}",
        region,
        wish.paper.upper() + ("" if wish.landscape else "p"),
        wish.language,
    )
    return f"{'_'.join(parts)}.{wish.form}"


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
def _form() -> bytes:
    return (files("cluster4w.publish") / "sheet.typ").read_bytes()


def compile_sheet(found: Mapping[str, Any], form: SheetForm, made: dt.date) -> bytes:
    """Set a sheet's content; returns the bytes of its one page."""
    import typst

    moment = int(dt.datetime(made.year, made.month, made.day, tzinfo=dt.UTC).timestamp())
    parts = {"main.typ": _form(), "content.json": json.dumps(found, ensure_ascii=False).encode()}
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
