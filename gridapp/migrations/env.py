"""Alembic's entry: always runs on the connection it is given."""

from alembic import context

# The package imports every record, so the metadata is filled for autogenerate.
from gridapp.models.record import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata", METADATA),
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
