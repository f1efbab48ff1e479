"""What follows the writing of a script: post-write hooks, and plugins that are told."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.plugins import PluginHookError
from migrateops.errors.revisions import RevisionNotFound
from migrateops.errors.write_hooks import UnknownHookType, WriteHookFailed
from migrateops.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from tests.distributions import Site
from tests.project import Project

PLUGIN = """
from pathlib import Path

from migrateops.plugins import hookimpl

class Plugin:
    @hookimpl
    def migrateops_revision_written(self, config, revision):
        path = Path(revision.path)
        text = path.read_text()
        with Path(config.settings.file).with_name("told").open("a") as file:
            print(revision.revision, text.splitlines()[-1], file=file)
        if "refuse" in text:
            raise ValueError("refused")

plugin = Plugin()
"""
ENV = """
from migrateops.script import write_hooks


@write_hooks.register("sign")
def sign(path, options):
    with open(path, "a") as file:
        file.write(f"# {options['by']}\\n")
"""


@pytest.fixture
def with_template(project: Project) -> Project:
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
    project.write("migrations/script.py.mako", template)
    return project


@pytest.fixture
def signing(with_template: Project) -> Project:
    """A project whose ``env.py`` has a type of hooks, which the configuration uses."""
    with_template.env(ENV)
    with_template.write(
        "migrateops.toml",
        """
        revision_environment = true
        url = "sqlite://"

        [[post_write_hooks]]
        name = "sign"
        type = "sign"
        by = "us"
        """,
    )
    return with_template


def scripts(project: Project) -> list[str]:
    return sorted(path.name for path in (project.root / "migrations" / "versions").iterdir())


def lines(project: Project, name: str) -> list[str]:
    return (project.root / name).read_text().splitlines()


def installed(fake_dist: Site) -> None:
    fake_dist(
        "acme-told",
        modules={"acme_told.py": PLUGIN},
        entry_points={"migrateops.plugins": {"told": "acme_told:plugin"}},
    )


def test_hooks_of_env_py_and_of_plugins(signing: Project, fake_dist: Site) -> None:
    installed(fake_dist)
    config = Config.find(signing.root)
    command.revision(config, "one", rev_id="aa1")
    command.revision(config, "two", rev_id="bb2", head="base")
    command.merge(config, "heads", rev_id="cc3")
    assert lines(signing, "told") == ["aa1 # us", "bb2 # us", "cc3 # us"]


def test_the_environment_has_to_run(signing: Project) -> None:
    text = (signing.root / "migrateops.toml").read_text().replace("revision_environment = true", "")
    (signing.root / "migrateops.toml").write_text(text)
    with pytest.raises(UnknownHookType) as caught:
        command.revision(Config.find(signing.root))
    assert caught.value.known == ("console_scripts", "exec", "module")
    assert scripts(signing) == []


def test_a_plugin_that_refuses_comes_too_late(with_template: Project, fake_dist: Site) -> None:
    installed(fake_dist)
    with pytest.raises(PluginHookError) as caught:
        command.revision(Config.find(with_template.root), "refuse", rev_id="aa1")
    assert (caught.value.code, caught.value.distribution) == ("MO519", "acme-told")
    assert scripts(with_template) == ["aa1_refuse.py"]


def test_a_plugin_that_takes_no_part(with_template: Project, fake_dist: Site) -> None:
    installed(fake_dist)
    with_template.configure(plugins={"deny": ["acme-told"]})
    command.revision(Config.find(with_template.root), "refuse", rev_id="aa1")
    assert not (with_template.root / "told").exists()


def failing(project: Project, options: str, **more: Any) -> Config:
    program = project.write("fail.py", f"import sys\nprint('no good')\nsys.exit({options})\n")
    hook = {"name": "fails", "type": "module", "module": program.stem, **more}
    table = "\n".join(
        f"{key} = {str(value).lower() if value is True else repr(value)}" for key, value in hook.items()
    )
    project.write("migrateops.toml", f'prepend_sys_path = ["."]\n\n[[post_write_hooks]]\n{table}\n')
    return Config.find(project.root)


def test_a_failure_of_one_hook_keeps_no_script_from_being_written(with_template: Project) -> None:
    config = failing(with_template, "'no'")

    def two(context: Any, revision: Any, directives: list[Any]) -> None:
        from migrateops.operations.ops import DowngradeOps, MigrationScript, UpgradeOps

        directives.append(MigrationScript("bb2", UpgradeOps(), DowngradeOps(), head="aa1"))

    with_template.env(
        "import sqlalchemy as sa\nfrom migrateops import context\n"
        "with sa.create_engine('sqlite://').connect() as connection:\n"
        "    context.configure(connection=connection)\n    context.run_migrations()\n"
    )
    config.set_main_option("revision_environment", "true")
    with pytest.raises(WriteHookFailed) as caught:
        command.revision(config, "one", rev_id="aa1", process_revision_directives=two)
    assert caught.value.path.endswith("aa1_one.py")
    assert caught.value.notes == ("'fails' printed: no good", "'fails' printed: no")
    assert scripts(with_template) == ["aa1_one.py", "bb2_.py"]


def test_an_ignored_failure_is_a_note(with_template: Project) -> None:
    config = failing(with_template, "4", ignore_failure=True)
    [written] = command.revision(config, "one", rev_id="aa1")
    assert ["ended with status 4" in note for note in written.notes] == [True]
    result = with_template.run("merge", "heads", check=False)
    assert result.returncode == 1
    result = with_template.run("revision", "--rev-id", "bb2")
    assert "note: " in result.stderr
    assert "'fails' ended with status 4" in result.stderr


def test_of_several_scripts_all_are_written_or_none(with_template: Project) -> None:
    with_template.env(
        """
        from sqlalchemy import create_engine

        from migrateops import context

        with create_engine("sqlite://").connect() as connection:
            context.configure(connection=connection)
            context.run_migrations()
        """
    )
    with_template.configure(revision_environment=True)
    versions = with_template.root / "migrations" / "versions"

    def twice(context: Any, revision: Any, directives: list[Any]) -> None:
        first, second = (
            MigrationScript(name, UpgradeOps(), DowngradeOps(), message=name, head=head)
            for name, head in (("aa11", "base"), ("bb22", "nowhere"))
        )
        directives[:] = [first, second]

    with pytest.raises(RevisionNotFound):
        command.revision(Config.find(with_template.root), process_revision_directives=twice)
    assert list(versions.glob("*.py")) == []


def test_a_program_that_fails_and_spoils_the_script(with_template: Project) -> None:
    with_template.write(
        "spoil.py", "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(''); sys.exit(3)"
    )
    hook = {"type": "exec", "executable": sys.executable, "name": "spoil"}
    hook["options"] = f"'{with_template.root / 'spoil.py'}' REVISION_SCRIPT_FILENAME"
    with_template.write("migrateops.toml", _with_hook(hook))
    with pytest.raises(WriteHookFailed) as caught:
        command.revision(Config.find(with_template.root), "x", rev_id="aa11")
    assert Path(caught.value.path).read_text() == ""


def _with_hook(hook: dict[str, str]) -> str:
    lines = (f"{key} = {json.dumps(value)}" for key, value in hook.items())
    return "\n".join(('script_location = "migrations"', "[[post_write_hooks]]", *lines))
