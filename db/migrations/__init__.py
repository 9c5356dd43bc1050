"""Alembic's entry and the migrations."""
