"""Whom a registration reaches: the second run of a process, other environments, threads, reloaded modules."""

from __future__ import annotations

import importlib
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.plugins import MissingPlugin, PreflightFailed, UnknownOperation
from tests.contract.environments import ASYNC, GENERIC
from tests.distributions import Site
from tests.project import Project

THREADS = 8

# `{mark}` is what the operation leaves in the database.
OPERATION = """
from migrateops.operations import MigrateOperation, Operations, operation

@Operations.register_operation("{name}")
@operation
class MarkOp(MigrateOperation):
    table: str

@Operations.implementation_for(MarkOp)
def mark(operations, op):
    operations.execute(f"CREATE TABLE {{op.table}}_{mark} (id INTEGER)")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], str]]:
    """Write an importable module of a name of its own, and forget it afterwards."""
    place = tmp_path / "importable"
    place.mkdir()
    monkeypatch.syspath_prepend(str(place))
    made: list[str] = []

    def write(source: str) -> str:
        name = f"ops_{uuid4().hex}"
        (place / f"{name}.py").write_text(source)
        made.append(name)
        return name

    yield write
    for name in made:
        sys.modules.pop(name, None)


def upgrade(project: Project) -> tuple[str, ...]:
    return command.upgrade(Config.find(project.root), "head").heads


def tables(project: Project) -> set[str]:
    file = sqlite3.connect(project.root / "app.db")
    try:
        return {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        file.close()


def several(root: Path, env: str, script: str, count: int = THREADS) -> list[Project]:
    made = [Project(root / f"project_{number}") for number in range(count)]
    for project in made:
        project.build(env=env)
        project.revision("aa1", None, upgrade=script)
        project.revision("bb2", upgrade=script.replace("made", "again"))
    return made


def in_threads(work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    """Call *work* for each item in a thread of its own, all at the same moment."""
    barrier = threading.Barrier(len(items))

    def start(item: Any) -> Any:
        barrier.wait(timeout=30)
        return work(item)

    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(start, items))


# -- one environment after the other ----------------------------------------------------------------


def test_a_module_that_env_py_imports_registers_for_every_run_of_the_process(
    project: Project, module: Callable[[str], str]
) -> None:
    name = module(OPERATION.format(name="mark_once", mark="m"))
    project.build(env=f"import {name}\n{GENERIC}")
    project.revision("aa1", upgrade='op.mark_once("one")')
    upgrade(project)
    # Python executes env.py again, and the module not.
    before = sys.modules[name]
    project.revision("bb2", upgrade='op.mark_once("two")')
    assert upgrade(project) == ("bb2",)
    assert sys.modules[name] is before
    assert tables(project) == {"one_m", "two_m", "migrateops_version"}


def test_what_env_py_registers_itself_is_there_in_each_run(project: Project) -> None:
    project.build(env=OPERATION.format(name="mark_env", mark="m") + GENERIC)
    for number, revision in enumerate(("aa1", "bb2", "cc3")):
        project.revision(revision, upgrade=f'op.mark_env("t{number}")')
        assert upgrade(project) == (revision,)
    assert tables(project) >= {"t0_m", "t1_m", "t2_m"}


def test_what_one_env_py_registers_another_does_not_see(tmp_path: Path) -> None:
    one, other = Project(tmp_path / "one"), Project(tmp_path / "other")
    one.build(env=OPERATION.format(name="mark_mine", mark="m") + GENERIC)
    other.build(env=GENERIC)
    for project in (one, other):
        project.revision("aa1", upgrade='op.mark_mine("t")')
    upgrade(one)
    with pytest.raises(UnknownOperation) as caught:
        upgrade(other)
    assert (caught.value.operation, caught.value.distribution) == ("mark_mine", None)
    assert tables(other) == set()


def test_two_env_py_register_one_name_each_for_itself(tmp_path: Path) -> None:
    for mark in ("a", "b", "a"):
        project = Project(tmp_path / f"{mark}_{uuid4().hex}")
        project.build(env=OPERATION.format(name="mark_both", mark=mark) + GENERIC)
        project.revision("aa1", upgrade='op.mark_both("t")')
        upgrade(project)
        assert tables(project) == {f"t_{mark}", "migrateops_version"}


def test_what_a_revision_file_registers_is_its_environments(project: Project) -> None:
    project.build(env=GENERIC)
    project.revision("aa1", imports=OPERATION.format(name="mark_file", mark="m"), upgrade='op.mark_file("t")')
    assert upgrade(project) == ("aa1",)
    assert tables(project) == {"t_m", "migrateops_version"}


def test_a_module_reloaded_between_runs_replaces_its_earlier_self(
    project: Project, module: Callable[[str], str]
) -> None:
    name = module(OPERATION.format(name="mark_reloaded", mark="before"))
    project.build(env=f"import {name}\n{GENERIC}")
    project.revision("aa1", upgrade='op.mark_reloaded("one")')
    upgrade(project)
    reloaded = sys.modules[name]
    assert reloaded.__file__ is not None
    Path(reloaded.__file__).write_text(OPERATION.format(name="mark_reloaded", mark="after_it"))
    importlib.invalidate_caches()
    importlib.reload(reloaded)
    project.revision("bb2", upgrade='op.mark_reloaded("two")')
    upgrade(project)
    assert tables(project) == {"one_before", "two_after_it", "migrateops_version"}


# -- at the same time -------------------------------------------------------------------------------


def test_eight_threads_share_a_plugin(tmp_path: Path, fake_dist: Site) -> None:
    fake_dist(
        "acme-marks",
        modules={"acme_marks.py": OPERATION.format(name="acme_mark", mark="m")},
        entry_points={"migrateops.operations": {"acme_mark": "acme_marks:MarkOp"}},
    )
    projects = several(tmp_path, GENERIC, 'op.acme_mark("made")')
    assert in_threads(upgrade, projects) == [("bb2",)] * THREADS
    assert [tables(project) for project in projects] == [
        {"made_m", "again_m", "migrateops_version"}
    ] * THREADS


def test_eight_threads_share_a_module_that_env_py_imports(
    tmp_path: Path, module: Callable[[str], str]
) -> None:
    name = module(OPERATION.format(name="mark_shared", mark="m"))
    projects = several(tmp_path, f"import {name}\n{GENERIC}", 'op.mark_shared("made")')
    assert in_threads(upgrade, projects) == [("bb2",)] * THREADS
    assert [tables(project) for project in projects] == [
        {"made_m", "again_m", "migrateops_version"}
    ] * THREADS


def test_eight_threads_whose_env_py_register_one_name_each_get_their_own(tmp_path: Path) -> None:
    projects = several(tmp_path, GENERIC, 'op.mark_own("made")')
    for number, project in enumerate(projects):
        project.env(OPERATION.format(name="mark_own", mark=f"m{number}") + GENERIC)
    assert in_threads(upgrade, projects) == [("bb2",)] * THREADS
    for number, project in enumerate(projects):
        assert tables(project) == {f"made_m{number}", f"again_m{number}", "migrateops_version"}


def test_eight_threads_whose_env_py_run_event_loops(tmp_path: Path) -> None:
    env = OPERATION.format(name="mark_loop", mark="m") + ASYNC
    projects = several(tmp_path, env, 'op.mark_loop("made")')
    assert in_threads(upgrade, projects) == [("bb2",)] * THREADS
    assert [tables(project) for project in projects] == [
        {"made_m", "again_m", "migrateops_version"}
    ] * THREADS


def test_eight_threads_without_env_py(tmp_path: Path) -> None:
    script = 'op.create_table("made", sa.Column("id", sa.Integer))'
    projects = several(tmp_path, "", script)
    for project in projects:
        (project.root / "migrations" / "env.py").unlink()
    assert in_threads(upgrade, projects) == [("bb2",)] * THREADS
    assert [tables(project) for project in projects] == [{"made", "again", "migrateops_version"}] * THREADS


# -- different plugins ------------------------------------------------------------------------------


def two_plugins(fake_dist: Site) -> None:
    for mark in ("one", "two"):
        fake_dist(
            f"acme-{mark}",
            modules={f"acme_{mark}.py": OPERATION.format(name=f"acme_{mark}", mark=mark)},
            entry_points={"migrateops.operations": {f"acme_{mark}": f"acme_{mark}:MarkOp"}},
        )


def of_plugin(root: Path, mark: str, script: str) -> Project:
    project = Project(root / f"{mark}_{uuid4().hex}")
    project.build(config={"plugins": {"autoload": False, "enable": [f"acme-{mark}"]}}, env=GENERIC)
    project.revision("aa1", None, upgrade=script)
    return project


def test_environments_do_not_see_the_operations_of_each_others_plugins(
    tmp_path: Path, fake_dist: Site
) -> None:
    two_plugins(fake_dist)
    for mark, other in (("one", "two"), ("two", "one"), ("one", "two")):
        project = of_plugin(tmp_path, mark, f'assert not hasattr(op, "acme_{other}")\nop.acme_{mark}("t")')
        assert upgrade(project) == ("aa1",)
        assert tables(project) == {f"t_{mark}", "migrateops_version"}

        # Its module is imported by now, and still it is not enabled there: not before the run ...
        assert f"acme_{mark}" in sys.modules
        wrong = of_plugin(tmp_path, other, f'op.acme_{mark}("t")')
        with pytest.raises(PreflightFailed) as stopped:
            upgrade(wrong)
        (fault,) = stopped.value.faults
        assert isinstance(fault, MissingPlugin)
        assert (fault.distribution, fault.blocked) == (f"acme-{mark}", "autoload")
        # ... and not in it, where only the run itself can tell.
        wrong.revision("aa1", None, upgrade=f'if op.get_bind():\n    op.acme_{mark}("t")')
        with pytest.raises(UnknownOperation) as caught:
            upgrade(wrong)
        assert (caught.value.operation, caught.value.blocked) == (f"acme_{mark}", "autoload")
        assert tables(wrong) == set()


def test_nor_do_they_at_the_same_time(tmp_path: Path, fake_dist: Site) -> None:
    two_plugins(fake_dist)
    marks = ["one", "two"] * (THREADS // 2)
    others = {"one": "two", "two": "one"}
    projects = [
        of_plugin(tmp_path, mark, f'assert not hasattr(op, "acme_{others[mark]}")\nop.acme_{mark}("t")')
        for mark in marks
    ]
    assert in_threads(upgrade, projects) == [("aa1",)] * THREADS
    for mark, project in zip(marks, projects, strict=True):
        assert tables(project) == {f"t_{mark}", "migrateops_version"}
