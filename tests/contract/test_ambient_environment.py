"""Where ``op`` and ``context`` stand for something: threads, tasks, and environments left elsewhere."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

import migrateops.context
from migrateops import command, current, op
from migrateops.config import Config
from migrateops.errors.operations import NoEnvironment
from migrateops.errors.runtime import RunningLoop
from migrateops.operations import Operations
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.contract.environments import GENERIC, GIVEN
from tests.project import Project

IN_A_THREAD = """
import contextvars
import threading

caught = []

def work():
    try:
        op.execute("CREATE TABLE from_the_thread (id INTEGER)")
    except Exception as error:
        caught.append(error)

def in_thread(target):
    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
"""
OPERATION = """
from migrateops.operations import MigrateOperation, Operations, operation

@Operations.register_operation("mark")
@operation
class MarkOp(MigrateOperation):
    table: str

@Operations.implementation_for(MarkOp)
def mark(operations, op):
    operations.execute(f"CREATE TABLE {op.table} (id INTEGER)")
"""


def environment(project: Project, **kw: Any) -> EnvironmentContext:
    config = Config.find(project.root)
    return EnvironmentContext(config, ScriptDirectory.from_config(config), **kw)


def tables(project: Project) -> set[str]:
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        found = sa.inspect(connection).get_table_names()
    engine.dispose()
    return {*found}


def test_op_in_a_thread_that_a_script_started_names_what_to_do(project: Project) -> None:
    project.build(env=GENERIC)
    project.revision("aa1", imports=IN_A_THREAD, upgrade="in_thread(work)\nif caught:\n    raise caught[0]")
    with pytest.raises(NoEnvironment) as caught:
        command.upgrade(Config.find(project.root), "head")
    assert (caught.value.code, caught.value.in_thread) == ("MO310", True)
    assert "copy_context().run" in caught.value.hint()
    assert tables(project) == set()


def test_in_a_copy_of_the_context_it_works(project: Project) -> None:
    # The driver's own rule, one thread a connection, is switched off for the test.
    env = GENERIC.replace("poolclass=pool.NullPool", "connect_args={'check_same_thread': False}")
    project.build(env=env.replace("engine.connect() as connection:", "engine.connect() as connection:"))
    body = "in_thread(lambda context=contextvars.copy_context(): context.run(work))\nassert caught == []"
    project.revision("aa1", imports=IN_A_THREAD, upgrade=body)
    command.upgrade(Config.find(project.root), "head")
    assert tables(project) == {"from_the_thread", "migrateops_version"}


def test_outside_there_is_no_environment() -> None:
    with pytest.raises(NoEnvironment) as caught:
        op.execute("SELECT 1")
    assert (caught.value.what, caught.value.in_thread) == ("op.execute", False)
    with pytest.raises(NoEnvironment) as caught:
        _ = migrateops.context.config
    assert caught.value.what == "context.config"
    assert not hasattr(migrateops.context, "configure")


def test_an_environment_left_in_another_task_is_cleared(project: Project) -> None:
    async def main() -> None:
        env = environment(project)

        async def enter() -> None:
            env.__enter__()

        async def leave() -> None:
            env.__exit__(None, None, None)

        # As fixtures of asyncio test frameworks are set up and torn down.
        await asyncio.create_task(enter())
        assert current.frame() is None
        await asyncio.create_task(leave())
        assert current.frame() is None

    asyncio.run(main())


def test_a_context_that_still_holds_a_left_environment_does_not_see_it(project: Project) -> None:
    env = environment(project)
    inside = contextvars.copy_context()
    inside.run(env.__enter__)
    assert inside.run(current.frame) is not None
    contextvars.copy_context().run(env.__exit__, None, None, None)
    assert inside.run(current.frame) is None
    with pytest.raises(NoEnvironment):
        inside.run(getattr, migrateops.context, "config")


def test_environments_nest_and_the_outer_one_comes_back(project: Project) -> None:
    with environment(project, tag="outer") as outer:
        with environment(project, tag="inner"):
            assert migrateops.context.get_tag_argument() == "inner"
        assert migrateops.context.get_tag_argument() == "outer"
        frame = current.frame()
        assert frame is not None
        assert frame.environment is outer
    assert current.frame() is None


async def _upgrade_in_task(project: Project, started: asyncio.Barrier) -> tuple[str, ...]:
    engine = create_async_engine(project.url.replace("sqlite:", "sqlite+aiosqlite:"))
    try:
        async with engine.connect() as connection:
            await started.wait()

            def run(sync: sa.Connection) -> tuple[str, ...]:
                config = Config.find(project.root)
                config.attributes["connection"] = sync
                return command.upgrade(config, "head").heads

            return await connection.run_sync(run)
    finally:
        await engine.dispose()


def test_two_tasks_run_at_the_same_time_each_with_its_own_operations(tmp_path: Any) -> None:
    projects = [Project(tmp_path / name) for name in ("one", "two")]
    for project in projects:
        name = project.root.name
        project.build(env=OPERATION.replace("(id INTEGER)", f"({name} INTEGER)") + GIVEN)
        for number, revision in enumerate(("aa1", "bb2", "cc3")):
            project.revision(
                revision,
                None if number == 0 else f"{'aa1' if number == 1 else 'bb2'}",
                upgrade=f'op.mark("t{number}")',
            )

    async def main() -> list[tuple[str, ...]]:
        started = asyncio.Barrier(len(projects))
        return await asyncio.gather(*(_upgrade_in_task(project, started) for project in projects))

    assert asyncio.run(main()) == [("cc3",), ("cc3",)]
    for project in projects:
        assert tables(project) == {"t0", "t1", "t2", "migrateops_version"}
        engine = sa.create_engine(project.url)
        with engine.connect() as connection:
            columns = sa.inspect(connection).get_columns("t1")
        engine.dispose()
        assert [column["name"] for column in columns] == [project.root.name]


def test_an_asyncio_url_without_env_py_runs_in_a_loop_of_its_own(project: Project) -> None:
    project.configure(url=project.url.replace("sqlite:", "sqlite+aiosqlite:"))
    project.revision("aa1", upgrade='op.create_table("t", sa.Column("id", sa.Integer))')
    assert command.upgrade(Config.find(project.root), "head").heads == ("aa1",)


def test_inside_a_running_loop_it_is_refused(project: Project) -> None:
    project.configure(url=project.url.replace("sqlite:", "sqlite+aiosqlite:"))
    project.revision("aa1", upgrade='op.create_table("t", sa.Column("id", sa.Integer))')

    async def main() -> None:
        command.upgrade(Config.find(project.root), "head")

    with pytest.raises(RunningLoop) as caught:
        asyncio.run(main())
    assert caught.value.code == "MO452"


def test_op_stands_for_operations_used_alone() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        with Operations.context(MigrationContext.configure(connection)) as operations:
            op.execute("CREATE TABLE t (id INTEGER)")
            assert op.get_context() is operations.get_context()
        with pytest.raises(NoEnvironment):
            op.get_context()
        assert sa.inspect(connection).get_table_names() == ["t"]
    engine.dispose()


def test_each_thread_has_operations_of_its_own() -> None:
    seen: dict[int, list[str]] = {}
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection, Operations.context(MigrationContext.configure(connection)):
            barrier.wait(timeout=30)
            op.execute(f"CREATE TABLE t{number} (id INTEGER)")
            barrier.wait(timeout=30)
            seen[number] = sa.inspect(op.get_bind()).get_table_names()
        engine.dispose()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: [f"t{number}"] for number in range(4)}
