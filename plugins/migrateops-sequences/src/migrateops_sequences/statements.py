"""CREATE, ALTER and renaming of sequences as elements that SQLAlchemy compiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Sequence
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DDLElement
from sqlalchemy.types import to_instance

from migrateops_sequences.grammar import Grammar


class SequenceStatement(DDLElement):
    """``CREATE SEQUENCE`` or ``ALTER SEQUENCE`` with its options.

    SQLAlchemy's own element has no ALTER, and says NO MINVALUE also where it is told not to.

    Args:
        verb: What comes before the name.
        sequence: The sequence; only its name and schema are looked at.
        options: The options by name, in no particular order.
        grammar: The words of the dialect.
    """

    inherit_cache = False

    def __init__(self, verb: str, sequence: Sequence, options: Mapping[str, Any], grammar: Grammar) -> None:
        self.verb = verb
        self.sequence = sequence
        self.given = options
        self.grammar = grammar


class RenameSequence(DDLElement):
    """Give a sequence another name in its schema.

    Args:
        sequence: The sequence; only its name and schema are looked at.
        new_name: Its new name, unquoted.
        if_exists: Say IF EXISTS.
    """

    inherit_cache = False

    def __init__(self, sequence: Sequence, new_name: str, *, if_exists: bool = False) -> None:
        self.sequence = sequence
        self.new_name = new_name
        self.if_exists = if_exists


@compiles(SequenceStatement)
def _sequence_statement(element: SequenceStatement, compiler: Any, **kw: Any) -> str:
    name = compiler.preparer.format_sequence(element.sequence)
    return " ".join([element.verb, name, *_clauses(element, compiler)])


def _clauses(element: SequenceStatement, compiler: Any) -> Iterator[str]:
    options, words = element.given, element.grammar
    if "data_type" in options:
        type_ = to_instance(options["data_type"])
        yield f"AS {compiler.dialect.type_compiler_instance.process(type_)}"
    if "restart" in options:
        restart = options["restart"]
        yield "RESTART" if restart is True else f"RESTART {words.restart_with} {restart:d}"
    if "start" in options:
        yield f"START WITH {options['start']:d}"
    if "increment" in options:
        yield f"INCREMENT BY {options['increment']:d}"
    if "minvalue" in options:
        yield f"MINVALUE {options['minvalue']:d}"
    if options.get("nominvalue"):
        yield words.no_minvalue
    if "maxvalue" in options:
        yield f"MAXVALUE {options['maxvalue']:d}"
    if options.get("nomaxvalue"):
        yield words.no_maxvalue
    if "cycle" in options:
        yield "CYCLE" if options["cycle"] else words.no_cycle
    if "cache" in options:
        cache = options["cache"]
        yield words.no_cache if cache < words.least_cache else f"CACHE {cache:d}"
    if "order" in options:
        yield "ORDER" if options["order"] else "NOORDER"
    if "owned_by" in options:
        yield f"OWNED BY {_owner(element, compiler)}"


def _owner(element: SequenceStatement, compiler: Any) -> str:
    owner = element.given["owned_by"]
    if owner is None:
        return "NONE"
    table, _, column = owner.rpartition(".")
    column_text = compiler.preparer.quote(column)
    # The table is in the schema of the sequence, or the server refuses it.
    return f"{compiler.preparer.format_sequence(_beside(element.sequence, table))}.{column_text}"


def _beside(sequence: Sequence, name: str) -> Sequence:
    return Sequence(name, schema=sequence.schema)


@compiles(RenameSequence)
def _rename(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    name = compiler.preparer.format_sequence(element.sequence)
    exists = "IF EXISTS " if element.if_exists else ""
    return f"ALTER SEQUENCE {exists}{name} RENAME TO {compiler.preparer.quote(element.new_name)}"


@compiles(RenameSequence, "mysql", "mariadb")
def _rename_mariadb(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    format_sequence = compiler.preparer.format_sequence
    new = _beside(element.sequence, element.new_name)
    exists = "IF EXISTS " if element.if_exists else ""
    return f"RENAME TABLE {exists}{format_sequence(element.sequence)} TO {format_sequence(new)}"


@compiles(RenameSequence, "oracle")
def _rename_oracle(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    name = compiler.preparer.format_sequence(element.sequence)
    return f"RENAME {name} TO {compiler.preparer.quote(element.new_name)}"


@compiles(RenameSequence, "mssql")
def _rename_mssql(element: RenameSequence, compiler: Any, **kw: Any) -> str:
    # The present name is read as an identifier, the new one as it stands.
    name = compiler.preparer.format_sequence(element.sequence).replace("'", "''")
    new = element.new_name.replace("'", "''")
    return f"EXEC sp_rename N'{name}', N'{new}', N'OBJECT'"
