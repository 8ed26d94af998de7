"""What there is to say about a file: a finding is a value with a place, a stable code and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster4w.template.language import N_, Translate, counted, figure_in, label_in
from cluster4w.template.rules import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a cell, a row, a column or the file.

    ``row`` is the file's own row number (from 1), ``column`` the column letter; both None for a finding
    about the file. ``params`` fill the words of ``code``; labels and numbers among them are said in the
    user's language. ``suggestion`` is a value that could be typed
    into the cell as it stands; where nothing tells the language of the file, the parameter ``suggested`` has
    it in all languages: :func:`suggestion_of`.
    """

    severity: Severity
    code: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    header: str | None = None
    key: str | None = None
    value: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a code: a short title for groups, and the sentence with ``%(name)s`` places.

    Every sentence may use ``value``, ``header`` and ``suggestion`` beside the code's own parameters.
    """

    title: str
    sentence: str
    severity: Severity
    #: The sentence where what is counted is a single one; "" where the sentence fits any figure.
    one: str = ""
    #: The parameter that counts.
    counts: str = "count"


#: Every code that intake can raise. A test proves that no finding has a code outside this table.
WORDS: dict[str, Words] = {}


def words(
    code: str, severity: Severity, title: str, sentence: str, one: str = "", counts: str = "count"
) -> None:
    """Register the words of a code; called at import by the modules that raise it."""
    WORDS[code] = Words(title, sentence, severity, one, counts)


def message(finding: Finding, translate: Translate) -> str:
    """Return the finding's sentence in the user's language."""
    known = WORDS.get(finding.code) or WORDS.get(f"check.{finding.params.get('check')}")
    if known is None:
        return finding.code
    params: dict[str, Any] = {
        "value": finding.value or "",
        "header": finding.header or "",
        "suggestion": suggestion_of(finding, translate) or "",
    }
    params.update(finding.params)
    sentence = _sentence(known, params, translate)
    for name, value in params.items():
        if isinstance(value, Mapping):
            params[name] = label_in(value, translate)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            params[name] = figure_in(value, translate)
    if isinstance(params.get("reason"), str):
        params["reason"] = translate(params["reason"])
    return sentence % params


def _sentence(known: Words, params: Mapping[str, Any], translate: Translate) -> str:
    """Return the sentence of a code, unfilled, for as many things as there are."""
    figure = params.get(known.counts)
    if not known.one or not isinstance(figure, (int, float)):
        return translate(known.sentence)
    return counted(known.one, known.sentence, figure, translate)


def suggestion_of(finding: Finding, translate: Translate) -> str | None:
    """Return what could be typed into the cell: in the language of the file, else in that of the reader."""
    suggested = finding.params.get("suggested")
    return label_in(suggested, translate) if isinstance(suggested, Mapping) else finding.suggestion


def title(code: str, translate: Translate, check: str = "") -> str:
    """Return the short title under which findings of a code are grouped.

    ``check`` names the check of a rule that the information manager added.
    """
    known = WORDS.get(code) or WORDS.get(f"check.{check}")
    return translate(known.title) if known else code


def more_findings(many: int, translate: Translate) -> str:
    """Return the line that says how many findings are not shown."""
    one, several = N_("… and %(count)s more finding"), N_("… and %(count)s more findings")
    return counted(one, several, many, translate) % {"count": many}


def summary(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return counts by code and severity: errors first, then the most frequent."""
    counts: dict[tuple[Severity, str], int] = {}
    for finding in findings:
        pair = (finding.severity, finding.code)
        counts[pair] = counts.get(pair, 0) + 1
    order = list(Severity)
    return [
        {"code": code, "severity": str(severity), "count": count}
        for (severity, code), count in sorted(
            counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])
        )
    ]


words(
    "period.locked",
    Severity.ERROR,
    N_("Locked month"),
    N_("The month %(value)s is locked; this row cannot be recorded."),
)
