"""The charts: declared once, the same marks in page, sheet and files; readable without seeing colours."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
import sqlalchemy as sa

from cluster4w.extensions import db
from cluster4w.gaps.question import Question
from cluster4w.models import NilReport, Organisation, Participation
from cluster4w.models.engine import writing
from cluster4w.publish.charts.axis import scale, text_width
from cluster4w.publish.charts.declared import every_chart
from cluster4w.publish.charts.files import charts_json, write_chart
from cluster4w.publish.charts.paint import LETTERS
from cluster4w.publish.charts.reading import Wanted, read_figures
from cluster4w.publish.charts.sheet import chart_sheet, content
from cluster4w.publish.charts.spec import Category, Chart, Series, heads, rows
from cluster4w.publish.charts.svg import chart_svg
from cluster4w.record.queries.operations import get_operation
from cluster4w.template.language import translator
from tests.pages import parse, text_of
from tests.record_rows import add_rows
from tests.test_gap_page import PLANNED, load_targets

PAGE = "/test-2016/graphiques"
SVG = "{http://www.w3.org/2000/svg}"
TODAY = dt.date(2016, 6, 5)
ENGLISH = translator("en")
HOSTILE = "</svg><script>alert(1)</script>&\"'"


def drawn(svg: str) -> ElementTree.Element:
    """Return a drawing as a tree; raises where it is not well-formed."""
    return ElementTree.fromstring(svg)


def months_chart(**values: tuple[float | None, ...]) -> Chart:
    """Return a chart of a plan's year with lines of these figures (the target in steps)."""
    series = tuple(
        Series(name, name, name, "step" if name == "target" else "line", "target" if name == "target" else
               "planned" if name == "planned" else "reached", figures)
        for name, figures in values.items()
    )  # fmt: skip
    categories = tuple(Category(f"2016-{n:02}", f"month {n}", "sept.") for n in range(1, 13))
    return Chart("any", None, "months", "Title", "", "Month", categories, series, "fr", "no report")


# --- the drawing ---------------------------------------------------------------------------------------


def test_an_axis_holds_its_figures_in_few_round_steps() -> None:
    for low, high, ticks in (
        (0, 1, [0, 1]),
        (0, 7, [0, 2, 4, 6, 8]),
        (0, 18_247, [0, 5000, 10_000, 15_000, 20_000]),
        (-30, 90, [-50, -25, 0, 25, 50, 75, 100]),
    ):
        assert list(scale(low, high).ticks) == ticks
    for high in range(1, 3000, 7):
        axis = scale(0, high)
        assert axis.low == 0 <= high <= axis.high
        assert len(axis.ticks) <= 6
        assert all(float(tick).is_integer() for tick in axis.ticks)


@pytest.mark.parametrize("last", [1, 5, 12])
def test_names_at_the_ends_of_lines_lie_neither_on_one_another_nor_on_the_target(last: int) -> None:
    for target, reached, planned in (
        (900, 400, 500),
        (900, 899, 900),
        (900, 900, 900),
        (900, 0, 0),
        (20, 30_000, 30_001),
        (0, 0, 0),
    ):
        empty = (None,) * (12 - last)
        chart = months_chart(
            target=(target,) * 12, reached=(reached,) * last + empty, planned=(planned,) * last + empty
        )
        root = drawn(chart_svg(chart, ENGLISH))
        *_, ends = root.findall(f"{SVG}g")
        texts = [(float(t.get("x") or 0), float(t.get("y") or 0), t.text or "") for t in ends]
        assert len(texts) == 6, (target, reached, planned)
        boxes = [(x, y - 11, x + text_width(words, LETTERS), y + 2) for x, y, words in texts]
        width, height = (float(v) for v in (root.get("viewBox") or "").split()[2:])
        for one in boxes:
            assert 0 <= one[0] < one[2] <= width
            assert 0 <= one[1] < one[3] <= height
        if planned > reached:
            # The names stand in the order of their lines.
            height_of = {words: y for _, y, words in texts}
            assert height_of["planned"] < height_of["reached"]
        for one, other in combinations(boxes, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (target, reached, planned, texts)


def test_a_month_without_a_report_breaks_the_line_and_is_marked() -> None:
    values = (10, None, 30, 40, *(None,) * 8)
    chart = months_chart(target=(90,) * 12, reached=values)
    categories = [replace(c, absent=n == 1, later=n > 3) for n, c in enumerate(chart.categories)]
    chart = replace(chart, categories=tuple(categories))
    root = drawn(chart_svg(chart, ENGLISH))
    (line,) = [p.get("d") or "" for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "2.4"]
    assert (line.count("M"), line.count("L")) == (2, 1)
    groups = [g for g in root.iter(f"{SVG}g") if g.get("tabindex") == "0"]
    said = [g.findtext(f"{SVG}title") for g in groups]
    # Months to come are on the axis and say nothing; the target of the silent month is known.
    assert said == [
        "month 1\u00a0: target 90\u202f; reached 10",
        "month 2\u00a0: no report\u202f; target 90",
        "month 3\u00a0: target 90\u202f; reached 30",
        "month 4\u00a0: target 90\u202f; reached 40",
    ]
    assert "url(#any-absent)" in ElementTree.tostring(groups[1], encoding="unicode")
    assert list(rows(chart, ENGLISH)) == [
        ["month 1", 90, 10],
        ["month 2", 90, None],
        ["month 3", 90, 30],
        ["month 4", 90, 40],
    ]
    # Of a line that is nowhere known nothing is drawn.
    silent = replace(chart, categories=tuple(replace(c, absent=True) for c in chart.categories))
    root = drawn(chart_svg(silent, ENGLISH))
    assert [p for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "2.4"] == []
    # What takes away hangs below the axis; zero is a stroke, not nothing.
    bars = Series("bars", "bars", "", "bar", "reached", (-20, None, 0, 5, *(None,) * 8))
    root = drawn(chart_svg(replace(chart, series=(bars,)), ENGLISH))
    rects = [r for r in root.iter(f"{SVG}rect") if r.findtext(f"{SVG}title")]
    found = [r for r in rects if r.get("fill") == "#2d6e5e"]
    assert [float(r.get("height") or 0) > 1 for r in found] == [True] * 3
    tops = [float(r.get("y") or 0) for r in found]
    assert tops[0] > tops[1] > tops[2]


def test_small_parts_are_drawn_as_one_and_stay_apart_in_the_table() -> None:
    names = [f"ONG-{n}" for n in range(14)]
    categories = tuple(Category(n, n, n, part=0.1) for n in (*names[:12], HOSTILE, "Silent"))
    values = (*range(120, 0, -10), 5, None)
    chart = Chart("any", None, "parts", "T", "", "Who", categories,
                  (Series("a", "people", "", "bar", "reached", values),), "en")  # fmt: skip
    root = drawn(chart_svg(chart, ENGLISH))
    said = [t.text or "" for g in root.findall(f"{SVG}g") for t in g.findall(f"{SVG}title")]
    assert said[0] == "ONG-0: 120 (10%)"
    assert said[-1] == "others (5): 105 (50%)"
    assert len(said) == 9
    assert heads(chart, ENGLISH) == ["Who", "people", "Share", "Converted"]
    table = list(rows(chart, ENGLISH))
    assert len(table) == 14
    assert table[-1][:2] == ["Silent", None]
    # Looks that stand on one another differ without colour: full, hatched, dotted, bare, bare with dashes.
    looks = ("reached", "late", "nil", "missing", "awaited", "planned")
    stacked = tuple(Series(k, k, "", "bar", k, (3,) * 14) for k in looks)  # type: ignore[arg-type]
    root = drawn(chart_svg(replace(chart, shape="months", series=stacked), ENGLISH))
    first = next(g for g in root.findall(f"{SVG}g") if g.get("tabindex") == "0")
    fills = [(r.get("fill"), r.get("stroke-dasharray")) for r in first if r.find(f"{SVG}title") is not None]
    assert len(set(fills)) == len(looks)


# --- the operation's charts ------------------------------------------------------------------------------


@pytest.fixture
def loaded(app: Any) -> None:
    """100 households reached in March, 40 planned, 20 in May in cash; a target of 490; a hostile name."""
    first = {"first_time_assisted": True, "period": "2016-03", "modality": "in_kind"}
    add_rows(app, "ONG-A", first, first | PLANNED)
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        hostile = Organisation(acronym=HOSTILE, name="=cmd|' /C calc'!A0", type="nngo", origin="shipped")
        db.session.add(hostile)
        db.session.flush()
        db.session.add(Participation(operation_id=operation.id, organisation_id=hostile.id, role="partner"))
        db.session.commit()
    add_rows(app, HOSTILE, first | {"period": "2016-05", "modality": "cash", "households_reached": 20})
    load_targets(app)


def every_drawing(page: str) -> list[ElementTree.Element]:
    """Return the drawings of a page."""
    found = re.findall(r'<svg [^>]*class="chart".*?</svg>', page, flags=re.S)
    return [drawn(svg) for svg in found]


def titles(svg: ElementTree.Element) -> list[str]:
    return [g.findtext(f"{SVG}title") or "" for g in svg.iter(f"{SVG}g") if g.get("tabindex") == "0"]


@pytest.mark.usefixtures("loaded")
def test_page_sheet_and_files_are_drawn_from_one_declaration(app: Any, client_for: Any) -> None:
    client = client_for("viewer")
    response = client.get(f"{PAGE}?sous_secteur=nfi")
    page = response.text
    assert len(page.encode()) < 60_000
    assert "<script>alert" not in page
    trend, who, how, reports = every_drawing(page)
    assert titles(trend)[:5] == [
        "January 2016: no report; targeted 490",
        "February 2016: no report; targeted 490",
        "March 2016: reached in the month 100; planned in the month 40; targeted 490; "
        "reached, cumulated 100; reached or planned, cumulated 140",
        "April 2016: no report; targeted 490",
        "May 2016: reached in the month 20; planned in the month 0; targeted 490; "
        "reached, cumulated 120; reached or planned, cumulated 160",
    ]
    assert titles(who) == ["ONG-A: 100 (83%)", f"{HOSTILE}: 20 (17%)"]
    assert titles(how) == ["In kind: 100 (83%)", "Cash: 20 (17%)"]
    # Rows of today are late for 2016; five organisations take part.
    assert titles(reports)[1:3] == [
        "February 2016: late 0; no report 5",
        "March 2016: late 1; no report 4",
    ]
    table = parse(page).find(".//table")
    assert table is not None
    assert [text_of(c) for c in list(table.findall("tbody/tr")[3])] == [
        "April 2016", "not available", "not available", "490", "not available", "not available"
    ]  # fmt: skip
    with app.app_context():
        operation = get_operation(db.session, "test-2016")
        figures = read_figures(db.session, operation, Wanted(("nfi",)))
        today = dt.datetime.now(dt.UTC).date()
        charts = every_chart(figures, "en", ENGLISH, today)
        for entry in content(figures, charts, "en", ENGLISH, TODAY)["charts"]:
            assert entry["svg"] in page
        # The sheet puts the same chart of each sub-sector side by side.
        both = read_figures(db.session, operation, Wanted())
        every = every_chart(both, "en", ENGLISH, TODAY)
        keys = [c["title"] for c in content(both, every, "en", ENGLISH, TODAY)["charts"]]
        assert [k.split(":")[0] for k in keys[:2]] == ["Shelter", "NFI"]
        assert keys[0].split(":")[1] == keys[1].split(":")[1]
        pdf = chart_sheet(figures, "pdf", language="fr", made=TODAY)
        assert pdf.startswith(b"%PDF-")
        assert pdf == chart_sheet(figures, "pdf", language="fr", made=TODAY)
        assert b"/Count 1" in pdf
        for chart in every_chart(figures, "fr", translator("fr"), TODAY):
            out = io.BytesIO()
            write_chart(figures, chart, "svg", out, translate=translator("fr"), made=TODAY)
            root = drawn(out.getvalue().decode())
            assert root.findtext(f"{SVG}title") == chart.title
            inner = root.find(f"{SVG}svg")
            assert inner is not None
            words = "".join(root.itertext())
            assert "5 juin 2016" in words
            assert ("Plan de réponse 2016" in words) == (chart.sub_sector is not None)
        said = json.loads(charts_json(figures, charts, ENGLISH))
        assert [c["reached"] for c in said["charts"][0]["categories"]] == [None, None, 100, None, 120]


@pytest.mark.usefixtures("loaded")
def test_charts_and_their_figures_can_be_taken_away(client_for: Any, cli: Any, tmp_path: Path) -> None:
    client = client_for("coordinator")
    page = client.get(PAGE)
    links = [
        a.get("href") or "" for a in parse(page.text).iter("a") if "." in (a.get("href") or "").split("/")[-1]
    ]
    files = [link for link in links if link.startswith(PAGE)]
    # Four forms of seven charts, and the sheet in three.
    assert len(files) == 4 * 7 + 3
    starts = {"pdf": b"%PDF-", "png": b"\x89PNG", "xlsx": b"PK", "svg": b"<svg", "csv": b"\xef\xbb\xbf"}
    for link in files:
        if "nfi" in link or "feuille" in link or "rapports" in link:
            answer = client.get(link)
            form = link.rpartition(".")[2]
            assert answer.status_code == 200
            assert answer.data.startswith(starts[form]), link
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=201605_test-2016_")
    content = client.get(f"{PAGE}/organisations-nfi.csv?mois=2016-03").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content), delimiter=";")) == [
        ["Organisation", "assistances", "Share", "Converted"],
        ["ONG-A", "100", "1", ""],
    ]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{PAGE}/organisations-nfi.xlsx").data))
    lines = [[c.value for c in row] for row in book.active.iter_rows(min_row=4, max_row=5)]
    assert [line[1] for line in lines] == [100, 20]
    assert lines[1][0].lstrip("'") == HOSTILE
    for address in ("organisations-nfi.exe", "nothing.svg", "feuille.docx", "feuille.csv"):
        assert client.get(f"{PAGE}/{address}").status_code == 404
    out = tmp_path / "charts.csv"
    done = cli("charts", "--operation", "test-2016", "--format", "csv", "--lang", "en", "--out", out)
    assert done.exit_code == 0, done.output
    text = out.read_text(encoding="utf-8-sig")
    assert text.startswith("Shelter: where do the targets stand? (Households, cumulated January – May 2016)")
    assert "March 2016;100;40;490;100;140" in text
    done = cli("charts", "--operation", "test-2016", "--sub-sector", "wash", "--out", out)
    assert (done.exit_code, "wash" in done.output) == (2, True)
    done = cli("charts", "--operation", "test-2016", "--period", "2017-01", "--lang", "en", "--out", out)
    assert done.exit_code == 2
    assert "2017-01 is no month of the plan, which goes from 2016-01 to 2016-12." in done.output


@pytest.mark.usefixtures("loaded")
def test_filters_stand_in_the_address_and_unchanged_charts_are_not_sent_again(
    app: Any, client_for: Any
) -> None:
    client = client_for("viewer")
    for query, said in (
        ("unite=individual", "NFI, people, cumulated January – May 2016"),
        ("groupe=idps", "cumulated January – May 2016, IDPs"),
        ("mois=2016-03", "NFI, households, cumulated January – March 2016"),
        ("mois=2015-12&nonsense", "NFI, households, cumulated January – May 2016"),
        ("mois=nonsense&groupe=zzz&unite=%27", "NFI, households, cumulated January – May 2016"),
    ):
        root = parse(client.get(f"{PAGE}?sous_secteur=nfi&{query}").text)
        assert said in text_of(root.find(".//p[@class='lead']"))
        if "nonsense" not in query:
            # Every other choice and every file keeps the filter.
            links = [a.get("href") or "" for a in root.find(".//main").iter("a")]  # type: ignore[union-attr]
            assert sum(query in link for link in links) >= 4 * 4
        assert "left aside here" not in text_of(root.find(".//main"))
    # What the map narrows and the charts do not is said.
    assert "left aside here" in client.get(f"{PAGE}?sous_secteur=nfi&depuis=2016-03").text
    address = f"{PAGE}?sous_secteur=nfi"
    kept = {"If-None-Match": client.get(address).headers["ETag"]}
    assert client.get(address, headers=kept).status_code == 304
    add_rows(app, "ONG-A", {"period": "2016-06", "first_time_assisted": True})
    assert client.get(address, headers=kept).status_code == 200


@pytest.mark.usefixtures("loaded")
def test_the_charts_of_a_day_say_so_and_keep_it(app: Any, client_for: Any, cli: Any, tmp_path: Path) -> None:
    client = client_for("coordinator")
    today = dt.datetime.now(dt.UTC).date().isoformat()
    page = client.get(f"{PAGE}?sous_secteur=nfi&etat={today}")
    root = parse(page.text)
    assert "State of" in text_of(root.find(".//p[@class='state']"))
    # Counted from the rows, which is the same as what the summary says now.
    now = every_drawing(client.get(f"{PAGE}?sous_secteur=nfi").text)
    for one, other in zip(every_drawing(page.text)[:3], now[:3], strict=True):
        assert titles(one) == titles(other)
    links = [a.get("href") or "" for a in root.iter("a") if "graphiques/" in (a.get("href") or "")]
    assert links
    assert all(f"etat={today}" in link and "sous_secteur=nfi" in link for link in links if "nfi" in link)
    sent = client.get(f"{PAGE}/evolution-nfi.svg?etat={today}&sous_secteur=nfi")
    assert f"etat-{today}" in sent.headers["Content-Disposition"]
    assert "State of" in sent.text
    assert client.get(f"{PAGE}?etat=2016-13-01").status_code == 400
    with app.app_context():
        operation = get_operation(db.session, "test-2016")
        moment = dt.datetime.combine(dt.date.fromisoformat(today), dt.time.max, dt.UTC)
        figures = read_figures(db.session, operation, Wanted(("nfi",), Question(as_of=moment)))
        charts = every_chart(figures, "en", ENGLISH, TODAY)
        assert content(figures, charts, "en", ENGLISH, TODAY)["as_of"].startswith("State of")
    out = tmp_path / "then.json"
    done = cli("charts", "--operation", "test-2016", "--as-of", today, "--format", "json", "--out", out)
    assert done.exit_code == 0, done.output
    assert json.loads(out.read_text())["as_of"].startswith(today)


def test_an_empty_operation_says_that_nothing_is_known(client_for: Any) -> None:
    page = client_for("coordinator").get(PAGE)
    root = parse(page.text)
    said = [text_of(svg) for svg in root.iter(f"{SVG}svg") if svg.get("class") == "chart"]
    assert len(said) == 7
    assert said[0] == "Not available: no activity of these months says a figure."
    assert said[1] == "Not available: no completed activity of these months says a figure."
    assert "no report" in said[-1]
    assert "No target is known: none is drawn." in text_of(root)


def test_a_month_with_nothing_but_nil_reports_is_known_and_adds_nothing(app: Any) -> None:
    add_rows(
        app,
        "ONG-A",
        *({"period": f"2016-0{n}", "first_time_assisted": True} for n in (1, 4)),
        {"period": None},
    )
    with app.app_context(), writing():
        operation = get_operation(db.session, "test-2016")
        number = db.session.scalars(sa.select(Organisation.id).where(Organisation.acronym == "OIM")).one()
        db.session.add(NilReport(operation_id=operation.id, organisation_id=number, month="2016-03"))
        db.session.commit()
    with app.app_context():
        figures = read_figures(db.session, get_operation(db.session, "test-2016"), Wanted(("nfi",)))
        chart = every_chart(figures, "en", ENGLISH, TODAY)[0]
    assert [row[:2] for row in rows(chart, ENGLISH)] == [
        ["January 2016", 100],
        ["February 2016", None],
        ["March 2016", 0],
        ["April 2016", 100],
    ]
    assert [c.absent for c in chart.categories[:4]] == [False, True, False, False]
    assert "target" not in {series.key for series in chart.series}


def test_reports_that_are_not_due_yet_are_not_missing(app: Any) -> None:
    add_rows(app, "ONG-A", {"period": "2016-05", "first_time_assisted": True})
    with app.app_context():
        figures = read_figures(db.session, get_operation(db.session, "test-2016"), Wanted())
        for today, found in (
            (dt.date(2016, 6, 5), {"missing": 16, "awaited": 3}),
            (dt.date(2016, 8, 1), {"missing": 19}),
        ):
            chart = every_chart(figures, "en", ENGLISH, today)[-1]
            assert chart.key == "rapports"
            sums = {s.key: sum(v or 0 for v in s.values) for s in chart.series}
            assert {k: sums[k] for k in ("missing", "awaited") if k in sums} == found
            assert any("due on 10 June 2016" in note for note in chart.notes) == ("awaited" in found)
