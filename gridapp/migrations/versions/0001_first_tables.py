"""The first tables: every record type, and each side's own tables."""

import sqlalchemy as sa
from alembic import context, op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.String(24).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    record_tables()
    if context.config.attributes["side"] == "client":
        client_tables()
    else:
        county_tables()


def record_tables() -> None:
    op.create_table(
        "grid",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=True),
        sa.Column("street", sa.String(), nullable=True),
        sa.Column("community", sa.String(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("leader_name", sa.String(), nullable=True),
        sa.Column("leader_phones", sa.Text(), nullable=True),
        sa.Column("supervision_phones", sa.Text(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint("kind IN ('base', 'special')", name=op.f("ck_grid_kind")),
        sa.CheckConstraint("length(area_code) <= 200", name=op.f("ck_grid_area_code")),
        sa.CheckConstraint("length(code) <= 200", name=op.f("ck_grid_code")),
        sa.CheckConstraint("length(community) <= 200", name=op.f("ck_grid_community")),
        sa.CheckConstraint("length(county) <= 200", name=op.f("ck_grid_county")),
        sa.CheckConstraint(
            "length(leader_name) <= 80", name=op.f("ck_grid_leader_name")
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_grid_name")),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_grid_note")),
        sa.CheckConstraint("length(street) <= 200", name=op.f("ck_grid_street")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
    )
    op.create_index(op.f("ix_grid_grid_id"), "grid", ["grid_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("owner_type", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "kind IN ('photo', 'signed', 'document', 'audio', 'video')",
            name=op.f("ck_attachment_kind"),
        ),
        sa.CheckConstraint("length(hash) <= 64", name=op.f("ck_attachment_hash")),
        sa.CheckConstraint(
            "length(media_type) <= 200", name=op.f("ck_attachment_media_type")
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_attachment_name")),
        sa.CheckConstraint(
            "length(owner_type) <= 200", name=op.f("ck_attachment_owner_type")
        ),
        sa.CheckConstraint("size >= 0", name=op.f("ck_attachment_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_attachment_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    op.create_index(
        op.f("ix_attachment_grid_id"), "attachment", ["grid_id"], unique=False
    )
    op.create_table(
        "building",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("estate", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("floors", sa.Integer(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("rooms_per_floor", sa.Integer(), nullable=True),
        sa.Column("use", sa.String(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("has_lift", sa.Boolean(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("head_name", sa.String(), nullable=True),
        sa.Column("head_sex", sa.String(), nullable=True),
        sa.Column("head_born_on", sa.String(), nullable=True),
        sa.Column("head_politics", sa.String(), nullable=True),
        sa.Column("head_phones", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "head_politics IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13')",
            name=op.f("ck_building_head_politics"),
        ),
        sa.CheckConstraint(
            "head_sex IN ('0', '1', '2', '9')", name=op.f("ck_building_head_sex")
        ),
        sa.CheckConstraint(
            "use IN ('01', '02', '03', '04', '05', '06', '99')",
            name=op.f("ck_building_use"),
        ),
        sa.CheckConstraint(
            "floors BETWEEN 1 AND 200", name=op.f("ck_building_floors_in_range")
        ),
        sa.CheckConstraint("length(address) <= 200", name=op.f("ck_building_address")),
        sa.CheckConstraint("length(estate) <= 200", name=op.f("ck_building_estate")),
        sa.CheckConstraint(
            "length(head_born_on) <= 10", name=op.f("ck_building_head_born_on")
        ),
        sa.CheckConstraint(
            "length(head_name) <= 80", name=op.f("ck_building_head_name")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_building_note")),
        sa.CheckConstraint("length(number) <= 200", name=op.f("ck_building_number")),
        sa.CheckConstraint(
            "units BETWEEN 1 AND 100", name=op.f("ck_building_units_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_building_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
    )
    op.create_index(op.f("ix_building_grid_id"), "building", ["grid_id"], unique=False)
    op.create_table(
        "dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("scale", sa.String(), nullable=False),
        sa.Column("dispute_kind", sa.String(), nullable=False),
        sa.Column("mediation_kind", sa.String(), nullable=True),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("units", sa.String(), nullable=True),
        sa.Column("case_source", sa.String(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("resolution_way", sa.String(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("responsible", sa.String(), nullable=True),
        sa.Column("responsible_phones", sa.Text(), nullable=True),
        sa.Column("risk_note", sa.Text(), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("other_ways_told", sa.Text(), nullable=True),
        sa.Column("agreement_form", sa.String(), nullable=True),
        sa.Column("agreement_number", sa.String(), nullable=True),
        sa.Column("agreement_text", sa.Text(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("perform_by", sa.Date(), nullable=True),
        sa.Column("judicial_confirmed_on", sa.Date(), nullable=True),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("followed_up_on", sa.Date(), nullable=True),
        sa.Column("follow_up_note", sa.Text(), nullable=True),
        sa.Column("escalated_to", sa.String(), nullable=True),
        sa.Column("appraised_on", sa.Date(), nullable=True),
        sa.Column("appraisal", sa.Text(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "agreement_form IN ('written', 'oral')",
            name=op.f("ck_dispute_agreement_form"),
        ),
        sa.CheckConstraint(
            "case_source IN ('applied', 'offered', 'police', 'court', 'department')",
            name=op.f("ck_dispute_case_source"),
        ),
        sa.CheckConstraint(
            "dispute_kind IN ('01', '0101', '0102', '0103', '0199', '02', '0201', '0202', '0203', '0299', '03', '0301', '0302', '0303', '0399', '04', '0401', '0402', '0403', '0499', '05', '0501', '0502', '0503', '0504', '0505', '0506', '0507', '0599', '06', '0601', '0602', '0603', '0604', '0699', '07', '0701', '0702', '0703', '0704', '0799', '08', '0801', '0802', '0803', '0804', '0899', '09', '0901', '0902', '0903', '0904', '0999', '10', '1001', '1002', '1003', '1004', '1005', '1006', '1099', '11', '1101', '1102', '1103', '1104', '1105', '1199', '12', '1201', '1202', '1203', '1299', '13', '1301', '1302', '1303', '1304', '1305', '1306', '1307', '1399', '14', '1401', '1402', '1403', '1404', '15', '1501', '1502', '1599', '16', '1601', '1602', '99')",
            name=op.f("ck_dispute_dispute_kind"),
        ),
        sa.CheckConstraint(
            "mediation_kind IN ('family', 'neighbour', 'homestead', 'contract', 'business', 'damages', 'labour', 'village', 'woodland', 'demolition', 'environment', 'traffic', 'property', 'medical', 'consumer', 'other')",
            name=op.f("ck_dispute_mediation_kind"),
        ),
        sa.CheckConstraint(
            "resolution_way IN ('01', '0101', '0102', '0103', '0104', '0105', '0106', '0107', '0199', '02', '0201', '0202', '0203', '0204', '03', '04', '05', '06')",
            name=op.f("ck_dispute_resolution_way"),
        ),
        sa.CheckConstraint(
            "scale IN ('01', '02', '03')", name=op.f("ck_dispute_scale")
        ),
        sa.CheckConstraint(
            "state IN ('registered', 'mediating', 'agreed', 'failed', 'performed', 'closed')",
            name=op.f("ck_dispute_state"),
        ),
        sa.CheckConstraint(
            "deadline >= happened_on", name=op.f("ck_dispute_due_after_start")
        ),
        sa.CheckConstraint(
            "length(agreement_number) <= 200", name=op.f("ck_dispute_agreement_number")
        ),
        sa.CheckConstraint(
            "length(agreement_text) <= 4000", name=op.f("ck_dispute_agreement_text")
        ),
        sa.CheckConstraint(
            "length(appraisal) <= 4000", name=op.f("ck_dispute_appraisal")
        ),
        sa.CheckConstraint(
            "length(escalated_to) <= 200", name=op.f("ck_dispute_escalated_to")
        ),
        sa.CheckConstraint(
            "length(follow_up_note) <= 4000", name=op.f("ck_dispute_follow_up_note")
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_dispute_name")),
        sa.CheckConstraint("length(number) <= 200", name=op.f("ck_dispute_number")),
        sa.CheckConstraint(
            "length(organisation) <= 200", name=op.f("ck_dispute_organisation")
        ),
        sa.CheckConstraint(
            "length(other_ways_told) <= 4000", name=op.f("ck_dispute_other_ways_told")
        ),
        sa.CheckConstraint("length(outcome) <= 4000", name=op.f("ck_dispute_outcome")),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_dispute_place")),
        sa.CheckConstraint(
            "length(responsible) <= 80", name=op.f("ck_dispute_responsible")
        ),
        sa.CheckConstraint(
            "length(risk_note) <= 4000", name=op.f("ck_dispute_risk_note")
        ),
        sa.CheckConstraint("length(summary) <= 4000", name=op.f("ck_dispute_summary")),
        sa.CheckConstraint("length(units) <= 200", name=op.f("ck_dispute_units")),
        sa.CheckConstraint(
            "people_count >= 1", name=op.f("ck_dispute_people_from_one")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_dispute_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute")),
    )
    op.create_index(op.f("ix_dispute_grid_id"), "dispute", ["grid_id"], unique=False)
    op.create_table(
        "patrol",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("route", sa.String(), nullable=True),
        sa.Column("companions", sa.String(), nullable=True),
        sa.Column("weather", sa.String(), nullable=True),
        sa.Column("nothing_found", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at",
            name=op.f("ck_patrol_ends_after"),
        ),
        sa.CheckConstraint(
            "length(companions) <= 200", name=op.f("ck_patrol_companions")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_patrol_note")),
        sa.CheckConstraint("length(route) <= 200", name=op.f("ck_patrol_route")),
        sa.CheckConstraint("length(weather) <= 200", name=op.f("ck_patrol_weather")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_patrol_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol")),
    )
    op.create_index(op.f("ix_patrol_grid_id"), "patrol", ["grid_id"], unique=False)
    op.create_table(
        "worker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("politics", sa.String(), nullable=True),
        sa.Column("born_on", sa.String(), nullable=True),
        sa.Column("education", sa.String(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("office_phones", sa.Text(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "education IN ('10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '28', '30', '31', '32', '33', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '60', '61', '62', '63', '70', '71', '73', '80', '81', '83', '90')",
            name=op.f("ck_worker_education"),
        ),
        sa.CheckConstraint(
            "ethnicity IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '97', '98')",
            name=op.f("ck_worker_ethnicity"),
        ),
        sa.CheckConstraint(
            "politics IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13')",
            name=op.f("ck_worker_politics"),
        ),
        sa.CheckConstraint(
            "role IN ('worker', 'leader', 'community', 'town', 'county', 'it')",
            name=op.f("ck_worker_role"),
        ),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_worker_sex")),
        sa.CheckConstraint("length(born_on) <= 10", name=op.f("ck_worker_born_on")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_worker_name")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_worker_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worker")),
    )
    op.create_index(op.f("ix_worker_grid_id"), "worker", ["grid_id"], unique=False)
    op.create_table(
        "dispute_session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("mediators", sa.String(), nullable=False),
        sa.Column("recorder", sa.String(), nullable=True),
        sa.Column("present", sa.String(), nullable=True),
        sa.Column("invited", sa.String(), nullable=True),
        sa.Column("rights_told", sa.Boolean(), nullable=True),
        sa.Column("statements", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "length(facts) <= 4000", name=op.f("ck_dispute_session_facts")
        ),
        sa.CheckConstraint(
            "length(invited) <= 200", name=op.f("ck_dispute_session_invited")
        ),
        sa.CheckConstraint(
            "length(mediators) <= 200", name=op.f("ck_dispute_session_mediators")
        ),
        sa.CheckConstraint(
            "length(outcome) <= 4000", name=op.f("ck_dispute_session_outcome")
        ),
        sa.CheckConstraint(
            "length(place) <= 200", name=op.f("ck_dispute_session_place")
        ),
        sa.CheckConstraint(
            "length(present) <= 200", name=op.f("ck_dispute_session_present")
        ),
        sa.CheckConstraint(
            "length(recorder) <= 80", name=op.f("ck_dispute_session_recorder")
        ),
        sa.CheckConstraint(
            "length(statements) <= 4000", name=op.f("ck_dispute_session_statements")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_session_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_dispute_session_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_session")),
    )
    op.create_index(
        op.f("ix_dispute_session_dispute_id"),
        "dispute_session",
        ["dispute_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_dispute_session_grid_id"), "dispute_session", ["grid_id"], unique=False
    )
    op.create_table(
        "dwelling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("floor", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("use", sa.String(), nullable=True),
        sa.Column("area_m2", sa.Float(), nullable=True),
        sa.Column("tenure", sa.String(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=True),
        sa.Column("owner_document_type", sa.String(), nullable=True),
        sa.Column("owner_document", sa.String(), nullable=True),
        sa.Column("owner_phones", sa.Text(), nullable=True),
        sa.Column("owner_address", sa.String(), nullable=True),
        sa.Column("rent_use", sa.String(), nullable=True),
        sa.Column("hazards", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "owner_document_type IN ('111', '114', '115', '414', '511', '516', '554')",
            name=op.f("ck_dwelling_owner_document_type"),
        ),
        sa.CheckConstraint(
            "rent_use IN ('01', '02', '03', '04', '05', '06', '99')",
            name=op.f("ck_dwelling_rent_use"),
        ),
        sa.CheckConstraint(
            "tenure IN ('own', 'rent', 'vacant', 'business', 'other')",
            name=op.f("ck_dwelling_tenure"),
        ),
        sa.CheckConstraint(
            "use IN ('01', '02', '03', '04', '05', '06', '99')",
            name=op.f("ck_dwelling_use"),
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_dwelling_note")),
        sa.CheckConstraint(
            "length(owner_address) <= 200", name=op.f("ck_dwelling_owner_address")
        ),
        sa.CheckConstraint(
            "length(owner_document) <= 50", name=op.f("ck_dwelling_owner_document")
        ),
        sa.CheckConstraint(
            "length(owner_name) <= 80", name=op.f("ck_dwelling_owner_name")
        ),
        sa.CheckConstraint("length(room) <= 200", name=op.f("ck_dwelling_room")),
        sa.CheckConstraint("length(unit) <= 200", name=op.f("ck_dwelling_unit")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_dwelling_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_dwelling_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dwelling")),
    )
    op.create_index(
        op.f("ix_dwelling_building_id"), "dwelling", ["building_id"], unique=False
    )
    op.create_index(op.f("ix_dwelling_grid_id"), "dwelling", ["grid_id"], unique=False)
    op.create_table(
        "patrol_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("look_at", sa.Text(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "interval_days BETWEEN 1 AND 366",
            name=op.f("ck_patrol_point_interval_in_range"),
        ),
        sa.CheckConstraint("length(kind) <= 24", name=op.f("ck_patrol_point_kind")),
        sa.CheckConstraint(
            "length(look_at) <= 4000", name=op.f("ck_patrol_point_look_at")
        ),
        sa.CheckConstraint("length(name) <= 200", name=op.f("ck_patrol_point_name")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_patrol_point_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_patrol_point_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_point")),
    )
    op.create_index(
        op.f("ix_patrol_point_building_id"),
        "patrol_point",
        ["building_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_patrol_point_grid_id"), "patrol_point", ["grid_id"], unique=False
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("dwelling_id", sa.Uuid(), nullable=False),
        sa.Column("head_name", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("moved_in_on", sa.Date(), nullable=True),
        sa.Column("moved_out_on", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "length(head_name) <= 80", name=op.f("ck_household_head_name")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_household_note")),
        sa.CheckConstraint("length(number) <= 200", name=op.f("ck_household_number")),
        sa.ForeignKeyConstraint(
            ["dwelling_id"], ["dwelling.id"], name=op.f("fk_household_dwelling_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_household_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(
        op.f("ix_household_dwelling_id"), "household", ["dwelling_id"], unique=False
    )
    op.create_index(
        op.f("ix_household_grid_id"), "household", ["grid_id"], unique=False
    )
    op.create_table(
        "patrol_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=True),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('0', '1', '2', '9')", name=op.f("ck_patrol_stop_state")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_patrol_stop_note")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_patrol_stop_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_patrol_stop_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["patrol_id"], ["patrol.id"], name=op.f("fk_patrol_stop_patrol_id")
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["patrol_point.id"], name=op.f("fk_patrol_stop_point_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_stop")),
    )
    op.create_index(
        op.f("ix_patrol_stop_building_id"), "patrol_stop", ["building_id"], unique=False
    )
    op.create_index(
        op.f("ix_patrol_stop_grid_id"), "patrol_stop", ["grid_id"], unique=False
    )
    op.create_index(
        op.f("ix_patrol_stop_patrol_id"), "patrol_stop", ["patrol_id"], unique=False
    )
    op.create_index(
        op.f("ix_patrol_stop_point_id"), "patrol_stop", ["point_id"], unique=False
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id_number", sa.String(), nullable=True),
        sa.Column("id_verified", sa.Boolean(), nullable=True),
        sa.Column("document_type", sa.String(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("former_name", sa.String(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("born_on", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("native_place", sa.String(), nullable=True),
        sa.Column("marital_status", sa.String(), nullable=True),
        sa.Column("politics", sa.String(), nullable=True),
        sa.Column("education", sa.String(), nullable=True),
        sa.Column("religion", sa.String(), nullable=True),
        sa.Column("occupation_kind", sa.String(), nullable=True),
        sa.Column("occupation", sa.String(), nullable=True),
        sa.Column("workplace", sa.String(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("resident_kind", sa.String(), nullable=True),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("presence", sa.String(), nullable=True),
        sa.Column("moved_on", sa.Date(), nullable=True),
        sa.Column("moved_to", sa.String(), nullable=True),
        sa.Column("life_state", sa.String(), nullable=True),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("current_area", sa.String(), nullable=True),
        sa.Column("current_address", sa.String(), nullable=True),
        sa.Column("hukou_area", sa.String(), nullable=True),
        sa.Column("hukou_address", sa.String(), nullable=True),
        sa.Column("residence_match", sa.String(), nullable=True),
        sa.Column("household_number", sa.String(), nullable=True),
        sa.Column("head_id_number", sa.String(), nullable=True),
        sa.Column("head_name", sa.String(), nullable=True),
        sa.Column("head_phones", sa.Text(), nullable=True),
        sa.Column("inflow_reason", sa.String(), nullable=True),
        sa.Column("permit_type", sa.String(), nullable=True),
        sa.Column("permit_number", sa.String(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("permit_expires_on", sa.Date(), nullable=True),
        sa.Column("lodging_type", sa.String(), nullable=True),
        sa.Column("attention", sa.Boolean(), nullable=True),
        sa.Column("left_behind_kind", sa.String(), nullable=True),
        sa.Column("health_level", sa.String(), nullable=True),
        sa.Column("illness", sa.Text(), nullable=True),
        sa.Column("mobility", sa.String(), nullable=True),
        sa.Column("home_safety", sa.Text(), nullable=True),
        sa.Column("income_note", sa.Text(), nullable=True),
        sa.Column("difficulty", sa.Text(), nullable=True),
        sa.Column("care_colour", sa.String(), nullable=True),
        sa.Column("care_colour_reason", sa.String(), nullable=True),
        sa.Column("care_colour_review_on", sa.Date(), nullable=True),
        sa.Column("care_consent", sa.String(), nullable=True),
        sa.Column("ability_standard", sa.String(), nullable=True),
        sa.Column("ability_level", sa.String(), nullable=True),
        sa.Column("ability_on", sa.Date(), nullable=True),
        sa.Column("ability_by", sa.String(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "ability_level IN ('0', '1', '2', '3', '4')",
            name=op.f("ck_resident_ability_level"),
        ),
        sa.CheckConstraint(
            "care_consent IN ('willing', 'refused_once', 'refused_always')",
            name=op.f("ck_resident_care_consent"),
        ),
        sa.CheckConstraint(
            "document_type IN ('111', '114', '115', '414', '511', '516', '554')",
            name=op.f("ck_resident_document_type"),
        ),
        sa.CheckConstraint(
            "education IN ('10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '28', '30', '31', '32', '33', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '60', '61', '62', '63', '70', '71', '73', '80', '81', '83', '90')",
            name=op.f("ck_resident_education"),
        ),
        sa.CheckConstraint(
            "ethnicity IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '97', '98')",
            name=op.f("ck_resident_ethnicity"),
        ),
        sa.CheckConstraint(
            "health_level IN ('01', '02', '03', '04', '05')",
            name=op.f("ck_resident_health_level"),
        ),
        sa.CheckConstraint(
            "inflow_reason IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '99')",
            name=op.f("ck_resident_inflow_reason"),
        ),
        sa.CheckConstraint(
            "left_behind_kind IN ('01', '02', '03')",
            name=op.f("ck_resident_left_behind_kind"),
        ),
        sa.CheckConstraint(
            "life_state IN ('living', 'deceased')", name=op.f("ck_resident_life_state")
        ),
        sa.CheckConstraint(
            "lodging_type IN ('01', '02', '03', '04', '05', '06', '07', '99')",
            name=op.f("ck_resident_lodging_type"),
        ),
        sa.CheckConstraint(
            "marital_status IN ('10', '20', '21', '22', '23', '30', '40', '90')",
            name=op.f("ck_resident_marital_status"),
        ),
        sa.CheckConstraint(
            "permit_type IN ('01', '02', '99')", name=op.f("ck_resident_permit_type")
        ),
        sa.CheckConstraint(
            "politics IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13')",
            name=op.f("ck_resident_politics"),
        ),
        sa.CheckConstraint(
            "presence IN ('here', 'away', 'moved')", name=op.f("ck_resident_presence")
        ),
        sa.CheckConstraint(
            "relation IN ('01', '02', '10', '11', '12', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '57', '58', '59', '60', '61', '62', '63', '64', '65', '66', '67', '68', '69', '70', '71', '72', '73', '74', '75', '76', '77', '78', '79', '80', '81', '82', '83', '84', '85', '86', '87', '88', '89', '90', '91', '92', '93', '94', '95', '96', '97', '99')",
            name=op.f("ck_resident_relation"),
        ),
        sa.CheckConstraint(
            "religion IN ('00', '10', '20', '30', '40', '50', '60', '70', '99')",
            name=op.f("ck_resident_religion"),
        ),
        sa.CheckConstraint(
            "residence_match IN ('01', '02')", name=op.f("ck_resident_residence_match")
        ),
        sa.CheckConstraint(
            "resident_kind IN ('local', 'migrant', 'other')",
            name=op.f("ck_resident_resident_kind"),
        ),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_resident_sex")),
        sa.CheckConstraint(
            "length(ability_by) <= 200", name=op.f("ck_resident_ability_by")
        ),
        sa.CheckConstraint(
            "length(ability_standard) <= 200", name=op.f("ck_resident_ability_standard")
        ),
        sa.CheckConstraint("length(born_on) <= 10", name=op.f("ck_resident_born_on")),
        sa.CheckConstraint(
            "length(care_colour) <= 24", name=op.f("ck_resident_care_colour")
        ),
        sa.CheckConstraint(
            "length(care_colour_reason) <= 200",
            name=op.f("ck_resident_care_colour_reason"),
        ),
        sa.CheckConstraint(
            "length(current_address) <= 200", name=op.f("ck_resident_current_address")
        ),
        sa.CheckConstraint(
            "length(current_area) <= 200", name=op.f("ck_resident_current_area")
        ),
        sa.CheckConstraint(
            "length(difficulty) <= 4000", name=op.f("ck_resident_difficulty")
        ),
        sa.CheckConstraint(
            "length(document_number) <= 50", name=op.f("ck_resident_document_number")
        ),
        sa.CheckConstraint(
            "length(former_name) <= 80", name=op.f("ck_resident_former_name")
        ),
        sa.CheckConstraint(
            "length(head_id_number) <= 18", name=op.f("ck_resident_head_id_number")
        ),
        sa.CheckConstraint(
            "length(head_name) <= 80", name=op.f("ck_resident_head_name")
        ),
        sa.CheckConstraint(
            "length(home_safety) <= 4000", name=op.f("ck_resident_home_safety")
        ),
        sa.CheckConstraint(
            "length(household_number) <= 200", name=op.f("ck_resident_household_number")
        ),
        sa.CheckConstraint(
            "length(hukou_address) <= 200", name=op.f("ck_resident_hukou_address")
        ),
        sa.CheckConstraint(
            "length(hukou_area) <= 200", name=op.f("ck_resident_hukou_area")
        ),
        sa.CheckConstraint(
            "length(id_number) <= 18", name=op.f("ck_resident_id_number")
        ),
        sa.CheckConstraint("length(illness) <= 4000", name=op.f("ck_resident_illness")),
        sa.CheckConstraint(
            "length(income_note) <= 4000", name=op.f("ck_resident_income_note")
        ),
        sa.CheckConstraint(
            "length(mobility) <= 200", name=op.f("ck_resident_mobility")
        ),
        sa.CheckConstraint(
            "length(moved_to) <= 200", name=op.f("ck_resident_moved_to")
        ),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_resident_name")),
        sa.CheckConstraint(
            "length(native_place) <= 200", name=op.f("ck_resident_native_place")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_resident_note")),
        sa.CheckConstraint(
            "length(occupation) <= 200", name=op.f("ck_resident_occupation")
        ),
        sa.CheckConstraint(
            "length(occupation_kind) <= 200", name=op.f("ck_resident_occupation_kind")
        ),
        sa.CheckConstraint(
            "length(permit_number) <= 50", name=op.f("ck_resident_permit_number")
        ),
        sa.CheckConstraint(
            "length(workplace) <= 200", name=op.f("ck_resident_workplace")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_resident_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_resident_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
    )
    op.create_index(op.f("ix_resident_grid_id"), "resident", ["grid_id"], unique=False)
    op.create_index(
        op.f("ix_resident_household_id"), "resident", ["household_id"], unique=False
    )
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("interval_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "way IN ('visit', 'call', 'video', 'remote')", name=op.f("ck_care_plan_way")
        ),
        sa.CheckConstraint(
            "interval_days BETWEEN 1 AND 366",
            name=op.f("ck_care_plan_interval_in_range"),
        ),
        sa.CheckConstraint(
            "length(end_reason) <= 200", name=op.f("ck_care_plan_end_reason")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_care_plan_note")),
        sa.CheckConstraint("length(reason) <= 200", name=op.f("ck_care_plan_reason")),
        sa.CheckConstraint(
            "until IS NULL OR until >= since",
            name=op.f("ck_care_plan_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_care_plan_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_care_plan_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
    )
    op.create_index(
        op.f("ix_care_plan_grid_id"), "care_plan", ["grid_id"], unique=False
    )
    op.create_index(
        op.f("ix_care_plan_resident_id"), "care_plan", ["resident_id"], unique=False
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("same_city", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint("length(address) <= 200", name=op.f("ck_contact_address")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_contact_name")),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_contact_note")),
        sa.CheckConstraint("length(relation) <= 200", name=op.f("ck_contact_relation")),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_contact_rank_from_one")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_contact_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_contact_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_grid_id"), "contact", ["grid_id"], unique=False)
    op.create_index(
        op.f("ix_contact_resident_id"), "contact", ["resident_id"], unique=False
    )
    op.create_table(
        "dispute_party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("main", sa.Boolean(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("ethnicity", sa.String(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("education", sa.String(), nullable=True),
        sa.Column("document_type", sa.String(), nullable=True),
        sa.Column("document_number", sa.String(), nullable=True),
        sa.Column("party_kind", sa.String(), nullable=True),
        sa.Column("occupation", sa.String(), nullable=True),
        sa.Column("phones", sa.Text(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("deputy", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "document_type IN ('111', '114', '115', '414', '511', '516', '554')",
            name=op.f("ck_dispute_party_document_type"),
        ),
        sa.CheckConstraint(
            "education IN ('10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '28', '30', '31', '32', '33', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '60', '61', '62', '63', '70', '71', '73', '80', '81', '83', '90')",
            name=op.f("ck_dispute_party_education"),
        ),
        sa.CheckConstraint(
            "ethnicity IN ('01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34', '35', '36', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '97', '98')",
            name=op.f("ck_dispute_party_ethnicity"),
        ),
        sa.CheckConstraint(
            "party_kind IN ('01', '0101', '0102', '0103', '0104', '0105', '0106', '0107', '0199', '02', '0201', '0202', '0203', '0204', '0205', '0206', '0207', '0299')",
            name=op.f("ck_dispute_party_party_kind"),
        ),
        sa.CheckConstraint(
            "sex IN ('0', '1', '2', '9')", name=op.f("ck_dispute_party_sex")
        ),
        sa.CheckConstraint(
            "side IN ('applicant', 'respondent', 'other')",
            name=op.f("ck_dispute_party_side"),
        ),
        sa.CheckConstraint(
            "length(address) <= 200", name=op.f("ck_dispute_party_address")
        ),
        sa.CheckConstraint(
            "length(deputy) <= 80", name=op.f("ck_dispute_party_deputy")
        ),
        sa.CheckConstraint(
            "length(document_number) <= 50",
            name=op.f("ck_dispute_party_document_number"),
        ),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_dispute_party_name")),
        sa.CheckConstraint(
            "length(occupation) <= 200", name=op.f("ck_dispute_party_occupation")
        ),
        sa.ForeignKeyConstraint(
            ["dispute_id"], ["dispute.id"], name=op.f("fk_dispute_party_dispute_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_dispute_party_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_dispute_party_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_party")),
    )
    op.create_index(
        op.f("ix_dispute_party_dispute_id"),
        "dispute_party",
        ["dispute_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_dispute_party_grid_id"), "dispute_party", ["grid_id"], unique=False
    )
    op.create_index(
        op.f("ix_dispute_party_resident_id"),
        "dispute_party",
        ["resident_id"],
        unique=False,
    )
    op.create_table(
        "resident_tag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "length(end_reason) <= 200", name=op.f("ck_resident_tag_end_reason")
        ),
        sa.CheckConstraint(
            "length(reason) <= 200", name=op.f("ck_resident_tag_reason")
        ),
        sa.CheckConstraint("length(tag) <= 24", name=op.f("ck_resident_tag_tag")),
        sa.CheckConstraint(
            "until IS NULL OR until >= since",
            name=op.f("ck_resident_tag_ends_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_resident_tag_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_tag_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_tag")),
    )
    op.create_index(
        op.f("ix_resident_tag_grid_id"), "resident_tag", ["grid_id"], unique=False
    )
    op.create_index(
        op.f("ix_resident_tag_resident_id"),
        "resident_tag",
        ["resident_id"],
        unique=False,
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("plan_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("companions", sa.String(), nullable=True),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("met_whom", sa.String(), nullable=True),
        sa.Column("not_met_reason", sa.String(), nullable=True),
        sa.Column("call_result", sa.String(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("health", sa.String(), nullable=True),
        sa.Column("mind", sa.String(), nullable=True),
        sa.Column("living", sa.String(), nullable=True),
        sa.Column("support", sa.String(), nullable=True),
        sa.Column("safety", sa.String(), nullable=True),
        sa.Column("hygiene", sa.String(), nullable=True),
        sa.Column("surroundings", sa.String(), nullable=True),
        sa.Column("fraud", sa.String(), nullable=True),
        sa.Column("concerns", sa.Text(), nullable=True),
        sa.Column("abnormal", sa.Text(), nullable=True),
        sa.Column("systolic", sa.Integer(), nullable=True),
        sa.Column("diastolic", sa.Integer(), nullable=True),
        sa.Column("hazards", sa.Text(), nullable=True),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("need_note", sa.Text(), nullable=True),
        sa.Column("desk_services", sa.Text(), nullable=True),
        sa.Column("disposal", sa.Text(), nullable=True),
        sa.Column("disposal_note", sa.Text(), nullable=True),
        sa.Column("referred_to", sa.String(), nullable=True),
        sa.Column("referred_due", sa.Date(), nullable=True),
        sa.Column("rescue_at", TIME, nullable=True),
        sa.Column("family_told", sa.String(), nullable=True),
        sa.Column("family_told_at", TIME, nullable=True),
        sa.Column("care_colour", sa.String(), nullable=True),
        sa.Column("remind", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("interval_reason", sa.String(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("unsigned_reason", sa.String(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "call_result IN ('answered', 'no_answer', 'off', 'wrong', 'other_answered')",
            name=op.f("ck_visit_call_result"),
        ),
        sa.CheckConstraint(
            "condition IN ('good', 'fair', 'unwell', 'hospital')",
            name=op.f("ck_visit_condition"),
        ),
        sa.CheckConstraint(
            "consent IN ('willing', 'refused_once', 'refused_always')",
            name=op.f("ck_visit_consent"),
        ),
        sa.CheckConstraint(
            "fraud IN ('0', '1', '2', '9')", name=op.f("ck_visit_fraud")
        ),
        sa.CheckConstraint(
            "health IN ('0', '1', '2', '9')", name=op.f("ck_visit_health")
        ),
        sa.CheckConstraint(
            "hygiene IN ('0', '1', '2', '9')", name=op.f("ck_visit_hygiene")
        ),
        sa.CheckConstraint(
            "living IN ('0', '1', '2', '9')", name=op.f("ck_visit_living")
        ),
        sa.CheckConstraint(
            "met_whom IN ('self', 'family', 'neighbour', 'nobody')",
            name=op.f("ck_visit_met_whom"),
        ),
        sa.CheckConstraint("mind IN ('0', '1', '2', '9')", name=op.f("ck_visit_mind")),
        sa.CheckConstraint(
            "mode IN ('home', 'doorstep', 'met_outside', 'phone', 'video', 'message', 'mobile_desk', 'third_party')",
            name=op.f("ck_visit_mode"),
        ),
        sa.CheckConstraint(
            "not_met_reason IN ('out', 'refused', 'hospital', 'travelling', 'unreachable', 'moved', 'died', 'other')",
            name=op.f("ck_visit_not_met_reason"),
        ),
        sa.CheckConstraint(
            "resident_id IS NOT NULL OR mode = 'mobile_desk'",
            name=op.f("ck_visit_has_a_person"),
        ),
        sa.CheckConstraint(
            "safety IN ('0', '1', '2', '9')", name=op.f("ck_visit_safety")
        ),
        sa.CheckConstraint(
            "source IN ('01', '02', '03', '04')", name=op.f("ck_visit_source")
        ),
        sa.CheckConstraint(
            "support IN ('0', '1', '2', '9')", name=op.f("ck_visit_support")
        ),
        sa.CheckConstraint(
            "surroundings IN ('0', '1', '2', '9')", name=op.f("ck_visit_surroundings")
        ),
        sa.CheckConstraint(
            "diastolic BETWEEN 20 AND 200", name=op.f("ck_visit_diastolic_in_range")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= started_at",
            name=op.f("ck_visit_ends_after"),
        ),
        sa.CheckConstraint(
            "length(care_colour) <= 24", name=op.f("ck_visit_care_colour")
        ),
        sa.CheckConstraint(
            "length(companions) <= 200", name=op.f("ck_visit_companions")
        ),
        sa.CheckConstraint(
            "length(disposal_note) <= 4000", name=op.f("ck_visit_disposal_note")
        ),
        sa.CheckConstraint(
            "length(family_told) <= 80", name=op.f("ck_visit_family_told")
        ),
        sa.CheckConstraint(
            "length(interval_reason) <= 200", name=op.f("ck_visit_interval_reason")
        ),
        sa.CheckConstraint(
            "length(need_note) <= 4000", name=op.f("ck_visit_need_note")
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_visit_note")),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_visit_place")),
        sa.CheckConstraint(
            "length(referred_to) <= 200", name=op.f("ck_visit_referred_to")
        ),
        sa.CheckConstraint("length(remind) <= 4000", name=op.f("ck_visit_remind")),
        sa.CheckConstraint("length(signed_by) <= 80", name=op.f("ck_visit_signed_by")),
        sa.CheckConstraint(
            "length(unsigned_reason) <= 200", name=op.f("ck_visit_unsigned_reason")
        ),
        sa.CheckConstraint(
            "systolic BETWEEN 40 AND 300", name=op.f("ck_visit_systolic_in_range")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_visit_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["care_plan.id"], name=op.f("fk_visit_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_visit_resident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_grid_id"), "visit", ["grid_id"], unique=False)
    op.create_index(op.f("ix_visit_plan_id"), "visit", ["plan_id"], unique=False)
    op.create_index(
        op.f("ix_visit_resident_id"), "visit", ["resident_id"], unique=False
    )
    op.create_index(
        "ix_visit_resident_started",
        "visit",
        ["resident_id", "started_at"],
        unique=False,
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("title_text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", TIME, nullable=False),
        sa.Column("deadline", TIME, nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("building_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=True),
        sa.Column("owner_phones", sa.Text(), nullable=True),
        sa.Column("reporter_name", sa.String(), nullable=True),
        sa.Column("reporter_phones", sa.Text(), nullable=True),
        sa.Column("list_item", sa.String(), nullable=True),
        sa.Column("outside_list", sa.Boolean(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_until", sa.Date(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "level IN ('normal', 'important', 'urgent')", name=op.f("ck_issue_level")
        ),
        sa.CheckConstraint(
            "source IN ('01', '02', '03', '04')", name=op.f("ck_issue_source")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'pending', 'reported', 'accepted', 'assigned', 'working', 'review', 'closed', 'rated', 'returned', 'void', 'self_closed')",
            name=op.f("ck_issue_state"),
        ),
        sa.CheckConstraint(
            "deadline IS NULL OR deadline >= found_at", name=op.f("ck_issue_due_after")
        ),
        sa.CheckConstraint(
            "length(approved_by) <= 80", name=op.f("ck_issue_approved_by")
        ),
        sa.CheckConstraint("length(category) <= 24", name=op.f("ck_issue_category")),
        sa.CheckConstraint(
            "length(description) <= 4000", name=op.f("ck_issue_description")
        ),
        sa.CheckConstraint("length(list_item) <= 200", name=op.f("ck_issue_list_item")),
        sa.CheckConstraint("length(number) <= 200", name=op.f("ck_issue_number")),
        sa.CheckConstraint(
            "length(owner_name) <= 200", name=op.f("ck_issue_owner_name")
        ),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_issue_place")),
        sa.CheckConstraint("length(receipt) <= 200", name=op.f("ck_issue_receipt")),
        sa.CheckConstraint(
            "length(reporter_name) <= 80", name=op.f("ck_issue_reporter_name")
        ),
        sa.CheckConstraint("length(result) <= 4000", name=op.f("ck_issue_result")),
        sa.CheckConstraint(
            "length(title_text) <= 200", name=op.f("ck_issue_title_text")
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_issue_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_issue_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_issue_resident_id")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["visit.id"], name=op.f("fk_issue_visit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
    )
    op.create_index(
        op.f("ix_issue_building_id"), "issue", ["building_id"], unique=False
    )
    op.create_index(op.f("ix_issue_grid_id"), "issue", ["grid_id"], unique=False)
    op.create_index(
        op.f("ix_issue_resident_id"), "issue", ["resident_id"], unique=False
    )
    op.create_index(op.f("ix_issue_visit_id"), "issue", ["visit_id"], unique=False)
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("patrol_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint("length(category) <= 24", name=op.f("ck_finding_category")),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_finding_note")),
        sa.CheckConstraint("length(place) <= 200", name=op.f("ck_finding_place")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_finding_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_finding_issue_id")
        ),
        sa.ForeignKeyConstraint(
            ["patrol_id"], ["patrol.id"], name=op.f("fk_finding_patrol_id")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["patrol_stop.id"], name=op.f("fk_finding_stop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_grid_id"), "finding", ["grid_id"], unique=False)
    op.create_index(op.f("ix_finding_issue_id"), "finding", ["issue_id"], unique=False)
    op.create_index(
        op.f("ix_finding_patrol_id"), "finding", ["patrol_id"], unique=False
    )
    op.create_index(op.f("ix_finding_stop_id"), "finding", ["stop_id"], unique=False)
    op.create_table(
        "issue_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("county_at", TIME, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.CheckConstraint(
            "action IN ('report', 'accept', 'assign', 'work', 'extend', 'cooperate', 'return', 'check', 'close', 'self_close', 'urge', 'void', 'rate')",
            name=op.f("ck_issue_step_action"),
        ),
        sa.CheckConstraint(
            "from_state IN ('draft', 'pending', 'reported', 'accepted', 'assigned', 'working', 'review', 'closed', 'rated', 'returned', 'void', 'self_closed')",
            name=op.f("ck_issue_step_from_state"),
        ),
        sa.CheckConstraint(
            "to_state IN ('draft', 'pending', 'reported', 'accepted', 'assigned', 'working', 'review', 'closed', 'rated', 'returned', 'void', 'self_closed')",
            name=op.f("ck_issue_step_to_state"),
        ),
        sa.CheckConstraint("length(note) <= 4000", name=op.f("ck_issue_step_note")),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["grid.id"], name=op.f("fk_issue_step_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_issue_step_issue_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_step")),
    )
    op.create_index(
        op.f("ix_issue_step_grid_id"), "issue_step", ["grid_id"], unique=False
    )
    op.create_index(
        op.f("ix_issue_step_issue_id"), "issue_step", ["issue_id"], unique=False
    )


def client_tables() -> None:
    op.create_table(
        "actor",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=6), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_actor_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
    )
    op.create_table(
        "author",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
    )
    op.create_table(
        "disclosure",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("record_id", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_disclosure")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "draft",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_draft")),
    )
    op.create_table(
        "held",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("mine", sa.Text(), nullable=True),
        sa.Column("theirs", sa.Text(), nullable=True),
        sa.Column("theirs_by", sa.Text(), nullable=True),
        sa.Column("theirs_at", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held")),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=24), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("device", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=6), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=True),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.String(length=32), nullable=False),
        sa.Column("grid_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("base", sa.String(length=24), nullable=True),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_record_id", "journal", ["record_id"], unique=False)
    op.create_table(
        "scope_cursor",
        sa.Column("grid_id", sa.String(length=32), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("bootstrap", sa.Text(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_scope_cursor")),
    )
    op.create_table(
        "sync_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sync_state")),
    )


def county_tables() -> None:
    op.create_table(
        "change",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("stamp", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("echo", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", "n", name=op.f("pk_change")),
    )
    op.create_index("ix_change_record_id", "change", ["record_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_device_token_hash")),
    )
    op.create_table(
        "device_scope",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "grid_id", name=op.f("pk_device_scope")),
    )
    op.create_table(
        "enrolment",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("worker_name", sa.Text(), nullable=False),
        sa.Column("worker_role", sa.Text(), nullable=False),
        sa.Column("grids", sa.Text(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment")),
    )
    op.create_table(
        "held",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=80), nullable=False),
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("mine", sa.LargeBinary(), nullable=False),
        sa.Column("theirs", sa.LargeBinary(), nullable=False),
        sa.Column("theirs_by", sa.Uuid(), nullable=True),
        sa.Column("theirs_at", TIME, nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", "seq", "field", name=op.f("pk_held")),
    )
    op.create_index("ix_held_record_id", "held", ["record_id"], unique=False)
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "scope",
        sa.Column("grid_id", sa.Uuid(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_scope")),
    )
