"""The tables, one file per aggregate: types and constraints, no rules and no queries."""

from cluster4w.models.activity import Activity
from cluster4w.models.alias import Alias, AliasUse
from cluster4w.models.area import Area, AreaLink, Boundary, GazetteerEdition
from cluster4w.models.audit import AuditEvent
from cluster4w.models.base import Base
from cluster4w.models.need import Need, NeedSource
from cluster4w.models.operation import NilReport, Operation, Period
from cluster4w.models.organisation import Organisation, Participation
from cluster4w.models.person import Membership, Person, Role
from cluster4w.models.submission import (
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionRow,
    SubmissionState,
)

__all__ = [
    "Activity",
    "Alias",
    "AliasUse",
    "Area",
    "AreaLink",
    "AuditEvent",
    "Base",
    "Boundary",
    "GazetteerEdition",
    "Membership",
    "Need",
    "NeedSource",
    "NilReport",
    "Operation",
    "Organisation",
    "Participation",
    "Period",
    "Person",
    "Role",
    "StoredFile",
    "Submission",
    "SubmissionFinding",
    "SubmissionRow",
    "SubmissionState",
]
