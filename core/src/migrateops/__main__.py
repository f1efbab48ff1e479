"""The program ``migrateops``.

Exit status: 0 done; 1 an error with a code; 2 wrong usage; 3 done, but a hook that runs
afterwards reported an error; 4 ``check`` found differences; 130 interrupted.
"""

import sys

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit status.

    ``--version`` and the verbs that only read scripts are answered before click is imported.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"]):
        from migrateops import __version__

        print(f"migrateops {__version__}")
        return 0
    if not {"heads", "history", "show"}.isdisjoint(arguments):
        from migrateops.cli import fast

        request = fast.parse(arguments)
        if request is not None:
            return fast.answer(request)
    from migrateops.cli.main import main as full

    return full(arguments)


if __name__ == "__main__":
    sys.exit(main())
