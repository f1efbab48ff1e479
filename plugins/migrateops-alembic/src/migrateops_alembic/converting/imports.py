"""Imports of Alembic in a file, turned into those of what they lead to; all else stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
from libcst import helpers
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from migrateops_alembic.alias.table import MODULES

_TEMPLATE = re.compile(r"^(\s*)from alembic import (op|context)\s*$", re.MULTILINE)


def in_template(text: str) -> str:
    """Return a ``script.py.mako`` with its imports turned."""
    return _TEMPLATE.sub(r"\1from migrateops import \2", text)


def converted(source: bytes) -> tuple[bytes, list[tuple[int, str]]]:
    """Return a file with its imports turned, and what cannot be turned: lines and names.

    Raises:
        libcst.ParserSyntaxError: It is not Python.
    """
    wrapper = MetadataWrapper(cst.parse_module(source))
    rewriter = _Rewriter()
    changed = wrapper.visit(rewriter)
    return changed.bytes, rewriter.left


class _Rewriter(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.left: list[tuple[int, str]] = []

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        """Put the imports that a line is turned into in its place."""
        made: list[cst.BaseSmallStatement] = []
        for original, statement in zip(original_node.body, updated_node.body, strict=True):
            made += self._turned(original, statement)
        if len(made) == len(updated_node.body):
            return updated_node.with_changes(body=made)
        first, *others = made
        lines = [updated_node.with_changes(body=[first])]
        lines += [cst.SimpleStatementLine(body=[one]) for one in others]
        return cst.FlattenSentinel(lines)

    def _turned(
        self, original: cst.BaseSmallStatement, statement: cst.BaseSmallStatement
    ) -> list[cst.BaseSmallStatement]:
        if isinstance(original, cst.Import):
            names = [helpers.get_full_name_for_node_or_raise(one.name) for one in original.names]
            for name in names:
                if name.partition(".")[0] == "alembic":
                    self._leave(original, f"import {name}")
            return [statement]
        if not isinstance(original, cst.ImportFrom) or original.relative or original.module is None:
            return [statement]
        module = helpers.get_full_name_for_node_or_raise(original.module)
        if module.partition(".")[0] != "alembic":
            return [statement]
        if isinstance(original.names, cst.ImportStar):
            self._leave(original, f"from {module} import *")
            return [statement]
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in original.names:
            name = cst.ensure_type(one.name, cst.Name).value
            bound = one.evaluated_alias or name
            target = _target(module, name)
            if target is None:
                self._leave(original, f"{module}.{name}")
                return [statement]
            groups.setdefault(target[0], []).append((target[1], bound))
        return [_import(owner, names) for owner, names in groups.items()]

    def _leave(self, node: cst.CSTNode, what: str) -> None:
        where = self.get_metadata(PositionProvider, node)
        assert isinstance(where, CodeRange)
        self.left.append((where.start.line, what))


def _target(module: str, name: str) -> tuple[str, str] | None:
    """Return the module and the name in it that a name of Alembic's leads to."""
    inner = MODULES.get(f"{module}.{name}")
    if inner is not None:
        if inner.same is None:
            return None
        owner, _, attribute = inner.same.rpartition(".")
        return owner, attribute
    names = MODULES.get(module)
    if names is None:
        return None
    if names.same is not None:
        return names.same, name
    found = names.target(name)
    if found is None:
        return None
    owner, _, attribute = found.partition(":")
    return owner, attribute


def _import(module: str, names: Sequence[tuple[str, str]]) -> cst.ImportFrom:
    listed = ", ".join(name if name == bound else f"{name} as {bound}" for name, bound in names)
    line = cst.ensure_type(cst.parse_statement(f"from {module} import {listed}"), cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], cst.ImportFrom)
