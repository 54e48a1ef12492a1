"""How does a database get the shape that the models describe? Alembic, on SQLite and PostgreSQL alike."""
