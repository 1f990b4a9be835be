"""Versions of the database, run by Alembic; forward only."""
