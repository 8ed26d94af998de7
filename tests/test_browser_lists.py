"""A list in a real browser: its map and its lines point at each other, and it works without scripts.

On SQLite alone, as the other browser tests are.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.browser import PHONE, find_chromium, visit
from tests.record_rows import add_rows
from tests.test_gap_page import ROWS, load_targets

PAGE = "/test-2016/listes"
LATE = {"status": "planned", "households_targeted": 5, "end_date": dt.date(2016, 5, 20)}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _loaded(app: Any) -> None:
    """Ansongo reached 100 of 400, Bankass 0 of 90; two late plans in Ansongo, one in Gao as a whole."""
    find_chromium()
    place = {"adm2_pcode": None, "adm2_name": None, "adm3_pcode": None, "adm3_name": None}
    add_rows(
        app, "ONG-A", *ROWS, LATE | {"site_name": "Site 1"}, LATE | {"site_name": "Site 2"}, LATE | place
    )
    load_targets(app)


def chosen(page: Any) -> list[str]:
    """Return the words of the lines that are marked, and the number of marks on the map."""
    lines: list[str] = page.eval_on_selector_all(
        "tr.chosen th", "all => all.map(th => th.firstElementChild.textContent)"
    )
    return [*lines, str(page.locator(".map .mark").count())]


def test_map_and_lines_mark_each_other(app: Any) -> None:
    with visit(app, "coordinator") as visitor:
        page = visitor.open(f"{PAGE}/a-couvrir?sous_secteur=nfi")
        assert chosen(page) == ["0"]
        page.click(".map [data-pcode=ML0701]")
        assert chosen(page) == ["Ansongo", "1"]
        assert "300 households without" in page.inner_text("[data-details]")
        page.click("tr[data-pcode=ML0502] td >> nth=0")
        assert chosen(page) == ["Bankass", "1"]
        assert "zone=ML0502" in page.url
        page.click("[data-close]")
        # An area that the list does not name opens too, with what is known of it.
        page.click(".map [data-pcode=ML0501]")
        assert page.inner_text("[data-details] .name") == "Bandiagara"
        page.goto(f"{visitor.base}{PAGE}/plans-en-retard?sous_secteur=nfi&zone=ML0701")
        assert chosen(page) == ["Site 1", "Site 2", "Bara", "1"]
        assert page.inner_text("[data-details] .name") == "Ansongo"
        page.click("[data-close]")
        page.click("thead a:has-text('Activity')")
        page.wait_for_url("**tri=activity*")
        page.select_option("#mois", "2016-04")
        page.wait_for_url("**mois=2016-04*")
        assert "the record holds no row of these months" in page.inner_text("#chiffres")
        assert visitor.said == []


def test_a_list_fits_a_phone_and_needs_no_script(app: Any) -> None:
    with visit(app, "coordinator", language="fr") as visitor:
        page = visitor.open(PAGE, size=PHONE, scripts=False)
        for name in page.eval_on_selector_all("tbody th a", "all => all.map(a => a.getAttribute('href'))"):
            page.goto(visitor.base + name + ("&" if "?" in name else "?") + "sous_secteur=nfi")
            assert page.locator("h1").inner_text()
            overflow = page.locator("html").evaluate("e => e.scrollWidth")
            assert overflow <= PHONE["width"], name
        page.goto(f"{visitor.base}{PAGE}/a-couvrir?sous_secteur=nfi")
        page.click("thead a:has-text('Couverture')")
        page.wait_for_url("**tri=-share*")
        assert page.inner_text("tbody tr th >> nth=0").startswith("Ansongo")
        assert visitor.said == []
