"""Rules of the house that can be read off the source: rooms, sizes, words."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog, mofile, pofile
from babel.messages.extract import extract_from_dir

import cluster4w
from cluster4w.models import Role
from cluster4w.security import Open
from cluster4w.views import ROUTES

PACKAGE = Path(cluster4w.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
# A migration is generated and grows with the schema it makes.
WRITTEN = [path for path in SOURCES if path.parent.name != "migrations"]
FRENCH = PACKAGE / "translations" / "fr" / "LC_MESSAGES"
LONGEST = 450
METHODS = [("**.py", "python"), ("pages/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "_l": None, "lazy_gettext": None}


def _name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", sorted((PACKAGE / "views").glob("*.py")), ids=_name)
def test_a_view_holds_no_query_and_no_write(path: Path) -> None:
    found = re.findall(
        r"\bselect\(|session\.(?:add|add_all|delete|merge|execute|scalars?|get|flush)\(|\.execute\(|sa\.text\(",
        path.read_text(encoding="utf-8")
        .replace('session.get("_flashes")', "")
        .replace('session.get("csrf_token")', ""),
    )
    assert found == []


def test_every_route_says_who_may_enter() -> None:
    for route in ROUTES:
        if isinstance(route.who, Open):
            assert "<slug>" not in route.rule, f"{route.endpoint} is open although it is of an operation"
        else:
            assert route.who, f"{route.endpoint} is open to nobody"
            assert route.who <= frozenset(Role)
            assert Role.ADMINISTRATOR in route.who


@pytest.mark.parametrize("path", WRITTEN, ids=_name)
def test_a_file_holds_one_thing(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}
    assert len(path.read_text(encoding="utf-8").splitlines()) < LONGEST


@pytest.mark.parametrize("path", sorted((PACKAGE / "pages").rglob("*.html")), ids=_name)
def test_a_page_has_no_inline_style_script_or_unsafe_output(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:|https?://", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "|safe" not in text.replace(" ", "")


def test_importing_opens_nothing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "opened = []\n"
        "def hook(event, args):\n"
        "    if event in ('sqlite3.connect', 'socket.connect', 'socket.bind', 'subprocess.Popen'):\n"
        "        opened.append((event, args))\n"
        "    if event == 'open' and isinstance(args[1], str) and set(args[1]) & set('wax+'):\n"
        "        opened.append((event, args[:2]))\n"
        "sys.dont_write_bytecode = True\n"
        "sys.addaudithook(hook)\n"
        "import cluster4w, cluster4w.cli, cluster4w.jobs, cluster4w.security, cluster4w.views\n"
        "assert not opened, opened\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def _messages() -> set[str | tuple[str, ...]]:
    options = {"**.py": {}, "pages/**.html": {"silent": "false"}}
    return {
        message for _, _, message, _, _ in extract_from_dir(PACKAGE, METHODS, options, KEYWORDS) if message
    }


def test_every_word_has_its_french() -> None:
    with (FRENCH / "messages.po").open("rb") as stream:
        catalogue = pofile.read_po(stream, locale="fr")
    missing = []
    for message in _messages():
        entry = catalogue.get(message[0] if isinstance(message, tuple) else message)
        strings = [] if entry is None else entry.string if isinstance(entry.string, tuple) else [entry.string]
        if not strings or not all(strings) or (entry is not None and entry.fuzzy):
            missing.append(message)
    assert missing == []


def test_french_keeps_the_places_and_its_typography() -> None:
    with (FRENCH / "messages.po").open("rb") as stream:
        catalogue = pofile.read_po(stream, locale="fr")
    place = re.compile(r"%\((\w+)\)[sd]")
    for entry in catalogue:
        if not entry.id:
            continue
        english = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        french = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        for text in french:
            assert set(place.findall(text)) <= {p for e in english for p in place.findall(e)}, text
            assert not re.search(r" [;!?»]|« |\w'\w", text), f"plain blank or apostrophe in {text!r}"


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with (FRENCH / "messages.po").open("rb") as stream:
        written = pofile.read_po(stream, locale="fr")
    with (FRENCH / "messages.mo").open("rb") as stream:
        compiled = mofile.read_mo(stream)
    assert _texts(written) == _texts(compiled)


def _texts(catalogue: Catalog) -> dict[str | tuple[str, ...], list[str]]:
    """What a catalogue says, without the entries that say nothing; a plural is a list in one format only."""
    return {
        tuple(entry.id) if isinstance(entry.id, list | tuple) else entry.id: (
            [entry.string] if isinstance(entry.string, str) else list(entry.string)
        )
        for entry in catalogue
        if entry.id and entry.string and any(entry.string)
    }
