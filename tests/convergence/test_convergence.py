"""For any two schemas: the difference leads from the one to the other, back, and then there is none."""

from __future__ import annotations

import os
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.convergence.changing import pair
from tests.convergence.choosing import Choice, Schemas
from tests.convergence.databases import DATABASES, TRIED
from tests.convergence.laws import Broken
from tests.convergence.renaming import without_hints
from tests.convergence.tally import Tally

# A long run is for a person who waits: CONTRIBUTING.md has the command.
EXAMPLES = int(os.environ.get("MIGRATEOPS_TEST_EXAMPLES", "0"))
FEW = 15
MARKS = {name: [getattr(pytest.mark, name)] for name in ("postgresql", "mariadb")}


@pytest.mark.parametrize("dialect", [pytest.param(name, marks=MARKS.get(name, ())) for name in TRIED])
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:WARNING. SQL-parsed")
# Of SQLAlchemy's own type, where an index has it from behind.
@pytest.mark.filterwarnings("ignore:Type object .*YEAR")
def test_any_two_schemas(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    with DATABASES[dialect]() as database:

        @settings(
            max_examples=EXAMPLES or FEW,
            derandomize=not EXAMPLES,
            database=None,
            deadline=None,
            # In a long run, all of them are counted.
            phases=[Phase.generate] if EXAMPLES else [Phase.generate, Phase.shrink],
            suppress_health_check=[
                HealthCheck.too_slow,
                HealthCheck.data_too_large,
                HealthCheck.large_base_example,
            ],
        )
        @given(st.data())
        def hold(data: st.DataObject) -> None:
            choice = Choice(lambda count: data.draw(st.integers(0, count - 1)))
            old, new, kind = pair(Schemas(choice, database.words))
            differ = old != without_hints(new)
            note(f"{old}\n{new}")
            broken, taken_back = None, True
            try:
                taken_back = database.laws.hold(old, new, differ=differ)
            except Broken as error:
                broken = error
            except Exception as error:
                if not EXAMPLES:
                    raise
                broken = Broken(f"{type(error).__name__}: {error}", "")
            finally:
                database.clear()
            tally.note(kind if differ else "nothing", taken_back, broken, f"{old}\n{new}")
            if broken is not None and not EXAMPLES:
                raise broken

        try:
            hold()
        finally:
            # Also where somebody has waited long enough, and interrupts it.
            if EXAMPLES:
                with capsys.disabled():
                    sys.stdout.write(f"\n{tally.table(dialect)}\n{tally.shown()}")
    assert tally.broken == {}
