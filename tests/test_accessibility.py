"""Every page that people work with, judged by axe-core in a browser: no violation of WCAG 2.2 A and AA.

On SQLite alone, as the other browser tests are.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest

from cluster4w import jobs
from tests.books import book
from tests.browser import DESK, PHONE, find_chromium, visit
from tests.record_rows import add_rows
from tests.sending import HERE, own, received
from tests.test_gap_page import ROWS, load_targets

#: Standards that are asked for, and what axe calls good practice beside them.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GAPS = (
    "",
    "&dans=ML07&zone=ML0701",
    "&niveau=1&classe=c0",
    "&montre=presence",
    "&montre=recouvrements&cote=shelter",
    "&org=1&type=core_nfi_kit&depuis=2016-02&classes=bornes&bornes=10+100",
    "&vue=symboles&mois=2016-05",
)
#: Pages that look the same on a phone as far as these rules go: looked at once.
MORE = (
    "envois/1/colonnes", "regles", "modele", "bornes", "besoins", "activites", "exports", "mois", "equipe",
)  # fmt: skip

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def violations(page: Any, axe: str) -> list[str]:
    """Return what axe finds wrong with a page, in its words and with the first element of each."""
    page.evaluate(axe)
    found = page.evaluate(
        "async tags => (await axe.run({runOnly: tags, resultTypes: ['violations']})).violations", TAGS
    )
    return [f"{v['id']}: {v['help']} ({len(v['nodes'])}): {v['nodes'][0]['html'][:200]}" for v in found]


@pytest.mark.parametrize(
    ("language", "size", "more"), [("en", DESK, MORE), ("fr", PHONE, ())], ids=["en-desk", "fr-phone"]
)
def test_no_page_keeps_anybody_out(
    app: Any, language: str, size: dict[str, int], more: tuple[str, ...]
) -> None:
    find_chromium()
    add_rows(app, "ONG-A", *ROWS)
    add_rows(app, "ONG-B", {"first_time_assisted": True})
    load_targets(app)
    number = received(
        app, book(own(Commune="Bankas", Ménages="environ trois cents"), own(), own(Activité="Zzz"))
    )
    jobs.run_check(app, number)
    paths = [f"ecarts?sous_secteur=nfi{part}" for part in GAPS]
    paths += [f"listes{part}?sous_secteur=nfi" for part in ("", "/a-couvrir", "/plans-en-retard")]
    paths += [
        "ecarts/ML0701?sous_secteur=nfi",
        "graphiques",
        "",
        "envoyer",
        f"envois/{number}",
        "doubles",
        *more,
    ]
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    wrong = {}
    with visit(app, "information_manager", language=language) as visitor:
        # One tab for all: a new one would start a process and load styles and scripts again.
        page = visitor.open(f"{HERE}/", size=size)
        for path in paths:
            page.goto(f"{visitor.base}{HERE}/{path}")
            assert page.get_attribute("html", "lang") == language
            assert page.inner_text("h1") not in ("", "Not found", "Introuvable"), path
            if found := violations(page, axe):
                wrong[path] = found
    assert wrong == {}


@pytest.mark.parametrize(("language", "size"), [("en", PHONE), ("fr", DESK)], ids=["en-phone", "fr-desk"])
def test_the_map_keeps_nobody_out_on_the_other_screen_either(
    app: Any, language: str, size: dict[str, int]
) -> None:
    find_chromium()
    add_rows(app, "ONG-A", *ROWS)
    load_targets(app)
    axe = (files("axe_playwright_python") / "axe.min.js").read_text()
    with visit(app, "coordinator", language=language) as visitor:
        page = visitor.open(f"{HERE}/ecarts", size=size)
        for part in GAPS:
            page.goto(f"{visitor.base}{HERE}/ecarts?sous_secteur=nfi{part}")
            assert page.get_attribute("html", "lang") == language
            assert violations(page, axe) == [], part
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], part
        assert visitor.said == []
