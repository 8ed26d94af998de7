"""A register of organisations in which one acronym is that of two, and what it makes of names."""

from __future__ import annotations

from typing import Any

from cluster4w.intake.places.organisations import Found, OrganisationFinder
from cluster4w.record.queries.organisations import Agency

AGENCIES = (
    Agency(1, "OIM", "Organisation internationale pour les migrations", "un"),
    Agency(2, "HCR", "Haut Commissariat des Nations Unies pour les réfugiés", "un"),
    Agency(3, "SAD", "Solidarité pour l’Action et le Développement", "nngo"),
    Agency(4, "SAD", "Sahel Aide Durable", "nngo"),
    Agency(5, "NRC", "Norwegian Refugee Council", "ingo"),
    Agency(6, "SCI", "Save the Children International", "ingo"),
    Agency(7, "CRF", "Croix-Rouge française", "rc"),
    Agency(8, "VSF-B", "Vétérinaires Sans Frontières Belgique", "ingo"),
    Agency(9, "FEM", "Femmes", "nngo"),
)


def who(acronym: str, name: str = "", type_: str = "", own: Agency | None = None, **options: Any) -> Found:
    """Find an organisation of the register, in a file of ``own`` or of the whole cluster.

    ``options`` are those of the finder: ``aliases``, ``country``.
    """
    return OrganisationFinder(AGENCIES, own, **options).find(acronym, name, type_)
