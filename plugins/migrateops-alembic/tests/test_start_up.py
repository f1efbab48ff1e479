"""What a deploy that has nothing to do imports, apart from what the project's own code asks for."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

PROGRAM = """
import sys
from migrateops.__main__ import main
assert main(["upgrade", "head"]) == 0
print(*sorted(sys.modules))
"""


def test_nothing_to_do(project: Any) -> None:
    project.revision("aa1", 'op.create_table("t", sa.Column("id", sa.Integer()))')
    project.run("upgrade", "head")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=project.root, env=environment, capture_output=True, text=True
    )
    found = set(done.stdout.splitlines()[-1].split())
    assert {"sqlalchemy", "migrateops_alembic.project"} <= found, done.stderr
    unwanted = {"importlib_metadata", "packaging", "tomllib", "mako", "rich", "libcst", "aa1_"}
    unwanted |= {
        "migrateops.snapshot",
        "migrateops.dialects.sqlite.batch",
        "migrateops.dialects.sqlite.snapshot",
    }
    assert found & unwanted == set()
