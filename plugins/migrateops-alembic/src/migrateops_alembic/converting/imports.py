"""Imports of Alembic in a file, turned into those of what they lead to; all else stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Sequence

import libcst as cst
from libcst import helpers
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from migrateops_alembic.alias.table import MODULES
from migrateops_alembic.converting.modules import Modules, leads_to, named

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
    modules = Modules.of(wrapper)
    rewriter = _Rewriter(modules)
    changed = wrapper.visit(rewriter)
    left = [*modules.left, *rewriter.left]
    return (source if left else changed.bytes), sorted(left)


class _Rewriter(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, modules: Modules) -> None:
        super().__init__()
        self.left: list[tuple[int, str]] = []
        self._modules = modules

    def leave_Attribute(
        self, original_node: cst.Attribute, updated_node: cst.Attribute
    ) -> cst.BaseExpression:
        """Have a name that is asked of a module of Alembic's asked of what it leads to."""
        found = self._modules.replaced.get(original_node)
        return updated_node if found is None else cst.parse_expression(found)

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
        if isinstance(original, cst.Import) and isinstance(statement, cst.Import):
            return self._import(original, statement)
        if not isinstance(original, cst.ImportFrom) or original.relative or original.module is None:
            return [statement]
        module = helpers.get_full_name_for_node_or_raise(original.module)
        if module.partition(".")[0] != "alembic":
            return [statement]
        if isinstance(original.names, cst.ImportStar):
            self._leave(original, f"from {module} import *")
            return [statement]
        groups: dict[str, list[tuple[str, str]]] = {}
        made: list[cst.BaseSmallStatement] = []
        for one in original.names:
            name = cst.ensure_type(one.name, cst.Name).value
            bound = one.evaluated_alias or name
            inner = MODULES.get(f"{module}.{name}")
            if inner is not None and inner.same is None:
                made += map(_plain, self._modules.imports(bound))
                continue
            target = leads_to(module, name)
            if target is None:
                self._leave(original, f"{module}.{name}")
                return [statement]
            groups.setdefault(target[0], []).append((target[1], bound))
        return [*(_import_from(owner, names) for owner, names in groups.items()), *made]

    def _import(self, original: cst.Import, statement: cst.Import) -> list[cst.BaseSmallStatement]:
        """Turn ``import alembic``, or a module of it."""
        others: list[cst.ImportAlias] = []
        made: list[cst.BaseSmallStatement] = []
        for one, given in zip(original.names, statement.names, strict=True):
            name = named(one)
            if name.partition(".")[0] != "alembic":
                others.append(given)
                continue
            bound = one.evaluated_alias
            same = MODULES[name].same if name in MODULES else None
            if bound and same is not None:
                made.append(_plain(f"{same} as {bound}"))
            else:
                made += map(_plain, self._modules.imports(bound or "alembic"))
        if not made:
            return [statement]
        if not others:
            return made
        others[-1] = others[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
        return [statement.with_changes(names=others), *made]

    def _leave(self, node: cst.CSTNode, what: str) -> None:
        where = self.get_metadata(PositionProvider, node)
        assert isinstance(where, CodeRange)
        self.left.append((where.start.line, what))


def _plain(name: str) -> cst.Import:
    line = cst.ensure_type(cst.parse_statement(f"import {name}"), cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], cst.Import)


def _import_from(module: str, names: Sequence[tuple[str, str]]) -> cst.ImportFrom:
    listed = ", ".join(name if name == bound else f"{name} as {bound}" for name, bound in names)
    line = cst.ensure_type(cst.parse_statement(f"from {module} import {listed}"), cst.SimpleStatementLine)
    return cst.ensure_type(line.body[0], cst.ImportFrom)
