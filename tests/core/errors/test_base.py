"""An error is declared by the annotations of its values, and travels with them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import ClassVar

import pytest

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.operations import UnknownDirective


class Family(MigrateOpsError):
    """A family with a value of its own."""

    place: str


class Fact(Family):
    """A fact with a default, and a constant that is no value."""

    code = "MO999"
    limit: ClassVar[int] = 3
    given: str
    closest: str | None = None

    def message(self) -> str:
        return f"{self.place}: {self.given!r}"


@pytest.mark.parametrize(
    "error",
    [Fact("here", "x"), Fact("here", given="x"), Fact(given="x", place="here"), Fact("here", "x", None)],
)
def test_values_are_given_by_position_or_by_name(error: Fact) -> None:
    assert (error.place, error.given, error.closest, error.limit) == ("here", "x", None, 3)
    assert error.args == ("here", "x", None)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Fact("here"),  # type: ignore[call-arg]
        lambda: Fact("here", "x", None, "more"),  # type: ignore[call-arg]
        lambda: Fact("here", "x", place="there"),  # type: ignore[misc]
        lambda: Fact("here", "x", other="y"),  # type: ignore[call-arg]
        lambda: Fact("here", "x", limit=4),  # type: ignore[call-arg]
    ],
)
def test_any_other_values_are_refused(wrong: Callable[[], Fact]) -> None:
    with pytest.raises(TypeError, match="Fact"):
        wrong()


def test_it_travels_between_processes() -> None:
    error = Fact(given="x", place="here")
    error.add_note("in a script")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is Fact
    assert (copy.place, copy.given, copy.closest, copy.notes) == ("here", "x", None, ("in a script",))


def test_a_value_may_have_the_name_of_a_member_of_the_other_base() -> None:
    error = UnknownDirective("op", operation="create_view")
    assert error.operation == "create_view"
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.namespace, copy.operation, copy.known) == ("op", "create_view", ())
