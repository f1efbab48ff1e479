"""``plugins list|show|doctor``, the commands that plugins add, and what the command line says of plugins."""

from __future__ import annotations

import json

import pytest

from tests.distributions import Site
from tests.project import Project

OPERATION = """
from migrateops.operations import MigrateOperation, operation

@operation
class CreateThingOp(MigrateOperation):
    name: str
    size: int = 3
"""
REGISTER = """
from migrateops.operations import Operations

Operations.register_operation("create_gadget")(CreateThingOp)
"""
REPORT = """
import click

@click.command()
@click.option("--fail", is_flag=True)
@click.pass_obj
def report(invocation, fail):
    if fail:
        raise ZeroDivisionError("in the plugin")
    click.echo(f"url {invocation.config.database_url()}")
    return 7
"""


@pytest.fixture
def acme(fake_dist: Site) -> Site:
    """Installs acme-things 1.2, with an operation and a command."""
    fake_dist(
        "acme-things",
        "1.2",
        modules={"acme_things.py": OPERATION, "acme_report.py": REPORT},
        entry_points={
            "migrateops.operations": {"create_gadget": "acme_things:CreateThingOp"},
            "migrateops.commands": {"report": "acme_report:report"},
        },
    )
    return fake_dist


def mentioned(project: Project, *words: str) -> dict[str, str]:
    """Return the state of each distribution that ``plugins list`` shows."""
    found = json.loads(project.cli(*words, "plugins", "list", "--json").stdout)
    return {one["distribution"]: one["state"] for one in found}


def test_list(project: Project, acme: Site) -> None:
    assert mentioned(project)["acme-things"] == "enabled"
    line = next(one for one in project.cli("plugins", "list").stdout.splitlines() if one.startswith("acme"))
    assert line.split()[:4] == ["acme-things", "1.2", "enabled", "create_gadget"]


@pytest.mark.parametrize(
    ("words", "state"),
    [
        (["--plugins", "none"], "autoload"),
        (["--plugins", "list:acme-things"], "enabled"),
        (["--plugins", "list:other"], "autoload"),
        (["--deny", "acme_things"], "deny"),
    ],
)
def test_the_command_line_has_the_last_word(
    project: Project, acme: Site, words: list[str], state: str
) -> None:
    assert mentioned(project, *words)["acme-things"] == state


def test_the_configuration_counts_without_it(project: Project, acme: Site) -> None:
    project.configure(plugins={"autoload": False})
    assert mentioned(project)["acme-things"] == "autoload"
    assert mentioned(project, "--plugins", "auto")["acme-things"] == "enabled"


def test_list_works_with_everything_broken(project: Project, acme: Site) -> None:
    project.write("migrateops.toml", "this is not = [toml")
    acme(
        "acme-broken",
        modules={"acme_broken.py": "raise SystemError"},
        entry_points={
            "migrateops.operations": {"create_gadget": "acme_broken:X", "UPPER": "acme_broken:X"},
            "nonsense": {"a": "b"},
        },
    )
    (acme.path / "half.dist-info").mkdir()
    result = project.cli("plugins", "list")
    assert {line.split()[0] for line in result.stdout.splitlines()} >= {"acme-things", "acme-broken"}
    assert result.stderr.startswith("note: as for no project: ")


def test_doctor_ends_with_a_status(project: Project, acme: Site) -> None:
    assert project.cli("plugins", "doctor", check=False).returncode == 0
    acme(
        "acme-broken",
        modules={"acme_broken.py": "raise SystemError('on import')"},
        entry_points={"migrateops.operations": {"create_other": "acme_broken:X"}},
    )
    result = project.cli("plugins", "doctor", check=False)
    assert result.returncode == 1
    assert "acme-broken 1.0 [migrateops.operations] create_other = acme_broken:X" in result.stdout
    found = json.loads(project.cli("plugins", "doctor", "--json", check=False).stdout)
    assert [(one["level"], one["code"], one["distribution"]) for one in found] == [
        ("error", "MO501", "acme-broken")
    ]


def test_show_a_distribution(project: Project, acme: Site) -> None:
    found = json.loads(project.cli("plugins", "show", "Acme_Things", "--json").stdout)
    assert (found["distribution"], found["version"]) == ("acme-things", "1.2")
    assert [one["name"] for one in found["entry_points"]] == ["report", "create_gadget"]
    assert (
        "[migrateops.commands] report = acme_report:report"
        in project.cli("plugins", "show", "acme-things").stdout
    )


def test_show_an_operation(project: Project, acme: Site) -> None:
    found = json.loads(project.cli("plugins", "show", "create_gadget", "--json").stdout)
    (offer,) = found["offers"]
    assert (offer["layer"], offer["distribution"]) == ("plugin", "acme-things 1.2")
    assert offer["signature"] == "op.create_gadget(name: str, size: int = 3) -> None"


@pytest.mark.parametrize("home", ["env.py", "module"])
def test_show_says_that_the_operation_of_the_project_wins(project: Project, acme: Site, home: str) -> None:
    project.configure(prepend_sys_path=["."])
    own = OPERATION + REGISTER
    rest = "from migrateops import context\nprint('hello')\ncontext.configure(url='sqlite://')\n"
    rest += "context.run_migrations()\n"
    if home == "module":
        project.write("own_operations.py", own)
        own = "import own_operations\n"
    project.env(own + rest)
    project.revision("aa1", upgrade='raise SystemError("nothing is run")')
    result = project.cli("plugins", "show", "create_gadget", "--json")
    found = json.loads(result.stdout)
    assert [(one["layer"], one["distribution"]) for one in found["offers"]] == [
        ("environment" if home == "env.py" else "project", None),
        ("plugin", "acme-things 1.2"),
    ]
    assert found["faults"] == []
    assert "hello" in result.stderr
    assert not (project.root / "app.db").exists()


def test_show_survives_a_broken_env_py(project: Project, acme: Site) -> None:
    project.env("import nonsense_that_is_not_there\n")
    found = json.loads(project.cli("plugins", "show", "create_gadget", "--json").stdout)
    assert [one["layer"] for one in found["offers"]] == ["plugin"]
    assert [one["code"] for one in found["faults"]] == ["MO270"]


def test_show_what_nobody_offers(project: Project, acme: Site) -> None:
    assert project.run("plugins", "show", "crate_table", check=False).stderr.startswith("error[MO508]: ")
    assert project.run("plugins", "show", "acme-thing", check=False).stderr.startswith("error[MO510]: ")


def test_a_command_of_a_plugin_runs(project: Project, acme: Site) -> None:
    result = project.cli("report")
    assert result.stdout == f"url {project.url}\n"


def test_a_command_of_a_plugin_fails_under_its_name(project: Project, acme: Site) -> None:
    result = project.cli("report", "--fail", check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(
        "error[MO530]: the command of acme-things 1.2 [migrateops.commands] report = acme_report:report "
        "failed: ZeroDivisionError: in the plugin\n"
    )
    assert "Traceback" in project.cli("--debug", "report", "--fail", check=False).stderr


def test_help_lists_commands_of_plugins_and_loads_none(project: Project, acme: Site) -> None:
    acme(
        "acme-broken",
        modules={"acme_broken.py": "raise SystemError"},
        entry_points={"migrateops.commands": {"explode": "acme_broken:x", "upgrade": "acme_broken:x"}},
    )
    result = project.cli("--help")
    listed = result.stdout.partition("Commands of plugins:")[2].split()
    # Installed plugins of this workspace have commands, too.
    start = listed.index("explode")
    assert listed[start : start + 4] == ["explode", "from", "acme-broken", "1.0"]
    start = listed.index("report")
    assert listed[start : start + 4] == ["report", "from", "acme-things", "1.2"]
    broken = project.cli("explode", check=False)
    assert broken.returncode == 1
    assert broken.stderr.startswith("error[MO501]: cannot load acme-broken 1.0 ")
    assert project.cli("upgrade").returncode == 0


def test_help_works_with_a_broken_configuration(project: Project, acme: Site) -> None:
    project.write("migrateops.toml", "this is not = [toml")
    assert "report" in project.cli("--help").stdout


def test_a_command_that_two_offer_is_an_error_that_names_both(project: Project, acme: Site) -> None:
    acme(
        "acme-rival",
        modules={"acme_rival.py": ""},
        entry_points={"migrateops.commands": {"report": "acme_rival:x"}},
    )
    assert "report" not in project.cli("--help").stdout.partition("Commands of plugins:")[2]
    result = project.cli("report", check=False)
    assert result.stderr.startswith("error[MO506]: ")
    assert "acme-rival" in result.stderr
    assert "acme-things" in result.stderr


def test_a_command_that_is_none(project: Project, fake_dist: Site) -> None:
    fake_dist(
        "acme-odd",
        modules={"acme_odd.py": "def odd(): pass\n"},
        entry_points={"migrateops.commands": {"odd": "acme_odd:odd"}},
    )
    assert project.cli("odd", check=False).stderr.startswith("error[MO502]: acme-odd 1.0 ")


def test_a_command_that_the_policy_keeps_out(project: Project, acme: Site) -> None:
    result = project.cli("--deny", "acme-things", "report", check=False)
    assert result.returncode == 2
    assert "acme-things 1.2 has it, and takes no part here" in result.stderr
    assert "Commands of plugins" not in project.cli("--plugins", "none", "--help").stdout
