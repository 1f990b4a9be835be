"""Postgres: SQL in, records out."""
