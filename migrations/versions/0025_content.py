"""Entries that say what they said are found by a digest of it; a row's tenant is asked for once."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from migrations.scripts import run_script

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    run_script(op.get_bind(), script)
