"""The record, its places, its needs, its people: every table of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cluster4w.models.base import BigKey, Json, UtcDateTime

revision: str = "0001"
down_revision: str | None = None
branch_labels = ("default",)
depends_on: str | None = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "gazetteer_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=3), nullable=False),
        sa.Column("edition", sa.String(length=16), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("level_names", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_edition")),
        sa.UniqueConstraint("country", "edition", name=op.f("uq_gazetteer_edition_country_edition")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("acronym", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("acronym", "name", name=op.f("uq_organisation_acronym_name")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(length=32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_sha256"), "stored_file", ["sha256"], unique=False)
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("pcode", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_pcode", sa.String(length=32), nullable=True),
        sa.Column("names", Json, nullable=False),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("grid_column", sa.Integer(), nullable=True),
        sa.Column("grid_row", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("other_codes", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["gazetteer_edition.id"], name=op.f("fk_area_edition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("edition_id", "level", "pcode", name=op.f("uq_area_edition_id_level_pcode")),
    )
    op.create_index(
        op.f("ix_area_edition_id_parent_pcode"), "area", ["edition_id", "parent_pcode"], unique=False
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("country", sa.String(length=3), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("plan_start", sa.Date(), nullable=False),
        sa.Column("plan_end", sa.Date(), nullable=False),
        sa.Column("household_size", sa.Double(), nullable=False),
        sa.Column("household_size_source", sa.Text(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("template", Json, nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("severities", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["gazetteer_edition.id"], name=op.f("fk_operation_edition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint("slug", name=op.f("uq_operation_slug")),
    )
    op.create_table(
        "area_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("other_area_id", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name=op.f("fk_area_link_area_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_area_id"], ["area.id"], name=op.f("fk_area_link_other_area_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_link")),
        sa.UniqueConstraint("area_id", "other_area_id", name=op.f("uq_area_link_area_id_other_area_id")),
    )
    op.create_index(op.f("ix_area_link_other_area_id"), "area_link", ["other_area_id"], unique=False)
    op.create_table(
        "audit_event",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("subject_id", sa.String(length=48), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_audit_event_operation_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_event_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        op.f("ix_audit_event_operation_id_at"), "audit_event", ["operation_id", "at"], unique=False
    )
    op.create_index(
        op.f("ix_audit_event_subject_subject_id"), "audit_event", ["subject", "subject_id"], unique=False
    )
    op.create_table(
        "boundary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("rings", Json, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_id"], ["area.id"], name=op.f("fk_boundary_area_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary")),
        sa.UniqueConstraint("area_id", name=op.f("uq_boundary_area_id")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role <> 'partner' OR organisation_id IS NOT NULL",
            name=op.f("ck_membership_partner_organisation"),
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_membership_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "operation_id", name=op.f("uq_membership_person_id_operation_id")),
    )
    op.create_index(op.f("ix_membership_operation_id"), "membership", ["operation_id"], unique=False)
    op.create_table(
        "need_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("loaded_at", UtcDateTime(), nullable=False),
        sa.Column("loaded_by", sa.Integer(), nullable=True),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["loaded_by"], ["person.id"], name=op.f("fk_need_source_loaded_by")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_need_source_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_source")),
    )
    op.create_index(op.f("ix_need_source_operation_id"), "need_source", ["operation_id"], unique=False)
    op.create_table(
        "nil_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_nil_report_author_id")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_nil_report_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_nil_report_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nil_report")),
        sa.UniqueConstraint(
            "operation_id",
            "organisation_id",
            "month",
            name=op.f("uq_nil_report_operation_id_organisation_id_month"),
        ),
    )
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_participation_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_participation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint(
            "operation_id", "organisation_id", name=op.f("uq_participation_operation_id_organisation_id")
        ),
    )
    op.create_index(
        op.f("ix_participation_organisation_id"), "participation", ["organisation_id"], unique=False
    )
    op.create_table(
        "period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_period_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("operation_id", "month", name=op.f("uq_period_operation_id_month")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("month", sa.String(length=7), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("refusal", Json, nullable=False),
        sa.Column("all_clusters", sa.Boolean(), nullable=False),
        sa.Column("report", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_submission_author_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_submission_file_id")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_submission_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_submission_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_index(
        op.f("ix_submission_operation_id_organisation_id_created_at"),
        "submission",
        ["operation_id", "organisation_id", "created_at"],
        unique=False,
    )
    op.create_table(
        "activity",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("superseded_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("source_row", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("extra", Json, nullable=True),
        sa.Column("programme_org", sa.Text(), nullable=True),
        sa.Column("implementing_partner", sa.Text(), nullable=True),
        sa.Column("donor", sa.Text(), nullable=True),
        sa.Column("project_code", sa.Text(), nullable=True),
        sa.Column("project_title", sa.Text(), nullable=True),
        sa.Column("in_plan", sa.Boolean(), nullable=True),
        sa.Column("cluster", sa.String(length=48), nullable=True),
        sa.Column("sub_sector", sa.String(length=48), nullable=True),
        sa.Column("activity_type", sa.String(length=48), nullable=True),
        sa.Column("activity_detail", sa.Text(), nullable=True),
        sa.Column("indicator", sa.Text(), nullable=True),
        sa.Column("modality", sa.String(length=48), nullable=True),
        sa.Column("conditionality", sa.String(length=48), nullable=True),
        sa.Column("delivery_mechanism", sa.String(length=48), nullable=True),
        sa.Column("transfer_value", sa.Double(), nullable=True),
        sa.Column("currency", sa.String(length=48), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(length=48), nullable=True),
        sa.Column("adm1_name", sa.Text(), nullable=True),
        sa.Column("adm1_pcode", sa.String(length=32), nullable=True),
        sa.Column("adm2_name", sa.Text(), nullable=True),
        sa.Column("adm2_pcode", sa.String(length=32), nullable=True),
        sa.Column("adm3_name", sa.Text(), nullable=True),
        sa.Column("adm3_pcode", sa.String(length=32), nullable=True),
        sa.Column("site_name", sa.Text(), nullable=True),
        sa.Column("site_pcode", sa.Text(), nullable=True),
        sa.Column("site_type", sa.String(length=48), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("period", sa.String(length=7), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=48), nullable=True),
        sa.Column("population_group", sa.String(length=48), nullable=True),
        sa.Column("first_time_assisted", sa.Boolean(), nullable=True),
        sa.Column("households_targeted", sa.Integer(), nullable=True),
        sa.Column("individuals_targeted", sa.Integer(), nullable=True),
        sa.Column("females_targeted", sa.Integer(), nullable=True),
        sa.Column("males_targeted", sa.Integer(), nullable=True),
        sa.Column("women_targeted", sa.Integer(), nullable=True),
        sa.Column("men_targeted", sa.Integer(), nullable=True),
        sa.Column("girls_targeted", sa.Integer(), nullable=True),
        sa.Column("boys_targeted", sa.Integer(), nullable=True),
        sa.Column("elderly_women_targeted", sa.Integer(), nullable=True),
        sa.Column("elderly_men_targeted", sa.Integer(), nullable=True),
        sa.Column("disabled_targeted", sa.Integer(), nullable=True),
        sa.Column("female_headed_households_targeted", sa.Integer(), nullable=True),
        sa.Column("households_reached", sa.Integer(), nullable=True),
        sa.Column("individuals_reached", sa.Integer(), nullable=True),
        sa.Column("females_reached", sa.Integer(), nullable=True),
        sa.Column("males_reached", sa.Integer(), nullable=True),
        sa.Column("women_reached", sa.Integer(), nullable=True),
        sa.Column("men_reached", sa.Integer(), nullable=True),
        sa.Column("girls_reached", sa.Integer(), nullable=True),
        sa.Column("boys_reached", sa.Integer(), nullable=True),
        sa.Column("elderly_women_reached", sa.Integer(), nullable=True),
        sa.Column("elderly_men_reached", sa.Integer(), nullable=True),
        sa.Column("disabled_reached", sa.Integer(), nullable=True),
        sa.Column("female_headed_households_reached", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_activity_author_id")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_activity_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_activity_organisation_id")
        ),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_activity_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint(
            "operation_id", "uid", "version", name=op.f("uq_activity_operation_id_uid_version")
        ),
    )
    op.create_index(
        "ix_activity_current",
        "activity",
        ["operation_id", "organisation_id", "period", "withdrawn", "superseded_at"],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_activity_gap_adm2",
        "activity",
        [
            "operation_id",
            "activity_type",
            "status",
            "adm1_pcode",
            "adm2_pcode",
            "population_group",
            "first_time_assisted",
            "period",
            "withdrawn",
            "households_reached",
            "individuals_reached",
            "households_targeted",
            "individuals_targeted",
            "superseded_at",
        ],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_activity_gap_adm3",
        "activity",
        [
            "operation_id",
            "activity_type",
            "status",
            "adm1_pcode",
            "adm2_pcode",
            "adm3_pcode",
            "population_group",
            "first_time_assisted",
            "period",
            "withdrawn",
            "households_reached",
            "individuals_reached",
            "households_targeted",
            "individuals_targeted",
            "site_pcode",
            "site_name",
            "superseded_at",
        ],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "ix_activity_presence",
        "activity",
        [
            "operation_id",
            "adm2_pcode",
            "organisation_id",
            "activity_type",
            "sub_sector",
            "status",
            "period",
            "withdrawn",
            "adm1_pcode",
            "adm3_pcode",
            "population_group",
            "superseded_at",
        ],
        unique=False,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(op.f("ix_activity_submission_id"), "activity", ["submission_id"], unique=False)
    op.create_table(
        "alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("context", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_alias_author_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["gazetteer_edition.id"], name=op.f("fk_alias_edition_id")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_alias_operation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_alias_organisation_id")
        ),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"], name=op.f("fk_alias_revoked_by")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_alias_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
    )
    op.create_index(
        op.f("ix_alias_operation_id_kind_folded"), "alias", ["operation_id", "kind", "folded"], unique=False
    )
    op.create_table(
        "alias_use",
        sa.Column("alias_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["alias.id"], name=op.f("fk_alias_use_alias_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_alias_use_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alias_id", "submission_id", name=op.f("pk_alias_use")),
    )
    op.create_index(op.f("ix_alias_use_submission_id"), "alias_use", ["submission_id"], unique=False)
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("pcode", sa.String(length=32), nullable=False),
        sa.Column("sub_sector", sa.String(length=16), nullable=True),
        sa.Column("population_group", sa.String(length=16), nullable=True),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["need_source.id"], name=op.f("fk_need_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index(
        op.f("ix_need_source_id_measure_level_pcode"),
        "need",
        ["source_id", "measure", "level", "pcode"],
        unique=False,
    )
    op.create_table(
        "submission_finding",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("column", sa.String(length=3), nullable=True),
        sa.Column("header", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("params", Json, nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_finding_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_finding")),
    )
    op.create_index(
        op.f("ix_submission_finding_submission_id_severity_code"),
        "submission_finding",
        ["submission_id", "severity", "code"],
        unique=False,
    )
    op.create_table(
        "submission_row",
        sa.Column("id", BigKey, nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("comparison", sa.String(length=12), nullable=True),
        sa.Column("uid", sa.String(length=32), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("parsed", Json, nullable=False),
        sa.Column("extra", Json, nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_row_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_row")),
    )
    op.create_index(
        op.f("ix_submission_row_submission_id_state"),
        "submission_row",
        ["submission_id", "state"],
        unique=False,
    )


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_submission_row_submission_id_state"), table_name="submission_row")
    op.drop_table("submission_row")
    op.drop_index(op.f("ix_submission_finding_submission_id_severity_code"), table_name="submission_finding")
    op.drop_table("submission_finding")
    op.drop_index(op.f("ix_need_source_id_measure_level_pcode"), table_name="need")
    op.drop_table("need")
    op.drop_index(op.f("ix_alias_use_submission_id"), table_name="alias_use")
    op.drop_table("alias_use")
    op.drop_index(op.f("ix_alias_operation_id_kind_folded"), table_name="alias")
    op.drop_table("alias")
    op.drop_index(op.f("ix_activity_submission_id"), table_name="activity")
    op.drop_index(
        "ix_activity_presence",
        table_name="activity",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(
        "ix_activity_gap_adm3",
        table_name="activity",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(
        "ix_activity_gap_adm2",
        table_name="activity",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index(
        "ix_activity_current",
        table_name="activity",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_table("activity")
    op.drop_index(op.f("ix_submission_operation_id_organisation_id_created_at"), table_name="submission")
    op.drop_table("submission")
    op.drop_table("period")
    op.drop_index(op.f("ix_participation_organisation_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_table("nil_report")
    op.drop_index(op.f("ix_need_source_operation_id"), table_name="need_source")
    op.drop_table("need_source")
    op.drop_index(op.f("ix_membership_operation_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("boundary")
    op.drop_index(op.f("ix_audit_event_subject_subject_id"), table_name="audit_event")
    op.drop_index(op.f("ix_audit_event_operation_id_at"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index(op.f("ix_area_link_other_area_id"), table_name="area_link")
    op.drop_table("area_link")
    op.drop_table("operation")
    op.drop_index(op.f("ix_area_edition_id_parent_pcode"), table_name="area")
    op.drop_table("area")
    op.drop_index(op.f("ix_stored_file_sha256"), table_name="stored_file")
    op.drop_table("stored_file")
    op.drop_table("person")
    op.drop_table("organisation")
    op.drop_table("gazetteer_edition")
