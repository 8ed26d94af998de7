"""Which column of the file is which: the header, the labels over it, its tag, and the columns beside it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cluster4w.intake.headers.map import DOUBTFUL, Mapped, Vocabulary
from cluster4w.intake.headers.words import LETTERS, Words
from cluster4w.record.queries.context import IGNORED, Aliases
from cluster4w.template.targets import PARTS, Target, is_figure, parse_target
from cluster4w.template.text import clean, fold, fold_header

#: What says that a figure is targeted or reached, folded.
_SIDES = {
    "targeted": re.compile(r"\b(cibl|planifi|prevu|target|planned)"),
    "reached": re.compile(r"\b(attei|reach|assist|touche|servi|realis)"),
}
_RANK = {"confirmed": 0, "label": 1, "hxl": 2, "alias": 3, "folded": 3, "words": 4, "fuzzy": 5}
#: Of a column whose every word is known.
_WORDS = 95
#: Keys that speak of women and men of any age where nobody younger is counted apart.
_ANY_AGE = {"women": "females", "men": "males"}
_CHILDREN = ("enfant", "enfants", "child", "children", "nino", "ninos", "nina", "ninas")
_YOUNG = frozenset(("girls", "boys"))
#: What begins a header that counts a part of the people of the column before it.
_PART_OF = re.compile(r"^\W*(?:dont|y compris|of (?:which|whom|them)|including)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Column:
    """A column while its neighbours are looked at.

    ``words``: what its labels say together; ``understood``: whether its own header says any of it.
    ``part``: what a header says behind "of which"; None for any other header.
    """

    mapped: Mapped
    words: Words
    folded: str
    understood: bool = False
    part: Words | None = None


def map_columns(
    headers: Sequence[str],
    tags: Sequence[str],
    vocabulary: Vocabulary,
    confirmed: Aliases,
    above: Sequence[Sequence[str]] = (),
    *,
    titles: Sequence[str] = (),
    year: int | None = None,
) -> list[Mapped]:
    """Return one :class:`Mapped` per column of the file that has a header, a tag or neither.

    A target is given to one column only: the surer match, then the more to the left.

    Args:
        headers: one text per column.
        tags: its HXL tag, "" for none.
        vocabulary: of the template.
        confirmed: what people said of a header before.
        above: the other labels of each column, the nearest first: "Targeted", "IDPs".
        titles: single texts above the table; they may say what columns of months count.
        year: of a month that names none; None where nobody knows.
    """
    return _Assigner(vocabulary, confirmed, titles, year).map(headers, tags, above)


def column_context(parts: Sequence[str], nth: int) -> str:
    """Return what tells columns with one header apart; "" for the first that stands under nothing."""
    return " ".join(part for part in (*parts, str(nth) if nth > 1 else "") if part)


def side(label: str) -> str:
    """Return "targeted" or "reached" for a label that says the one and not the other, else ""."""
    folded = fold(label)
    said = [name for name, words in _SIDES.items() if words.search(folded)]
    return said[0] if len(said) == 1 and len(folded.split()) <= 4 else ""


class _Assigner:
    """The work on one row of headers."""

    def __init__(
        self, vocabulary: Vocabulary, confirmed: Aliases, titles: Sequence[str], year: int | None
    ) -> None:
        self._vocabulary, self._template = vocabulary, vocabulary.template
        self._confirmed, self._titles, self._year = confirmed, titles, year
        self._seen: Counter[tuple[str, ...]] = Counter()

    def map(
        self, headers: Sequence[str], tags: Sequence[str], above: Sequence[Sequence[str]]
    ) -> list[Mapped]:
        columns = []
        for index, header in enumerate(headers):
            tag = tags[index] if index < len(tags) else ""
            if header or tag:
                over = above[index] if index < len(above) else ()
                columns.append(self._column(index, header, tag, over))
        self._blocks(columns)
        self._months(columns)
        self._parts_of_totals(columns)
        self._ages(columns)
        self._parts(columns)
        found = [c.mapped for c in columns]
        taken: dict[tuple[str, ...], Mapped] = {}
        for column in sorted(found, key=self._order):
            if column.key and column.how != "doubtful":
                taken.setdefault(_place(column), column)
        return [_settled(column, taken) for column in found]

    def _order(self, column: Mapped) -> tuple[int, int, int, int]:
        """Return what goes before: the surer match, the more usual of two aliases, the more to the left."""
        usual = self._vocabulary.usual.get(fold_header(column.header), 0)
        return _RANK.get(column.how, 9), -column.score, usual, column.index

    # --- one column ---------------------------------------------------------------------------

    def _column(self, index: int, header: str, tag: str, above: Sequence[str]) -> _Column:
        text = clean(header) or tag
        folded = fold_header(text)
        over = self._over(above)
        place = (over.side, over.group, folded)
        self._seen[place] += 1
        context = column_context((over.side, over.group), self._seen[place])
        own = self._vocabulary.words.of(header) or (LETTERS.get(folded) if over.group else None) or Words()
        words = own.over(over)
        base = Mapped(index, text, None, "none", 0, context=context)
        said = self._confirmed.get((context, folded)) if folded else None
        if said is not None and said.target == IGNORED:
            return _Column(replace(base, how="ignored", score=100, learned=said.id), Words(), folded)
        if said is not None and (target := parse_target(said.target, self._template)) is not None:
            target = self._grouped(target, over.group)
            mapped = replace(_given(base, target), how="confirmed", score=100, learned=said.id)
            return _Column(replace(mapped, month=self._month(target, words)), words, folded, bool(own))
        mapped = self._read(base, header, tag, own, over)
        month = self._month(Target(mapped.key), words) if mapped.key else ""
        return _Column(replace(mapped, month=month), words, folded, bool(own), self._part(text))

    def _part(self, header: str) -> Words | None:
        """Return what a header says behind "of which": nothing where that is not known, or is a share."""
        if (begins := _PART_OF.match(header)) is None:
            return None
        return ("%" not in header and self._vocabulary.words.of(header[begins.end() :])) or Words()

    def _over(self, above: Sequence[str]) -> Words:
        """Return what the labels above say, the nearest first; a side counts among unknown words as well."""
        over = Words()
        for label in above:
            words = self._vocabulary.words.of(label)
            over = over.over(words if words else Words(side=side(label)))
        return over

    def _read(self, base: Mapped, header: str, tag: str, own: Words, over: Words) -> Mapped:
        """Return a column as its own header, its tag and the labels above tell it."""
        known = self._vocabulary
        both = own.over(over)
        if own.part and over.date and (target := known.words.target_of(both)):
            return _given(base, target, "words", _WORDS)
        key, how = known.sure(header)
        if how != "label" and (tagged := known.tagged(tag)):
            target = parse_target(tagged, self._template) or Target(tagged)
            return _given(base, self._grouped(target, over.group), "hxl", 100)
        if own and not (key and how == "label") and (own.group or not key):
            target = known.words.target_of(both)
            if target is not None:
                return _given(base, target, "words", _WORDS)
        figure = is_figure(self._template.by_key.get(key or ""))
        if key and figure and how == "folded" and not own and known.words.hints_at_groups(header):
            # "Households (other than IDPs)" are not all households.
            return _given(base, Target(key), "doubtful", 80)
        if key:
            return _given(base, self._sided(key, header, over), how, 100)
        if own.group or own.figure or own.side or own.month or own.part:
            return base
        key, how, score = known.near(header)
        return _given(base, self._sided(key, header, over), how, score) if key else base

    def _sided(self, key: str, header: str, over: Words) -> Target:
        """Return a key as a target: on the side, and of the group, that the labels above say."""
        stem, _, known = key.rpartition("_")
        if over.side and known in _SIDES and not any(w.search(fold(header)) for w in _SIDES.values()):
            other = f"{stem}_{over.side}"
            key = other if other in self._template.by_key else key
        return self._grouped(Target(key), over.group)

    def _grouped(self, target: Target, group: str) -> Target:
        figure = is_figure(self._template.by_key.get(target.key))
        return replace(target, group=group) if figure and group and not target.group else target

    def _month(self, target: Target, words: Words) -> str:
        """Return the month whose figures a column holds, with the year that nobody wrote."""
        if not words.month or not is_figure(self._template.by_key.get(target.key)):
            return ""
        return self._dated(words.month)

    def _dated(self, month: str) -> str:
        return f"{self._year}-{month}" if len(month) == 2 and self._year else month

    # --- beside the others --------------------------------------------------------------------

    def _blocks(self, columns: list[_Column]) -> None:
        """Take columns that name nothing but a group for its people, where several groups stand beside."""
        named = {c.mapped.group or c.words.group for c in columns} - {""}
        told = len(named - {"other"}) >= 2 and not any(c.mapped.key == "population_group" for c in columns)
        for column in columns:
            words = column.words
            if column.mapped.key or column.mapped.how != "none" or not column.understood:
                continue
            if not words.group or words.part:
                continue
            target = self._vocabulary.words.target_of(replace(words, figure="individuals"))
            if target is None:
                continue
            if told:
                column.mapped = replace(
                    _given(column.mapped, target, "words", _WORDS), month=self._month(target, words)
                )
            else:
                column.mapped = _given(column.mapped, target, "doubtful", 80)

    def _months(self, columns: list[_Column]) -> None:
        """Settle columns of months: what they count may stand in the title, or with the first of them."""
        months = {m for c in columns if (m := self._dated(c.words.month))}
        title = next((w for t in self._titles if (w := self._vocabulary.words.of(t)) and w.figure), None)
        first: Target | None = None
        for column in columns:
            mapped, month = column.mapped, self._dated(column.words.month)
            if not month or mapped.how == "ignored" or not (column.understood or mapped.key):
                continue
            if len(months) < 2:
                column.mapped = replace(mapped, month="")
                continue
            if mapped.key is None and mapped.how == "none":
                target = first
                if target is None and title is not None:
                    target = self._vocabulary.words.target_of(replace(title, month=""))
                if target is not None and is_figure(self._template.by_key.get(target.key)):
                    mapped = _given(mapped, target, "words", _WORDS)
            elif mapped.how == "confirmed" and mapped.key and first is None:
                first = Target(mapped.key, mapped.group)
            if len(month) == 2:
                mapped = replace(mapped, key=None, how="none", score=0)
            column.mapped = replace(mapped, month=month)

    def _parts_of_totals(self, columns: list[_Column]) -> None:
        """Settle "of which women": a part of the people of the column that stands right before its run."""
        total: _Column | None = None
        run: list[_Column] = []
        last = -1
        for column in columns:
            if column.part is None or column.mapped.index != last + 1:
                self._settle_run(total, run)
                run = []
                total = column if column.part is None else None
            if column.part is not None:
                run.append(column)
            last = column.mapped.index
        self._settle_run(total, run)

    def _settle_run(self, total: _Column | None, run: Sequence[_Column]) -> None:
        if total is None or total.mapped.how in ("none", "doubtful", "ignored"):
            return
        stem, _, known = (total.mapped.key or "").rpartition("_")
        figures = {c.part.figure for c in run if c.part}
        young = bool(figures & _YOUNG) or any(word in c.folded.split() for c in run for word in _CHILDREN)
        for column in run:
            said = column.part
            if not said or column.mapped.how not in ("none", "doubtful"):
                continue
            if said.side not in ("", known) or said.group or said.month or said.part or said.total:
                continue
            of_homes = said.figure == "female_headed_households"
            # "Households, of which women" may be those that women head; it is asked.
            asked = stem == "households" and said.figure in ("women", "females")
            figure = "female_headed_households" if asked else said.figure
            if stem not in ("individuals", "households") or (stem == "households") != (of_homes or asked):
                continue
            if figure in _ANY_AGE and said.bare and not young and not figures.issuperset(_ANY_AGE):
                # Women alone may be adults or of any age.
                figure, asked = _ANY_AGE[figure], True
            target = Target(f"{figure}_{known}", total.mapped.group)
            if not is_figure(self._template.by_key.get(target.key)) or figure == stem:
                continue
            how, score = ("doubtful", DOUBTFUL) if asked else ("words", _WORDS)
            column.words, column.understood = said, True
            column.mapped = replace(_given(column.mapped, target, how, score), month=total.mapped.month)

    def _ages(self, columns: list[_Column]) -> None:
        """Take "women" and "men" side by side for those of any age, where nobody younger is counted apart."""
        stems: dict[str, set[str]] = {}
        for column in columns:
            stem, _, known = (column.mapped.key or "").rpartition("_")
            stems.setdefault(known, set()).add(stem)
        if any(word in c.folded.split() for c in columns for word in _CHILDREN):
            return
        for column in columns:
            stem, _, known = (column.mapped.key or "").rpartition("_")
            beside = stems.get(known, set())
            sure = column.mapped.how in ("label", "hxl", "confirmed")
            if stem not in _ANY_AGE or sure or not column.words.bare or not beside.issuperset(_ANY_AGE):
                continue
            key = f"{_ANY_AGE[stem]}_{known}"
            if not beside & _YOUNG and key in self._template.by_key:
                column.mapped = replace(column.mapped, key=key)

    def _parts(self, columns: list[_Column]) -> None:
        """Settle dates that stand in several columns; a part without the others says nothing."""
        years = [c for c in columns if c.words.part == "year" and c.words.date in ("", "period")]
        periods = [
            c for c in columns if c.mapped.target in ("period", "period.month") and c.mapped.how != "label"
        ]
        dated = {(c.mapped.key, c.mapped.part) for c in columns if c.mapped.part}
        if len(years) == 1 and len(periods) == 1 and years[0] is not periods[0]:
            if years[0].mapped.key is None and years[0].mapped.how == "none":
                years[0].mapped = _given(years[0].mapped, Target("period", part="year"), "words", _WORDS)
            if years[0].mapped.target == "period.year":
                periods[0].mapped = replace(periods[0].mapped, part="month")
                dated |= {("period", "month"), ("period", "year")}
        for column in columns:
            key, part = column.mapped.key, column.mapped.part
            if key and part and not all((key, p) in dated for p in PARTS[key]):
                if key == "period" and part == "month":
                    column.mapped = replace(column.mapped, part="")
                else:
                    column.mapped = replace(column.mapped, key=None, part="", how="none", score=0)


def _given(mapped: Mapped, target: Target, how: str = "", score: int = 0) -> Mapped:
    return replace(
        mapped, key=target.key, group=target.group, part=target.part, how=how or mapped.how, score=score
    )


def _place(column: Mapped) -> tuple[str, ...]:
    return (column.key or "", column.group, column.month, column.part)


def _settled(column: Mapped, taken: Mapping[tuple[str, ...], Mapped]) -> Mapped:
    if column.key is None or taken.get(_place(column)) is column:
        return column
    how = "duplicate" if _place(column) in taken else "doubtful"
    return replace(column, key=None, how=how, guess=column.target, learned=None, group="", part="")
