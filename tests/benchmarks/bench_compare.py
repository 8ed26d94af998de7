"""The check and the annotated workbook beside a bare read, a bare rewrite, libhxl and Frictionless.

One file, one run: 25,000 rows x 40 columns with about 3 % faults in the cells that are checked. It has a
group row, labels and an HXL row, so that every tool finds its way. Each works on the file as it lies on the
disk and collects everything that it finds.

What each is asked:

* **ours**: ``check_file``: the columns recognised by themselves, every cell read by its kind, required cells,
  lists, limits, places by code, name and parent, organisations, the template's rules across cells, what the
  rows show together, double counts, and the comparison with the record (which is empty).
* **libhxl**: ``hxl.schema(...).validate(...)`` with the rules that its schema language has: required cells,
  the same lists (every spelling that ours knows), whole numbers and their limits, dates, months by a pattern,
  the p-codes of the edition, that a code always stands beside the same name, stray blanks, rare spellings of
  names, figures far from the others of their column, and repeated rows. It has no rules across columns.
* **Frictionless**: ``validate`` of an Excel resource with a table schema: the same required cells, lists,
  numbers, limits, dates, month pattern and p-codes, and as row constraints the rules across columns that can
  be written as one: end not before start, reached not above targeted, women-headed households not above
  households, the parts of the people.

Both do less than ours, never more; neither looks at organisations, parents of places or the record. libhxl
counts more errors where its lists want the very spelling.
"""

from __future__ import annotations

import importlib.util
import io
import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from sqlalchemy import orm

from cluster4w.intake.check import check_file
from cluster4w.intake.judging.outliers import COLUMNS
from cluster4w.models.engine import make_engine
from cluster4w.publish.annotated.annotate import annotate, of_check
from cluster4w.record.gazetteer import Gazetteer
from cluster4w.record.queries.areas import load_gazetteer
from cluster4w.record.queries.operations import get_operation, plan_months, template_of
from cluster4w.record.queries.organisations import agencies
from cluster4w.template.columns import Column
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from tests.benchmarks import generate
from tests.benchmarks.bench_annotated import rewrite
from tests.benchmarks.databases import fresh_database

#: Columns of our layout that nobody fills in the generated file: without them it has 40.
WITHOUT = frozenset(("row_id", "implementing_partner", "contact_name", "contact_email", "contact_phone"))
#: Each of ours is measured so often, in turns, and the best counts; a rival once: it takes minutes.
TIMES = 5
_HEADER_ROW, _FIRST_ROW = 2, 4
_MONTH = r"^\d{4}-\d{2}$"
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT, Kind.ORGANISATION, Kind.AREA, Kind.CHOICE)
_WHOLE = (Kind.COUNT,)
_NUMBERS = (Kind.DECIMAL, Kind.MONEY, Kind.LATITUDE, Kind.LONGITUDE)
#: Rules across columns that Frictionless can write, in our keys: the columns that they need, and what holds.
_ACROSS = (
    (("start_date", "end_date"), "end_date >= start_date"),
    (("households_reached", "households_targeted"), "households_reached <= households_targeted"),
    (("individuals_reached", "individuals_targeted"), "individuals_reached <= individuals_targeted"),
    (
        ("female_headed_households_reached", "households_reached"),
        "female_headed_households_reached <= households_reached",
    ),
    (
        ("women_reached", "men_reached", "girls_reached", "boys_reached", "individuals_reached"),
        "women_reached + men_reached + girls_reached + boys_reached == individuals_reached",
    ),
)


def bare_read(path: Path) -> int:
    """Read every cell and nothing else; returns how many rows there are."""
    return len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())


def _columns(template: Template) -> list[Column]:
    keys = template.layout("shelter-4w").keys
    return [template.column(key) for key in keys if key not in WITHOUT]


def _listed(template: Template, gazetteer: Gazetteer, column: Column) -> list[str]:
    """Return every spelling that a cell of this column may have, [] where anything goes."""
    if column.kind is Kind.CHOICE:
        return sorted({s for choice in template.choices(column) for s in choice.spellings()})
    if column.kind is Kind.YES_NO:
        return sorted({s for choice in template.lists["yes_no"] for s in choice.spellings()})
    if column.kind is Kind.PCODE:
        return [place.pcode for place in gazetteer.level(column.level or 1)]
    return []


def with_libhxl(path: Path, template: Template, gazetteer: Gazetteer) -> int:
    """Validate with libhxl; returns how many errors it found."""
    import hxl

    heads = ["#valid_tag", "#valid_required", "#valid_datatype", "#valid_value+min", "#valid_value+max",
             "#valid_value+regex", "#valid_value+list", "#valid_correlation", "#valid_value+whitespace",
             "#valid_value+spelling", "#valid_value+outliers", "#valid_unique+key"]  # fmt: skip
    rules = [heads]
    columns = _columns(template)
    everything = ",".join(column.hxl for column in columns)
    for column in columns:
        tag = column.hxl
        listed = _listed(template, gazetteer, column)
        kind = "number" if column.kind in (*_WHOLE, *_NUMBERS) else "date" if column.kind is Kind.DAY else ""
        regex = _MONTH if column.kind is Kind.MONTH else ""
        low, high = ("" if limit is None else f"{limit:g}" for limit in (column.minimum, column.maximum))
        beside = f"#adm{column.level}+code" if column.kind is Kind.AREA and column.level else ""
        blanks = "true" if column.kind in _TEXTS else ""
        spelling = "true" if column.kind in (Kind.TEXT, Kind.AREA) else ""
        outliers = "true" if column.key in COLUMNS else ""
        if column.required is True:
            rules.append([tag, "true", *[""] * 10])
        if kind or regex or listed or beside or blanks:
            said = [kind, low, high, regex, "|".join(listed), beside, blanks, spelling, outliers]
            rules.append([tag, "", *said, ""])
    rules.append([columns[0].hxl, *[""] * 10, everything])
    found = 0

    def count(_: Any) -> None:
        nonlocal found
        found += 1

    schema = hxl.schema(hxl.data(rules), callback=count)
    schema.validate(hxl.data(str(path), hxl.InputOptions(allow_local=True)))
    return found


def with_frictionless(path: Path, template: Template, gazetteer: Gazetteer) -> int:
    """Validate with Frictionless; returns how many errors it found."""
    import frictionless
    from frictionless import checks, formats

    columns = _columns(template)
    fields = []
    for column in columns:
        constraints: dict[str, object] = {}
        if column.required is True:
            constraints["required"] = True
        if listed := _listed(template, gazetteer, column):
            constraints["enum"] = listed
        kind = "string"
        if column.kind in (*_WHOLE, *_NUMBERS):
            kind = "integer" if column.kind in _WHOLE else "number"
            constraints |= {
                name: int(limit) if kind == "integer" else limit
                for name, limit in (("minimum", column.minimum), ("maximum", column.maximum))
                if limit is not None
            }
        elif column.kind is Kind.DAY:
            kind = "date"
        elif column.kind is Kind.MONTH:
            constraints["pattern"] = _MONTH
        fields.append({"name": column.key, "type": kind, "constraints": constraints})
    resource = frictionless.Resource(
        path=path.name,
        basepath=str(path.parent),
        schema=frictionless.Schema.from_descriptor({"fields": fields}),
        dialect=frictionless.Dialect(
            header_rows=[_HEADER_ROW],
            comment_rows=[1, _FIRST_ROW - 1],
            controls=[formats.ExcelControl(sheet="4W")],
        ),
    )
    report = frictionless.validate(
        resource,
        checks=[
            checks.row_constraint(formula=" or ".join([*(f"{key} == None" for key in keys), holds]))
            for keys, holds in _ACROSS
        ],
        # The labels are those of people, not our keys; a row may end before the last column.
        skip_errors=["incorrect-label", "missing-cell"],
        limit_errors=10**9,
    )
    return int(report.stats["errors"])


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _best(*works: Callable[[], Any]) -> list[tuple[float, Any]]:
    found: list[list[tuple[float, Any]]] = [[] for _ in works]
    for _ in range(TIMES):
        for work, times in zip(works, found, strict=True):
            times.append(_seconds(work))
    return [min(times, key=lambda t: t[0]) for times in found]


def run(count: int = 25_000, rivals: bool = True) -> list[dict[str, object]]:
    """Measure everything on one file of so many rows; without ``rivals`` only ours beside the floors."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, fresh_database("sqlite") as url:
        engine = make_engine(url)
        with orm.Session(engine) as session:
            operation = get_operation(session, "mali-2016")
            template = template_of(operation)
            gazetteer = load_gazetteer(session, operation.edition_id)
            path = Path(folder) / "compare.xlsx"
            months = plan_months(operation)[:6]
            content = generate.rows(count, template, gazetteer, agencies(session, operation), months)
            generate.write(path, template, content, WITHOUT)
            data = path.read_bytes()

            def check() -> Any:
                return check_file(session, operation, path.read_bytes(), path.name, agency=None, month=None)

            (bare, read), (ours, checked) = _best(lambda: bare_read(path), check)
            said = of_check(checked)
            rows = list(said.rows)

            def annotated() -> int:
                out = io.BytesIO()
                again = type(said)(said.name, data, said.sheets, rows, said.findings)
                annotate(again, out, language="fr")
                return out.tell()

            (packed, _), (returned, size) = _best(lambda: rewrite(data), annotated)
        engine.dispose()
        table = [
            _line("bare calamine read", bare, f"{read} rows", "", ""),
            _line("our check", ours, _said(checked), f"{ours / bare:.2f} x the read", "< 4"),
            _line("unzip, zip again", packed, f"{len(data) / 1e6:.1f} MB", "", ""),
            _line(
                "our annotated workbook",
                returned,
                f"{size / 1e6:.1f} MB",
                f"{returned / packed:.2f} x the rewrite",
                "< 3",
            ),
        ]
        if rivals:
            table += _rivals(path, template, gazetteer, ours)
    return table


def _said(checked: Any) -> str:
    weighty = sum(f.severity != "info" for f in checked.findings)
    return f"{weighty} errors and warnings"


def _rivals(path: Path, template: Template, gazetteer: Gazetteer, ours: float) -> list[dict[str, object]]:
    table = []
    for name, module, work, target in (
        ("libhxl", "hxl", with_libhxl, 8),
        ("Frictionless", "frictionless", with_frictionless, 2.5),
    ):
        if importlib.util.find_spec(module) is None:
            table.append(_line(name, None, "not installed: pip install .[bench]", "", f">= {target}"))
            continue
        seconds, errors = _seconds(lambda work=work: work(path, template, gazetteer))
        table.append(_line(name, seconds, f"{errors} errors", f"{seconds / ours:.1f} x ours", f">= {target}"))
    return table


def _line(what: str, seconds: float | None, found: str, ratio: str, target: str) -> dict[str, object]:
    shown = "" if seconds is None else round(seconds, 2)
    return {"what": what, "seconds": shown, "found": found, "ratio": ratio, "target": target}
