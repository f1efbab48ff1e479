"""``python -m migrateops_alembic -m flask db upgrade``: run a program with the alias in force.

For programs that import ``alembic`` before any code of the project could call ``install()``.
"""

from __future__ import annotations

import runpy
import sys

from migrateops_alembic.alias.finder import install

_USAGE = "usage: python -m migrateops_alembic (-m MODULE | FILE) [ARGUMENT ...]"


def main() -> None:
    """Run the module or the file that the arguments name, with the arguments behind it.

    Raises:
        SystemExit: They name none; or whatever the program ends with.
        AlembicImported: The process has imported the real one.
    """
    arguments = sys.argv[1:]
    as_module = arguments[:1] == ["-m"]
    program = arguments[as_module : as_module + 1]
    if not program or (program[0].startswith("-") and not as_module):
        raise SystemExit(_USAGE)
    install()
    sys.argv = arguments[as_module:]
    if as_module:
        # As `python -m` does; it is there already where this was run so.
        runpy.run_module(program[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main()
