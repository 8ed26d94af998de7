"""The tables, one file per aggregate: types and constraints, no rules and no queries."""

from cluster4w.models.activity import Activity
from cluster4w.models.alias import Alias, AliasUse
from cluster4w.models.area import Area, AreaLink, Boundary, GazetteerEdition
from cluster4w.models.audit import AuditEvent
from cluster4w.models.base import Base
from cluster4w.models.double_count import DoubleCount, DoubleCountDecision
from cluster4w.models.ledger import LedgerBlock
from cluster4w.models.need import Need, NeedAbsence, NeedChoice, NeedSource, NeedUpload
from cluster4w.models.operation import NilReport, Operation, Period
from cluster4w.models.organisation import Organisation, Participation
from cluster4w.models.person import Membership, Person, Role
from cluster4w.models.release import Release
from cluster4w.models.submission import (
    StoredFile,
    Submission,
    SubmissionFinding,
    SubmissionFix,
    SubmissionRow,
    SubmissionState,
    VanishedChoice,
)
from cluster4w.models.template_version import TemplateVersion

__all__ = [
    "Activity",
    "Alias",
    "AliasUse",
    "Area",
    "AreaLink",
    "AuditEvent",
    "Base",
    "Boundary",
    "DoubleCount",
    "DoubleCountDecision",
    "GazetteerEdition",
    "LedgerBlock",
    "Membership",
    "Need",
    "NeedAbsence",
    "NeedChoice",
    "NeedSource",
    "NeedUpload",
    "NilReport",
    "Operation",
    "Organisation",
    "Participation",
    "Period",
    "Person",
    "Release",
    "Role",
    "StoredFile",
    "Submission",
    "SubmissionFinding",
    "SubmissionFix",
    "SubmissionRow",
    "SubmissionState",
    "TemplateVersion",
    "VanishedChoice",
]
