"""How long what was sent is kept verbatim, and what is left when it is not."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from migrations.scripts import run_script

revision = "0039"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    run_script(op.get_bind(), script)
