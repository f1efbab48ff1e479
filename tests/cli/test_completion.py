"""What a shell is offered while a command line is typed."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import Site
from tests.project import Project, Result


def ask(project: Project, line: str) -> Result:
    """Ask as bash does: all words, and which of them is being typed."""
    words = line.split()
    index = len(words) if line.endswith(" ") else len(words) - 1
    return project.cli(
        env={"COMP_WORDS": line, "COMP_CWORD": str(index), "_MIGRATEOPS_COMPLETE": "bash_complete"},
        check=False,
    )


def offered(project: Project, line: str) -> list[str]:
    result = ask(project, line)
    assert result.stderr == ""
    return [one.partition(",")[2] for one in result.stdout.splitlines() if one]


@pytest.fixture
def two(project: Project) -> Project:
    project.revision("aa1", None, message="first", branch_labels=("shop",))
    project.revision("ab2")
    return project


def test_commands_and_options(project: Project) -> None:
    assert offered(project, "migrateops sta") == ["status", "stamp"]
    assert offered(project, "migrateops plugins d") == ["doctor"]
    assert offered(project, "migrateops upgrade --s") == ["--sql"]
    assert "--config" in offered(project, "migrateops --")


@pytest.mark.parametrize(
    "line",
    [
        "migrateops upgrade a",
        "migrateops downgrade a",
        "migrateops show a",
        "migrateops stamp ab2 a",
        "migrateops merge a",
        "migrateops revision --head a",
        "migrateops revision -m x --depends-on a",
    ],
)
def test_revisions(two: Project, line: str) -> None:
    assert offered(two, line) == ["ab2", "aa1"]


def test_symbols_labels_and_ranges(two: Project) -> None:
    assert offered(two, "migrateops upgrade h") == ["head", "heads"]
    assert offered(two, "migrateops upgrade sh") == ["shop@head"]
    assert offered(two, "migrateops history -r aa1:a") == ["aa1:ab2", "aa1:aa1"]


def test_the_file_that_is_named_counts(two: Project) -> None:
    two.write("other.toml", 'script_location = "elsewhere"\n')
    two.revision("ac3", None, directory="elsewhere/versions")
    assert offered(two, "migrateops -c other.toml upgrade a") == ["ac3"]


@pytest.mark.parametrize("broken", ["scripts", "configuration", "no project", "env.py"])
def test_a_broken_project_offers_nothing_and_says_nothing(two: Project, broken: str) -> None:
    if broken == "scripts":
        two.revision("ad4", "gone")
    elif broken == "configuration":
        two.write("migrateops.toml", "script_location = \n")
    elif broken == "no project":
        shutil.rmtree(two.root / "migrations")
    else:
        two.env("raise ValueError\n")
    assert offered(two, "migrateops upgrade a") == (["ab2", "aa1"] if broken == "env.py" else [])
    assert "upgrade" in offered(two, "migrateops u")


def test_a_broken_plugin_breaks_no_completion(two: Project, fake_dist: Site) -> None:
    fake_dist(
        "acme-verb",
        modules={"acme_verb.py": "raise ValueError\n"},
        entry_points={"migrateops.commands": {"uproot": "acme_verb:command"}},
    )
    assert offered(two, "migrateops up") == ["upgrade", "uproot"]
    assert ask(two, "migrateops uproot a").stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell(project: Project, shell: str) -> None:
    script = project.cli("completion", shell).stdout
    assert f"_MIGRATEOPS_COMPLETE={shell}_complete" in script
    program = shutil.which(shell)
    if program is not None:
        assert subprocess.run([program, "-n"], input=script, text=True, check=False).returncode == 0


@pytest.fixture
def typing(two: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which a program of its own shows what bash has made of the line."""
    bin_directory = tmp_path_factory.mktemp("bin")
    (bin_directory / "migrateops").write_text(
        "#!/bin/sh\n"
        f'[ -n "$_MIGRATEOPS_COMPLETE$SETTING_UP" ] && exec "{sys.executable}" -m migrateops "$@"\n'
        'printf "<%s>" "$@" >> typed\n'
    )
    (bin_directory / "migrateops").chmod(0o755)
    two.write("path", str(bin_directory))
    return two


def typed_in_bash(project: Project, line: str, *, breaks: str | None = None) -> str:
    """Type a line, the tabulator and the end of line in an interactive bash; return the arguments."""
    import pty

    path = (project.root / "path").read_text()
    setting = f"COMP_WORDBREAKS={breaks!r}; " if breaks is not None else ""
    (project.root / "rc").write_text(
        f'{setting}eval "$(SETTING_UP=1 migrateops completion bash)"; PS1=ready; set +o history\n'
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [shutil.which("bash") or "bash", "--noprofile", "--rcfile", "rc", "-i"],
        cwd=project.root,
        env={**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    os.write(ours, f"{line}\t\nexit\n".encode())
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            shown += part
    os.close(ours)
    process.wait(60)
    typed = Path(project.root, "typed")
    assert typed.exists(), shown.decode()
    found = typed.read_text()
    typed.unlink()
    return found


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("upgrade sh", "<upgrade><shop@head>"),
        ("upgrade shop@", "<upgrade><shop@head>"),
        ("upgrade shop@he", "<upgrade><shop@head>"),
        ("history -r aa1:ab", "<history><-r><aa1:ab2>"),
        ("history -r shop@head:ab", "<history><-r><shop@head:ab2>"),
        ("history --rev-range=ab", "<history><--rev-range=ab2>"),
        ("history --rev-range=aa1:ab", "<history><--rev-range=aa1:ab2>"),
        ("revision -m 'a b' --head ab", "<revision><-m><a b><--head><ab2>"),
        ("upgrade 'shop@", "<upgrade><shop@head>"),
    ],
)
@pytest.mark.parametrize("breaks", [None, " "])
def test_a_line_that_is_typed_in_bash(typing: Project, line: str, arguments: str, breaks: str | None) -> None:
    assert typed_in_bash(typing, f"migrateops {line}", breaks=breaks) == arguments


def test_another_shell_is_wrong_usage(project: Project) -> None:
    assert project.run("completion", "csh", check=False).returncode == 2
