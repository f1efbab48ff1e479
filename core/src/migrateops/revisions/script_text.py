"""The text of a script that is going to run; what is asked of it most is answered without its syntax tree."""

# Text is looked through at the speed of ``re``; making the syntax tree and following it takes ten times as
# long, which is a tenth of the time of a run of many short scripts.

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from migrateops.revisions.header import as_identifiers

if TYPE_CHECKING:
    from migrateops.revisions.survey import Survey

DEFAULT_OP_MODULES = frozenset({"migrateops.op"})
# Numbers are no names, but do no harm, and a class without them takes ten times as long to compile.
_WORD = r"\w+"
# Any ``op``, with the name behind its dot.
_OP = rf"\bop\b(?:\s*\.\s*({_WORD}))?"
# The names of an import on one line, each alone.
_IMPORT = r"(?m)^[ \t]*from[ \t]+[\w.]+[ \t]+import[ \t]+([\w, \t]+?)[ \t]*(?:\#.*)?$"


class ScriptText:
    """The text of a script, of which one direction is going to run.

    Args:
        text: The source.
        direction: The function's name, ``upgrade`` or ``downgrade``.
        op_modules: Dotted names of the modules that stand for ``op``.
    """

    def __init__(self, text: str, direction: str, op_modules: Iterable[str] = DEFAULT_OP_MODULES) -> None:
        self.text = text
        self.direction = direction
        self.op_modules = frozenset(op_modules)

    @cached_property
    def survey(self) -> Survey:
        """What the direction calls, read from the syntax tree."""
        from migrateops.revisions.survey import Survey, survey

        try:
            return survey(self.text, self.direction, self.op_modules)
        except SyntaxError:
            return Survey(unseen_calls=True)

    @property
    def may_rebuild(self) -> bool:
        """Whether the direction may replace a table by a copy of it."""
        lowered = self.text.lower()
        pragma = "foreign_keys" in lowered and "pragma" in lowered
        return "batch_alter_table" in self.text or pragma or self.survey.unseen_calls

    @cached_property
    def words(self) -> frozenset[str]:
        """All names in the text, and all words of its comments and strings."""
        return frozenset(re.findall(_WORD, self._identifiers))

    @cached_property
    def operations(self) -> frozenset[str] | None:
        """The names behind ``op.`` anywhere in the text; None where ``op`` may have another name as well.

        Where there is none but what one line imports, and what a dot follows, these are all the names that
        any direction has of it.
        """
        if any(module.rpartition(".")[2] != "op" for module in self.op_modules):
            return None
        behind = re.findall(_OP, self._identifiers)
        imported = [
            name.strip() for line in re.findall(_IMPORT, self._identifiers) for name in line.split(",")
        ]
        return frozenset(behind) - {""} if behind.count("") == imported.count("op") else None

    @cached_property
    def _identifiers(self) -> str:
        return as_identifiers(self.text)
