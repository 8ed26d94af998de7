"""Every finding that the check of an operation can say: severity, words, why it matters, an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cluster4w.intake import check, one_row, words
from cluster4w.intake.findings import WORDS, Finding, message, title
from cluster4w.intake.words.reasons import EXAMPLES, WHY
from cluster4w.template.declaration import Template, shipped
from cluster4w.template.language import N_, Translate
from cluster4w.template.problems import NotFound
from cluster4w.template.rules import BOUNDED, OFF, Rule, Severity, is_fixed, may_be_silent

#: Codes about files that are no partner's workbook: gazetteers and outlines, tables of needs.
_OTHER_FILES = ("areas.", "needs.")
#: The modules whose import registers words.
_SAYING = (check, one_row, words)


class Group(StrEnum):
    """What findings are about, in the order in which a person meets them."""

    FILE = "file"
    COLUMNS = "columns"
    CELLS = "cells"
    PLACES = "places"
    ORGANISATIONS = "organisations"
    RULES = "rules"
    TOGETHER = "together"
    COMPARISON = "comparison"


TITLES = {
    Group.FILE: N_("The file and its sheets"),
    Group.COLUMNS: N_("Columns"),
    Group.CELLS: N_("Single cells"),
    Group.PLACES: N_("Places"),
    Group.ORGANISATIONS: N_("Organisations"),
    Group.RULES: N_("Cells of a row that do not agree"),
    Group.TOGETHER: N_("Many rows together"),
    Group.COMPARISON: N_("Rows compared with the record and with each other"),
}

#: Why the findings of a group matter, where nothing is said of one by itself.
_WHY = {
    Group.FILE: N_("So that you know what was read of the file and what was not."),
    Group.COLUMNS: N_("A column that is taken for another one falsifies every row."),
    Group.CELLS: N_("What cannot be read for sure is asked, not guessed."),
    Group.PLACES: N_("A wrong place shows help where there is none, and a gap where help was given."),
    Group.ORGANISATIONS: N_(
        "Two organisations can share an acronym: rows must not end up under the wrong name."
    ),
    Group.RULES: N_("Two cells of a row contradict each other: one of them is wrong."),
    Group.TOGETHER: N_("What no single cell shows can be seen over many rows."),
    Group.COMPARISON: N_("So that no activity is recorded twice and none is lost."),
}

#: Why a severity cannot be changed.
_FIXED = {
    Group.FILE: N_("Without it the rows cannot be recorded."),
    Group.COLUMNS: N_("Without the column its rows cannot be recorded."),
    Group.CELLS: N_("What cannot be read cannot be recorded."),
    Group.PLACES: N_("A row whose place is not sure cannot be recorded: it would count in the wrong one."),
    Group.ORGANISATIONS: N_("A row whose organisation is not sure cannot be recorded."),
    Group.RULES: N_("Without it the rows cannot be recorded."),
    Group.TOGETHER: N_("Without it the rows cannot be recorded."),
    Group.COMPARISON: N_("A locked month and the rows of others are not changed by a file."),
}
NEVER_SILENT = N_(
    "It can be made stronger or weaker, not silent: nothing of a file is left out without a word."
)

_GROUPS = {
    Group.FILE: ("file", "sheet", "rows", "activity_type"),
    Group.COLUMNS: ("column",),
    Group.CELLS: ("cell", "cells", "number", "numbers", "date", "month", "period", "yes_no", "choice"),
    Group.PLACES: ("area", "coordinates", "where"),
    Group.ORGANISATIONS: ("organisation", "who"),
    Group.TOGETHER: ("figures", "first_time", "text", "personal"),
    Group.COMPARISON: ("row",),
}
_GROUP_OF = {prefix: group for group, prefixes in _GROUPS.items() for prefix in prefixes}
_ELSEWHERE = {
    "rows.vanished": Group.COMPARISON,
    "period.locked": Group.COMPARISON,
    "first_time.missing": Group.RULES,
    "numbers.as_text": Group.TOGETHER,
    "who.partner_is_self": Group.TOGETHER,
    "who.donor_is_self": Group.TOGETHER,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A kind of finding as an operation uses it. ``severity`` is None for one that is switched off."""

    code: str
    group: Group
    default: Severity
    severity: Severity | None
    #: Why the severity cannot be changed, as a source sentence; "" where it can.
    fixed: str
    may_be_off: bool
    why: str
    #: The name of the check, for a rule that the information manager added.
    check: str = ""

    @property
    def is_changed(self) -> bool:
        """Tell whether the operation gave it a severity of its own."""
        return self.severity is not self.default

    def title(self, translate: Translate) -> str:
        """Return the short title."""
        return title(self.code, translate, self.check)

    def example(self, translate: Translate) -> str:
        """Return the sentence, filled with an example."""
        params: dict[str, Any] = {"check": self.check, **EXAMPLES.get(self.code, {})}
        value = str(params.get("value", "…"))
        known = WORDS.get(self.code) or WORDS.get(f"check.{self.check}")
        if known is not None:
            # A parameter without an example is a gap.
            params = {**dict.fromkeys(_names(known.sentence), "…"), **params}
        return message(Finding(self.default, self.code, value=value, params=params), translate)


def group_of(code: str) -> Group:
    """Return the group of a finding; what is declared by an operation is a rule."""
    return _ELSEWHERE.get(code) or _GROUP_OF.get(code.partition(".")[0], Group.RULES)


def catalogue(template: Template, severities: Mapping[str, str]) -> list[Entry]:
    """Return every kind of finding in use, by group: words of the product, then rules of the template.

    Rules of the product that the template does not declare are left out.
    """
    declared = {rule.code: rule for rule in reversed(template.rules)}
    unused = {rule.code for rule in shipped().rules} - declared.keys()
    codes = [c for c in WORDS if not c.startswith(("check.", *_OTHER_FILES)) and c not in unused]
    codes += [rule.code for rule in template.rules if rule.code not in WORDS]
    entries = [_entry(code, declared.get(code), template, severities) for code in dict.fromkeys(codes)]
    order = list(Group)
    return sorted(entries, key=lambda e: order.index(e.group))


def get_entry(template: Template, severities: Mapping[str, str], code: str) -> Entry:
    """Return one kind of finding; raises :class:`NotFound` for a code that is not in use."""
    found = next((e for e in catalogue(template, severities) if e.code == code), None)
    if found is None:
        raise NotFound("rule.no_such_code", N_("There is no finding “%(code)s”."), code=code)
    return found


def _entry(code: str, rule: Rule | None, template: Template, severities: Mapping[str, str]) -> Entry:
    default = rule.severity if rule else WORDS[code].severity
    group = group_of(code)
    fixed = is_fixed(code, default, template.rules)
    own = None if fixed else severities.get(code)
    return Entry(
        code=code,
        group=group,
        default=default,
        severity=None if own == OFF else Severity(own) if own else default,
        fixed=_FIXED[group] if fixed else "",
        may_be_off=may_be_silent(code),
        why=WHY.get(code) or _WHY[group],
        check=str(rule.check) if rule and code not in WORDS else "",
    )


def _names(sentence: str) -> list[str]:
    return [part.partition(")")[0] for part in sentence.split("%(")[1:]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of a declared rule. ``place`` is where it stands in the declaration, from 0."""

    place: int
    code: str
    low: float
    high: float
    only: Mapping[str, tuple[str, ...]]
    in_days: bool


def bounds(template: Template, code: str) -> list[Bounds]:
    """Return the bounds of a rule that can be set; rules that hold for the same rows are one."""
    found: dict[tuple[object, ...], Bounds] = {}
    for place, rule in enumerate(template.rules):
        if rule.code != code or rule.check not in BOUNDED or rule.low == rule.high:
            continue
        key = (rule.check, *sorted(rule.only.items()))
        entry = Bounds(place, code, rule.low, rule.high, rule.only, rule.check == "near_plan")
        found.setdefault(key, entry)
    return list(found.values())
