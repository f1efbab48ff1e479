"""Completion in bash, which breaks words where our identifiers have signs: ``shop@head``, ``a1:b2``."""

from __future__ import annotations

import os

from click.shell_completion import BashComplete, CompletionItem, add_completion_class, split_arg_string

# Bash has its own words in COMP_WORDS, broken at each of COMP_WORDBREAKS; the line is as it was typed.
_SCRIPT = """\
%(complete_func)s() {
    local response type value
    response=$(env COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \\
        %(complete_var)s=bash_complete "$1")
    while IFS=, read -r type value; do
        case $type in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done <<< "$response"
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completes the words of the line, and answers with what bash puts in place of its last piece."""

    source_template = _SCRIPT

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is typed, and that one."""
        line = os.environ["COMP_WORDS"]
        words = split_arg_string(line)[1:]
        typed = words.pop() if words and not line[-1].isspace() else ""
        # Within quotes nothing is broken.
        is_quoted = not {"'", '"'}.isdisjoint(line.rpartition(" ")[2])
        breaks = "" if is_quoted else os.environ.get("COMP_WORDBREAKS", "")
        self._start, self._cut = _pieces(typed, breaks)
        return words, typed

    def format_completion(self, item: CompletionItem) -> str:
        """Return an item as the script takes it."""
        return f"{item.type},{(self._start + item.value)[self._cut :]}"


def _pieces(typed: str, breaks: str) -> tuple[str, int]:
    """Return the option in front of a value (``--head=``), and how much of *typed* bash leaves alone."""
    option, equals, _ = typed.partition("=")
    start = option + equals if typed.startswith("-") and equals else ""
    # To bash an at sign begins a piece (of a host's name); the others are a piece of their own.
    ends = (typed.rfind(sign) + (sign != "@") for sign in breaks if sign in "@:=")
    return start, max((0, *ends))


def register() -> None:
    """Let this be the completion for bash."""
    add_completion_class(Bash)
