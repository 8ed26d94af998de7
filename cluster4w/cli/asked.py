"""What is asked of the gaps on the command line: options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from cluster4w.cli.options import MONTH, org_option
from cluster4w.cli.releases import as_of_option, moment_asked, release_option

if TYPE_CHECKING:
    from sqlalchemy import orm

    from cluster4w.gaps.question import Question
    from cluster4w.models import Operation
    from cluster4w.publish.sheets.sheet import Shown

#: What a map shows, by the name of the option's value.
SHOWS = {"share": "share", "number": "missing", "presence": "presence", "overlaps": "overlap"}
CUTS = {"cluster": "usual", "quantiles": "quantiles", "equal": "equal"}

_PART = (
    click.option("--period", "--to", "month", type=MONTH, help="Last month counted."),
    click.option(
        "--from", "first", type=MONTH, help="First month counted; by default that of the plan's start."
    ),
    click.option("--activity-type", help="Count one activity type only, for example tent."),
    org_option,
)
_QUESTION = (
    click.option("--level", type=click.IntRange(1, 3), default=2, show_default=True),
    *_PART,
    as_of_option,
    release_option,
    click.option("--sub-sector", type=click.Choice(("shelter", "nfi")), default="shelter", show_default=True),
    click.option("--group", "group", help="Population group, for example idps."),
    click.option(
        "--measure", type=click.Choice(("current", "projected", "need")), default="current", show_default=True
    ),
    click.option(
        "--unit", type=click.Choice(("household", "individual")), default="household", show_default=True
    ),
)
_SHOWN = (
    click.option(
        "--shows", type=click.Choice(tuple(SHOWS)), default="share", show_default=True,
        help="What the map shows.",
    ),
    click.option(
        "--classes", default="cluster", show_default=True,
        help='How its classes are cut: cluster, quantiles, equal, or bounds of your own: "10 30 60".',
    ),
)  # fmt: skip

beside_option = click.option(
    "--beside", help="A second map on each sheet: another sub-sector (nfi), or up to another month (2016-04)."
)


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """What the options of a question say."""

    level: int
    month: str | None
    first: str | None
    activity_type: str | None
    acronym: str | None
    as_of: str | None
    release: str | None
    sub_sector: str
    group: str | None
    measure: str
    unit: str

    def question(self, session: orm.Session, operation: Operation) -> Question:
        """Return the question; refuses an organisation, a day or a release that there is not."""
        from cluster4w.gaps.question import Question

        moment = moment_asked(session, operation, self.as_of, self.release)
        return Question(
            level=self.level,
            sub_sector=self.sub_sector,
            group=self.group,
            measure=self.measure,
            unit=self.unit,
            first=self.first,
            **part_asked(session, operation, self.activity_type, self.acronym),
            **moment | {"month": self.month or moment["month"]},
        )


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a question, which the command gets together as ``asked``."""
    names = [field.name for field in fields(QuestionOptions)]

    @wraps(command)
    def with_question(*args: Any, **options: Any) -> Any:
        asked = QuestionOptions(**{name: options.pop(name) for name in names})
        return command(*args, asked=asked, **options)

    for option in reversed(_QUESTION):
        with_question = option(with_question)
    return with_question


def part_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that ask for a part of the response: months, activity type, organisation."""
    for option in reversed(_PART):
        command = option(command)
    return command


def shown_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of what a map shows."""
    for option in reversed(_SHOWN):
        command = option(command)
    return command


def part_asked(
    session: orm.Session, operation: Operation, activity_type: str | None, acronym: str | None
) -> dict[str, Any]:
    """Return the fields of a question that the options name; refuses an organisation that takes no part."""
    from cluster4w.record.queries.organisations import get_agency

    organisation = get_agency(session, operation, acronym).id if acronym else None
    return {"activity_type": activity_type, "organisation": organisation}


def beside_asked(question: Question, what: str | None) -> Question | None:
    """Return the question of the second map, or None; fails with what was expected of the option."""
    if what is None:
        return None
    if what[:1].isdigit():
        MONTH.convert(what, None, None)
    beside = question.beside(what)
    if beside == question:
        raise click.BadParameter(f"{what!r} is what the first map shows", param_hint="--beside")
    return beside


def shown_asked(shows: str, classes: str) -> Shown:
    """Return what a map shows by the options; fails with what was expected of the classes."""
    from cluster4w.publish.maps.classes import own_bounds
    from cluster4w.publish.sheets.sheet import Shown

    cut, bounds = CUTS.get(classes), own_bounds(classes)
    if cut is None and not bounds:
        raise click.BadParameter(
            f"{classes!r} is none of {', '.join(CUTS)}, nor one to five whole numbers above zero",
            param_hint="--classes",
        )
    return Shown(SHOWS[shows], cut or "own", bounds)  # type: ignore[arg-type]
