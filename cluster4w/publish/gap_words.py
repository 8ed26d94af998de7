"""The words around a gap table: its question, columns, sources, rules, footer. One wording for every form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from cluster4w.gaps.question import Question
from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, SourceUsed
from cluster4w.publish.figures import day, month, months, number
from cluster4w.publish.maps.classes import Shows
from cluster4w.template.language import N_, Translate, label
from cluster4w.template.lists import CountingRule

#: The United Nations' wording, as OCHA's maps of Mali print it.
DISCLAIMER = N_(
    "The boundaries and names shown and the designations used on this map do not imply official "
    "endorsement or acceptance by the United Nations."
)
EXAMPLE = N_("Example operation: invented data.")

#: Question by sub-sector; another sub-sector of an operation gets the plain one.
_TITLES = {
    "nfi": N_("Where are NFI kits still missing?"),
    "shelter": N_("Where is shelter still missing?"),
}
_SUBTITLES = {
    ("current", "household"): N_("Households targeted and not yet reached"),
    ("current", "individual"): N_("People targeted and not yet reached"),
    ("projected", "household"): N_("Households targeted and neither reached nor planned for"),
    ("projected", "individual"): N_("People targeted and neither reached nor planned for"),
    ("need", "household"): N_("Households in need and not yet reached"),
    ("need", "individual"): N_("People in need and not yet reached"),
}
#: The same of maps that do not show the figures themselves.
_SHOWN_TITLES: dict[Shows, str] = {
    "presence": N_("Who is where: %(sub_sector)s"),
    "overlap": N_("Where several do the same: %(sub_sector)s"),
}
_SHOWN_SUBTITLES: dict[Shows, str] = {
    "presence": N_("Organisations with activities completed, ongoing or planned"),
    "overlap": N_("Several organisations with the same activity type in a month, and areas above 100 %"),
}
_SOURCES = {
    "in_need": N_("Needs: %(source)s, %(date)s"),
    "targeted": N_("Targets: %(source)s, %(date)s"),
    "severity": N_("Severity: %(source)s, %(date)s"),
}
COLUMNS = (
    ("pcode", N_("P-code")),
    ("name", N_("Area")),
    ("parent_name", N_("In")),
    ("in_need", N_("In need")),
    ("target", N_("Targeted")),
    ("reached", N_("Reached")),
    ("planned", N_("Planned")),
    ("gap", N_("Gap")),
    ("coverage", N_("Coverage")),
    ("assistances", N_("Assistances")),
    ("organisations", N_("Organisations")),
    ("converted", N_("Converted")),
)


def title(
    table: GapTable,
    language: str,
    translate: Translate,
    shows: Shows = "share",
    beside: GapTable | None = None,
) -> str:
    """Return the question that the table, or a map that ``shows`` something of it, answers.

    ``beside``: the table of a second map.
    """
    tables = [table] if beside is None else [table, beside]
    names = list(dict.fromkeys(label(one.sub_sector_labels, language) for one in tables))
    said = {"sub_sector": both_words(names, translate), "organisation": table.organisation}
    if shows in _SHOWN_TITLES:
        return translate(_SHOWN_TITLES[shows]) % said
    if any(one.question.is_part for one in tables):
        # Who reads only the title of a print must not take it for all that is missing.
        if table.organisation:
            return translate(N_("%(sub_sector)s: what %(organisation)s reached")) % said
        return translate(N_("%(sub_sector)s: what a part of the response reached")) % said
    if len(names) > 1:
        return translate(N_("Where is help still missing? %(sub_sector)s")) % said
    words = _TITLES.get(table.question.sub_sector)
    return translate(words) if words else names[0]


def both_words(names: Sequence[str], translate: Translate) -> str:
    """Return one name, or two of them in a run."""
    if len(names) == 1:
        return names[0]
    return translate(N_("%(first)s and %(second)s")) % {"first": names[0], "second": names[1]}


def sides(tables: Sequence[GapTable], language: str) -> tuple[str, ...]:
    """Return in a word what tells maps that stand beside each other apart: their last month or sub-sector."""
    if len({table.months for table in tables}) > 1:
        return tuple(month(table.months[1], language) for table in tables)
    return tuple(label(table.sub_sector_labels, language) for table in tables)


def captions(tables: Sequence[GapTable], language: str, translate: Translate) -> tuple[str, ...]:
    """Return what each of them is called: also with its first month or its activity type where asked for."""
    names = sides(tables, language)
    if len({table.months for table in tables}) > 1:
        spans = any(table.question.first is not None for table in tables)
        return tuple(months(*table.months, language) for table in tables) if spans else names
    if all(table.activity_type is None for table in tables):
        return names
    # The second sub-sector has other activity types: all of them count.
    every = translate(N_("All types"))
    types = [every if t.activity_type is None else label(t.activity_type, language) for t in tables]
    return tuple(f"{name}{translate(N_(': '))}{kind}" for name, kind in zip(names, types, strict=True))


def placed(words: str, place: str, translate: Translate) -> str:
    """Return a title with the name of the place that it is about in front."""
    # A word that goes on in capitals is an acronym.
    small = words if words[1:2].isupper() else words[:1].lower() + words[1:]
    colon = translate(N_(": "))
    return f"{place}{', ' if colon in small else colon}{small}"


def missing_words(question: Question) -> str:
    """Return what a gap is a number of, an English source sentence."""
    household = question.unit == "household"
    if question.is_part:
        return N_("households left after this part") if household else N_("people left after this part")
    return N_("households without") if household else N_("people without")


def subtitle(
    table: GapTable,
    language: str,
    translate: Translate,
    shows: Shows = "share",
    beside: GapTable | None = None,
) -> str:
    """Return what is counted, by which areas, over which months, of whom.

    ``beside``: the table of a second map; what is said of one of the two only is left to their captions.
    """
    parts = _about(table, language, translate, shows)
    if beside is not None:
        common = set(_about(beside, language, translate, shows))
        parts = [part for part in parts if part in common]
    return ", ".join(parts)


def cumulated(table: GapTable, language: str, translate: Translate) -> str:
    """Return the months that are counted: "cumulated January – May 2016"."""
    return translate(N_("cumulated %(months)s")) % {"months": months(*table.months, language)}


def _about(table: GapTable, language: str, translate: Translate, shows: Shows) -> list[str]:
    question = table.question
    parts = [
        translate(_SHOWN_SUBTITLES.get(shows) or _SUBTITLES[question.measure, question.unit]),
        translate(N_("by %(level)s")) % {"level": level_name(table, language).lower()},
        cumulated(table, language, translate),
    ]
    if table.group_labels:
        parts.append(label(table.group_labels, language))
    if table.activity_type is not None:
        parts.append(translate(N_("only “%(type)s”")) % {"type": label(table.activity_type, language)})
    if table.organisation:
        parts.append(translate(N_("only %(organisation)s")) % {"organisation": table.organisation})
    return parts


def part_lines(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return what a figure means that counts a part of the response only; nothing for the whole."""
    question, lines = table.question, []
    if table.organisation:
        words = N_(
            "Only the rows that %(organisation)s reports count, whoever implements them. The target is that"
            " of all organisations together: the gap is what is left of it after %(organisation)s alone."
        )
        lines.append(translate(words) % {"organisation": table.organisation})
    if table.activity_type is not None:
        words = N_(
            "Only “%(type)s” counts. The target is that of the whole sub-sector: the gap is what is left of"
            " it after this activity type alone."
        )
        if not table.rules:
            words = N_("“%(type)s” counts towards no target: only who is present can be shown.")
        lines.append(translate(words) % {"type": label(table.activity_type, language)})
    if question.first is not None:
        words = N_(
            "Only rows of %(months)s count. The target is that of the whole plan: what was reached before is"
            " not taken off it."
        )
        lines.append(translate(words) % {"months": months(*table.months, language)})
    largest = (CountingRule.MAX_AREA, CountingRule.MAX_SITE)
    if question.is_part and any(r.rule in largest for r in table.rules):
        lines.append(
            translate(
                N_(
                    "Types counted by their largest month are compared within these rows only: parts of the"
                    " response may add up to more than the whole."
                )
            )
        )
    return lines


def part_of_name(table: GapTable) -> str:
    """Return what the name of a file says of the part that is counted: ``oim-tent-from-2016-03``."""
    return part_of_question(table.question, table.organisation)


def part_of_question(question: Question, organisation: str) -> str:
    """Return the same of a question and of the acronym of the organisation that it asks for."""
    plain = unicodedata.normalize("NFKD", organisation).encode("ascii", "ignore").decode().lower()
    parts = [
        re.sub(r"[^a-z0-9]+", "-", plain).strip("-"),
        (question.activity_type or "").replace("_", "-"),
        f"from-{question.first}" if question.first else "",
    ]
    return "-".join(filter(None, parts))


def level_name(table: GapTable, language: str) -> str:
    """Return the name of the table's level: "Cercle"."""
    level = table.question.level
    return label(table.level_names.get(str(level), {}), language) or str(level)


def heading(key: str, words: str, table: GapTable, language: str, translate: Translate) -> str:
    """Return the heading of a column; the area's column has the name of its level."""
    return level_name(table, language) if key == "name" else translate(words)


def row_name(row: GapRow, translate: Translate) -> str:
    """Return the name of a line."""
    match row.kind:
        case "part":
            return translate(N_("%(name)s (known at this level only)")) % {"name": row.name}
        case "unknown":
            return translate(N_("Place unknown"))
        case "total":
            return translate(N_("Total"))
        case _:
            return row.name


def source_lines(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return one line per source of needs or targets."""
    lines = []
    for source in table.sources:
        words = _SOURCES[source.measure]
        line = translate(words) % {"source": source.source, "date": day(source.dated, language)}
        about = _about_source(source, language, translate)
        lines.append(f"{line} ({'; '.join(about)})" if about else line)
    return lines


def _about_source(source: SourceUsed, language: str, translate: Translate) -> list[str]:
    """Return what a reader must know of a table: who vouches for it, and why this one is used."""
    about = []
    if source.invented:
        about.append(translate(N_("invented")))
    if source.published is not None:
        about.append(translate(N_("published %(date)s")) % {"date": day(source.published, language)})
    if source.validated_by:
        about.append(translate(N_("validated by %(body)s")) % {"body": source.validated_by})
    if (choice := source.use.choice) is not None:
        by = choice.chosen_by or translate(N_("command line"))
        said = {"person": by, "date": day(choice.chosen_at.date(), language)}
        about.append(translate(N_("chosen by %(person)s, %(date)s")) % said)
    if source.use.how == "younger":
        about.append(translate(N_("dated after the months counted")))
    return about


def rule_lines(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return one line per counting rule, with the activity types that it counts."""
    types: dict[str, list[str]] = {}
    for rule in table.rules:
        types.setdefault(rule.words, []).append(label(rule.labels, language))
    return [f"{', '.join(names)}{translate(N_(': '))}{translate(words)}" for words, names in types.items()]


def facts(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return household size, administrative division, organisations: what every print must carry."""
    size = number(table.household_size, language)
    source = f" ({table.household_size_source})" if table.household_size_source else ""
    lines = [
        translate(N_("Household size: %(size)s")) % {"size": size} + source,
        translate(N_("Administrative division: %(edition)s"))
        % {"edition": f"{table.country} {table.edition}"},
        translate(N_("Organisations: %(count)s")) % {"count": number(table.organisations, language)},
    ]
    if table.question.as_of is not None:
        moment = table.question.as_of
        lines.append(translate(N_("Record as of %(moment)s")) % {"moment": f"{moment:%Y-%m-%d %H:%M} UTC"})
    return lines


def note_lines(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return the notes, with the mark of an example in front."""
    return [
        *([translate(EXAMPLE)] if table.is_example else []),
        *part_lines(table, language, translate),
        *(note.words(translate, lambda n: number(n, language)) for note in table.notes),
    ]


def everything(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return every line that explains the table, for the foot of a file."""
    return [
        *note_lines(table, language, translate),
        *source_lines(table, language, translate),
        *rule_lines(table, language, translate),
        *facts(table, language, translate),
    ]
