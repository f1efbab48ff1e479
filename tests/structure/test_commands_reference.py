"""The page of commands is written from the commands; only what is said of all of them is by hand."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from migrateops.cli.group import VERBS
from migrateops.cli.main import program
from tests.structure.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "commands.md"
COMMAND = "python3 dev.py test tests/structure/test_commands_reference.py --update"
BEGIN = f"<!-- From here on written by `{COMMAND}`. -->"
END = "<!-- From here on written by hand. -->"


def command_of(verb: str) -> click.Command:
    command = program.get_command(click.Context(program), verb)
    assert command is not None
    return command


def shown_options(command: click.Command) -> list[click.Option]:
    return [
        one
        for one in command.params
        if isinstance(one, click.Option) and not one.hidden and "--help" not in one.opts
    ]


def generated() -> str:
    """Return what stands between the two marks."""
    lines = ["## Options of the program", "", "They stand before the command or after it.", ""]
    lines += table(program)
    for verb in VERBS:
        lines += section(command_of(verb), verb, level=2)
    return "\n".join(lines)


def section(command: click.Command, name: str, *, level: int) -> Iterator[str]:
    """Yield the lines on a command and those below it."""
    below = getattr(command, "commands", {})
    yield from ("", f"{'#' * level} {name}", "")
    if not below:
        yield from (f"    {usage(command, name)}", "")
    yield from "\n\n".join(map(" ".join, map(str.split, (command.help or "").split("\n\n")))).splitlines()
    if shown_options(command):
        yield ""
        yield from table(command)
    if any("--json" in one.opts for one in shown_options(command)):
        file = f"json/{name.replace(' ', '-')}.json"
        yield from ("", f"What `--json` prints: [{file}]({file}).")
    for inner_name, inner in below.items():
        yield from section(inner, f"{name} {inner_name}", level=level + 1)


def usage(command: click.Command, name: str) -> str:
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    return " ".join(
        ["migrateops", name, "[OPTIONS]", *(one.make_metavar(click.Context(command)) for one in arguments)]
    )


def table(command: click.Command) -> Iterator[str]:
    yield from ("| option | value | default | meaning |", "|---|---|---|---|")
    for one in shown_options(command):
        names = ", ".join(f"`{name}`" for name in one.opts)
        meaning = f"{escaped(one.help or '')}{repeatable(one)}"
        yield f"| {names} | {value(command, one)} | {default(one)} | {meaning} |"


def value(command: click.Command, option: click.Option) -> str:
    if option.is_flag:
        return ""
    return f"`{escaped(option.make_metavar(click.Context(command)))}`"


def default(option: click.Option) -> str:
    given = option.to_info_dict()["default"]
    return f"`{given}`" if isinstance(given, str) and not option.is_flag else ""


def repeatable(option: click.Option) -> str:
    return " May be repeated." if option.multiple else ""


def escaped(text: str) -> str:
    return text.replace("|", "\\|")


def test_the_page_is_as_the_commands_are(request: pytest.FixtureRequest) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    assert rest
    assert after
    page = f"{before}{BEGIN}\n\n{generated()}\n\n{END}{after}"
    if request.config.getoption("--update"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page, "run the test with --update"


@pytest.mark.parametrize("verb", VERBS)
def test_a_command_says_what_it_and_its_options_are_for(verb: str) -> None:
    command = command_of(verb)
    assert command.get_short_help_str(200) == VERBS[verb][1]
    everything = [command, *getattr(command, "commands", {}).values()]
    assert [one.name for one in everything if not one.help] == []
    silent = [option.opts for one in everything for option in shown_options(one) if not option.help]
    assert silent == []


def test_every_option_of_the_peer_is_there() -> None:
    for verb, names in PEER.items():
        found = {name for parameter in command_of(verb).params for name in parameter.opts}
        assert set(names) - found == set(), verb
    found = {name for parameter in program.params for name in parameter.opts}
    assert {"-c", "--config", "-n", "--name", "-x", "--raiseerr", "-q", "--quiet", "--version"} <= found


PEER = {
    "branches": ["-v", "--verbose"],
    "check": [],
    "current": ["-v", "--verbose", "-c", "--check-heads"],
    "downgrade": ["revision", "--sql", "--tag"],
    "edit": ["revision"],
    "ensure_version": ["--sql"],
    "heads": ["-v", "--verbose", "--resolve-dependencies"],
    "history": ["-r", "--rev-range", "-v", "--verbose", "-i", "--indicate-current"],
    "init": ["directory", "-t", "--template", "--package"],
    "list_templates": [],
    "merge": ["revisions", "-m", "--message", "--branch-label", "--rev-id", "--splice"],
    "revision": [
        *("-m", "--message", "--autogenerate", "--sql", "--head", "--splice", "--branch-label"),
        *("--version-path", "--rev-id", "--depends-on"),
    ],
    "show": ["revision"],
    "stamp": ["revisions", "--sql", "--tag", "--purge"],
    "upgrade": ["revision", "--sql", "--tag"],
}
