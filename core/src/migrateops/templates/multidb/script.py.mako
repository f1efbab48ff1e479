<%
    import re

    # The function of a database ends with its name, with an underscore for what no name in Python has.
    parts = {name: re.sub(r"\W", "_", name) for name in config.database_names or [config.config_ini_section]}
    if len(set(parts.values())) < len(parts):
        raise ValueError("two names of databases differ only in characters that no name in Python has")
%>\
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
% for direction in ("upgrade", "downgrade"):


def ${direction}(engine_name: str) -> None:
    # A database that is younger than this script has no part in it.
    parts = {
% for name, part in parts.items():
        ${repr(name)}: ${direction}_${part},
% endfor
    }
    if engine_name in parts:
        parts[engine_name]()
% endfor
% for part in parts.values():
% for direction in ("upgrade", "downgrade"):


def ${direction}_${part}() -> None:
    ${context.get(f"{part}_{direction}s") or "pass"}
% endfor
% endfor
