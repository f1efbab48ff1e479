"""Post-write hooks: what they run, when they are checked, and how they fail."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import migrateops.script.directory
from migrateops.errors.scripts import NoRevisionHeader, ScriptError, ScriptSyntaxError, ScriptUnreadable
from migrateops.errors.write_hooks import (
    BadHookOption,
    HookOptionMissing,
    HookTargetMissing,
    HookTypeTaken,
    UnknownHookType,
    WriteHookFailed,
)
from migrateops.operations.registry import Registrations
from migrateops.script import ScriptDirectory, write_hooks
from migrateops.script.module import REGISTRATIONS
from tests.distributions import Site

TEMPLATES = Path(migrateops.script.directory.__file__).parents[1] / "templates"
# Appends its arguments and the working directory to a file beside the script that it is given.
TOOL = """
import os, pathlib, sys

def main():
    script = next(word for word in sys.argv if os.sep + "versions" + os.sep in word).removeprefix("--file=")
    log = pathlib.Path(script).parents[1] / "log"
    words = [word.replace(script, pathlib.Path(script).name) for word in sys.argv[1:]]
    with log.open("a") as file:
        print(pathlib.Path(sys.argv[0]).stem, *words, "in", pathlib.Path.cwd().name, file=file)
    print("looked at it")
    print("and did not like it")
    return 3 if "--fail" in sys.argv else None

if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "a project"
    root.mkdir()
    shutil.copy(TEMPLATES / "plain" / "script.py.mako", root)
    (root / "elsewhere").mkdir()
    return root


@pytest.fixture
def tool(fake_dist: Site) -> None:
    fake_dist(
        "acme-tidy",
        modules={"acme_tidy.py": TOOL},
        entry_points={"console_scripts": {"acme-tidy": "acme_tidy:main"}},
    )


def with_hooks(root: Path, *hooks: Any) -> ScriptDirectory:
    return ScriptDirectory(root, hooks=hooks)


def written(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "versions").glob("*"))


@pytest.mark.usefixtures("tool")
@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({}, "aaaa_x.py in {here}"),
        ({"options": "-l 79"}, "aaaa_x.py -l 79 in {here}"),
        ({"options": "--file=REVISION_SCRIPT_FILENAME '-a b'"}, "--file=aaaa_x.py -a b in {here}"),
        ({"options": "-l 79 REVISION_SCRIPT_FILENAME 'a b'"}, "-l 79 aaaa_x.py a b in {here}"),
        ({"cwd": "{root}/elsewhere"}, "aaaa_x.py in elsewhere"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "option", "target"),
    [
        ("console_scripts", "entrypoint", "acme-tidy"),
        ("module", "module", "acme_tidy"),
        ("exec", "executable", "{root}/acme-tidy.sh"),
    ],
)
def test_what_is_run(
    root: Path, kind: str, option: str, target: str, options: dict[str, str], seen: str
) -> None:
    program = root / "acme-tidy.sh"
    program.write_text(f"#!{sys.executable}\n{TOOL}")
    program.chmod(0o755)
    hook = {"name": "tidy", "type": kind, option: target, **options}
    with_hooks(root, {name: value.format(root=root) for name, value in hook.items()}).generate_revision(
        "aaaa", "x"
    )
    _, log = (root / "log").read_text().split(" ", 1)
    assert log == seen.format(here=Path.cwd().name) + "\n"


@pytest.mark.usefixtures("tool")
def test_hooks_run_in_their_order_on_every_script(root: Path) -> None:
    hooks = [
        {"name": one, "type": "module", "module": "acme_tidy", "options": f"REVISION_SCRIPT_FILENAME {one}"}
        for one in ("first", "second")
    ]
    scripts = with_hooks(root, *hooks)
    scripts.generate_revision("aaaa", "x")
    scripts.generate_revision("bbbb", "x")
    lines = [line.split()[1:3] for line in (root / "log").read_text().splitlines()]
    assert lines == [
        ["aaaa_x.py", "first"],
        ["aaaa_x.py", "second"],
        ["bbbb_x.py", "first"],
        ["bbbb_x.py", "second"],
    ]


def test_what_lies_in_the_working_directory_is_not_imported(
    root: Path, tool: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("acme_tidy.py", "runpy.py", "operator.py"):
        (root / name).write_text("raise SystemExit('not me')")
    monkeypatch.chdir(root)
    with_hooks(
        root,
        {"name": "a", "type": "module", "module": "acme_tidy"},
        {"name": "b", "type": "console_scripts", "entrypoint": "acme-tidy"},
    ).generate_revision("aaaa", "x")
    assert len((root / "log").read_text().splitlines()) == 2


def test_a_module_of_the_project_is_found_where_the_configuration_says(root: Path) -> None:
    (root / "tools").mkdir()
    (root / "tools" / "own_tidy.py").write_text(TOOL)
    settings = types.SimpleNamespace(
        script_location=str(root),
        file_template="%(rev)s",
        truncate_slug_length=40,
        timezone=None,
        version_locations=(),
        recursive_version_locations=False,
        sourceless=False,
        output_encoding="utf-8",
        prepend_sys_path=(str(root / "tools"),),
        post_write_hooks=({"name": "own", "type": "module", "module": "own_tidy"},),
    )
    ScriptDirectory.from_config(settings).generate_revision("aaaa", "x")
    assert (root / "log").read_text().startswith("own_tidy aaaa.py in ")


# ------------------------------------------------------------------------------------- failures


@pytest.mark.usefixtures("tool")
@pytest.mark.parametrize(
    "which",
    [
        {"type": "console_scripts", "entrypoint": "acme-tidy"},
        {"type": "module", "module": "acme_tidy"},
    ],
)
def test_a_failure_is_told_and_the_script_stays(root: Path, which: dict[str, str]) -> None:
    hook = {"name": "tidy", "options": "--fail", **which}
    ran: list[str] = []
    scripts = with_hooks(root, hook, ran.append)
    with pytest.raises(WriteHookFailed) as caught:
        scripts.generate_revision("aaaa", "x")
    error = caught.value
    path = str(root / "versions" / "aaaa_x.py")
    assert (error.code, error.hook, error.path, error.problem) == (
        "MO262",
        "tidy",
        path,
        "ended with status 3",
    )
    assert error.notes == ("'tidy' printed: looked at it", "'tidy' printed: and did not like it")
    assert ran == [], "the hooks after it are not run"
    assert scripts.get_heads() == ["aaaa"]
    assert written(root) == ["aaaa_x.py"]


@pytest.mark.usefixtures("tool")
def test_a_failure_may_be_ignored(root: Path) -> None:
    hook = {
        "name": "tidy",
        "type": "module",
        "module": "acme_tidy",
        "options": "--fail",
        "ignore_failure": True,
    }
    ran: list[str] = []
    scripts = with_hooks(root, hook, ran.append)
    script = scripts.generate_revision("aaaa", "x")
    assert [error.code for error in scripts.hook_failures] == ["MO262"]
    assert ran == [script.path]


@pytest.mark.parametrize(
    ("left", "error"),
    [("", NoRevisionHeader), ("revision = (", ScriptSyntaxError), (None, ScriptUnreadable)],
)
def test_a_hook_that_spoils_the_script(root: Path, left: str | None, error: type[ScriptError]) -> None:
    def spoil(path: str) -> None:
        Path(path).unlink()
        if left is not None:
            Path(path).write_text(left)

    with pytest.raises(error) as caught:
        ScriptDirectory(root, hooks=[spoil]).generate_revision("aaaa", "x")
    assert Path(vars(caught.value)["path"]).name == "aaaa_x.py"


def test_a_program_that_is_killed(root: Path) -> None:
    hook = {
        "name": "die",
        "type": "exec",
        "executable": sys.executable,
        "options": "-c 'import os; os.kill(os.getpid(), 9)' REVISION_SCRIPT_FILENAME",
    }
    with pytest.raises(WriteHookFailed) as caught:
        with_hooks(root, hook).generate_revision("aaaa", "x")
    assert caught.value.problem == "was ended by signal 9"


def test_a_program_that_cannot_be_started(root: Path) -> None:
    program = root / "broken"
    program.write_text("#!/nowhere/at/all\n")
    program.chmod(0o755)
    hook = {"name": "broken", "type": "exec", "executable": str(program)}
    with pytest.raises(WriteHookFailed) as caught:
        with_hooks(root, hook).generate_revision("aaaa", "x")
    assert caught.value.problem.startswith("raised FileNotFoundError")


def test_a_function_that_raises(root: Path) -> None:
    def broken(path: str) -> None:
        raise ValueError("no")

    with pytest.raises(WriteHookFailed) as caught:
        with_hooks(root, broken).generate_revision("aaaa", "x")
    assert (caught.value.hook, caught.value.problem) == ("broken", "raised ValueError: no")
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize(
    ("hook", "error", "values"),
    [
        ({"type": "module", "module": "json"}, HookOptionMissing, ("", "name")),
        ({"name": "a"}, HookOptionMissing, ("a", "type")),
        ({"name": "a", "type": "console_scripts"}, HookOptionMissing, ("a", "entrypoint")),
        ({"name": "a", "type": "exec"}, HookOptionMissing, ("a", "executable")),
        ({"name": "a", "type": "module", "module": ""}, HookOptionMissing, ("a", "module")),
        ({"name": "a", "type": "excec"}, UnknownHookType, ("a", "excec")),
        (
            {"name": "a", "type": "console_scripts", "entrypoint": "no-such-tool"},
            HookTargetMissing,
            ("a", "entrypoint", "no-such-tool"),
        ),
        (
            {"name": "a", "type": "module", "module": "no_such_module.x"},
            HookTargetMissing,
            ("a", "module", "no_such_module.x"),
        ),
        (
            {"name": "a", "type": "exec", "executable": "./no-such-program"},
            HookTargetMissing,
            ("a", "executable", "./no-such-program"),
        ),
        (
            {"name": "a", "type": "module", "module": "json", "cwd": "/no/such"},
            HookTargetMissing,
            ("a", "cwd", "/no/such"),
        ),
        ({"name": "a", "type": "module", "module": "json", "optons": "x"}, BadHookOption, ("a", "optons")),
        ({"name": "a", "type": "module", "module": "json", "options": "'x"}, BadHookOption, ("a", "options")),
    ],
)
def test_what_cannot_run_is_noticed_before_anything_is_written(
    root: Path, hook: dict[str, str], error: type[ScriptError], values: tuple[str, ...]
) -> None:
    with pytest.raises(error) as caught:
        with_hooks(root, hook).generate_revision("aaaa", "x")
    assert caught.value.args[: len(values)] == values
    assert written(root) == []


def test_a_program_that_is_no_entry_point(root: Path) -> None:
    hook = {"name": "a", "type": "console_scripts", "entrypoint": "sh"}
    with pytest.raises(HookTargetMissing) as caught:
        with_hooks(root, hook).generate_revision("aaaa", "x")
    assert caught.value.program is not None
    assert "'exec'" in caught.value.hint()


# ------------------------------------------------------------------------------------ own types


@pytest.fixture
def clean_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_hooks, "_of_process", {})


@pytest.mark.usefixtures("clean_types")
def test_a_type_of_ones_own(root: Path) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []

    @write_hooks.register("shout")
    def shout(path: str, options: dict[str, Any]) -> None:
        seen.append((path, options))
        Path(path).write_text(Path(path).read_text().replace("x", "X"))

    hook = {"name": "loud", "type": "shout", "how": 3}
    script = with_hooks(root, hook).generate_revision("aaaa", "x")
    assert seen == [(script.path, hook)]
    assert script.doc == "X", "it is read as the hook has left it"


@pytest.mark.usefixtures("clean_types")
def test_a_name_is_given_once() -> None:
    def one(path: str, options: dict[str, Any]) -> None: ...
    def two(path: str, options: dict[str, Any]) -> None: ...

    write_hooks.register("mine")(one)
    write_hooks.register("mine")(one)
    with pytest.raises(HookTypeTaken) as caught:
        write_hooks.register("mine")(two)
    assert caught.value.owner.endswith(".one")
    write_hooks.register("mine", replace=True)(two)
    with pytest.raises(HookTypeTaken) as caught:
        write_hooks.register("exec")(two)
    assert caught.value.owner == "migrateops"
    write_hooks.register("exec", replace=True)(two)
    [hook] = write_hooks.prepared([{"name": "a", "type": "exec"}])
    assert hook("x.py") is None


@pytest.mark.usefixtures("clean_types")
def test_what_env_py_registers_holds_for_its_environment_alone(root: Path) -> None:
    (root / "env.py").write_text(
        "from migrateops.script import write_hooks\n\n\n"
        "@write_hooks.register('mark')\n"
        "def mark(path, options):\n"
        "    with open(path, 'a') as file:\n"
        "        file.write('# marked\\n')\n"
    )
    hook = {"name": "mark", "type": "mark"}
    scripts = with_hooks(root, hook)
    with pytest.raises(UnknownHookType) as caught:
        scripts.generate_revision("aaaa", "x")
    assert "revision_environment" in (caught.value.hint() or "")
    for name in ("aaaa", "bbbb"):
        scripts.run_env(Registrations())
        script = scripts.generate_revision(name, "x")
        assert Path(script.path).read_text().endswith("# marked\n")
    with pytest.raises(UnknownHookType):
        with_hooks(root, hook).generate_revision("cccc", "x")
    assert REGISTRATIONS not in globals()
