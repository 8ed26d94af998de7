"""Asking the record as it once was: reading the day or the release of an address, and the form that asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from cluster4w.extensions import db
from cluster4w.gaps.question import Question
from cluster4w.publish.as_of import as_of_words
from cluster4w.record.queries.releases import Published, end_of_day, get_release, list_releases
from cluster4w.security import here
from cluster4w.template.problems import Refusal
from cluster4w.views import formats


@dataclass(frozen=True, slots=True)
class When:
    """The moment that an address asks for. ``at`` None: now.

    ``state`` and ``release`` are as an address writes them; ``month`` is the month that a release is about.
    """

    at: dt.datetime | None = None
    state: str = ""
    release: str = ""
    month: str | None = None
    number: int = 0

    @property
    def pair(self) -> tuple[str, int] | None:
        """The release's month and number."""
        return (self.month, self.number) if self.month else None

    @property
    def kept(self) -> dict[str, Any]:
        """What a link must carry to another page that can be asked as of the same moment."""
        return kept(self.state, self.release)


def kept(state: str, release: str) -> dict[str, Any]:
    """Return a day or a release as the parameters of an address; a release stands over a day."""
    if release:
        return {"publication": release}
    return {"etat": state} if state else {}


def when() -> When:
    """Read the moment from the address; a release stands over a day.

    Raises:
        Refusal: there is no such release, or the record cannot be asked as of that day.
    """
    name, day = request.args.get("publication", "").strip(), request.args.get("etat", "").strip()
    if name:
        release = get_release(db.session, here().operation, name)
        return When(release.frozen_at, release=release.name, month=release.month, number=release.number)
    if day:
        return When(end_of_day(here().operation, day, _today()), state=day)
    return When()


def when_or_why_not() -> tuple[When, str]:
    """Return the moment and ""; where it cannot be asked, now and the sentence that says why."""
    try:
        return when(), ""
    except Refusal as refusal:
        return When(), refusal.words(gettext)


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


@dataclass(frozen=True, slots=True)
class Dated:
    """A page about rows that can be asked as of a moment; those about gaps are ``gap_asked.Asked``.

    ``at``: its endpoint. ``asked``: what its address asks besides, ``parts``: what the rule of its address
    holds. ``own_month``: a release is shown up to its own month, unless another one is asked for afterwards.
    """

    moment: When
    at: str
    asked: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[tuple[str, str], ...] = ()
    own_month: bool = False

    @property
    def question(self) -> Question:
        """The moment as the words for it want it."""
        return Question(as_of=self.moment.at, release=self.moment.pair)

    @property
    def past(self) -> bool:
        """Whether the page shows anything but now."""
        return self.moment.at is not None

    @property
    def state(self) -> str:
        """The day that is asked for."""
        return self.moment.state

    @property
    def release(self) -> str:
        """The release that is asked for."""
        return self.moment.release

    @property
    def kept(self) -> dict[str, Any]:
        """What links to other pages carry."""
        return self.moment.kept

    def address(self, state: str = "", release: str = "") -> str:
        """Return the address of this page as of another moment, by default of now."""
        found: dict[str, Any] = dict([*self.parts, *self.hidden()])
        return url_for(self.at, **found, **kept(state, release))

    def hidden(self, *without: str) -> list[tuple[str, Any]]:
        """Return what a form must carry along, some names of an address excepted, as (name, value)."""
        return [(name, value) for name, value in self.asked.items() if value and name not in without]


@dataclass(frozen=True, slots=True)
class Choice:
    """A release in the form: how an address names it, its words, whether it is asked for."""

    name: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What a page says of the moment it shows: see ``as_of.html``."""

    #: In large letters; "" for now.
    words: str
    #: What the makers of the release say of it.
    note: str
    #: A later release of the same month, where there is one: its words and its address.
    corrected: tuple[str, str] | None
    #: Address of the same page as it stands now.
    back: str
    #: Where the form leads, and what it carries along for a day and for a release.
    action: str
    with_day: list[tuple[str, Any]]
    with_release: list[tuple[str, Any]]
    releases: list[Choice]
    first: str
    today: str


def standing(page: Any) -> Standing:
    """Return what a page (:class:`cluster4w.views.gap_asked.Asked`, :class:`Dated`) says of its moment."""
    operation = here().operation
    known = list_releases(db.session, operation)
    chosen = next((r for r in known if r.name == page.release), None)
    later = next((r for r in known if chosen and r.month == chosen.month and r.last and r != chosen), None)
    parts = dict(page.parts)
    return Standing(
        as_of_words(page.question, here().language, gettext),
        chosen.note if chosen else "",
        (_words(later), page.address(release=later.name)) if later else None,
        page.address(state=""),
        url_for(page.at, **parts),
        page.hidden("etat", "publication"),
        # A release is looked at up to its own month, unless one is asked for afterwards.
        page.hidden("etat", "publication", *(["mois"] if page.own_month else [])),
        [Choice(r.name, _words(r), r.name == page.release) for r in known],
        f"{min(operation.plan_start, operation.created_at.date())}",
        f"{_today()}",
    )


def _words(release: Published) -> str:
    return str(
        gettext(
            "%(month)s, no. %(number)s (%(date)s)",
            month=formats.month(release.month),
            number=release.number,
            date=formats.day(release.frozen_at.date()),
        )
    )


def init_app(app: Flask) -> None:
    """Give it to the pages."""
    app.add_template_global(standing, "standing_of")
