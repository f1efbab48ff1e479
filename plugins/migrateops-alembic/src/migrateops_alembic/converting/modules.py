"""Names of a file that stand for modules of Alembic's, and what is asked of them.

``import alembic`` and then ``alembic.op.execute()`` can be turned where all that is done with the
name is to ask it for something that has a counterpart here.
"""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst
from libcst import helpers
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from migrateops_alembic.alias.table import MODULES


def leads_to(module: str, name: str) -> tuple[str, str] | None:
    """Return the module and the name in it that a name of Alembic's leads to; None if it is not covered.

    A module of Alembic's that no single one of ours stands for leads nowhere by itself.
    """
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


def named(alias: cst.ImportAlias) -> str:
    """Return the dotted name that is imported."""
    return helpers.get_full_name_for_node_or_raise(alias.name)


class Modules(cst.CSTVisitor):
    """What is done in a file with names that stand for modules of Alembic's.

    Attributes:
        replaced: By expression, what is to be written for it.
        left: What cannot be turned: lines and names.
    """

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, bound: dict[str, str]) -> None:
        super().__init__()
        self.replaced: dict[cst.CSTNode, str] = {}
        self.left: list[tuple[int, str]] = []
        self._bound = bound
        self._needed: dict[str, dict[str, None]] = {}

    @classmethod
    def of(cls, wrapper: MetadataWrapper) -> Modules:
        """Return what is found in a file."""
        bindings = _Bindings()
        wrapper.module.visit(bindings)
        found = cls(bindings.bound)
        if bindings.bound:
            wrapper.visit(found)
        return found

    def imports(self, bound: str) -> Collection[str]:
        """Return the modules to import in place of the one that was bound to a name."""
        return self._needed.get(bound) or ("migrateops",)

    def visit_Import(self, node: cst.Import) -> bool:
        """Leave a module that there is not, and a name that is bound to another one too."""
        for one in node.names:
            name = named(one)
            bound = one.evaluated_alias or name.partition(".")[0]
            module = name if one.evaluated_alias else bound
            if self._bound.get(bound, module) != module or (bound == "alembic" and name not in MODULES):
                self._leave(node, name)
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        """Leave a name that is bound to something else too."""
        if isinstance(node.names, cst.ImportStar):
            return False
        owner = "" if node.module is None else helpers.get_full_name_for_node_or_raise(node.module)
        for one in node.names:
            bound = one.evaluated_alias or named(one)
            full = f"{'.' * len(node.relative)}{owner}.{named(one)}"
            if self._bound.get(bound, full) != full:
                self._leave(node, full)
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        """Look at the value; its keyword is no use of a name."""
        node.value.visit(self)
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        """Look for what a chain of names leads to."""
        parts = _chain(node)
        if parts is None or parts[0] not in self._bound:
            node.value.visit(self)
            return False
        root, *asked = parts
        module = self._bound[root]
        inner: cst.BaseExpression = node
        above = [inner]
        while isinstance(inner, cst.Attribute) and isinstance(inner.value, cst.Attribute):
            inner = inner.value
            above.append(inner)
        for name, expression in zip(asked, reversed(above), strict=True):
            target = leads_to(module, name)
            if target is not None:
                owner, attribute = target
                text = f"{owner}.{attribute}" if attribute else owner
                is_module = f"{module}.{name}" in MODULES
                self.replaced[expression] = text
                self._needed.setdefault(root, {})[text if is_module else owner] = None
                return False
            if f"{module}.{name}" not in MODULES:
                break
            module = f"{module}.{name}"
        self._leave(node, ".".join(parts))
        return False

    def visit_Name(self, node: cst.Name) -> None:
        """Leave a name that is used as such, or bound to something else."""
        if node.value in self._bound:
            self._leave(node, node.value)

    def _leave(self, node: cst.CSTNode, what: str) -> None:
        where = self.get_metadata(PositionProvider, node)
        assert isinstance(where, CodeRange)
        self.left.append((where.start.line, what))


class _Bindings(cst.CSTVisitor):
    """The names that imports bind to modules of Alembic's which no single one of ours stands for."""

    def __init__(self) -> None:
        super().__init__()
        self.bound: dict[str, str] = {}

    def visit_Import(self, node: cst.Import) -> bool:
        for one in node.names:
            name = named(one)
            if name.partition(".")[0] == "alembic":
                alias = one.evaluated_alias
                if not alias:
                    self.bound["alembic"] = "alembic"
                elif name not in MODULES or MODULES[name].same is None:
                    self.bound[alias] = name
        return False

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:
        if node.relative or node.module is None or isinstance(node.names, cst.ImportStar):
            return False
        module = helpers.get_full_name_for_node_or_raise(node.module)
        for one in node.names:
            inner = MODULES.get(f"{module}.{named(one)}")
            if inner is not None and inner.same is None:
                self.bound[one.evaluated_alias or named(one)] = f"{module}.{named(one)}"
        return False


def _chain(node: cst.BaseExpression) -> list[str] | None:
    """Return the names of ``a.b.c``, or None for anything else."""
    if isinstance(node, cst.Name):
        return [node.value]
    if isinstance(node, cst.Attribute):
        owner = _chain(node.value)
        return None if owner is None else [*owner, node.attr.value]
    return None
