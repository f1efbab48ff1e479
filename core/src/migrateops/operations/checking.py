"""What is looked at before an operation is written: that its values are of the kinds that it declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from migrateops import errors

if TYPE_CHECKING:
    from migrateops.operations.declare import MigrateOperation, OpField
    from migrateops.operations.target import Target

Check = Callable[[Any], bool]


def _is_type(value: Any) -> bool:
    from sqlalchemy.types import TypeEngine

    return isinstance(value, TypeEngine) or (isinstance(value, type) and issubclass(value, TypeEngine))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_text_or_false(value: Any) -> bool:
    return isinstance(value, str) or value is False


def _is_flag(value: Any) -> bool:
    # 1 and 0 are equal to them, and scripts have them.
    return isinstance(value, bool) or (type(value) is int and value in (0, 1))


_CHECKS: dict[str, tuple[str, bool, Check]] = {
    "str": ("a string", False, _is_text),
    "str | None": ("a string", True, _is_text),
    "str | Literal[False] | None": ("a string", True, _is_text_or_false),
    "bool": ("True or False", True, _is_flag),
    "bool | None": ("True or False", True, _is_flag),
    "TypeEngine[Any] | type[TypeEngine[Any]] | None": ("a SQLAlchemy type", True, _is_type),
}

_IN_ORDER: dict[Check, tuple[str, ...]] = {
    _is_text: ("type({}) is str",),
    _is_text_or_false: ("{} is False", "type({}) is str"),
    _is_flag: ("type({}) is bool",),
}
"""The checks as source, for the values that nearly all have."""


def checked_fields(fields: Sequence[OpField]) -> tuple[tuple[str, str, str, bool, Check], ...]:
    """Return of each field that can be checked: name, parameter, expected, if None will do, the check."""
    return tuple((f.name, f.param, *_CHECKS[f.annotation]) for f in fields if f.annotation in _CHECKS)


def in_order(fields: Sequence[OpField], options: str | None) -> Callable[[Any], bool] | None:
    """Compile ``function(operation)``, which says that there is nothing to look at, in a fraction of a look.

    In order is an operation without options, whose names are plain strings, and which has no types.
    None if there is nothing to look at in any.
    """
    conditions = [f"not operation.{options}"] if options else []
    for f in fields:
        # What is kept in the options is not there without them.
        if f.annotation in _CHECKS and f.role.value != "kw_item":
            _, optional, check = _CHECKS[f.annotation]
            absent = [f"operation.{f.name} is None"] if optional else []
            plain = [form.format(f"operation.{f.name}") for form in _IN_ORDER.get(check, ())]
            conditions.append(" or ".join([*absent, *plain]))
    if not conditions:
        return None
    scope: dict[str, Any] = {}
    tests = " and ".join(f"({condition})" for condition in conditions)
    exec(f"def in_order(operation):\n try: return {tests}\n except AttributeError: return False", scope)
    function: Callable[[Any], bool] = scope["in_order"]
    return function


def require_types(operation: MigrateOperation, target: Target) -> None:
    """Refuse what is not of the kind of its field: a name that is no string, a flag that is a word.

    A flag that is a number becomes what it stands for: ``0 is False`` is not so.  Where what is asked for in
    vain is passed over, a column counts as its name.

    Args:
        operation: The operation.
        target: The server.

    Raises:
        WrongType: There is one.
    """
    spec = operation.__op_spec__
    if spec is None:
        return
    for name, parameter, expected, optional, check in spec.checked:
        value = getattr(operation, name, None)
        if value is None and optional:
            continue
        if not check(value):
            called = operation.__op_names__.get("op") or type(operation).__name__
            error = errors.operations.WrongType(
                called, parameter, expected, f"{value!r} ({type(value).__name__})"
            )
            column = getattr(value, "name", None) if hasattr(value, "__clause_element__") else None
            if target.passed_over is None or check is not _is_text or not isinstance(column, str):
                raise error
            target.passed_over(f"{error.message()}; its name is taken")
            setattr(operation, name, column)
        if check is _is_flag and type(value) is int:
            setattr(operation, name, bool(value))


def refuse_misspelt_dialects(operation: MigrateOperation, keys: Sequence[str]) -> None:
    """Refuse ``postgesql_where=`` and the like: SQLAlchemy takes it for another dialect's and drops it.

    Args:
        operation: The operation.
        keys: The dialect's name, and those of its family.

    Raises:
        UnknownOption: An option begins with nearly the dialect's name.
    """
    spec = operation.__op_spec__
    given = getattr(operation, spec.options) if spec is not None and spec.options is not None else ()
    for option in given:
        prefix, _, rest = option.partition("_")
        if prefix in keys or not rest:
            continue
        import difflib

        near = difflib.get_close_matches(prefix, keys, n=1, cutoff=0.8)
        if near and not _is_dialect(prefix):
            raise errors.operations.UnknownOption(operation.describe(), option, f"{near[0]}_{rest}")


def _is_dialect(name: str) -> bool:
    from sqlalchemy.dialects import registry
    from sqlalchemy.exc import NoSuchModuleError

    try:
        registry.load(name)
    except NoSuchModuleError:
        return False
    return True


_NOT_ACCEPTED = r"Argument '(\w+)' is not accepted by dialect"
_WITHOUT_VALUE = r"A value is required for bind parameter '(\w+)'"


def in_our_words(error: Exception, operation: MigrateOperation, dialect: str) -> Exception | None:
    """Return the error that says which operation it is that SQLAlchemy cannot write; None for another error.

    Args:
        error: What SQLAlchemy has raised.
        operation: The operation.
        dialect: The dialect's name.
    """
    from sqlalchemy.exc import (
        ArgumentError,
        CompileError,
        IdentifierError,
        InvalidRequestError,
        NoReferenceError,
        StatementError,
    )

    found = re.match(_NOT_ACCEPTED, str(error)) if isinstance(error, ArgumentError) else None
    if found is not None:
        return errors.operations.UnknownOption(operation.describe(), found[1], None)
    found = re.search(_WITHOUT_VALUE, str(error)) if isinstance(error, StatementError) else None
    if found is not None and isinstance(error.orig, InvalidRequestError):  # type: ignore[attr-defined]
        return errors.operations.UnboundParameter(operation.describe(), found[1])
    unnamed = isinstance(error, InvalidRequestError) and "Naming convention" in str(error)
    if unnamed or isinstance(error, ArgumentError | CompileError | IdentifierError | NoReferenceError):
        return errors.operations.CannotBeWritten(operation.describe(), dialect, _reason(error))
    return None


def _reason(error: Exception) -> str:
    """Return what SQLAlchemy says, without the address of its page."""
    return " ".join(str(error).partition("(Background on this error")[0].split())
