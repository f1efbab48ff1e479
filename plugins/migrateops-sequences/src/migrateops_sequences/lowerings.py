"""How the operations are written, for every dialect that has sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from sqlalchemy import Sequence
from sqlalchemy.schema import DropSequence

from migrateops import errors
from migrateops.operations import MigrateOperation, Target, lowering
from migrateops_sequences.grammar import GRAMMARS, Grammar
from migrateops_sequences.ops import OPTIONS, AlterSequenceOp, CreateSequenceOp, DropSequenceOp
from migrateops_sequences.statements import RenameSequence, SequenceStatement


def no_sequences(target: Target) -> str | None:
    """Return why the server has no sequences: MySQL goes by the same name as MariaDB, which has them."""
    if target.name == "mysql" and not getattr(target.dialect, "is_mariadb", False):
        return "MySQL has no sequences; MariaDB has them, named mariadb in the url"
    return None


_lowering = partial(lowering, refuses=no_sequences)


@_lowering
def create_sequence(op: CreateSequenceOp, target: Target) -> Iterator[Any]:
    """Yield CREATE SEQUENCE."""
    grammar = _grammar(op, target)
    options = _given(op, "CREATE SEQUENCE", target, grammar, grammar.create)
    if op.owned_by is not None:
        _require("owned_by", op, "CREATE SEQUENCE", target, grammar, grammar.create)
        options["owned_by"] = _owner(op.owned_by, "create_sequence")
    verb = "CREATE SEQUENCE"
    if op.if_not_exists:
        _require("if_not_exists", op, verb, target, grammar, grammar.create)
        verb += " IF NOT EXISTS"
    yield SequenceStatement(verb, Sequence(op.sequence_name, schema=op.schema), options, grammar)


@_lowering
def alter_sequence(op: AlterSequenceOp, target: Target) -> Iterator[Any]:
    """Yield ALTER SEQUENCE if an option changes; the new name comes last."""
    grammar = _grammar(op, target)
    verb = "ALTER SEQUENCE"
    options = _given(op, verb, target, grammar, grammar.alter)
    if op.owned_by is not False:
        _require("owned_by", op, verb, target, grammar, grammar.alter)
        options["owned_by"] = op.owned_by and _owner(op.owned_by, "alter_sequence")
    if op.restart is not None:
        _require("restart", op, verb, target, grammar, grammar.alter)
        options["restart"] = op.restart
    if op.new_sequence_name is not None:
        _require_rename(op, target, grammar)
    sequence = Sequence(op.sequence_name, schema=op.schema)
    if op.if_exists:
        _require("if_exists", op, verb, target, grammar, grammar.alter)
        verb += " IF EXISTS"
    if options:
        yield SequenceStatement(verb, sequence, options, grammar)
    if op.new_sequence_name is not None:
        yield RenameSequence(sequence, op.new_sequence_name, if_exists=bool(op.if_exists))


@_lowering
def drop_sequence(op: DropSequenceOp, target: Target) -> Iterator[Any]:
    """Yield DROP SEQUENCE."""
    grammar = _grammar(op, target)
    if op.if_exists:
        _require("if_exists", op, "DROP SEQUENCE", target, grammar, grammar.drop)
    yield DropSequence(Sequence(op.sequence_name, schema=op.schema), if_exists=bool(op.if_exists))


def _grammar(op: MigrateOperation, target: Target) -> Grammar:
    """Return the grammar of the dialect.

    Raises:
        UnsupportedOperation: The server is a MySQL, which has no sequences.
    """
    key = next(key for key in target.keys if key in GRAMMARS)
    if no_sequences(target):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "sequences",
            "MariaDB has them: where the SQL is for one, name it mariadb in the url",
        )
    return GRAMMARS[key]


def _given(
    op: CreateSequenceOp | AlterSequenceOp,
    verb: str,
    target: Target,
    grammar: Grammar,
    known: Iterable[str],
) -> dict[str, Any]:
    """Return the options that the operation gives, refusing those that the dialect does not have."""
    found = {name: getattr(op, name) for name in OPTIONS}
    given = {name: value for name, value in found.items() if value is not None}
    for name in given:
        _require(name, op, verb, target, grammar, known)
    return given


def _require(
    option: str, op: MigrateOperation, verb: str, target: Target, grammar: Grammar, known: Iterable[str]
) -> None:
    if option not in known:
        what = f"the option {option!r} of {verb}"
        hint = f"leave {option!r} out where the dialect is {target.name!r}"
        if verb == "ALTER SEQUENCE" and option == "start" and "restart" in known:
            hint = "restart the sequence at another value with 'restart'"
        raise errors.operations.UnsupportedOperation(op.describe(), target.name, what, hint)
    since = grammar.since.get(option)
    if since is not None and (target.server_version is None or target.server_version < since):
        what = f"the option {option!r} of {verb} before version {'.'.join(map(str, since))}"
        raise errors.operations.UnsupportedOperation(
            op.describe(), target.name, what, f"leave {option!r} out"
        )


def _owner(given: str, name: str) -> str:
    if not all(given.rpartition(".")):
        raise errors.operations.UsageError(f"op.{name}", f"got owned_by={given!r}", 'owned_by="table.column"')
    return given


def _require_rename(op: AlterSequenceOp, target: Target, grammar: Grammar) -> None:
    what = hint = None
    if not grammar.rename:
        what, hint = "renaming ('new_sequence_name')", "create another sequence, and drop this one"
    elif op.if_exists and not grammar.rename_if_exists:
        what, hint = (
            "'if_exists' with 'new_sequence_name'",
            "rename the sequence where it is known to be there",
        )
    elif op.schema is not None and not grammar.rename_in_schema:
        what = "'new_sequence_name' for a sequence of a named schema"
        hint = "connect as the owner of the schema, and leave 'schema' out"
    if what is not None:
        raise errors.operations.UnsupportedOperation(op.describe(), target.name, what, hint)
