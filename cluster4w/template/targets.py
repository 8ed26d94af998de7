"""What a column of a file can be: one of the template, a figure of one population group, part of a date."""

from __future__ import annotations

from dataclasses import dataclass

from cluster4w.template.columns import Column, Group
from cluster4w.template.declaration import Template
from cluster4w.template.kinds import Kind
from cluster4w.template.language import Labels

#: Columns that may stand in several columns of a file, and into which.
PARTS: dict[str, tuple[str, ...]] = {
    "start_date": ("day", "month", "year"),
    "end_date": ("day", "month", "year"),
    "period": ("month", "year"),
}
#: What the parts are called.
PART_LABELS: dict[str, Labels] = {
    "day": {"fr": "jour", "en": "day"},
    "month": {"fr": "mois", "en": "month"},
    "year": {"fr": "année", "en": "year"},
}
#: The figure that a wide key means when it names none: "idps_reached".
_PLAIN = "individuals"
#: The list whose choices are the groups of wide keys.
GROUPS = "population_group"


@dataclass(frozen=True, slots=True)
class Target:
    """A column of the template, for one population group ("" for none), or a part of its date."""

    key: str
    group: str = ""
    part: str = ""

    @property
    def name(self) -> str:
        """How it is written: ``idps_reached``, ``idps_households_reached``, ``start_date.day``."""
        if self.part:
            return f"{self.key}.{self.part}"
        if self.group:
            stem, _, side = self.key.rpartition("_")
            return f"{self.group}_{side if stem == _PLAIN else self.key}"
        return self.key


def is_figure(column: Column | None) -> bool:
    """Tell whether a column counts people or households: it can be given per population group."""
    return column is not None and column.group is Group.FOR_WHOM and column.kind is Kind.COUNT


def parse_target(name: str, template: Template) -> Target | None:
    """Return what :attr:`Target.name` wrote; None for what the template does not know."""
    if name in template.by_key:
        return Target(name)
    key, _, part = name.partition(".")
    if part:
        known = key in template.by_key and part in PARTS.get(key, ())
        return Target(key, part=part) if known else None
    groups = template.lists.get(GROUPS, ())
    for group in sorted((c.key for c in groups), key=len, reverse=True):
        if name.startswith(f"{group}_"):
            rest = name[len(group) + 1 :]
            for figure in (f"{_PLAIN}_{rest}", rest):
                if is_figure(template.by_key.get(figure)):
                    return Target(figure, group)
    return None


def target_labels(target: Target, template: Template) -> Labels:
    """Return what a target is called: "PDI, personnes atteintes", "Date de début, jour"."""
    column = template.column(target.key)
    if target.part:
        more = PART_LABELS[target.part]
        return {lang: f"{text}, {more.get(lang, more['en'])}" for lang, text in column.labels.items()}
    if not target.group:
        return column.labels
    choice = template.lists[GROUPS].get(target.group)
    named = choice.labels if choice else {}
    return {
        lang: f"{named.get(lang, target.group)}, {text[:1].lower()}{text[1:]}"
        for lang, text in column.labels.items()
    }
