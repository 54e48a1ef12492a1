"""The first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

from penfriends.models.classified import UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "association",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("contact_name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("read_first_letters", sa.Integer(), nullable=True),
        sa.Column("sample_one_in", sa.Integer(), nullable=True),
        sa.Column(
            "weights",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.Column("twin_of_twin", sa.Boolean(), nullable=False),
        sa.Column("letters_kept_months", sa.Integer(), nullable=True),
        sa.CheckConstraint("letters_kept_months BETWEEN 1 AND 12", name=op.f("ck_association_letters_kept")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_association")),
        sa.UniqueConstraint("slug", name=op.f("uq_association_slug")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempt_key"), ["key"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column(
            "details", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_entry_hash")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "blob",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "consent_age",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("age", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("country", name=op.f("pk_consent_age")),
    )
    op.create_table(
        "consent_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_consent_text")),
    )
    op.create_table(
        "domain_check",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column(
            "findings", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_domain_check")),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "mail_trouble",
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("probe_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_mail_trouble")),
    )
    op.create_table(
        "pairing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "agreed",
                "approved",
                "running",
                "refused",
                "ended",
                name="pairing_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("board_version", sa.Integer(), nullable=False),
        sa.Column("calendar_version", sa.Integer(), nullable=False),
        sa.Column(
            "calendar_wishes",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("calendar_changed_at", UTCDateTime(), nullable=True),
        sa.Column("join_circles", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_because", sa.String(length=40), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing")),
    )
    op.create_table(
        "retention_run",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column(
            "removed", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_retention_run")),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("shortcuts", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("email_key", name=op.f("uq_sign_in_email_key")),
    )
    op.create_table(
        "sign_up_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column(
            "answers", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_up_draft")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_sign_up_draft_fingerprint")),
    )
    with op.batch_alter_table("sign_up_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_up_draft_changed_at"), ["changed_at"], unique=False)

    op.create_table(
        "guardian",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name=op.f("fk_guardian_sign_in_id_sign_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
        sa.UniqueConstraint("sign_in_id", name=op.f("uq_guardian_sign_in_id")),
    )
    op.create_table(
        "letter_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("write_on", sa.Date(), nullable=False),
        sa.Column("send_on", sa.Date(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.CheckConstraint("write_on <= send_on AND send_on <= read_on", name=op.f("ck_letter_round_order")),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_letter_round_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_round")),
        sa.UniqueConstraint("pairing_id", "number", name=op.f("uq_letter_round_pairing_id_number")),
    )
    with op.batch_alter_table("letter_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_round_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "moderator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "moderator",
                "lead",
                "deputy",
                "teacher",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("operates", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_moderator_association_id_association")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_moderator_household_id_household")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name=op.f("fk_moderator_sign_in_id_sign_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderator")),
        sa.UniqueConstraint("sign_in_id", "association_id", name=op.f("uq_moderator_sign_in_id_association_id")),
    )
    with op.batch_alter_table("moderator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_moderator_association_id"), ["association_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_moderator_sign_in_id"), ["sign_in_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("code_fingerprint", sa.String(length=64), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "sign_in",
                "confirm_sign_up",
                "guardian_consent",
                "withdraw_consent",
                "confirm_mail",
                "report_letter",
                "stop_letters",
                "answer_match",
                "staff_invitation",
                "confirm_address",
                "come_of_age",
                "fit_check",
                "still_waiting",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("sign_in_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_one_time_link_sign_in_id_sign_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_one_time_link_fingerprint")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_link_sign_in_id"), ["sign_in_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_link_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "town",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "city",
                "town",
                "village",
                "district",
                "refugee_camp",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("names", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("latitude", sa.Float(), nullable=False),
        sa.Column("longitude", sa.Float(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=True),
        sa.Column("paused_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_town_association_id_association")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_town")),
        sa.UniqueConstraint("slug", name=op.f("uq_town_slug")),
    )
    with op.batch_alter_table("town", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_town_association_id"), ["association_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "verb",
            sa.Enum(
                "release",
                "return",
                "undo",
                "escalate",
                "approve",
                "veto",
                "close",
                "freeze",
                "resume",
                "change_birth",
                "retry",
                "settle",
                "write",
                name="verb",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reasons", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["moderator_id"], ["moderator.id"], name=op.f("fk_decision_moderator_id_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_moderator_id"), ["moderator_id"], unique=False)
        batch_op.create_index("ix_decision_subject", ["subject_id", "at"], unique=False)

    op.create_table(
        "match_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=True),
        sa.Column("started_by", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "draft",
                "published",
                "failed",
                "dropped",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "step",
            sa.Enum(
                "asked",
                "reading",
                "comparing",
                "solving",
                "checking",
                "storing",
                name="step",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("failure", sa.String(length=30), nullable=False),
        sa.Column("beat_at", UTCDateTime(), nullable=True),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("possible", sa.Integer(), nullable=False),
        sa.Column("proposals", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=False),
        sa.Column(
            "unmatched", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("helps", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.Column(
            "one_more", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "shortage", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_match_round_association_id_association")
        ),
        sa.ForeignKeyConstraint(["started_by"], ["moderator.id"], name=op.f("fk_match_round_started_by_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_round")),
    )
    with op.batch_alter_table("match_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_round_association_id"), ["association_id"], unique=False)
        batch_op.create_index(
            "ix_match_round_one_runs",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "pairing_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_pairing_approval_association_id_association")
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_pairing_approval_moderator_id_moderator")
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_pairing_approval_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_approval")),
        sa.UniqueConstraint("pairing_id", "association_id", name=op.f("uq_pairing_approval_pairing_id_association_id")),
    )
    with op.batch_alter_table("pairing_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_approval_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "resident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=True),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("birth_year", sa.Integer(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("first_name", sa.String(length=60), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("avatar", sa.String(length=30), nullable=False),
        sa.Column("colour", sa.String(length=12), nullable=False),
        sa.Column(
            "medium",
            sa.Enum("web", "email", "paper", name="medium", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("wished_town_id", sa.Uuid(), nullable=True),
        sa.Column("twin_of_twin", sa.Boolean(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("gist", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "unconfirmed",
                "awaiting_consent",
                "active",
                "paused",
                "left",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("waiting_since", UTCDateTime(), nullable=True),
        sa.Column("still_asked_at", UTCDateTime(), nullable=True),
        sa.Column("waited_days", sa.Integer(), nullable=True),
        sa.Column("profile_changed_at", UTCDateTime(), nullable=False),
        sa.Column("rules_agreed_at", UTCDateTime(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("age_told_at", UTCDateTime(), nullable=True),
        sa.Column("came_of_age_at", UTCDateTime(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("forgotten_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "band = 'adult' OR (facts = '' AND question = '')", name=op.f("ck_resident_child_has_no_free_text")
        ),
        sa.CheckConstraint(
            "band = 'adult' OR birth_on IS NOT NULL OR forgotten_at IS NOT NULL",
            name=op.f("ck_resident_child_has_birth_date"),
        ),
        sa.CheckConstraint("band = 'adult' OR capacity <= 2", name=op.f("ck_resident_child_capacity")),
        sa.CheckConstraint("state <> 'left' OR left_at IS NOT NULL", name=op.f("ck_resident_left_on_a_day")),
        sa.CheckConstraint("capacity BETWEEN 1 AND 3", name=op.f("ck_resident_capacity")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_resident_guardian_id_guardian")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_resident_household_id_household")),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name=op.f("fk_resident_sign_in_id_sign_in")),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_resident_town_id_town")),
        sa.ForeignKeyConstraint(["wished_town_id"], ["town.id"], name=op.f("fk_resident_wished_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("id", "band", name=op.f("uq_resident_id_band")),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_left_at"), ["left_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_sign_in_id"), ["sign_in_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_town_id"), ["town_id"], unique=False)
        batch_op.create_index(
            "ix_resident_waiting",
            [
                "state",
                "band",
                "town_id",
                "birth_year",
                "twin_of_twin",
                "id",
                "birth_on",
                "medium",
                "wished_town_id",
                "household_id",
                "capacity",
                "gist",
                "waiting_since",
            ],
            unique=False,
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )

    op.create_table(
        "school",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=False),
        sa.Column(
            "weekend", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "confirmed",
                "closed",
                name="school_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_how", sa.Text(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["seen_by"], ["moderator.id"], name=op.f("fk_school_seen_by_moderator")),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_school_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school")),
    )
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_town_id"), ["town_id"], unique=False)

    op.create_table(
        "twin_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "formal", "friendship", "informal", name="kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("active", "resting", "ended", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_twin_link_ordered")),
        sa.ForeignKeyConstraint(["high_id"], ["town.id"], name=op.f("fk_twin_link_high_id_town")),
        sa.ForeignKeyConstraint(["low_id"], ["town.id"], name=op.f("fk_twin_link_low_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_twin_link")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_twin_link_low_id_high_id")),
    )
    with op.batch_alter_table("twin_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_twin_link_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_twin_link_low_id"), ["low_id"], unique=False)

    op.create_table(
        "vetting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("check", "training", "school", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("seen_by", sa.String(length=80), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_vetting_moderator_id_moderator"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting")),
    )
    with op.batch_alter_table("vetting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vetting_moderator_id"), ["moderator_id"], unique=False)

    op.create_table(
        "birth_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("old_year", sa.Integer(), nullable=False),
        sa.Column("old_on", sa.Date(), nullable=True),
        sa.Column("new_year", sa.Integer(), nullable=False),
        sa.Column("new_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("crosses", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("proposed", "done", "refused", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["moderator.id"], name=op.f("fk_birth_change_decided_by_moderator")),
        sa.ForeignKeyConstraint(["proposed_by"], ["moderator.id"], name=op.f("fk_birth_change_proposed_by_moderator")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_birth_change_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_birth_change")),
    )
    with op.batch_alter_table("birth_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_birth_change_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "block",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "matched_before",
                "household",
                "blocked",
                "vetoed",
                "reported",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stops_letters", sa.Boolean(), nullable=False),
        sa.Column("by_resident_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_block_ordered")),
        sa.ForeignKeyConstraint(["by_resident_id"], ["resident.id"], name=op.f("fk_block_by_resident_id_resident")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["resident.id"], name=op.f("fk_block_high_id_resident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["low_id"], ["resident.id"], name=op.f("fk_block_low_id_resident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_block")),
        sa.UniqueConstraint("low_id", "high_id", "reason", name=op.f("uq_block_low_id_high_id_reason")),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_block_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_block_low_id"), ["low_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_conflict_moderator_id_moderator"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_conflict_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("moderator_id", "resident_id", name=op.f("pk_conflict")),
    )
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_id", sa.Uuid(), nullable=True),
        sa.Column("attested_by", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "given",
                "refused",
                "withdrawn",
                "expired",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "link", "paper", "attestation", name="channel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("text_sha256", sa.String(length=64), nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(channel = 'attestation') = (guardian_id IS NULL AND attested_by IS NOT NULL)",
            name=op.f("ck_consent_whose_yes"),
        ),
        sa.ForeignKeyConstraint(["attested_by"], ["moderator.id"], name=op.f("fk_consent_attested_by_moderator")),
        sa.ForeignKeyConstraint(["guardian_id"], ["guardian.id"], name=op.f("fk_consent_guardian_id_guardian")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_consent_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["text_sha256"], ["consent_text.sha256"], name=op.f("fk_consent_text_sha256_consent_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "local_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("town_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "choir",
                "music",
                "scouts",
                "youth",
                "faith",
                "sport",
                "seniors",
                "hobby",
                "helpers",
                "university",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column(
            "contact_band",
            sa.Enum("child", "adult", name="contact_band", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "interests", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("youngest", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("twin_of_twin", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("seeking", "paused", "ended", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("stuck", sa.String(length=40), nullable=True),
        sa.Column("waiting_since", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "contact_band IS NULL OR contact_band = 'adult'", name=op.f("ck_local_group_contact_is_adult")
        ),
        sa.CheckConstraint("capacity BETWEEN 1 AND 3", name=op.f("ck_local_group_capacity")),
        sa.CheckConstraint("size >= 2 AND youngest <= oldest", name=op.f("ck_local_group_members")),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_local_group_association_id_association")
        ),
        sa.ForeignKeyConstraint(
            ["contact_id", "contact_band"],
            ["resident.id", "resident.band"],
            name=op.f("fk_local_group_contact_id_contact_band_resident"),
        ),
        sa.ForeignKeyConstraint(["town_id"], ["town.id"], name=op.f("fk_local_group_town_id_town")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_group")),
    )
    with op.batch_alter_table("local_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_local_group_association_id"), ["association_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_local_group_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_local_group_town_id"), ["town_id"], unique=False)

    op.create_table(
        "match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "vetoed",
                "approved",
                "accepted",
                "declined",
                "expired",
                "ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column(
            "explanation", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by"], ["moderator.id"], name=op.f("fk_match_claimed_by_moderator")),
        sa.ForeignKeyConstraint(["round_id"], ["match_round.id"], name=op.f("fk_match_round_id_match_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("id", "band", name=op.f("uq_match_id_band")),
    )
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index("ix_match_queue", ["state", "proposed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_round_id"), ["round_id"], unique=False)

    op.create_table(
        "resident_address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_address_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_resident_address_sign_in_id_sign_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_address")),
        sa.UniqueConstraint("resident_id", "sign_in_id", name=op.f("uq_resident_address_resident_id_sign_in_id")),
    )
    with op.batch_alter_table("resident_address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_address_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_resident_address_sign_in_id"), ["sign_in_id"], unique=False)

    op.create_table(
        "resident_interest",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_interest_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resident_id", "code", name=op.f("pk_resident_interest")),
    )
    op.create_table(
        "resident_language",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column(
            "level",
            sa.Enum("first", "well", "little", name="level", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("practises", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_language_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resident_id", "code", name=op.f("pk_resident_language")),
    )
    op.create_table(
        "school_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum("active", "ended", name="class_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("youngest", sa.Integer(), nullable=False),
        sa.Column("oldest", sa.Integer(), nullable=False),
        sa.Column(
            "languages", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("rhythm_weeks", sa.Integer(), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("twin_of_twin", sa.Boolean(), nullable=False),
        sa.Column("seeking_since", UTCDateTime(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("shared_devices", sa.Boolean(), nullable=False),
        sa.Column(
            "lessons", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("state <> 'ended' OR ended_at IS NOT NULL", name=op.f("ck_school_class_ended_on_a_day")),
        sa.CheckConstraint("size BETWEEN 1 AND 60", name=op.f("ck_school_class_size")),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_school_class_year")),
        sa.CheckConstraint("youngest <= oldest", name=op.f("ck_school_class_ages")),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["school_class.id"], name=op.f("fk_school_class_previous_id_school_class")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_class_school_id_school")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_class")),
        sa.UniqueConstraint("code", name=op.f("uq_school_class_code")),
    )
    with op.batch_alter_table("school_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_class_school_id"), ["school_id"], unique=False)

    op.create_table(
        "school_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("is_term", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_school_days_order")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["school.id"], name=op.f("fk_school_days_school_id_school"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_days")),
    )
    with op.batch_alter_table("school_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_school_days_school_id"), ["school_id"], unique=False)

    op.create_table(
        "session",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("staff_until", UTCDateTime(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_session_resident_id_resident"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_session_sign_in_id_sign_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_sign_in_id"), ["sign_in_id"], unique=False)

    op.create_table(
        "teacher",
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("reminders", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_teacher_moderator_id_moderator"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_teacher_school_id_school")),
        sa.PrimaryKeyConstraint("moderator_id", name=op.f("pk_teacher")),
    )
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teacher_school_id"), ["school_id"], unique=False)

    op.create_table(
        "class_teacher",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "duty",
            sa.Enum("lead", "second", name="duty", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("feed_fingerprint", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_class_teacher_class_id_school_class"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_class_teacher_moderator_id_moderator")
        ),
        sa.PrimaryKeyConstraint("class_id", "moderator_id", name=op.f("pk_class_teacher")),
        sa.UniqueConstraint("feed_fingerprint", name=op.f("uq_class_teacher_feed_fingerprint")),
    )
    with op.batch_alter_table("class_teacher", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_class_teacher_moderator_id"), ["moderator_id"], unique=False)

    op.create_table(
        "correspondence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("match_id", sa.Uuid(), nullable=True),
        sa.Column("pairing_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "paused", "frozen", "ended", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(length=40), nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("state_changed_at", UTCDateTime(), nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_correspondence_match_id_match")),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name=op.f("fk_correspondence_pairing_id_pairing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence")),
        sa.UniqueConstraint("id", "band", name=op.f("uq_correspondence_id_band")),
        sa.UniqueConstraint("match_id", name=op.f("uq_correspondence_match_id")),
    )
    with op.batch_alter_table("correspondence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correspondence_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "match_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_match_approval_association_id_association")
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_match_approval_match_id_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_match_approval_moderator_id_moderator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_approval")),
        sa.UniqueConstraint("match_id", "moderator_id", name=op.f("uq_match_approval_match_id_moderator_id")),
    )
    with op.batch_alter_table("match_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_approval_match_id"), ["match_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_match_approval_moderator_id"), ["moderator_id"], unique=False)

    op.create_table(
        "match_side",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "open_band",
            sa.Enum("child", "adult", name="open_band_word", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "answer",
            sa.Enum("yes", "no", name="answer", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("waited_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("open_band IS NULL OR open_band = band", name=op.f("ck_match_side_open_band")),
        sa.ForeignKeyConstraint(
            ["match_id", "band"],
            ["match.id", "match.band"],
            name=op.f("fk_match_side_match_id_band_match"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resident_id", "open_band"],
            ["resident.id", "resident.band"],
            name=op.f("fk_match_side_resident_id_open_band_resident"),
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_match_side_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_side")),
        sa.UniqueConstraint("match_id", "resident_id", name=op.f("uq_match_side_match_id_resident_id")),
    )
    with op.batch_alter_table("match_side", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_side_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(
            "ix_match_side_waited",
            ["band", "answered_at"],
            unique=False,
            sqlite_where=sa.text("waited_days IS NOT NULL"),
            postgresql_where=sa.text("waited_days IS NOT NULL"),
        )

    op.create_table(
        "pairing_class",
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("board_agreed", sa.Integer(), nullable=True),
        sa.Column("board_agreed_by", sa.Uuid(), nullable=True),
        sa.Column("board_agreed_at", UTCDateTime(), nullable=True),
        sa.Column("calendar_agreed", sa.Integer(), nullable=True),
        sa.Column("calendar_agreed_by", sa.Uuid(), nullable=True),
        sa.Column("departures_told_at", UTCDateTime(), nullable=True),
        sa.Column(
            "numbers",
            sa.JSON(none_as_null=True).with_variant(
                postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql"
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["moderator.id"], name=op.f("fk_pairing_class_answered_by_moderator")),
        sa.ForeignKeyConstraint(
            ["board_agreed_by"], ["moderator.id"], name=op.f("fk_pairing_class_board_agreed_by_moderator")
        ),
        sa.ForeignKeyConstraint(
            ["calendar_agreed_by"], ["moderator.id"], name=op.f("fk_pairing_class_calendar_agreed_by_moderator")
        ),
        sa.ForeignKeyConstraint(["class_id"], ["school_class.id"], name=op.f("fk_pairing_class_class_id_school_class")),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_pairing_class_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pairing_id", "class_id", name=op.f("pk_pairing_class")),
        sa.UniqueConstraint("pairing_id", "position", name=op.f("uq_pairing_class_pairing_id_position")),
    )
    with op.batch_alter_table("pairing_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_class_class_id"), ["class_id"], unique=False)

    op.create_table(
        "pupil",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("initial", sa.String(length=8), nullable=False),
        sa.Column(
            "paper",
            sa.Enum("form", "paper", "none", name="paper_yes", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("volunteer", sa.Boolean(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("writes_only", sa.String(length=8), nullable=False),
        sa.Column("pictures", sa.String(length=64), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False),
        sa.Column("locked_at", UTCDateTime(), nullable=True),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["school_class.id"], name=op.f("fk_pupil_class_id_school_class")),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_pupil_resident_id_resident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_pupil")),
    )
    with op.batch_alter_table("pupil", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pupil_class_id"), ["class_id"], unique=False)

    op.create_table(
        "round_class",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("write_on", sa.Date(), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_round_class_class_id_school_class"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["letter_round.id"], name=op.f("fk_round_class_round_id_letter_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("round_id", "class_id", name=op.f("pk_round_class")),
    )
    with op.batch_alter_table("round_class", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_class_class_id"), ["class_id"], unique=False)

    op.create_table(
        "round_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("twin_of_twin", sa.Boolean(), nullable=False),
        sa.Column(
            "explanation", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "pinned",
                "forbidden",
                "published",
                "lapsed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_round_pair_ordered")),
        sa.ForeignKeyConstraint(["decided_by"], ["moderator.id"], name=op.f("fk_round_pair_decided_by_moderator")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["resident.id"], name=op.f("fk_round_pair_high_id_resident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["resident.id"], name=op.f("fk_round_pair_low_id_resident"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["match.id"], name=op.f("fk_round_pair_match_id_match"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["match_round.id"], name=op.f("fk_round_pair_round_id_match_round"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_pair")),
        sa.UniqueConstraint("round_id", "low_id", "high_id", name=op.f("uq_round_pair_round_id_low_id_high_id")),
    )
    with op.batch_alter_table("round_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_pair_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_pair_low_id"), ["low_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_pair_round_id"), ["round_id"], unique=False)

    op.create_table(
        "board_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["moderator.id"], name=op.f("fk_board_change_by_id_moderator")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["pupil.resident_id"], name=op.f("fk_board_change_high_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["pupil.resident_id"], name=op.f("fk_board_change_low_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_board_change_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_change")),
    )
    with op.batch_alter_table("board_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_board_change_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "couple",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("locked", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column(
            "explanation", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("changed_in", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("correspondence_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_couple_ordered")),
        sa.ForeignKeyConstraint(["changed_by"], ["moderator.id"], name=op.f("fk_couple_changed_by_moderator")),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence.id"], name=op.f("fk_couple_correspondence_id_correspondence")
        ),
        sa.ForeignKeyConstraint(
            ["high_id"], ["pupil.resident_id"], name=op.f("fk_couple_high_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["pupil.resident_id"], name=op.f("fk_couple_low_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_couple_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couple")),
        sa.UniqueConstraint("correspondence_id", name=op.f("uq_couple_correspondence_id")),
        sa.UniqueConstraint("pairing_id", "low_id", "high_id", name=op.f("uq_couple_pairing_id_low_id_high_id")),
    )
    with op.batch_alter_table("couple", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_couple_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_couple_low_id"), ["low_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_couple_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "group_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "vetoed",
                "approved",
                "accepted",
                "declined",
                "expired",
                "ended",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column(
            "explanation", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "low_answer",
            sa.Enum("yes", "no", name="low_answer", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "high_answer",
            sa.Enum("yes", "no", name="high_answer", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("correspondence_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_group_match_ordered")),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence.id"], name=op.f("fk_group_match_correspondence_id_correspondence")
        ),
        sa.ForeignKeyConstraint(["high_id"], ["local_group.id"], name=op.f("fk_group_match_high_id_local_group")),
        sa.ForeignKeyConstraint(["low_id"], ["local_group.id"], name=op.f("fk_group_match_low_id_local_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_match")),
        sa.UniqueConstraint("correspondence_id", name=op.f("uq_group_match_correspondence_id")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_group_match_low_id_high_id")),
    )
    with op.batch_alter_table("group_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_match_high_id"), ["high_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_match_low_id"), ["low_id"], unique=False)

    op.create_table(
        "pairing_wish",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("apart", "together", name="wish_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("low_id", sa.Uuid(), nullable=False),
        sa.Column("high_id", sa.Uuid(), nullable=False),
        sa.Column("wished_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_pairing_wish_ordered")),
        sa.ForeignKeyConstraint(
            ["high_id"], ["pupil.resident_id"], name=op.f("fk_pairing_wish_high_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["low_id"], ["pupil.resident_id"], name=op.f("fk_pairing_wish_low_id_pupil"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name=op.f("fk_pairing_wish_pairing_id_pairing"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["wished_by"], ["moderator.id"], name=op.f("fk_pairing_wish_wished_by_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_wish")),
        sa.UniqueConstraint("pairing_id", "low_id", "high_id", name=op.f("uq_pairing_wish_pairing_id_low_id_high_id")),
    )
    with op.batch_alter_table("pairing_wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_wish_pairing_id"), ["pairing_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondence_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum("child", "adult", name="band", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "open_band",
            sa.Enum("child", "adult", name="open_band_word", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column(
            "state",
            sa.Enum("active", "paused", "left", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("mail_paused", sa.Boolean(), nullable=False),
        sa.Column("nudged_at", UTCDateTime(), nullable=True),
        sa.Column("late_at", UTCDateTime(), nullable=True),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("open_band IS NULL OR open_band = band", name=op.f("ck_participant_open_band")),
        sa.ForeignKeyConstraint(
            ["correspondence_id", "band"],
            ["correspondence.id", "correspondence.band"],
            name=op.f("fk_participant_correspondence_id_band_correspondence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resident_id", "open_band"],
            ["resident.id", "resident.band"],
            name=op.f("fk_participant_resident_id_open_band_resident"),
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_participant_resident_id_resident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint(
            "correspondence_id", "resident_id", name=op.f("uq_participant_correspondence_id_resident_id")
        ),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_correspondence_id"), ["correspondence_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "volunteer_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_volunteer_letter_association_id_association")
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["moderator.id"], name=op.f("fk_volunteer_letter_written_by_moderator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_letter")),
    )
    with op.batch_alter_table("volunteer_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_volunteer_letter_association_id"), ["association_id"], unique=False)

    op.create_table(
        "reserve_letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("volunteer_letter_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("used_for", sa.Uuid(), nullable=True),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_reserve_letter_class_id_school_class"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["used_for"], ["pupil.resident_id"], name=op.f("fk_reserve_letter_used_for_pupil"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_letter_id"],
            ["volunteer_letter.id"],
            name=op.f("fk_reserve_letter_volunteer_letter_id_volunteer_letter"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["written_by"], ["moderator.id"], name=op.f("fk_reserve_letter_written_by_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_letter")),
        sa.UniqueConstraint(
            "class_id", "volunteer_letter_id", name=op.f("uq_reserve_letter_class_id_volunteer_letter_id")
        ),
    )
    with op.batch_alter_table("reserve_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reserve_letter_class_id"), ["class_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reserve_letter_volunteer_letter_id"), ["volunteer_letter_id"], unique=False
        )

    op.create_table(
        "alias",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("local_part", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_alias_participant_id_participant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias")),
        sa.UniqueConstraint("local_part", name=op.f("uq_alias_local_part")),
    )
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alias_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "fit_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondence_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("good", "deciding", "not", name="fit", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correspondence_id"],
            ["correspondence.id"],
            name=op.f("fk_fit_check_correspondence_id_correspondence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_fit_check_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["moderator.id"], name=op.f("fk_fit_check_seen_by_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fit_check")),
        sa.UniqueConstraint("participant_id", "after_days", name=op.f("uq_fit_check_participant_id_after_days")),
    )
    with op.batch_alter_table("fit_check", schema=None) as batch_op:
        batch_op.create_index("ix_fit_check_answer", ["answer"], unique=False)
        batch_op.create_index(batch_op.f("ix_fit_check_correspondence_id"), ["correspondence_id"], unique=False)

    op.create_table(
        "group_approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("moderator_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_group_approval_association_id_association")
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["group_match.id"], name=op.f("fk_group_approval_match_id_group_match"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["moderator.id"], name=op.f("fk_group_approval_moderator_id_moderator")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_approval")),
        sa.UniqueConstraint("match_id", "moderator_id", name=op.f("uq_group_approval_match_id_moderator_id")),
    )
    with op.batch_alter_table("group_approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_approval_match_id"), ["match_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_group_approval_moderator_id"), ["moderator_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondence_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "written",
                "received",
                "unconfirmed",
                "held",
                "released",
                "on_its_way",
                "delivered",
                "returned",
                "discarded",
                "unsure",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum("web", "email", "paper", name="channel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("original_text", sa.Text(), nullable=False),
        sa.Column("kept_text", sa.Text(), nullable=False),
        sa.Column("removed_text", sa.Text(), nullable=False),
        sa.Column("released_text", sa.Text(), nullable=False),
        sa.Column("cut_is_sure", sa.Boolean(), nullable=False),
        sa.Column(
            "findings", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column(
            "left_out", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "return_reasons", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("return_note", sa.Text(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("screened_at", UTCDateTime(), nullable=True),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("delivered_at", UTCDateTime(), nullable=True),
        sa.Column("read_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["participant.id"], name=op.f("fk_letter_author_id_participant")),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence.id"], name=op.f("fk_letter_correspondence_id_correspondence")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["letter.id"], name=op.f("fk_letter_parent_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_letter_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_letter_thread", ["correspondence_id", "created_at", "id"], unique=False)

    op.create_table(
        "scanned_page",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brought_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_scanned_page_blob_sha256_blob")),
        sa.ForeignKeyConstraint(["brought_by"], ["moderator.id"], name=op.f("fk_scanned_page_brought_by_moderator")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["school_class.id"], name=op.f("fk_scanned_page_class_id_school_class"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_scanned_page_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scanned_page")),
    )
    with op.batch_alter_table("scanned_page", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scanned_page_blob_sha256"), ["blob_sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_scanned_page_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_scanned_page_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_attachment_blob_sha256_blob")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_attachment_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_letter_id"), ["letter_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("letter", "notice", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("sign_in_id", sa.Uuid(), nullable=True),
        sa.Column("association_id", sa.Uuid(), nullable=True),
        sa.Column("notice", sa.String(length=40), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "sending",
                "committed",
                "sent",
                "deferred",
                "failed",
                "unsure",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("first_try_at", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("last_code", sa.Integer(), nullable=True),
        sa.Column("last_text", sa.String(length=500), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_delivery_association_id_association")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_delivery_letter_id_letter")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_delivery_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["sign_in_id"], ["sign_in.id"], name=op.f("fk_delivery_sign_in_id_sign_in")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("letter_id", "participant_id", name=op.f("uq_delivery_letter_id_participant_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_due", ["state", "precedence", "due_at"], unique=False)
        batch_op.create_index("ix_delivery_lease", ["state", "lease_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_sign_in_id"), ["sign_in_id"], unique=False)

    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reasons", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False
        ),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("arriving", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("promised_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by"], ["moderator.id"], name=op.f("fk_hold_claimed_by_moderator")),
        sa.ForeignKeyConstraint(["closed_by"], ["moderator.id"], name=op.f("fk_hold_closed_by_moderator")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_hold_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_letter_id"), ["letter_id"], unique=False)
        batch_op.create_index("ix_hold_queue", ["closed_at", "urgent", "created_at"], unique=False)
        batch_op.create_index(
            "uq_hold_open_letter",
            ["letter_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "letter_mail_id",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(length=998), nullable=False),
        sa.Column("origin", sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_mail_id_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participant.id"],
            name=op.f("fk_letter_mail_id_participant_id_participant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", "participant_id", name=op.f("pk_letter_mail_id")),
    )
    with op.batch_alter_table("letter_mail_id", schema=None) as batch_op:
        batch_op.create_index("ix_letter_mail_id_lookup", ["participant_id", "message_id"], unique=False)

    op.create_table(
        "raw_mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("association_id", sa.Uuid(), nullable=True),
        sa.Column("envelope_from", sa.String(length=320), nullable=False),
        sa.Column("envelope_to", sa.String(length=320), nullable=False),
        sa.Column("blob_sha256", sa.String(length=64), nullable=False),
        sa.Column("inbound_key", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "taken",
                "awaiting_writer",
                "dropped",
                "quarantined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("handled_at", UTCDateTime(), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_raw_mail_association_id_association")
        ),
        sa.ForeignKeyConstraint(["blob_sha256"], ["blob.sha256"], name=op.f("fk_raw_mail_blob_sha256_blob")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_raw_mail_letter_id_letter"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_raw_mail_participant_id_participant")
        ),
        sa.ForeignKeyConstraint(["seen_by"], ["moderator.id"], name=op.f("fk_raw_mail_seen_by_moderator")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_raw_mail")),
        sa.UniqueConstraint("inbound_key", name=op.f("uq_raw_mail_inbound_key")),
    )
    with op.batch_alter_table("raw_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_raw_mail_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index("ix_raw_mail_state", ["state", "received_at"], unique=False)

    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correspondence_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=True),
        sa.Column("reporter_id", sa.Uuid(), nullable=False),
        sa.Column("reported_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "taken", "closed", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "nothing_found",
                "spoken_to",
                "ended",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["claimed_by"], ["moderator.id"], name=op.f("fk_report_claimed_by_moderator")),
        sa.ForeignKeyConstraint(
            ["correspondence_id"], ["correspondence.id"], name=op.f("fk_report_correspondence_id_correspondence")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_report_letter_id_letter")),
        sa.ForeignKeyConstraint(["reported_id"], ["participant.id"], name=op.f("fk_report_reported_id_participant")),
        sa.ForeignKeyConstraint(["reporter_id"], ["participant.id"], name=op.f("fk_report_reporter_id_participant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_correspondence_id"), ["correspondence_id"], unique=False)

    op.create_table(
        "bounce",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("raw_mail_id", sa.Uuid(), nullable=True),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_bounce_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["raw_mail_id"], ["raw_mail.id"], name=op.f("fk_bounce_raw_mail_id_raw_mail"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
    )
    with op.batch_alter_table("bounce", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bounce_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "hard_bounce",
                "full",
                "complaint",
                "asked",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_suppression_delivery_id_delivery"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_suppression_sign_in_id_sign_in"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppression_sign_in_id"), ["sign_in_id"], unique=False)

    op.create_table(
        "team_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=True),
        sa.Column("raw_mail_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["association_id"], ["association.id"], name=op.f("fk_team_message_association_id_association")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["moderator.id"], name=op.f("fk_team_message_closed_by_moderator")),
        sa.ForeignKeyConstraint(
            ["raw_mail_id"], ["raw_mail.id"], name=op.f("fk_team_message_raw_mail_id_raw_mail"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_in.id"], name=op.f("fk_team_message_sign_in_id_sign_in"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_message")),
    )
    with op.batch_alter_table("team_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_message_association_id"), ["association_id"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("team_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_team_message_association_id"))

    op.drop_table("team_message")
    with op.batch_alter_table("suppression", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_suppression_sign_in_id"))

    op.drop_table("suppression")
    with op.batch_alter_table("bounce", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bounce_delivery_id"))

    op.drop_table("bounce")
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_correspondence_id"))

    op.drop_table("report")
    with op.batch_alter_table("raw_mail", schema=None) as batch_op:
        batch_op.drop_index("ix_raw_mail_state")
        batch_op.drop_index(batch_op.f("ix_raw_mail_participant_id"))

    op.drop_table("raw_mail")
    with op.batch_alter_table("letter_mail_id", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_mail_id_lookup")

    op.drop_table("letter_mail_id")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_hold_open_letter",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index("ix_hold_queue")
        batch_op.drop_index(batch_op.f("ix_hold_letter_id"))

    op.drop_table("hold")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_delivery_participant_id"))
        batch_op.drop_index(batch_op.f("ix_delivery_letter_id"))
        batch_op.drop_index("ix_delivery_lease")
        batch_op.drop_index("ix_delivery_due")

    op.drop_table("delivery")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_letter_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("scanned_page", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_scanned_page_participant_id"))
        batch_op.drop_index(batch_op.f("ix_scanned_page_class_id"))
        batch_op.drop_index(batch_op.f("ix_scanned_page_blob_sha256"))

    op.drop_table("scanned_page")
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_thread")
        batch_op.drop_index("ix_letter_due")
        batch_op.drop_index(batch_op.f("ix_letter_author_id"))

    op.drop_table("letter")
    with op.batch_alter_table("group_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_approval_moderator_id"))
        batch_op.drop_index(batch_op.f("ix_group_approval_match_id"))

    op.drop_table("group_approval")
    with op.batch_alter_table("fit_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fit_check_correspondence_id"))
        batch_op.drop_index("ix_fit_check_answer")

    op.drop_table("fit_check")
    with op.batch_alter_table("alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alias_participant_id"))

    op.drop_table("alias")
    with op.batch_alter_table("reserve_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reserve_letter_volunteer_letter_id"))
        batch_op.drop_index(batch_op.f("ix_reserve_letter_class_id"))

    op.drop_table("reserve_letter")
    with op.batch_alter_table("volunteer_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_volunteer_letter_association_id"))

    op.drop_table("volunteer_letter")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participant_resident_id"))
        batch_op.drop_index(batch_op.f("ix_participant_correspondence_id"))

    op.drop_table("participant")
    with op.batch_alter_table("pairing_wish", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_wish_pairing_id"))

    op.drop_table("pairing_wish")
    with op.batch_alter_table("group_match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_match_low_id"))
        batch_op.drop_index(batch_op.f("ix_group_match_high_id"))

    op.drop_table("group_match")
    with op.batch_alter_table("couple", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_couple_pairing_id"))
        batch_op.drop_index(batch_op.f("ix_couple_low_id"))
        batch_op.drop_index(batch_op.f("ix_couple_high_id"))

    op.drop_table("couple")
    with op.batch_alter_table("board_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_board_change_pairing_id"))

    op.drop_table("board_change")
    with op.batch_alter_table("round_pair", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_pair_round_id"))
        batch_op.drop_index(batch_op.f("ix_round_pair_low_id"))
        batch_op.drop_index(batch_op.f("ix_round_pair_high_id"))

    op.drop_table("round_pair")
    with op.batch_alter_table("round_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_round_class_class_id"))

    op.drop_table("round_class")
    with op.batch_alter_table("pupil", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pupil_class_id"))

    op.drop_table("pupil")
    with op.batch_alter_table("pairing_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_class_class_id"))

    op.drop_table("pairing_class")
    with op.batch_alter_table("match_side", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_match_side_waited",
            sqlite_where=sa.text("waited_days IS NOT NULL"),
            postgresql_where=sa.text("waited_days IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_match_side_resident_id"))

    op.drop_table("match_side")
    with op.batch_alter_table("match_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_approval_moderator_id"))
        batch_op.drop_index(batch_op.f("ix_match_approval_match_id"))

    op.drop_table("match_approval")
    with op.batch_alter_table("correspondence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correspondence_pairing_id"))

    op.drop_table("correspondence")
    with op.batch_alter_table("class_teacher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_class_teacher_moderator_id"))

    op.drop_table("class_teacher")
    with op.batch_alter_table("teacher", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_teacher_school_id"))

    op.drop_table("teacher")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_session_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_session_expires_at"))

    op.drop_table("session")
    with op.batch_alter_table("school_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_days_school_id"))

    op.drop_table("school_days")
    with op.batch_alter_table("school_class", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_class_school_id"))

    op.drop_table("school_class")
    op.drop_table("resident_language")
    op.drop_table("resident_interest")
    with op.batch_alter_table("resident_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resident_address_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_resident_address_resident_id"))

    op.drop_table("resident_address")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_round_id"))
        batch_op.drop_index("ix_match_queue")
        batch_op.drop_index(batch_op.f("ix_match_expires_at"))

    op.drop_table("match")
    with op.batch_alter_table("local_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_local_group_town_id"))
        batch_op.drop_index(batch_op.f("ix_local_group_contact_id"))
        batch_op.drop_index(batch_op.f("ix_local_group_association_id"))

    op.drop_table("local_group")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_resident_id"))
        batch_op.drop_index(batch_op.f("ix_consent_guardian_id"))
        batch_op.drop_index(batch_op.f("ix_consent_expires_at"))

    op.drop_table("consent")
    op.drop_table("conflict")
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_block_low_id"))
        batch_op.drop_index(batch_op.f("ix_block_high_id"))

    op.drop_table("block")
    with op.batch_alter_table("birth_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_birth_change_resident_id"))

    op.drop_table("birth_change")
    with op.batch_alter_table("vetting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vetting_moderator_id"))

    op.drop_table("vetting")
    with op.batch_alter_table("twin_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_twin_link_low_id"))
        batch_op.drop_index(batch_op.f("ix_twin_link_high_id"))

    op.drop_table("twin_link")
    with op.batch_alter_table("school", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_school_town_id"))

    op.drop_table("school")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_resident_waiting",
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_resident_town_id"))
        batch_op.drop_index(batch_op.f("ix_resident_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_resident_left_at"))
        batch_op.drop_index(batch_op.f("ix_resident_household_id"))
        batch_op.drop_index(batch_op.f("ix_resident_guardian_id"))

    op.drop_table("resident")
    with op.batch_alter_table("pairing_approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pairing_approval_pairing_id"))

    op.drop_table("pairing_approval")
    with op.batch_alter_table("match_round", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_match_round_one_runs",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index(batch_op.f("ix_match_round_association_id"))

    op.drop_table("match_round")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_subject")
        batch_op.drop_index(batch_op.f("ix_decision_moderator_id"))

    op.drop_table("decision")
    with op.batch_alter_table("town", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_town_association_id"))

    op.drop_table("town")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_subject_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_link_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_one_time_link_expires_at"))

    op.drop_table("one_time_link")
    with op.batch_alter_table("moderator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_moderator_sign_in_id"))
        batch_op.drop_index(batch_op.f("ix_moderator_association_id"))

    op.drop_table("moderator")
    with op.batch_alter_table("letter_round", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_round_pairing_id"))

    op.drop_table("letter_round")
    op.drop_table("guardian")
    with op.batch_alter_table("sign_up_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_up_draft_changed_at"))

    op.drop_table("sign_up_draft")
    op.drop_table("sign_in")
    op.drop_table("retention_run")
    op.drop_table("pairing")
    op.drop_table("mail_trouble")
    op.drop_table("household")
    op.drop_table("domain_check")
    op.drop_table("consent_text")
    op.drop_table("consent_age")
    op.drop_table("blob")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_actor_id"))

    op.drop_table("audit_entry")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_key"))
        batch_op.drop_index(batch_op.f("ix_attempt_at"))

    op.drop_table("attempt")
    op.drop_table("association")
