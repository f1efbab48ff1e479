"""Column types as source."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine

from migrateops.autogenerate import render_value
from migrateops.errors.autogenerate import NotRenderable
from tests.core.autogenerate import own_types
from tests.core.autogenerate.recording import rendering, scope

OWN = "tests.core.autogenerate.own_types"
PG = {"from sqlalchemy.dialects import postgresql"}
MY = {"from sqlalchemy.dialects import mysql"}
MINE = {f"import {OWN}"}


@pytest.mark.parametrize(
    ("type_", "source", "imports"),
    [
        (sa.Integer(), "sa.Integer()", set()),
        (sa.Integer, "sa.Integer()", set()),
        (sa.String(50), "sa.String(length=50)", set()),
        (sa.String(5, collation="C"), 'sa.String(length=5, collation="C")', set()),
        (sa.Numeric(10, 2), "sa.Numeric(precision=10, scale=2)", set()),
        (sa.types.NullType(), "sa.types.NullType()", set()),
        (sa.DateTime(timezone=True), "sa.DateTime(timezone=True)", set()),
        (sa.Enum("it's", "b", name="e", schema="s"), 'sa.Enum("it\'s", "b", name="e", schema="s")', set()),
        (sa.Enum(own_types.Colour), 'sa.Enum("RED", "LIGHT_BLUE", name="colour")', set()),
        (sa.Enum("Integer()", name="e"), 'sa.Enum("Integer()", name="e")', set()),
        (sa.Enum("a", name="e", metadata=sa.MetaData()), 'sa.Enum("a", name="e")', set()),
        (sa.Boolean(create_constraint=True, name="b"), 'sa.Boolean(create_constraint=True, name="b")', set()),
        (sa.ARRAY(sa.String(5)), "sa.ARRAY(sa.String(length=5))", set()),
        (sa.ARRAY(sa.Enum("a", name="e")), 'sa.ARRAY(sa.Enum("a", name="e"))', set()),
        (sa.ARRAY(own_types.Money("EUR")), f'sa.ARRAY({OWN}.Money("EUR"))', MINE),
        (sa.PickleType(), "sa.PickleType()", set()),
        (sa.Interval(), "sa.Interval()", set()),
        (sa.Uuid(as_uuid=False), "sa.Uuid(as_uuid=False)", set()),
        (postgresql.JSONB(), "postgresql.JSONB(astext_type=sa.Text())", PG),
        (
            postgresql.ARRAY(postgresql.JSONB()),
            "postgresql.ARRAY(postgresql.JSONB(astext_type=sa.Text()))",
            PG,
        ),
        (postgresql.TIMESTAMP(precision=3), "postgresql.TIMESTAMP(precision=3)", PG),
        (postgresql.INT4RANGE(), "postgresql.INT4RANGE()", PG),
        (mysql.INTEGER(unsigned=True), "mysql.INTEGER(unsigned=True)", MY),
        (mysql.ENUM("a", "b"), 'mysql.ENUM("a", "b")', MY),
        (
            sa.Text().with_variant(mysql.LONGTEXT(), "mysql").with_variant(sa.String(9), "oracle"),
            'sa.Text().with_variant(mysql.LONGTEXT(), "mysql").with_variant(sa.String(length=9), "oracle")',
            MY,
        ),
        (own_types.Lowered(), f"{OWN}.Lowered()", MINE),
        (own_types.Lowered(9), f"{OWN}.Lowered(length=9)", MINE),
        (own_types.Money("EUR"), f'{OWN}.Money("EUR")', MINE),
        (own_types.Money("EUR", places=4), f'{OWN}.Money("EUR", places=4)', MINE),
        (own_types.Written(1, 2), f"{OWN}.Written(1, 2)", MINE),
        (own_types.Point(3), f"{OWN}.Point(dimensions=3)", MINE),
        (own_types.Point(of=sa.Text()), f"{OWN}.Point(of=sa.Text())", MINE),
        (own_types.Point.Nested(), f"{OWN}.Point.Nested()", MINE),
    ],
    ids=repr,
)
def test_the_source_of_a_type(type_: TypeEngine[Any], source: str, imports: set[str]) -> None:
    context = rendering()
    assert render_value(type_, context) == source
    assert context.imports == imports
    again = eval(source, scope(context.imports))
    assert render_value(again, rendering()) == source
    assert type(again) is (type_ if isinstance(type_, type) else type(type_))


@pytest.mark.parametrize("type_", [own_types.Forgetful("x"), own_types.Unreadable()], ids=["lost", "repr"])
def test_a_type_that_cannot_be_written_is_refused(type_: TypeEngine[Any]) -> None:
    with pytest.raises(NotRenderable) as caught:
        render_value(type_, rendering())
    assert caught.value.code == "MO335"


def test_a_class_that_poses_as_one_of_sqlalchemy_is_written_as_it_shows_itself() -> None:
    class Posing(sa.Enum):
        __module__ = "sqlalchemy.sql.sqltypes"

        def __repr__(self) -> str:
            return super().__repr__().replace("Posing", "Enum")

    assert render_value(Posing("a", name="e"), rendering()) == 'sa.Enum("a", name="e")'


def test_prefixes() -> None:
    context = rendering(sqlalchemy_module_prefix="db.", user_module_prefix="types.")
    assert render_value(sa.ARRAY(own_types.Money("EUR")), context) == 'db.ARRAY(types.Money("EUR"))'
    assert context.imports == set()
    assert render_value(sa.Integer(), rendering(sqlalchemy_module_prefix=None)) == "Integer()"
