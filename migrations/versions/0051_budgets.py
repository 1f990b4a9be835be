"""Budgets."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from migrations.scripts import run_script

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    run_script(op.get_bind(), script)
