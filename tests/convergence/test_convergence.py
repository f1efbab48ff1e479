"""For any two schemas: the difference leads from the one to the other, back, and then there is none."""

from __future__ import annotations

import os
import random
import sys

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.convergence.changing import pair
from tests.convergence.choosing import Choice, Schemas
from tests.convergence.databases import DATABASES, TRIED, Database
from tests.convergence.laws import Broken
from tests.convergence.renaming import without_hints
from tests.convergence.tally import Tally

# A long run is for a person who waits: CONTRIBUTING.md has the command.
EXAMPLES = int(os.environ.get("MIGRATEOPS_TEST_EXAMPLES", "0"))
FIRST = int(os.environ.get("MIGRATEOPS_TEST_FIRST", "0"))
FEW = 15
MARKS = {name: [getattr(pytest.mark, name)] for name in ("postgresql", "mariadb")}


@pytest.mark.parametrize("dialect", [pytest.param(name, marks=MARKS.get(name, ())) for name in TRIED])
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:WARNING. SQL-parsed")
# Of SQLAlchemy's own type, where an index has it from behind.
@pytest.mark.filterwarnings("ignore:Type object .*YEAR")
def test_any_two_schemas(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    with DATABASES[dialect]() as database:
        if not EXAMPLES:
            _hold_for_few(database)
            return
        tally = Tally()
        try:
            for number in range(FIRST, FIRST + EXAMPLES):
                _try(database, number, tally)
        finally:
            # Also where somebody has waited long enough, and interrupts it.
            with capsys.disabled():
                sys.stdout.write(f"\n{tally.table(dialect)}\n{tally.shown()}")
    assert tally.broken == {}


def _hold_for_few(database: Database) -> None:
    """Try some pairs, always the same; one that breaks a law is made as small as it goes."""

    @settings(
        max_examples=FEW,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.large_base_example,
        ],
    )
    @given(st.data())
    def hold(data: st.DataObject) -> None:
        choice = Choice(lambda count: data.draw(st.integers(0, count - 1)))
        old, new, _ = pair(Schemas(choice, database.words))
        note(f"{old}\n{new}")
        try:
            database.laws.hold(old, new, differ=old != without_hints(new))
        finally:
            database.clear()

    hold()


def _try(database: Database, number: int, tally: Tally) -> None:
    """Try the pair of a number, which is the same in each run, and count what comes of it."""
    old, new, kind = pair(Schemas(Choice(random.Random(number).randrange), database.words))
    differ = old != without_hints(new)
    broken, taken_back = None, True
    try:
        taken_back = database.laws.hold(old, new, differ=differ)
    except Broken as error:
        broken = error
    except Exception as error:
        broken = Broken(f"{type(error).__name__}: {error}", "")
    finally:
        database.clear()
    tally.note(kind if differ else "nothing", taken_back, broken, f"pair {number}\n{old}\n{new}")
