"""Beginning an operation: its plan, its places, its copy of the template."""

from __future__ import annotations

import datetime as dt
import re

import sqlalchemy as sa
from sqlalchemy import orm

from cluster4w.models import Operation, Person
from cluster4w.record.operations.audit import log
from cluster4w.record.operations.templates import begin_versions
from cluster4w.record.queries.areas import get_edition
from cluster4w.template.declaration import shipped_declaration
from cluster4w.template.language import N_
from cluster4w.template.problems import Refusal

#: First parts of addresses that are no operation's; a test holds them against the list of routes.
RESERVED = frozenset({"connexion", "deconnexion", "mot-de-passe", "langue", "sante", "static"})

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG = 64
#: People per household that no survey goes beyond.
_LARGEST_HOUSEHOLD = 30


def add_operation(
    session: orm.Session,
    *,
    slug: str,
    title: dict[str, str],
    country: str,
    edition: str,
    plan_start: dt.date,
    plan_end: dt.date,
    household_size: float,
    household_size_source: str,
    actor: Person | None,
) -> Operation:
    """Make an operation with a copy of the shipped template.

    Args:
        slug: its name in addresses and on the command line.
        title: per language; English may be missing.
        country: ISO 3166-1 alpha-3.
        edition: gazetteer edition of that country, which must be loaded.
        household_size: people per household, by which figures are converted; its source is printed beside
            them.

    Raises:
        Refusal: one of them cannot be.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > _LONGEST_SLUG or slug in RESERVED:
        raise Refusal(
            "operation.slug",
            N_("“%(slug)s” cannot name an operation: small letters, digits and hyphens, like “mali-2016”."),
            slug=slug,
        )
    if session.scalar(sa.select(Operation.id).where(Operation.slug == slug)) is not None:
        raise Refusal("operation.exists", N_("There is an operation “%(slug)s” already."), slug=slug)
    if plan_end < plan_start:
        raise Refusal("operation.plan", N_("The plan ends before it begins."))
    if not 0 < household_size <= _LARGEST_HOUSEHOLD or not household_size_source.strip():
        raise Refusal(
            "operation.household_size",
            N_("The household size must be between 0 and %(most)s people, with its source."),
            most=_LARGEST_HOUSEHOLD,
        )
    places = get_edition(session, country, edition)
    if places is None:
        raise Refusal(
            "operation.edition",
            N_(
                "No edition “%(edition)s” of %(country)s is loaded. Load its places first:"
                " “cluster4w areas load”."
            ),
            edition=edition,
            country=country,
        )
    french = title["fr"]
    operation = Operation(
        slug=slug,
        title={"fr": french, "en": title.get("en") or french},
        country=country,
        edition_id=places.id,
        plan_start=plan_start,
        plan_end=plan_end,
        household_size=household_size,
        household_size_source=household_size_source.strip(),
        is_example=False,
        template=shipped_declaration(),
    )
    session.add(operation)
    session.flush()
    begin_versions(session, operation, actor=actor)
    log(
        session,
        "operation.added",
        subject="operation",
        subject_id=operation.id,
        operation=operation,
        actor=actor,
        slug=slug,
    )
    return operation
