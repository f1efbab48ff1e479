"""${message}

Revision ID: ${up_revision}
Revises: ${comma(down_revision) or "base"}
Create Date: ${create_date}

"""

from __future__ import annotations

${import_lines(
    imports, "from collections.abc import Sequence", "import sqlalchemy as sa", "from migrateops import op"
)}

# The header: it is read without executing this file, so keep the values literal.
revision: str = ${repr(up_revision)}
down_revision: str | Sequence[str] | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = ${repr(branch_labels)}
depends_on: str | Sequence[str] | None = ${repr(depends_on)}
% if requires_plugins:
requires_plugins = ${repr(requires_plugins)}
% endif


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
