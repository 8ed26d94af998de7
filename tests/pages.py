"""A test client that lints every HTML page it receives, and signs people in."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

#: Bytes that a page may have before it is too heavy for a slow line.
HEAVIEST = 100_000
#: Answers whose HTML is the server's own and that no browser shows.
_REDIRECTS = {301, 302, 303, 308}
_LABELLED = {"input", "select", "textarea"}
_NEED_NO_LABEL = {"hidden", "submit", "button"}


class PageClient(FlaskClient):
    """Flask's test client; every HTML answer is linted, whatever its status."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and lint the page that comes back."""
        kwargs.setdefault("buffered", True)
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in _REDIRECTS:
            problems = lint(response.get_data(as_text=True))
            assert not problems, f"{response.request.path}: " + "; ".join(problems)
        return response


def parse(page: str) -> Element:
    """Return the page as a tree; raises on any mistake in its HTML."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def text_of(element: Element | None) -> str:
    """Return an element's text with single blanks."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def lint(page: str) -> list[str]:
    """Return what is wrong with a page, in words."""
    if len(page.encode()) > HEAVIEST:
        return [f"the page has more than {HEAVIEST} bytes"]
    try:
        root = parse(page)
    except html5lib.html5parser.ParseError as error:
        return [f"not valid HTML: {error}"]
    everything = list(root.iter())
    problems = _outline(root)
    problems += _links_and_scripts(everything)
    problems += _forms(root, everything)
    return problems


def _outline(root: Element) -> list[str]:
    problems = []
    headings = root.findall(".//h1")
    if len(headings) != 1:
        problems.append(f"{len(headings)} h1")
    elif not text_of(headings[0]):
        problems.append("the h1 is empty")
    elif not text_of(root.find(".//title")).startswith(text_of(headings[0])):
        problems.append("the title does not start with the h1")
    if root.get("lang") not in {"fr", "en"} or root.get("dir") not in {"ltr", "rtl"}:
        problems.append("no lang or dir")
    if len(root.findall(".//main")) != 1:
        problems.append("not exactly one main")
    return problems


def _links_and_scripts(everything: list[Element]) -> list[str]:
    problems = []
    for identifier, times in Counter(e.get("id") for e in everything if e.get("id") is not None).items():
        if times > 1:
            problems.append(f"id {identifier!r} occurs {times} times")
    for element in everything:
        for name, value in element.items():
            if name == "style" or name.startswith("on"):
                problems.append(f"inline {name} on <{element.tag}>")
            if name in {"href", "src", "action", "poster", "srcset"} and re.match(r"\s*([a-z]+:)?//", value):
                problems.append(f"external address {value}")
            if value == "None":
                problems.append(f"{name}='None' on <{element.tag}>")
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            problems.append(f"inline <{element.tag}>")
        if element.tag == "img" and element.get("alt") is None:
            problems.append("an image without alt")
        if element.tag in {"a", "button"} and not (text_of(element) or element.get("aria-label")):
            problems.append(f"<{element.tag}> without words")
    return problems


def _forms(root: Element, everything: list[Element]) -> list[str]:
    problems = []
    labels = {label.get("for") for label in root.iter("label")}
    wrapped = {id(control) for label in root.iter("label") for control in label.iter()}
    ids = {e.get("id") for e in everything}
    for element in everything:
        if element.tag in _LABELLED and element.get("type") not in _NEED_NO_LABEL:
            named = element.get("id") in labels or element.get("aria-label") or element.get("aria-labelledby")
            if not named and id(element) not in wrapped:
                problems.append(f"<{element.tag} name={element.get('name')!r}> has no label")
        for described in (element.get("aria-describedby") or "").split():
            if described not in ids:
                problems.append(f"aria-describedby names {described!r}, which is not there")
    for form in root.iter("form"):
        if not form.get("action"):
            problems.append("a form without action")
        tokens = [e for e in form.iter("input") if e.get("name") == "csrf_token"]
        if form.get("method", "get").lower() == "post" and not tokens:
            problems.append(f"the form to {form.get('action')} has no CSRF token")
        if form.get("method", "get").lower() == "get" and tokens:
            problems.append(f"the form to {form.get('action')} would put its CSRF token in the address")
    return problems
