"""The pages in a real browser: scripts, the content security policy, a phone, and no script at all.

On SQLite alone: what a browser does with a page does not depend on the database, and every page is asked
for on both databases by the other tests.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w import jobs
from cluster4w.models import Activity, Submission
from tests.books import book
from tests.browser import PHONE, find_chromium, visit
from tests.record_rows import add_rows
from tests.sending import HERE, own, received
from tests.test_gap_page import ROWS, load_targets

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _browser() -> None:
    find_chromium()


def a_file(data: bytes, name: str = "mai.xlsx") -> dict[str, Any]:
    """Return a file as Playwright takes it."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def test_a_file_goes_from_the_form_to_its_receipt(app: Any, session: orm.Session) -> None:
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envoyer")
        page.set_input_files("input[type=file]", a_file(book(own(), own(Individus=2000, Ménages=119))))
        page.click("button.primary")
        page.wait_for_url("**/envois/*")
        assert page.inner_text("h1") == "mai.xlsx: 2 lines ready"
        page.check("#vu")
        page.click("text=Send the 2 lines that are ready")
        page.wait_for_selector("text=2 lines recorded")
        assert visitor.said == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 2


def test_a_file_is_dropped_on_the_page(app: Any) -> None:
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envoyer")
        page.evaluate(
            """() => {
                const data = new DataTransfer();
                data.items.add(new File(["a;b\\n1;2\\n"], "mai.csv"));
                const area = document.querySelector("[data-drop]");
                const options = {dataTransfer: data, bubbles: true, cancelable: true};
                for (const name of ["dragenter", "dragover", "drop"])
                    area.dispatchEvent(new DragEvent(name, options));
            }"""
        )
        assert page.evaluate("document.querySelector('input[type=file]').files[0].name") == "mai.csv"
        assert visitor.said == []


def test_a_file_over_the_limit_is_not_sent_at_all(app: Any, session: orm.Session) -> None:
    app.config["MAX_UPLOAD_MB"] = 0
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envoyer")
        page.set_input_files("input[type=file]", a_file(book(own())))
        page.click("button.primary")
        page.wait_for_selector("[data-problem]:visible")
        assert "larger than 0 MB" in page.inner_text("[data-problem]")
        assert page.url.endswith("/envoyer")
    assert session.scalars(sa.select(Submission)).all() == []


def test_what_the_server_refuses_is_said_on_the_page_and_can_be_tried_again(app: Any) -> None:
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envoyer")
        page.set_input_files("input[type=file]", a_file(b"", "vide.xlsx"))
        page.click("button.primary")
        page.wait_for_selector("[data-problem]:visible")
        assert page.inner_text("[data-problem]") == "This file is empty."
        assert page.is_enabled("button.primary")


def test_everything_works_without_scripts(app: Any, session: orm.Session) -> None:
    with visit(app, "information_manager") as visitor:
        page = visitor.open(f"{HERE}/envoyer", scripts=False)
        page.set_input_files("input[type=file]", a_file(book(own())))
        page.click("button.primary")
        page.wait_for_url("**/envois/*")
        page.click("text=Send the line that is ready")
        page.wait_for_selector("text=1 line recorded")
        gaps = visitor.open(f"{HERE}/ecarts?sous_secteur=nfi", scripts=False)
        gaps.click("text=Projected gap")
        gaps.select_option("#groupe", "idps")
        gaps.click("form:has(#groupe) button")
        assert "mesure=projected" in gaps.url
        assert "groupe=idps" in gaps.url
        gaps.click(".map [data-pcode=ML0502]")
        assert gaps.inner_text("h1") == "Bankass: why these figures?"
    assert session.scalar(sa.select(sa.func.count()).select_from(Activity)) == 1


def test_a_cell_is_corrected_with_the_keyboard_alone(app: Any) -> None:
    data = book(own(), own(Commune="Bankass", Ménages=120.4, Individus=601))
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envoyer", scripts=False)
        page.set_input_files("input[type=file]", a_file(data))
        page.click("button.primary")
        page.wait_for_url("**/envois/*")
        page.focus(".fix summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.type("130")
        # Enter saves what was typed, although a button beside it would take the suggestion.
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.inner_text("h1") == "mai.xlsx: 2 lines ready"
        page.click("#corrections summary")
        assert "120.4 → 130" in page.inner_text("#corrections")


def test_a_check_that_is_waited_for_comes_to_its_page(app: Any) -> None:
    number = received(app, book(own()))
    with visit(app, "partner") as visitor:
        page = visitor.open(f"{HERE}/envois/{number}")
        assert page.inner_text("h1") == "gros.xlsx is being checked"
        worker = threading.Thread(target=jobs.run_check, args=(app, number))
        worker.start()
        page.wait_for_selector("text=1 line ready")
        worker.join()
        assert visitor.said == []


def test_map_and_table_mark_the_same_area_and_a_tap_opens_it(app: Any) -> None:
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app)
    with visit(app, "coordinator") as visitor:
        page = visitor.open(f"{HERE}/ecarts?sous_secteur=nfi")
        page.hover("tr[data-pcode=ML0701]")
        assert page.locator(".map .mark").count() == 1
        page.hover("h1")
        assert page.locator(".map .mark").count() == 0
        page.hover(".map [data-pcode=ML0701]")
        assert "chosen" in page.get_attribute("tr[data-pcode=ML0701]", "class")
        page.click(".map [data-pcode=ML0701]")
        panel = page.locator("[data-details]")
        assert panel.is_visible()
        assert "Ansongo" in panel.inner_text()
        assert "300 households without" in panel.inner_text()
        page.hover("h1")
        assert "chosen" in page.get_attribute("tr[data-pcode=ML0701]", "class")
        page.keyboard.press("Escape")
        assert not panel.is_visible()
        page.focus(".map [data-pcode=ML0502]")
        page.keyboard.press("Enter")
        assert "Bankass" in panel.inner_text()
        panel.locator("[data-why]").click()
        page.wait_for_selector("text=Bankass: why these figures?")
        assert visitor.said == []


def test_the_slider_moves_the_month_in_place(app: Any) -> None:
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app)
    with visit(app, "viewer") as visitor:
        page = visitor.open(f"{HERE}/ecarts?sous_secteur=nfi&mois=2016-05")
        assert page.inner_text("output") == "May 2016"
        assert page.inner_text("tfoot td:nth-of-type(2)") == "100"
        page.focus("#mois-curseur")
        page.keyboard.press("ArrowLeft")
        page.wait_for_selector(".lead:has-text('April 2016')")
        assert "mois=2016-04" in page.url
        assert page.inner_text("output") == "April 2016"
        assert page.evaluate("document.activeElement.id") == "mois-curseur"
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(".lead:has-text('May 2016')")
        assert page.inner_text("tfoot td:nth-of-type(2)") == "100"
        assert visitor.said == []


def test_on_a_phone_the_filters_fold_and_nothing_scrolls_sideways(app: Any) -> None:
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app, targets={"ML0701": 123_456, "ML0502": 98_765})
    number = received(app, book(own(Commune="Bankas", Ménages="environ trois cents ménages"), own()))
    jobs.run_check(app, number)
    pages = ("ecarts?sous_secteur=nfi", "ecarts/ML0701?sous_secteur=nfi", "envoyer", "envois", "exports")
    with visit(app, "information_manager") as visitor:
        page = visitor.open(f"{HERE}/", size=PHONE)
        for path in (*pages, f"envois/{number}"):
            page.goto(f"{visitor.base}{HERE}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        gaps = visitor.open(f"{HERE}/ecarts?sous_secteur=nfi", size=PHONE)
        assert not gaps.locator(".segmented").first.is_visible()
        gaps.click("[data-filters] > summary")
        assert gaps.locator(".segmented").first.is_visible()
        assert visitor.said == []
