"""Alembic's entry: always runs on the connection it is given."""

from alembic import context

import gridapp.models  # noqa: F401  (fills the metadata for autogenerate)
from gridapp.models.record import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=context.config.attributes.get("metadata", Base.metadata),
    transactional_ddl=True,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
