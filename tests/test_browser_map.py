"""The map page in a real browser: mouse, finger, keyboard, months, classes, links that are sent, paper.

On SQLite alone, as the other browser tests are.
"""

from __future__ import annotations

from typing import Any

import pytest

from cluster4w.extensions import db
from cluster4w.models import Area, Boundary
from cluster4w.models.engine import writing
from cluster4w.record.queries.operations import get_operation
from tests.browser import DESK, PHONE, find_chromium, visit
from tests.record_rows import add_rows
from tests.test_gap_page import ROWS, load_targets

PAGE = "/test-2016/ecarts?sous_secteur=nfi"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _loaded(app: Any) -> None:
    """Ansongo 100 of 400 reached, Bankass 0 of 90; Ménaka and Bandiagara have no target."""
    find_chromium()
    add_rows(
        app, "ONG-A", *ROWS, {"period": "2016-03", "households_reached": 50, "first_time_assisted": True}
    )
    load_targets(app)


def rows(page: Any) -> list[str]:
    """Return the p-codes of the table's lines that are seen."""
    return page.eval_on_selector_all(  # type: ignore[no-any-return]
        "tr[data-pcode]", "rows => rows.filter(r => !r.hidden).map(r => r.dataset.pcode)"
    )


def faint(page: Any) -> list[str]:
    """Return the p-codes of the areas that are drawn faintly, in the order of their codes."""
    codes: list[str] = page.eval_on_selector_all(".map .faint", "all => all.map(a => a.dataset.pcode)")
    return sorted(codes)


def outlines(app: Any) -> None:
    """Give three cercles an outline: squares beside each other."""
    with app.app_context(), writing():
        edition = get_operation(db.session, "test-2016").edition_id
        for number, pcode in enumerate(("ML0701", "ML0704", "ML0502")):
            area = db.session.query(Area).filter_by(edition_id=edition, pcode=pcode).one()
            west, east = 2 * number, 2 * number + 2
            ring = [[west, 14], [east, 14], [east, 16], [west, 16], [west, 14]]
            db.session.add(Boundary(area_id=area.id, rings=[ring], source="squares"))
        db.session.commit()


def test_every_drawing_answers_to_mouse_finger_and_keyboard_and_the_table_to_it(app: Any) -> None:
    outlines(app)
    with visit(app, "viewer", language="fr") as visitor:
        page = visitor.open(PAGE)
        phone = visitor.open(PAGE, size=PHONE, has_touch=True, is_mobile=True)
        for view, shape in (("", "path"), ("&vue=grille", "rect"), ("&vue=symboles", "circle")):
            page.goto(f"{visitor.base}{PAGE}{view}")
            area = page.locator(".map [data-pcode=ML0701]")
            assert area.locator(shape).count() == 1, view
            # The mouse: the area and its line are marked while it is on either of them.
            area.hover()
            assert page.locator(".map .mark").count() == 1
            assert "chosen" in page.get_attribute("tr[data-pcode=ML0701]", "class")
            page.hover("tr[data-pcode=ML0502]")
            assert "chosen" not in (page.get_attribute("tr[data-pcode=ML0701]", "class") or "")
            assert page.locator(".map .mark").count() == 1
            # The keyboard: from one area to the next, each says its words; Enter opens, then follows.
            area.focus()
            assert page.evaluate("document.activeElement.querySelector('title').textContent").startswith(
                "Ansongo\u00a0: 250 ménages sans aide"
            )
            page.keyboard.press("Tab")
            # Circles lie with the small ones on top, and are gone through in that order.
            following = "ML0502" if shape == "circle" else "ML0704"
            assert page.evaluate("document.activeElement.dataset.pcode") == following
            page.keyboard.press("Shift+Tab")
            page.keyboard.press("Enter")
            assert page.inner_text("[data-details] .name") == "Ansongo"
            assert "zone=ML0701" in page.url
            page.keyboard.press("Enter")
            page.wait_for_url("**/ecarts/ML0701*")
            # A finger.
            phone.goto(f"{visitor.base}{PAGE}{view}")
            phone.tap(".map [data-pcode=ML0701]")
            assert phone.inner_text("[data-details] .name") == "Ansongo"
            assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], view
        assert visitor.said == []


def test_a_part_of_the_response_is_chosen_and_its_address_gives_the_same_view(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(PAGE)
        page.click(".legend [data-class=c0]")
        for name, value in (("org", {"label": "ONG-A"}), ("type", "core_nfi_kit"), ("depuis", "2016-02")):
            page.select_option(f"#{name}", **(value if isinstance(value, dict) else {"value": value}))
            page.wait_for_url(f"**{name}=*")
        # Nothing of what is as usual, and the classes that were clicked meanwhile.
        words = page.url.partition("?")[2].split("&")
        assert sorted(word.partition("=")[0] for word in words) == [
            "classe", "depuis", "org", "sous_secteur", "type"
        ]  # fmt: skip
        assert rows(page) == ["ML0502"]
        assert page.inner_text("[role=note]").count("The target is that of") == 3
        again = visitor.open(page.url.removeprefix(visitor.base), size=PHONE)
        assert rows(again) == rows(page)
        assert again.inner_text("[role=note]") == page.inner_text("[role=note]")
        page.select_option("#org", "")
        page.wait_for_url(lambda url: "org=" not in url)
        assert page.inner_text("[role=note]").count("The target is that of") == 2
        assert visitor.said == []


def test_a_click_goes_down_into_a_region_and_the_way_leads_back(app: Any) -> None:
    with visit(app, "coordinator", language="fr") as visitor:
        page = visitor.open(f"{PAGE}&niveau=1")
        page.click(".map [data-pcode=ML07]")
        page.wait_for_url("**dans=ML07*")
        assert page.inner_text("h1") == "Gao\u00a0: où manque-t-il encore des kits BNA\u202f?"
        assert rows(page) == ["ML0701", "ML0704"]
        page.click(".map [data-pcode=ML0701]")
        page.click("[data-below]")
        page.wait_for_url("**dans=ML0701*")
        assert set(rows(page)) == {"ML070101", "ML070102"}
        page.click(".way a:has-text('Gao')")
        page.wait_for_url("**dans=ML07")
        page.click(".way a >> nth=0")
        page.wait_for_url(lambda url: "dans" not in url)
        assert len(rows(page)) == 4
        assert visitor.said == []


def test_a_finger_sees_the_figures_first_and_goes_down_at_the_second_touch(app: Any) -> None:
    with visit(app, "coordinator", language="fr") as visitor:
        page = visitor.open(f"{PAGE}&niveau=1", size=PHONE, has_touch=True, is_mobile=True)
        page.tap(".map [data-pcode=ML07]")
        panel = page.locator("[data-details]")
        assert panel.is_visible()
        assert "Gao" in panel.inner_text()
        # The panel lies at the foot of the screen: the map stays in sight.
        assert page.locator(".map").bounding_box()["y"] >= 0
        page.tap(".map [data-pcode=ML07]")
        page.wait_for_url("**dans=ML07*")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert visitor.said == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_legend_filters_at_once_and_its_link_gives_the_same_view(app: Any, size: dict[str, int]) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(PAGE, size=size)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/ecarts" in request.url else None)
        page.click(".legend [data-class=c0]")
        assert rows(page) == ["ML0502"]
        assert faint(page) == ["ML0501", "ML0701", "ML0704"]
        assert page.inner_text("tfoot th") == "Total of all areas"
        page.focus(".legend [data-class=none]")
        page.keyboard.press("Space")
        assert rows(page) == ["ML0502", "ML0501", "ML0704"]
        assert page.get_attribute(".legend [data-class=none]", "aria-pressed") == "true"
        page.keyboard.press("Enter")
        assert rows(page) == ["ML0502"]
        # All of that needed nothing from the server.
        assert asked == []
        page.click(".map [data-pcode=ML0502]")
        again = visitor.open(page.url.removeprefix(visitor.base), size=size)
        assert (rows(again), faint(again)) == (rows(page), faint(page))
        assert again.inner_text("[data-details] .name") == "Bankass"
        assert again.locator(".map .mark").count() == 1
        # A filter keeps the classes; without a script the same address shows the same.
        plain = visitor.open(f"{PAGE}&classe=c0&zone=ML0502", size=size, scripts=False)
        assert plain.locator("tr[data-pcode]:visible").count() == 1
        assert plain.inner_text("[data-details] .name") == "Bankass"
        page.click("[data-all]")
        assert len(rows(page)) == 4
        assert "classe" not in page.url
        assert visitor.said == []


def test_a_filter_keeps_the_classes_that_were_clicked(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(PAGE)
        page.click(".legend [data-class=c0]")
        page.click(".segmented a:has-text('Projected gap')")
        page.wait_for_url("**mesure=projected*")
        assert "classe=c0" in page.url
        assert rows(page) == ["ML0502"]
        page.select_option("#montre", "manque")
        page.wait_for_url("**montre=manque*")
        # What is as usual is not in the address.
        assert "cote" not in page.url
        assert "classe" not in page.url
        assert visitor.said == []


def test_the_months_play_until_the_last_one(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(f"{PAGE}&mois=2016-03")
        page.click(".legend [data-class=c20]")
        assert page.inner_text("#mois-lecture") == "Play"
        page.click("#mois-lecture")
        page.wait_for_selector(".lead:has-text('April 2016')")
        assert page.inner_text("#mois-lecture") == "Pause"
        page.wait_for_selector(".lead:has-text('May 2016')")
        page.wait_for_selector("#mois-lecture:has-text('Play')")
        assert "mois=2016-05" in page.url
        assert "classe=c20" in page.url
        assert page.evaluate("document.activeElement.id") == "mois-lecture"
        # From the last month it begins anew; a second click stops it.
        page.click("#mois-lecture")
        page.wait_for_selector(".lead:has-text('cumulated January 2016')")
        page.click("#mois-lecture")
        assert page.inner_text("#mois-lecture") == "Play"
        assert visitor.said == []


def test_who_wants_no_motion_steps_from_month_to_month(app: Any) -> None:
    with visit(app, "viewer", language="fr") as visitor:
        page = visitor.open(f"{PAGE}&mois=2016-03", reduced_motion="reduce")
        assert page.inner_text("#mois-lecture") == "Mois suivant"
        page.click("#mois-lecture")
        page.wait_for_selector(".lead:has-text('avril 2016')")
        assert page.inner_text("#mois-lecture") == "Mois suivant"
        assert visitor.said == []


def test_two_maps_mark_the_same_area_and_lie_under_each_other_on_a_phone(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(f"{PAGE}&cote=shelter")
        page.hover(".map >> nth=1 >> [data-pcode=ML0701]")
        assert page.locator(".map .mark").count() == 2
        left, right = (page.locator(".map").nth(n).bounding_box() for n in (0, 1))
        assert left["y"] == right["y"]
        # A line of the table opens the area of both maps; Escape closes it, wherever the keyboard is.
        page.click("tr[data-pcode=ML0701] td >> nth=1")
        assert page.locator(".map .mark").count() == 2
        page.keyboard.press("Escape")
        assert not page.is_visible("[data-details]")
        page.click(".map >> nth=0 >> [data-pcode=ML0701]")
        assert page.inner_text("[data-details] .said").startswith("NFI: 250 households without, 38% reached")
        phone = visitor.open(f"{PAGE}&cote=shelter", size=PHONE)
        above, below = (phone.locator(".map").nth(n).bounding_box() for n in (0, 1))
        assert above["y"] + above["height"] < below["y"]
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert visitor.said == []


def test_a_place_is_looked_for_with_the_keyboard(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        page = visitor.open(PAGE)
        assert page.locator("#lieux option").count() == 4
        page.fill("#lieu", "menaka")
        page.keyboard.press("Enter")
        assert page.inner_text("[data-details] .name") == "Ménaka"
        assert page.url.endswith("zone=ML0704")
        assert page.evaluate("document.activeElement.dataset.pcode") == "ML0704"
        # Tab goes on to the next area, Escape closes, a name that the map does not hold is the server's.
        page.keyboard.press("Escape")
        assert not page.is_visible("[data-details]")
        assert "zone" not in page.url
        page.fill("#lieu", "Baye")
        page.keyboard.press("Enter")
        page.wait_for_url("**dans=ML0502*")
        assert page.inner_text("[data-details] .name") == "Baye"
        assert visitor.said == []


def test_the_page_prints_on_its_own_with_the_network_off(app: Any) -> None:
    with visit(app, "viewer") as visitor:
        for path in (PAGE, f"{PAGE}&cote=2016-03"):
            page = visitor.open(path)
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.reload()
            page.wait_for_load_state("networkidle")
            assert asked
            assert all(url.startswith(visitor.base) for url in asked)
            page.context.set_offline(True)
            page.hover(".map [data-pcode=ML0701] >> nth=0")
            page.click(".legend [data-class=c0]")
            assert rows(page) == ["ML0502"]
            page.emulate_media(media="print")
            for gone in (".period", "[data-search]", ".map-options", ".top nav"):
                assert not page.is_visible(gone), gone
            for kept in ("h1", ".map >> nth=0", ".legend", ".gap-table", ".source"):
                assert page.is_visible(kept), kept
            assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") <= 3
        # With another address the browser asks for the page's icon again, and does not get it.
        assert all("ERR_INTERNET_DISCONNECTED" in words for words in visitor.said)
