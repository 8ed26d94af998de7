"""The words around a gap table: its question, columns, sources, rules, footer. One wording for every form."""

from __future__ import annotations

from cluster4w.gaps.row import GapRow
from cluster4w.gaps.table import GapTable, SourceUsed
from cluster4w.publish.figures import day, months, number
from cluster4w.template.language import N_, Translate, label

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


def title(table: GapTable, language: str, translate: Translate) -> str:
    """Return the question that the table answers."""
    words = _TITLES.get(table.question.sub_sector)
    return translate(words) if words else label(table.sub_sector_labels, language)


def subtitle(table: GapTable, language: str, translate: Translate) -> str:
    """Return what is counted, by which areas, over which months."""
    question = table.question
    parts = [
        translate(_SUBTITLES[question.measure, question.unit]),
        translate(N_("by %(level)s")) % {"level": level_name(table, language).lower()},
        translate(N_("cumulated %(months)s")) % {"months": months(*table.months, language)},
    ]
    if table.group_labels:
        parts.append(label(table.group_labels, language))
    return ", ".join(parts)


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
        words = (
            N_("Needs: %(source)s, %(date)s")
            if source.measure == "in_need"
            else N_("Targets: %(source)s, %(date)s")
        )
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
    return [f"{', '.join(names)}: {translate(words)}" for words, names in types.items()]


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
    example = [translate(EXAMPLE)] if table.is_example else []
    return example + [note.words(translate, lambda n: number(n, language)) for note in table.notes]


def everything(table: GapTable, language: str, translate: Translate) -> list[str]:
    """Return every line that explains the table, for the foot of a file."""
    return [
        *note_lines(table, language, translate),
        *source_lines(table, language, translate),
        *rule_lines(table, language, translate),
        *facts(table, language, translate),
    ]
