"""The program ``migrateops``.

Exit status: 0 done; 1 an error with a code; 2 wrong usage; 3 done, but a hook that runs
afterwards reported an error; 4 ``check`` found differences; 130 interrupted; 143 ended by
SIGTERM, in the same way.
"""

import os
import sys

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# So many objects more make Python look for garbage; it would be 700. A run seldom makes as many.
_RARELY = 200_000


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run the command line and return its exit status.

    ``--version``, the verbs that only read scripts, and a plain upgrade are answered without click.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
    """
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments in (["--version"], ["-V"]):
        from migrateops import __version__

        print(f"migrateops {__version__}")
        return 0
    import gc

    alone = argv is None
    if alone and (sys.stdout is None or sys.stderr is None):
        _have_streams()
    collecting, usual = gc.isenabled(), gc.get_threshold()
    # Imports, and reading thousands of headers, make many objects and no garbage.
    gc.disable()
    try:
        found = _fast(arguments, alone=alone)
        if isinstance(found, int):
            status = found
        else:
            run = found or _full(argv)
            # What is imported next, SQLAlchemy and the models, is no garbage either: look for it rarely.
            gc.set_threshold(_RARELY, *usual[1:])
            if collecting:
                gc.enable()
            status = _with_room(run)
    finally:
        if not alone:
            gc.set_threshold(*usual)
        if collecting:
            gc.enable()
    if alone and (isinstance(found, int) or not {"--help", "-h"}.isdisjoint(arguments)):
        # The process ends, and would look for garbage once more, where there is none.
        gc.freeze()
    return status


def _have_streams() -> None:
    """Have somewhere to write where the program was started without it.

    The file of a database would be the next to get the number, and what a program that is called prints.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115  until the process ends


def _with_room(run: "Callable[[], int]") -> int:
    return run()


# CPython maps 16 KiB of stack for the frames of functions when they are needed, and unmaps them when
# the last one returns: where a loop calls across such a border, once in each turn, a thousand times in an
# upgrade.  A frame that asks for more gets a piece to itself, in which the others find room.
_with_room.__code__ = _with_room.__code__.replace(co_stacksize=33_000)


def _fast(arguments: "list[str]", *, alone: bool) -> "int | Callable[[], int] | None":
    """Return the exit status if the arguments could be answered at once, or what is left to run, or None."""
    if {"heads", "history", "show", "current", "upgrade"}.isdisjoint(arguments):
        return None
    from migrateops.cli import fast

    request = fast.parse(arguments)
    return None if request is None else fast.answer(request, alone=alone)


def _full(argv: "Sequence[str] | None") -> "Callable[[], int]":
    """Return what runs the whole command line, imported."""
    from migrateops.cli.main import main as full

    return lambda: full(argv)


if __name__ == "__main__":
    sys.exit(main())
