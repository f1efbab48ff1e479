"""What a migration script will call, found in its text: for checks before anything runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal, NamedTuple

from migrateops.revisions.bindings import Meaning, Scope, around, is_harmless
from migrateops.revisions.header_tree import REFLECTION
from migrateops.revisions.nodes import SCOPES, children, syntax_tree, walk
from migrateops.revisions.script_text import DEFAULT_OP_MODULES


class OpCall(NamedTuple):
    """One use of an operation.

    Attributes:
        name: Of the operation.
        line: In the file, from 1.
        receiver: ``op``, or what ``op.batch_alter_table()`` yields.
        unconditional: Whether it is proven that each run of the direction gets to it.
    """

    name: str
    line: int
    receiver: Literal["op", "batch"]
    unconditional: bool


class Survey(NamedTuple):
    """What is known of one direction of one script.

    Attributes:
        calls: Uses of operations, by line.
        dynamic: Whether the name of an operation is computed: ``getattr(op, name)``.
        unseen_calls: Whether the direction calls code whose effect on the database is not visible
            here: imported functions, an ORM session, the connection itself.
    """

    calls: tuple[OpCall, ...] = ()
    dynamic: bool = False
    unseen_calls: bool = False


def survey(text: str, direction: str, op_modules: Iterable[str] = DEFAULT_OP_MODULES) -> Survey:
    """Read what one direction of a script calls; nothing is executed.

    A call counts as unconditional only with proof: when in doubt it does not.

    Args:
        text: The source.
        direction: The function's name, ``upgrade`` or ``downgrade``.
        op_modules: Dotted names of the modules that stand for ``op``.

    Raises:
        SyntaxError: The text is not Python.
    """
    tree = syntax_tree(text)
    reader = _Reader(tree, frozenset(op_modules))
    reader.read_direction(direction)
    return Survey(
        tuple(sorted(reader.found(), key=lambda call: (call.line, call.name, call.receiver))),
        reader.dynamic,
        reader.unseen,
    )


_STRING_METHODS = frozenset(dir(str))
_RUN_FOREIGN_CODE = frozenset({"run_async"})
_SUSPENDING = (ast.Yield, ast.YieldFrom, ast.Await)
_RAISING = (ast.Raise, ast.Assert)
_Arguments = tuple[tuple[str, Meaning], ...]


class _Reader:
    """Follows one direction through the functions of its file."""

    def __init__(self, tree: ast.Module, op_modules: frozenset[str]) -> None:
        self.tree = tree
        self.op_modules = op_modules
        self.module = Scope(tree, None, op_modules)
        self.dynamic = False
        self.unseen = False
        self._calls: dict[tuple[str, int, Literal["op", "batch"]], bool] = {}
        self._followed: dict[tuple[int, bool, _Arguments], bool] = {}
        self._doubtful: set[str] = set()
        # Through these any name can be set to anything.
        self._opaque = False
        for node in walk(tree):
            # By far the most are of no interest, and ``match`` tries each case.
            if isinstance(node, ast.Name):
                self._opaque |= node.id in REFLECTION
            elif isinstance(node, ast.Attribute):
                if not isinstance(node.ctx, ast.Load):
                    self._doubtful.add(node.attr)  # perhaps ``op.name = ...``
            elif isinstance(node, ast.Call):
                match node:
                    case ast.Call(func=ast.Name(id="hasattr"), args=[_, ast.Constant(value=str(name))]):
                        self._doubtful.add(name)

    def found(self) -> list[OpCall]:
        """Return the calls; a call that is reached in several ways counts by the best of them."""
        return [
            OpCall(name, line, receiver, sure and not self._opaque and name not in self._doubtful)
            for (name, line, receiver), sure in self._calls.items()
        ]

    def read_direction(self, direction: str) -> None:
        """Follow the function of that name from the module's top level."""
        meaning = self.module.lookup(direction)
        if meaning.sort == "function" and meaning.function is not None:
            top_level = meaning.function in self.tree.body
            self.follow(meaning.function, (), sure=top_level)
            return
        # Defined more than once, under a condition, or elsewhere: read what is here, prove nothing.
        functions = [
            node for node in walk(self.tree) if isinstance(node, ast.FunctionDef) and node.name == direction
        ]
        for function in functions:
            self.follow(function, (), sure=False)
        if not functions and self.module.binds(direction):
            self.unseen = True

    def follow(self, function: ast.FunctionDef, given: _Arguments, *, sure: bool) -> bool:
        """Read the body of a function of this file; return whether it is sure to return normally."""
        if function.decorator_list:
            self.unseen = True
            sure = False
        own = set(map(type, _own_nodes(function.body)))
        if not own.isdisjoint(_SUSPENDING):
            sure = False
        key = (id(function), sure, given)
        if key not in self._followed:
            self._followed[key] = False  # while it is being read: recursion need not end
            body = _Body(self, Scope(function, self.module, self.op_modules, dict(given)), sure)
            body.statements(function.body)
            self._followed[key] = not body.calls_what_may_raise and own.isdisjoint(_RAISING)
        return self._followed[key]

    def record(self, name: str, node: ast.expr, receiver: Literal["op", "batch"], sure: bool) -> None:
        """Note the use of an operation."""
        key = (name, node.lineno, receiver)
        self._calls[key] = self._calls.get(key, False) or sure


class _Body:
    """Reads statements in order; ``sure`` says whether the next one is certain to be reached."""

    def __init__(self, reader: _Reader, scope: Scope, sure: bool) -> None:
        self.reader = reader
        self.scope = scope
        self.sure = sure
        self.calls_what_may_raise = False

    def maybe(self, *groups: Iterable[ast.AST]) -> None:
        """Read what may or may not be executed; afterwards, what leaves the function has left."""
        outer, self.sure = self.sure, False
        for group in groups:
            for node in group:
                if isinstance(node, ast.stmt):
                    self.statement(node)
                else:
                    self.inside(node)
        nodes = [node for group in groups for node in group]
        self.sure = outer and not self.calls_what_may_raise and not any(map(_leaves, _own_nodes(nodes)))

    def inside(self, node: ast.AST) -> None:
        """Read an expression, or the expressions below a node that is none."""
        if isinstance(node, ast.expr):
            self.expression(node)
        else:
            for child in children(node):
                if isinstance(child, ast.stmt):
                    self.statement(child)
                else:
                    self.inside(child)

    # -------------------------------------------------------------------------- statements

    def statements(self, body: Iterable[ast.stmt]) -> None:
        """Read a block."""
        for statement in body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Read one statement."""
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                self.expression(test)
                self.maybe(body, orelse)
            case ast.While(test=test, body=body, orelse=orelse):
                self.maybe([test], body, orelse)
                if isinstance(test, ast.Constant):
                    self.sure = False  # perhaps for ever
            case ast.For(iter=iterable, target=target, body=body, orelse=orelse):
                self.expression(iterable)
                self.maybe([target], body, orelse)
            case ast.With(items=items, body=body):
                self.with_block(items, body)
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                self.try_block(body, handlers, orelse, finalbody)
            case ast.TryStar(body=body, handlers=handlers, orelse=orelse, finalbody=finalbody):
                self.try_block(body, handlers, orelse, finalbody)
            case ast.Match(subject=subject, cases=cases):
                self.expression(subject)
                self.maybe(cases)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.reader.unseen |= bool(node.decorator_list)
                for expression in around(node):
                    self.expression(expression)
                self.elsewhere(node, node.body)
            case ast.Return() | ast.Raise() | ast.Assert():
                self.inside_children(node)
                self.sure = False
            case ast.AsyncFor() | ast.AsyncWith():
                self.maybe(children(node))
            case _:
                self.inside_children(node)

    def inside_children(self, node: ast.AST) -> None:
        """Read the expressions directly below a statement."""
        for child in children(node):
            self.inside(child)

    def with_block(self, items: list[ast.withitem], body: list[ast.stmt]) -> None:
        """Read a ``with``; only the managers that are known not to swallow an error keep the proof."""
        for item in items:
            self.expression(item.context_expr)
        sorts = {self.scope.meaning(item.context_expr).sort for item in items}
        if sorts <= {"batch manager", "autocommit"}:
            self.statements(body)
        else:
            self.maybe(body)

    def try_block(
        self,
        body: list[ast.stmt],
        handlers: list[ast.ExceptHandler],
        orelse: list[ast.stmt],
        finalbody: list[ast.stmt],
    ) -> None:
        """Read a ``try``: only ``finally`` is sure."""
        sure = self.sure
        self.maybe(body, handlers, orelse)
        after, self.sure = self.sure, sure
        self.statements(finalbody)
        self.sure = self.sure and after

    def elsewhere(self, node: ast.AST, body: Iterable[ast.AST]) -> None:
        """Read the body of an inner scope, which may be executed at any time or never."""
        scope = Scope(node, self.scope, self.reader.op_modules)
        inner = _Body(self.reader, scope, False)
        for child in body:
            if isinstance(child, ast.stmt):
                inner.statement(child)
            else:
                inner.inside(child)

    # ------------------------------------------------------------------------- expressions

    def expression(self, node: ast.expr) -> None:
        """Read one expression."""
        if isinstance(node, ast.Constant):
            return  # one in three is
        match node:
            case ast.Call():
                self.call(node)
            case ast.BoolOp(values=[first, *rest]):
                self.expression(first)
                self.maybe(rest)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.expression(test)
                self.maybe([body, orelse])
            case ast.Compare(left=left, comparators=[first, *rest]):
                self.expression(left)
                self.expression(first)
                self.maybe(rest)
            case ast.Lambda(body=body):
                for default in around(node):
                    self.expression(default)
                self.elsewhere(node, [body])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self.elsewhere(node, children(node))
            case ast.Await():
                self.maybe([node.value])
            case ast.Name() | ast.Attribute():
                self.reference(node)
            case _:
                for child in children(node):
                    self.inside(child)

    def reference(self, node: ast.Name | ast.Attribute) -> None:
        """Note an operation that is passed on without being called."""
        if isinstance(node.ctx, ast.Load):
            meaning = self.scope.meaning(node)
            self.note(meaning, node, sure=False)
            if meaning.sort == "function" and meaning.function is not None:
                self.reader.follow(meaning.function, (), sure=False)
        if isinstance(node, ast.Attribute):
            self.expression(node.value)

    def note(self, meaning: Meaning, node: ast.expr, *, sure: bool) -> None:
        """Note a use if *meaning* is an operation."""
        if meaning.sort == "op function":
            self.reader.record(meaning.name, node, "op", sure)
        elif meaning.sort == "batch function":
            self.reader.record(meaning.name, node, "batch", sure)

    def call(self, node: ast.Call) -> None:
        """Read a call: its parts, then what is called."""
        meaning = self.scope.meaning(node.func)
        if isinstance(node.func, ast.Attribute):
            self.expression(node.func.value)
        elif not isinstance(node.func, ast.Name):
            self.expression(node.func)
        arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
        for argument in arguments:
            self.expression(argument)
        given = [self.scope.meaning(argument) for argument in arguments]
        self.note(meaning, node, sure=self.sure)
        if meaning.sort == "function" and meaning.function is not None:
            proven = _given(self.scope, node, meaning.function)
            if not self.reader.follow(meaning.function, proven, sure=self.sure):
                self.calls_what_may_raise = True
                self.sure = False
        elif meaning == Meaning("builtin", "getattr"):
            self.reader.dynamic |= any(argument.sort in ("op", "batch") for argument in given)
        elif not self.is_seen(meaning, node, given):
            self.reader.unseen = True

    def is_seen(self, meaning: Meaning, node: ast.Call, given: list[Meaning]) -> bool:
        """Return whether the effect of a call on the database is visible in this file."""
        name = meaning.name
        passes_connection = any(argument.sort == "bind" for argument in given)
        match meaning.sort:
            case "op function" | "batch function":
                return name not in _RUN_FOREIGN_CODE
            case "global" if self.scope.is_context(name) or name == "sqlalchemy.inspect":
                return True
            case "global":
                return is_harmless(name) and not passes_connection
            case "value":
                return not passes_connection
            case "builtin":
                foreign = any(
                    argument.sort == "global" and not is_harmless(argument.name) for argument in given
                )
                return not (passes_connection or foreign or name in REFLECTION)
            case "unknown":
                # A method of a string; on a connection or a session there is none of that name.
                return isinstance(node.func, ast.Attribute) and node.func.attr in _STRING_METHODS
            case _:
                return False


def _leaves(node: ast.AST) -> bool:
    """Return whether executing this node ends the function, or the run."""
    match node:
        case ast.Return() | ast.Raise() | ast.Assert():
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in ("exit", "_exit", "quit")
        case _:
            return False


def _given(scope: Scope, call: ast.Call, function: ast.FunctionDef) -> _Arguments:
    """Return the parameters for which a call proves what they stand for."""
    given: dict[str, Meaning] = {}
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    for name, value in zip(names, call.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        given[name] = scope.meaning(value)
    by_keyword = {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
    for keyword in call.keywords:
        if keyword.arg in by_keyword:
            given[keyword.arg] = scope.meaning(keyword.value)
    return tuple(sorted(given.items(), key=lambda item: item[0]))


def _own_nodes(roots: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """Yield all nodes below *roots* that are executed with them, not in an inner function."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, SCOPES):
            stack += children(node)
