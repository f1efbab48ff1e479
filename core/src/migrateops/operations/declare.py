"""Declare an operation once: the fields of its class are its signature.

Everything else is a view of the fields: the constructor, the directive on ``op``, the directive
in a batch (without table and schema), the call that autogenerate renders, the line in the stub.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import cached_property
from inspect import Parameter, Signature
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, TypeVar, dataclass_transform

from migrateops import errors
from migrateops.operations.checking import checked_fields, in_order

if TYPE_CHECKING:
    from migrateops.operations.target import Target

Form = Literal["op", "batch"]
T = TypeVar("T")


class Role(Enum):
    """What a field is in the directive."""

    ARG = "arg"
    TABLE = "table"
    SCHEMA = "schema"
    SPREAD = "spread"
    OPTIONS = "options"
    KW_ITEM = "kw_item"
    BATCH_ONLY = "batch_only"
    HIDDEN = "hidden"


_NOTHING: Any = dataclasses.MISSING
_ROLE = "migrateops.role"
_PARAM = "migrateops.param"


# Field specifiers.  PEP 681 lets a type checker see a default only at the use, so each use
# writes ``default=`` itself.
def _field(role: Role, *, default: Any = _NOTHING, name: str | None = None, **more: Any) -> Any:
    return dataclasses.field(default=default, metadata={_ROLE: role, _PARAM: name}, **more)


def param(name: str, *, default: Any = _NOTHING) -> Any:
    """Make a field whose parameter is called *name* (``modify_nullable`` is ``nullable=``)."""
    return _field(Role.ARG, default=default, name=name)


def table(*, default: Any = _NOTHING) -> Any:
    """Make the field that names the table; a batch supplies it."""
    return _field(Role.TABLE, default=default)


def schema(*, default: str | None = None, name: str | None = None) -> Any:
    """Make the field that names the table's schema; a batch supplies it."""
    return _field(Role.SCHEMA, default=default, name=name)


def spread() -> Any:
    """Make a sequence field that the directive takes as ``*items``; it is kept as a list."""
    return _field(Role.SPREAD)


def options(*, default_factory: Callable[[], Mapping[str, Any]]) -> Any:
    """Make the mapping field that takes all further keyword arguments (``**kw``)."""
    return dataclasses.field(default_factory=default_factory, metadata={_ROLE: Role.OPTIONS, _PARAM: None})


def kw_item(*, default: Any = None) -> Any:
    """Make a named parameter that is kept in the options mapping."""
    return _field(Role.KW_ITEM, default=default, kw_only=True)


def batch_only(*, default: Any) -> Any:
    """Make a field that only the batch form offers."""
    return _field(Role.BATCH_ONLY, default=default)


def hidden(*, default: Any) -> Any:
    """Make a field that is neither a parameter nor rendered: what reverse() must remember."""
    return _field(Role.HIDDEN, default=default)


class Made(NamedTuple):
    """A default that is made anew for each operation."""

    make: Callable[[], Any]


class OpField(NamedTuple):
    """One field of a declared operation, as its directives see it."""

    name: str
    param: str
    role: Role
    kw_only: bool
    default: Any  # Parameter.empty when required; a Made is called for each operation
    annotation: Any

    def shown_in(self, form: Form) -> bool:
        if form == "batch":
            return self.role not in (Role.HIDDEN, Role.TABLE, Role.SCHEMA)
        return self.role not in (Role.HIDDEN, Role.BATCH_ONLY)

    def parameter(self) -> Parameter:
        if self.role is Role.SPREAD:
            return Parameter(self.param, Parameter.VAR_POSITIONAL, annotation="Any")
        if self.role is Role.OPTIONS:
            return Parameter(self.param, Parameter.VAR_KEYWORD, annotation="Any")
        kind = Parameter.KEYWORD_ONLY if self.kw_only else Parameter.POSITIONAL_OR_KEYWORD
        return Parameter(self.param, kind, default=self.default, annotation=self.annotation)

    def is_default(self, value: Any) -> bool:
        """Say whether *value* need not be written; ``==`` of a SQL expression is never asked."""
        default = self.default.make() if isinstance(self.default, Made) else self.default
        if value is default:
            return True
        if type(value) is not type(default):
            return False
        if isinstance(default, list | dict | set):
            # What they hold may be SQL expressions.
            return not default and not value
        return isinstance(value, str | int | tuple) and value == default


class OpSpec:
    """The signature of one operation class, in both forms."""

    def __init__(self, op_cls: type[MigrateOperation], fields: Sequence[OpField]) -> None:
        self.op_cls = op_cls
        self.fields = tuple(fields)
        self.options = next((f.name for f in fields if f.role is Role.OPTIONS), None)
        self.checked = checked_fields(fields)
        self._shown: dict[Form, list[OpField]] = {}

    @cached_property
    def in_order(self) -> Callable[[Any], bool] | None:
        """A function that says of an operation that there is nothing to check before it is written.

        None if nothing is checked in any.
        """
        return in_order(self.fields, self.options)

    def shown(self, form: Form) -> list[OpField]:
        """Return the fields that *form* offers, in the order of a valid signature."""
        if form not in self._shown:
            shown = (f for f in self.fields if f.shown_in(form))
            self._shown[form] = sorted(
                shown,
                key=lambda f: (
                    f.parameter().kind,
                    f.parameter().kind < 2 and f.default is not Parameter.empty,
                ),
            )
        return self._shown[form]

    def signature(self, form: Form) -> Signature:
        """Return the signature of the directive, without ``self``."""
        returns = self.op_cls.__returns__
        return Signature([f.parameter() for f in self.shown(form)], return_annotation=returns)

    def arguments(self, op: MigrateOperation, form: Form) -> Iterator[tuple[str | None, Any]]:
        """Yield ``(keyword or None, value)`` of the shortest call that rebuilds *op*."""
        in_kw = {f.name for f in self.fields if f.role is Role.KW_ITEM}
        for f in self.shown(form):
            value = getattr(op, f.name)
            if f.role is Role.SPREAD:
                yield from ((None, item) for item in value)
            elif f.role is Role.OPTIONS:
                yield from ((key, item) for key, item in value.items() if key not in in_kw)
            elif f.default is Parameter.empty:
                yield (f.param if f.kw_only else None), value
            elif not f.is_default(value):
                yield f.param, value

    def directive(self, name: str, form: Form) -> Callable[..., Any]:
        """Compile ``name(self, ...)``: build the operation, invoke it, return the result.

        Binding arguments through ``inspect`` costs twenty microseconds a call; a compiled
        function costs less than one.
        """
        shown = self.shown(form)
        names = {f.param for f in shown}
        me, new = _unused("self", names), _unused("_op", names)
        values = {f.name: f.param for f in shown}
        if form == "batch":
            values |= {f.name: f"{me}.scope_table" for f in self.fields if f.role is Role.TABLE}
            values |= {f.name: f"{me}.scope_schema" for f in self.fields if f.role is Role.SCHEMA}
        scope: dict[str, Any] = {"_cls": self.op_cls, "_new": self.op_cls.__new__}
        head = _parameters([f.parameter() for f in shown], me, scope)
        body = list(_made(shown))
        if self._plain:
            body += [f"{new} = _new(_cls)", *self._assignments(values, new, scope)]
        else:
            given = [
                f"{f.name}={values[f.name]}"
                for f in self.fields
                if f.name in values and f.role is not Role.OPTIONS
            ]
            if self.options:
                given.append(f"**{values[self.options]}")
            body += [f"{new} = _cls({', '.join(given)})"]
        body.append(f"return {me}.invoke({new})")
        function = _compile(name, head, body, scope)
        function.__doc__ = self.op_cls.__doc__
        function.__module__ = self.op_cls.__module__
        full = [Parameter(me, Parameter.POSITIONAL_OR_KEYWORD), *self.signature(form).parameters.values()]
        setattr(function, "__signature__", self.signature(form).replace(parameters=full))
        setattr(function, "__only_invokes__", form == "op")
        return function

    @property
    def _plain(self) -> bool:
        """Whether building an operation is nothing but assigning its fields."""
        cls = self.op_cls
        init = vars(cls).get("__init__")
        return (
            (isinstance(init, _Constructor) or (init is not None and init is vars(self).get("constructor")))
            and not hasattr(cls, "__post_init__")
            and cls.__new__ is object.__new__
        )

    def _assignments(self, values: Mapping[str, str], op: str, scope: dict[str, Any]) -> Iterator[str]:
        """Yield the lines that store each field of *op*; *values* has the expression of each."""
        for f in self.fields:
            if f.role is Role.KW_ITEM:
                continue
            value = values.get(f.name)
            if value is None:
                scope[f"_d_{f.name}"] = f.default
                value = f"_d_{f.name}.make()" if isinstance(f.default, Made) else f"_d_{f.name}"
            yield f"{op}.{f.name} = {f'list({value})' if f.role is Role.SPREAD else value}"
        for f in self.fields:
            if f.role is Role.KW_ITEM and f.name in values:
                scope[f"_d_{f.name}"] = f.default
                given = values[f.name]
                yield f"if {given} is not _d_{f.name}: {op}.{self.options}[{f.name!r}] = {given}"

    @cached_property
    def constructor(self) -> Callable[..., None]:
        """The ``__init__``, compiled: fields by their own names, and options given flat or as a mapping."""
        scope: dict[str, Any] = {}
        params = [
            f.parameter().replace(
                name=f.name,
                kind=Parameter.KEYWORD_ONLY if f.kw_only else Parameter.POSITIONAL_OR_KEYWORD,
                default=None if f.role is Role.OPTIONS else f.default,
            )
            for f in self.fields
        ]
        params.sort(key=lambda p: (p.kind, p.kind < 2 and p.default is not Parameter.empty))
        values = {f.name: f.name for f in self.fields}
        me, flat = _unused("self", {*values}), _unused("flat_options", {*values})
        if self.options:
            params.append(Parameter(flat, Parameter.VAR_KEYWORD))
            values[self.options] = f"{{**({self.options} or {{}}), **{flat}}}"
        made = _made([f._replace(param=f.name) for f in self.fields])
        body = [*made, *self._assignments(values, me, scope)]
        if hasattr(self.op_cls, "__post_init__"):
            body.append(f"{me}.__post_init__()")
        function = _compile("__init__", _parameters(params, me, scope), body, scope)
        function.__qualname__ = f"{self.op_cls.__qualname__}.__init__"
        function.__module__ = self.op_cls.__module__
        return function


class _Constructor:
    """The ``__init__`` of a declared class until it is first asked for: a run makes few operations."""

    def __init__(self, spec: OpSpec) -> None:
        self._spec = spec

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        function: Any = self._spec.constructor
        setattr(self._spec.op_cls, "__init__", function)
        return function.__get__(instance, owner)


def _made(fields: Iterable[OpField]) -> Iterator[str]:
    """Yield the lines that make the defaults of parameters that were not given."""
    for f in fields:
        if isinstance(f.default, Made) and f.role is not Role.OPTIONS:
            yield f"if {f.param} is _default_{f.param}: {f.param} = _default_{f.param}.make()"


def _unused(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"_{name}"
    return name


def _parameters(params: Sequence[Parameter], me: str, scope: dict[str, Any]) -> str:
    """Return the parameter list as source; defaults go into *scope*, so that any object may be one."""
    shown, starred = [me], False
    for p in params:
        if p.kind is Parameter.VAR_POSITIONAL:
            shown.append(f"*{p.name}")
            starred = True
            continue
        if p.kind is Parameter.VAR_KEYWORD:
            shown.append(f"**{p.name}")
            continue
        if p.kind is Parameter.KEYWORD_ONLY and not starred:
            shown.append("*")
            starred = True
        if p.default is Parameter.empty:
            shown.append(p.name)
        else:
            scope[f"_default_{p.name}"] = p.default
            shown.append(f"{p.name}=_default_{p.name}")
    return ", ".join(shown)


def _compile(name: str, head: str, body: Sequence[str], scope: dict[str, Any]) -> Callable[..., Any]:
    lines = "\n    ".join(body) or "pass"
    exec(f"def {name}({head}):\n    {lines}", scope)
    function: Callable[..., Any] = scope[name]
    return function


REMARK = "remark"
"""In ``info`` of an operation: the lines that a script has above it, as a comment."""


class MigrateOperation:
    """Stand for one change to a schema and its arguments.

    The same object is invoked against a database or an SQL stream, rendered into a script,
    reversed, and compared.  Subclass it, then either declare the class with ``@operation`` or
    write the directive as a classmethod, and register it with
    ``Operations.register_operation("name")``.
    """

    __op_spec__: ClassVar[OpSpec | None] = None
    __op_names__: ClassVar[dict[Form, str]] = {}
    __diff__: ClassVar[tuple[str, ...]] = ()
    __returns__: ClassVar[str] = "None"
    __options__: ClassVar[frozenset[str] | None] = None
    """What the options mapping may hold besides options of dialects; None says anything."""

    @property
    def info(self) -> dict[Any, Any]:
        """Return a dictionary for rewriters and plugins to keep what they like in."""
        found: dict[Any, Any] = self.__dict__.setdefault("_info", {})
        return found

    def reverse(self) -> MigrateOperation:
        """Return the operation that takes this one back.

        Raises:
            NotReversible: The operation does not hold enough to be taken back.
        """
        raise errors.operations.NotReversible(self.describe(), "it has no opposite")

    def to_diff_tuple(self) -> Any:
        """Return the difference as a tuple, ``("add_table", table)`` and the like.

        Raises:
            NoDiffTuple: The operation has no such form.
        """
        if not self.__diff__:
            raise errors.operations.NoDiffTuple(type(self).__name__)
        tag, *names = self.__diff__
        return (tag, *(getattr(self, name) for name in names))

    def describe(self) -> str:
        """Return one line for people: what the operation does, and to what, with the schema if it has one."""
        spec = self.__op_spec__
        name = self.__op_names__.get("op") or self.__op_names__.get("batch") or type(self).__name__
        if spec is None:
            return name
        texts: dict[str, str] = {}
        for field in spec.fields:
            value = getattr(self, field.name, None)
            text = value if isinstance(value, str) else getattr(value, "name", None)
            if field.default is Parameter.empty and isinstance(text, str):
                texts[field.name] = text
        schema = next((getattr(self, f.name, None) for f in spec.fields if f.role is Role.SCHEMA), None)
        if schema is not None and texts:
            tables = [field.name for field in spec.fields if field.role is Role.TABLE]
            inside = next((each for each in tables if each in texts), next(iter(texts)))
            texts[inside] = f"{schema}.{texts[inside]}"
        return " ".join([name, *(repr(str(text)) for text in texts.values())])

    def summary(self) -> str:
        """Return `describe()`, and of a change what of the object changes: the line of a list."""
        return self.describe()

    def footprint(self) -> tuple[frozenset[str], frozenset[str]] | None:
        """Return the objects that it reads and writes, as dotted names, or None for unknown."""
        return None

    def applied(self, target: Target, inspector: Any) -> bool | None:
        """Say whether the effect is there already, or None for unknown."""
        return None

    def __repr__(self) -> str:
        spec = self.__op_spec__
        if spec is None:
            return f"<{type(self).__name__}>"
        shown = (
            f"{f.name}={getattr(self, f.name, None)!r}" for f in spec.fields if f.role is not Role.HIDDEN
        )
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass_transform(
    eq_default=False,
    field_specifiers=(
        param,
        table,
        schema,
        spread,
        options,
        kw_item,
        batch_only,
        hidden,
        dataclasses.field,
    ),
)
def operation(cls: type[T]) -> type[T]:
    """Declare *cls* as an operation: its annotated fields are its signature.

    Operations are mutable, as rewriters assign to their attributes, and compare by identity, as
    SQLAlchemy overloads ``==`` on the values that they hold.

    Raises:
        BadDeclaration: The fields contradict each other.
    """
    # The standard library collects the fields (inheritance, KW_ONLY); the constructor is ours.
    dataclasses.dataclass(eq=False, repr=False, init=False)(cls)
    fields = []
    for f in dataclasses.fields(cls):  # type: ignore[arg-type]
        default: Any = Parameter.empty
        if f.default is not dataclasses.MISSING:
            default = f.default
        elif f.default_factory is not dataclasses.MISSING:
            default = Made(f.default_factory)
        role = f.metadata.get(_ROLE, Role.ARG)
        fields.append(
            OpField(f.name, f.metadata.get(_PARAM) or f.name, role, bool(f.kw_only), default, f.type)
        )
    roles = [f.role for f in fields]
    for role in (Role.TABLE, Role.SCHEMA, Role.SPREAD, Role.OPTIONS):
        if roles.count(role) > 1:
            raise errors.operations.BadDeclaration(
                cls.__name__, f"it has more than one field with the role {role.value!r}"
            )
    if Role.KW_ITEM in roles and Role.OPTIONS not in roles:
        raise errors.operations.BadDeclaration(
            cls.__name__, "kw_item() needs an options() field to keep its value in"
        )
    forms: tuple[Form, ...] = ("op", "batch")
    for names in ([f.param for f in fields if f.shown_in(form)] for form in forms):
        for name in names:
            # A directive is compiled when it is first called: too late to say so.
            if not name.isidentifier() or iskeyword(name) or names.count(name) > 1:
                problem = f"its directive cannot have the parameter {name!r}, or has it already"
                raise errors.operations.BadDeclaration(cls.__name__, problem)
    spec = OpSpec(cls, fields)  # type: ignore[arg-type]
    setattr(cls, "__op_spec__", spec)
    setattr(cls, "__op_names__", {})
    for item in spec.fields:
        if item.role is Role.KW_ITEM:
            setattr(cls, item.name, _kept_in(spec.options or "", item.name, item.default))
    if "__init__" not in vars(cls):
        setattr(cls, "__init__", _Constructor(spec))
    return cls


def _kept_in(mapping: str, name: str, default: Any) -> property:
    """Return a property that reads and writes ``self.<mapping>[name]``."""

    def read(self: Any) -> Any:
        return getattr(self, mapping).get(name, default)

    def write(self: Any, value: Any) -> None:
        getattr(self, mapping)[name] = value

    return property(read, write)
